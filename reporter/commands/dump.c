/*
 * dump.c - a trace as it is: its events one per line.
 */
#include "dump.h"

#include "base/clean.h"
#include "formats/json.h"
#include "formats/rows.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct row {
	uint64_t index;
	const struct trace_event *event;
};

#define EVENT (((const struct row *)row)->event)

static const char *const event_types[] = {
	[EVENT_ALLOC] = "alloc", [EVENT_FREE] = "free", [EVENT_STRAY_FREE] = "stray", [EVENT_LOST] = "lost"};

static uint32_t tid_of(const struct trace_info *info, uint32_t thread)
{
	return thread < info->thread_count ? info->threads[thread].tid : 0;
}

static const char *source_of(const struct trace_event *event)
{
	if (event->tracked)
		return "tracked";
	return event->reallocated ? "realloc" : "malloc";
}

static bool has_origin(const struct trace_event *event)
{
	return event->type == EVENT_FREE || event->type == EVENT_LOST;
}

/* The context of the table is the struct trace_info.  A stray free has an address in place of a size, and
 * only a block that ends has an origin: where it began. */
TABLE_COLUMN(index_column, "event", "Event", 0, 10, cell_count(((const struct row *)row)->index))
TABLE_COLUMN(time_column, "time_ns", "Time (ns)", 1, 14, cell_count(EVENT->time_ns))
TABLE_COLUMN(thread_column, "thread", "Thread", 1, 8, cell_count(tid_of(context, EVENT->thread)))
TABLE_COLUMN(type_column, "type", "Type", 1, -5, cell_text(event_types[EVENT->type]))
TABLE_COLUMN(size_column, "size_bytes", "Size", 1, 12,
	     EVENT->type == EVENT_STRAY_FREE ? cell_blank() : cell_count(EVENT->size_bytes))
TABLE_COLUMN(node_column, "node", "Path", 1, 8, cell_count(EVENT->node))
TABLE_COLUMN(origin_column, "origin", "Origin", 1, 8,
	     has_origin(EVENT) ? cell_count(EVENT->origin) : cell_blank())
TABLE_COLUMN(source_column, "source", "Source", 1, -7, cell_text(source_of(EVENT)))
TABLE_COLUMN(freed_by_column, "freed_by", "By", 1, -1,
	     EVENT->collected ? cell_text("collector") : cell_blank())

static const struct column *const columns[] = {&index_column,    &time_column, &thread_column, &type_column,
					       &size_column,     &node_column, &origin_column, &source_column,
					       &freed_by_column, NULL};

static const struct style plain;

struct dump {
	FILE *out;
	const struct trace *trace;
	const struct trace_info *info;
	const struct dump_options *options;
	struct symbolizer *symbolizer; /* NULL: no call paths */
	uint64_t next;                 /* index of the event to come */
	bool out_of_memory;
};

/* ---- call paths ------------------------------------------------------------------ */

/* `frame` is NULL where there is no code, but the type of the blocks. */
typedef void frame_fn(void *context, const struct source_frame *frame, const char *type);

/* Those that jumps left out between a node and the one within, NULL: none. */
static void visit_left_out(const struct dump *dump, const struct trace_code *code,
			   const struct trace_code *within, frame_fn *visit, void *context)
{
	const struct code_function *called = symbolizer_called(dump->symbolizer, code);
	const struct code_function *entered = within ? symbolizer_entered(dump->symbolizer, within) : NULL;
	const struct source_frame *frames;
	bool unknown = within ? within->label : dump->info->cut_paths > 0;
	size_t count = called && called != entered && !unknown
			       ? symbolizer_left_out(dump->symbolizer, called, entered, &frames)
			       : 0;

	for (size_t i = 0; i < count; i++)
		visit(context, &frames[i], NULL);
}

static void for_each_frame(const struct dump *dump, uint32_t leaf, frame_fn *visit, void *context)
{
	const struct trace_code *within = NULL;

	for (uint32_t node = leaf; node != 0; node = dump->info->nodes[node].parent) {
		const struct trace_code *n = trace_code(dump->info, node);
		const struct source_frame *frames;
		size_t count = 0;

		if (n->label) {
			visit(context, NULL, trace_label(dump->trace, n->pc));
		} else {
			visit_left_out(dump, n, within, visit, context);
			count = symbolizer_frames(dump->symbolizer, n->module, n->pc, n->exact_pc, &frames);
		}
		for (size_t i = 0; i < count; i++)
			visit(context, &frames[i], NULL);
		within = n;
	}
}

