/*
 * test_views.c - what is known of a recording in, exact output out: the report as memory_profiler lays it
 * out, CSV, JSON keys, and what `mprof gc` shows.  The profile is a double, so that no trace is needed.
 */
#include "formats/format.h"
#include "profile/keepers.h"
#include "profile/measure.h"
#include "profile/paths.h"
#include "profile/phases.h"
#include "profile/window.h"
#include "views/frames.h"
#include "views/processes.h"
#include "views/view.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n) ((uint64_t)((n)*1048576))

/* ---- the double ------------------------------------------------------------------------ */

static const struct table_line lines[] = {
	{.line = 6,
	 .source = "static double *my_function(void)",
	 .measured = true,
	 .has_mem = true,
	 .occurrences = 1},
	{.line = 7, .source = "{"},
	{.line = 8,
	 .source = "\tdouble *a = filled(1, \"x\");",
	 .measured = true,
	 .has_mem = true,
	 .mem_bytes = MIB(7.63),
	 .occurrences = 1,
	 .amounts = {.allocations = 1,
		     .allocated_bytes = MIB(7.63),
		     .peak_bytes = MIB(7.63),
		     .leaked_bytes = MIB(7.63)}},
	{.line = 9,
	 .source = "\tfree(b);",
	 .measured = true,
	 .has_mem = true,
	 .mem_bytes = MIB(7.63),
	 .occurrences = 1,
	 .amounts = {.frees = 1, .freed_bytes = MIB(152.6)},
	 .gc = {.collections = 2,
		.collected = 12,
		.freed_bytes = 1536,
		.pause_ns = 1015000,
		.longest_pause_ns = 15000,
		.youngest = 0,
		.oldest = 2}},
	{.line = 10, .source = ""},
	{.line = 11, .source = NULL},
};
static const struct line_table tables[] = {{.name = "my_function",
					    .file = "/src/my,function.c",
					    .first_line = 6,
					    .amounts = {.allocations = 1, .peak_bytes = MIB(7.63)},
					    .lines = lines,
					    .line_count = 6}};
static const struct site sites[] = {
	{.function = "small",
	 .place = "small",
	 .file = "/src/a.c",
	 .module = "/bin/x",
	 .line = 3,
	 .amounts = {.allocations = 5,
		     .allocated_bytes = 50,
		     .peak_bytes = MIB(1),
		     .peak_blocks = 2,
		     .temporary = 4}},
	{.function = "big",
	 .place = "big",
	 .file = "",
	 .module = "/lib/libx.so",
	 .amounts = {.allocations = 1,
		     .allocated_bytes = MIB(3),
		     .peak_bytes = MIB(3),
		     .peak_blocks = 1,
		     .leaked_bytes = MIB(3),
		     .leaked_blocks = 1}},
};
static const struct site *const sorted[] = {&sites[1], &sites[0]};
static const char *const command[] = {"./prog", "--flag", "\xff", NULL};
static const char *const warnings[] = {"look out", "and here"};
static const struct overview overview = {.path = "p.mprof",
					 .command = command,
					 .pid = 42,
					 .duration_ns = 1500000000,
					 .complete = true,
					 .thread_count = 1,
					 .total = {.allocations = 6,
						   .frees = 1,
						   .allocated_bytes = MIB(4),
						   .peak_bytes = MIB(4),
						   .peak_blocks = 3,
						   .leaked_bytes = MIB(3),
						   .leaked_blocks = 1,
						   .temporary = 3},
					 .peak_time_ns = 1000000,
					 .unmatched_frees = 2,
					 .peak_rss_bytes = MIB(10),
					 .recorder_bytes = MIB(1) / 2};
static const struct collection collections[] = {
	{.time_ns = 1000000, .collected = 3, .pause_ns = 500, .function = "f", .file = "/src/a.c", .line = 4},
	{.time_ns = 2500000,
	 .generation = 2,
	 .pause_ns = 7000000,
	 .function = "g",
	 .file = "/src/b.c",
	 .line = 9},
};
static const struct collection_group generations[] = {
	{.sum = {.collections = 2, .collected = 3, .freed_bytes = 2048, .pause_ns = 7000500, .oldest = 1}}};
