/*
 * lines.c - see lines.h.  The plan is a file: whatever stands in it is checked.
 */
#include "drain/lines.h"

#include "drain/state.h"

#include "trace/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the plan ---------------------------------------------------------------------------------- */

struct plan {
	void *start;
	const struct plan_header *header; /* the same */
	uint64_t bytes;
};

static const void *entry_of(const struct plan *plan, const struct plan_table *table, uint32_t index)
{
	return (const char *)plan->header + table->offset + (uint64_t)index * table->entry_bytes;
}

static const char *text_of(const struct plan *plan, uint32_t offset)
{
	return offset < plan->header->text_bytes
		       ? (const char *)plan->header + plan->header->text_offset + offset
		       : "";
}

static bool open_plan(struct plan *plan, const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	void *start = MAP_FAILED;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && status.st_size >= (off_t)sizeof(struct plan_header))
		start = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (start == MAP_FAILED)
		return false;
	*plan = (struct plan){start, start, (uint64_t)status.st_size};
	if (!plan_outline_check(start, plan->bytes))
		return true;
	munmap(start, (size_t)status.st_size);
	return false;
}

/* ---- its counters -------------------------------------------------------------------------------- */

static struct plan_count sum_of(const struct plan *plan, uint32_t row)
{
	struct plan_count sum = {0};

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++) {
		const char *counts = (const char *)plan->header + plan->header->counts_offset +
				     shard * plan->header->counts_bytes;
		const struct plan_count *count = (const struct plan_count *)counts + row;

		sum.hits += count->hits;
		sum.ticks += count->ticks;
		sum.own_ticks += count->own_ticks;
	}
	return sum;
}

static uint64_t span_ns(const struct timebase *timebase, uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * timebase->ns_per_tick >> 32);
}

static void put_text(struct buffer *out, const char *text)
{
	buffer_text(out, text, strlen(text));
}

static void put_row(const struct drain *drain, const struct plan *plan, uint32_t index, uint32_t *line,
		    struct buffer *out)
{
	const struct plan_row *row = entry_of(plan, &plan->header->rows, index);
	struct plan_count sum = sum_of(plan, index);

	buffer_signed(out, (int64_t)row->line - (int64_t)*line);
	buffer_varint(out, row->refusal);
	buffer_varint(out, sum.hits);
	buffer_varint(out, span_ns(&drain->timebase, sum.ticks));
	buffer_varint(out, span_ns(&drain->timebase, sum.own_ticks));
	*line = row->line;
}

static void put_function(const struct drain *drain, const struct plan *plan,
			 const struct plan_function *function, struct buffer *out)
{
	const struct plan_header *header = plan->header;
	const struct plan_module *module = function->module < header->modules.count
						   ? entry_of(plan, &header->modules, function->module)
						   : NULL;
	uint32_t rows = function->first_row <= header->rows.count &&
					function->row_count <= header->rows.count - function->first_row
				? function->row_count
				: 0;
	uint32_t line = function->first_line;

	put_text(out, text_of(plan, function->name));
	put_text(out, text_of(plan, function->file));
	put_text(out, module ? text_of(plan, module->path) : "");
	buffer_varint(out, function->first_line);
	buffer_varint(out, function->last_line);
	buffer_varint(out, function->refusal);
	buffer_varint(out, rows);
	for (uint32_t i = 0; i < rows; i++)
		put_row(drain, plan, function->first_row + i, &line, out);
}

void lines_put(struct drain *drain)
{
	char path[SESSION_PATH_BYTES + sizeof(PLAN_ENDING)];
	struct buffer bytes = {0};
	struct plan plan;

	snprintf(path, sizeof(path), "%s" PLAN_ENDING, drain->mapping.path);
	if (drain->mapping.header->lines == 0 || !open_plan(&plan, path))
		return;
	buffer_varint(&bytes, plan.header->functions.count);
	for (uint32_t i = 0; i < plan.header->functions.count; i++)
		put_function(drain, &plan, entry_of(&plan, &plan.header->functions, i), &bytes);
	if (bytes.failed)
		drain->batch.error = -ENOMEM;
	else
		batch_last_pieces(&drain->batch, BLOCK_LINES, &bytes);
	buffer_finish(&bytes);
	munmap(plan.start, plan.bytes);
}
