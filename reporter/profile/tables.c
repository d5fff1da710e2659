/*
 * tables.c - the line tables: for each chosen function its lines, their figures and their text.
 */
#include "sources/braces.h"
#include "profile/private.h"
#include "profile/source.h"
#include "sources/stale.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 20000 /* of one function; beyond that only lines with events are shown */

/* A chosen function on its way to the view. */
struct entry {
	const struct source_function *function;
	uint64_t figure;   /* of a part: of the whole function */
	uint32_t scope;    /* of the whole function; its lines' scopes follow */
	uint32_t line_end; /* scope id behind the last line's */
	const struct source_text *text;
	const struct source_text *changed;    /* in place of that, what is known to be another text */
	const struct source_function **inner; /* chosen, and stand within this one */
	size_t inner_count;
};

static int entry_compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order;

	if (a->figure != b->figure)
		return a->figure > b->figure ? -1 : 1;
	if (a->function->part_of == b->function || b->function->part_of == a->function)
		return a->function->part_of == b->function ? -1 : 1;
	order = strcmp(a->function->file, b->function->file);
	if (order != 0)
		return order;
	return a->function->first_line < b->function->first_line
		       ? -1
		       : a->function->first_line > b->function->first_line;
}

/* ---- which lines ---------------------------------------------------------------- */

/* The first line of the function that follows in the same file; those that begin within it (lambdas, local
 * classes) do not follow it. */
static uint32_t next_function_line(const struct profile *profile, const struct source_function *function)
{
	const struct source_function *const *all;
	size_t count = symbolizer_functions(profile->symbolizer, &all);
	uint32_t from =
		function->last_line > function->first_line ? function->last_line : function->first_line;
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < count; i++)
		if (!all[i]->nested && all[i]->first_line > from && all[i]->first_line < next &&
		    strcmp(all[i]->file, function->file) == 0)
			next = all[i]->first_line;
	return next;
}

static uint32_t function_end(const struct profile *profile, const struct entry *entry)
{
	const struct source_function *function = entry->function;
	uint32_t end, next;

	if (!entry->text || function->part_of)
		return function->last_line;
	end = braces_function_end(entry->text->lines, entry->text->line_count, function->first_line,
				  function->last_line);
	next = next_function_line(profile, function);
	return end < next ? end : next - 1;
}

/* Without text, too, where lines of functions within this one have no table but this. */
static bool shows_all_lines(const struct entry *entry, uint32_t end)
{
	uint32_t first = entry->function->first_line;

	return (entry->text || entry->inner_count > 0) && end >= first && end - first < LINES_MAX;
}

/* ---- rows ------------------------------------------------------------------------- */

/* Code that only names something, as a mark or a phase, has no figures. */
static bool happened(const struct amounts *sums, const struct collection_sum *gc)
{
	static const struct amounts none;

	return gc->collections > 0 || memcmp(sums, &none, sizeof(none)) != 0;
}

static void row_set_sums(struct table_line *row, const struct amounts *sums, uint64_t mem_bytes,
			 uint64_t sample_bytes)
{
	row->measured = row->has_mem = true;
	row->mem_bytes = mem_bytes;
	row->occurrences = weight_blocks(sums->allocations + sums->frees, sample_bytes);
	row->amounts = *sums;
	amounts_weigh(&row->amounts, sample_bytes);
}

static void row_set_entry(struct table_line *row, const struct model_scope *scope)
{
	row->measured = row->has_mem = true;
	row->mem_bytes = scope->entry_bytes;
	row->occurrences = scope->visits;
}

static const char *text_line(const struct source_text *text, uint32_t line)
{
	return text && line > 0 && line <= text->line_count ? text->lines[line - 1] : NULL;
}

/* The function whose line it is: the entry's, or one within it. */
static const struct source_function *function_at(const struct profile *profile, const struct entry *entry,
						 uint32_t line)
{
	if (scope_find(&profile->scopes, entry->function->id, line) != SCOPE_NONE)
		return entry->function;
	for (size_t i = 0; i < entry->inner_count; i++)
		if (scope_find(&profile->scopes, entry->inner[i]->id, line) != SCOPE_NONE)
			return entry->inner[i];
	return entry->function;
}

