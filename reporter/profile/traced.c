/*
 * traced.c - what traced lines did, in line tables: how often each ran, and how long.
 *
 * Functions that were traced have tables even where they allocated nothing.  A function of a trace is one of
 * the symbolizer's where both stand at the same line of one file and have one name; instances of one (of
 * templates, of compilers) are one.
 */
#include "profile/private.h"

#include "base/memory.h"
#include "base/text.h"
#include "profile/measure.h"
#include "profile/source.h"
#include "sources/braces.h"
#include "sources/statements.h"
#include "trace/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 20000u /* of one function */

/* ---- which functions ---------------------------------------------------------------------------- */

void profile_know_traced(struct profile *profile)
{
	if (trace_lines(profile->trace, &profile->traced, &profile->traced_count) == -EBADMSG)
		profile_must(profile_warn(profile, "what traced lines did is damaged: it is left out"));
	const char *wanted = trace_variable(profile->info, "MPROF_LINES");

	/* Counters are written at the end. */
	if (profile->traced_count == 0 && profile->info->ended && wanted && *wanted &&
	    strcmp(wanted, "0") != 0 && !profile->info->fork_id)
		profile_must(profile_warn(
			profile, "no lines were traced: no function that was compiled with -g %s%s",
			strcmp(wanted, "1") == 0 ? "is marked MPROF_PROFILE" : "has a name that matches ",
			strcmp(wanted, "1") == 0 ? "" : wanted));
}

static bool is_same_file(const char *one, const char *other)
{
	return strcmp(one, other) == 0 || (*one && strcmp(base_name(one), base_name(other)) == 0);
}

static const char *last_part(const char *name)
{
	const char *last = name;

	for (const char *next; (next = strstr(last, "::"));)
		last = next + 2;
	return last;
}

/* Several functions may stand at one line, as a compiler's initialization of a file does at its last one.
 * Of what a function stands within, as a lambda does, debug information and symbols tell more or less. */
static bool is_same(const struct traced_function *traced, const char *name, const char *file,
		    uint32_t first_line)
{
	return traced->first_line == first_line && first_line > 0 && is_same_file(traced->file, file) &&
	       strcmp(last_part(traced->name), last_part(name)) == 0;
}

static uint64_t calls_of(const struct traced_function *traced)
{
	return traced->line_count > 0 ? traced->lines[0].hits : 0;
}

static bool is_asked_for(const struct profile *profile, const struct traced_function *traced)
{
	const struct source_function function = {
		.name = traced->name, .file = traced->file, .module = traced->module};

	return selection_empty(&profile->selection) || selection_matches(&profile->selection, &function);
}

size_t profile_choose_traced(struct profile *profile)
{
	const struct source_function *const *functions;
	size_t known = symbolizer_functions(profile->symbolizer, &functions), count = 0;

	for (size_t i = 0; i < profile->traced_count; i++) {
		const struct traced_function *traced = &profile->traced[i];

		if (calls_of(traced) == 0 || !is_asked_for(profile, traced))
			continue;
		count++;
		for (size_t k = 0; k < known && k < profile->function_count; k++)
			profile->chosen[k] |= is_same(traced, functions[k]->name, functions[k]->file,
						      functions[k]->first_line);
	}
	return count;
}

/* ---- their lines ----------------------------------------------------------------------------------- */

static void add_memory(struct table_line *line, const struct traced_line *traced)
{
	uint64_t live = traced->live_bytes_and_one - 1;

	if (traced->rss_bytes > line->rss_bytes)
		line->rss_bytes = traced->rss_bytes;
	if (traced->live_bytes_and_one == 0)
		return;
	/* Visits are those of the line, not those of events under it. */
	if (!line->has_traced_mem || live > line->mem_bytes)
		line->mem_bytes = live;
	line->has_mem = line->has_traced_mem = true;
}

/* Of one instance of the function; there may be several. */
static void add_line(struct table_line *line, const struct traced_function *function,
		     const struct traced_line *traced)
{
	bool unsure = traced->refusal == PLAN_NOT_ALL;

	if (traced->refusal == PLAN_NO_CODE) {
		line->without_code = true;
		return;
	}
	line->traced = true;
	line->unsure |= unsure;
	line->elsewhere |= function->refusal != PLAN_TRACED && plan_has_sites(function->refusal);
	line->refused |= !plan_has_sites(function->refusal) || (traced->refusal != PLAN_TRACED && !unsure);
	line->hits += traced->hits;
	line->ns += traced->ns;
	line->own_ns += traced->own_ns;
	add_memory(line, traced);
}

static bool is_at_place(const struct traced_function *traced, const struct measure_place *place)
{
	const struct source_function function = {
		.name = traced->name, .file = traced->file, .module = traced->module};

	return selection_matches(&place->selection, &function);
}