static const struct cache caches[] = {{"names", 7, 3, 1, 1024}};
static const struct collections some = {
	.total =
		{.collections = 2, .candidates = 9, .collected = 3, .freed_bytes = 2048, .pause_ns = 7000500},
	.collections = collections,
	.collection_count = 2,
	.generations = generations,
	.generation_count = 1,
	.caches = caches,
	.cache_count = 1,
};
static const struct collections none;

static size_t warning_count = 1;
static const struct collections *collected = &none;

const struct overview *profile_overview(struct profile *profile, bool remains)
{
	(void)profile, (void)remains;
	return &overview;
}

struct warnings profile_warnings(struct profile *profile)
{
	(void)profile;
	return (struct warnings){warnings, warning_count, 0};
}

struct warnings profile_warnings_in_brief(struct profile *profile)
{
	return profile_warnings(profile);
}

const struct line_table *profile_tables(struct profile *profile, const struct table_choice *choice,
					size_t *count)
{
	(void)profile, (void)choice;
	*count = 1;
	return tables;
}

/* The greatest first, whatever the figure: only those that have it. */
const struct site *const *profile_sites(struct profile *profile, enum figure figure, size_t limit,
					size_t *count)
{
	(void)profile;
	*count = figure_of(&sites[0].amounts, figure) > 0 ? 2 : 1;
	if (limit > 0 && limit < *count)
		*count = limit;
	return sorted;
}

const struct site *const *profile_all_sites(struct profile *profile, enum figure order, size_t *count)
{
	(void)profile, (void)order;
	*count = 2;
	return sorted;
}

size_t profile_site_count(const struct profile *profile, enum figure figure)
{
	(void)profile;
	return figure_of(&sites[0].amounts, figure) > 0 ? 2 : 1;
}

const struct collections *profile_collections(struct profile *profile)
{
	(void)profile;
	return collected;
}

const struct collections *profile_collections_only(struct profile *profile)
{
	return profile_collections(profile);
}

/* No filter here. */
const char *part_filtered(struct document *document, struct profile *profile, const struct request *request)
{
	(void)document, (void)profile, (void)request;
	return "";
}

void part_filtered_totals(struct document *document, struct profile *profile, const struct request *request)
{
	(void)document, (void)profile, (void)request;
}

const struct window *profile_window(const struct profile *profile)
{
	(void)profile;
	return NULL;
}

const struct phase *profile_phases(struct profile *profile, size_t *count)
{
	(void)profile;
	*count = 0;
	return NULL;
}

size_t profile_phase_sites(struct profile *profile, const struct phase *phase, struct phase_site *out,
			   size_t most)
{
	(void)profile, (void)phase, (void)out, (void)most;
	return 0;
}

/* No paths: callers are tests/e2e's. */
struct site_paths *profile_site_paths(struct profile *profile, const struct site *const *of, size_t count,
				      enum figure figure)
{
	(void)profile, (void)of, (void)figure;
	return calloc(count + 1, sizeof(struct site_paths));
}

void site_paths_finish(struct site_paths *paths, size_t count)
{
	(void)count;
	free(paths);
}

size_t ways_shorten(struct way *ways, size_t count, uint64_t whole, size_t most)
{
	(void)ways, (void)whole, (void)most;
	return count;
}

size_t ways_told(const struct way *ways, size_t count, uint64_t whole, size_t most)
{
	(void)ways, (void)whole;
	return count < most ? count : most;
}

const char *profile_place(struct profile *profile, const struct source_frame *frame)
{
	(void)profile;
	return frame->function->name;
}

void keepers_print(FILE *out)
{
	(void)out;
}

const struct column *const frame_row_columns[] = {NULL};

int all_make(struct profile *profile, const struct request *request, struct document *document,
	     struct diagnostic *diagnostic)
{
	(void)profile, (void)request, (void)document, (void)diagnostic;
	return 0;
}

/* ---- the report ------------------------------------------------------------------------- */

