/*
 * cmd_run.c - mprof run: records a program, passes its exit status on, and says where the traces are.
 */
#include "command.h"
#include "drain/drain.h"
#include "launch/library.h"
#include "launch/program.h"
#include "launch/spawn.h"
#include "options.h"
#include "reader/reader.h"
#include "trace/size.h"
#include "traces.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DRAIN_MS 600000 /* a drainer that is alive is worth waiting for */

struct options {
	const char *output;
	const char *sample; /* as MPROF_SAMPLE takes it; NULL: what that says */
	bool aggregate, quiet;
	char **program; /* with its arguments, NULL-terminated */
};

static const struct argp_option option_table[] = {
	{"output", 'o', "FILE", 0,
	 "Record to FILE; %e, %p, %h and %t stand for the program's name, its pid, the host, the time", 1},
	{"sample", 's', "SIZE", 0,
	 "Record one block every SIZE bytes (512KiB) on average, not all: little cost, estimated figures", 1},
	{"aggregate", 'a', NULL, 0,
	 "Keep sums per call path, not single events: a run of days stays small; all but dump works", 1},
	{"quiet", 'q', NULL, 0, "Do not say where the recording is", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	uint64_t sample_bytes;

	switch (key) {
	case 'o':
		options->output = argument;
		return *argument ? 0 : options_error(state, "-o takes a file name");
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
	case 'q':
		options->quiet = true;
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

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[--] PROGRAM [ARGUMENT...]",
	.doc = "Runs a program and records every allocation and free with its call path.\vWithout -o, the "
	       "recording is "
	       "PROGRAM.PID.mprof in the current directory. mprof's exit status is the program's, or 128 + "
	       "n if signal n "
	       "ended it; 2 if it could not be started.",
};

/* ---- where to -------------------------------------------------------------------- */

/* The program may change its directory before a child of it starts a trace, so the pattern is absolute; '%'
 * in the current directory's own name stands for itself. */
static char *absolute_pattern(const char *pattern)
{
	char directory[PATH_MAX], *result = NULL;
	size_t length;
	FILE *out;

	if (*pattern == '/')
		return strdup(pattern);
	out = getcwd(directory, sizeof(directory)) ? open_memstream(&result, &length) : NULL;
	if (!out)
		return NULL;
	for (const char *c = directory; *c; c++)
		fprintf(out, *c == '%' ? "%%%%" : "%c", *c);
	fprintf(out, "/%s", pattern);
	if (fclose(out) == 0)
		return result;
	free(result);
	return NULL;
}

static char *choose_pattern(const struct options *options)
{
	const char *variable = getenv("MPROF_OUT");

	if (options->output)
		return absolute_pattern(options->output);
	return absolute_pattern(variable && *variable ? variable : "%e.%p.mprof");
}

/* The directory that a pattern leads to, if it is the same for all traces: the caller's to free(). */
static char *pattern_directory(const char *pattern)
{
	char *directory = strdup(pattern), *out = directory;

	if (!directory)
		return NULL;
	*strrchr(directory, '/') = '\0';
	for (const char *in = directory; *in; in++) {
		if (in[0] == '%' && in[1] == '%')
			in++;
		*out++ = *in;
	}
	*out = '\0';
	return directory;
}

/* ---- what was recorded ------------------------------------------------------------- */

/* Processes of this run: the program's and all that descend from it. */
struct family {
	pid_t *pids;
	size_t count;
	uint64_t started_realtime_ns;
};

static bool family_has(const struct family *family, int pid)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->pids[i] == pid)
			return true;
	return false;
}

/* Traces come oldest first, so parents before their children. */
static bool family_admit(struct family *family, const struct trace_entry *entry)
{
	struct diagnostic ignored;
	struct trace *trace;
	bool belongs = family_has(family, entry->pid);

	if (entry->started_realtime_ns < family->started_realtime_ns)
		return false;
	if (!belongs && trace_open(entry->path, &trace, &ignored) == 0) {
		belongs = family_has(family, trace_info(trace)->parent_pid);
		trace_close(trace);
		if (belongs)
			family->pids[family->count++] = entry->pid;
	}
	return belongs;
}