/* Of a function, or a row. */
static const char *refusal_in_words(uint32_t refusal)
{
	switch (refusal) {
	case PLAN_NO_ROOM:
		return "there is no room for a jump; -Og or `clang -O0` has more";
	case PLAN_COMPUTED_GOTO:
		return "the function jumps where its code does not say";
	case PLAN_UNDECODED:
		return "the function's code is not all instructions";
	case PLAN_INLINED:
		return "all copies of the function are inlined where nothing can be counted; mark it "
		       "noinline";
	case PLAN_COPIES:
		return "some copies of the function are inlined where nothing can be counted; mark it "
		       "noinline";
	case PLAN_REPEATED:
		return "the function may have run more often: the compiler may have made one copy of several "
		       "calls, as where it unrolls a loop; mark it noinline";
	case PLAN_NO_CODE:
		return "no code is left of the line";
	case PLAN_NOT_DONE:
		return "the code stayed as it was, or did where it was loaded again";
	case PLAN_NOT_ALL:
		return "the line may have run as code of another; compile it with -O0";
	default:
		return NULL;
	}
}

const char *profile_hits(struct profile *profile, const struct measure_place *place, uint64_t *hits)
{
	const struct traced_function *functions;
	const char *why = NULL;
	size_t count;
	struct table_line sum = {0};

	if (trace_lines(profile->trace, &functions, &count) != 0)
		count = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; is_at_place(&functions[i], place) && k < functions[i].line_count; k++)
			if (place->line ? functions[i].lines[k].line == place->line : k == 0) {
				add_line(&sum, &functions[i], &functions[i].lines[k]);
				why = why ? why : refusal_in_words(functions[i].refusal);
				why = why ? why : refusal_in_words(functions[i].lines[k].refusal);
			}
	*hits = sum.hits;
	if (table_line_is_counted(&sum) && !sum.elsewhere)
		return NULL;
	if (why)
		return why;
	return count > 0
		       ? "no function that was chosen has code there; record it with `mprof run -f FUNCTION`"
		       : "record it with `mprof run -f FUNCTION`, and compile it with -g";
}

/* All lines of a table, and those of the function that have none there. */
struct merging {
	const struct traced_function *traced;
	const struct line_table *table;
	const struct source_text *text;
	struct table_line *lines;
	size_t count;
};

static const char *text_at(const struct merging *merging, uint32_t line)
{
	return merging->text && line > 0 && line <= merging->text->line_count ? merging->text->lines[line - 1]
									      : NULL;
}

/* Both are in order, but for a last row of the table that is of no line. */
static void merge(struct merging *merging)
{
	const struct line_table *table = merging->table;
	const struct traced_function *traced = merging->traced;
	size_t i = 0, k = 0;

	while (i < table->line_count || k < traced->line_count) {
		uint32_t next =
			i < table->line_count && table->lines[i].line > 0 ? table->lines[i].line : UINT32_MAX;
		uint32_t line = k < traced->line_count ? traced->lines[k].line : UINT32_MAX;
		struct table_line *out = &merging->lines[merging->count++];

		*out = next <= line ? table->lines[i]
				    : (struct table_line){.line = line, .source = text_at(merging, line)};
		i += next <= line;
		for (; k < traced->line_count && traced->lines[k].line == out->line && line <= next; k++)
			add_line(out, traced, &traced->lines[k]);
	}
}

static void add_to_table(struct profile *profile, const struct traced_function *traced,
			 struct line_table *table)
{
	struct merging merging = {
		.traced = traced,
		.table = table,
		.text = profile_source(profile, table->file),
		.lines = memory_zeroed(table->line_count + traced->line_count + 1, sizeof(*merging.lines)),
	};

	merge(&merging);
	free((void *)(uintptr_t)table->lines);
	table->lines = merging.lines;
	table->line_count = merging.count;
	table->traced = true;
}

/* Whether the function was traced and no code of it is of the line.  Lines that allocated have some. */
static bool is_without_code(const struct table_line *line)
{
	return line->without_code && !line->traced && !line->measured;
}

/* What allocated has run, and of a traced function whose row is not there nothing was counted. */
static void note_uncounted(struct line_table *table)
{
	struct table_line *lines = (struct table_line *)(uintptr_t)table->lines;

	for (size_t i = 0; i < table->line_count; i++)
		if (lines[i].line > 0 && lines[i].measured && !lines[i].traced)
			lines[i].traced = lines[i].refused = true;
}

