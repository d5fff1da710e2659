/*
 * profile.c - from a trace file to a resolved report: the order of the steps.
 */
#include "profile/private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t profile_code(struct profile *profile, uint32_t code, const struct source_frame **frames)
{
	const struct trace_code *c = &profile->info->codes[code];
	struct code_frames *known = &profile->frames[code];

	if (code == 0 || c->label)
		return 0;
	if (!known->list)
		known->count =
			symbolizer_frames(profile->symbolizer, c->module, c->pc, c->exact_pc, &known->list);
	*frames = known->list;
	return known->count;
}

static bool skips_code(const struct profile *profile, uint32_t code)
{
	const struct trace_code *c = &profile->info->codes[code];

	return profile->own_code && code != 0 && !c->label &&
	       symbolizer_is_c_library(profile->symbolizer, c->module);
}

size_t profile_met_code(void *context, uint32_t code, const struct source_frame **frames)
{
	return skips_code(context, code) ? 0 : profile_code(context, code, frames);
}

size_t profile_frames(struct profile *profile, uint32_t node, const struct source_frame **frames)
{
	return profile_code(profile, profile->info->nodes[node].code, frames);
}

bool profile_skips(const struct profile *profile, uint32_t node)
{
	return skips_code(profile, profile->info->nodes[node].code);
}

size_t profile_met_frames(struct profile *profile, uint32_t node, const struct source_frame **frames)
{
	return profile_met_code(profile, profile->info->nodes[node].code, frames);
}