static const char *relative_to_here(const char *path)
{
	char directory[PATH_MAX];
	size_t length = getcwd(directory, sizeof(directory)) ? strlen(directory) : 0;

	return length > 1 && strncmp(path, directory, length) == 0 && path[length] == '/' ? path + length + 1
											  : path;
}

/* The program is what its process executed last; what it was before, and its children, are counted. */
static void tell(const struct trace_list *traces, struct family *family)
{
	pid_t program = family->pids[0];
	const char *last = NULL;
	size_t admitted = 0;

	for (size_t i = 0; i < traces->count; i++) {
		const struct trace_entry *entry = &traces->entries[i];

		if (!family_admit(family, entry))
			continue;
		admitted++;
		if (entry->pid == program)
			last = entry->path;
	}
	if (last)
		fprintf(stderr, "mprof: recorded; see it with: mprof report %s\n", relative_to_here(last));
	if (admitted > (last != NULL))
		fprintf(stderr,
			"mprof: and %zu more, of its children or of what it was before exec; see 'mprof "
			"list'\n",
			admitted - (last != NULL));
	if (admitted == 0)
		fputs("mprof: nothing was recorded\n", stderr);
}

/* What the drainers still hold must be on disk before anybody is sent to read it. */
static void settle(const struct trace_list *traces, pid_t pid, uint64_t since)
{
	struct diagnostic ignored;

	for (size_t i = 0; i < traces->count; i++) {
		const struct trace_entry *entry = &traces->entries[i];

		if (entry->pid == pid && entry->started_realtime_ns >= since && *entry->session_path)
			drain_wait(entry->session_path, DRAIN_MS, &ignored);
	}
}

static int conclude(const char *pattern, pid_t pid, uint64_t since, bool quiet, struct diagnostic *diagnostic)
{
	char *directory = pattern_directory(pattern);
	struct trace_list traces = {0};
	struct family family = {.started_realtime_ns = since};
	int error = directory ? trace_list_init(&traces, directory, diagnostic) : -ENOMEM;

	free(directory);
	if (error)
		return error;
	settle(&traces, pid, since);
	family.pids = calloc(traces.count + 1, sizeof(*family.pids));
	if (family.pids && !quiet) {
		family.pids[family.count++] = pid;
		tell(&traces, &family);
	}
	free(family.pids);
	trace_list_finish(&traces);
	return 0;
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

static int record(const struct options *options, const char *path, const char *pattern,
		  struct diagnostic *diagnostic)
{
	uint64_t since = realtime_ns();
	struct diagnostic ignored;
	int status, error;
	pid_t pid;

	error = spawn_and_wait(path, options->program, &pid, &status, diagnostic);
	if (error)
		return error;
	/* Whatever became of the trace, the program's own status is what is passed on. */
	conclude(pattern, pid, since, options->quiet, &ignored);
	return status;
}

static int run(const struct options *options, struct diagnostic *diagnostic)
{
	char *path = NULL, *library = NULL, *pattern = choose_pattern(options);
	int status = pattern ? program_find(options->program[0], &path, diagnostic)
			     : diagnostic_set(diagnostic, errno, "current directory: %s", strerror(errno));

	if (status == 0)
		status = library_find(&library, diagnostic);
	if (status == 0)
		status = library_set_environment(library, pattern, diagnostic);
	if (status == 0 && ((options->sample && setenv("MPROF_SAMPLE", options->sample, 1) != 0) ||
			    (options->aggregate && setenv("MPROF_AGGREGATE", "1", 1) != 0)))
		status = diagnostic_set(diagnostic, errno, "environment: %s", strerror(errno));
	if (status == 0)
		status = record(options, path, pattern, diagnostic);
	free(pattern);
	free(library);
	free(path);
	return status;
}

int cmd_run(int argc, char **argv, struct diagnostic *diagnostic)
{
	/* Asked before the program's environment is made, which says the same for another reason. */
	struct options options = {.quiet = asks_for_quiet()};
	int status = options_parse(&argp, true, argc, argv, &options, diagnostic);

	if (status == 0)
		return run(&options, diagnostic);
	return status < 0 ? status : STATUS_DONE;
}
