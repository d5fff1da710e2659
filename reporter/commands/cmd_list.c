/*
 * cmd_list.c - mprof list: the recordings here, with the indices that other commands take.
 */
#include "command.h"
#include "base/signal_name.h"
#include "cli/options.h"
#include "cli/output.h"
#include "formats/cells.h"
#include "reader/reader.h"
#include "trace/format.h"
#include "recordings/traces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static error_t parse(int key, char *argument, struct argp_state *state)
{
	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = state->input;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		return options_error(state, "list takes no argument, such as '%s'", argument);
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = {{&output_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.parser = parse,
	.doc = "Lists the recordings in the current directory, oldest first, with the index that other "
	       "commands take.\v"
	       "State is 'exited', 'exec' (the process went on as another program, with a trace of its own), "
	       "'killed' (in text the signal's name, if it is known), 'ended' (how is unknown), "
	       "'recording', 'cut off' (the recording was not finished) or 'damaged'.",
	.children = children,
};

struct row {
	const struct trace_entry *trace;
	const char *state, *told; /* for programs, and for people */
	uint64_t signal;          /* that ended it; 0: none, or not known */
	char number[32];          /* what it is called, if it has no name */
	uint64_t sample_bytes, duration_ns, file_bytes;
	bool has_peak; /* it is known without reading every event */
	uint64_t peak_bytes;
	char *command;
};

#define ROW ((const struct row *)row)

/* The context of the table is its first row. */
TABLE_COLUMN(index_column, "index", "Index", 0, 5, cell_count((uint64_t)(ROW - (const struct row *)context)))
TABLE_COLUMN(path_column, "trace", "Trace", 2, 0, cell_text(ROW->trace->path))
TABLE_COLUMN(started_column, "started_realtime_ns", "Started", 2, -19,
	     cell_time(ROW->trace->started_realtime_ns))
TABLE_COLUMN(state_column, "state", NULL, 0, 0, cell_text(ROW->state))
TABLE_COLUMN(told_column, NULL, "State", 2, -9, cell_text(ROW->told))
TABLE_COLUMN(signal_column, "signal", NULL, 0, 0, cell_count(ROW->signal))
TABLE_COLUMN(peak_column, "peak_bytes", "Peak", 2, 9,
	     ROW->has_peak ? cell_size(ROW->peak_bytes) : cell_blank())
TABLE_COLUMN(duration_column, "duration_ns", "Duration", 2, 10,
	     ROW->duration_ns > 0 ? cell_pause(ROW->duration_ns) : cell_blank())
TABLE_COLUMN(size_column, "file_bytes", "Size", 2, 9, cell_size(ROW->file_bytes))
TABLE_COLUMN(sampling_column, "sample_bytes", NULL, 0, 0, cell_count(ROW->sample_bytes))
TABLE_COLUMN(sampled_column, NULL, "Sampled", 2, -9,
	     ROW->sample_bytes > 0 ? cell_size(ROW->sample_bytes) : cell_blank())
TABLE_COLUMN(command_column, "command", "Command", 2, -1, cell_text(ROW->command))

static const struct column *const columns[] = {
	&index_column,    &path_column, &started_column,  &state_column,   &told_column,   &peak_column,
	&duration_column, &size_column, &sampling_column, &command_column, &signal_column, NULL};
static const struct column *const sampled_columns[] = {&index_column,
						       &path_column,
						       &started_column,
						       &state_column,
						       &told_column,
						       &peak_column,
						       &duration_column,
						       &size_column,
						       &sampling_column,
						       &sampled_column,
						       &command_column,
						       &signal_column,
						       NULL};

/* Text says that blocks were sampled only where some were. */
static const struct column *const *columns_for(const struct row *rows, size_t count)
{
	bool sampled = false;

	for (size_t i = 0; i < count; i++)
		sampled |= rows[i].sample_bytes > 0;
	return sampled ? sampled_columns : columns;
}

static const char *state_of(const struct trace_info *info)
{
	switch (info->end_kind) {
	case END_EXITED:
		return "exited";
	case END_REPLACED:
		return "exec";
	case END_UNKNOWN:
		return "ended";
	case END_KILLED:
		return "killed";
	default:
		return info->recording ? "recording" : "cut off";
	}
}

/* A trace that cannot be read is listed nevertheless: it is there, and rm takes its index. */
static int fill_row(struct row *row, const struct trace_entry *entry)
{
	struct diagnostic ignored;
	struct stat status;
	struct trace *trace;

	row->trace = entry;
	row->file_bytes = stat(entry->path, &status) == 0 ? (uint64_t)status.st_size : 0;
	if (trace_open(entry->path, &trace, &ignored) != 0) {
		row->state = row->told = "damaged";
		row->command = strdup("");
	} else {
		row->state = state_of(trace_info(trace));
		row->signal = trace_info(trace)->end_signal;
		row->told = row->signal > 0 ? signal_name(row->signal, row->number) : row->state;
		row->sample_bytes = trace_info(trace)->sample_bytes;
		row->duration_ns = trace_info(trace)->duration_ns;
		row->has_peak = trace_info(trace)->summary != NULL;
		row->peak_bytes = row->has_peak ? trace_info(trace)->summary->totals.peak_bytes : 0;
		row->command = cells_words(trace_info(trace)->command);
		trace_close(trace);
	}
	return row->command ? 0 : -ENOMEM;
}

static int print(const struct output_options *output, const struct row *rows, size_t count,
		 struct diagnostic *diagnostic)
{
	struct document document = {.main = "recordings", .bare = true};
	struct table table = {columns_for(rows, count), rows, count, sizeof(*rows), rows};
	struct output_file to;
	int error = output_open(&to, output->path, diagnostic);

	if (error)
		return error;
	struct style style = output_style(output, to.stream);
	document_add(&document, &(struct section){.name = "recordings", .table = table});
	output->format->print(to.stream, &document, &style);
	document_finish(&document);
	return output_close(&to, diagnostic) ? -EIO : error;
}

static int list(const struct output_options *output, struct diagnostic *diagnostic)
{
	struct trace_list traces;
	struct row *rows;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (error)
		return error;
	if (traces.count == 0 && output->format->for_people)
		fputs("mprof: no traces here; 'mprof run PROGRAM' makes one\n", stderr);
	rows = calloc(traces.count + 1, sizeof(*rows));
	if (!rows)
		error = -ENOMEM;
	for (size_t i = 0; !error && i < traces.count; i++)
		error = fill_row(&rows[i], &traces.entries[i]);
	if (!error)
		error = print(output, rows, traces.count, diagnostic);
	for (size_t i = 0; rows && i < traces.count; i++)
		free(rows[i].command);
	free(rows);
	trace_list_finish(&traces);
	return error;
}

int cmd_list(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct output_options output = {0};
	int status = options_parse(&argp, false, argc, argv, &output, diagnostic);

	if (status == 0)
		status = list(&output, diagnostic);
	return status < 0 ? status : STATUS_DONE;
}
