/* snapshot.c - the live set that a fork child inherited, from its parent's SNAPSHOT blocks. */
#include "reader/private.h"

#include <errno.h>
#include <stdbool.h>

/* One block of a snapshot; a large live set takes several.  1, or 0 where it is another fork's. */
static int read_snapshot(const struct trace *trace, uint32_t fork_id, struct vector *blocks)
{
	struct varint_cursor payload = varint_cursor(trace->raw.data, trace->raw.length);
	uint64_t id = varint_next(&payload);

	varint_next(&payload); /* events before it */
	uint64_t left = varint_next(&payload), address = 0;
	if (payload.failed)
		return -EBADMSG;
	if (id != fork_id)
		return 0;
	for (; left > 0; left--) {
		address += varint_next(&payload);
		uint64_t size_bytes = varint_next(&payload), node = varint_next(&payload);
		if (payload.failed || node >= trace->nodes.count)
			return -EBADMSG;
		struct trace_inherited *inherited = vector_add(blocks, sizeof(*inherited));
		if (!inherited)
			return -ENOMEM;
		*inherited = (struct trace_inherited){address, size_bytes, (uint32_t)node};
	}
	return 1;
}

int trace_snapshot(struct trace *trace, uint32_t fork_id, struct trace_inherited **blocks, size_t *count,
		   struct diagnostic *diagnostic)
{
	struct block_at block = {.next = trace->blocks_at};
	struct vector found = {0};
	bool is_there = false;
	int result;

	*blocks = NULL;
	*count = 0;
	while ((result = file_next(trace, &block, diagnostic)) > 0) {
		if (block.header.kind != BLOCK_SNAPSHOT)
			continue;
		result = file_load(trace, &block, diagnostic);
		if (result)
			break;
		result = read_snapshot(trace, fork_id, &found);
		if (result < 0) {
			file_bad_block(trace, &block, result, diagnostic);
			break;
		}
		is_there |= result > 0;
	}
	if (!result && !is_there)
		result = diagnostic_set(diagnostic, ENOENT, "%s: says nothing of its fork %u",
					trace->info.path, fork_id);
	if (result) {
		vector_finish(&found);
		return result;
	}
	*blocks = found.data;
	*count = found.count;
	return 0;
}