static void frame_text(void *out, const struct source_frame *frame, const char *type)
{
	if (!frame) {
		clean_print_between(out, "    [", type ? type : "", "]\n");
		return;
	}
	clean_print_between(out, "    ", frame->function->name, "");
	if (frame->line > 0) {
		clean_print_between(out, "  ", frame->function->file, "");
		fprintf(out, ":%u%s\n", frame->line,
			frame->function->part_of ? " (included)"
			: frame->inlined         ? " (inlined)"
			: frame->jumped          ? " (tail call)"
						 : "");
	} else if (frame->jumped) {
		clean_print_between(out, "  ", frame->function->file, " (tail call)\n");
	} else {
		fprintf(out, "+0x%" PRIx64, frame->offset);
		clean_print_between(out, "  (", frame->function->module, ")\n");
	}
}

static void frame_json(void *array, const struct source_frame *frame, const char *type)
{
	if (!frame) {
		json_array_append_new(array, json_pack("{s:o}", "type", json_text(type)));
		return;
	}
	json_array_append_new(array,
			      json_pack("{s:o,s:o,s:i}", "function", json_text(frame->function->name), "file",
					json_text(frame->function->file), "line", (int)frame->line));
}

/* ---- events ------------------------------------------------------------------------ */

static void print_object(struct dump *dump, const struct table *table, uint32_t node)
{
	json_t *object = json_row(table, 0), *frames;

	if (object && dump->symbolizer) {
		frames = json_array();
		for_each_frame(dump, node, frame_json, frames);
		if (json_object_set_new(object, "frames", frames) != 0)
			dump->out_of_memory = true;
	}
	dump->out_of_memory |= !object;
	json_dumpf(object, dump->out, JSON_COMPACT);
	fputc('\n', dump->out);
	json_decref(object);
}

static void print_event(struct dump *dump, const struct trace_event *event)
{
	struct row row = {dump->next, event};
	struct table table = {columns, &row, 1, sizeof(row), dump->info};

	if (dump->options->format->print == format_as_json) {
		print_object(dump, &table, event->node);
	} else if (dump->options->format->print == format_as_csv) {
		rows_csv(dump->out, &table);
	} else {
		rows_text(dump->out, &table, &plain);
		if (dump->symbolizer)
			for_each_frame(dump, event->node, frame_text, dump->out);
	}
}

#define ENOUGH 1 /* what stops the replay when all that was asked for is printed */

static int print_events(void *context, const struct trace_event *events, size_t count)
{
	struct dump *dump = context;
	const struct dump_options *options = dump->options;

	for (size_t i = 0; i < count; i++, dump->next++) {
		if (dump->next < options->from)
			continue;
		if (dump->next - options->from >= options->count || ferror(dump->out))
			return ENOUGH;
		print_event(dump, &events[i]);
		if (dump->out_of_memory)
			return -ENOMEM;
	}
	return 0;
}

static void print_header(const struct dump *dump)
{
	struct table table = {columns, NULL, 0, sizeof(struct row), dump->info};

	if (dump->options->format->print == format_as_text)
		rows_text_header(dump->out, &table, &plain);
	else if (dump->options->format->print == format_as_csv)
		rows_csv_header(dump->out, &table);
}

int dump_events(FILE *out, struct trace *trace, const struct dump_options *options,
		struct diagnostic *diagnostic)
{
	struct dump dump = {.out = out, .trace = trace, .info = trace_info(trace), .options = options};
	int error = 0;

	if (options->frames) {
		struct symbolizer_options symbols = *options->frames;
		symbols.started_realtime_ns = dump.info->started_realtime_ns;
		symbols.names = options->no_names ? NULL : trace_names(trace);
		error = symbolizer_create(dump.info->modules, dump.info->module_count, &symbols,
					  &dump.symbolizer, diagnostic);
	}
	if (error)
		return error;
	print_header(&dump);
	error = trace_replay(trace, print_events, &dump, diagnostic);
	symbolizer_destroy(dump.symbolizer);
	if (error == -ENOMEM)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	return error == ENOUGH ? 0 : error;
}
