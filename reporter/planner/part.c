/*
 * part.c - see part.h.
 *
 * A copy is entered where control comes into it from elsewhere in the host, and left where it goes out.  What
 * of the host stands between two pieces of it in one block has only been put there by the compiler: it is
 * passed over.
 */
#include "part.h"

#include "base/memory.h"
#include "base/pool.h"
#include "begins.h"

#include <stdlib.h>
#include <string.h>

#define GAP_MAX 256
#define BETWEEN_MAX 256

/* ---- where it is ----------------------------------------------------------------- */

/* A part that is being read. */
struct reading {
	struct part *part;
	struct host *host;
	size_t *of_host; /* its instructions in the host */
	const struct lines_of *of;
	uint32_t number, depth;
	bool switches;
	struct events *events;
};

static void take(struct reading *reading, size_t i)
{
	struct body *body = &reading->part->body;
	const struct instruction *one = &reading->host->body->list[i];
	if (one->dead || reading->host->place[i] == PLACE_OWN)
		return;
	reading->host->place[i] = PLACE_OWN;
	body->list = pool_grow(body->list, &body->capacity, body->count + 1, sizeof(*body->list));
	body->list[body->count++] = *one;
}

static void read_ranges(struct body *body, const struct copy *copy, uint64_t shift)
{
	Dwarf_Die die = copy->die;
	Dwarf_Addr base, from, to;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &from, &to)) > 0;)
		if (from > 0 && from < to)
			body_add_range(body, from + shift, to + shift);
	body_order_ranges(body);
}

static void take_all(struct reading *reading)
{
	const struct body *host = reading->host->body;
	struct body *body = &reading->part->body;
	for (size_t k = 0; k < body->range_count; k++)
		for (size_t i = body_first_from(host, body->ranges[k].from);
		     i < host->count && host->list[i].at < body->ranges[k].to; i++)
			take(reading, i);
	reading->of_host = memory_zeroed(body->count + 1, sizeof(*reading->of_host));
	for (size_t k = 0; k < body->count; k++) {
		struct instruction *one = &body->list[k];
		reading->of_host[k] = (size_t)(body_find(host, one->at) - host->list);
		reading->switches |= one->kind == PLAN_GOES_INDIRECT && !(one->does & PLAN_LEAVES);
	}
}

/* Who comes to the last can only have come by way of the first, and what is between them calls nothing. */
static bool leads_to(const struct body *host, size_t first, size_t last)
{
	if (last - first > GAP_MAX)
		return false;
	for (size_t i = first; i < last; i++)
		if (!body_joined(host, i + 1) || host->list[i + 1].leader || host->list[i].ends ||
		    (i > first && host->list[i].calls))
			return false;
	return true;
}

static void bridge_gaps(const struct reading *reading)
{
	for (size_t k = 1; k < reading->part->body.count; k++) {
		size_t from = reading->of_host[k - 1], to = reading->of_host[k];
		if (to > from + 1 && leads_to(reading->host->body, from, to))
			memset(reading->host->place + from + 1, PLACE_BETWEEN, to - from - 1);
	}
}

/* The copy's instructions from k on that follow straight: how many, and whether a statement begins there, or
 * others see what they do. */
static size_t piece_of(const struct reading *reading, size_t k, bool *tells)
{
	const struct body *body = &reading->part->body, *host = reading->host->body;
	size_t i = k;
	*tells = false;
	do
		*tells |= body->list[i].row || body->list[i].lasts;
	while (++i < body->count && leads_to(host, reading->of_host[i - 1], reading->of_host[i]));
	return i - k;
}

/* ---- what is between ------------------------------------------------------------- */

/* Instructions of the host that may be between pieces of the copy. */
struct between {
	size_t list[BETWEEN_MAX];
	size_t count;
};

static void consider(struct host *host, struct between *between, size_t i)
{
	if (host->place[i] != PLACE_OUTSIDE || between->count == BETWEEN_MAX || host->body->list[i].calls)
		return;
	host->place[i] = PLACE_BETWEEN;
	between->list[between->count++] = i;
}

static void consider_behind(struct host *host, struct between *between, size_t i)
{
	for (struct way_run ways = host_ways_from(host, i); ways.next < ways.end; ways.next++)
		consider(host, between, ways.next->other);
	if (host_falls_out_of(host, i))
		consider(host, between, i + 1);
}

/* Control comes to it from inside alone. */
static bool is_come_to_from_inside(const struct host *host, size_t i)
{
	const struct body *body = host->body;
	bool known = host_falls_into(host, i);
	if (known && !host_is_inside(host, i - 1))
		return false;
	for (struct way_run ways = host_ways_to(host, i); ways.next < ways.end; ways.next++, known = true)
		if (!host_is_inside(host, ways.next->other))
			return false;
	return known && body->list[i].at != body->entry;
}

/* Where control goes from inside it is still between; or it is the copy's, and not where that is entered. */
static bool stays(const struct host *host, size_t i)
{
	return host_is_inside(host, i) && is_come_to_from_inside(host, i);
}

