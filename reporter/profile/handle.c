/*
 * handle.c - the handle: what is known from the beginning, and the order in which the rest is found out.
 */
#include "base/memory.h"
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

void profile_must(int error)
{
	if (error)
		memory_exhausted();
}

int profile_warn(struct profile *profile, const char *format, ...)
{
	size_t count = profile->warning_count;
	char **warnings = reallocarray(profile->warnings, count + 1, sizeof(*warnings));
	va_list arguments;
	int length;

	if (!warnings)
		return -ENOMEM;
	profile->warnings = warnings;
	va_start(arguments, format);
	length = vasprintf(&warnings[count], format, arguments);
	va_end(arguments);
	if (length < 0)
		return -ENOMEM;
	profile->warning_count++;
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
						    .suppressions = &profile->suppressions,
					    });
}

/* From all sources but gates' files, which are among the options. */
static int open_suppressions(struct profile *profile, struct diagnostic *diagnostic)
{
	const struct profile_options *options = profile->options;
	const char *missing;
	int error;

	if (options->suppressions)
		suppressions_borrow(&profile->suppressions, options->suppressions);
	error = suppressions_read_environment(&profile->suppressions, options->lsan_options,
					      profile->info->exe, &missing, diagnostic);
	if (!error && missing)
		profile_must(
			profile_warn(profile, "LSAN_OPTIONS: the suppressions %s cannot be read", missing));
	return error;
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
	if (!error)
		error = open_suppressions(profile, diagnostic);
	if (error)
		return error;
	init_ownership(profile);
	profile->sources = sources_create(&profile->options->sources);
	profile->frames = calloc(profile->info->code_count, sizeof(*profile->frames));
	return profile->sources && profile->frames && know_sources(profile)
		       ? 0
		       : diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
}

int profile_open(const char *path, const struct profile_options *options, struct profile **out,
		 struct diagnostic *diagnostic)
{
	struct profile *profile = memory_zeroed(1, sizeof(*profile));
	int error;

	*out = NULL;
	profile->options = options;
	error = profile_open_inputs(profile, path, diagnostic);
	if (!error) {
		diagnostic->message[0] = '\0';
		profile_must(profile_select(profile));
		error = profile_know_figures(profile, diagnostic);
	}
	if (!error)
		error = profile_parse_blocks(profile, diagnostic);
	if (!error)
		error = profile_open_window(profile, diagnostic);
	if (!error)
		error = profile_open_blocks(profile, diagnostic);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: out of memory", path);
	if (error) {
		profile_close(profile);
		return error;
	}
	profile_fill_overview(profile);
	*out = profile;
	return 0;
}

void profile_close(struct profile *profile)
{
	if (!profile)
		return;
	for (size_t i = 0; i < profile->warning_count; i++)
		free(profile->warnings[i]);
	for (size_t i = 0; i < profile->table_count; i++)
		free((void *)(uintptr_t)profile->tables[i].lines);
	free(profile->warnings);
	free(profile->tables);
	free(profile->sites.sites);
	free(profile->sites.of_node);
	map_finish(&profile->sites.known);
	path_tree_free(profile->paths);
	free(profile->passing);
	free(profile->begins);
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
	model_destroy(profile->whole);
	timeline_finish(&profile->replayed);
	breakdown_tables_finish(&profile->replayed_breakdown);
	figures_nodes_finish(&profile->window_nodes);
	summary_decoder_finish(&profile->kept);
	ownership_finish(&profile->ownership);
	suppressions_finish(&profile->suppressions);
	sources_destroy(profile->sources);
	symbolizer_destroy(profile->symbolizer);
	free(profile->modules);
	trace_close(profile->trace);
	pool_finish(&profile->pool);
	free(profile);
}

/* ---- what is found out later ------------------------------------------------------------- */

/* All code once, so that all functions that may be chosen have been met and their ids are final. */
void profile_know_names(struct profile *profile)
{
	const struct source_frame *frames;

	if (profile->names_known)
		return;
	profile->names_known = true;
	for (uint32_t code = 1; code < profile->info->code_count; code++)
		profile_met_code(profile, code, &frames);
	profile_must(profile_put_back(profile));
}

void profile_know_wrappers(struct profile *profile)
{
	profile_must(profile_put_back(profile));
	const struct model *whole = profile->whole ? profile->whole : profile->model;

	profile_must(ownership_find_wrappers(&profile->ownership, model_summary(whole)->nodes));
}

const struct collections *profile_collections(struct profile *profile)
{
	struct gc_figures *gc = &profile->gc;

	if (gc->all_known)
		return &gc->result;
	gc->all_known = true;
	profile_collect_sites(profile, true);
	profile_know_collections(profile);
	profile_must(profile_fill_types(profile));
	profile_must(profile_fill_collected_sites(profile));
	profile_must(profile_fill_caches(profile));
	return &gc->result;
}

/* ---- line tables --------------------------------------------------------------------------- */

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
			      profile->ownership.remains, info->sample_bytes, profile->sums);
}

const struct line_table *profile_tables(struct profile *profile, const struct table_choice *choice,
					size_t *count)
{
	if (!profile->tables_known) {
		profile->tables_known = true;
		profile->choice = *choice;
		profile_know_names(profile);
		profile_know_traced(profile);
		profile_must(profile_choose(profile));
		profile_know_remains(profile);
		profile_know_wrappers(profile);
		profile_must(profile_narrow(profile));
		profile_must(profile_choose_inner(profile));
		profile_must(sum_lines(profile));
		profile_must(profile_know_visits(profile));
		profile_know_collections(profile);
		profile_must(profile_sum_collections(profile));
		profile_must(profile_fill_tables(profile));
		profile_add_traced(profile);
	}
	*count = profile->table_count;
	return profile->tables;
}

bool profile_matched_nothing(const struct profile *profile)
{
	return profile->nothing_matched;
}
