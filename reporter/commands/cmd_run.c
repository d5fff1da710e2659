/*
 * cmd_run.c - mprof run: records a program, passes its exit status on, and says where the traces are.
 */
#include "command.h"
#include "launch/library.h"
#include "launch/program.h"
#include "launch/spawn.h"
#include "cli/options.h"
#include "recordings/recorded.h"
#include "commands/run_names.h"
#include "commands/run_gate.h"
#include "trace/size.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
	const char *output;
	const char *sample; /* as MPROF_SAMPLE takes it; NULL: what that says */
	bool aggregate, quiet, no_names, lines;
	struct option_list functions; /* whose lines are traced; none: those that are marked */
	struct gate_options gate;
	long repeat;
	char **program; /* with its arguments, NULL-terminated */
};

enum { KEY_REPEAT = 0x800, KEY_NO_NAMES, KEY_LINES };

static const struct argp_option option_table[] = {
	{"output", 'o', "FILE", 0,
	 "Record to FILE; %e, %p, %h and %t stand for the program's name, its pid, the host, the time", 1},
	{"sample", 's', "SIZE", 0,
	 "Record one block every SIZE bytes (512KiB) on average, not all: little cost, estimated figures", 1},
	{"aggregate", 'a', NULL, 0,
	 "Keep sums per call path, not single events: a run of days stays small; all but dump works", 1},
	{"lines", KEY_LINES, NULL, 0,
	 "Count how often each line of the functions marked MPROF_PROFILE runs, and how long it takes", 1},
	{"function", 'f', "GLOB", 0, "As --lines, of the functions whose names match GLOB; repeatable", 1},
	{"quiet", 'q', NULL, 0, "Do not say where the recording is", 1},
	{"no-names", KEY_NO_NAMES, NULL, 0,
	 "Do not add the names of the program's code to the recording: the first report does", 1},
	{"repeat", KEY_REPEAT, "N", 0, "Run the program N times, for a gate", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	uint64_t sample_bytes;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->gate;
		return 0;
	case KEY_REPEAT:
		options->gate.used = true;
		return option_number(state, "--repeat", argument, 1, 100000, &options->repeat);
	case 'o':
		options->output = argument;
		return *argument && strcmp(argument, "-") != 0
			       ? 0
			       : options_error(state,
					       "-o takes a file name: a recording is no text to print");
	case 's':
		options->sample = argument;
		return size_parse(argument, &sample_bytes) && sample_bytes <= SAMPLE_BYTES_MAX
			       ? 0
			       : options_error(
					 state,
					 "--sample takes a size of at most 1T, such as 512KiB, not '%s'",
					 argument);
	case 'a':
		options->aggregate = true;
		return 0;
	case 'f':
		options->lines = true;
		return option_list_add(&options->functions, argument);
	case KEY_LINES:
		options->lines = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case KEY_NO_NAMES:
		options->no_names = true;
		return 0;
	case ARGP_KEY_ARG:
		(void)argument;
		options->program = &state->argv[state->next - 1];
		state->next = state->argc;
		return 0;
	case ARGP_KEY_NO_ARGS:
		return options_error(state, "run needs a program");
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char description[] =
	"Runs a program and records every allocation and free with its call "
	"path.\vWithout -o, the recording is "
	"PROGRAM.PID.mprof in the current directory. mprof's exit status is the "
	"program's, or 128 + n if signal n "
	"ended it; 127 if there is none, 126 if it cannot be executed, 2 if it "
	"could not be recorded. With any option of the gate the "
	"recording is judged as 'mprof "
	"check' does, kept only if it fails, a signal ended the program or -o was given; the "
	"exit status is the gate's where the program's is 0.";

/* A gate has a folder of its own for what nobody asked to keep. */
static char *choose_pattern(const struct options *options, const char *folder)
{
	const char *variable = getenv("MPROF_OUT");

	if (options->output)
		return recorded_pattern(options->output);
	if (variable && *variable)
		return recorded_pattern(variable);
	return recorded_pattern(folder ? folder : RECORDED_USUAL);
}

/* Whoever starts a run wants its recording, and hears before hours of it that there can be none.  What
 * MPROF_OUT says is the shim's to judge, as without run: the program runs in any case. */
static int check_place(const struct options *options, const char *folder, struct diagnostic *diagnostic)
{
	const char *variable = getenv("MPROF_OUT");

	if (!options->output && (folder || (variable && *variable)))
		return 0;
	return recorded_check(options->output, diagnostic);
}

/* ---- the run ------------------------------------------------------------------------- */

static uint64_t realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* MPROF_QUIET is the shim's; what it silences there it silences here. */
static bool asks_for_quiet(void)
{
	const char *value = getenv("MPROF_QUIET");

	return value && strcmp(value, "1") == 0;
}

/* What shells say of a program that is not there, and of one that cannot be executed; what could run, but not
 * be recorded, is an error of ours. */
static int status_of_missing(const struct diagnostic *diagnostic, int error)
{
	int status = error == -ENOENT || error == -ENOTDIR   ? 127
		     : error == -EACCES || error == -ENOEXEC ? 126
							     : error;

	if (status > 0)
		fprintf(stderr, "mprof: %s\n", diagnostic->message);
	return status;
}

/* One run; a gate takes its traces.  The program's status, or -errno with a diagnostic if it did not start.
 */
static int record(const struct options *options, const char *path, const char *pattern, struct run_gate *gate,
		  struct diagnostic *diagnostic)
{
	uint64_t since = realtime_ns();
	struct trace_list traces = {0};
	struct diagnostic ignored;
	int status, error;
	pid_t pid;

	error = spawn_and_wait(path, options->program, &pid, &status, diagnostic);
	if (error)
		return status_of_missing(diagnostic, error);
	/* Whatever became of the trace, the program's own status is what is passed on. */
	error = recorded_find(pattern, pid, since, &traces, &ignored);
	spawn_reap(pid);
	if (!error)
		recorded_warn(&traces, pid);
	if (!error && !options->quiet && !gate)
		recorded_tell(&traces);
	if (!error && !options->no_names && !(gate && run_gate_pattern(gate)))
		run_names_add(&traces);
	if (gate)
		run_gate_take(gate, &traces, pid);
	else
		trace_list_finish(&traces);
	return status;
}

static int record_all(const struct options *options, const char *path, const char *pattern,
		      struct run_gate *gate, struct diagnostic *diagnostic)
{
	int status = 0;

	for (long run = 0; status == 0 && run < options->repeat; run++)
		status = record(options, path, pattern, gate, diagnostic);
	return gate && status >= 0 ? run_gate_judge(gate, status, diagnostic) : status;
}

/* As MPROF_LINES takes it: names with commas between, or 1. */
static int ask_for_lines(const struct options *options)
{
	char *names = NULL;
	size_t length;
	FILE *out = open_memstream(&names, &length);
	int error;

	if (!out)
		return -1;
	for (size_t i = 0; i < options->functions.count; i++)
		fprintf(out, "%s%s", i > 0 ? "," : "", options->functions.items[i]);
	error = fclose(out);
	if (!error)
		error = setenv("MPROF_LINES", *names ? names : "1", 1);
	free(names);
	return error;
}

static int set_environment(const struct options *options, const char *pattern, struct diagnostic *diagnostic)
{
	char *library = NULL;
	int error = library_find(&library, diagnostic);

	if (!error)
		error = library_set_environment(library, pattern, diagnostic);
	if (!error && ((options->sample && setenv("MPROF_SAMPLE", options->sample, 1) != 0) ||
		       (options->aggregate && setenv("MPROF_AGGREGATE", "1", 1) != 0) ||
		       (options->lines && ask_for_lines(options) != 0)))
		error = diagnostic_set(diagnostic, errno, "environment: %s", strerror(errno));
	free(library);
	return error;
}

static int run(const struct options *options, struct run_gate *gate, struct diagnostic *diagnostic)
{
	const char *folder = gate ? run_gate_pattern(gate) : NULL;
	char *path = NULL, *pattern = choose_pattern(options, folder);
	int status = pattern ? program_find(options->program, &path, diagnostic)
			     : diagnostic_set(diagnostic, errno, "current directory: %s", strerror(errno));

	if (pattern)
		status = status_of_missing(diagnostic, status);
	if (status == 0)
		status = check_place(options, folder, diagnostic);
	if (status == 0)
		status = set_environment(options, pattern, diagnostic);
	if (status == 0)
		status = record_all(options, path, pattern, gate, diagnostic);
	free(pattern);
	free(path);
	return status;
}

/* The gate is read before the program runs: a mistake in it should cost no test's time. */
static int run_gated(const struct options *options, char *const argv[], struct diagnostic *diagnostic)
{
	struct run_gate *gate;
	int status;

	if (options->repeat > 1 && options->output && !strstr(options->output, "%p"))
		return diagnostic_set(diagnostic, EINVAL,
				      "-o needs a %%p with --repeat: each run has a recording of its own");
	status = run_gate_create(&options->gate, argv, options->program, options->output != NULL, &gate,
				 diagnostic);
	if (status == 0)
		status = run(options, gate, diagnostic);
	run_gate_destroy(gate);
	return status;
}

int cmd_run(int argc, char **argv, struct diagnostic *diagnostic)
{
	const struct argp_child children[] = {{gate_argp(), 0, NULL, 0}, {0}};
	const struct argp argp = {
		.options = option_table,
		.parser = parse,
		.args_doc = "[--] PROGRAM [ARGUMENT...]",
		.doc = description,
		.children = children,
	};
	/* Asked before the program's environment is made, which says the same for another reason. */
	struct options options = {.quiet = asks_for_quiet(), .repeat = 1};
	int status = options_parse(&argp, true, argc, argv, &options, diagnostic);

	if (status > 0)
		status = STATUS_DONE;
	else if (status == 0 && options.gate.used)
		status = run_gated(&options, argv, diagnostic);
	else if (status == 0)
		status = run(&options, NULL, diagnostic);
	gate_options_finish(&options.gate);
	option_list_finish(&options.functions);
	return status;
}
