/*
 * wrappers.c - functions that hand on what an allocator gave them, found by what they do.
 *
 * A wrapper calls allocators and wrappers in few places, nothing else that allocates, and frees nothing; and
 * it lets go of its blocks: its type says so, or that somebody else freed some.  To forget to free makes
 * none. If its name does not tell besides, then many functions call it, for blocks of many sizes, which
 * nearly all come from one line: what makes objects of one kind has one size.  One found may be what another
 * one calls, so there are rounds.  All that is asked of a function is counts and sets, so that the order of
 * call paths makes no difference.
 */
#include "profile/ownership.h"

#include "symbolize/classify.h"
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CALLERS_MIN 4
#define SIZES_MIN 3 /* of different powers of two */
#define LINE_SHARE 0.9
#define LINES_MAX 3 /* of a function whose name speaks of allocation; a test of malloc has more */

/* Code takes the place of a line that is not known; compilers make several of one line. */
#define WITHOUT_LINE (UINT64_C(1) << 32)

/* Functions, each once; no more than matter. */
struct callers {
	uint32_t list[CALLERS_MIN];
	uint8_t count;
};

/* What is known of a function whose own calls ask for memory. */
struct habits {
	uint64_t sizes;                /* bit n: of 2^n to 2^(n+1) - 1 bytes */
	struct callers callers, outer; /* these call those */
	uint32_t callees;              /* those that ask below it: NOBODY, SEVERAL, or 1 + the function */
	bool asks;                     /* it calls an allocator */
	bool asks_others;              /* it calls another library that does */
	bool passed_on;                /* others freed some of its blocks */
	bool found;
};

#define NOBODY 0
#define SEVERAL UINT32_MAX

/* What a name says. */
enum hint { HINT_NONE, HINT_LIKE_WRAPPER, HINT_WRAPPER };

/* A call path that allocated: the innermost frame that is not known to be an allocator's or a wrapper's. */
struct cursor {
	uint64_t allocations;
	uint32_t node;
	uint16_t frame;
	uint8_t size; /* of its blocks on average, as a power of two */
	bool freed;   /* some of its blocks were */
	bool direct;  /* that frame called an allocator or a wrapper, not another library */
};

/* The calls of one line. */
struct line_calls {
	const struct source_function *function;
	uint64_t line, allocations;
};

struct search {
	struct ownership *ownership;
	struct cursor *cursors;
	size_t count;
	struct line_calls *calls; /* of functions that may be wrappers */
	size_t call_count, call_capacity;
	struct habits *habits; /* by function */
	uint8_t *hints;        /* enum hint, by function */
	uint8_t *signatures;   /* enum signature, by function */
	bool *frees;           /* by function: it ends blocks */
	size_t function_count;
	uint32_t *callees; /* by node: those that ask below it, as told to what is outside */
};

static size_t frames_of(const struct search *search, uint32_t node, const struct source_frame **frames)
{
	const struct ownership_source *source = &search->ownership->source;
	const struct trace_code *code = trace_code(source->info, node);

	if (symbolizer_is_c_library(source->symbolizer, code->module))
		return 0;
	return source->all.frames(source->all.context, source->info->nodes[node].code, frames);
}

static uint32_t parent_of(const struct search *search, uint32_t node)
{
	return search->ownership->source.info->nodes[node].parent;
}

static size_t count_nodes(const struct search *search)
{
	const struct trace_info *info = search->ownership->source.info;

	return info->node_count + info->inserted_count;
}

/* ---- where call paths stand ------------------------------------------------------------- */

/* Outwards to the next frame of the program's own, wrappers included if `wrappers`; NULL: there is none.
 * *direct tells whether the frame passed last was an allocator's or a wrapper's. */
