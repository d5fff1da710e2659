/*
 * left_out.c - frames that jumps left out: gdb calls them tail call frames.
 *
 * From the function called there may be many ways of jumps to the one that was entered.  Told is what all of
 * them pass, and of that a line only if all leave by it.  Where something is not known (a jump through a
 * pointer, to code without debug information, more functions than are looked at) it may lead to anything, the
 * end included.
 */
#include "private.h"
#include "remembered.h"

#include "classify.h"
#include "base/pool.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTIONS_MAX 64 /* in one search: one bit each */

/* The ways from list[0] to the end. */
struct ways {
	struct symbolizer *symbolizer;
	const struct code_function *end; /* NULL: unknown */
	struct code_function *list[FUNCTIONS_MAX];
	uint64_t to[FUNCTIONS_MAX]; /* bits of those that it jumps to */
	uint64_t ends;              /* bits of those that may jump to the end */
	unsigned count;
};

/* Stands within a call of a function that it has yet to find: nothing was left out. */
static const struct code_function dynamic_linker;

static struct image *image_of(struct symbolizer *symbolizer, const struct trace_code *code)
{
	bool known = code->module > 0 && code->module < symbolizer->module_count && !code->label &&
		     !symbolizer->c_library[code->module];

	return known ? symbolizer_image(symbolizer, code->module) : NULL;
}

static bool is_dynamic_linker(const char *path)
{
	return text_starts(base_name(path), "ld-") || text_starts(base_name(path), "ld.so");
}

const struct code_function *symbolizer_called(struct symbolizer *symbolizer, const struct trace_code *code)
{
	if (symbolizer->remembered)
		return remembered_called(symbolizer->remembered, code);
	struct image *image = code->exact_pc ? NULL : image_of(symbolizer, code);

	if (!image)
		return NULL;
	uint64_t address = code->pc - symbolizer->modules[code->module].bias;
	struct code_function *function = code_function_at(symbolizer, image, address - 1);
	if (!function)
		return NULL;
	const struct call_site *site =
		call_sites_find(code_function_sites(function), address - image->object.dwarf_shift);
	return site ? code_function_callee(symbolizer, function, site) : NULL;
}

const struct code_function *symbolizer_entered(struct symbolizer *symbolizer, const struct trace_code *code)
{
	if (symbolizer->remembered)
		return remembered_entered(symbolizer->remembered, code);
	if (code->module > 0 && code->module < symbolizer->module_count &&
	    is_dynamic_linker(symbolizer->modules[code->module].path))
		return &dynamic_linker;
	struct image *image = image_of(symbolizer, code);
	if (!image)
		return NULL;
	return code_function_at(symbolizer, image,
				code->pc - symbolizer->modules[code->module].bias - !code->exact_pc);
}

/* ---- ways ------------------------------------------------------------------------------------ */

/* The bit of a function, new or known; 0: there are too many. */
static uint64_t bit_of(struct ways *ways, const struct code_function *function)
{
	unsigned i = 0;

	while (i < ways->count && ways->list[i] != function)
		i++;
	if (i == FUNCTIONS_MAX)
		return 0;
	ways->list[i] = (struct code_function *)(uintptr_t)function;
	ways->count += i == ways->count;
	return UINT64_C(1) << i;
}

static bool is_jump(const struct call_site *site)
{
	return site->returns == 0;
}

static struct source_function *source_of(const struct ways *ways, const struct code_function *function)
{
	return symbolizer_function(ways->symbolizer, function->image, function->unit, function->origin);
}

/* Copies of a function, and functions that a linker found equal, are one. */
static bool is_same(const struct ways *ways, const struct code_function *a, const struct code_function *b)
{
	if (a == b || (a->image == b->image && a->origin->entry == b->origin->entry))
		return true;
	return source_of(ways, a) == source_of(ways, b);
}

static bool is_end(const struct ways *ways, const struct code_function *callee)
{
	return !callee || (ways->end && is_same(ways, callee, ways->end));
}

static void add_jumps(struct ways *ways, unsigned from)
{
	struct code_function *function = ways->list[from];
	const struct call_sites *sites = code_function_sites(function);
	bool jumps = false;

	for (size_t i = 0; i < sites->count; i++) {
		if (!is_jump(&sites->list[i]))
			continue;
		const struct code_function *callee =
			code_function_callee(ways->symbolizer, function, &sites->list[i]);
		uint64_t bit = is_end(ways, callee) ? 0 : bit_of(ways, callee);
		ways->to[from] |= bit;
		ways->ends |= bit == 0 ? UINT64_C(1) << from : 0;
		jumps = true;
	}
	/* Of the first it is not even known whether it jumps at all. */
	if (sites->incomplete && (jumps || from > 0))
		ways->ends |= UINT64_C(1) << from;
}

/* The functions on ways from the first, but for those that lead past `without`. */
static uint64_t reached(const struct ways *ways, uint64_t without)
{
	uint64_t found = 1 & ~without, before = 0;

	while (found != before) {
		before = found;
		for (unsigned i = 0; i < ways->count; i++)
			found |= found >> i & 1 ? ways->to[i] & ~without : 0;
	}
	return found;
}

