/*
 * run_gate.c - a gate around the runs of a program.
 *
 * What it says goes to standard error: standard output is the program's, and a test's may be read by others.
 */
#include "run_gate.h"
#include "commands/command.h"
#include "gating.h"
#include "profile/kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run_gate {
	const struct gate_options *options;
	struct gate gate;
	const char *update_command, *record_command; /* the latter NULL: traces stay */
	char *folder, *pattern;                      /* NULL: traces are kept where somebody wants them */
	struct trace_list *runs;
	pid_t *pids; /* of the runs */
	size_t run_count;
	bool keep_folder;
};

/* A '%' of the folder's own name stands for itself. */
static char *pattern_in(const char *folder)
{
	char *pattern = NULL;
	size_t length;
	FILE *out = open_memstream(&pattern, &length);

	if (!out)
		return NULL;
	for (; *folder; folder++)
		fputs(*folder == '%' ? "%%" : (char[]){*folder, '\0'}, out);
	fputs("/%e.%p.mprof", out);
	if (fclose(out) == 0)
		return pattern;
	free(pattern);
	return NULL;
}

static int make_folder(struct run_gate *gate, struct diagnostic *diagnostic)
{
	const char *parent = getenv("TMPDIR");

	if (!parent || *parent != '/')
		parent = "/tmp";
	if (asprintf(&gate->folder, "%s/mprof-gate-XXXXXX", parent) < 0) {
		gate->folder = NULL;
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	}
	if (!mkdtemp(gate->folder)) {
		int reason = errno;

		diagnostic_set(diagnostic, reason, "%s: %s", gate->folder, strerror(reason));
		free(gate->folder);
		gate->folder = NULL;
		return -reason;
	}
	gate->pattern = pattern_in(gate->folder);
	return gate->pattern ? 0 : diagnostic_set(diagnostic, ENOMEM, "out of memory");
}

/* Where builds of all kinds say that they run for nobody at the machine: with the job goes what it left in
 * /tmp. */
static bool is_job(void)
{
	const char *variable = getenv("CI");

	return variable && *variable && strcmp(variable, "false") != 0;
}

int run_gate_create(const struct gate_options *options, char *const argv[], char *const program[], bool kept,
		    struct run_gate **out, struct diagnostic *diagnostic)
{
	struct run_gate *gate = calloc(1, sizeof(*gate));
	const char *variable = getenv("MPROF_OUT");
	int error;

	*out = NULL;
	if (!gate)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	gate->options = options;
	error = gate_options_gate(options, &gate->gate, diagnostic);
	if (!error)
		error = outputs_check(options->outputs, options->output_count, diagnostic);
	if (!error)
		gate->update_command = gating_update_command(&gate->gate, argv);
	if (!error && !kept && !(variable && *variable))
		error = make_folder(gate, diagnostic);
	if (!error && gate->folder)
		gate->record_command = gating_record_command(&gate->gate, program);
	if (error)
		run_gate_destroy(gate);
	else
		*out = gate;
	return error;
}

const char *run_gate_pattern(const struct run_gate *gate)
{
	return gate->pattern;
}

void run_gate_take(struct run_gate *gate, struct trace_list *traces, pid_t pid)
{
	struct trace_list *runs = reallocarray(gate->runs, gate->run_count + 1, sizeof(*runs));
	pid_t *pids = reallocarray(gate->pids, gate->run_count + 1, sizeof(*pids));

	gate->runs = runs ? runs : gate->runs;
	gate->pids = pids ? pids : gate->pids;
	if (!runs || !pids) {
		trace_list_finish(traces);
		return;
	}
	runs[gate->run_count] = *traces;
	pids[gate->run_count++] = pid;
}

/* ---- the verdict ------------------------------------------------------------------------- */

static struct gated_trace *all_traces(const struct run_gate *gate, size_t *count)
{
	struct gated_trace *traces;
	size_t most = 0;

	*count = 0;
	for (size_t run = 0; run < gate->run_count; run++)
		most += gate->runs[run].count;
	traces = calloc(most + 1, sizeof(*traces));
	for (size_t run = 0; traces && run < gate->run_count; run++)
		for (size_t i = 0; i < gate->runs[run].count; i++)
			traces[(*count)++] = (struct gated_trace){gate->runs[run].entries[i].path, run};
	return traces;
}

static int judge(const struct run_gate *gate, struct diagnostic *diagnostic)
{
	static const struct symbol_options symbols;
	struct gating gating = {
		.options = gate->options,
		.symbols = &symbols,
		.gate = &gate->gate,
		.pids = gate->run_count > 0 ? gate->pids : NULL,
		.standard = stderr,
		.update_command = gate->update_command,
		.record_command = gate->keep_folder && !is_job() ? NULL : gate->record_command,
		.fleeting = is_job(),
	};
	size_t count;
	struct gated_trace *traces = all_traces(gate, &count);
	int status = traces ? gating_judge(&gating, traces, count, diagnostic)
			    : diagnostic_set(diagnostic, ENOMEM, "out of memory");

	free(traces);
	return status;
}

/* The gate's status.  A program that failed has told its own reason; what it held then is judged all the
 * same. */
static int judge_failed(const struct run_gate *gate)
{
	struct diagnostic diagnostic;
	int status;

	if (gate->options->update) {
		fprintf(stderr, "mprof: %s keeps its figures: the program failed\n",
			gate->gate.baseline_path);
		return STATUS_DONE;
	}
	status = judge(gate, &diagnostic);
	if (status < 0)
		fprintf(stderr, "mprof: %s\n", diagnostic.message);
	return status;
}

int run_gate_judge(struct run_gate *gate, int program_status, struct diagnostic *diagnostic)
{
	int status = 0;

	gate->keep_folder = gate->run_count > 0 && program_status > STATUS_OF_SIGNAL;
	if (gate->run_count > 0)
		status = program_status ? judge_failed(gate) : judge(gate, diagnostic);
	gate->keep_folder |= status == STATUS_GATE_FAILED;
	if (gate->keep_folder && gate->folder)
		fprintf(stderr, "mprof: the recordings are kept in %s\n", gate->folder);
	return program_status ? program_status : status;
}

static void remove_folder(struct run_gate *gate)
{
	for (size_t run = 0; run < gate->run_count; run++)
		for (size_t i = 0; i < gate->runs[run].count; i++) {
			kept_forget(gate->runs[run].entries[i].path);
			unlink(gate->runs[run].entries[i].path);
		}
	rmdir(gate->folder);
}

void run_gate_destroy(struct run_gate *gate)
{
	if (!gate)
		return;
	if (gate->folder && !gate->keep_folder)
		remove_folder(gate);
	for (size_t run = 0; run < gate->run_count; run++)
		trace_list_finish(&gate->runs[run]);
	free(gate->runs);
	free(gate->pids);
	free(gate->folder);
	free(gate->pattern);
	gate_finish(&gate->gate);
	free(gate);
}
