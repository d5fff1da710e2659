/*
 * begins.c - see begins.h.
 *
 * A copy of another function within this one is its call's line, and what it does is one visit, however it
 * goes there: the line begins where control comes into the copy, and nowhere in it.
 */
#include "begins.h"

#include "base/memory.h"

#include <stdlib.h>

#define LOOK_BACK_MAX 256
#define LOOP_MAX 4096 /* instructions of a loop on one line, to its condition's end */

/* ---- blocks ---------------------------------------------------------------------- */

/* Whether something like the instruction stands before it in its block, and others between. */
static bool goes_on(const struct body *body, size_t i,
		    bool (*is_like)(const struct instruction *one, const struct instruction *other))
{
	const struct instruction *one = &body->list[i];
	for (size_t back = 0;
	     back < LOOK_BACK_MAX && body_joined(body, i) && !body->list[i].leader && !body->list[i - 1].ends;
	     back++, i--)
		if (is_like(&body->list[i - 1], one))
			return true;
	return false;
}

/* ---- copies ---------------------------------------------------------------------- */

/* What leads to the first instruction of a copy, or of a piece of it. */
struct ways_in {
	bool above;   /* it comes from what is before it, of something else */
	bool outside; /* a jump comes from elsewhere in the function */
	bool back;    /* a jump of the copy itself comes back */
};

static bool is_within(const struct instruction *from, const struct instruction *to)
{
	return from->copy == to->copy;
}

/* Of each instruction of a copy; jumps that are not direct stay within one. */
static struct ways_in *find_ways_in(const struct body *body)
{
	struct ways_in *ways = memory_zeroed(body->count, sizeof(*ways));
	for (size_t i = 0; i < body->count; i++) {
		const struct instruction *one = &body->list[i];
		const struct instruction *target =
			one->direct && !one->dead ? body_find(body, one->target) : NULL;
		if (target && target->copy) {
			ways[target - body->list].outside |= !is_within(one, target);
			ways[target - body->list].back |= is_within(one, target) && target->at <= one->at;
		}
		if (one->copy)
			ways[i].outside |= one->comes;
		if (one->copy && body_joined(body, i) && !one[-1].ends)
			ways[i].above = !is_within(one - 1, one) && !goes_on(body, i, is_within);
	}
	return ways;
}

/* Where the copy's own jumps come back to its first instruction, the one before that tells, too. */
static void begin_copy(struct body *body, size_t i, const struct ways_in *ways)
{
	struct instruction *one = &body->list[i];
	if (!ways->back)
		begins_here(one, one->line);
	else if (!ways->outside && body_joined(body, i) && one[-1].does == 0 && !one[-1].goes)
		begins_here(one - 1, one->line);
	else
		one->unseen = true;
}

static void begin_copies(struct body *body)
{
	struct ways_in *ways = find_ways_in(body);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].copy && body->list[i].line && (ways[i].above || ways[i].outside))
			begin_copy(body, i, &ways[i]);
	free(ways);
}

/* ---- other code ------------------------------------------------------------------ */

static void begin_at_rows(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->row && !one->copy &&
		    (!body_joined(body, i) || one[-1].line != one->line || one[-1].goes))
			begins_here(one, one->line);
	}
}

/* Where nothing falls through, and the line table is silent, the line before need not have to do with it. */
static bool is_of_its_line(const struct body *body, const struct instruction *target)
{
	size_t i = (size_t)(target - body->list);
	return !target->silent || (body_joined(body, i) && !target[-1].ends);
}

static void begin_at_targets(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		const struct instruction *one = &body->list[i];
		struct instruction *target = one->direct && !one->dead ? body_find(body, one->target) : NULL;
		if (!target || !target->line || target->copy)
			continue;
		if (target->line == one->line ? target->at <= one->at : is_of_its_line(body, target))
			begins_here(target, target->line);
	}
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->comes && one->line && !one->copy && is_of_its_line(body, one))
			begins_here(one, one->line);
	}
}

/* ---- lines that begin ------------------------------------------------------------ */

static int by_line(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* Those that do, in order; with jumps or without what begins at one.  The caller's to free. */
static uint32_t *lines_begun(const struct body *body, bool jumps, size_t *count)
{
	uint32_t *lines = memory_zeroed(body->count + 1, sizeof(*lines));
	*count = 0;
	for (size_t i = 0; i < body->count; i++)
		if ((body->list[i].does & PLAN_BEGINS) && (jumps || body->list[i].kind != PLAN_GOES))
			lines[(*count)++] = body->list[i].begun;
	qsort(lines, *count, sizeof(*lines), by_line);
	return lines;
}

static bool has_line(const uint32_t *lines, size_t count, uint32_t line)
{
	return bsearch(&line, lines, count, sizeof(*lines), by_line) != NULL;
}

/* ---- code without a statement ---------------------------------------------------- */

/* Code of another line than what is before it, where no statement begins: optimized code goes back and forth.
 */
static void note_unseen(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		one->unseen |= !one->dead && one->line && !one->copy && !(one->does & PLAN_BEGINS) &&
			       (!body_joined(body, i) || one[-1].line != one->line || one[-1].ends);
	}
}

static bool is_of_line(const struct instruction *one, const struct instruction *other)
{
	return one->line == other->line;
}

/* A line of which no statement begins anywhere begins where code of it does, once a block. */
static void begin_silent_lines(struct body *body)
{
	size_t count;
	uint32_t *lines = lines_begun(body, true, &count);
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (!one->unseen || one->copy || one->does || has_line(lines, count, one->line))
			continue;
		one->unseen = false;
		if (!goes_on(body, i, is_of_line))
			begins_here(one, one->line);
	}
	free(lines);
}

/* ---- jumps ----------------------------------------------------------------------- */

/* To the condition of the loop that stands behind it on the same line: the line's execution begins. */
static bool enters_loop(const struct body *body, const struct instruction *one)
{
	const struct instruction *to = body_find(body, one->target), *end = body->list + body->count;
	if (!to || to->at <= one->at)
		return false;
	end = end - to > LOOP_MAX ? to + LOOP_MAX : end;
	for (; to < end && to->line == one->line; to++)
		if (to->direct && to->target == one->at + one->bytes)
			return true;
	return false;
}

/* Compilers have the jump at the end of a loop's body, or of a branch, on a line that does something else:
 * who comes there from another line does not execute it.  A line that is nothing but a jump is a statement.
 */
static bool is_mere_jump(const struct body *body, const struct instruction *one)
{
	return one->does == PLAN_BEGINS && one->kind == PLAN_GOES && one->direct && !one->copy &&
	       !enters_loop(body, one);
}

static void pass_over_jumps(struct body *body)
{
	size_t count;
	uint32_t *lines = lines_begun(body, false, &count);
	for (size_t i = 0; i < body->count; i++)
		if (is_mere_jump(body, &body->list[i]) && has_line(lines, count, body->list[i].begun))
			body->list[i].does = 0;
	free(lines);
}

/* ---------------------------------------------------------------------------------- */

void begins_place(struct body *body)
{
	begin_at_rows(body);
	begin_at_targets(body);
	begin_copies(body);
	note_unseen(body);
	begin_silent_lines(body);
	pass_over_jumps(body);
}
