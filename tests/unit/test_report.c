/*
 * test_report.c - what a report says where it cannot show what was asked for, and what it does without.
 */
#include "profile/private.h"

#include "drain/state.h"
#include "fake_producer.h"
#include "names/append.h"
#include "names/names.h"
#include "profile/histograms.h"
#include "profile/remember.h"
#include "reader/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOO_MANY "too many different ways"
#define NO_MATCH "no recorded call path passes a function that matches"

static struct fake fake;
static struct profile *profile;
static struct diagnostic diagnostic;

static size_t table_count;

static void set_up(void)
{
	fake_create(&fake, fake_dead_pid());
	setenv("XDG_CACHE_HOME", "/dev/null", 1); /* nothing is kept */
}

static void tear_down(void)
{
	profile_close(profile);
	fake_destroy(&fake);
}

TestSuite(profile, .init = set_up, .fini = tear_down);

static void drain_with(uint32_t moves_limit)
{
	struct mapping mapping;
	struct drain drain;

	cr_assert_eq(mapping_open(&mapping, fake.session_path, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(mapping_lock(&mapping), 0);
	cr_assert_eq(drain_open(&drain, &mapping, DRAIN_FINISH, &diagnostic), 0, "%s", diagnostic.message);
	drain.moves_max = moves_limit;
	merge_refresh(&drain);
	cr_assert_eq(merge_take(&drain, UINT64_MAX, false), 0);
	cr_assert_eq(commit_end(&drain, END_EXITED, 0), 0);
	drain_close(&drain);
}

/* From call path to call path, in more ways than a drainer with a lower limit may remember. */
#define MOVES 31

static void record_and_drain(uint32_t moves_limit)
{
	struct fake_thread thread = fake_thread(&fake, 100);

	for (uint64_t i = 1; i < MOVES; i++)
		fake_record(&thread, RECORD_ALLOC, i << 12, 100 * i, (uint32_t)i);
	drain_with(moves_limit);
}

static bool warns(const char *words)
{
	struct warnings warnings = profile_warnings(profile);
	bool found = false;

	for (size_t i = 0; i < warnings.count; i++)
		found |= strstr(warnings.lines[i], words) != NULL;
	return found;
}

/* Line tables of the functions that are selected, NULL: of those that hold most. */
static void make_report(const char *const *functions)
{
	const struct profile_options options = {.selection = {.functions = functions}};
	const struct table_choice choice = {0};

	profile_close(profile);
	cr_assert_eq(profile_open(fake.trace_path, &options, &profile, &diagnostic), 0, "%s",
		     diagnostic.message);
	cr_assert_eq(profile_overview(profile, false)->total.allocations, MOVES - 1);
	profile_tables(profile, &choice, &table_count);
}

Test(profile, of_an_aggregate_without_moves_warns)
{
	fake.header->flags |= SESSION_AGGREGATE;
	record_and_drain(MOVES / 3);
	make_report(NULL);
	cr_assert(warns(TOO_MANY));
}

Test(profile, of_an_aggregate_with_all_moves_does_not_warn)
{
	fake.header->flags |= SESSION_AGGREGATE;
	record_and_drain(3 * MOVES);
	make_report(NULL);
	cr_assert_not(warns(TOO_MANY));
}

Test(profile, of_events_finds_the_moves_that_the_drainer_could_not_keep)
{
	struct trace *trace;

	record_and_drain(MOVES / 3);
	cr_assert_eq(trace_open(fake.trace_path, &trace, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert(trace_info(trace)->summary && !trace_info(trace)->summary->moves_known);
	trace_close(trace);
	make_report(NULL);
	cr_assert_not(warns(TOO_MANY));
}

Test(profile, of_functions_that_nobody_called_says_so)
{
	const char *const nobody[] = {"nobody", NULL};

	record_and_drain(3 * MOVES);
	make_report(nobody);
	cr_assert(warns(NO_MATCH));
	cr_assert_eq(table_count, 0);
	make_report(NULL);
	cr_assert_not(warns(NO_MATCH));
}

/* ---- names of a stranger's making ------------------------------------------ */

#define STRANGERS 30

/* Each call path's code is a function of its own, in a module that the recording knows nothing of. */
static void write_strange_names(const struct names *known)
{
	static const char *texts[STRANGERS + 1] = {""};
	static char names[STRANGERS + 1][16];
	static struct names_function functions[STRANGERS];
	struct names strange = *known;
	struct names_frame *frames = calloc(known->frame_count, sizeof(*frames));
	struct buffer bytes = {0}, blocks = {0};
	FILE *file = fopen(fake.trace_path, "ab");

	for (uint32_t i = 0; i < STRANGERS; i++) {
		texts[i + 1] = names[i + 1];
		snprintf(names[i + 1], sizeof(names[i + 1]), "/m%02u.so", i);
		functions[i] = (struct names_function){.name = i + 1, .module = i + 1};
	}
	for (size_t i = 0; i < known->frame_count; i++)
		frames[i] = (struct names_frame){.function = (uint32_t)i % STRANGERS};
	strange.texts = texts;
	strange.text_count = STRANGERS + 1;
	strange.functions = functions;
	strange.function_count = STRANGERS;
	strange.frames = frames;
	strange.warning_count = strange.marked_count = strange.source_count = 0;
	names_encode(&strange, &bytes);
	cr_assert_eq(append_encode(BLOCK_NAMES, &bytes, &blocks), 0);
	cr_assert_eq(fwrite(blocks.data, 1, blocks.length, file), blocks.length);
	cr_assert_eq(fclose(file), 0);
	buffer_finish(&bytes);
	buffer_finish(&blocks);
	free(frames);
}

Test(profile, modules_may_be_more_than_were_recorded)
{
	const struct profile_options options = {0};
	struct amounts total;
	struct trace *trace;
	off_t recorded_bytes;
	struct stat status;
	size_t count, room_bytes;

	record_and_drain(3 * MOVES);
	cr_assert_eq(stat(fake.trace_path, &status), 0);
	recorded_bytes = status.st_size;
	remember_names(fake.trace_path, &options);
	cr_assert_eq(trace_open(fake.trace_path, &trace, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert(trace_names(trace) != NULL);
	cr_assert_eq(truncate(fake.trace_path, recorded_bytes), 0);
	write_strange_names(trace_names(trace));
	trace_close(trace);
	cr_assert_eq(profile_open(fake.trace_path, &options, &profile, &diagnostic), 0, "%s",
		     diagnostic.message);
	/* Where there is room for those that were recorded alone, ASan sees who takes more. */
	pool_alloc(&profile->pool, 1);
	room_bytes = (profile->info->module_count + 2) * sizeof(struct module_row);
	while (profile->pool.left_bytes >= room_bytes + 16)
		pool_alloc(&profile->pool, 16);
	profile_modules(profile, &count, &total);
	cr_assert_gt(count, profile->info->module_count + 2);
	cr_assert_eq(total.allocations, MOVES - 1);
}

/* ---- sites within the C library ------------------------------------------- */

#define OWN 2u     /* a call path of the program */
#define LIBRARY 1u /* two that never leave the C library */
#define LIBRARY_TOO 3u

/* A block of that size at each call path, none where it is 0; then the one of `freed` ends, if that is not 0.
 */
static void record_blocks(const uint64_t size_bytes[LIBRARY_TOO + 1], uint32_t freed)
{
	static const char path[] = "/lib/libc.so.none";
	struct fake_thread thread = fake_thread(&fake, 100);

	session_module(fake.header, 1)->path = fake_text(&fake, path, sizeof(path) - 1);
	for (uint32_t node = LIBRARY; node <= LIBRARY_TOO; node++)
		if (size_bytes[node] > 0)
			fake_record(&thread, RECORD_ALLOC, node << 12, size_bytes[node], node);
	if (freed)
		fake_record(&thread, RECORD_FREE, freed << 12, 0, freed);
	drain_with(0);
}

/* How many sites are known once so many are to be shown. */
static size_t sites_of(size_t shown)
{
	const struct profile_options options = {0};
	size_t count;

	cr_assert_eq(profile_open(fake.trace_path, &options, &profile, &diagnostic), 0, "%s",
		     diagnostic.message);
	profile_sites(profile, FIGURE_PEAK, shown, &count);
	profile_sites(profile, FIGURE_LEAKED, shown, &count);
	count = profile->sites.count;
	profile_close(profile);
	profile = NULL;
	return count;
}

Test(profile, leaves_out_c_library_sites_that_cannot_be_among_the_first)
{
	record_blocks((const uint64_t[]){[OWN] = 1000, [LIBRARY] = 400, [LIBRARY_TOO] = 400}, 0);
	cr_assert_eq(sites_of(1), 1);
	cr_assert_gt(sites_of(2), 1, "there is room for it");
	cr_assert_gt(sites_of(0), 1, "all are to be shown");
}

Test(profile, shows_c_library_sites_that_are_first_as_one)
{
	record_blocks((const uint64_t[]){[OWN] = 1000, [LIBRARY] = 600, [LIBRARY_TOO] = 600}, 0);
	cr_assert_gt(sites_of(1), 1);
}

Test(profile, leaves_out_c_library_sites_whose_blocks_it_keeps)
{
	record_blocks((const uint64_t[]){[OWN] = 1000, [LIBRARY] = 400, [LIBRARY_TOO] = 0}, OWN);
	cr_assert_eq(sites_of(1), 1);
}
