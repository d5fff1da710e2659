/*
 * extent.c - see extent.h.
 */
#include "extent.h"

static bool is_movable(const struct instruction *one)
{
	return !one->fixed || one->dead;
}

static bool goes_on(const struct body *body, size_t from, size_t i)
{
	const struct instruction *one = &body->list[i];
	if (i == from)
		return is_movable(one);
	return i - from < EXTENT_INSTRUCTIONS_MAX && body_joined(body, i) && !one->leader &&
	       !one->statement && !one->does && !one[-1].calls && is_movable(one);
}

size_t extent_take(const struct body *body, size_t from, size_t needed_bytes, size_t *bytes)
{
	size_t i = from;
	*bytes = 0;
	while (i < body->count && *bytes < needed_bytes && goes_on(body, from, i))
		*bytes += body->list[i++].bytes;
	return i - from;
}

size_t extent_of(const struct body *body, size_t from)
{
	size_t bytes;
	extent_take(body, from, SIZE_MAX, &bytes);
	return bytes;
}
