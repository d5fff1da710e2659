/* ways.c - see ways.h. */
#include "profile/ways.h"

#include "base/memory.h"
#include "profile/measure.h"

#include <stdlib.h>
#include <string.h>

/* How many frames there are up to the outermost of the program's own; of code that can be shown, if there is
 * any; where all are library code, up to where programs and threads begin. */
static size_t own_length(struct profile *profile, const struct source_frame *frames, size_t count)
{
	size_t own = 0, begun = 0;

	while (begun < count && !profile_begins_in(profile, frames[begun].function))
		begun++;
	for (size_t i = begun; i > 0; i--) {
		if (profile_owner(profile, frames[i - 1].function) < OWNER_WRAPPER)
			continue;
		if (*frames[i - 1].function->file)
			return i;
		own = own > 0 ? own : i;
	}
	return own > 0 ? own : begun;
}

struct way way_of(struct profile *profile, uint32_t node, const struct source_function *function,
		  uint64_t spot)
{
	return way_of_depth(profile, node, function, spot, WAY_FRAMES_MAX);
}

struct way way_of_depth(struct profile *profile, uint32_t node, const struct source_function *function,
			uint64_t spot, size_t depth)
{
	struct source_frame frames[WAY_DEPTH_MAX], *kept;
	size_t count = profile_path_frames(profile, node, frames, depth), length, begin = 0;

	while (begin < count &&
	       (frames[begin].function != function || source_frame_spot(&frames[begin]) != spot))
		begin++;
	length = own_length(profile, frames, count);
	count = length > begin ? length - begin : 0;
	kept = memory_zeroed(count, sizeof(*kept));
	if (count > 0)
		memcpy(kept, frames + begin, count * sizeof(*kept));
	return (struct way){.first = kept, .count = count};
}

void way_finish(struct way *way)
{
	free(way->first);
}

static int by_frames(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	for (size_t i = 0; i < a->count && i < b->count; i++) {
		const struct source_frame *x = &a->first[i], *y = &b->first[i];

		if (x->function->id != y->function->id)
			return x->function->id < y->function->id ? -1 : 1;
		if (source_frame_spot(x) != source_frame_spot(y))
			return source_frame_spot(x) < source_frame_spot(y) ? -1 : 1;
	}
	return a->count < b->count ? -1 : a->count > b->count;
}

static int by_value(const void *left, const void *right)
{
	const struct way *a = left, *b = right;

	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	return by_frames(left, right);
}

size_t ways_merge(struct way *ways, size_t count)
{
	size_t used = 0;

	qsort(ways, count, sizeof(*ways), by_frames);
	for (size_t i = 0; i < count; i++) {
		if (used > 0 && by_frames(&ways[used - 1], &ways[i]) == 0) {
			ways[used - 1].value += ways[i].value;
			way_finish(&ways[i]);
		} else {
			ways[used++] = ways[i];
		}
	}
	qsort(ways, used, sizeof(*ways), by_value);
	return used;
}

static bool tells_enough(const struct way *ways, size_t count, uint64_t whole, size_t most)
{
	uint64_t told = 0;

	for (size_t i = 0; i < count && i < most; i++)
		told += ways[i].value;
	return (double)told >= WAYS_SHARE * (double)whole;
}

size_t ways_shorten(struct way *ways, size_t count, uint64_t whole, size_t most)
{
	size_t depth = 0;

	for (size_t i = 0; i < count; i++)
		depth = ways[i].count > depth ? ways[i].count : depth;
	/* The place itself, and so many callers. */
	for (depth = depth / 2 + 1; depth > 1 && !tells_enough(ways, count, whole, most);
	     depth = depth / 2 + 1) {
		for (size_t i = 0; i < count; i++) {
			ways[i].cut |= ways[i].count > depth;
			ways[i].count = ways[i].count > depth ? depth : ways[i].count;
		}
		count = ways_merge(ways, count);
		if (depth == 2)
			break;
	}
	return count;
}

size_t ways_told(const struct way *ways, size_t count, uint64_t whole, size_t most)
{
	uint64_t told = 0;
	size_t i;

	for (i = 0; i < count && i < most && (double)told < WAYS_SHARE * (double)whole; i++)
		told += ways[i].value;
	return i;
}
