/*
 * report.c - from a trace file to a resolved report: the order of the steps.
 */
#include "profile/private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t report_code(struct report *report, uint32_t code, const struct source_frame **frames)
{
	const struct trace_code *c = &report->info->codes[code];
	struct code_frames *known = &report->frames[code];

	if (code == 0 || c->label)
		return 0;
	if (!known->list)
		known->count =
			symbolizer_frames(report->symbolizer, c->module, c->pc, c->exact_pc, &known->list);
	*frames = known->list;
	return known->count;
}

static bool skips_code(const struct report *report, uint32_t code)
{
	const struct trace_code *c = &report->info->codes[code];

	return report->own_code && code != 0 && !c->label &&
	       symbolizer_is_c_library(report->symbolizer, c->module);
}

size_t report_met_code(void *context, uint32_t code, const struct source_frame **frames)
{
	return skips_code(context, code) ? 0 : report_code(context, code, frames);
}

size_t report_frames(struct report *report, uint32_t node, const struct source_frame **frames)
{
	return report_code(report, report->info->nodes[node].code, frames);
}

bool report_skips(const struct report *report, uint32_t node)
{
	return skips_code(report, report->info->nodes[node].code);
}

size_t report_met_frames(struct report *report, uint32_t node, const struct source_frame **frames)
{
	return report_met_code(report, report->info->nodes[node].code, frames);
}