/* Those from which the end may be reached. */
static uint64_t leading(const struct ways *ways)
{
	uint64_t found = ways->ends, before = 0;

	while (found != before) {
		before = found;
		for (unsigned i = 0; i < ways->count; i++)
			found |= ways->to[i] & found ? UINT64_C(1) << i : 0;
	}
	return found;
}

/* ---- frames ------------------------------------------------------------------------------------ */

static bool same_frames(const struct frames *a, const struct frames *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].function != b->list[i].function || a->list[i].line != b->list[i].line)
			return false;
	return true;
}

/* The frames at the jump that leads on; NULL if there are several, which differ. */
static const struct frames *frames_at_jump(struct ways *ways, unsigned from, uint64_t lead)
{
	struct code_function *function = ways->list[from];
	const struct call_sites *sites = code_function_sites(function);
	const struct frames *found = NULL;

	for (size_t i = 0; i < sites->count; i++) {
		const struct call_site *site = &sites->list[i];
		if (!is_jump(site))
			continue;
		const struct code_function *callee = code_function_callee(ways->symbolizer, function, site);
		uint64_t bit = is_end(ways, callee) ? 0 : bit_of(ways, callee);
		if (bit != 0 && !(bit & lead))
			continue;
		if (site->within == 0)
			return NULL;
		const struct frames *here =
			symbolizer_look_up(ways->symbolizer, function->image,
					   site->within + function->image->object.dwarf_shift);
		if (found && !same_frames(found, here))
			return NULL;
		found = here;
	}
	return sites->incomplete ? NULL : found;
}

static size_t append(struct source_frame **list, size_t *capacity, size_t count, struct source_frame frame)
{
	*list = pool_grow(*list, capacity, count + 1, sizeof(**list));
	(*list)[count] = frame;
	(*list)[count].jumped = true;
	return count + 1;
}

/* Without a line the function alone is told. */
static size_t append_function(struct ways *ways, unsigned i, uint64_t lead, struct source_frame **list,
			      size_t *capacity, size_t count)
{
	const struct frames *frames = frames_at_jump(ways, i, lead);

	for (size_t k = 0; frames && k < frames->count; k++)
		count = append(list, capacity, count, frames->list[k]);
	if (frames)
		return count;
	return append(list, capacity, count,
		      (struct source_frame){.function = source_of(ways, ways->list[i])});
}

/* Of those that all ways pass, how many come before. */
static unsigned rank_of(const struct ways *ways, uint64_t passed, unsigned of)
{
	unsigned rank = 0;

	for (unsigned i = 0; i < ways->count; i++)
		rank += (passed >> i & 1) && i != of && !(reached(ways, UINT64_C(1) << i) >> of & 1);
	return rank;
}

static struct frames *tell(struct ways *ways, uint64_t lead)
{
	uint64_t passed = 0;
	unsigned order[FUNCTIONS_MAX], told = 0;
	struct source_frame *list = NULL;
	size_t capacity = 0, count = 0;

	for (unsigned i = 0; i < ways->count; i++)
		if ((lead >> i & 1) && !(reached(ways, UINT64_C(1) << i) & ways->ends))
			passed |= UINT64_C(1) << i;
	for (unsigned i = 0; i < ways->count; i++)
		if (passed >> i & 1) {
			order[rank_of(ways, passed, i)] = i;
			told++;
		}
	while (told-- > 0)
		count = append_function(ways, order[told], lead, &list, &capacity, count);
	for (size_t i = 0; i < count; i++)
		symbolizer_push(ways->symbolizer, &list[i]);
	free(list);
	return symbolizer_made(ways->symbolizer);
}

static struct frames *find(struct symbolizer *symbolizer, const struct code_function *called,
			   const struct code_function *entered)
{
	struct ways ways = {.symbolizer = symbolizer, .end = entered};

	if (entered == &dynamic_linker || (entered && is_same(&ways, called, entered)))
		return symbolizer_made(symbolizer);
	bit_of(&ways, called);
	for (unsigned i = 0; i < ways.count; i++)
		add_jumps(&ways, i);
	uint64_t lead = leading(&ways);
	return lead & 1 ? tell(&ways, lead) : symbolizer_made(symbolizer);
}

size_t symbolizer_left_out(struct symbolizer *symbolizer, const struct code_function *called,
			   const struct code_function *entered, const struct source_frame **out)
{
	struct frames *frames = map_get(&symbolizer->left_out, (uintptr_t)called, (uintptr_t)entered);

	if (!frames) {
		frames = symbolizer->remembered ? remembered_left_out(symbolizer->remembered, called, entered)
						: find(symbolizer, called, entered);
		map_put(&symbolizer->left_out, (uintptr_t)called, (uintptr_t)entered, frames);
	}
	*out = frames->list;
	return frames->count;
}
