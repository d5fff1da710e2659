/*
 * lines.c - see lines.h.  The plan is a file: whatever stands in it is checked.
 */
#include "drain/lines.h"

#include "drain/batch.h"
#include "drain/mapping.h"
#include "drain/timebase.h"
#include "drain/watch.h"

#include "trace/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RSS_AGE_NS UINT64_C(1000000)

/* ---- the plan ---------------------------------------------------------------------------------- */

static const void *entry_of(const struct plan_header *plan, const struct plan_table *table, uint32_t index)
{
	return (const char *)plan + table->offset + (uint64_t)index * table->entry_bytes;
}

static const char *text_of(const struct plan_header *plan, uint32_t offset)
{
	return offset < plan->text_bytes ? (const char *)plan + plan->text_offset + offset : "";
}

static struct plan_memory *memory_of(struct plan_header *plan)
{
	return (struct plan_memory *)(void *)((char *)plan + plan->memory_offset);
}

static struct plan_header *map_plan(const char *path, uint64_t *bytes)
{
	struct stat status;
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	void *start = MAP_FAILED;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && status.st_size >= (off_t)sizeof(struct plan_header))
		start = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (start == MAP_FAILED)
		return NULL;
	*bytes = (uint64_t)status.st_size;
	if (!plan_outline_check(start, (size_t)status.st_size))
		return start;
	munmap(start, (size_t)status.st_size);
	return NULL;
}

/* The next plan, if its file is there: the program asks for them one by one, and hits none before. */
static bool open_next(struct lines *lines, const struct mapping *mapping)
{
	char path[MAPPING_PLAN_BYTES];
	struct lines_plan *plan = &lines->plans[lines->count];

	if (lines->count == PLANS_MAX || mapping->header->lines == 0)
		return false;
	plan->header = map_plan(mapping_plan_path(mapping, lines->count, path), &plan->bytes);
	lines->count += plan->header != NULL;
	return plan->header != NULL;
}

/* The plan of a row, which becomes its number in there.  NULL: there is none. */
static struct plan_header *plan_of(struct lines *lines, const struct mapping *mapping, uint64_t *row)
{
	for (uint32_t i = 0; i < lines->count || open_next(lines, mapping); i++) {
		struct plan_header *plan = lines->plans[i].header;

		if (*row < plan->rows.count)
			return plan;
		*row -= plan->rows.count;
	}
	return NULL;
}

void lines_finish(struct lines *lines)
{
	for (uint32_t i = 0; i < lines->count; i++)
		munmap(lines->plans[i].header, lines->plans[i].bytes);
}

/* ---- memory ----------------------------------------------------------------------------------- */

static void raise_to(uint64_t *most, uint64_t value)
{
	if (value > *most)
		*most = value;
}

/* By the time of events: no clock is read for each. */
static uint64_t rss_at(struct lines *lines, struct watch *watch, uint64_t time_ns)
{
	if (lines->rss_time_ns == 0 || time_ns - lines->rss_time_ns > RSS_AGE_NS) {
		lines->rss_bytes = watch_rss_pages(watch) * (uint64_t)sysconf(_SC_PAGESIZE);
		lines->rss_time_ns = time_ns;
	}
	return lines->rss_bytes;
}

/* Where blocks are sampled, what lives is an estimate of reports. */
void lines_note_end(struct lines *lines, const struct mapping *mapping, struct watch *watch,
		    const struct lines_end *end)
{
	uint64_t row = end->row;
	struct plan_header *plan = plan_of(lines, mapping, &row);

	if (!plan || mapping->header->sample_bytes != 0)
		return;
	struct plan_memory *memory = &memory_of(plan)[row];
	raise_to(&memory->live, end->live_bytes > 0 ? (uint64_t)end->live_bytes + 1 : 1);
	raise_to(&memory->rss, rss_at(lines, watch, end->time_ns));
}

/* ---- counters -------------------------------------------------------------------------------- */

static struct plan_count sum_of(const struct plan_header *plan, uint32_t row)
{
	struct plan_count sum = {0};

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++) {
		const char *counts = (const char *)plan + plan->counts_offset + shard * plan->counts_bytes;
		const struct plan_count *count = (const struct plan_count *)(const void *)counts + row;

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

/* ---- the block --------------------------------------------------------------------------------- */

static void put_text(struct buffer *out, const char *text)
{
	buffer_text(out, text, strlen(text));
}

static void put_row(const struct timebase *timebase, struct plan_header *plan, uint32_t index, uint32_t *line,
		    struct buffer *out)
{
	const struct plan_row *row = entry_of(plan, &plan->rows, index);
	struct plan_count sum = sum_of(plan, index);

	buffer_signed(out, (int64_t)row->line - (int64_t)*line);
	buffer_varint(out, row->refusal);
	buffer_varint(out, sum.hits);
	buffer_varint(out, span_ns(timebase, sum.ticks));
	buffer_varint(out, span_ns(timebase, sum.own_ticks));
	buffer_varint(out, memory_of(plan)[index].live);
	buffer_varint(out, memory_of(plan)[index].rss);
	*line = row->line;
}

/* States are the program's to write. */
static uint32_t refusal_of(const struct plan_header *plan, const struct plan_function *function)
{
	const uint32_t *states = (const uint32_t *)(const void *)((const char *)plan + plan->states_offset);

	if (!plan_has_sites(function->refusal) || function->module >= plan->modules.count ||
	    states[function->module] == PLAN_CARRIED_OUT)
		return function->refusal;
	return PLAN_NOT_DONE;
}

static void put_function(const struct timebase *timebase, struct plan_header *plan,
			 const struct plan_function *function, struct buffer *out)
{
	const struct plan_module *module = function->module < plan->modules.count
						   ? entry_of(plan, &plan->modules, function->module)
						   : NULL;
	uint32_t rows = function->first_row <= plan->rows.count &&
					function->row_count <= plan->rows.count - function->first_row
				? function->row_count
				: 0;
	uint32_t line = function->first_line;

	put_text(out, text_of(plan, function->name));
	put_text(out, text_of(plan, function->file));
	put_text(out, module ? text_of(plan, module->path) : "");
	buffer_varint(out, function->first_line);
	buffer_varint(out, function->last_line);
	buffer_varint(out, refusal_of(plan, function));
	buffer_varint(out, rows);
	for (uint32_t i = 0; i < rows; i++)
		put_row(timebase, plan, function->first_row + i, &line, out);
}

static void put_plan(const struct timebase *timebase, struct plan_header *plan, struct buffer *out)
{
	for (uint32_t i = 0; i < plan->functions.count; i++)
		put_function(timebase, plan, entry_of(plan, &plan->functions, i), out);
}

void lines_put(struct lines *lines, const struct mapping *mapping, const struct timebase *timebase,
	       struct batch *batch)
{
	struct buffer bytes = {0};
	uint64_t functions = 0;

	while (open_next(lines, mapping)) {
	}
	for (uint32_t i = 0; i < lines->count; i++)
		functions += lines->plans[i].header->functions.count;
	if (lines->count == 0)
		return;
	buffer_varint(&bytes, functions);
	for (uint32_t i = 0; i < lines->count; i++)
		put_plan(timebase, lines->plans[i].header, &bytes);
	if (bytes.failed)
		batch->error = -ENOMEM;
	else
		batch_last_pieces(batch, BLOCK_LINES, &bytes);
	buffer_finish(&bytes);
}
