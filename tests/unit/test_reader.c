/*
 * test_reader.c - the reader on good traces, and on what is no trace; test_reader_damage.c harms them.
 */
#include "data/sample.h"
#include "replay/model.h"
#include "reader/reader.h"
#include "trace/events.h"
#include "trace/format.h"

#include "sample_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- helpers ------------------------------------------------------------- */

struct collected {
	struct trace_event events[1000];
	size_t count;
};

static int collect(void *context, const struct trace_event *events, size_t count)
{
	struct collected *collected = context;

	cr_assert_leq(collected->count + count, 1000);
	memcpy(collected->events + collected->count, events, count * sizeof(*events));
	collected->count += count;
	return 0;
}

/* ---- a good trace -------------------------------------------------------- */

static void expect_meta(const struct trace_info *info)
{
	cr_assert_str_eq(info->command[0], "./app");
	cr_assert_str_eq(info->command[1], "--fast");
	cr_assert_str_eq(info->command[2], "");
	cr_assert_null(info->command[3]);
	cr_assert_str_eq(info->environment[0], "HOME=/home/user");
	cr_assert_str_eq(info->environment[1], "EMPTY=");
	cr_assert_null(info->environment[2]);
	cr_assert_str_eq(info->exe, "/usr/bin/app");
	cr_assert_str_eq(info->cwd, "/tmp");
	cr_assert_str_eq(info->host, "example");
	cr_assert_str_eq(info->kernel, "Linux 6.1");
	cr_assert_str_eq(info->parent_trace, "p.mprof");
	cr_assert_eq(info->pid, 4321);
	cr_assert_eq(info->parent_pid, 4000);
	cr_assert_eq(info->fork_id, 2);
	cr_assert_eq(info->started_realtime_ns, UINT64_C(1700000000000000000));
}

static void expect_code(const struct trace_info *info)
{
	cr_assert_eq(info->module_count, 3);
	cr_assert_str_eq(info->modules[0].path, "");
	cr_assert_str_eq(info->modules[1].path, "/usr/bin/app");
	cr_assert_eq(info->modules[1].start, 0x400000);
	cr_assert_eq(info->modules[1].end, 0x410000);
	cr_assert_eq(info->modules[1].bias, 0);
	cr_assert_eq(info->modules[1].loaded_ns, 10);
	cr_assert_eq(info->modules[1].build_id_bytes, 4);
	cr_assert_arr_eq(info->modules[1].build_id, "\x01\x02\x03\x04", 4);
	cr_assert_eq(info->modules[2].bias, 0x7f0000000000);
	cr_assert_eq(info->modules[2].unloaded_ns, 40000);
	cr_assert_eq(info->node_count, SAMPLE_NODES);
	static const uint32_t parents[SAMPLE_NODES] = {0, 0, 1, 1, 3};
	const struct trace_code expected[SAMPLE_NODES] = {
		{0},
		{.pc = 0x401100, .module = 1},
		{.pc = 0x401140, .module = 1},
		{.pc = 0x401120, .module = 1, .exact_pc = true},
		{.pc = 0x7f0000000100, .module = 2, .truncated = true},
	};
	for (uint32_t i = 0; i < SAMPLE_NODES; i++) {
		const struct trace_code *code = trace_code(info, i);
		cr_assert_eq(info->nodes[i].parent, parents[i]);
		cr_assert_eq(code->pc, expected[i].pc);
		cr_assert_eq(code->module, expected[i].module);
		cr_assert_eq(code->exact_pc, expected[i].exact_pc);
		cr_assert_eq(code->truncated, expected[i].truncated);
	}
}