static int find_inner(const struct profile *profile, struct entry *entry)
{
	const struct source_function *const *all;
	size_t capacity = 0;

	symbolizer_functions(profile->symbolizer, &all);
	for (size_t i = 0; i < profile->function_count; i++) {
		if (!profile->chosen[i] || !profile_lies_within(all[i], entry->function))
			continue;
		if (entry->inner_count == capacity) {
			const struct source_function **grown;

			capacity = 2 * capacity + 8;
			grown = reallocarray(entry->inner, capacity, sizeof(*grown));
			if (!grown)
				return -ENOMEM;
			entry->inner = grown;
		}
		entry->inner[entry->inner_count++] = all[i];
	}
	return 0;
}

/* Adds the row of a line, with its figures if it has a scope. */
static void add_row(const struct profile *profile, const struct entry *entry, uint32_t line,
		    struct table_line *row)
{
	uint32_t function = function_at(profile, entry, line)->id;
	uint32_t scope = scope_find(&profile->scopes, function, line);

	*row = (struct table_line){.line = line == LINE_NONE ? 0 : line,
				   .source = text_line(entry->text, line)};
	if (line > 0 && scope != SCOPE_NONE)
		row->gc = profile->gc.scopes[scope];
	if (line > 0 && scope != SCOPE_NONE && happened(&profile->sums[scope], &row->gc))
		row_set_sums(row, &profile->sums[scope], profile_visits(profile, function, line)->exit_bytes,
			     profile->info->sample_bytes);
	else if (line == entry->function->first_line)
		row_set_entry(row, profile_visits(profile, entry->function->id, 0));
}

/* Lines from first to last where all are shown, and wherever else events happened: in order, each once. */
static int fill_lines(const struct profile *profile, const struct entry *entry, struct line_table *out)
{
	const struct scope *scopes = profile->scopes.scopes;
	uint32_t first = entry->function->first_line, end = function_end(profile, entry);
	uint32_t last = shows_all_lines(entry, end) ? end : first;
	uint32_t scope = entry->scope + 1;
	uint64_t line = first;
	size_t most = (size_t)(last - first) + 1 + (entry->line_end - entry->scope);
	struct table_line *rows = calloc(most, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	out->lines = rows;
	while (line <= last || scope < entry->line_end) {
		bool is_event = scope < entry->line_end && (line > last || scopes[scope].line <= line);
		uint32_t shown = is_event ? scopes[scope].line : (uint32_t)line;

		add_row(profile, entry, shown, &rows[out->line_count++]);
		scope += is_event;
		line += !is_event || (shown == line && line <= last);
	}
	return 0;
}

/* ---- warnings ----------------------------------------------------------------------- */

static int warn_missing(struct profile *profile, const struct entry *entries, size_t count)
{
	const char *first = NULL;
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		if (entries[i].text || entries[i].changed)
			continue;
		first = first ? first : entries[i].function->file;
		missing += i == 0 || strcmp(entries[i].function->file, entries[i - 1].function->file) != 0;
	}
	if (missing == 0)
		return 0;
	return profile_warn(profile,
			    "source text not found: %s%s; --source-dir or --source-map says where it is",
			    first, missing > 1 ? " and others" : "");
}

static bool told_before(const struct entry *entries, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (entries[i].text == entries[index].text && entries[i].changed == entries[index].changed)
			return true;
	return false;
}

static int warn_stale(struct profile *profile, const struct entry *entry)
{
	const struct stale_facts facts = {
		.md5 = symbolizer_source_md5(profile->symbolizer, entry->function->file),
		.module = entry->function->module,
		.started_realtime_ns = profile->info->started_realtime_ns,
	};
	const char *since;

	if (entry->changed)
		return profile_warn(profile, "%s is not the text that %s was compiled from: it is not shown",
				    entry->changed->path, facts.module);
	if (facts.md5 || !stale_is(entry->text, &facts, &since))
		return 0;
	return profile_warn(profile, "%s is newer than %s: lines may not match what was recorded",
			    entry->text->path, since);
}

static int warn_sources(struct profile *profile, const struct entry *entries, size_t count)
{
	int error = warn_missing(profile, entries, count);

	for (size_t i = 0; !error && i < count; i++)
		if ((entries[i].text || entries[i].changed) && !told_before(entries, i))
			error = warn_stale(profile, &entries[i]);
	return error;
}