static const struct source_frame *next_own(const struct search *search, uint32_t *node, uint32_t *frame,
					   bool wrappers, bool *direct)
{
	const struct source_frame *frames;

	for (; *node != 0; *node = parent_of(search, *node), *frame = 0) {
		size_t count = frames_of(search, *node, &frames);

		for (; *frame < count; ++*frame) {
			enum owner owner = ownership_at(search->ownership, *node, frames, count, *frame);

			if (owner == OWNER_PROGRAM || (wrappers && owner == OWNER_WRAPPER))
				return &frames[*frame];
			*direct = owner != OWNER_SYSTEM;
		}
	}
	return NULL;
}

static const struct source_frame *advance(const struct search *search, struct cursor *cursor)
{
	uint32_t frame = cursor->frame;
	const struct source_frame *found = next_own(search, &cursor->node, &frame, false, &cursor->direct);

	cursor->frame = frame < UINT16_MAX ? (uint16_t)frame : UINT16_MAX;
	return found;
}

/* ---- what functions do --------------------------------------------------------------------- */

static void add_caller(struct callers *callers, const struct source_frame *caller)
{
	for (size_t i = 0; caller && i < callers->count; i++)
		if (callers->list[i] == caller->function->id)
			return;
	if (caller && callers->count < CALLERS_MIN)
		callers->list[callers->count++] = caller->function->id;
}

static void note_ask(struct search *search, const struct cursor *cursor, const struct source_frame *frame)
{
	struct habits *habits = &search->habits[frame->function->id];
	uint32_t node = cursor->node, at = cursor->frame + 1u;
	bool ignored;

	habits->asks = true;
	habits->asks_others |= !cursor->direct;
	habits->passed_on |= cursor->freed;
	habits->sizes |= UINT64_C(1) << cursor->size;
	add_caller(&habits->callers, next_own(search, &node, &at, true, &ignored));
	at++;
	add_caller(&habits->outer, next_own(search, &node, &at, true, &ignored));
}

static uint32_t joined(uint32_t callees, uint32_t more)
{
	return callees == NOBODY || callees == more ? more : SEVERAL;
}

/* Tells whoever is further out, unless they know already. */
static void note_outside(struct search *search, const struct cursor *cursor, uint32_t callee)
{
	const struct source_frame *frames;
	uint32_t first = cursor->frame + 1u;

	for (uint32_t node = cursor->node; node != 0; node = parent_of(search, node), first = 0) {
		uint32_t callees = joined(search->callees[node], callee);
		size_t count;

		if (first == 0 && callees == search->callees[node])
			return;
		if (first == 0)
			search->callees[node] = callees;
		count = frames_of(search, node, &frames);
		for (size_t i = first; i < count; i++) {
			struct habits *habits = &search->habits[frames[i].function->id];

			habits->callees = joined(habits->callees, callee);
		}
	}
}

/* ---- verdicts --------------------------------------------------------------------------------- */

/* Or a few that allocate by it alone, and are themselves called by many. */
static bool has_many_callers(const struct search *search, uint32_t function)
{
	const struct habits *habits = &search->habits[function];

	for (size_t i = 0; habits->callers.count < CALLERS_MIN && i < habits->callers.count; i++) {
		const struct habits *caller = &search->habits[habits->callers.list[i]];

		if (caller->asks || caller->callees != function + 1)
			return false;
	}
	return habits->callers.count >= CALLERS_MIN || habits->outer.count >= CALLERS_MIN;
}

/* Whether its blocks leave the function.  A name alone is no sign of that, nor is that they stay. */
static bool lets_go(const struct habits *habits, enum hint hint, enum signature signature)
{
	if (signature == SIGNATURE_NOTHING)
		return false;
	return habits->passed_on || signature == SIGNATURE_ALLOCATES ||
	       (signature == SIGNATURE_HANDS_ON && hint != HINT_NONE);
}

static bool may_be_wrapper(const struct search *search, uint32_t function)
{
	const struct habits *habits = &search->habits[function];
	enum hint hint = search->hints[function];

	if (!habits->asks || search->frees[function] || !lets_go(habits, hint, search->signatures[function]))
		return false;
	if (hint == HINT_WRAPPER)
		return true;
	if (habits->asks_others || habits->callees != NOBODY)
		return false;
	return hint == HINT_LIKE_WRAPPER ||
	       (__builtin_popcountll(habits->sizes) >= SIZES_MIN && has_many_callers(search, function));
}