static void expect_course(const struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);

	cr_assert_eq(info->thread_count, 2);
	cr_assert_eq(info->threads[1].tid, 4322);
	cr_assert_eq(info->threads[1].started_ns, 5000);
	cr_assert_eq(info->sample_count, 3);
	cr_assert_eq(info->samples[0].time_ns, 1000);
	cr_assert_eq(info->samples[1].time_ns, 6000);
	cr_assert_eq(info->samples[1].rss_bytes, 12 * 8192);
	cr_assert_eq(info->samples[2].time_ns, 20000);
	cr_assert_eq(info->note_count, 2);
	cr_assert_eq(info->notes[0].kind, NOTE_MARK);
	cr_assert_eq(info->notes[0].events_before, 100);
	cr_assert_eq(info->notes[0].node, 2);
	cr_assert_eq(info->notes[0].value_count, 2);
	cr_assert_eq(info->notes[0].values[1], 77);
	cr_assert_str_eq(trace_label(trace, info->notes[0].values[0]), "first phase");
	cr_assert_str_eq(trace_label(trace, 90), "second phase");
	cr_assert_str_eq(trace_label(trace, 17), "");
	cr_assert_eq(info->notes[1].thread, 1);
	cr_assert_eq(info->notes[1].time_ns, 15000);
}

static void expect_end(const struct trace_info *info)
{
	cr_assert(info->ended);
	cr_assert(info->complete);
	cr_assert_eq(info->end_kind, END_EXITED);
	cr_assert_eq(info->duration_ns, 50000);
	cr_assert_eq(info->event_count, SAMPLE_EVENTS);
	cr_assert_eq(info->peak_rss_bytes, 98304);
	cr_assert_eq(info->damaged_at, 0);
}

static void expect_sample(const char *path)
{
	struct trace *trace = open_or_die(path);

	expect_meta(trace_info(trace));
	expect_code(trace_info(trace));
	expect_course(trace);
	expect_end(trace_info(trace));
	expect_figures(trace);
	trace_close(trace);
}

Test(reader, reads_every_kind_of_block)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, bytes.length);

	expect_sample(file.path);
}

Test(reader, format_2_stays_readable)
{
	expect_sample(TEST_DATA "/format-2.mprof");
}

static int count_collected(void *context, const struct trace_event *events, size_t count)
{
	for (size_t i = 0; i < count; i++)
		*(uint64_t *)context += events[i].collected ? events[i].size_bytes : 0;
	return 0;
}

Test(reader, knows_collectors_types_and_caches)
{
	struct buffer bytes = {0};
	uint64_t collected_bytes = 0;
	struct diagnostic diagnostic;
	sample_trace_with_collector(&bytes);
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	const struct trace_info *info = trace_info(trace);

	cr_assert_eq(info->node_count, 3);
	cr_assert(!trace_code(info, 1)->label && trace_code(info, 2)->label);
	cr_assert_eq(info->nodes[2].parent, 1);
	cr_assert_str_eq(trace_label(trace, trace_code(info, 2)->pc), "pair");
	cr_assert_eq(info->note_count, 4);
	cr_assert_eq(info->notes[1].kind, NOTE_GC_END);
	cr_assert_eq(info->notes[1].values[4], 24);
	cr_assert_str_eq(trace_label(trace, info->notes[2].values[0]), "names");
	cr_assert_eq(figures_nodes_find(info->summary->nodes, 2).collected_blocks, 1);
	cr_assert_eq(figures_nodes_find(info->summary->nodes, 2).collected_bytes, 24);
	cr_assert_eq(trace_replay(trace, count_collected, &collected_bytes, &diagnostic), 0, "%s",
		     diagnostic.message);
	cr_assert_eq(collected_bytes, 24);
	trace_close(trace);
	buffer_finish(&bytes);
}