int report_warn(struct report *report, const char *format, ...)
{
	size_t count = report->view.warning_count;
	char **warnings = reallocarray(report->warnings, count + 1, sizeof(*warnings));
	va_list arguments;
	int length;

	if (!warnings)
		return -ENOMEM;
	report->warnings = warnings;
	report->view.warnings = (const char *const *)warnings;
	va_start(arguments, format);
	length = vasprintf(&warnings[count], format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	report->view.warning_count++;
	return 0;
}

static size_t any_code(void *context, uint32_t code, const struct source_frame **frames)
{
	return report_code(context, code, frames);
}

static void init_ownership(struct report *report)
{
	ownership_init(&report->ownership, &(struct ownership_source){
						   .info = report->info,
						   .symbolizer = report->symbolizer,
						   .all = {.frames = any_code, .context = report},
						   .suppressions = report->options->suppressions,
					   });
}

/* All code once, so that all functions that may be chosen have been met and their ids are final. */
static void symbolize_codes(struct report *report)
{
	const struct source_frame *frames;

	for (uint32_t code = 1; code < report->info->code_count; code++)
		report_met_code(report, code, &frames);
}

static bool has_executable(const struct trace_info *info)
{
	for (size_t i = 1; i < info->module_count; i++)
		if (strcmp(info->modules[i].path, info->exe) == 0)
			return true;
	return !*info->exe;
}

/* Traces have those modules that call paths lead through.  Who asks what the program has asks of one that
 * allocated nothing, too.  NULL: out of memory. */
static const struct trace_module *know_executable(struct report *report, size_t *count)
{
	const struct trace_info *info = report->info;

	*count = info->module_count;
	if (has_executable(info))
		return info->modules;
	report->modules = calloc(info->module_count + 1, sizeof(*report->modules));
	if (!report->modules)
		return NULL;
	memcpy(report->modules, info->modules, info->module_count * sizeof(*report->modules));
	report->modules[info->module_count].path = info->exe;
	*count = info->module_count + 1;
	return report->modules;
}

static int open_inputs(struct report *report, const char *path, struct diagnostic *diagnostic)
{
	const struct trace_module *modules;
	size_t module_count;
	int error = trace_open(path, &report->trace, diagnostic);

	if (error)
		return error;
	report->info = trace_info(report->trace);
	report->symbols = report->options->symbols;
	report->symbols.inclusion = report_inclusion;
	report->symbols.inclusion_context = report;
	report->symbols.started_realtime_ns = report->info->started_realtime_ns;
	modules = know_executable(report, &module_count);
	if (!modules)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	error = symbolizer_create(modules, module_count, &report->symbols, &report->symbolizer, diagnostic);
	if (error)
		return error;
	init_ownership(report);
	report->sources = sources_create(&report->options->sources);
	report->frames = calloc(report->info->code_count, sizeof(*report->frames));
	return report->sources && report->frames
		       ? 0
		       : diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
}

/* With the functions chosen: the sums of their lines. */
static int sum_lines(struct report *report)
{
	const struct trace_info *info = report->info;
	struct frame_source source = {report_met_code, report, report_counts};
	int error = scope_map_init(&report->scopes, info->code_count, source, report->chosen, true);

	if (error)
		return error;
	report->sums = calloc((size_t)report->scopes.model.scope_count + 1, sizeof(*report->sums));
	if (!report->sums)
		return -ENOMEM;
	return scope_sums_add(&report->scopes, info->nodes, model_summary(report->model)->nodes,
			      report->ownership.remains, report->sums);
}

/* Names only for those paths that the tables need. */
static int build_collections(struct report *report)
{
	int error = report_fill_sites(report);

	if (!error)
		error = report_fill_collections(report);
	if (!error)
		error = report_fill_types(report);
	if (!error)
		error = report_fill_collected_sites(report);
	if (!error)
		error = report_fill_caches(report);
	report->view.gc = &report->gc.view;
	return error ? error : report_fill_summary(report);
}

static int build_lines(struct report *report)
{
	int error = report_narrow(report);

	if (!error)
		error = report_choose_inner(report);
	if (!error)
		error = sum_lines(report);
	if (!error && report->options->detail == REPORT_LINES)
		error = report_know_visits(report);
	if (!error)
		error = report_fill_collections(report);
	report->view.gc = &report->gc.view;
	if (!error)
		error = report_fill_summary(report);
	if (!error)
		error = report_fill_functions(report);
	return error ? error : report_fill_sites(report);
}

static int report_build(struct report *report, const char *path, struct diagnostic *diagnostic)
{
	enum report_detail detail = report->options->detail;
	bool names = detail == REPORT_LINES || detail == REPORT_SITES;
	int error = open_inputs(report, path, diagnostic);

	if (error)
		return error;
	diagnostic->message[0] = '\0';
	error = report_select(report);
	if (!error && names)
		symbolize_codes(report);
	if (!error && detail < REPORT_LEAKS)
		error = report_put_back(report);
	if (!error && names)
		error = report_choose(report);
	if (!error)
		error = report_know_figures(report, diagnostic);
	if (!error && detail != REPORT_SUMMARY)
		error = report_know_remains(report);
	if (error)
		return error;
	if (detail >= REPORT_LEAKS)
		return report_fill_summary(report);
	error = ownership_find_wrappers(&report->ownership, model_summary(report->model)->nodes);
	if (error)
		return error;
	return names ? build_lines(report) : build_collections(report);
}

int report_create(const char *path, const struct report_options *options, struct report **out,
		  struct diagnostic *diagnostic)
{
	struct report *report = calloc(1, sizeof(*report));
	int error;

	*out = NULL;
	if (!report)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	report->options = options;
	report->view.sort = options->sort;
	error = report_build(report, path, diagnostic);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: out of memory", path);
	if (error)
		report_destroy(report);
	else
		*out = report;
	return error;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->view.warning_count; i++)
		free(report->warnings[i]);
	for (size_t i = 0; i < report->view.function_count; i++)
		free((void *)(uintptr_t)report->functions[i].lines);
	free(report->warnings);
	free(report->functions);
	free(report->sites);
	free(report->sums);
	free(report->chosen);
	free(report->inner);
	free(report->instances);
	free(report->globs);
	free(report->visits);
	free(report->frames);
	put_back_finish(&report->put_back);
	report_gc_finish(&report->gc);
	scope_map_finish(&report->scopes);
	model_destroy(report->model);
	summary_decoder_finish(&report->kept);
	ownership_finish(&report->ownership);
	sources_destroy(report->sources);
	symbolizer_destroy(report->symbolizer);
	free(report->modules);
	trace_close(report->trace);
	free(report);
}

const struct view_report *report_view(const struct report *report)
{
	return &report->view;
}