static int by_function(const void *left, const void *right)
{
	const struct line_calls *a = left, *b = right;

	if (a->function->id != b->function->id)
		return a->function->id < b->function->id ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

/* Of all lines of one function. */
static bool asks_in_few_places(const struct line_calls *lines, size_t count, enum hint hint)
{
	uint64_t total = 0, best = 0;

	for (size_t i = 0; i < count; i++) {
		best = lines[i].allocations > best ? lines[i].allocations : best;
		total += lines[i].allocations;
	}
	if (hint != HINT_NONE || lines->line >= WITHOUT_LINE)
		return count <= LINES_MAX;
	return (double)best >= LINE_SHARE * (double)total;
}

static uint64_t line_of(const struct search *search, const struct cursor *cursor,
			const struct source_frame *frame)
{
	return frame->line > 0 ? frame->line
			       : WITHOUT_LINE | search->ownership->source.info->nodes[cursor->node].code;
}

static void add_call(struct search *search, struct map *known, const struct source_function *function,
		     uint64_t line, uint64_t allocations)
{
	size_t index = (size_t)map_get(known, function->id, line);

	if (index == 0) {
		search->calls = pool_grow(search->calls, &search->call_capacity, search->call_count + 1,
					  sizeof(*search->calls));
		search->calls[search->call_count] = (struct line_calls){function, line, 0};
		index = ++search->call_count;
		map_put(known, function->id, line, (void *)index);
	}
	search->calls[index - 1].allocations += allocations;
}

static void collect_calls(struct search *search)
{
	struct map known = {0}; /* by function and line: index + 1 */

	search->call_count = 0;
	for (size_t i = 0; i < search->count; i++) {
		struct cursor *cursor = &search->cursors[i];
		const struct source_frame *frame = advance(search, cursor);

		if (frame && may_be_wrapper(search, frame->function->id))
			add_call(search, &known, frame->function, line_of(search, cursor, frame),
				 cursor->allocations);
	}
	map_finish(&known);
	if (search->call_count > 0)
		qsort(search->calls, search->call_count, sizeof(*search->calls), by_function);
}

static void judge(struct search *search)
{
	const struct line_calls *calls;
	size_t end;

	collect_calls(search);
	calls = search->calls;
	for (size_t begin = 0; begin < search->call_count; begin = end) {
		uint32_t id = calls[begin].function->id;

		for (end = begin + 1; end < search->call_count && calls[end].function->id == id;)
			end++;
		search->habits[id].found = asks_in_few_places(&calls[begin], end - begin, search->hints[id]);
	}
}

/* Whether any was found that was not known. */
static bool take_found(struct search *search)
{
	bool any = false;

	for (size_t id = 0; id < search->function_count; id++) {
		any |= search->habits[id].found && !search->ownership->wrappers[id];
		search->ownership->wrappers[id] |= search->habits[id].found;
	}
	return any;
}

static bool round_of_search(struct search *search)
{
	memset(search->habits, 0, search->function_count * sizeof(*search->habits));
	memset(search->callees, 0, count_nodes(search) * sizeof(*search->callees));
	// NOLINTNEXTLINE(clang-analyzer-unix.Malloc): search_finish frees what it takes for lost
	for (size_t i = 0; i < search->count; i++) {
		const struct source_frame *frame = advance(search, &search->cursors[i]);

		if (!frame)
			continue;
		note_ask(search, &search->cursors[i], frame);
		note_outside(search, &search->cursors[i], frame->function->id + 1);
	}
	judge(search);
	return take_found(search);
}

/* ---- the search --------------------------------------------------------------------------------- */

/* All functions that any path passes, so that their ids are final. */
static size_t meet_functions(const struct search *search)
{
	const struct trace_info *info = search->ownership->source.info;
	const struct source_function *const *functions;
	const struct ownership_source *source = &search->ownership->source;
	const struct source_frame *frames;

	for (uint32_t code = 1; code < info->code_count; code++)
		if (!symbolizer_is_c_library(source->symbolizer, info->codes[code].module))
			source->all.frames(source->all.context, code, &frames);
	return symbolizer_functions(source->symbolizer, &functions);
}

static void take_names_and_types(struct search *search)
{
	const struct source_function *const *functions;

	symbolizer_functions(search->ownership->source.symbolizer, &functions);
	for (size_t id = 0; id < search->function_count; id++) {
		search->signatures[id] = (uint8_t)functions[id]->signature;
		search->hints[id] = is_wrapper_name(functions[id]->name)   ? HINT_WRAPPER
				    : is_wrapper_like(functions[id]->name) ? HINT_LIKE_WRAPPER
									   : HINT_NONE;
	}
}

static size_t count_allocating(const struct figures_nodes *figures)
{
	struct figures_walk walk = figures_walk(figures);
	struct model_node own;
	size_t count = 0;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &own))
		count += own.allocations > 0;
	return count;
}