int profile_warn(struct profile *profile, const char *format, ...)
{
	size_t count = profile->view.warning_count;
	char **warnings = reallocarray(profile->warnings, count + 1, sizeof(*warnings));
	va_list arguments;
	int length;

	if (!warnings)
		return -ENOMEM;
	profile->warnings = warnings;
	profile->view.warnings = (const char *const *)warnings;
	va_start(arguments, format);
	length = vasprintf(&warnings[count], format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	profile->view.warning_count++;
	return 0;
}

static size_t any_code(void *context, uint32_t code, const struct source_frame **frames)
{
	return profile_code(context, code, frames);
}

static void init_ownership(struct profile *profile)
{
	ownership_init(&profile->ownership, &(struct ownership_source){
						    .info = profile->info,
						    .symbolizer = profile->symbolizer,
						    .all = {.frames = any_code, .context = profile},
						    .suppressions = profile->options->suppressions,
					    });
}

/* All code once, so that all functions that may be chosen have been met and their ids are final. */
static void symbolize_codes(struct profile *profile)
{
	const struct source_frame *frames;

	for (uint32_t code = 1; code < profile->info->code_count; code++)
		profile_met_code(profile, code, &frames);
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
static const struct trace_module *know_executable(struct profile *profile, size_t *count)
{
	const struct trace_info *info = profile->info;

	*count = info->module_count;
	if (has_executable(info))
		return info->modules;
	profile->modules = calloc(info->module_count + 1, sizeof(*profile->modules));
	if (!profile->modules)
		return NULL;
	memcpy(profile->modules, info->modules, info->module_count * sizeof(*profile->modules));
	profile->modules[info->module_count].path = info->exe;
	*count = info->module_count + 1;
	return profile->modules;
}

/* Source text that was packed is that of the program that ran. */
static bool know_sources(struct profile *profile)
{
	size_t bytes;
	const uint8_t *packed = trace_sources(profile->trace, &bytes);

	return profile->options->no_names || sources_unpack(profile->sources, packed, bytes) == 0;
}

/* What the trace remembers is as good as what is here, and faster, unless more is known here by now. */
static const struct names *choose_names(struct profile *profile, const struct trace_module *modules,
					size_t module_count)
{
	const struct names *names = profile->options->no_names ? NULL : trace_names(profile->trace);

	if (names && symbolizer_knows_more(modules, module_count, &profile->symbols, names))
		return NULL;
	return names;
}

int profile_open_inputs(struct profile *profile, const char *path, struct diagnostic *diagnostic)
{
	const struct trace_module *modules;
	size_t module_count;
	int error = trace_open(path, &profile->trace, diagnostic);

	if (error)
		return error;
	profile->info = profile->recorded = trace_info(profile->trace);
	profile->symbols = profile->options->symbols;
	profile->symbols.inclusion = profile_inclusion;
	profile->symbols.inclusion_context = profile;
	profile->symbols.started_realtime_ns = profile->info->started_realtime_ns;
	modules = know_executable(profile, &module_count);
	if (!modules)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	profile->symbols.names = choose_names(profile, modules, module_count);
	error = symbolizer_create(modules, module_count, &profile->symbols, &profile->symbolizer, diagnostic);
	if (error)
		return error;
	init_ownership(profile);
	profile->sources = sources_create(&profile->options->sources);
	profile->frames = calloc(profile->info->code_count, sizeof(*profile->frames));
	return profile->sources && profile->frames && know_sources(profile)
		       ? 0
		       : diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
}

/* With the functions chosen: the sums of their lines. */
static int sum_lines(struct profile *profile)
{
	const struct trace_info *info = profile->info;
	struct frame_source source = {profile_met_code, profile, profile_counts};
	int error = scope_map_init(&profile->scopes, info->code_count, source, profile->chosen, true);

	if (error)
		return error;
	profile->sums = calloc((size_t)profile->scopes.model.scope_count + 1, sizeof(*profile->sums));
	if (!profile->sums)
		return -ENOMEM;
	return scope_sums_add(&profile->scopes, info->nodes, model_summary(profile->model)->nodes,
			      profile->ownership.remains, profile->sums);
}

/* Names only for those paths that the tables need. */
static int build_collections(struct profile *profile)
{
	int error = profile_fill_sites(profile);

	if (!error)
		error = profile_fill_collections(profile);
	if (!error)
		error = profile_fill_types(profile);
	if (!error)
		error = profile_fill_collected_sites(profile);
	if (!error)
		error = profile_fill_caches(profile);
	profile->view.gc = &profile->gc.view;
	return error ? error : profile_fill_summary(profile);
}

static int build_lines(struct profile *profile)
{
	int error = profile_narrow(profile);

	if (!error)
		error = profile_choose_inner(profile);
	if (!error)
		error = sum_lines(profile);
	if (!error && profile->options->detail == REPORT_LINES)
		error = profile_know_visits(profile);
	if (!error)
		error = profile_fill_collections(profile);
	profile->view.gc = &profile->gc.view;
	if (!error)
		error = profile_fill_summary(profile);
	if (!error)
		error = profile_fill_functions(profile);
	return error ? error : profile_fill_sites(profile);
}

static int profile_build(struct profile *profile, const char *path, struct diagnostic *diagnostic)
{
	enum profile_detail detail = profile->options->detail;
	bool names = detail == REPORT_LINES || detail == REPORT_SITES;
	int error = profile_open_inputs(profile, path, diagnostic);

	if (error)
		return error;
	diagnostic->message[0] = '\0';
	error = profile_select(profile);
	if (!error && names)
		symbolize_codes(profile);
	if (!error && detail < REPORT_LEAKS)
		error = profile_put_back(profile);
	if (!error && names)
		error = profile_choose(profile);
	if (!error)
		error = profile_know_figures(profile, diagnostic);
	if (!error && detail != REPORT_SUMMARY)
		error = profile_know_remains(profile);
	if (error)
		return error;
	if (detail >= REPORT_LEAKS)
		return profile_fill_summary(profile);
	error = ownership_find_wrappers(&profile->ownership, model_summary(profile->model)->nodes);
	if (error)
		return error;
	return names ? build_lines(profile) : build_collections(profile);
}

int profile_create(const char *path, const struct profile_options *options, struct profile **out,
		   struct diagnostic *diagnostic)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	int error;

	*out = NULL;
	if (!profile)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	profile->options = options;
	profile->view.sort = options->sort;
	error = profile_build(profile, path, diagnostic);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: out of memory", path);
	if (!error && options->remember && !options->no_names && options->detail < REPORT_LEAKS)
		profile_remember(profile);
	if (error)
		profile_destroy(profile);
	else
		*out = profile;
	return error;
}

void profile_destroy(struct profile *profile)
{
	if (!profile)
		return;
	for (size_t i = 0; i < profile->view.warning_count; i++)
		free(profile->warnings[i]);
	for (size_t i = 0; i < profile->view.function_count; i++)
		free((void *)(uintptr_t)profile->functions[i].lines);
	free(profile->warnings);
	free(profile->functions);
	free(profile->sites);
	free(profile->sums);
	free(profile->chosen);
	free(profile->inner);
	free(profile->instances);
	free(profile->globs);
	free(profile->visits);
	free(profile->frames);
	put_back_finish(&profile->put_back);
	profile_gc_finish(&profile->gc);
	scope_map_finish(&profile->scopes);
	model_destroy(profile->model);
	summary_decoder_finish(&profile->kept);
	ownership_finish(&profile->ownership);
	sources_destroy(profile->sources);
	symbolizer_destroy(profile->symbolizer);
	free(profile->modules);
	trace_close(profile->trace);
	free(profile);
}

const struct view_report *profile_view(const struct profile *profile)
{
	return &profile->view;
}
