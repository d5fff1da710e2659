/*
 * sample_file.c - see sample_file.h.
 */
#include "sample_file.h"

#include "data/sample.h"
#include "replay/model.h"
#include "trace/format.h"

#include <errno.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_file memory_file(const void *bytes, size_t count)
{
	struct memory_file file = {.fd = memfd_create("trace", MFD_CLOEXEC)};

	cr_assert_geq(file.fd, 0);
	cr_assert_eq(pwrite(file.fd, bytes, count, 0), (ssize_t)count);
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

struct trace *open_or_die(const char *path)
{
	struct diagnostic diagnostic;
	struct trace *trace;

	cr_assert_eq(trace_open(path, &trace, &diagnostic), 0, "%s", diagnostic.message);
	return trace;
}

void expect_refusal(const char *path, int error, const char *words)
{
	struct diagnostic diagnostic = {{0}};
	struct trace *trace = (struct trace *)&diagnostic;

	cr_assert_eq(trace_open(path, &trace, &diagnostic), error, "%s", diagnostic.message);
	cr_assert_null(trace);
	cr_assert_not_null(strstr(diagnostic.message, path), "no file name in: %s", diagnostic.message);
	cr_assert_not_null(strstr(diagnostic.message, words), "no '%s' in: %s", words, diagnostic.message);
}

void expect_bytes_refused(const void *bytes, size_t count, int error, const char *words)
{
	struct memory_file file = memory_file(bytes, count);

	expect_refusal(file.path, error, words);
	close(file.fd);
}

static void expect_totals(const struct model *model)
{
	const struct model_totals *totals = model_totals(model);

	cr_assert_eq(totals->events, SAMPLE_EVENTS);
	cr_assert_eq(totals->allocations, 112);
	cr_assert_eq(totals->frees, 62);
	cr_assert_eq(totals->allocated_bytes, 143005);
	cr_assert_eq(totals->freed_bytes, 93005);
	cr_assert_eq(totals->live_bytes, 50000);
	cr_assert_eq(totals->live_blocks, 50);
	cr_assert_eq(totals->peak_bytes, 100000);
	cr_assert_eq(totals->peak_blocks, 100);
	cr_assert_eq(totals->peak_event, 99);
	cr_assert_eq(totals->temporary, 10);
	cr_assert_eq(totals->stray_frees, 2);
	cr_assert_eq(totals->lost_frees, 1);
	cr_assert_eq(model_node(model, 2).peak_bytes, 100000);
	cr_assert_eq(model_node(model, 2).live_blocks, 50);
	cr_assert_eq(model_node(model, 3).freed_bytes, 50000);
	cr_assert_eq(model_node(model, 4).temporary, 10);
}

void expect_figures(struct trace *trace)
{
	struct diagnostic diagnostic;

	for (int round = 0; round < 2; round++) {
		struct model *model = model_create(trace_info(trace)->node_count);

		cr_assert_eq(trace_replay(trace, model_events, model, &diagnostic), 0, "%s",
			     diagnostic.message);
		model_finish(model);
		expect_totals(model);
		model_destroy(model);
	}
}

size_t block_starts(const struct buffer *bytes, size_t starts[SAMPLE_FILE_BLOCKS])
{
	struct format_file_header file;
	struct format_block_header block;
	size_t count = 0;

	memcpy(&file, bytes->data, sizeof(file));
	for (size_t at = file.header_bytes; at < bytes->length; at += sizeof(block) + block.stored_bytes) {
		cr_assert_lt(count, SAMPLE_FILE_BLOCKS - 1);
		starts[count++] = at;
		memcpy(&block, bytes->data + at, sizeof(block));
	}
	starts[count++] = bytes->length;
	return count;
}

struct buffer sample_bytes(void)
{
	struct buffer trace = {0};

	sample_trace(&trace);
	return trace;
}

int sample_exercise(struct trace *trace, struct diagnostic *diagnostic)
{
	const struct trace_info *info = trace_info(trace);
	struct model *model = model_create(info->node_count);
	struct trace_inherited *blocks;
	size_t count;

	cr_assert_not_null(model);
	int error = trace_replay(trace, model_events, model, diagnostic);
	model_finish(model);
	if (!error)
		cr_assert_eq(model_totals(model)->events, info->event_count);
	model_destroy(model);
	if (error)
		return error;
	error = trace_snapshot(trace, 3, &blocks, &count, diagnostic);
	free(blocks);
	return error == -ENOENT ? 0 : error; /* damage may have left nothing of that fork */
}
