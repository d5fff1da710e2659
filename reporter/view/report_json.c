/*
 * report_json.c - the report for programs: stable keys, all of them always present, whole numbers.
 *
 * Gates and other tools stand on it: a key may be added, none may change its meaning or go
 * without a new "schema".
 */
#include "view/view.h"

#include <errno.h>
#include <stdlib.h>

#define SCHEMA 1

/* jansson's setters take a NULL value for failure, so one chain of them needs one check. */
static int set_count(json_t *object, const char *key, uint64_t value)
{
	return json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *command_json(const char *const *command)
{
	json_t *array = json_array();

	for (; array && *command; command++)
		if (json_array_append_new(array, table_json_text(*command)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *totals_json(const struct view_summary *summary)
{
	const struct {
		const char *key;
		uint64_t value;
	} totals[] = {
		{"allocations", summary->allocations},
		{"frees", summary->frees},
		{"allocated_bytes", summary->allocated_bytes},
		{"peak_bytes", summary->peak_bytes},
		{"peak_time_ns", summary->peak_time_ns},
		{"leaked_bytes", summary->leaked_bytes},
		{"leaked_blocks", summary->leaked_blocks},
		{"kept_bytes", summary->kept_bytes},
		{"kept_blocks", summary->kept_blocks},
		{"suppressed_bytes", summary->suppressed_bytes},
		{"suppressed_blocks", summary->suppressed_blocks},
		{"temporary_allocations", summary->temporary},
		{"unmatched_frees", summary->unmatched_frees},
		{"collections", summary->collections},
		{"peak_rss_bytes", summary->peak_rss_bytes},
		{"recorder_bytes", summary->recorder_bytes},
		{"unrecorded_children", summary->unrecorded_children},
		{"blocks_error", summary->blocks_error},
		{"allocated_bytes_error", summary->allocated_error},
		{"peak_bytes_error", summary->peak_error},
		{"leaked_bytes_error", summary->leaked_error},
	};
	json_t *object = json_object();

	for (size_t i = 0; object && i < sizeof(totals) / sizeof(*totals); i++)
		if (set_count(object, totals[i].key, totals[i].value) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

static json_t *lines_json(const struct view_function *function)
{
	struct table table = {
		.columns = view_line_columns_json,
		.rows = function->lines,
		.row_count = function->line_count,
		.row_bytes = sizeof(*function->lines),
		.context = function,
	};
	json_t *array = json_array();

	for (size_t i = 0; array && i < function->line_count; i++)
		if (function->lines[i].measured &&
		    json_array_append_new(array, table_json_row(&table, i)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *function_json(const struct view_function *function)
{
	json_t *object = json_object();

	if (!object || json_object_set_new(object, "function", table_json_text(function->name)) != 0 ||
	    json_object_set_new(object, "file", table_json_text(function->file)) != 0 ||
	    set_count(object, "first_line", function->first_line) != 0 ||
	    json_object_set_new(object, "lines", lines_json(function)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *functions_json(const struct view_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < report->function_count; i++)
		if (json_array_append_new(array, function_json(&report->functions[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

/* Sites that have a figure by the chosen key; with the default key, those that allocated. */
static json_t *sites_json(const struct view_report *report, const struct view_style *style)
{
	enum view_sort all = style->sites > 0 ? report->sort : SORT_ALLOCATIONS;
	const struct view_site **sites = NULL;
	size_t count = 0;
	json_t *array = json_array();

	sites = view_sites_sorted(report, all, style->sites, &count);
	for (size_t i = 0; array && sites && i < count; i++) {
		struct table table = {.columns = view_site_columns, .rows = sites[i], .row_count = 1};

		if (json_array_append_new(array, table_json_row(&table, 0)) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	if (!sites) {
		json_decref(array);
		array = NULL;
	}
	free(sites);
	return array;
}

static json_t *collections_json(const struct view_gc *gc)
{
	struct table table;

	return gc && view_gc_table(gc, "collections", &table) ? table_json(&table) : json_array();
}

static json_t *report_json(const struct view_report *report, const struct view_style *style)
{
	const struct view_summary *summary = &report->summary;
	json_t *object = json_object();

	if (!object || set_count(object, "schema", SCHEMA) != 0 ||
	    json_object_set_new(object, "command", command_json(summary->command)) != 0 ||
	    json_object_set_new(object, "pid", json_integer(summary->pid)) != 0 ||
	    set_count(object, "duration_ns", summary->duration_ns) != 0 ||
	    json_object_set_new(object, "complete", json_boolean(summary->complete)) != 0 ||
	    set_count(object, "lost_events", summary->lost_events) != 0 ||
	    set_count(object, "sample_bytes", summary->sample_bytes) != 0 ||
	    json_object_set_new(object, "aggregate", json_boolean(summary->aggregate)) != 0 ||
	    json_object_set_new(object, "totals", totals_json(summary)) != 0 ||
	    json_object_set_new(object, "functions", functions_json(report)) != 0 ||
	    json_object_set_new(object, "sites", sites_json(report, style)) != 0 ||
	    json_object_set_new(object, "collections", collections_json(report->gc)) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

int view_report_json(FILE *out, const struct view_report *report, const struct view_style *style)
{
	json_t *object = report_json(report, style);

	if (!object)
		return -ENOMEM;
	json_dumpf(object, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(object);
	return 0;
}
