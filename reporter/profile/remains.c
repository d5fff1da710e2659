/*
 * remains.c - what becomes of blocks that were not freed: which of them leaked, which a library keeps, which
 * the user has said not to count.  See ownership.h.
 */
#include "profile/keepers.h"
#include "base/text.h"
#include "profile/ownership.h"
#include "profile/start_up.h"
#include "profile/suppress.h"
#include "symbolize/classify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A look at a call path from within, as far as the program's own code. */
struct look {
	struct ownership *ownership;
	const char *innermost; /* exported function of a library that keeps, next to the allocators; "" if
				  unknown */
	enum keeper_use use;   /* the most that any exported function of such libraries says: */
	enum keeper keeper;
	const char *asker;
	bool in_library; /* so far there are only frames of such libraries */
	bool opens;      /* one of them gives its caller a stream */
	bool foreign;    /* passed code that the program's own may be inlined in, without a trace */
	bool decided, kept;
	bool asked;                               /* there was a frame already, but for allocators */
	struct kept_reason reason;                /* of what is kept */
	bool truncated;                           /* outer frames are missing */
	const char *innermost_module, *outermost; /* of the first frame but for allocators, and the last */
};

static void decide(struct look *look, bool kept)
{
	look->decided = true;
	look->kept = kept;
}

static void keep(struct look *look, enum kept_why why, const char *name)
{
	decide(look, true);
	look->reason = (struct kept_reason){why, name};
}

/* The first frame beyond the library that asked. */
static void leave_library(struct look *look)
{
	if (look->in_library && look->use != USE_HANDED_OUT)
		keep(look,
		     look->use == USE_STREAM    ? KEPT_STREAM
		     : look->keeper == KEEPER_C ? KEPT_C
						: KEPT_RUNTIME,
		     look->asker);
	look->in_library = false;
}

static bool is_loader(const char *module)
{
	return text_starts(base_name(module), "ld-");
}

/* The name that a library has for the code outside. */
static const char *exported(const struct look *look, uint32_t node, const struct source_function *function)
{
	if (!is_system_library(function->module))
		return source_function_is_nameless(function) ? NULL : function->name;
	return symbolizer_export(look->ownership->source.symbolizer,
				 trace_code(look->ownership->source.info, node));
}

static void look_in_library(struct look *look, const char *name, const struct source_function *function,
			    enum keeper keeper)
{
	if (is_loader(function->module) && !name)
		name = "_dl_";
	if (!look->innermost)
		look->innermost = name ? name : "";
	if (!name)
		return;
	enum keeper_use use = keeper_use(keeper, name, look->innermost);
	if (use > look->use) {
		look->use = use;
		look->keeper = keeper;
		look->asker = name;
	}
	look->opens |= keeper_opens_stream(name);
}

/* Templates are compiled into the program, with what it gives them to call.  Rust's runtime calls none of
 * that but by a function that tells so. */
static bool may_hold_own_code(struct symbolizer *symbolizer, const struct source_function *function)
{
	if (is_system_library(function->module) || is_rust_source(function->file))
		return false;
	return *function->file || (symbolizer_runtimes(symbolizer, function->module) &
				   (RUNTIME_RUST | RUNTIME_CXX)) != RUNTIME_RUST;
}

/* None of the program's own functions was on the way, unless one may be inlined in what was. */
static void decide_by_outside(struct look *look)
{
	if (look->foreign)
		decide(look, false);
	else
		keep(look, KEPT_OUTSIDE, look->innermost_module);
}

static void look_at(struct look *look, uint32_t node, const struct source_function *function)
{
	struct symbolizer *symbolizer = look->ownership->source.symbolizer;
	const char *name = exported(look, node, function);
	enum keeper keeper = keeper_of(symbolizer, function);
	const char *pattern;

	if (look->in_library && keeper != KEEPER_NONE)
		look_in_library(look, name, function, keeper);
	else
		leave_library(look);
	if (look->decided)
		return;
	if (keeper_begins_program(function))
		decide(look, false);
	/* What the dynamic linker calls is a constructor. */
	else if (keeper_starts(symbolizer, function, name) ||
		 (!look->in_library && is_loader(function->module)))
		decide_by_outside(look);
	else if ((pattern = keeper_suppressed(symbolizer, function, name)))
		keep(look, KEPT_NAMED, pattern);
	else if (look->asked && keeper_slab(symbolizer, function, name))
		keep(look, KEPT_SLAB, name);
	else if (keeper == KEEPER_NONE)
		look->foreign |= may_hold_own_code(symbolizer, function);
	if (!look->asked)
		look->innermost_module = function->module;
	look->asked = true;
}

/* An allocator by its name alone may be a library's own function that takes the memory for itself. */
static bool is_skipped(const struct look *look, const struct source_function *function)
{
	return ownership_of(look->ownership, function) == OWNER_ALLOCATOR && !look->asked;
}

