/*
 * function.c - from a DIE through instructions, lines and branches to sites, and these into the ledger.
 */
#include "function.h"

#include "base/memory.h"
#include "branches.h"
#include "lines.h"
#include "optimized.h"
#include "part.h"
#include "sites.h"
#include "windows.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* Code that is being planned. */
struct planning {
	const struct function_object *object;
	const struct told *told;
	struct body *body;
	struct copy *copies;
	struct part *parts; /* of the same number */
	size_t copy_count;
	struct events events;
	bool optimized;
};

/* ---- functions and their lines --------------------------------------------------- */

static uint32_t function_of(const struct planning *planning, const struct event *event)
{
	return event->copy ? planning->copies[event->copy - 1].function : planning->told->number;
}

static uint32_t first_line(const struct planning *planning, uint32_t function)
{
	return planning->object->tables->functions[function].first_line;
}

static void note(const struct planning *planning, uint32_t function, uint32_t line, uint32_t facts)
{
	if (line > 0)
		ledger_add_line(planning->object->ledger, function, line, facts);
}

/* Whether a line that has the instruction cannot run without it.  Optimized code may be missing on the very
 * way that was taken, where another line's does for it; and so may a mere jump, in any code. */
static bool is_sure(const struct planning *planning, const struct instruction *one)
{
	return planning->optimized ? one->lasts : one->kind != PLAN_GOES;
}

static void note_code(const struct planning *planning, const struct body *body, uint32_t function)
{
	for (size_t i = 0; i < body->count; i++) {
		const struct instruction *one = &body->list[i];
		note(planning, function, one->line,
		     LEDGER_CODE | (one->unseen ? LEDGER_UNSEEN : 0) |
			     (is_sure(planning, one) ? LEDGER_SURE : 0));
	}
}

/* The declaration's line counts calls: there only the entry tells. */
static void note_event(const struct planning *planning, const struct event *event, bool has_room)
{
	uint32_t function = function_of(planning, event), first = first_line(planning, function);
	bool enters = event->does & PLAN_ENTERS;
	uint32_t line = enters ? first : event->line;
	if (!(event->does & (PLAN_ENTERS | PLAN_BEGINS)))
		return;
	bool lacks_room = !has_room && (line != first || enters);
	note(planning, function, line, LEDGER_BEGINS | (lacks_room ? LEDGER_NO_ROOM : 0));
}

/* ---- events ---------------------------------------------------------------------- */

/* What ends at an instruction where copies come in between ends behind them. */
static void add_own(struct planning *planning, size_t entry)
{
	for (size_t i = 0; i < planning->body->count; i++) {
		const struct instruction *one = &planning->body->list[i];
		struct event event = {.at = i,
				      .line = i == entry ? first_line(planning, planning->told->number)
							 : one->begun};
		uint8_t begins = one->does & (uint8_t)~PLAN_LEAVES, ends = one->does & PLAN_LEAVES;
		if (planning->told->goes_on && begins & PLAN_ENTERS)
			begins = PLAN_BEGINS;
		if (planning->copy_count == 0) {
			begins |= ends;
			ends = 0;
		}
		event.does = begins;
		if (begins)
			events_add(&planning->events, &event, EVENT_OWN, 0);
		event.does = ends;
		if (ends)
			events_add(&planning->events, &event, EVENT_OWN_END, 0);
	}
}

static struct lines_of lines_of_copy(const struct planning *planning, struct copy *copy)
{
	const struct function_object *object = planning->object;
	const struct ledger *ledger = object->ledger;
	const struct unit_origin *origin = unit_origin_of(copy->unit, &copy->die);
	return (struct lines_of){.unit = copy->unit,
				 .function = &copy->die,
				 .file = ledger->functions[copy->function - ledger->first_function].file,
				 .shift = object->shift,
				 .sources = object->sources,
				 .from_line = origin ? origin->first_line : 0,
				 .to_line = origin ? origin->limit_line : 0};
}

static void read_parts(struct planning *planning)
{
	struct host host;
	host_init(&host, planning->body, &planning->object->code->code);
	planning->parts = memory_zeroed(planning->copy_count + 1, sizeof(*planning->parts));
	for (size_t i = 0; i < planning->copy_count; i++) {
		struct lines_of of = lines_of_copy(planning, &planning->copies[i]);
		part_read(&planning->parts[i], &host, &planning->copies[i], (uint32_t)i + 1, &of,
			  &planning->events);
		planning->copies[i].repeated = planning->parts[i].repeated;
	}
	host_finish(&host);
}

/* ---- sites ----------------------------------------------------------------------- */

static void file_instruction(const struct planning *planning, const struct instruction *one, uint32_t within)
{
	struct plan_instruction made = {.target = one->target,
					.bytes = one->bytes,
					.kind = one->kind,
					.field = one->field,
					.within = within};
	size_t left;
	const uint8_t *bytes = code_at(&planning->object->code->code, one->at, &left);
	memcpy(made.original, bytes, one->bytes);
	tables_add_instruction(planning->object->tables, &made);
}

static void number_copies(const struct planning *planning)
{
	for (size_t i = 0; i < planning->events.count; i++) {
		uint32_t copy = planning->events.list[i].copy;
		if (copy && planning->copies[copy - 1].number == 0)
			planning->copies[copy - 1].number = ++*planning->object->copies;
	}
}

/* What of a site is the copy's. */
static void add_copy(const struct planning *planning, const struct event *event, struct plan_site *site)
{
	const struct copy *copy = &planning->copies[event->copy - 1], *outer = copy;
	while (outer->outer && (outer == copy || outer->number == 0))
		outer -= outer->outer;
	site->copy = copy->number;
	site->outer = outer == copy ? 0 : outer->number;
	site->depth = object_code_stack_depth(planning->object->code, site->address);
}

