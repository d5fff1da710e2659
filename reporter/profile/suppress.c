/* suppress.c - see suppress.h. */
#include "profile/suppress.h"

#include "base/memory.h"

#include <stdlib.h>

struct limited {
	uint32_t node;
	size_t suppression;
	struct amounts amounts; /* if it is suppressed */
};

static const struct suppressions none;

void suppress_begin(struct suppressing *suppressing, struct ownership *ownership)
{
	const struct suppressions *all = ownership->source.suppressions;

	all = all ? all : &none;
	*suppressing = (struct suppressing){.ownership = ownership};
	suppression_walk_begin(&suppressing->walk, all);
	ownership->suppressed = memory_zeroed(all->count, sizeof(*ownership->suppressed));
	ownership->beyond_bytes = memory_zeroed(all->count, sizeof(*ownership->beyond_bytes));
}

/* The suppression that holds for a path, or their count. */
static size_t find(struct suppressing *suppressing, uint32_t leaf)
{
	const struct ownership_source *source = &suppressing->ownership->source;
	size_t count = suppressing->walk.of->count;
	const struct source_frame *frames;

	if (count > 0)
		suppression_walk_restart(&suppressing->walk);
	for (uint32_t node = leaf; count > 0 && node != 0; node = source->info->nodes[node].parent) {
		size_t here =
			source->all.frames(source->all.context, source->info->nodes[node].code, &frames);

		for (size_t i = 0; i < here; i++) {
			const struct source_function *function = frames[i].function;
			size_t found = suppression_walk_to(
				&suppressing->walk, symbolizer_demangled_name(source->symbolizer, &frames[i]),
				function->file, function->module);

			if (found < count)
				return found;
		}
	}
	return count;
}

bool suppress(struct suppressing *suppressing, uint32_t node, const struct model_node *own)
{
	const struct suppressions *all = suppressing->walk.of;
	size_t found = find(suppressing, node);

	if (found == all->count)
		return false;
	const struct amounts amounts =
		amounts_of(own, REMAINS_SUPPRESSED, suppressing->ownership->source.info->sample_bytes);
	if (all->list[found].limit_bytes == 0) {
		amounts_add(&suppressing->ownership->suppressed[found], &amounts);
		return true;
	}
	suppressing->limited = pool_grow(suppressing->limited, &suppressing->limited_capacity,
					 suppressing->limited_count + 1, sizeof(*suppressing->limited));
	suppressing->limited[suppressing->limited_count++] = (struct limited){node, found, amounts};
	return true;
}

/* ---- limits ------------------------------------------------------------------------------- */

static int by_bytes_and_blocks(const void *left, const void *right)
{
	const struct amounts *a = &((const struct limited *)left)->amounts;
	const struct amounts *b = &((const struct limited *)right)->amounts;

	if (a->suppressed_bytes != b->suppressed_bytes)
		return a->suppressed_bytes < b->suppressed_bytes ? -1 : 1;
	return a->suppressed_blocks < b->suppressed_blocks ? -1 : a->suppressed_blocks > b->suppressed_blocks;
}

/* The smallest first, as many as the limit has room for, whatever their order: what is beyond it has leaked.
 */
static void settle(struct suppressing *suppressing, const struct limited *path)
{
	struct ownership *ownership = suppressing->ownership;
	uint64_t limit_bytes = suppressing->walk.of->list[path->suppression].limit_bytes;
	struct amounts *so_far = &ownership->suppressed[path->suppression];

	if (path->amounts.suppressed_bytes <= limit_bytes - so_far->suppressed_bytes) {
		amounts_add(so_far, &path->amounts);
		return;
	}
	ownership->remains[path->node] = REMAINS_LEAKED;
	ownership->beyond_bytes[path->suppression] += path->amounts.suppressed_bytes;
}

void suppress_finish(struct suppressing *suppressing)
{
	if (suppressing->limited_count > 0)
		qsort(suppressing->limited, suppressing->limited_count, sizeof(*suppressing->limited),
		      by_bytes_and_blocks);
	for (size_t i = 0; i < suppressing->limited_count; i++)
		settle(suppressing, &suppressing->limited[i]);
	free(suppressing->limited);
	suppression_walk_finish(&suppressing->walk);
}
