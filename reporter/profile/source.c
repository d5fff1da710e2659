/* source.c - see source.h. */
#include "profile/source.h"

#include "profile/private.h"

#include <string.h>

const struct source_text *profile_source(struct profile *profile, const char *file)
{
	const unsigned char *md5 = symbolizer_source_md5(profile->symbolizer, file);
	const struct source_text *text = sources_find(profile->sources, file);

	return text && md5 && memcmp(md5, text->md5, sizeof(text->md5)) != 0 ? NULL : text;
}
