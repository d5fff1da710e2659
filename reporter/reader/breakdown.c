/* breakdown.c - figures by kinds, places of freeing, lifetimes and threads as a trace has them, which are
 * looked at when somebody asks. */
#include "reader/private.h"

#include "figures/breakdown_codec.h"

#include <errno.h>

static int decode(struct trace *trace)
{
	const struct buffer *bytes = &trace->breakdown_bytes.whole;

	return breakdown_decode(&trace->breakdown, bytes->data, bytes->length, trace->info.summary,
				trace->threads.count);
}

int trace_breakdown(struct trace *trace, const struct breakdown_tables **out, struct diagnostic *diagnostic)
{
	*out = NULL;
	if (!trace->info.summary || (!trace->breakdown_asked && trace->breakdown_bytes.whole.length == 0))
		return 0;
	if (!trace->breakdown_asked) {
		trace->breakdown_asked = true;
		trace->breakdown_error = decode(trace);
		if (trace->breakdown_error)
			breakdown_tables_finish(&trace->breakdown);
		buffer_finish(&trace->breakdown_bytes.whole);
	}
	if (trace->breakdown_error)
		return diagnostic_set(
			diagnostic, -trace->breakdown_error,
			trace->breakdown_error == -ENOMEM
				? "%s: not enough memory for its figures by size and thread"
				: "%s: damaged: its figures by size and thread contradict its figures; copy "
				  "the trace again, or record it anew",
			trace->info.path);
	*out = &trace->breakdown;
	return 0;
}