static bool goes_inside_only(const struct host *host, size_t i)
{
	const struct instruction *one = &host->body->list[i];
	bool known = host_falls_out_of(host, i);
	if (one->does & PLAN_LEAVES || one->kind == PLAN_GOES_INDIRECT || (known && !stays(host, i + 1)))
		return false;
	for (struct way_run ways = host_ways_from(host, i); ways.next < ways.end; ways.next++, known = true)
		if (!stays(host, ways.next->other))
			return false;
	return known;
}

/* What the copy alone leads to, and what leads back into it alone, is passed over as well, but for calls. */
static void bridge_blocks(const struct reading *reading)
{
	struct host *host = reading->host;
	struct between between = {.count = 0};
	bool changed = true;
	for (size_t k = 0; k < reading->part->body.count; k++)
		consider_behind(host, &between, reading->of_host[k]);
	for (size_t k = 0; k < between.count; k++)
		consider_behind(host, &between, between.list[k]);
	while (changed) {
		changed = false;
		for (size_t k = 0; k < between.count; k++) {
			size_t i = between.list[k];
			if (host->place[i] != PLACE_BETWEEN ||
			    (is_come_to_from_inside(host, i) && goes_inside_only(host, i)))
				continue;
			host->place[i] = PLACE_OUTSIDE;
			changed = true;
		}
	}
}

/* ---- ways in --------------------------------------------------------------------- */

struct ways {
	bool outside; /* it comes from what is not the copy's */
	bool inside;
	bool unknown; /* it comes from outside, and from where is not known */
};

static struct ways ways_to(const struct reading *reading, size_t i)
{
	const struct host *host = reading->host;
	const struct body *body = host->body;
	struct way_run known = host_ways_to(host, i);
	bool is_case =
		known.next == known.end && body->list[i].leader && body->switches && !reading->switches;
	struct ways ways = {.unknown = is_case || body->list[i].at == body->entry};
	if (host_falls_into(host, i)) {
		ways.inside = host_is_inside(host, i - 1);
		ways.outside = !ways.inside;
	}
	for (; known.next < known.end; known.next++) {
		ways.outside |= !host_is_inside(host, known.next->other);
		ways.inside |= host_is_inside(host, known.next->other);
	}
	ways.outside |= ways.unknown;
	return ways;
}

/* Compilers move instructions out of loops that a copy is in: what control comes into from outside without a
 * statement is not where it begins.  Gives whether there was something. */
static bool give_up_silent(const struct reading *reading)
{
	const struct body *body = &reading->part->body;
	bool given = false, tells;
	for (size_t k = 0, count; k < body->count; k += count) {
		size_t first = reading->of_host[k];
		count = piece_of(reading, k, &tells);
		struct ways ways = ways_to(reading, first);
		if (tells || reading->host->place[first] != PLACE_OWN || !ways.outside)
			continue;
		size_t last = reading->of_host[k + count - 1];
		memset(reading->host->place + first, PLACE_OUTSIDE, last - first + 1);
		given = true;
	}
	return given;
}

static void add(const struct reading *reading, size_t at, uint8_t does, uint32_t line, enum event_turn turn)
{
	const struct event event = {.at = at, .copy = reading->number, .line = line, .does = does};
	events_add(reading->events, &event, turn, reading->depth);
}

/* From there control goes to one place alone, and nothing is called on the way. */
static bool leads_there_alone(const struct instruction *from)
{
	return !from->calls && (from->ends ? from->kind == PLAN_GOES && from->direct : !from->goes);
}

static void enter_from(const struct reading *reading, size_t from)
{
	if (host_is_inside(reading->host, from))
		return;
	if (leads_there_alone(&reading->host->body->list[from]))
		add(reading, from, PLAN_ENTERS, 0, EVENT_GOES_IN);
	else
		reading->part->unsure = true;
}

/* Where the copy itself comes back to its first instruction, those tell that lead there from outside. */
static void enter(const struct reading *reading, size_t i, const struct ways *ways)
{
	const struct host *host = reading->host;
	if (!ways->inside) {
		add(reading, i, PLAN_ENTERS, 0, EVENT_COPYS);
		return;
	}
	reading->part->unsure |= ways->unknown;
	if (host_falls_into(host, i))
		enter_from(reading, i - 1);
	for (struct way_run ways_in = host_ways_to(host, i); ways_in.next < ways_in.end; ways_in.next++)
		enter_from(reading, ways_in.next->other);
}

static bool has_opening(const struct body *body)
{
	for (size_t k = 0; k < body->count; k++)
		if (body->list[k].opens)
			return true;
	return false;
}

/* gcc has the declaration's line where it is entered; then it is not where there is none. */
static bool is_entered(const struct reading *reading, size_t k, bool has_opening)
{
	const struct body *body = &reading->part->body;
	size_t i = k;
	if (!has_opening)
		return true;
	do
		if (body->list[i].opens)
			return true;
	while (++i < body->count &&
	       leads_to(reading->host->body, reading->of_host[i - 1], reading->of_host[i]));
	return false;
}

