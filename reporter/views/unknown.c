/* unknown.c - what is not known of a part of the run, or of some blocks. */
#include "profile/partial.h"
#include "views/parts.h"

void part_without_unknown(struct document *document, struct profile *profile)
{
	const char *names[PARTIAL_COLUMNS + 1];

	partial_lacks(profile_overview(profile, false), names);
	document_without(document, names);
}