/* Whoever frees blocks has a use for them.  A realloc does both at once. */
static void find_frees(struct search *search, const struct figures_nodes *figures)
{
	struct figures_walk walk = figures_walk(figures);
	struct model_node own;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &own)) {
		uint32_t at = node, frame = 0;
		bool ignored;

		if (own.frees == 0 || own.allocations > 0)
			continue;
		const struct source_frame *site = next_own(search, &at, &frame, false, &ignored);
		if (site)
			search->frees[site->function->id] = true;
	}
}

static uint8_t power_of_two(uint64_t size)
{
	return (uint8_t)(size > 0 ? 63 - __builtin_clzll(size) : 0);
}

static void place_cursors(struct search *search, const struct figures_nodes *figures)
{
	struct figures_walk walk = figures_walk(figures);
	struct model_node own;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &own))
		if (own.allocations > 0)
			search->cursors[search->count++] =
				(struct cursor){.node = node,
						.allocations = own.allocations,
						.size = power_of_two(own.allocated_bytes / own.allocations),
						.freed = own.live_blocks < own.allocations,
						.direct = true};
}

static void search_finish(struct search *search)
{
	free(search->calls);
	free(search->cursors);
	free(search->habits);
	free(search->hints);
	free(search->signatures);
	free(search->frees);
	free(search->callees);
}

static int search_init(struct search *search, const struct figures_nodes *figures)
{
	size_t count = count_allocating(figures);

	search->function_count = meet_functions(search);
	search->cursors = calloc(count + 1, sizeof(*search->cursors));
	search->habits = calloc(search->function_count + 1, sizeof(*search->habits));
	search->hints = calloc(search->function_count + 1, sizeof(*search->hints));
	search->signatures = calloc(search->function_count + 1, sizeof(*search->signatures));
	search->frees = calloc(search->function_count + 1, sizeof(*search->frees));
	search->callees = calloc(count_nodes(search) + 1, sizeof(*search->callees));
	if (!search->cursors || !search->habits || !search->hints || !search->signatures || !search->frees ||
	    !search->callees)
		return -ENOMEM;
	take_names_and_types(search);
	find_frees(search, figures);
	place_cursors(search, figures);
	return 0;
}

int ownership_find_wrappers(struct ownership *ownership, const struct figures_nodes *figures)
{
	struct search search = {.ownership = ownership};
	int error;

	if (ownership->wrappers)
		return 0;
	error = search_init(&search, figures);
	if (!error) {
		ownership->wrappers = calloc(search.function_count + 1, sizeof(*ownership->wrappers));
		ownership->wrapper_count = ownership->wrappers ? search.function_count : 0;
		error = ownership->wrappers ? 0 : -ENOMEM;
	}
	while (!error && round_of_search(&search))
		;
	search_finish(&search);
	return error;
}
