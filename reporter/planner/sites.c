/*
 * sites.c - places of lines and exits, moved within their blocks to where a jump fits.
 *
 * Nothing that a block does changes memory but calls: what is counted before the first of them, or behind the
 * last, may be counted anywhere there.
 */
#include "sites.h"

#include "begins.h"
#include "extent.h"
#include "trace/plan.h"

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

static void move(struct instruction *from, struct instruction *to)
{
	to->does |= from->does;
	to->begun = from->begun;
	from->does = 0;
}

/* An indirect jump may lead to an endbr64 only as long as that is there. */
static void step_over_landmarks(struct body *body)
{
	for (size_t i = 0; i + 1 < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (!one->landmark || !one->does || !body_joined(body, i + 1) || one[1].dead)
			continue;
		move(one, one + 1);
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
		move(&body->list[i], &body->list[to]);
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
	entry->does |= PLAN_ENTERS;
	if (row)
		begins_here(entry, entry->line);
	if (entry->row && entry->line != opening) {
		size_t to = room_below(body, i, JUMP_BYTES, SHORT_JUMP_BYTES);
		if (to)
			begins_here(&body->list[to], entry->line);
		entry->unseen |= !to;
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
	begins_place(body);
	step_over_landmarks(body);
	size_t entry = enter(body, opening);
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].does & PLAN_LEAVES)
			move_exit_up(body, i);
	move_lines_down(body);
	return entry;
}
