/*
 * test_view.c - rows in, exact output out: text as memory_profiler lays it out, CSV, JSON keys.
 */
#include "view/view.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n) ((uint64_t)((n)*1048576))

static const struct view_line lines[] = {
	{.line = 6, .source = "static double *my_function(void)", .measured = true, .occurrences = 1},
	{.line = 7, .source = "{"},
	{.line = 8,
	 .source = "\tdouble *a = filled(1, \"x\");",
	 .measured = true,
	 .mem_bytes = MIB(7.63),
	 .occurrences = 1,
	 .allocations = 1,
	 .allocated_bytes = MIB(7.63),
	 .peak_bytes = MIB(7.63),
	 .leaked_bytes = MIB(7.63)},
	{.line = 9,
	 .source = "\tfree(b);",
	 .measured = true,
	 .mem_bytes = MIB(7.63),
	 .occurrences = 1,
	 .frees = 1,
	 .freed_bytes = MIB(152.6),
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
static const struct view_function functions[] = {
	{.name = "my_function",
	 .file = "/src/my,function.c",
	 .first_line = 6,
	 .lines = lines,
	 .line_count = 6},
};
static const struct view_site sites[] = {
	{.function = "small",
	 .place = "small",
	 .file = "/src/a.c",
	 .module = "/bin/x",
	 .line = 3,
	 .allocations = 5,
	 .allocated_bytes = 50,
	 .peak_bytes = MIB(1),
	 .peak_blocks = 2,
	 .temporary = 4},
	{.function = "big",
	 .place = "big",
	 .file = "",
	 .module = "/lib/libx.so",
	 .allocations = 1,
	 .allocated_bytes = MIB(3),
	 .peak_bytes = MIB(3),
	 .peak_blocks = 1,
	 .leaked_bytes = MIB(3),
	 .leaked_blocks = 1},
};
static const char *const command[] = {"./prog", "--flag", "\xff", NULL};
static const char *const warnings[] = {"look out"};
static const struct view_report report = {
	.summary = {.path = "p.mprof",
		    .command = command,
		    .pid = 42,
		    .duration_ns = 1500000000,
		    .complete = true,
		    .thread_count = 1,
		    .allocations = 6,
		    .frees = 1,
		    .allocated_bytes = MIB(4),
		    .peak_bytes = MIB(4),
		    .peak_blocks = 3,
		    .peak_time_ns = 1000000,
		    .leaked_bytes = MIB(3),
		    .leaked_blocks = 1,
		    .temporary = 3,
		    .unmatched_frees = 2,
		    .peak_rss_bytes = MIB(10),
		    .recorder_bytes = MIB(1) / 2},
	.warnings = warnings,
	.warning_count = 1,
	.functions = functions,
	.function_count = 1,
	.sites = sites,
	.site_count = 2,
};

static char *printed(enum view_format format, const struct view_style *style)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	cr_assert_eq(view_report_print(out, &report, format, style), 0);
	fclose(out);
	return text;
}

Test(view, line_table_is_laid_out_as_memory_profiler_does)
{
	const struct view_style style = {.precision = 1, .directory = "/src"};
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
	char *text = printed(FORMAT_TEXT, &style);
	const char *table = strstr(text, "Filename:");

	cr_assert_not_null(table);
	cr_assert_str_eq(table, expected);
	free(text);
}

Test(view, precision_widens_the_numbers)
{
	const struct view_style style = {.precision = 4};
	char *text = printed(FORMAT_TEXT, &style);

	cr_assert_not_null(strstr(text, "     9   7.6300 MiB -152.6000 MiB           1   \tfree(b);\n"), "%s",
			   text);
	free(text);
}

Test(view, summary_says_it_all)
{
	const struct view_style style = {.precision = 1};
	char *text = printed(FORMAT_TEXT, &style);

	cr_assert_not_null(strstr(text, "pid 42"));
	cr_assert_not_null(strstr(text, "Peak heap:    4.0 MiB in 3 blocks, at 0.001 s (peak RSS 10.0 MiB, "
					"of which mprof itself 512.0 KiB)\n"),
			   "%s", text);
	cr_assert_not_null(strstr(text, "Leaked:       3.0 MiB in 1 block\n"), "%s", text);
	cr_assert_not_null(strstr(text, "3 temporary (50.0%)"));
	cr_assert_not_null(strstr(text, "\nwarning: look out\n"));
	cr_assert_null(strchr(text, '\033'), "colour only when asked for");
	free(text);
}

Test(view, sites_are_ordered_and_limited)
{
	const struct view_style one = {.precision = 1, .sites = 1}, all = {.precision = 1};
	char *text = printed(FORMAT_TEXT, &all);
	const char *big = strstr(text, "     3.0 MiB   75.0%          1   big  (libx.so)\n");
	const char *small = strstr(text, "     1.0 MiB   25.0%          2   small  /src/a.c:3\n");

	cr_assert(big && small && big < small, "%s", text);
	free(text);
	text = printed(FORMAT_TEXT, &one);
	cr_assert_null(strstr(text, "small"));
	free(text);
}

Test(view, csv_quotes_what_needs_it)
{
	const struct view_style style = {.precision = 1};
	static const char expected[] =
		"file,function,line,source,mem_bytes,increment_bytes,occurrences,"
		"allocations,frees,allocated_bytes,"
		"freed_bytes,peak_bytes,leaked_bytes,collections,collected_bytes,"
		"mem_bytes_error,increment_bytes_error,peak_bytes_error,leaked_bytes_error,"
		"collected_objects,pause_ns,longest_pause_ns,freed_by_collector_blocks,freed_by_collector_"
		"bytes\n"
		"\"/src/my,function.c\",my_function,6,static double "
		"*my_function(void),0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n"
		"\"/src/my,function.c\",my_function,7,{,,,,,,,,,,,,,,,,,,,,\n"
		"\"/src/my,function.c\",my_function,8,\"\tdouble *a = filled(1, "
		"\"\"x\"\");\",8000634,8000634,1,1,0,8000634,0,"
		"8000634,8000634,0,0,0,0,0,0,0,0,0,0,0\n";
	char *text = printed(FORMAT_CSV, &style);

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

static json_t *parsed(void)
{
	const struct view_style style = {.precision = 1};
	char *text = printed(FORMAT_JSON, &style);
	json_error_t error;
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	cr_assert_not_null(root, "%s", error.text);
	free(text);
	return root;
}

Test(view, json_has_all_keys_in_order)
{
	json_t *root = parsed(), *function, *line;

	cr_assert_str_eq(
		keys_of(root),
		"schema command pid duration_ns complete lost_events sample_bytes aggregate totals functions "
		"sites collections");
	cr_assert_str_eq(
		keys_of(json_object_get(root, "totals")),
		"allocations frees allocated_bytes peak_bytes peak_time_ns leaked_bytes leaked_blocks "
		"kept_bytes kept_blocks suppressed_bytes suppressed_blocks temporary_allocations "
		"unmatched_frees collections peak_rss_bytes recorder_bytes "
		"unrecorded_children blocks_error "
		"allocated_bytes_error peak_bytes_error leaked_bytes_error");
	function = json_array_get(json_object_get(root, "functions"), 0);
	cr_assert_str_eq(keys_of(function), "function file first_line lines");
	line = json_array_get(json_object_get(function, "lines"), 0);
	cr_assert_str_eq(keys_of(line),
			 "line source mem_bytes increment_bytes occurrences allocations frees "
			 "allocated_bytes freed_bytes peak_bytes leaked_bytes collections collected_bytes "
			 "mem_bytes_error increment_bytes_error peak_bytes_error leaked_bytes_error "
			 "collected_objects pause_ns longest_pause_ns freed_by_collector_blocks "
			 "freed_by_collector_bytes");
	cr_assert_str_eq(
		keys_of(json_array_get(json_object_get(root, "sites"), 0)),
		"function file line place allocations allocated_bytes peak_bytes leaked_bytes temporary "
		"allocated_bytes_error peak_bytes_error leaked_bytes_error "
		"freed_by_collector_blocks freed_by_collector_bytes kept_bytes kept_blocks");
	json_decref(root);
}

Test(view, json_has_lines_with_figures_only_and_whole_numbers)
{
	json_t *root = parsed();
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

static const struct view_collection collections[] = {
	{.time_ns = 1000000, .collected = 3, .pause_ns = 500, .function = "f", .file = "/src/a.c", .line = 4},
	{.time_ns = 2500000,
	 .generation = 2,
	 .pause_ns = 7000000,
	 .function = "g",
	 .file = "/src/b.c",
	 .line = 9},
};
static const struct view_gc_group generations[] = {
	{.sum = {.collections = 2, .collected = 3, .freed_bytes = 2048, .pause_ns = 7000500, .oldest = 1}}};
static const struct view_cache caches[] = {{"names", 7, 3, 1, 1024}};
static const struct view_gc gc = {
	.total =
		{.collections = 2, .candidates = 9, .collected = 3, .freed_bytes = 2048, .pause_ns = 7000500},
	.collections = collections,
	.collection_count = 2,
	.generations = generations,
	.generation_count = 1,
	.caches = caches,
	.cache_count = 1,
};

static char *printed_gc(const struct view_gc *shown, bool json)
{
	const struct view_style style = {.precision = 1, .directory = "/src", .sites = 1};
	struct view_report with_gc = report;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	with_gc.gc = shown;
	cr_assert_eq(json ? view_gc_json(out, &with_gc) : view_gc_text(out, &with_gc, &style), 0);
	fclose(out);
	return text;
}

/* Of long tables the first rows, the longest pause first; of empty ones nothing. */
Test(view, collections_as_text)
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
	char *text = printed_gc(&gc, false);

	cr_assert_str_eq(text, expected);
	free(text);
}

Test(view, collections_as_json_are_all_there_by_time)
{
	char *text = printed_gc(&gc, true);
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *rows;

	cr_assert_str_eq(keys_of(root), "schema trace pid complete duration_ns generations lines collections "
					"sites types caches");
	rows = json_object_get(root, "collections");
	cr_assert_eq(json_array_size(rows), 2);
	cr_assert_str_eq(
		keys_of(json_array_get(rows, 0)),
		"time_ns generation candidates collected uncollectable freed_bytes pause_ns function "
		"file line");
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(rows, 1), "pause_ns")), 7000000);
	cr_assert_eq(json_array_size(json_object_get(root, "types")), 0);
	json_decref(root);
	free(text);
}

Test(view, without_collectors_there_is_a_line_that_says_so)
{
	static const struct view_gc nothing;
	char *text = printed_gc(&nothing, false);

	cr_assert_eq(strncmp(text, "No collections", 14), 0, "%s", text);
	cr_assert_eq(strchr(text, '\n'), strrchr(text, '\n'));
	free(text);
}

Test(view, sort_keys_pick_their_figure)
{
	static const uint64_t expected[SORT_KEYS] = {MIB(1), 0, 50, 5, 4};

	for (enum view_sort sort = 0; sort < SORT_KEYS; sort++)
		cr_assert_eq(view_site_figure(&sites[0], sort), expected[sort], "%s", view_sort_name(sort));
	cr_assert_null(view_sort_name(SORT_KEYS));
}
