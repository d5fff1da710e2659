/*
 * names.c - what was added behind a recording: names of its code, and source text.
 *
 * Blocks are put together as they are met; what is in them is looked at when somebody asks.
 */
#include "reader/private.h"

#include <errno.h>
#include <stdlib.h>

#define EXTRA_BYTES_MAX (UINT64_C(1) << 30)

/* Takes a block's piece.  One that fits nothing before it begins nothing, and is passed over. */
static int extra_take(struct extra *extra, struct varint_cursor *payload)
{
	uint64_t total = varint_next(payload), before = varint_next(payload);

	if (payload->failed || total > EXTRA_BYTES_MAX)
		return -EBADMSG;
	if (before == 0) {
		buffer_clear(&extra->begun);
		extra->begun_bytes = total;
	}
	if (before != extra->begun.length || total != extra->begun_bytes ||
	    varint_left(payload) > total - before)
		return 0;
	buffer_append(&extra->begun, payload->at, varint_left(payload));
	if (extra->begun.failed)
		return -ENOMEM;
	if (extra->begun.length == total) {
		buffer_finish(&extra->whole);
		extra->whole = extra->begun;
		extra->begun = (struct buffer){0};
	}
	return 0;
}

int table_names(struct trace *trace, struct varint_cursor *payload)
{
	return extra_take(&trace->names_bytes, payload);
}

int table_sources(struct trace *trace, struct varint_cursor *payload)
{
	return extra_take(&trace->source_bytes, payload);
}

int table_intervals(struct trace *trace, struct varint_cursor *payload)
{
	return extra_take(&trace->interval_bytes, payload);
}

int table_breakdown(struct trace *trace, struct varint_cursor *payload)
{
	return extra_take(&trace->breakdown_bytes, payload);
}

int table_lines(struct trace *trace, struct varint_cursor *payload)
{
	return extra_take(&trace->line_bytes, payload);
}

void extras_finish(struct trace *trace)
{
	buffer_finish(&trace->line_bytes.whole);
	buffer_finish(&trace->line_bytes.begun);
	buffer_finish(&trace->names_bytes.whole);
	buffer_finish(&trace->names_bytes.begun);
	buffer_finish(&trace->source_bytes.whole);
	buffer_finish(&trace->source_bytes.begun);
	buffer_finish(&trace->interval_bytes.whole);
	buffer_finish(&trace->interval_bytes.begun);
	buffer_finish(&trace->breakdown_bytes.whole);
	buffer_finish(&trace->breakdown_bytes.begun);
	breakdown_tables_finish(&trace->breakdown);
	names_finish(&trace->names);
	timeline_finish(&trace->timeline);
	free(trace->keys);
}

const uint8_t *trace_sources(const struct trace *trace, size_t *bytes)
{
	*bytes = trace->source_bytes.whole.length;
	return trace->source_bytes.whole.data;
}

/* ---- names ----------------------------------------------------------------------------------- */

static size_t without_repeats(struct names_key *keys, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 || names_compare_keys(&keys[kept - 1], &keys[i]) != 0)
			keys[kept++] = keys[i];
	return kept;
}

struct names_key *trace_names_keys(const struct trace_info *info, size_t *count)
{
	struct names_key *keys = calloc(info->code_count + 1, sizeof(*keys));

	*count = 0;
	for (size_t i = 1; keys && i < info->code_count; i++) {
		const struct trace_code *code = &info->codes[i];

		if (!code->label)
			keys[(*count)++] = (struct names_key){code->pc, code->module, code->exact_pc};
	}
	if (!keys)
		return NULL;
	qsort(keys, *count, sizeof(*keys), names_compare_keys);
	*count = without_repeats(keys, *count);
	return keys;
}

/* Names of other code than the trace has are of no use. */
static bool fits(struct trace *trace)
{
	const struct names *names = &trace->names;
	size_t count;

	trace->keys = trace_names_keys(&trace->info, &count);
	return trace->keys && count == names->code_count && names->module_count == trace->info.module_count &&
	       names_key_crc(trace->keys, count) == names->key_crc;
}

bool trace_has_names(const struct trace *trace)
{
	return trace->names_bytes.whole.length > 0;
}

const struct names *trace_names(struct trace *trace)
{
	const struct buffer *bytes = &trace->names_bytes.whole;

	if (!trace->names_asked && bytes->length > 0) {
		if (names_decode(&trace->names, bytes->data, bytes->length) == 0 && fits(trace))
			trace->names.keys = trace->keys;
		else
			names_finish(&trace->names);
	}
	trace->names_asked = true;
	return trace->names.keys ? &trace->names : NULL;
}
