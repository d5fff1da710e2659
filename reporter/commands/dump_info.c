/*
 * dump_info.c - what a trace says of its run, before any event.
 */
#include "dump.h"
#include "base/clean.h"
#include "base/number.h"
#include "formats/cells.h"
#include "formats/rows.h"

#include <inttypes.h>
#include <stdlib.h>

#define MODULE ((const struct trace_module *)row)
#define THREAD ((const struct trace_thread *)row)

/* The context of the tables is the struct trace_info. */
TABLE_COLUMN(module_index, "module", "Module", 0, 6,
	     cell_count((uint64_t)(MODULE - ((const struct trace_info *)context)->modules)))
TABLE_COLUMN(module_path, "path", "Path", 2, -1, cell_text(MODULE->path))

static const struct column *const module_columns[] = {&module_index, &module_path, NULL};

TABLE_COLUMN(thread_tid, "thread", "Thread", 0, 8, cell_count(THREAD->tid))
TABLE_COLUMN(thread_started, "started_ns", "Started (ns)", 2, 14, cell_count(THREAD->started_ns))

static const struct column *const thread_columns[] = {&thread_tid, &thread_started, NULL};

static void print_rows(FILE *out, const struct table *table)
{
	static const struct style style;

	rows_text_header(out, table, &style);
	rows_text(out, table, &style);
}

static void print_run(FILE *out, const struct trace_info *info)
{
	char started[NUMBER_BYTES];

	number_time(started, sizeof(started), info->started_realtime_ns);
	clean_print_between(out, "Trace:      ", info->path, "");
	fprintf(out, ", %" PRIu64 " bytes\nCommand:    ", info->file_bytes);
	char *command = cells_words(info->command);
	clean_print(out, command, 0);
	free(command);
	clean_print_between(out, "\nExecutable: ", info->exe, "\n");
	clean_print_between(out, "Directory:  ", info->cwd, "\n");
	clean_print_between(out, "Host:       ", info->host, ", ");
	clean_print_between(out, "", info->kernel, "\n");
	fprintf(out, "Process:    %d, child of %d, started %s\n", info->pid, info->parent_pid, started);
	if (info->sample_bytes > 0)
		fprintf(out, "Sampled:    one byte in %" PRIu64 ", and the blocks of such bytes\n",
			info->sample_bytes);
	if (*info->parent_trace)
		clean_print_between(out, "Parent:     ", info->parent_trace, "\n");
	for (const char *const *variable = info->environment; *variable; variable++)
		clean_print_between(out, "Variable:   ", *variable, "\n");
}

static void print_end(FILE *out, const struct trace_info *info)
{
	fprintf(out, "Ended:      %s, after %" PRIu64 " ns\n",
		info->complete ? "yes"
		: info->ended  ? "killed"
			       : "no",
		info->duration_ns);
	if (info->damaged_at > 0)
		fprintf(out, "Cut off:    at byte %" PRIu64 "\n", info->damaged_at);
	fprintf(out, "Events:     %" PRIu64 ", %" PRIu64 " lost\n", info->event_count, info->lost_events);
	fprintf(out,
		"Tables:     %zu call path nodes, %zu modules, %zu threads, %zu notes, %zu RSS samples\n",
		info->node_count, info->module_count, info->thread_count, info->note_count,
		info->sample_count);
}

/* What stands behind the recording. */
static void print_extras(FILE *out, struct trace *trace)
{
	const struct names *names = trace_names(trace);
	size_t source_bytes;

	trace_sources(trace, &source_bytes);
	if (names)
		fprintf(out,
			"Names:      of %zu places of code, %zu functions, %zu source files; %zu texts, %zu "
			"warnings\n",
			names->code_count, names->function_count, names->source_count, names->text_count - 1,
			names->warning_count);
	else
		fprintf(out, "Names:      %s\n", trace_has_names(trace) ? "not of use" : "none");
	if (source_bytes > 0)
		fprintf(out, "Sources:    %zu bytes of text\n", source_bytes);
	fputc('\n', out);
}

void dump_info(FILE *out, struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);
	struct table modules = {module_columns, info->modules, info->module_count, sizeof(*info->modules),
				info};
	struct table threads = {thread_columns, info->threads, info->thread_count, sizeof(*info->threads),
				info};

	print_run(out, info);
	print_end(out, info);
	print_extras(out, trace);
	print_rows(out, &modules);
	fputc('\n', out);
	print_rows(out, &threads);
}
