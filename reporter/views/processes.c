/*
 * processes.c - mprof tree --processes: all recordings of a run as a tree, with what each process held.
 *
 * A make has hundreds: what is alike is summed for people, unless a screen has room for all.
 */
#include "views/processes.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/signal_name.h"
#include "formats/cells.h"
#include "profile/measure.h"
#include "profile/run.h"
#include "recordings/run.h"
#include "trace/format.h"
#include "views/places.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN 30

/* One process image, or several that are alike. */
struct process {
	size_t parent;         /* index among them; of the first its own */
	size_t child, sibling; /* the first one, and the next; 0: none */
	size_t last_child;
	uint32_t depth;
	const char *program, *state, *trace;
	const char *told; /* its state, for people */
	const char *const *command;
	int pid;
	bool replaced;
	uint64_t started_realtime_ns, duration_ns, sample_bytes;
	struct amounts amounts; /* sums */
	uint64_t greatest_peak_bytes;
	size_t count;
	const char *text; /* for people */
};

struct processes {
	struct document *document;
	const struct request *request;
	struct process *list;
	size_t count;
};

/* ---- reading them --------------------------------------------------------------------------- */

static const char *state_of(struct pool *pool, const struct trace_info *info)
{
	switch (info->end_kind) {
	case END_EXITED:
		return "exited";
	case END_REPLACED:
		return "exec";
	case END_KILLED:
		return info->end_signal > 0 ? pool_format(pool, "killed by signal %" PRIu64, info->end_signal)
					    : "killed";
	case END_UNKNOWN:
		return "ended";
	default:
		return "not ended";
	}
}

/* As state_of, but with the name of the signal. */
static const char *told_of(struct pool *pool, const struct trace_info *info)
{
	char number[32];

	if (info->end_signal == 0)
		return state_of(pool, info);
	return pool_format(pool, "killed by %s", signal_name(info->end_signal, number));
}

