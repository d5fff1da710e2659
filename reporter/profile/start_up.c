/*
 * start_up.c - see start_up.h.
 */
#include "profile/start_up.h"

#include "base/text.h"
#include "profile/keepers.h"

#include <string.h>

static size_t frames_of(const struct ownership *ownership, uint32_t node, const struct source_frame **frames)
{
	const struct ownership_source *source = &ownership->source;

	if (symbolizer_is_c_library(source->symbolizer, trace_code(source->info, node)->module))
		return 0;
	return source->all.frames(source->all.context, source->info->nodes[node].code, frames);
}

/* ---- C++ --------------------------------------------------------------------------------- */

/* The C library runs constructors of the program itself, and main by another function. */
static bool is_constructor(const struct ownership *ownership, uint32_t node)
{
	const struct ownership_source *source = &ownership->source;
	const struct trace_code *caller = trace_code(source->info, source->info->nodes[node].parent);
	const char *name = symbolizer_is_c_library(source->symbolizer, caller->module)
				   ? symbolizer_export(source->symbolizer, caller)
				   : NULL;

	return name && strcmp(name, "__libc_start_main") == 0;
}

/* libstdc++'s pool for exceptions when memory is out: one block, of a size that depends on its version alone.
 */
static bool is_pool(const struct ownership *ownership, uint32_t node, const struct model_node *own)
{
	const struct source_frame *frames;
	bool sized = own->live_blocks == 1 && (own->live_bytes == 72704 || own->live_bytes == 73728);

	return sized && own->allocations == 1 && frames_of(ownership, node, &frames) == 1 &&
	       !*frames->function->file && text_starts(frames->function->name, "0x") &&
	       is_constructor(ownership, node) &&
	       symbolizer_runtimes(ownership->source.symbolizer, frames->function->module) & RUNTIME_CXX;
}

/* ---- Rust -------------------------------------------------------------------------------- */

static bool is_main(const struct source_function *function)
{
	return strcmp(function->name, "main") == 0 && !*function->file;
}

static bool main_is_outside(const struct ownership *ownership, uint32_t node)
{
	const struct source_frame *frames;

	for (; node != 0; node = ownership->source.info->nodes[node].parent) {
		size_t count = frames_of(ownership, node, &frames);

		for (size_t i = 0; i < count; i++)
			if (is_main(frames[i].function))
				return true;
	}
	return false;
}

/* Whether the C function main() is the compiler's, which lets the program's begin by a function that stays
 * one.  Threads begin by that, too, but not within main(). */
static bool find_rust_main(const struct ownership *ownership)
{
	const struct source_frame *frames;

	for (uint32_t node = 1; node < ownership->source.info->node_count; node++) {
		size_t count = frames_of(ownership, node, &frames);

		if (count > 0 && keeper_begins_rust(frames[count - 1].function) &&
		    main_is_outside(ownership, node))
			return true;
	}
	return false;
}

/* Whether main() asked by itself, and no code of the program's was on the way. */
static bool is_asked_by_main(struct ownership *ownership, uint32_t node)
{
	const struct source_frame *frames;

	for (; node != 0; node = ownership->source.info->nodes[node].parent) {
		size_t count = frames_of(ownership, node, &frames);

		for (size_t i = 0; i < count; i++) {
			if (is_main(frames[i].function))
				return symbolizer_runtimes(ownership->source.symbolizer,
							   frames[i].function->module) &
				       RUNTIME_RUST;
			if (keeper_begins_rust(frames[i].function) ||
			    ownership_of(ownership, frames[i].function) >= OWNER_WRAPPER)
				return false;
		}
	}
	return false;
}

bool start_up_asked(struct ownership *ownership, uint32_t node, const struct model_node *own)
{
	if (is_pool(ownership, node, own))
		return true;
	if (!is_asked_by_main(ownership, node))
		return false;
	if (!ownership->rust_main_sought)
		ownership->rust_main = find_rust_main(ownership);
	ownership->rust_main_sought = true;
	return ownership->rust_main;
}
