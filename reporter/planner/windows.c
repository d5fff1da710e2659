/*
 * windows.c - jumps where they fit; else short jumps to spare bytes of the nearest site that has any.
 *
 * A short jump reaches 127 bytes, so only that many sites are asked about each.
 */
#include "windows.h"

#include "base/pool.h"
#include "extent.h"
#include "trace/plan.h"

#include <stdlib.h>

void windows_finish(struct windows *windows)
{
	free(windows->list);
	*windows = (struct windows){0};
}

static void take(struct window *window, const struct body *body, size_t needed_bytes)
{
	window->count = extent_take(body, window->first, needed_bytes, &window->bytes);
}

static void add(struct windows *windows, const struct body *body, size_t site)
{
	windows->list =
		pool_grow(windows->list, &windows->capacity, windows->count + 1, sizeof(*windows->list));
	struct window *window = &windows->list[windows->count++];
	*window = (struct window){.first = site, .way = PLAN_JUMP};
	take(window, body, JUMP_BYTES);
	if (window->bytes >= JUMP_BYTES)
		return;
	window->way = PLAN_NOT;
	window->count = window->bytes = 0;
}

static uint64_t next_springboard(const struct window *host, const struct body *body)
{
	return body->list[host->first].at + JUMP_BYTES * (1 + host->springs);
}

/* The distance as the processor reckons it: from behind the short jump. */
static int64_t distance(const struct window *host, const struct window *from, const struct body *body)
{
	return (int64_t)(next_springboard(host, body) - (body->list[from->first].at + SHORT_JUMP_BYTES));
}

static bool lend(struct window *host, struct window *to, const struct body *body)
{
	int64_t far = distance(host, to, body);
	size_t needed = JUMP_BYTES * (2 + host->springs), bytes;
	if (host->way != PLAN_JUMP || far < INT8_MIN || far > INT8_MAX)
		return false;
	extent_take(body, host->first, needed, &bytes);
	if (bytes < needed || bytes > UINT8_MAX)
		return false;
	to->springboard = next_springboard(host, body);
	host->springs++;
	take(host, body, needed);
	return true;
}

static bool is_near(const struct windows *windows, size_t a, size_t b, const struct body *body)
{
	return body->list[windows->list[b].first].at - body->list[windows->list[a].first].at <=
	       INT8_MAX + SHORT_JUMP_BYTES + JUMP_BYTES * EXTENT_INSTRUCTIONS_MAX;
}

static bool borrow(struct windows *windows, size_t i, const struct body *body)
{
	struct window *to = &windows->list[i];
	for (size_t k = i + 1; k < windows->count && is_near(windows, i, k, body); k++)
		if (lend(&windows->list[k], to, body))
			return true;
	for (size_t k = i; k > 0 && is_near(windows, k - 1, i, body); k--)
		if (lend(&windows->list[k - 1], to, body))
			return true;
	return false;
}

void windows_choose(struct windows *windows, const struct body *body)
{
	size_t bytes;
	*windows = (struct windows){0};
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].does)
			add(windows, body, i);
	for (size_t i = 0; i < windows->count; i++) {
		struct window *window = &windows->list[i];
		if (window->way != PLAN_NOT)
			continue;
		extent_take(body, window->first, SHORT_JUMP_BYTES, &bytes);
		if (bytes < SHORT_JUMP_BYTES || !borrow(windows, i, body))
			continue;
		window->way = PLAN_SHORT_JUMP;
		take(window, body, SHORT_JUMP_BYTES);
	}
}