static void read_ways_in(const struct reading *reading)
{
	struct body *body = &reading->part->body;
	bool entered = false, opening = has_opening(body);
	for (size_t k = 0; k < body->count; k++) {
		if (reading->host->place[reading->of_host[k]] != PLACE_OWN)
			continue;
		struct ways ways = ways_to(reading, reading->of_host[k]);
		body->list[k].comes = ways.outside;
		bool enters = body->list[k].comes && is_entered(reading, k, opening);
		entered |= enters;
		if (enters)
			enter(reading, reading->of_host[k], &ways);
	}
	reading->part->unsure |= !entered;
}

/* Behind what has only been put there in between, another line may go on. */
static void come_back(const struct reading *reading)
{
	struct body *body = &reading->part->body;
	for (size_t k = 1; k < body->count; k++) {
		struct instruction *one = &body->list[k];
		if (host_is_between(reading->host, reading->of_host[k] - 1))
			one->comes |= one->line != one[-1].line || one->copy != one[-1].copy;
	}
}

/* ---- ways out -------------------------------------------------------------------- */

static void leave_to(const struct reading *reading, size_t i)
{
	if (reading->host->place[i] != PLACE_OUTSIDE)
		return;
	reading->host->place[i] = PLACE_LEFT_TO;
	uint32_t line = lines_behind(reading->of, reading->host->body->list[i].at);
	add(reading, i, line ? PLAN_BEGINS | PLAN_LEAVES : PLAN_LEAVES, line, EVENT_CAME_OUT);
}

static void leave_from(const struct reading *reading, size_t i)
{
	const struct host *host = reading->host;
	if (host->body->list[i].does & PLAN_LEAVES)
		add(reading, i, PLAN_LEAVES, 0, EVENT_RETURNS);
	for (struct way_run ways = host_ways_from(host, i); ways.next < ways.end; ways.next++)
		leave_to(reading, ways.next->other);
	if (host_falls_out_of(host, i))
		leave_to(reading, i + 1);
}

/* From own instructions, and what is between them. */
static void read_ways_out(const struct reading *reading)
{
	const struct body *body = &reading->part->body;
	for (size_t k = 0; k < body->count; k++)
		for (size_t i = reading->of_host[k];
		     host_is_inside(reading->host, i) &&
		     (i == reading->of_host[k] || host_is_between(reading->host, i));
		     i++)
			leave_from(reading, i);
}

/* ---- lines ----------------------------------------------------------------------- */

static bool is_statement(const struct instruction *one)
{
	return one->row && one->statement && !one->copy;
}

static int by_line(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

/* Of a copy in which the line table does not have the declaration: statements of most lines begin more than
 * once. */
static bool is_mostly_repeated(const struct body *body)
{
	uint32_t *lines = memory_zeroed(body->count + 1, sizeof(*lines));
	size_t count = 0, once = 0, more = 0, same;
	for (size_t k = 0; k < body->count; k++)
		if (is_statement(&body->list[k]))
			lines[count++] = body->list[k].line;
	qsort(lines, count, sizeof(*lines), by_line);
	for (size_t i = 0; i < count; i += same) {
		for (same = 1; i + same < count && lines[i + same] == lines[i]; same++)
			;
		*(same > 1 ? &more : &once) += 1;
	}
	free(lines);
	return more > once;
}

/* Compilers that unroll the loop around a copy leave it one, with the statements of several calls in a row.
 * Gcc has the declaration in the line table where each begins. */
static bool is_repeated(const struct body *body)
{
	size_t openings = 0;
	for (size_t k = 0; k < body->count; k++)
		openings += body->list[k].opens && !body->list[k].copy;
	return openings > 1 || (openings == 0 && is_mostly_repeated(body));
}

static void read_lines(const struct reading *reading)
{
	struct body *body = &reading->part->body;
	for (size_t k = 0; k < body->count; k++) {
		struct instruction *one = &body->list[k];
		one->does = 0;
		one->begun = one->copy = 0;
		one->unseen = false;
	}
	lines_read(body, reading->of);
	reading->part->repeated = is_repeated(body);
}

static void begin_lines(const struct reading *reading)
{
	struct body *body = &reading->part->body;
	begins_place(body);
	for (size_t k = 0; k < body->count; k++)
		if (body->list[k].does & PLAN_BEGINS)
			add(reading, reading->of_host[k], PLAN_BEGINS, body->list[k].begun, EVENT_COPYS);
}

void part_read(struct part *part, struct host *host, const struct copy *copy, uint32_t number,
	       const struct lines_of *of, struct events *events)
{
	struct reading reading = {.part = part,
				  .host = host,
				  .of = of,
				  .number = number,
				  .depth = copy->depth,
				  .events = events};
	*part = (struct part){0};
	read_ranges(&part->body, copy, of->shift);
	take_all(&reading);
	read_lines(&reading);
	bridge_gaps(&reading);
	while (give_up_silent(&reading))
		;
	bridge_blocks(&reading);
	read_ways_in(&reading);
	come_back(&reading);
	read_ways_out(&reading);
	memset(host->place, PLACE_OUTSIDE, host->body->count);
	begin_lines(&reading);
	free(reading.of_host);
}

void part_finish(struct part *part)
{
	body_finish(&part->body);
}