Test(reader, events_come_in_order_with_interpolated_times)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	struct collected *seen = calloc(1, sizeof(*seen));
	struct diagnostic diagnostic;

	cr_assert_eq(trace_replay(trace, collect, seen, &diagnostic), 0);
	cr_assert_eq(seen->count, SAMPLE_EVENTS);
	for (size_t i = 0; i < seen->count; i++)
		cr_assert_eq(seen->events[i].time_ns, i * 100, "event %zu at %lu", i,
			     seen->events[i].time_ns);
	cr_assert_eq(seen->events[99].type, EVENT_ALLOC);
	cr_assert_eq(seen->events[99].size_bytes, 1000);
	cr_assert_eq(seen->events[99].node, 2);
	cr_assert_eq(seen->events[101].type, EVENT_FREE);
	cr_assert_eq(seen->events[101].size_bytes, 1000);
	cr_assert_eq(seen->events[101].node, 3);
	cr_assert_eq(seen->events[101].origin, 2);
	cr_assert_not(seen->events[101].temporary);
	cr_assert_eq(seen->events[152].thread, 1);
	cr_assert_eq(seen->events[152].size_bytes, 4097);
	cr_assert_not(seen->events[152].temporary);
	cr_assert_eq(seen->events[153].size_bytes, 4097);
	cr_assert_eq(seen->events[153].origin, 4);
	cr_assert(seen->events[153].temporary);
	cr_assert_eq(seen->events[170].type, EVENT_STRAY_FREE);
	cr_assert_eq(seen->events[171].size_bytes, 0x1008);
	cr_assert_eq(seen->events[172].type, EVENT_LOST);
	cr_assert_eq(seen->events[172].size_bytes, 1000);
	cr_assert_eq(seen->events[172].origin, 2);
	cr_assert_eq(seen->events[172].node, 0);
	cr_assert_eq(seen->events[172].thread, 0);
	cr_assert(seen->events[173].reallocated && seen->events[174].reallocated);
	cr_assert(seen->events[175].tracked && !seen->events[175].reallocated);
	trace_close(trace);
	free(seen);
}

static int stop_at_once(void *context, const struct trace_event *events, size_t count)
{
	(void)events;
	*(size_t *)context += 1;
	return count > 0 ? 7 : 0;
}

Test(reader, a_replay_can_be_stopped)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	struct diagnostic diagnostic;
	size_t calls = 0;

	cr_assert_eq(trace_replay(trace, stop_at_once, &calls, &diagnostic), 7);
	cr_assert_eq(calls, 1);
	expect_figures(trace);
	trace_close(trace);
}

Test(reader, a_snapshot_names_the_parents_blocks)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	struct trace_inherited *blocks;
	struct diagnostic diagnostic;
	size_t count;

	cr_assert_eq(trace_snapshot(trace, 3, &blocks, &count, &diagnostic), 0);
	cr_assert_eq(count, 2);
	cr_assert_eq(blocks[0].address, 0x5000);
	cr_assert_eq(blocks[0].size_bytes, 1000);
	cr_assert_eq(blocks[0].node, 2);
	cr_assert_eq(blocks[1].address, 0x5400);
	cr_assert_eq(blocks[1].size_bytes, 24);
	cr_assert_eq(blocks[1].node, 4);
	free(blocks);
	cr_assert_eq(trace_snapshot(trace, 4, &blocks, &count, &diagnostic), -ENOENT);
	cr_assert(strstr(diagnostic.message, "nothing of its fork 4"), "%s", diagnostic.message);
	cr_assert_eq(count, 0);
	cr_assert_null(blocks);
	trace_close(trace);
}

static void expect_snapshot_refused(size_t count, const uint64_t *values)
{
	struct buffer bytes = {0}, payload = {0};
	struct diagnostic diagnostic;
	struct trace_inherited *blocks = NULL;

	sample_heading(&bytes, FORMAT_VERSION, "");
	for (size_t i = 0; i < count; i++)
		buffer_varint(&payload, values[i]);
	sample_block(&bytes, BLOCK_SNAPSHOT, &payload);
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	cr_assert_eq(trace_snapshot(trace, 3, &blocks, &count, &diagnostic), -EBADMSG);
	cr_assert_null(blocks);
	cr_assert_eq(trace_snapshot(trace, 4, &blocks, &count, &diagnostic), -ENOENT, "another fork's");
	trace_close(trace);
	close(file.fd);
	buffer_finish(&bytes);
	buffer_finish(&payload);
}

