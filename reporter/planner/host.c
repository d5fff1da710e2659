/* host.c - see host.h. */
#include "host.h"

#include "base/memory.h"
#include "base/pool.h"
#include "frames.h"

#include <stdlib.h>

static void add(struct way_list *ways, size_t at, size_t other)
{
	ways->list = pool_grow(ways->list, &ways->capacity, ways->count + 1, sizeof(*ways->list));
	ways->list[ways->count++] = (struct way){at, other};
}

static void add_way(struct host *host, size_t from, const struct instruction *to)
{
	if (!to)
		return;
	add(&host->in, (size_t)(to - host->body->list), from);
	add(&host->out, from, (size_t)(to - host->body->list));
}

/* From each call that an exception may come out of. */
static void add_landing(void *context, const struct frames_landing *landing)
{
	struct host *host = context;
	const struct body *body = host->body;
	for (size_t i = body_first_from(body, landing->from);
	     i < body->count && body->list[i].at < landing->to; i++)
		if (body->list[i].calls)
			add_way(host, i, body_find(body, landing->at));
}

static int by_ends(const void *left, const void *right)
{
	const struct way *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->other > b->other) - (a->other < b->other);
}

static void sort(struct way_list *ways)
{
	if (ways->count > 0)
		qsort(ways->list, ways->count, sizeof(*ways->list), by_ends);
}

void host_init(struct host *host, const struct body *body, const struct code *code)
{
	*host = (struct host){.body = body, .place = memory_zeroed(body->count + 1, 1)};
	for (size_t i = 0; i < body->count; i++)
		if (body->list[i].direct && !body->list[i].dead)
			add_way(host, i, body_find(body, body->list[i].target));
	for (size_t i = 0; i < body->range_count; i++)
		frames_landings(code, body->ranges[i].from, body->ranges[i].to, add_landing, host);
	sort(&host->in);
	sort(&host->out);
}

void host_finish(struct host *host)
{
	free(host->in.list);
	free(host->out.list);
	free(host->place);
}

/* The index of the first with that end or a later one. */
static size_t first_from(const struct way_list *ways, size_t at)
{
	size_t low = 0, high = ways->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (ways->list[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct way_run run_at(const struct way_list *ways, size_t at)
{
	size_t first = first_from(ways, at), end = first;
	if (ways->count == 0)
		return (struct way_run){NULL, NULL};
	while (end < ways->count && ways->list[end].at == at)
		end++;
	return (struct way_run){ways->list + first, ways->list + end};
}

struct way_run host_ways_to(const struct host *host, size_t i)
{
	return run_at(&host->in, i);
}

struct way_run host_ways_from(const struct host *host, size_t i)
{
	return run_at(&host->out, i);
}

bool host_falls_into(const struct host *host, size_t i)
{
	const struct body *body = host->body;
	return body_joined(body, i) && !body->list[i - 1].ends && !body->list[i - 1].dead;
}

bool host_falls_out_of(const struct host *host, size_t i)
{
	const struct body *body = host->body;
	return !body->list[i].ends && body_joined(body, i + 1) && !body->list[i + 1].dead;
}
