/*
 * tables.c - the blocks that describe: modules, nodes, threads, labels, notes, samples, the end.
 *
 * Counts in a payload are never believed: a table grows by what was really read, so that memory is
 * bounded by payload bytes, and a loop ends at the first entry that is not there.
 */
#include "reader/private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_PAGES_MAX (UINT64_MAX / PAGE_BYTES_MAX)
#define NODES_MAX (UINT32_C(1) << 28) /* as many as a recording can hold */

/* A text in the pool; *bytes if wanted.  NULL with the cursor failed, or without: no memory. */
static const char *next_text(struct trace *trace, struct varint_cursor *payload, size_t *bytes)
{
	uint64_t count = varint_next(payload);
	const uint8_t *text = varint_next_bytes(payload, count);

	if (payload->failed)
		return NULL;
	if (bytes)
		*bytes = (size_t)count;
	return pool_text(&trace->pool, text, (size_t)count);
}

static int missing(const struct varint_cursor *payload)
{
	return payload->failed ? -EBADMSG : -ENOMEM;
}

typedef int entry_parser(struct trace *trace, struct varint_cursor *payload);

/* Adds `count` entries, the varint that the cursor read last, or as many as there are. */
static int add_each(struct trace *trace, struct varint_cursor *payload, uint64_t count, entry_parser *add)
{
	int error = 0;

	for (; count > 0 && !error; count--)
		error = add(trace, payload);
	return payload->failed ? -EBADMSG : error;
}

/* ---- modules ------------------------------------------------------------- */

static int add_module(struct trace *trace, struct varint_cursor *payload)
{
	struct trace_module module = {0};
	uint64_t index = varint_next(payload), size;

	module.start = varint_next(payload);
	size = varint_next(payload);
	module.bias = module.start + (uint64_t)varint_next_signed(payload);
	module.loaded_ns = varint_next(payload);
	module.path = next_text(trace, payload, NULL);
	if (!module.path)
		return missing(payload);
	module.build_id = (const uint8_t *)next_text(trace, payload, &module.build_id_bytes);
	if (!module.build_id)
		return missing(payload);
	if (index != trace->modules.count || index > UINT16_MAX ||
	    __builtin_add_overflow(module.start, size, &module.end))
		return -EBADMSG;
	return vector_push(&trace->modules, &module, sizeof(module));
}

int table_modules(struct trace *trace, struct varint_cursor *payload)
{
	return add_each(trace, payload, varint_next(payload), add_module);
}

int table_unloaded(struct trace *trace, struct varint_cursor *payload)
{
	struct trace_module *modules = trace->modules.data;
	uint64_t index = varint_next(payload), time_ns = varint_next(payload);

	if (payload->failed || index == 0 || index >= trace->modules.count)
		return -EBADMSG;
	modules[index].unloaded_ns = time_ns;
	return 0;
}

/* ---- nodes --------------------------------------------------------------- */

#define NODE_FLAGS_EXACT_PC 1u
#define NODE_FLAGS_TRUNCATED 2u
#define NODE_FLAGS_LABEL 4u

/* A label has no code, so nothing that is said of code. */
static bool node_flags_valid(uint64_t module)
{
	return module >> 16 < NODE_FLAGS_LABEL || module == NODE_FLAGS_LABEL << 16;
}

static int add_node(struct trace *trace, struct varint_cursor *payload)
{
	uint64_t id = trace->nodes.count, distance = varint_next(payload), module = varint_next(payload);

	trace->node_pc += (uint64_t)varint_next_signed(payload);
	if (payload->failed || distance == 0 || distance > id || id >= NODES_MAX ||
	    (module & 0xffff) >= trace->modules.count || !node_flags_valid(module))
		return -EBADMSG;
	const struct trace_code code = {.pc = trace->node_pc,
					.module = (uint16_t)(module & 0xffff),
					.exact_pc = (module >> 16 & NODE_FLAGS_EXACT_PC) != 0,
					.truncated = (module >> 16 & NODE_FLAGS_TRUNCATED) != 0,
					.label = (module >> 16 & NODE_FLAGS_LABEL) != 0};
	const struct trace_node node = {(uint32_t)(id - distance), codes_index(&trace->codes, &code)};
	return node.code ? vector_push(&trace->nodes, &node, sizeof(node)) : -ENOMEM;
}

int table_nodes(struct trace *trace, struct varint_cursor *payload)
{
	if (varint_next(payload) != trace->nodes.count)
		return -EBADMSG;
	trace->node_pc = 0;
	return add_each(trace, payload, varint_next(payload), add_node);
}

/* ---- threads, labels, notes, samples ------------------------------------- */