static const char *const *copy_words(struct document *document, const char *const *words)
{
	size_t count = 0;
	const char **copy;

	while (words[count])
		count++;
	copy = pool_alloc(&document->pool, (count + 1) * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = pool_format(&document->pool, "%s", words[i]);
	return copy;
}

/* One text for each name, so that names are the same where their addresses are. */
static const char *name_of(const struct processes *of, const struct process *process, const char *program)
{
	for (const struct process *other = of->list; other < process; other++)
		if (strcmp(other->program, program) == 0)
			return other->program;
	return pool_format(&of->document->pool, "%s", program);
}

static void fill(struct processes *of, struct process *process, struct profile *profile)
{
	const struct trace_info *info = profile_trace(profile);
	const struct overview *run = profile_overview(profile, true);

	process->program = name_of(of, process, profile_program(profile));
	process->state = state_of(&of->document->pool, info);
	process->told = told_of(&of->document->pool, info);
	process->command = copy_words(of->document, run->command);
	process->pid = run->pid;
	process->started_realtime_ns = run->started_realtime_ns;
	process->duration_ns = run->duration_ns;
	process->sample_bytes = run->sample_bytes;
	process->amounts = profile_passing(profile);
	process->greatest_peak_bytes = process->amounts.peak_bytes;
}

/* One that cannot be read is there nevertheless. */
static void read_member(struct processes *of, const struct profile *like, const struct run *run, size_t index)
{
	static const char *const none[] = {NULL};
	const struct run_member *member = &run->members[index];
	struct process *process = &of->list[index];
	struct diagnostic diagnostic;
	struct profile *profile;

	*process = (struct process){.parent = member->parent,
				    .trace = pool_format(&of->document->pool, "%s", member->path),
				    .replaced = member->replaced,
				    .command = none,
				    .program = "",
				    .state = "unreadable",
				    .told = "unreadable",
				    .count = 1};
	if (profile_open_like(like, &of->request->filter, member->path, &profile, &diagnostic) != 0)
		return;
	fill(of, process, profile);
	profile_close(profile);
}

/* ---- the tree -------------------------------------------------------------------------------- */

static void add_child(struct process *list, size_t parent, size_t child)
{
	size_t *link = list[parent].child == 0 ? &list[parent].child : &list[list[parent].last_child].sibling;

	*link = child;
	list[parent].last_child = child;
	list[child].depth = list[parent].depth + 1;
}

/* Parents come before their children. */
static void link_all(struct process *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		add_child(list, list[i].parent, i);
}

/* The process that this one is alike to: of the same program, and started by what is alike. */
static size_t alike(const struct process *list, size_t count, const struct process *process, size_t parent)
{
	for (size_t i = 1; i < count; i++)
		if (list[i].parent == parent && list[i].program == process->program)
			return i;
	return count;
}

static void add_up(struct process *sum, const struct process *more)
{
	amounts_add(&sum->amounts, &more->amounts);
	if (more->greatest_peak_bytes > sum->greatest_peak_bytes)
		sum->greatest_peak_bytes = more->greatest_peak_bytes;
	if (more->duration_ns > sum->duration_ns)
		sum->duration_ns = more->duration_ns;
	sum->count += more->count;
}

/* In place of the list one with those that are alike as one. */
static void merge(struct processes *of)
{
	struct process *merged = memory_zeroed(of->count, sizeof(*merged));
	size_t *numbers = memory_zeroed(of->count, sizeof(*numbers)), count = 1;

	merged[0] = of->list[0];
	for (size_t i = 1; i < of->count; i++) {
		size_t parent = numbers[of->list[i].parent];
		size_t number = alike(merged, count, &of->list[i], parent);

		numbers[i] = number;
		if (number < count) {
			add_up(&merged[number], &of->list[i]);
		} else {
			merged[count] = of->list[i];
			merged[count++].parent = parent;
		}
	}
	free(numbers);
	free(of->list);
	of->list = merged;
	of->count = count;
}

/* A row of the tree: with the process before, as it may be copied. */
static struct process *in_preorder(struct processes *of)
{
	struct process *rows = pool_alloc(&of->document->pool, (of->count + 1) * sizeof(*rows));
	size_t count = 0, at = 0;

	link_all(of->list, of->count);
	while (true) {
		rows[count++] = of->list[at];
		if (of->list[at].child > 0) {
			at = of->list[at].child;
			continue;
		}
		while (at > 0 && of->list[at].sibling == 0)
			at = of->list[at].parent;
		if (at == 0)
			return rows;
		at = of->list[at].sibling;
	}
}

static uint32_t depth_of(const void *row)
{
	return ((const struct process *)row)->depth;
}

/* ---- columns ---------------------------------------------------------------------------------- */

#define ROW ((const struct process *)row)
TABLE_COLUMN(row_program, "program", NULL, 0, 0, cell_text(ROW->program))
TABLE_COLUMN(row_command, "command", NULL, 0, 0, cell_words(ROW->command))
TABLE_COLUMN(row_pid, "pid", NULL, 0, 0, cell_count((uint64_t)ROW->pid))
TABLE_COLUMN(row_replaced, "by_exec", NULL, 0, 0, cell_truth(ROW->replaced))
TABLE_COLUMN(row_state, "state", NULL, 0, 0, cell_text(ROW->state))
TABLE_COLUMN(row_started, "started_realtime_ns", NULL, 0, 0, cell_count(ROW->started_realtime_ns))
TABLE_COLUMN(row_duration, "duration_ns", NULL, 0, 0, cell_count(ROW->duration_ns))
TABLE_COLUMN(row_sampled, "sample_bytes", NULL, 0, 0, cell_count(ROW->sample_bytes))
TABLE_COLUMN(row_peak, "peak_bytes", NULL, 0, 0, cell_count(ROW->amounts.peak_bytes))
TABLE_COLUMN(row_leaked, "leaked_bytes", NULL, 0, 0, cell_count(ROW->amounts.leaked_bytes))
TABLE_COLUMN(row_leaked_blocks, "leaked_blocks", NULL, 0, 0, cell_count(ROW->amounts.leaked_blocks))
TABLE_COLUMN(row_allocations, "allocations", NULL, 0, 0, cell_count(ROW->amounts.allocations))
TABLE_COLUMN(row_allocated, "allocated_bytes", NULL, 0, 0, cell_count(ROW->amounts.allocated_bytes))
TABLE_COLUMN(row_trace, "trace", NULL, 0, 0, cell_text(ROW->trace))
static const struct column *const columns[] = {
	&row_program,       &row_command,     &row_pid,       &row_replaced, &row_state,
	&row_started,       &row_duration,    &row_sampled,   &row_peak,     &row_leaked,
	&row_leaked_blocks, &row_allocations, &row_allocated, &row_trace,    NULL};

TABLE_COLUMN(text_peak, NULL, "Peak", 0, 10, cell_size(ROW->greatest_peak_bytes))
TABLE_COLUMN(text_leaked, NULL, "Leaked", 1, 10, cell_size(ROW->amounts.leaked_bytes))
TABLE_COLUMN(text_allocations, NULL, "Allocations", 1, 11, cell_count(ROW->amounts.allocations))
TABLE_COLUMN(text_duration, NULL, "Duration", 1, 10, cell_pause(ROW->duration_ns))
TABLE_COLUMN(text_process, NULL, "Process", 2, -1, cell_text(ROW->text))
static const struct column *const text_columns[] = {&text_peak,     &text_leaked,  &text_allocations,
						    &text_duration, &text_process, NULL};

#define TEXT_INDENT 47 /* of the last column */

/* "cc1 x 57, 640.0 MiB in all", or one's command, and how it ended unless by itself. */
static const char *text_of(const struct processes *of, const struct process *process)
{
	struct pool *pool = &of->document->pool;
	size_t taken = TEXT_INDENT + 2 * process->depth, width = place_width(of->request);
	bool usual = strcmp(process->state, "exited") == 0 || strcmp(process->state, "exec") == 0;
	const char *command;

	if (process->count > 1)
		return pool_format(pool, "%s x %zu, %s in all", process->program, process->count,
				   part_size(of->document, of->request, process->amounts.peak_bytes, 0));
	width = width > taken + 30 ? width - taken : 30;
	command = process->command[0] ? part_command(of->document, process->command, width)
				      : part_cut(of->document, process->trace, width);
	return usual ? command : pool_format(pool, "%s (%s)", command, process->told);
}

/* ---- the whole ---------------------------------------------------------------------------------- */

struct whole {
	const char *command, *processes, *greatest, *peaks, *leaked, *allocations;
	size_t process_count, program_count;
	uint64_t greatest_peak_bytes;
	struct amounts sum;
};

#define WHOLE ((const struct whole *)row)
TABLE_COLUMN(whole_command, NULL, "Run of", 0, 0, cell_text(WHOLE->command))
TABLE_COLUMN(whole_processes, NULL, "Processes", 0, 0, cell_text(WHOLE->processes))
TABLE_COLUMN(whole_greatest, NULL, "Greatest", 0, 0, cell_text(WHOLE->greatest))
TABLE_COLUMN(whole_peaks, NULL, "Sum of peaks", 0, 0, cell_text(WHOLE->peaks))
TABLE_COLUMN(whole_leaked, NULL, "Leaked", 0, 0, cell_text(WHOLE->leaked))
TABLE_COLUMN(whole_allocations, NULL, "Allocations", 0, 0, cell_text(WHOLE->allocations))
static const struct column *const whole_columns[] = {&whole_command,
						     &whole_processes,
						     &whole_greatest,
						     &whole_peaks,
						     &whole_leaked,
						     &whole_allocations,
						     NULL};

TABLE_COLUMN(sum_processes, "processes", NULL, 0, 0, cell_count(WHOLE->process_count))
TABLE_COLUMN(sum_programs, "programs", NULL, 0, 0, cell_count(WHOLE->program_count))
TABLE_COLUMN(sum_greatest, "greatest_peak_bytes", NULL, 0, 0, cell_count(WHOLE->greatest_peak_bytes))
TABLE_COLUMN(sum_peaks, "sum_of_peak_bytes", NULL, 0, 0, cell_count(WHOLE->sum.peak_bytes))
TABLE_COLUMN(sum_leaked, "leaked_bytes", NULL, 0, 0, cell_count(WHOLE->sum.leaked_bytes))
TABLE_COLUMN(sum_leaked_blocks, "leaked_blocks", NULL, 0, 0, cell_count(WHOLE->sum.leaked_blocks))
TABLE_COLUMN(sum_allocations, "allocations", NULL, 0, 0, cell_count(WHOLE->sum.allocations))
TABLE_COLUMN(sum_allocated, "allocated_bytes", NULL, 0, 0, cell_count(WHOLE->sum.allocated_bytes))
static const struct column *const sum_columns[] = {&sum_processes,   &sum_programs,  &sum_greatest,
						   &sum_peaks,       &sum_leaked,    &sum_leaked_blocks,
						   &sum_allocations, &sum_allocated, NULL};

static size_t count_programs(const struct processes *of)
{
	size_t programs = 0;

	for (size_t i = 0; i < of->count; i++) {
		size_t k = 0;

		while (k < i && of->list[k].program != of->list[i].program)
			k++;
		programs += k == i;
	}
	return programs;
}

static const char *command_of(const struct processes *of, const struct process *process)
{
	return part_command(of->document, process->command, place_width(of->request) - 40);
}

/* Before those that are alike are summed. */
static struct whole sum_up(const struct processes *of)
{
	struct document *document = of->document;
	const struct process *greatest = of->list;
	struct whole whole = {.process_count = of->count, .program_count = count_programs(of)};

	for (size_t i = 0; i < of->count; i++) {
		amounts_add(&whole.sum, &of->list[i].amounts);
		if (of->list[i].greatest_peak_bytes > greatest->greatest_peak_bytes)
			greatest = &of->list[i];
	}
	whole.greatest_peak_bytes = greatest->greatest_peak_bytes;
	whole.command = command_of(of, of->list);
	whole.processes =
		pool_format(&document->pool, "%s, of %s", part_count(document, of->count, "recording"),
			    part_count(document, whole.program_count, "program"));
	whole.greatest = pool_format(&document->pool, "%s, pid %d: %s",
				     part_size(document, of->request, greatest->greatest_peak_bytes, 0),
				     greatest->pid, command_of(of, greatest));
	whole.peaks = pool_format(&document->pool, "%s, which were not all at one time",
				  part_size(document, of->request, whole.sum.peak_bytes, 0));
	whole.leaked = pool_format(&document->pool, "%s in %s",
				   part_size(document, of->request, whole.sum.leaked_bytes, 0),
				   part_count(document, whole.sum.leaked_blocks, "block"));
	whole.allocations = pool_format(&document->pool, "%" PRIu64 " of %s in all", whole.sum.allocations,
					part_size(document, of->request, whole.sum.allocated_bytes, 0));
	return whole;
}

static void add_whole(const struct processes *of)
{
	struct whole whole = sum_up(of);
	const struct whole *kept = document_keep(of->document, &whole, sizeof(whole));

	document_add(of->document,
		     &(struct section){.layout = LAYOUT_FACTS,
				       .table = {.columns = whole_columns, .rows = kept, .row_count = 1}});
	document_add(of->document,
		     &(struct section){.name = "totals",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = sum_columns, .rows = kept, .row_count = 1},
				       .for_programs = true});
}

