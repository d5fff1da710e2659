/*
 * begins.c - see begins.h.
 *
 * A copy of another function within this one is its call's line, and what it does is one visit, however it
 * goes there: the line begins where control comes into the copy, and nowhere in it.
 */
#include "begins.h"

#include "base/memory.h"

#include <stdlib.h>

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

/* Whether something of the instruction's copy stands before it in its block: code of others is between. */
static bool goes_on(const struct body *body, size_t i)
{
	const struct instruction *one = &body->list[i];
	for (; body_joined(body, i) && !body->list[i].leader && !body->list[i - 1].ends; i--)
		if (is_within(&body->list[i - 1], one))
			return true;
	return false;
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
		if (one->copy && body_joined(body, i) && !one[-1].ends)
			ways[i].above = !is_within(one - 1, one) && !goes_on(body, i);
	}
	return ways;
}

/* Where the copy's own jumps come back to its first instruction, the one before that tells, too. */
static void begin_copy(struct body *body, size_t i, const struct ways_in *ways)
{
	struct instruction *one = &body->list[i];
	if (!ways->back)
		begins_here(one, one->line);
	else if (!ways->outside && one[-1].does == 0 && !one[-1].goes)
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
}

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

/* ---- jumps ----------------------------------------------------------------------- */

/* To the condition of the loop that stands behind it on the same line: the line's execution begins. */
static bool enters_loop(const struct body *body, const struct instruction *one)
{
	const struct instruction *to = body_find(body, one->target), *end = body->list + body->count;
	if (!to || to->at <= one->at)
		return false;
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

static int by_line(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* The lines on which something else than a jump begins, in order; the caller's to free. */
static uint32_t *lines_that_do_more(const struct body *body, size_t *count)
{
	uint32_t *lines = memory_zeroed(body->count, sizeof(*lines));
	*count = 0;
	for (size_t i = 0; i < body->count; i++)
		if ((body->list[i].does & PLAN_BEGINS) && body->list[i].kind != PLAN_GOES)
			lines[(*count)++] = body->list[i].begun;
	qsort(lines, *count, sizeof(*lines), by_line);
	return lines;
}

static bool line_goes_on(const struct body *body, size_t i)
{
	uint32_t line = body->list[i].line;
	for (; body_joined(body, i) && !body->list[i].leader && !body->list[i - 1].ends; i--)
		if (body->list[i - 1].line == line)
			return true;
	return false;
}

static void begin_others(struct body *body)
{
	size_t count;
	uint32_t *lines = memory_zeroed(body->count, sizeof(*lines));
	count = 0;
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].does & PLAN_BEGINS)
			lines[count++] = body->list[i].begun;
	qsort(lines, count, sizeof(*lines), by_line);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].unseen && !body->list[i].does &&
		    !bsearch(&body->list[i].line, lines, count, sizeof(*lines), by_line)) {
			if (line_goes_on(body, i)) {
				body->list[i].unseen = false;
				continue;
			}
			begins_here(&body->list[i], body->list[i].line);
			body->list[i].unseen = false;
		}
	free(lines);
}

static void pass_over_jumps(struct body *body)
{
	size_t count;
	uint32_t *lines = lines_that_do_more(body, &count);
	for (size_t i = 0; i < body->count; i++)
		if (is_mere_jump(body, &body->list[i]) &&
		    bsearch(&body->list[i].begun, lines, count, sizeof(*lines), by_line))
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
	begin_others(body);
	pass_over_jumps(body);
}