Test(reader, an_impossible_snapshot_is_refused)
{
	expect_snapshot_refused(6, (const uint64_t[]){3, 0, 1, 16, 8, 1});          /* no such node */
	expect_snapshot_refused(5, (const uint64_t[]){3, 0, 1, 16, 8});             /* none at all */
	expect_snapshot_refused(6, (const uint64_t[]){3, 0, UINT64_MAX, 16, 8, 0}); /* more than there are */
}

Test(reader, a_heading_is_enough_for_a_list)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, 32 + 24);
	struct trace_heading heading;
	struct diagnostic diagnostic;

	cr_assert_eq(trace_read_heading(file.path, &heading, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(heading.pid, 4321);
	cr_assert_eq(heading.started_realtime_ns, UINT64_C(1700000000000000000));
	cr_assert_str_eq(heading.session_path, "/dev/shm/mprof.0.4321.1");
}

/* ---- not a trace --------------------------------------------------------- */

Test(reader, says_what_is_wrong_with_a_path)
{
	expect_refusal("/nonexistent/x.mprof", -ENOENT, "No such file or directory");
	expect_refusal("/", -EISDIR, "directory");
	expect_refusal("/dev/null", -EINVAL, "not a regular file");
	expect_bytes_refused("", 0, -ENODATA, "empty");
	expect_bytes_refused("N", 1, -EINVAL, "not an mprof trace");
	expect_bytes_refused("MPROF\r", 6, -EBADMSG, "cut off");
	expect_bytes_refused("#!/bin/sh\necho a script, not a trace\n", 37, -EINVAL, "not an mprof trace");
	expect_bytes_refused("MPROF\n\x1a and what follows is long enough", 40, -EINVAL, "binary mode");
}

Test(reader, a_fifo_does_not_hang)
{
	char path[] = "/tmp/test-reader-XXXXXX", fifo[64];

	cr_assert_not_null(mkdtemp(path));
	snprintf(fifo, sizeof(fifo), "%s/fifo", path);
	cr_assert_eq(mkfifo(fifo, 0600), 0);
	expect_refusal(fifo, -EINVAL, "not a regular file");
	unlink(fifo);
	rmdir(path);
}

static void expect_version_refused(unsigned version)
{
	struct buffer bytes = {0};
	char words[40];

	sample_heading(&bytes, version, "");
	snprintf(words, sizeof(words), "format version %u,", version);
	expect_bytes_refused(bytes.data, bytes.length, -ENOTSUP, words);
	snprintf(words, sizeof(words), "reads %d to %d", FORMAT_OLDEST, FORMAT_VERSION);
	expect_bytes_refused(bytes.data, bytes.length, -ENOTSUP, words);
	buffer_finish(&bytes);
}

Test(reader, a_version_of_the_future_or_too_old_is_named)
{
	expect_version_refused(FORMAT_VERSION + 1);
	expect_version_refused(FORMAT_OLDEST - 1);
}

/* ---- unknown parts of the same version ----------------------------------- */

Test(reader, unknown_blocks_and_trailing_fields_are_skipped)
{
	struct buffer bytes = {0}, payload = {0};
	struct diagnostic diagnostic;

	sample_heading(&bytes, FORMAT_VERSION, "");
	buffer_append(&payload, "whatever", 8);
	sample_block(&bytes, (enum block_kind)99, &payload);
	const uint64_t threads[] = {1, 0, 55, 0, 123456}; /* one, and a field of the future */
	for (int i = 0; i < 5; i++)
		buffer_varint(&payload, threads[i]);
	sample_block(&bytes, BLOCK_THREADS, &payload);
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	cr_assert_eq(trace_info(trace)->thread_count, 1);
	cr_assert_eq(trace_info(trace)->threads[0].tid, 55);
	cr_assert_str_eq(trace_info(trace)->exe, "");
	cr_assert_null(trace_info(trace)->command[0]);
	cr_assert_not(trace_info(trace)->complete);
	cr_assert_eq(sample_exercise(trace, &diagnostic), 0);
	trace_close(trace);
}
