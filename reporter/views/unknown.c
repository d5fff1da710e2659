/* unknown.c - what is not known of a part of the run, or of some blocks. */
#include "profile/blocks.h"
#include "views/parts.h"

void part_without_unknown(struct document *document, const struct profile *profile)
{
	if (profile_window(profile))
		document_without(document, window_lacks(profile_window(profile)));
	if (profile_blocks(profile))
		document_without(document, blocks_lack());
}
