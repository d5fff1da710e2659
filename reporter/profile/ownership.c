/*
 * ownership.c - see ownership.h.
 */
#include "profile/ownership.h"

#include "profile/keepers.h"
#include "symbolize/classify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void ownership_init(struct ownership *ownership, const struct ownership_source *source)
{
	*ownership = (struct ownership){.source = *source};
}

void ownership_finish(struct ownership *ownership)
{
	free(ownership->named);
	free(ownership->wrappers);
	free(ownership->remains);
	free(ownership->suppressed);
	free(ownership->beyond_bytes);
}

/* ---- functions ---------------------------------------------------------------------- */

static enum owner owner_by_name(struct symbolizer *symbolizer, const struct source_function *function)
{
	if (function->allocator)
		return OWNER_ALLOCATOR;
	if (function->system || keeper_of(symbolizer, function) != KEEPER_NONE ||
	    keeper_starts(symbolizer, function, NULL))
		return OWNER_SYSTEM;
	if (!*function->file && keeper_suppressed(symbolizer, function, NULL))
		return OWNER_SYSTEM; /* of a library that is linked in */
	return OWNER_PROGRAM;
}

/* The lists are long, and asked of each frame of each path. */
static enum owner known_by_name(struct ownership *ownership, const struct source_function *function)
{
	size_t known = ownership->named_count;

	ownership->named = pool_grow(ownership->named, &ownership->named_count, (size_t)function->id + 1,
				     sizeof(*ownership->named));
	if (ownership->named_count > known)
		memset(ownership->named + known, 0, ownership->named_count - known);
	if (ownership->named[function->id] == 0)
		ownership->named[function->id] =
			(uint8_t)(1 + owner_by_name(ownership->source.symbolizer, function));
	return ownership->named[function->id] - 1;
}

enum owner ownership_of(struct ownership *ownership, const struct source_function *function)
{
	enum owner owner = known_by_name(ownership, function);

	if (owner == OWNER_PROGRAM && function->id < ownership->wrapper_count &&
	    ownership->wrappers[function->id])
		return OWNER_WRAPPER;
	return owner;
}

/* The frame that called the i-th of a node's; NULL: the outermost has no caller. */
static const struct source_frame *caller_of(struct ownership *ownership, uint32_t *node,
					    const struct source_frame **frames, size_t *count, size_t *i)
{
	const struct frame_source *source = &ownership->source.all;
	const struct trace_info *info = ownership->source.info;

	for (++*i; *i >= *count; *i = 0) {
		*node = info->nodes[*node].parent;
		if (*node == 0)
			return NULL;
		*count = source->frames(source->context, info->nodes[*node].code, frames);
	}
	return &(*frames)[*i];
}

/* Runtimes that are linked in lack the names of their local functions; the program's own has them, or has no
 * names at all. */
static bool is_part_of_runtime(struct ownership *ownership, uint32_t node, const struct source_frame *frames,
			       size_t count, size_t i)
{
	const char *module = frames[i].function->module;
	const struct source_frame *frame = &frames[i];

	while (frame && source_function_is_nameless(frame->function) &&
	       strcmp(frame->function->module, module) == 0)
		frame = caller_of(ownership, &node, &frames, &count, &i);
	return frame && strcmp(frame->function->module, module) == 0 &&
	       ownership_of(ownership, frame->function) == OWNER_SYSTEM;
}

/* Of a crate that Rust's library brings along, as what called it tells. */
static bool is_crate_of_runtime(struct ownership *ownership, uint32_t node, const struct source_frame *frames,
				size_t count, size_t i)
{
	struct symbolizer *symbolizer = ownership->source.symbolizer;
	const struct source_frame *frame = &frames[i];

	while (frame && !keeper_has_crates(frame->function) &&
	       (ownership_of(ownership, frame->function) < OWNER_WRAPPER ||
		source_function_is_nameless(frame->function) || keeper_is_crate(symbolizer, frame->function)))
		frame = caller_of(ownership, &node, &frames, &count, &i);
	return frame && keeper_has_crates(frame->function);
}

enum owner ownership_at(struct ownership *ownership, uint32_t node, const struct source_frame *frames,
			size_t count, size_t i)
{
	enum owner owner = ownership_of(ownership, frames[i].function);

	if (owner == OWNER_PROGRAM && source_function_is_nameless(frames[i].function) &&
	    is_part_of_runtime(ownership, node, frames, count, i))
		return OWNER_SYSTEM;
	if (owner >= OWNER_WRAPPER && keeper_is_crate(ownership->source.symbolizer, frames[i].function) &&
	    is_crate_of_runtime(ownership, node, frames, count, i))
		return OWNER_SYSTEM;
	return owner;
}