static char *shown(const struct view *view, const char *format, const struct style *style, long top)
{
	struct request request = {.figure = FIGURE_PEAK, .top = top, .style = style};
	struct profile *const profiles[] = {NULL};
	struct document document = {0};
	struct diagnostic diagnostic;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	request.output.format = format_find(format);
	request.output.precision = style->precision;
	request.for_people = request.output.format->for_people;
	cr_assert_eq(view->make(profiles, 1, &request, &document, &diagnostic), 0);
	request.output.format->print(out, &document, style);
	fclose(out);
	document_finish(&document);
	return text;
}

static const struct style plain = {.precision = 1, .directory = "/src"};

static char *printed(const char *format)
{
	return shown(&view_report, format, &plain, 0);
}

Test(views, line_table_is_laid_out_as_memory_profiler_does)
{
	static const char expected[] =
		"Filename: my,function.c\n"
		"\n"
		"Line #    Mem usage    Increment  Occurrences   Line Contents\n"
		"=============================================================\n"
		"     6      0.0 MiB      0.0 MiB           1   static double *my_function(void)\n"
		"     7                                         {\n"
		"     8      7.6 MiB      7.6 MiB           1   \tdouble *a = filled(1, \"x\");\n"
		"     9      7.6 MiB   -152.6 MiB           1   \tfree(b);\n"
		"                                               ^ 2 collections of generations 0 to 2: 12 "
		"objects, "
		"1.5 KiB given back; paused 1.015 ms, 15.0 us at most\n"
		"    10\n"
		"    11\n";
	char *text = printed("text");
	const char *table = strstr(text, "Filename:");

	cr_assert_not_null(table);
	cr_assert_str_eq(table, expected);
	free(text);
}
Test(views, precision_widens_the_numbers)
{
	const struct style style = {.precision = 4};
	char *text = shown(&view_report, "text", &style, 0);

	cr_assert_not_null(strstr(text, "     9   7.6300 MiB -152.6000 MiB          1   \tfree(b);\n"), "%s",
			   text);
	free(text);
}
Test(views, summary_says_it_all)
{
	char *text = printed("text");

	cr_assert_not_null(strstr(text, "pid 42"));
	cr_assert_not_null(strstr(text, "Peak heap:    4.0 MiB in 3 blocks, at 0.001 s\n"), "%s", text);
	cr_assert_not_null(strstr(text, "Peak RSS:     10.0 MiB, of which mprof itself 512.0 KiB\n"), "%s",
			   text);
	cr_assert_not_null(strstr(text, "Leaked:       3.0 MiB in 1 block\n"), "%s", text);
	cr_assert_not_null(strstr(text, "3 temporary (50.0%)"));
	cr_assert_not_null(strstr(text, "\nwarning: look out\n"));
	cr_assert_null(strchr(text, '\033'), "colour only when asked for");
	free(text);
}

Test(views, of_several_warnings_the_first_is_told_and_how_many_there_are)
{
	char *text;

	warning_count = 2;
	text = printed("text");
	cr_assert_not_null(strstr(text, "\nwarning: look out (and 1 other: -v)\n"), "%s", text);
	cr_assert_null(strstr(text, "and here"));
	free(text);
}

Test(views, sites_are_ordered_and_limited)
{
	char *text = printed("text");
	const char *big = strstr(text, "   3.0 MiB  75.0%         1  big  (libx.so)\n");
	const char *small = strstr(text, "   1.0 MiB  25.0%         2  small  a.c:3\n");

	cr_assert(big && small && big < small, "%s", text);
	free(text);
	text = shown(&view_report, "text", &plain, 1);
	cr_assert_null(strstr(text, "small"));
	cr_assert_not_null(strstr(text, "(1 more: mprof sites -n 2)\n"), "%s", text);
	free(text);
}