/* `next`: the first of the events at the window's instruction; moves it behind them. */
static void file_site(const struct planning *planning, const struct window *window, size_t *next)
{
	const struct events *events = &planning->events;
	size_t first = *next;
	for (; *next < events->count && events->list[*next].at == window->first; ++*next) {
		const struct event *event = &events->list[*next];
		struct plan_site site = {
			.address = planning->body->list[window->first].at,
			.first_instruction = (uint32_t)planning->object->tables->instruction_count,
			.does = event->does,
			.way = PLAN_ALSO,
		};
		if (*next == first) {
			site.springboard = window->springboard;
			site.instruction_count = (uint8_t)window->count;
			site.bytes = (uint8_t)window->bytes;
			site.way = window->way;
		}
		if (event->copy)
			add_copy(planning, event, &site);
		note_event(planning, event, window->way != PLAN_NOT);
		ledger_add_site(planning->object->ledger, function_of(planning, event), event->line, &site);
	}
}

/* How many events are at an instruction, of those from `event` on. */
static uint32_t count_at(const struct events *events, size_t event, size_t at)
{
	size_t i = event;
	while (i < events->count && events->list[i].at == at)
		i++;
	return (uint32_t)(i - event);
}

static void file_instructions(const struct planning *planning, const struct window *window, size_t next)
{
	uint32_t within = count_at(&planning->events, next, window->first);
	for (size_t i = 0; i < window->count; i++) {
		uint32_t here = i > 0 ? count_at(&planning->events, next + within, window->first + i) : 0;
		file_instruction(planning, &planning->body->list[window->first + i], here ? within : 0);
		within += here;
	}
}

static void file_sites(struct planning *planning)
{
	struct windows windows;
	size_t next = 0;
	number_copies(planning);
	windows_choose(&windows, planning->body);
	for (size_t i = 0; i < windows.count; i++) {
		const struct window *window = &windows.list[i];
		size_t first = next;
		file_site(planning, window, &next);
		file_instructions(planning, window, first);
	}
	windows_finish(&windows);
}

/* ---- functions ------------------------------------------------------------------- */

static bool read_ranges(struct body *body, const struct told *told, uint64_t shift)
{
	Dwarf_Die die = told->die;
	Dwarf_Addr base, from, to, entry = 0;
	for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &from, &to)) > 0;) {
		if (from == 0 || from >= to) /* discarded by the linker */
			continue;
		if (body->range_count == 0)
			entry = from;
		body_add_range(body, from + shift, to + shift);
	}
	Dwarf_Addr said;
	if (dwarf_entrypc(&die, &said) == 0)
		entry = said;
	body->entry = entry + shift;
	return body->range_count > 0;
}

bool function_claim(struct body *body, const struct told *told, const struct function_object *object)
{
	return read_ranges(body, told, object->shift) && body_claim(body, &object->code->code);
}

/* Of own code, where the function was chosen; else of copies alone. */
static void plan_events(struct planning *planning, uint32_t opening)
{
	uint32_t number = planning->told->number;
	if (planning->copy_count > 0)
		read_parts(planning);
	if (number != FUNCTION_NONE)
		add_own(planning, sites_place(planning->body, opening));
	events_place(&planning->events, planning->body);
	if (number != FUNCTION_NONE)
		note_code(planning, planning->body, number);
	for (size_t i = 0; i < planning->copy_count; i++) {
		uint32_t function = planning->copies[i].function;
		note_code(planning, &planning->parts[i].body, function);
		if (planning->parts[i].unsure)
			note(planning, function, first_line(planning, function), LEDGER_NO_ROOM);
	}
}

static enum plan_refusal plan_body(struct planning *planning, struct lines_of *of)
{
	const struct function_object *object = planning->object;
	uint32_t number = planning->told->number;
	if (!body_read(planning->body, &object->code->code))
		return PLAN_UNDECODED;
	uint32_t opening = lines_read(planning->body, of);
	if (number != FUNCTION_NONE) {
		struct plan_function *function = &object->tables->functions[number];
		if (function->first_line == 0)
			function->first_line = function->last_line = opening;
	}
	enum plan_refusal refusal = branches_read(planning->body, object->code);
	if (refusal != PLAN_TRACED)
		return refusal;
	planning->optimized = optimized_is(of->function, body_calls(planning->body));
	plan_events(planning, opening);
	file_sites(planning);
	return PLAN_TRACED;
}

/* That of its declaration, or of its code. */
static const char *file_of(const struct planning *planning, const struct lines_of *of)
{
	const struct function_object *object = planning->object;
	uint32_t number = planning->told->number;
	if (*of->file || number == FUNCTION_NONE)
		return of->file;
	const char *file = lines_file_at(of, planning->body->entry);
	object->tables->functions[number].file = tables_text(object->tables, file);
	object->ledger->functions[number - object->ledger->first_function].file = file;
	return file;
}

void function_plan(struct body *body, const struct told *told, struct copy *copies, size_t copy_count,
		   const struct function_object *object)
{
	Dwarf_Die die = told->die;
	struct planning planning = {
		.object = object, .told = told, .body = body, .copies = copies, .copy_count = copy_count};
	struct lines_of of = {.unit = told->unit,
			      .function = &die,
			      .file = told->file,
			      .shift = object->shift,
			      .sources = object->sources};
	of.file = file_of(&planning, &of);
	enum plan_refusal refusal = plan_body(&planning, &of);
	if (told->number != FUNCTION_NONE)
		object->tables->functions[told->number].refusal = refusal;
	for (size_t i = 0; planning.parts && i < copy_count; i++)
		part_finish(&planning.parts[i]);
	free(planning.parts);
	events_finish(&planning.events);
}
