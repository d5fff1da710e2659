/* counters.c - the plan and its counters, as a reader sees them: they are what the traced source says. */
#include "testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct plan_header *header;
size_t plan_bytes;

const void *table_of(const struct plan_table *table)
{
	return (const char *)header + table->offset;
}

static const struct plan_count *count_of(uint32_t shard, uint32_t row)
{
	const char *counts = (const char *)header + header->counts_offset;

	return (const struct plan_count *)(const void *)(counts + shard * header->counts_bytes) + row;
}

uint64_t hits_of(uint32_t row)
{
	uint64_t hits = 0;

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++)
		hits += count_of(shard, row)->hits;
	return hits;
}

void check_ticks(void)
{
	uint64_t ticks = 0;

	for (uint32_t shard = 0; shard < PLAN_SHARDS; shard++)
		for (uint32_t row = 0; row < header->rows.count; row++) {
			const struct plan_count *count = count_of(shard, row);
			expect(count->own_ticks <= count->ticks, "own ticks are some of the ticks");
			ticks += count->own_ticks;
		}
	expect(ticks > 0, "time passed");
}

/* The row of a line that is wanted so; UINT32_MAX if the plan has none. */
static uint32_t row_of(uint32_t line, bool of_calls)
{
	const struct plan_row *rows = table_of(&header->rows);
	const struct plan_function *functions = table_of(&header->functions);

	for (uint32_t i = 0; i < header->rows.count; i++)
		if (rows[i].line == line && (!of_calls || functions[rows[i].function].first_row == i))
			return i;
	return UINT32_MAX;
}

/* Whether all places where the line begins are counted. */
static bool is_whole(uint32_t row)
{
	const struct plan_row *rows = table_of(&header->rows);
	const struct plan_site *sites = table_of(&header->sites);

	for (uint32_t i = 0; i < header->sites.count; i++)
		if (sites[i].row == row && sites[i].way == PLAN_NOT)
			return false;
	return rows[row].refusal == PLAN_TRACED;
}

void check_source(const char *source, bool exact)
{
	FILE *file = fopen(source, "r");
	char text[512];
	unsigned checked = 0, refused = 0;

	for (uint32_t line = 1; file && fgets(text, sizeof text, file); line++) {
		const char *mark = strstr(text, "/* hits ");
		uint32_t row = mark ? row_of(line, !exact) : UINT32_MAX;
		if (!mark || (row == UINT32_MAX && !exact))
			continue;
		uint64_t wanted = strtoull(mark + strlen("/* hits "), NULL, 10);
		if (row != UINT32_MAX && !is_whole(row)) {
			refused++;
			continue;
		}
		checked++;
		if (row != UINT32_MAX && hits_of(row) == wanted)
			continue;
		printf("line %u: %lld hits, not %llu: %s", line,
		       row == UINT32_MAX ? -1LL : (long long)hits_of(row), (unsigned long long)wanted, text);
		failures++;
	}
	if (file)
		fclose(file);
	printf("%u lines checked, %u with a place without room\n", checked, refused);
	expect(checked > 0, "there are lines to check");
}

uint64_t all_hits(void)
{
	uint64_t hits = 0;

	for (uint32_t i = 0; i < header->rows.count; i++)
		hits += hits_of(i);
	return hits;
}

uint64_t hits_of_lines(uint32_t from, uint32_t to)
{
	const struct plan_row *rows = table_of(&header->rows);
	uint64_t hits = 0;

	for (uint32_t i = 0; i < header->rows.count; i++)
		hits += rows[i].line >= from && rows[i].line < to ? hits_of(i) : 0;
	return hits;
}