static void add_tree(struct processes *of, bool all)
{
	bool people = of->request->for_people, merged = people && !all && of->count > ROWS_SHOWN;
	struct process *rows;

	if (merged)
		merge(of);
	rows = in_preorder(of);
	for (size_t i = 0; people && i < of->count; i++)
		rows[i].text = text_of(of, &rows[i]);
	document_add(
		of->document,
		&(struct section){
			.name = "processes",
			.title = "Processes, by who started them",
			.layout = LAYOUT_TREE,
			.table = {people ? text_columns : columns, rows, of->count, sizeof(*rows), NULL},
			.depth = depth_of,
			.note = merged ? "Those alike are summed, with the greatest peak and the longest "
					 "duration of one (each: --all)"
				       : NULL});
}

int processes_make(struct profile *profile, const struct request *request, bool all,
		   struct document *document, struct diagnostic *diagnostic)
{
	struct processes of = {.document = document, .request = request};
	struct run run;
	int error = run_find(profile_overview(profile, false)->path, &run, diagnostic);

	if (error)
		return error;
	of.list = memory_zeroed(run.count, sizeof(*of.list));
	of.count = run.count;
	for (size_t i = 0; i < run.count; i++)
		read_member(&of, profile, &run, i);
	document->main = "processes";
	part_head(document, profile);
	add_whole(&of);
	add_tree(&of, all);
	run_finish(&run);
	free(of.list);
	return 0;
}
