/* lines.c - what traced lines did, as BLOCK_LINES has it: made when somebody asks. */
#include "reader/private.h"

#include <errno.h>
#include <stdlib.h>

#define ROW_BYTES_LEAST 7u /* so many varints a row, so many bytes at least */
#define FUNCTION_BYTES_LEAST 7u

static const char *take_text(struct trace *trace, struct varint_cursor *from)
{
	uint64_t length = varint_next(from);

	if (from->failed || length > varint_left(from)) {
		from->failed = true;
		return "";
	}
	const char *text = pool_text(&trace->pool, varint_next_bytes(from, length), length);

	return text ? text : "";
}

static int take_rows(struct trace *trace, struct varint_cursor *from, struct traced_function *function)
{
	uint64_t count = varint_next(from), line = function->first_line;

	if (from->failed || count > varint_left(from) / ROW_BYTES_LEAST)
		return -EBADMSG;
	struct traced_line *lines = pool_take(&trace->pool, count * sizeof(*lines) + 1);

	if (!lines)
		return -ENOMEM;
	for (uint64_t i = 0; i < count; i++) {
		line += (uint64_t)varint_next_signed(from);
		lines[i] = (struct traced_line){.line = (uint32_t)line};
		lines[i].refusal = (uint32_t)varint_next(from);
		lines[i].hits = varint_next(from);
		lines[i].ns = varint_next(from);
		lines[i].own_ns = varint_next(from);
		lines[i].live_bytes_and_one = varint_next(from);
		lines[i].rss_bytes = varint_next(from);
		if (line > UINT32_MAX)
			return -EBADMSG;
	}
	function->lines = lines;
	function->line_count = count;
	return from->failed ? -EBADMSG : 0;
}

static int take_function(struct trace *trace, struct varint_cursor *from, struct traced_function *function)
{
	function->name = take_text(trace, from);
	function->file = take_text(trace, from);
	function->module = take_text(trace, from);
	function->first_line = (uint32_t)varint_next(from);
	function->last_line = (uint32_t)varint_next(from);
	function->refusal = (uint32_t)varint_next(from);
	return from->failed ? -EBADMSG : take_rows(trace, from, function);
}

static int take_all(struct trace *trace)
{
	struct varint_cursor from =
		varint_cursor(trace->line_bytes.whole.data, trace->line_bytes.whole.length);
	uint64_t count = varint_next(&from);
	int error = 0;

	if (from.failed || count > varint_left(&from) / FUNCTION_BYTES_LEAST)
		return -EBADMSG;
	struct traced_function *functions = pool_take(&trace->pool, count * sizeof(*functions) + 1);

	if (!functions)
		return -ENOMEM;
	for (uint64_t i = 0; !error && i < count; i++)
		error = take_function(trace, &from, &functions[i]);
	if (!error) {
		trace->traced = functions;
		trace->traced_count = count;
	}
	return error;
}

int trace_lines(struct trace *trace, const struct traced_function **functions, size_t *count)
{
	if (!trace->lines_asked && trace->line_bytes.whole.length > 0)
		trace->lines_error = take_all(trace);
	trace->lines_asked = true;
	*functions = trace->traced;
	*count = trace->traced_count;
	return trace->lines_error;
}