Test(views, csv_quotes_what_needs_it)
{
	static const char expected[] =
		"file,function,first_line,total.peak_bytes,total.leaked_bytes,total.allocations,line,source,"
		"mem_bytes,"
		"increment_bytes,occurrences,peak_bytes,leaked_bytes,allocations,temporary,frees,allocated_"
		"bytes,"
		"freed_bytes,kept_bytes,collections,collected_bytes,mem_bytes_error,increment_bytes_error,"
		"peak_bytes_error,leaked_bytes_error,collected_objects,pause_ns,longest_pause_ns,"
		"freed_by_collector_blocks,freed_by_collector_bytes\n"
		"\"/src/my,function.c\",my_function,6,8000634,0,1,6,static double *my_function(void),0,0,1"
		",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
		"\"/src/my,function.c\",my_function,6,8000634,0,1,7,{,,,,,,,,,,,,,,,,,,,,,,\n"
		"\"/src/my,function.c\",my_function,6,8000634,0,1,8,\"\tdouble *a = filled(1, \"\"x\"\");\""
		",8000634,8000634,1,8000634,8000634,1,0,0,8000634,0,0,0,0,0,0,0,0,0,0,0,0,0\n";
	char *text = printed("csv");

	cr_assert_eq(strncmp(text, expected, strlen(expected)), 0, "%s", text);
	free(text);
}

/* The keys of an object, in order, with blanks between. */
static char *keys_of(json_t *object)
{
	static char text[1024];
	const char *key;
	json_t *value;

	text[0] = '\0';
	json_object_foreach(object, key, value)
	{
		cr_assert_not_null(value);
		strcat(text, *text ? " " : "");
		strcat(text, key);
	}
	return text;
}

/* Whether an object has these keys in this order, and perhaps more: schema 1 only grows. */
static bool has_keys(json_t *object, const char *expected)
{
	const char *at = keys_of(object);
	char keys[1024], *rest = keys, *key;

	snprintf(keys, sizeof(keys), "%s", expected);
	while ((key = strsep(&rest, " ")))
		if (!json_object_get(object, key) || !(at = strstr(at, key)))
			return false;
	return true;
}

static json_t *parsed(char *text)
{
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	cr_assert_not_null(root, "%s", error.text);
	free(text);
	return root;
}

Test(views, json_has_all_keys_of_schema_1)
{
	json_t *root = parsed(printed("json")), *function, *line, *site;

	cr_assert_str_eq(keys_of(root),
			 "schema command pid duration_ns complete lost_events sample_bytes aggregate trace "
			 "started_realtime_ns warnings totals sites phases functions collections");
	cr_assert(has_keys(
		json_object_get(root, "totals"),
		"allocations frees allocated_bytes peak_bytes peak_time_ns leaked_bytes leaked_blocks "
		"kept_bytes kept_blocks suppressed_bytes suppressed_blocks temporary_allocations "
		"unmatched_frees collections peak_rss_bytes recorder_bytes unrecorded_children "
		"blocks_error allocated_bytes_error peak_bytes_error leaked_bytes_error"));
	function = json_array_get(json_object_get(root, "functions"), 0);
	cr_assert_str_eq(keys_of(function), "file function first_line total lines");
	line = json_array_get(json_object_get(function, "lines"), 0);
	for (const char *const *key = (const char *const[]){"line",
							    "source",
							    "mem_bytes",
							    "increment_bytes",
							    "occurrences",
							    "allocations",
							    "frees",
							    "allocated_bytes",
							    "freed_bytes",
							    "peak_bytes",
							    "leaked_bytes",
							    "collections",
							    "collected_bytes",
							    "mem_bytes_error",
							    "increment_bytes_error",
							    "peak_bytes_error",
							    "leaked_bytes_error",
							    "collected_objects",
							    "pause_ns",
							    "longest_pause_ns",
							    "freed_by_collector_blocks",
							    "freed_by_collector_bytes",
							    NULL};
	     *key; key++)
		cr_assert_not_null(json_object_get(line, *key), "%s", *key);
	site = json_array_get(json_object_get(root, "sites"), 0);
	cr_assert(has_keys(site,
			   "function file line place allocations allocated_bytes peak_bytes leaked_bytes "
			   "temporary allocated_bytes_error peak_bytes_error leaked_bytes_error "
			   "freed_by_collector_blocks freed_by_collector_bytes kept_bytes kept_blocks"),
		  "%s", keys_of(site));
	json_decref(root);
}

