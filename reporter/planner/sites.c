/*
 * sites.c - places of lines and exits, moved within their blocks to where a jump fits.
 *
 * Nothing that a block does changes memory but calls: what is counted before the first of them, or behind the
 * last, may be counted anywhere there.
 */
#include "sites.h"

#include "base/memory.h"
#include "extent.h"
#include "trace/plan.h"

#include <stdlib.h>

#define MOVE_MAX 24

/* Control comes from instruction i to the next one of the list and from nowhere else, and changes no memory.
 */
static bool flows(const struct body *body, size_t i)
{
	const struct instruction *one = &body->list[i];
	return body_joined(body, i + 1) && !one->goes && !one->calls && !body->list[i + 1].leader &&
	       !body->list[i + 1].dead;
}

/* ---- lines ----------------------------------------------------------------------- */

static void begin_at_rows(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->row && (!body_joined(body, i) || one[-1].line != one->line || one[-1].goes))
			one->does |= PLAN_BEGINS;
	}
}

static void begin_at_targets(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		const struct instruction *one = &body->list[i];
		struct instruction *target = one->direct && !one->dead ? body_find(body, one->target) : NULL;
		if (target && target->line && (target->line != one->line || target->at <= one->at))
			target->does |= PLAN_BEGINS;
	}
}

/* Code of another line than what is before it, where no statement begins: optimized code goes back and forth.
 */
static void note_unseen(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		one->unseen = !one->dead && one->line && !(one->does & PLAN_BEGINS) &&
			      (!body_joined(body, i) || one[-1].line != one->line || one[-1].ends);
	}
}

/* Compilers have the jump at the end of a loop's body, or of a branch, on a line that does something else:
 * who comes there from another line does not execute it.  A line that is nothing but a jump is a statement.
 */
static bool is_mere_jump(const struct instruction *one)
{
	return one->does == PLAN_BEGINS && one->kind == PLAN_GOES && one->direct;
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
			lines[(*count)++] = body->list[i].line;
	qsort(lines, *count, sizeof(*lines), by_line);
	return lines;
}

static void pass_over_jumps(struct body *body)
{
	size_t count;
	uint32_t *lines = lines_that_do_more(body, &count);
	for (size_t i = 0; i < body->count; i++)
		if (is_mere_jump(&body->list[i]) &&
		    bsearch(&body->list[i].line, lines, count, sizeof(*lines), by_line))
			body->list[i].does = 0;
	free(lines);
}

/* An indirect jump may lead to an endbr64 only as long as that is there. */
static void step_over_landmarks(struct body *body)
{
	for (size_t i = 0; i + 1 < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (!one->landmark || !one->does || !body_joined(body, i + 1) || one[1].dead)
			continue;
		one[1].does |= one->does;
		one->does = 0;
	}
}

/* The nearest place further down the block where a jump of so many bytes fits, behind so many; 0: none. */
static size_t room_below(const struct body *body, size_t from, uint64_t behind_bytes, size_t jump_bytes)
{
	for (size_t i = from; i < from + MOVE_MAX && flows(body, i); i++) {
		const struct instruction *next = &body->list[i + 1];
		if (next->does)
			return 0;
		if (next->at >= body->list[from].at + behind_bytes && extent_of(body, i + 1) >= jump_bytes)
			return i + 1;
	}
	return 0;
}

static void move_lines_down(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		uint8_t does = body->list[i].does;
		if (!(does & PLAN_BEGINS) || does & PLAN_ENTERS || extent_of(body, i) >= JUMP_BYTES)
			continue;
		size_t to = room_below(body, i, 0, JUMP_BYTES);
		if (!to && extent_of(body, i) < SHORT_JUMP_BYTES)
			to = room_below(body, i, 0, SHORT_JUMP_BYTES);
		if (!to)
			continue;
		body->list[i].does = 0;
		body->list[to].does = does;
	}
}

/* ---- the entry ------------------------------------------------------------------- */

/* What begins at the entry is the function's own line; a statement's that begins there, too, moves down. */
static size_t enter(struct body *body, uint32_t opening)
{
	size_t i = (size_t)(body_find(body, body->entry) - body->list);
	bool row = body->list[i].row;
	if (body->list[i].landmark && body_joined(body, i + 1) && !body->list[i + 1].dead)
		i++;
	struct instruction *entry = &body->list[i];
	entry->does |= PLAN_ENTERS | (row ? PLAN_BEGINS : 0);
	if (entry->row && entry->line != opening) {
		size_t to = room_below(body, i, JUMP_BYTES, SHORT_JUMP_BYTES);
		if (to)
			body->list[to].does |= PLAN_BEGINS;
	}
	return i;
}

/* ---- exits ----------------------------------------------------------------------- */

static void move_exit_up(struct body *body, size_t from)
{
	struct instruction *exit = &body->list[from];
	uint8_t lone = exit->does;
	size_t own_room = extent_of(body, from);
	if (lone != PLAN_LEAVES || own_room >= JUMP_BYTES)
		return;
	for (size_t i = from; i > 0 && i + MOVE_MAX > from && !body->list[i].leader && flows(body, i - 1);
	     i--) {
		struct instruction *above = &body->list[i - 1];
		exit->does = 0;
		size_t room = extent_of(body, i - 1);
		if (above->does ? room >= SHORT_JUMP_BYTES || own_room < SHORT_JUMP_BYTES
				: room >= JUMP_BYTES) {
			above->does |= PLAN_LEAVES;
			return;
		}
		exit->does = lone;
		if (above->does)
			return;
	}
}

/* ---------------------------------------------------------------------------------- */

size_t sites_place(struct body *body, uint32_t opening)
{
	begin_at_rows(body);
	begin_at_targets(body);
	note_unseen(body);
	pass_over_jumps(body);
	step_over_landmarks(body);
	size_t entry = enter(body, opening);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].does & PLAN_LEAVES)
			move_exit_up(body, i);
	move_lines_down(body);
	return entry;
}
