/*
 * functions.c - the line tables: for each chosen function its lines, their figures and their text.
 */
#include "report/braces.h"
#include "report/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINES_MAX 20000 /* of one function; beyond that only lines with events are shown */

/* A chosen function on its way to the view. */
struct entry {
	const struct source_function *function;
	uint64_t figure;
	uint32_t scope;    /* of the whole function; its lines' scopes follow */
	uint32_t line_end; /* scope id behind the last line's */
	const struct source_text *text;
};

static int entry_compare(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order;

	if (a->figure != b->figure)
		return a->figure > b->figure ? -1 : 1;
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
static uint32_t next_function_line(const struct report *report, const struct source_function *function)
{
	const struct source_function *const *all;
	size_t count = symbolizer_functions(report->symbolizer, &all);
	uint32_t from =
		function->last_line > function->first_line ? function->last_line : function->first_line;
	uint32_t next = UINT32_MAX;

	for (size_t i = 0; i < count; i++)
		if (all[i]->first_line > from && all[i]->first_line < next &&
		    strcmp(all[i]->file, function->file) == 0)
			next = all[i]->first_line;
	return next;
}

static uint32_t function_end(const struct report *report, const struct entry *entry)
{
	const struct source_function *function = entry->function;
	uint32_t end, next;

	if (!entry->text)
		return function->last_line;
	end = braces_function_end(entry->text->lines, entry->text->line_count, function->first_line,
				  function->last_line);
	next = next_function_line(report, function);
	return end < next ? end : next - 1;
}

static bool shows_all_lines(const struct entry *entry, uint32_t end)
{
	uint32_t first = entry->function->first_line;

	return entry->text && end >= first && end - first < LINES_MAX;
}

/* ---- rows ------------------------------------------------------------------------- */

static void row_set_errors(struct view_line *row, uint64_t sample_bytes)
{
	row->mem_error = weight_error_bytes(row->mem_bytes, sample_bytes);
	row->increment_error = weight_error_bytes(row->allocated_bytes + row->freed_bytes, sample_bytes);
	row->peak_error = weight_error_bytes(row->peak_bytes, sample_bytes);
	row->leaked_error = weight_error_bytes(row->leaked_bytes, sample_bytes);
}

static void row_set_sums(struct view_line *row, const struct scope_sums *sums, uint64_t mem_bytes,
			 uint64_t sample_bytes)
{
	row->measured = true;
	row->mem_bytes = mem_bytes;
	row->occurrences = weight_blocks(sums->allocations + sums->frees, sample_bytes);
	row->allocations = weight_blocks(sums->allocations, sample_bytes);
	row->frees = weight_blocks(sums->frees, sample_bytes);
	row->allocated_bytes = sums->allocated_bytes;
	row->freed_bytes = sums->freed_bytes;
	row->peak_bytes = sums->peak_bytes;
	row->leaked_bytes = sums->leaked_bytes;
	row->by_collector_blocks = weight_blocks(sums->collected_blocks, sample_bytes);
	row->by_collector_bytes = sums->collected_bytes;
}

static void row_set_entry(struct view_line *row, const struct model_scope *scope)
{
	row->measured = true;
	row->mem_bytes = scope->entry_bytes;
	row->occurrences = scope->visits;
}

static const char *text_line(const struct source_text *text, uint32_t line)
{
	return text && line > 0 && line <= text->line_count ? text->lines[line - 1] : NULL;
}

/* Adds the row of a line, with its figures if it has a scope. */
static void add_row(const struct report *report, const struct entry *entry, uint32_t line,
		    struct view_line *row)
{
	uint32_t scope = scope_find(&report->scopes, entry->function->id, line);

	*row = (struct view_line){.line = line, .source = text_line(entry->text, line)};
	if (line > 0 && scope != SCOPE_NONE)
		row->gc = report->gc.scopes[scope];
	if (line > 0 && scope != SCOPE_NONE)
		row_set_sums(row, &report->sums[scope],
			     report_visits(report, entry->function->id, line)->exit_bytes,
			     report->info->sample_bytes);
	else if (line == entry->function->first_line)
		row_set_entry(row, report_visits(report, entry->function->id, 0));
	if (row->measured)
		row_set_errors(row, report->info->sample_bytes);
}

/* Lines from first to last where all are shown, and wherever else events happened: in order, each once. */
static int fill_lines(const struct report *report, const struct entry *entry, struct view_function *out)
{
	const struct scope *scopes = report->scopes.scopes;
	uint32_t first = entry->function->first_line, end = function_end(report, entry);
	uint32_t last = shows_all_lines(entry, end) ? end : first;
	uint32_t scope = entry->scope + 1;
	uint64_t line = first;
	size_t most = (size_t)(last - first) + 1 + (entry->line_end - entry->scope);
	struct view_line *rows = calloc(most, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	out->lines = rows;
	while (line <= last || scope < entry->line_end) {
		bool is_event = scope < entry->line_end && (line > last || scopes[scope].line <= line);
		uint32_t shown = is_event ? scopes[scope].line : (uint32_t)line;

		add_row(report, entry, shown, &rows[out->line_count++]);
		scope += is_event;
		line += !is_event || (shown == line && line <= last);
	}
	return 0;
}

/* ---- warnings ----------------------------------------------------------------------- */

static int warn_missing(struct report *report, const struct entry *entries, size_t count)
{
	const char *first = NULL;
	size_t missing = 0;

	for (size_t i = 0; i < count; i++) {
		if (entries[i].text)
			continue;
		first = first ? first : entries[i].function->file;
		missing += i == 0 || strcmp(entries[i].function->file, entries[i - 1].function->file) != 0;
	}
	if (missing == 0)
		return 0;
	return report_warn(report,
			   "source text not found: %s%s; --source-dir or --source-map says where it is",
			   first, missing > 1 ? " and others" : "");
}

static bool is_newer(const struct source_text *text, const char *module)
{
	struct stat status;

	return text && stat(module, &status) == 0 && text->modified.tv_sec > status.st_mtim.tv_sec;
}

static bool told_before(const struct entry *entries, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (entries[i].text == entries[index].text)
			return true;
	return false;
}

static int warn_sources(struct report *report, const struct entry *entries, size_t count)
{
	int error = warn_missing(report, entries, count);

	for (size_t i = 0; !error && i < count; i++)
		if (is_newer(entries[i].text, entries[i].function->module) && !told_before(entries, i))
			error = report_warn(report,
					    "%s is newer than %s: lines may not match what was recorded",
					    entries[i].text->path, entries[i].function->module);
	return error;
}

static int warn_without_lines(struct report *report, const struct source_function *function, size_t count)
{
	if (count == 0)
		return 0;
	return report_warn(report,
			   "%s in %s has no line information%s; it is compiled without -g, or stripped",
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

/* Entries of all chosen functions that can be shown, in the order of the report. */
static int collect(struct report *report, struct entry *entries, size_t *count)
{
	const struct scope_map *map = &report->scopes;
	const struct source_function *const *all, *lineless = NULL;
	size_t lineless_count = 0;

	symbolizer_functions(report->symbolizer, &all);
	for (uint32_t scope = 0, end; scope < map->model.scope_count; scope = end) {
		const struct source_function *function = all[map->scopes[scope].function];

		end = scopes_end(map, scope);
		if (!*function->file || function->first_line == 0) {
			lineless = lineless ? lineless : function;
			lineless_count++;
			continue;
		}
		entries[(*count)++] = (struct entry){
			.function = function,
			.figure = report_sums_figure(&report->sums[scope], report->options->sort),
			.scope = scope,
			.line_end = end,
			.text = sources_find(report->sources, function->file),
		};
	}
	qsort(entries, *count, sizeof(*entries), entry_compare);
	return warn_without_lines(report, lineless, lineless_count);
}

int report_fill_functions(struct report *report)
{
	struct entry *entries = calloc((size_t)report->scopes.model.scope_count + 1, sizeof(*entries));
	size_t count = 0;
	int error = entries ? collect(report, entries, &count) : -ENOMEM;

	report->functions = calloc(count + 1, sizeof(*report->functions));
	report->view.functions = report->functions;
	if (!report->functions)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < count; i++) {
		const struct source_function *function = entries[i].function;
		struct view_function *out = &report->functions[report->view.function_count++];

		*out = (struct view_function){function->name, function->file, function->first_line, NULL, 0};
		error = fill_lines(report, &entries[i], out);
	}
	if (!error)
		error = warn_sources(report, entries, count);
	free(entries);
	return error;
}