static int add_thread(struct trace *trace, struct varint_cursor *payload)
{
	uint64_t index = varint_next(payload), tid = varint_next(payload), started_ns = varint_next(payload);

	if (payload->failed || index != trace->threads.count || index >= UINT32_MAX || tid > UINT32_MAX)
		return -EBADMSG;
	const struct trace_thread thread = {.tid = (uint32_t)tid, .started_ns = started_ns};
	return vector_push(&trace->threads, &thread, sizeof(thread));
}

int table_threads(struct trace *trace, struct varint_cursor *payload)
{
	return add_each(trace, payload, varint_next(payload), add_thread);
}

static int add_label(struct trace *trace, struct varint_cursor *payload)
{
	struct trace_text_label label = {.id = varint_next(payload)};

	label.text = next_text(trace, payload, NULL);
	if (!label.text)
		return missing(payload);
	return vector_push(&trace->labels, &label, sizeof(label));
}

int table_labels(struct trace *trace, struct varint_cursor *payload)
{
	return add_each(trace, payload, varint_next(payload), add_label);
}

static int note_values(struct trace *trace, struct varint_cursor *payload, struct trace_note *note)
{
	uint64_t count = varint_next(payload);

	if (payload->failed || count > varint_left(payload) || count > UINT32_MAX)
		return -EBADMSG;
	uint64_t *values = pool_take(&trace->pool, (size_t)count * sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (uint64_t i = 0; i < count; i++)
		values[i] = varint_next(payload);
	note->value_count = (uint32_t)count;
	note->values = values;
	return payload->failed ? -EBADMSG : 0;
}

static int add_note(struct trace *trace, struct varint_cursor *payload)
{
	uint64_t events_before = varint_next(payload), thread = varint_next(payload);
	uint64_t node = varint_next(payload), kind = varint_next(payload), time_ns = varint_next(payload);
	struct trace_note note = {.events_before = events_before,
				  .time_ns = time_ns,
				  .thread = (uint32_t)thread,
				  .node = (uint32_t)node,
				  .kind = (uint32_t)kind};

	if (thread >= trace->threads.count || node >= trace->nodes.count || kind > UINT32_MAX)
		return -EBADMSG;
	int error = note_values(trace, payload, &note);
	return error ? error : vector_push(&trace->notes, &note, sizeof(note));
}

int table_notes(struct trace *trace, struct varint_cursor *payload)
{
	return add_each(trace, payload, varint_next(payload), add_note);
}

static int add_sample(struct trace *trace, struct varint_cursor *payload)
{
	uint64_t time_ns = varint_next(payload), pages = varint_next(payload);

	if (payload->failed || pages > SAMPLE_PAGES_MAX)
		return -EBADMSG;
	trace->sample_ns += time_ns;
	const struct trace_sample sample = {.time_ns = trace->sample_ns, .rss_bytes = pages};
	return vector_push(&trace->samples, &sample, sizeof(sample));
}

int table_rss(struct trace *trace, struct varint_cursor *payload)
{
	return add_each(trace, payload, varint_next(payload), add_sample);
}

static int add_stray(struct trace *trace, struct varint_cursor *payload)
{
	trace->stray += (uint64_t)varint_next_signed(payload);
	if (payload->failed)
		return -EBADMSG;
	const uint64_t stray = trace->stray * 8;
	return vector_push(&trace->strays, &stray, sizeof(stray));
}

int table_strays(struct trace *trace, struct varint_cursor *payload)
{
	trace->stray = 0;
	return add_each(trace, payload, varint_next(payload), add_stray);
}

/* ---- the end ------------------------------------------------------------- */

int table_summary(struct trace *trace, struct varint_cursor *payload)
{
	return summary_decode(&trace->summary, payload, trace->nodes.count);
}

int table_moves(struct trace *trace, struct varint_cursor *payload)
{
	return summary_decode_moves(&trace->summary, payload, trace->nodes.count);
}

#define END_SUMS 5 /* allocations to peak bytes */

/* END's sums are the summary's too, if there is one. */
static int publish_summary(struct trace *trace, const uint64_t sums[END_SUMS])
{
	const struct model_totals *totals = &trace->summary.totals;

	if (!trace->summary.begun)
		return 0;
	if (!summary_complete(&trace->summary) || trace->summary.node_count != trace->nodes.count ||
	    totals->events != trace->info.event_count || totals->sample_bytes != trace->info.sample_bytes ||
	    /* An estimate, and what is recorded. */
	    (totals->sample_bytes == 0 && (totals->allocations != sums[0] || totals->frees != sums[1])) ||
	    totals->allocated_bytes != sums[2] || totals->freed_bytes != sums[3] ||
	    totals->peak_bytes != sums[4])
		return -EBADMSG;
	trace->figures = summary_decoded(&trace->summary);
	trace->info.summary = &trace->figures;
	return 0;
}

/* What older traces do not have. */
static uint64_t next_if_any(struct varint_cursor *payload)
{
	return varint_left(payload) > 0 ? varint_next(payload) : 0;
}

int table_end(struct trace *trace, struct varint_cursor *payload)
{
	struct trace_info *info = &trace->info;
	uint64_t how = varint_next(payload), sums[END_SUMS];

	info->duration_ns = varint_next(payload);
	info->event_count = varint_next(payload);
	for (size_t i = 0; i < END_SUMS; i++)
		sums[i] = varint_next(payload);
	info->peak_rss_bytes = varint_next(payload);
	info->lost_events = varint_next(payload);
	info->end_flags = (uint32_t)varint_next(payload);
	info->recorder_bytes = next_if_any(payload);
	if (info->recorder_bytes > info->peak_rss_bytes) /* of an older drainer, which did not look */
		info->recorder_bytes = info->peak_rss_bytes;
	info->blind_since_ns = next_if_any(payload);
	info->blind_reason = next_if_any(payload);
	info->cut_paths = next_if_any(payload);
	info->unrecorded_children = next_if_any(payload);
	info->end_signal = next_if_any(payload);
	if (payload->failed || how < END_EXITED || how > END_KILLED || info->ended)
		return -EBADMSG;
	info->end_kind = how == END_KILLED && info->end_flags & END_HOW_UNKNOWN ? END_UNKNOWN : (int)how;
	info->ended = true;
	info->recording = false;
	return publish_summary(trace, sums);
}

int tables_without_end(struct trace *trace)
{
	struct trace_info *info = &trace->info;
	const struct model_totals *totals = &trace->summary.totals;

	if (!trace->summary.begun)
		return 0;
	if (!summary_complete(&trace->summary) || trace->summary.node_count != trace->nodes.count)
		return -EBADMSG;
	info->event_count = totals->events;
	info->duration_ns = trace->sample_ns > totals->peak_time_ns ? trace->sample_ns : totals->peak_time_ns;
	trace->figures = summary_decoded(&trace->summary);
	info->summary = &trace->figures;
	return 0;
}

static int compare_labels(const void *left, const void *right)
{
	const struct trace_text_label *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static void complete_samples(struct trace *trace)
{
	struct trace_sample *samples = trace->samples.data;
	uint64_t peak = 0;

	for (size_t i = 0; i < trace->samples.count; i++) {
		samples[i].rss_bytes *= trace->page_bytes;
		if (samples[i].rss_bytes > peak)
			peak = samples[i].rss_bytes;
	}
	/* The kernel's own greatest may be some pages behind what it said meanwhile. */
	if (!trace->info.ended || peak > trace->info.peak_rss_bytes)
		trace->info.peak_rss_bytes = peak;
	trace->info.samples = samples;
	trace->info.sample_count = trace->samples.count;
}

void tables_complete(struct trace *trace)
{
	struct trace_info *info = &trace->info;

	info->modules = trace->modules.data;
	info->module_count = trace->modules.count;
	info->nodes = trace->nodes.data;
	info->node_count = trace->nodes.count;
	codes_complete(&trace->codes);
	info->codes = trace->codes.list.data;
	info->code_count = trace->codes.list.count;
	info->threads = trace->threads.data;
	info->thread_count = trace->threads.count;
	info->notes = trace->notes.data;
	info->note_count = trace->notes.count;
	info->strays = trace->strays.data;
	info->stray_count = trace->strays.count;
	info->page_bytes = trace->page_bytes;
	complete_samples(trace);
	if (trace->labels.count > 0)
		qsort(trace->labels.data, trace->labels.count, sizeof(struct trace_text_label),
		      compare_labels);
	info->complete = info->ended && info->end_kind < END_KILLED && info->damaged_at == 0 &&
			 info->blind_since_ns == 0;
}

const char *trace_variable(const struct trace_info *info, const char *name)
{
	size_t length = strlen(name);

	for (const char *const *variable = info->environment; *variable; variable++)
		if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
			return *variable + length + 1;
	return NULL;
}

const char *trace_label(const struct trace *trace, uint64_t id)
{
	const struct trace_text_label key = {.id = id};
	const struct trace_text_label *found = NULL;

	if (trace->labels.count > 0)
		found = bsearch(&key, trace->labels.data, trace->labels.count, sizeof(key), compare_labels);
	return found ? found->text : "";
}
