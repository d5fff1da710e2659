/* html.c - the recordings that were judged as a page for browsers: whoever judges knows how to write it. */
#include "gate/formats/formats.h"

int check_html(FILE *out, const struct check_result *result, const struct check_style *style)
{
	(void)result;
	return style->page ? style->page(out, style->page_context) : 0;
}
