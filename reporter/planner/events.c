/*
 * events.c - see events.h.
 *
 * Nothing that a block does changes memory but calls: what is counted behind the last may be counted anywhere
 * there, as long as the order is kept.
 */
#include "events.h"

#include "base/pool.h"
#include "extent.h"
#include "trace/plan.h"

#include <stdlib.h>
#include <string.h>

#define MOVE_MAX 24
#define DEPTH_MAX 1023u

void events_finish(struct events *events)
{
	free(events->list);
	*events = (struct events){0};
}

void events_add(struct events *events, const struct event *event, enum event_turn turn, uint32_t depth)
{
	bool inner_first = turn == EVENT_CAME_OUT || turn == EVENT_RETURNS;
	uint32_t capped = depth < DEPTH_MAX ? depth : DEPTH_MAX;
	events->list = pool_grow(events->list, &events->capacity, events->count + 1, sizeof(*events->list));
	struct event *added = &events->list[events->count++];
	*added = *event;
	/* Of one copy its entry comes first. */
	added->order = (uint32_t)turn << 20 | (inner_first ? DEPTH_MAX - capped : capped) << 1 |
		       !(event->does & PLAN_ENTERS);
}

static int by_place(const void *left, const void *right)
{
	const struct event *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->copy > b->copy) - (a->copy < b->copy);
}

/* Control comes to instruction i from the one before it and from nowhere else, and that changes no memory. */
static bool flows_from_above(const struct body *body, size_t i)
{
	return body_joined(body, i) && !body->list[i].leader && !body->list[i - 1].goes &&
	       !body->list[i - 1].calls && !body->list[i - 1].dead;
}

/* The nearest place up the block where a jump fits; `from` itself if there is none, or one is not needed. */
static size_t room_above(const struct body *body, size_t from, size_t not_before)
{
	if (extent_of(body, from) >= JUMP_BYTES)
		return from;
	for (size_t i = from; i > not_before && i + MOVE_MAX > from && flows_from_above(body, i); i--)
		if (extent_of(body, i - 1) >= JUMP_BYTES)
			return i - 1;
	return from;
}

static bool has_copys(const struct events *events, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		if (events->list[i].copy)
			return true;
	return false;
}

/* Own code's have been moved already; they move only with those of copies that they stand among. */
static void move_up(struct events *events, const struct body *body)
{
	size_t not_before = 0;
	for (size_t first = 0, end; first < events->count; first = end) {
		size_t at = events->list[first].at;
		for (end = first; end < events->count && events->list[end].at == at; end++)
			;
		size_t to = has_copys(events, first, end) ? room_above(body, at, not_before) : at;
		for (size_t i = first; i < end; i++)
			events->list[i].at = to;
		not_before = to;
	}
}

void events_place(struct events *events, struct body *body)
{
	if (events->count > 0)
		qsort(events->list, events->count, sizeof(*events->list), by_place);
	move_up(events, body);
	for (size_t i = 0; i < body->count; i++)
		body->list[i].does = 0;
	for (size_t i = 0; i < events->count; i++)
		body->list[events->list[i].at].does |= events->list[i].does;
}