Test(views, json_has_lines_with_figures_only_and_whole_numbers)
{
	json_t *root = parsed(printed("json"));
	json_t *rows = json_object_get(json_array_get(json_object_get(root, "functions"), 0), "lines");
	json_t *freed = json_object_get(json_array_get(rows, 2), "increment_bytes");

	cr_assert_eq(json_array_size(rows), 3);
	cr_assert(json_is_integer(freed));
	cr_assert_eq(json_integer_value(freed), -(json_int_t)MIB(152.6));
	cr_assert_eq(json_array_size(json_object_get(root, "sites")), 2);
	cr_assert_str_eq(json_string_value(json_array_get(json_object_get(root, "command"), 2)),
			 "\xef\xbf\xbd");
	json_decref(root);
}

/* ---- collections ------------------------------------------------------------------------- */

/* Of long tables the first rows, the longest pause first; of empty ones nothing. */
Test(views, collections_as_text)
{
	static const char expected[] =
		"Collections:   2, paused 7.000 ms (0.5% of the run)\n"
		"Collected:     3 of 9 objects looked at, 2.0 KiB given back\n"
		"Uncollectable: 0\n"
		"\n"
		"Collections by generation\n"
		"Generation Collections Candidates Collected Uncollectable Given back      Paused       Mean"
		"    Longest\n"
		"============================================================================================"
		"="
		"=========\n"
		"         1           2          0         3             0    2.0 KiB    7.000 ms   3.500 ms"
		"     0.0 us\n"
		"\n"
		"Longest pauses (1 of 2)\n"
		"     Paused           At Generation Candidates Collected Given back   Line  Function  File\n"
		"==========================================================================================\n"
		"   7.000 ms     2.500 ms          2          0         0        0 B      9  g         b.c\n"
		"\n"
		"Caches\n"
		"Cache    Entries        Hits      Misses Hit rate      Keeps\n"
		"============================================================\n"
		"names          7           3           1    75.0%    1.0 KiB\n";
	char *text;

	collected = &some;
	text = shown(&view_gc, "text", &plain, 1);

	cr_assert_str_eq(text, expected);
	free(text);
}

Test(views, collections_as_json_are_all_there_by_time)
{
	json_t *root, *rows;

	collected = &some;
	root = parsed(shown(&view_gc, "json", &plain, 1));
	for (const char *const *key =
		     (const char *const[]){"schema", "trace", "pid", "complete", "duration_ns", "generations",
					   "lines", "collections", "sites", "types", "caches", NULL};
	     *key; key++)
		cr_assert_not_null(json_object_get(root, *key), "%s", *key);
	rows = json_object_get(root, "collections");
	cr_assert_eq(json_array_size(rows), 2);
	cr_assert_str_eq(
		keys_of(json_array_get(rows, 0)),
		"time_ns generation candidates collected uncollectable freed_bytes pause_ns function "
		"file line");
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(rows, 1), "pause_ns")), 7000000);
	cr_assert_eq(json_array_size(json_object_get(root, "types")), 0);
	json_decref(root);
}

Test(views, without_collectors_there_is_a_line_that_says_so)
{
	char *text = shown(&view_gc, "text", &plain, 0);

	cr_assert_eq(strncmp(text, "No collections", 14), 0, "%s", text);
	cr_assert_eq(strchr(text, '\n'), strrchr(text, '\n'));
	free(text);
}

Test(views, sort_keys_pick_their_figure)
{
	static const struct {
		const char *name;
		uint64_t value;
	} expected[] = {{"peak", MIB(1)},   {"leaked", 0},    {"allocated", 50},
			{"allocations", 5}, {"temporary", 4}, {"kept", 0}};
	size_t sorting = 0;

	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		enum figure figure = figure_find(expected[i].name);

		cr_assert(figure < FIGURE_COUNT && figure_infos[figure].sorts);
		cr_assert_eq(figure_of(&sites[0].amounts, figure), expected[i].value, "%s", expected[i].name);
	}
	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
		sorting += figure_infos[figure].sorts;
	cr_assert_eq(sorting, sizeof(expected) / sizeof(*expected));
	cr_assert_eq(figure_find("nonsense"), FIGURE_COUNT);
}