static int warn_without_lines(struct profile *profile, const struct source_function *function, size_t count)
{
	if (count == 0)
		return 0;
	return profile_warn(
		profile, "%s in %s has no line information%s; it is compiled without -g, or stripped",
		function->name, function->module, count > 1 ? ", nor have others that match" : "");
}

/* ---- all ------------------------------------------------------------------------------- */

static uint32_t scopes_end(const struct scope_map *map, uint32_t scope)
{
	uint32_t end = scope + 1;

	while (end < map->model.scope_count && map->scopes[end].function == map->scopes[scope].function)
		end++;
	return end;
}

static uint64_t figure_of_whole(const struct profile *profile, const struct source_function *function)
{
	const struct source_function *whole = function->part_of ? function->part_of : function;
	uint32_t scope = scope_find(&profile->scopes, whole->id, 0);

	if (scope == SCOPE_NONE)
		scope = scope_find(&profile->scopes, function->id, 0);
	return figure_of(&profile->sums[scope], profile->choice.figure);
}

/* A wrong text at the right lines is worse than none. */
static void find_text(struct profile *profile, struct entry *entry)
{
	const char *file = entry->function->file;

	entry->text = profile_source(profile, file);
	if (!entry->text)
		entry->changed = sources_find(profile->sources, file);
}

/* What was generated from a text that is there, into a file that is not: its lines are shown in the former.
 */
static bool shows_in_part(const struct profile *profile, const struct source_function *function)
{
	const struct source_function *const *all;

	symbolizer_functions(profile->symbolizer, &all);
	for (size_t i = 0; i < profile->function_count; i++)
		if (all[i]->part_of == function && profile->chosen[i] &&
		    sources_find(profile->sources, all[i]->file))
			return true;
	return false;
}

/* Entries of all chosen functions that can be shown, in the order of the report. */
static int collect(struct profile *profile, struct entry *entries, size_t *count)
{
	const struct scope_map *map = &profile->scopes;
	const struct source_function *const *all, *lineless = NULL;
	size_t lineless_count = 0;

	symbolizer_functions(profile->symbolizer, &all);
	for (uint32_t scope = 0, end; scope < map->model.scope_count; scope = end) {
		const struct source_function *function = all[map->scopes[scope].function];

		end = scopes_end(map, scope);
		if (profile->inner[function->id])
			continue;
		if (!*function->file || function->first_line == 0) {
			lineless = lineless ? lineless : function;
			lineless_count++;
			continue;
		}
		entries[(*count)++] = (struct entry){
			.function = function,
			.figure = figure_of_whole(profile, function),
			.scope = scope,
			.line_end = end,
		};
		find_text(profile, &entries[*count - 1]);
		if (profile->own_code && !entries[*count - 1].text && !entries[*count - 1].changed &&
		    shows_in_part(profile, function))
			(*count)--;
	}
	qsort(entries, *count, sizeof(*entries), entry_compare);
	return warn_without_lines(profile, lineless, lineless_count);
}

static const char *name_shown(const struct profile *profile, const struct source_function *function)
{
	const char *instance = profile->instances ? profile->instances[function->id] : NULL;

	return instance ? instance : function->name;
}

/* The figures of a whole function, as they are shown. */
static struct amounts amounts_of_entry(const struct profile *profile, const struct entry *entry)
{
	struct amounts amounts = profile->sums[entry->scope];

	amounts_weigh(&amounts, profile->info->sample_bytes);
	return amounts;
}

static int fill_table(struct profile *profile, struct entry *entry, struct line_table *out)
{
	const struct source_function *function = entry->function;
	int error;

	*out = (struct line_table){.name = name_shown(profile, function),
				   .file = function->file,
				   .first_line = function->first_line,
				   .amounts = amounts_of_entry(profile, entry)};
	error = find_inner(profile, entry);
	if (!error)
		error = fill_lines(profile, entry, out);
	free(entry->inner);
	return error;
}

int profile_fill_tables(struct profile *profile)
{
	struct entry *entries = calloc((size_t)profile->scopes.model.scope_count + 1, sizeof(*entries));
	size_t count = 0;
	int error = entries ? collect(profile, entries, &count) : -ENOMEM;

	profile->tables = calloc(count + 1, sizeof(*profile->tables));
	if (!profile->tables)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < count; i++)
		error = fill_table(profile, &entries[i], &profile->tables[profile->table_count++]);
	if (!error)
		error = warn_sources(profile, entries, count);
	free(entries);
	return error;
}