static void look_at_frames(struct look *look, uint32_t node)
{
	struct ownership *ownership = look->ownership;
	const struct frame_source *source = &ownership->source.all;
	const struct source_frame *frames;
	size_t count = source->frames(source->context, ownership->source.info->nodes[node].code, &frames);

	for (size_t i = 0; i < count && !look->decided; i++) {
		look->outermost = frames[i].function->module;
		if (is_skipped(look, frames[i].function))
			continue;
		if (ownership_at(ownership, node, frames, count, i) >= OWNER_WRAPPER) {
			leave_library(look);
			decide(look, look->kept);
			return;
		}
		look_at(look, node, frames[i].function);
	}
}

/* All code of the C library is of one kind, and its debug information is large. */
static void look_at_node(struct look *look, uint32_t node)
{
	const struct ownership_source *source = &look->ownership->source;
	const struct trace_code *code = trace_code(source->info, node);
	struct source_function function = {.name = "", .file = "", .system = true};

	look->truncated |= code->truncated;
	if (code->label || !symbolizer_is_c_library(source->symbolizer, code->module)) {
		look_at_frames(look, node);
		return;
	}
	look->outermost = function.module = source->info->modules[code->module].path;
	look_at(look, node, &function);
}

/* Where nothing decides, no function of the program's own ran, if the path is whole. */
static struct look look_along(struct ownership *ownership, uint32_t leaf)
{
	const struct trace_info *info = ownership->source.info;
	struct look look = {.ownership = ownership, .in_library = true};

	for (uint32_t node = leaf; node != 0 && !look.decided; node = info->nodes[node].parent)
		look_at_node(&look, node);
	if (!look.decided)
		leave_library(&look);
	if (!look.decided && look.outermost && (!look.truncated || is_loader(look.outermost)))
		decide_by_outside(&look);
	return look;
}

struct kept_reason ownership_kept_by(struct ownership *ownership, uint32_t node, const struct model_node *own)
{
	const struct look look = look_along(ownership, node);

	if (!look.kept && start_up_asked(ownership, node, own))
		return (struct kept_reason){KEPT_START_UP, NULL};
	return look.reason;
}

/* What a first look says of a call path. */
enum first_look { LOOK_HANDED_OUT = 1, LOOK_STREAM, LOOK_KEPT };

/* Fills in enum first_look, by node.  Returns whether the program has left a stream open. */
static bool look_at_all(struct ownership *ownership, const struct figures_nodes *figures)
{
	struct figures_walk walk = figures_walk(figures);
	bool left_open = false;
	struct model_node own;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &own)) {
		if (own.live_blocks == 0)
			continue;
		struct look look = look_along(ownership, node);
		look.kept |= start_up_asked(ownership, node, &own);
		ownership->remains[node] = !look.kept               ? LOOK_HANDED_OUT
					   : look.use == USE_STREAM ? LOOK_STREAM
								    : LOOK_KEPT;
		left_open |= !look.kept && look.opens;
	}
	return left_open;
}

/* A buffer may be of one of the three streams that are the library's, or of one that the program has opened.
 * It does not tell which; but closed streams have none. */
static bool is_kept(enum first_look look, bool left_open)
{
	return look == LOOK_KEPT || (look == LOOK_STREAM && !left_open);
}

/* Of a sum of call paths, what became of their blocks. */
static void take_remains(struct amounts *total, const struct amounts *sum)
{
	total->leaked_bytes = sum->leaked_bytes;
	total->leaked_blocks = sum->leaked_blocks;
	total->leaked_vague = sum->leaked_vague;
	total->kept_bytes = sum->kept_bytes;
	total->kept_blocks = sum->kept_blocks;
	total->kept_vague = sum->kept_vague;
	total->suppressed_bytes = sum->suppressed_bytes;
	total->suppressed_blocks = sum->suppressed_blocks;
}

static void decide_all(struct ownership *ownership, const struct figures_nodes *figures)
{
	bool left_open = look_at_all(ownership, figures);
	struct figures_walk walk = figures_walk(figures);
	struct suppressing suppressing;
	struct model_node own;
	uint32_t node;

	suppress_begin(&suppressing, ownership);
	while (figures_walk_next(&walk, &node, &own)) {
		uint8_t *remains = &ownership->remains[node];

		if (own.live_blocks > 0)
			*remains = is_kept(*remains, left_open)         ? REMAINS_KEPT
				   : suppress(&suppressing, node, &own) ? REMAINS_SUPPRESSED
									: REMAINS_LEAKED;
	}
	suppress_finish(&suppressing);
}

int ownership_find_remains(struct ownership *ownership, const struct figures_nodes *figures,
			   struct amounts *total)
{
	uint64_t sample_bytes = ownership->source.info->sample_bytes;
	struct figures_walk walk = figures_walk(figures);
	struct amounts sum = {0};
	struct model_node own;
	uint32_t node;

	ownership->remains = calloc(ownership->source.info->node_count + 1, sizeof(*ownership->remains));
	if (!ownership->remains)
		return -ENOMEM;
	decide_all(ownership, figures);
	while (figures_walk_next(&walk, &node, &own)) {
		struct amounts here = amounts_of(&own, ownership->remains[node], sample_bytes);
		amounts_add(&sum, &here);
	}
	amounts_weigh(&sum, sample_bytes);
	take_remains(total, &sum);
	return 0;
}
