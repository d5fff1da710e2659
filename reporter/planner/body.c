/*
 * body.c - decodes from end to end: compilers put no data between instructions.
 */
#include "body.h"

#include "base/pool.h"
#include "frames.h"

#include <stdlib.h>

#define BODY_BYTES_MAX (8u << 20)
#define ALIGNMENT 16u /* of what fillers reach up to */

void body_finish(struct body *body)
{
	free(body->ranges);
	free(body->list);
	*body = (struct body){0};
}

void body_add_range(struct body *body, uint64_t from, uint64_t to)
{
	body->ranges =
		pool_grow(body->ranges, &body->range_capacity, body->range_count + 1, sizeof(*body->ranges));
	body->ranges[body->range_count++] = (struct body_range){from, to};
}

static int by_address(const void *left, const void *right)
{
	const struct body_range *a = left, *b = right;
	return (a->from > b->from) - (a->from < b->from);
}

void body_order_ranges(struct body *body)
{
	if (body->range_count > 0)
		qsort(body->ranges, body->range_count, sizeof(*body->ranges), by_address);
}

/* What was taken before a range that cannot be stays so: nobody else may have it either. */
bool body_claim(struct body *body, struct code *code)
{
	body_order_ranges(body);
	for (size_t i = 0; i < body->range_count; i++)
		if (!code_claim(code, body->ranges[i].from, body->ranges[i].to))
			return false;
	return body->range_count > 0;
}

static struct instruction *add(struct body *body, const struct instruction *instruction)
{
	body->list = pool_grow(body->list, &body->capacity, body->count + 1, sizeof(*body->list));
	body->list[body->count] = *instruction;
	return &body->list[body->count++];
}

/* Fillers behind a range that end where the next function begins, or something is aligned, belong to nobody.
 */
static void add_fillers(struct body *body, struct code *code, uint64_t from)
{
	uint64_t to = (from + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1), next;
	struct instruction filler;
	size_t before = body->count;
	if (frames_next(code, from, &next) && next < to)
		to = next;
	uint64_t at = from;
	while (at < to && instruction_read(code, at, &filler) && filler.filler && at + filler.bytes <= to) {
		filler.dead = true;
		add(body, &filler);
		at += filler.bytes;
	}
	if (at != to || at == from || !code_claim(code, from, to))
		body->count = before;
}

static bool read_range(struct body *body, struct code *code, const struct body_range *range)
{
	struct instruction one;
	for (uint64_t at = range->from; at < range->to; at += one.bytes) {
		if (!instruction_read(code, at, &one) || one.bytes > range->to - at)
			return false;
		add(body, &one);
	}
	if (body->count > 0 && body->list[body->count - 1].ends)
		add_fillers(body, code, range->to);
	return true;
}

bool body_read(struct body *body, struct code *code)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < body->range_count; i++) {
		bytes += body->ranges[i].to - body->ranges[i].from;
		if (bytes > BODY_BYTES_MAX || !read_range(body, code, &body->ranges[i]))
			return false;
	}
	return body_find(body, body->entry) != NULL;
}

size_t body_first_from(const struct body *body, uint64_t address)
{
	size_t low = 0, high = body->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (body->list[middle].at < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct instruction *body_find(const struct body *body, uint64_t address)
{
	size_t i = body_first_from(body, address);
	return i < body->count && body->list[i].at == address ? &body->list[i] : NULL;
}

struct instruction *body_around(const struct body *body, uint64_t address)
{
	size_t i = body_first_from(body, address);
	if (i < body->count && body->list[i].at == address)
		return &body->list[i];
	struct instruction *before = i > 0 ? &body->list[i - 1] : NULL;
	return before && address - before->at < before->bytes ? before : NULL;
}

bool body_calls(const struct body *body)
{
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].calls)
			return true;
	return false;
}

bool body_has(const struct body *body, uint64_t address)
{
	for (size_t i = 0; i < body->range_count; i++)
		if (address >= body->ranges[i].from && address < body->ranges[i].to)
			return true;
	return false;
}
