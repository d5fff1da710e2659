/*
 * windows.c - jumps where they fit, one for all lines that follow straight; else short jumps to spare bytes
 * of the nearest site that has any.
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

/* How many instructions, of the extent, the next site behind so many is away; 0: there is none. */
static size_t next_site(const struct body *body, size_t from, size_t count)
{
	size_t bytes, whole = extent_take(body, from, SIZE_MAX, &bytes);

	for (size_t i = count; i < whole; i++)
		if (body->list[from + i].does)
			return i;
	return 0;
}

/* Lines that follow straight have one jump: the next one's, if it begins right behind, or has no room of its
 * own. */
static void swallow(struct window *window, const struct body *body)
{
	for (size_t i; (i = next_site(body, window->first, window->count)) > 0;) {
		if (i > window->count && extent_of(body, window->first + i) >= JUMP_BYTES)
			return;
		window->bytes = 0;
		for (window->count = 0; window->count <= i; window->count++)
			window->bytes += body->list[window->first + window->count].bytes;
	}
}

static struct window *add_window(struct windows *windows, size_t first, uint8_t way)
{
	windows->list =
		pool_grow(windows->list, &windows->capacity, windows->count + 1, sizeof(*windows->list));
	windows->list[windows->count] = (struct window){.first = first, .way = way};
	return &windows->list[windows->count++];
}

/* What lies between the window's beginning and its end. */
static void add_within(struct windows *windows, const struct body *body, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (body->list[i].does)
			add_window(windows, i, PLAN_WITHIN);
}

/* Returns the instruction behind it. */
static size_t add(struct windows *windows, const struct body *body, size_t site)
{
	struct window *window = add_window(windows, site, PLAN_JUMP);

	take(window, body, JUMP_BYTES);
	if (window->bytes < JUMP_BYTES) {
		window->way = PLAN_NOT;
		window->count = window->bytes = 0;
		return site + 1;
	}
	swallow(window, body);
	size_t end = site + window->count;

	add_within(windows, body, site + 1, end);
	return end;
}

/* The first instruction that the next jump displaces, or would. */
static size_t limit_of(const struct windows *windows, const struct window *window, const struct body *body)
{
	size_t i = (size_t)(window - windows->list) + 1;

	while (i < windows->count && windows->list[i].way == PLAN_WITHIN)
		i++;
	return i < windows->count ? windows->list[i].first : body->count;
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

static bool lend(const struct windows *windows, struct window *host, struct window *to,
		 const struct body *body)
{
	int64_t far = distance(host, to, body);
	size_t needed = JUMP_BYTES * (2 + host->springs), bytes;
	if (host->way != PLAN_JUMP || far < INT8_MIN || far > INT8_MAX)
		return false;
	size_t count = extent_take(body, host->first, needed, &bytes);
	if (bytes < needed || bytes > UINT8_MAX || host->first + count > limit_of(windows, host, body))
		return false;
	to->springboard = next_springboard(host, body);
	host->springs++;
	if (bytes > host->bytes)
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
		if (lend(windows, &windows->list[k], to, body))
			return true;
	for (size_t k = i; k > 0 && is_near(windows, k - 1, i, body); k--)
		if (lend(windows, &windows->list[k - 1], to, body))
			return true;
	return false;
}

static void choose_short(struct windows *windows, size_t i, const struct body *body)
{
	struct window *window = &windows->list[i];
	size_t bytes, count = extent_take(body, window->first, SHORT_JUMP_BYTES, &bytes);

	if (bytes < SHORT_JUMP_BYTES || window->first + count > limit_of(windows, window, body) ||
	    !borrow(windows, i, body))
		return;
	window->way = PLAN_SHORT_JUMP;
	take(window, body, SHORT_JUMP_BYTES);
}

void windows_choose(struct windows *windows, const struct body *body)
{
	*windows = (struct windows){0};
	for (size_t i = 0; i < body->count;)
		i = body->list[i].does ? add(windows, body, i) : i + 1;
	for (size_t i = 0; i < windows->count; i++)
		if (windows->list[i].way == PLAN_NOT)
			choose_short(windows, i, body);
}
