/*
 * plan.c - see plan.h.
 *
 * Compiled twice, for the shim and for all others: nothing of libc's may be called here.
 */
#include "trace/plan.h"

#include <stdbool.h>

#define ALIGNMENT 8u

static bool lies_in(uint64_t offset, uint64_t bytes, uint64_t from, uint64_t to)
{
	return offset >= from && offset <= to && bytes <= to - offset;
}

static bool table_fits(const struct plan_header *header, const struct plan_table *table, size_t entry_bytes)
{
	return table->entry_bytes == entry_bytes && table->offset % ALIGNMENT == 0 &&
	       lies_in(table->offset, (uint64_t)table->count * entry_bytes, sizeof *header,
		       header->states_offset);
}

static bool tables_fit(const struct plan_header *header)
{
	return table_fits(header, &header->modules, sizeof(struct plan_module)) &&
	       table_fits(header, &header->functions, sizeof(struct plan_function)) &&
	       table_fits(header, &header->rows, sizeof(struct plan_row)) &&
	       table_fits(header, &header->sites, sizeof(struct plan_site)) &&
	       table_fits(header, &header->instructions, sizeof(struct plan_instruction));
}

static bool states_fit(const struct plan_header *header)
{
	return header->states_offset % ALIGNMENT == 0 &&
	       lies_in(header->states_offset, (uint64_t)header->modules.count * sizeof(uint32_t),
		       sizeof *header, header->counts_offset);
}

static bool counts_fit(const struct plan_header *header)
{
	return header->counts_offset % ALIGNMENT == 0 && header->counts_offset >= sizeof *header &&
	       header->counts_bytes % ALIGNMENT == 0 && header->counts_bytes <= header->file_bytes &&
	       header->counts_bytes >= (uint64_t)header->rows.count * sizeof(struct plan_count) &&
	       lies_in(header->counts_offset, header->counts_bytes * PLAN_SHARDS, 0, header->file_bytes);
}

static bool memory_fits(const struct plan_header *header)
{
	return header->memory_offset % ALIGNMENT == 0 &&
	       lies_in(header->memory_offset, (uint64_t)header->rows.count * sizeof(struct plan_memory),
		       header->counts_offset + header->counts_bytes * PLAN_SHARDS, header->file_bytes);
}

static bool text_fits(const struct plan_header *header)
{
	if (!lies_in(header->text_offset, header->text_bytes, sizeof *header, header->states_offset) ||
	    header->text_bytes == 0)
		return false;
	const char *text = (const char *)header + header->text_offset;
	return text[0] == '\0' && text[header->text_bytes - 1] == '\0';
}

const char *plan_outline_check(const void *bytes, size_t count)
{
	const struct plan_header *header = bytes;

	if (count < sizeof *header || header->magic != PLAN_MAGIC)
		return "it is no plan";
	if (header->version != PLAN_VERSION || header->header_bytes != sizeof *header)
		return "the plan is of another version";
	if (header->file_bytes != count)
		return "the plan is not whole";
	if (!states_fit(header) || !counts_fit(header) || !memory_fits(header) || !tables_fit(header) ||
	    !text_fits(header))
		return "the plan's tables do not fit";
	return NULL;
}