/* Of all lines of a table, once all instances are in it. */
static void find_gone(struct profile *profile, struct line_table *table)
{
	const struct source_text *text = profile_source(profile, table->file);
	struct table_line *lines = (struct table_line *)(uintptr_t)table->lines;
	uint32_t first = table->first_line, last = first;
	bool *without, *gone;

	for (size_t i = 0; i < table->line_count; i++)
		if (lines[i].without_code && lines[i].line > last)
			last = lines[i].line;
	if (!text || first == 0 || last == first || last > text->line_count || last - first >= LINES_MAX)
		return;
	without = memory_zeroed(last - first + 1, sizeof(*without));
	gone = memory_zeroed(last - first + 1, sizeof(*gone));
	for (size_t i = 0; i < table->line_count; i++)
		if (lines[i].line >= first && lines[i].line <= last)
			without[lines[i].line - first] = is_without_code(&lines[i]);
	statements_gone(text->lines, first, last, without, gone);
	for (size_t i = 0; i < table->line_count; i++)
		if (lines[i].line >= first && lines[i].line <= last)
			lines[i].gone = gone[lines[i].line - first];
	free(without);
	free(gone);
}

/* Of one that allocated nothing: its text, which figures are then added to. */
static void make_table(struct profile *profile, const struct traced_function *traced,
		       struct line_table *table)
{
	const struct source_text *text = profile_source(profile, traced->file);
	uint32_t last = text ? braces_function_end(text->lines, text->line_count, traced->first_line,
						   traced->last_line)
			     : traced->first_line;
	size_t count = last >= traced->first_line && last - traced->first_line < LINES_MAX
			       ? (size_t)(last - traced->first_line) + 1
			       : 1;
	struct table_line *lines = memory_zeroed(count, sizeof(*lines));

	for (uint32_t i = 0; i < count; i++) {
		uint32_t line = traced->first_line + i;

		lines[i] = (struct table_line){
			.line = line,
			.source = text && line <= text->line_count ? text->lines[line - 1] : NULL};
	}
	*table = (struct line_table){.name = traced->name,
				     .file = traced->file,
				     .first_line = traced->first_line,
				     .lines = lines,
				     .line_count = count};
}

static struct line_table *find_table(struct profile *profile, const struct traced_function *traced)
{
	for (size_t i = 0; i < profile->table_count; i++)
		if (is_same(traced, profile->tables[i].name, profile->tables[i].file,
			    profile->tables[i].first_line))
			return &profile->tables[i];
	return NULL;
}

/* One line a reason: of a large program's functions hundreds are inlined. */
static void warn_refused(struct profile *profile, uint32_t refusal, const char *reason)
{
	const struct traced_function *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < profile->traced_count; i++) {
		const struct traced_function *traced = &profile->traced[i];

		if (traced->refusal != refusal || !is_asked_for(profile, traced))
			continue;
		first = first ? first : traced;
		count++;
	}
	if (count == 1)
		profile_must(profile_warn(profile, "lines of %s (%s:%u) %s", first->name, first->file,
					  first->first_line, reason));
	else if (count > 1)
		profile_must(profile_warn(profile, "lines of %s (%s:%u) and of %zu other function%s %s",
					  first->name, first->file, first->first_line, count - 1,
					  count > 2 ? "s" : "", reason));
}

static void warn_all_refused(struct profile *profile)
{
	warn_refused(profile, PLAN_COMPUTED_GOTO, "are not traced: they jump where their code does not say");
	warn_refused(profile, PLAN_UNDECODED, "are not traced: their code is not all instructions");
	warn_refused(profile, PLAN_INLINED,
		     "are not traced: all their copies are inlined where nothing can be counted");
	warn_refused(profile, PLAN_NOT_DONE,
		     "are not traced, or not all: their code stayed as it was, or was loaded more than once");
	warn_refused(
		profile, PLAN_COPIES,
		"ran more often than is told: some copies are inlined where nothing can be counted; mark "
		"them noinline");
	warn_refused(
		profile, PLAN_REPEATED,
		"may have run more often than is told: a copy of it may be several calls', as where a loop "
		"is unrolled; mark it noinline");
}

void profile_add_traced(struct profile *profile)
{
	struct line_table *tables;

	if (profile->traced_count == 0)
		return;
	tables = memory_zeroed(profile->table_count + profile->traced_count, sizeof(*tables));
	memcpy(tables, profile->tables, profile->table_count * sizeof(*tables));
	free(profile->tables);
	profile->tables = tables;
	for (size_t i = 0; i < profile->traced_count; i++) {
		const struct traced_function *traced = &profile->traced[i];
		struct line_table *table = find_table(profile, traced);

		if (!is_asked_for(profile, traced))
			continue;
		if (!table && calls_of(traced) > 0) {
			table = &profile->tables[profile->table_count++];
			make_table(profile, traced, table);
		}
		if (table)
			add_to_table(profile, traced, table);
	}
	for (size_t i = 0; i < profile->table_count; i++)
		if (profile->tables[i].traced) {
			note_uncounted(&profile->tables[i]);
			find_gone(profile, &profile->tables[i]);
		}
	warn_all_refused(profile);
}
