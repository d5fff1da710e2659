/*
 * cmd_rm.c - mprof rm: removes recordings, and never a file that is none.
 */
#include "command.h"
#include "cli/options.h"
#include "reader/reader.h"
#include "profile/kept.h"
#include "recordings/traces.h"
#include "base/clean.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct arguments {
	struct option_list traces;
	bool force;
};

static const struct argp_option option_table[] = {
	{"force", 'f', NULL, 0, "Remove recordings that are still being made, too: they are lost", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct arguments *arguments = state->input;

	if (key == 'f') {
		arguments->force = true;
		return 0;
	}
	if (key == ARGP_KEY_ARG)
		return option_list_add(&arguments->traces, argument);
	if (key == ARGP_KEY_NO_ARGS)
		return options_error(state,
				     "rm needs to know which traces: files, or indices of 'mprof list'");
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Removes recordings. If one of them is still being made, none is removed.\vTRACE is a file or "
	       "an index of 'mprof list' (0 the oldest, -1 the "
	       "newest).",
};

static int remove_trace(const char *path, struct diagnostic *diagnostic)
{
	struct trace_heading heading;
	int error = trace_read_heading(path, &heading, diagnostic);

	if (error)
		return error;
	kept_forget(path);
	if (unlink(path) != 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	clean_print_between(stdout, "removed ", path, "\n");
	return 0;
}

/* What would be lost by that: its program goes on, and what it does would go nowhere. */
static int refuse_recording(const char *path, struct diagnostic *diagnostic)
{
	int pid;

	if (!trace_is_recording(path, &pid))
		return 0;
	return diagnostic_set(diagnostic, EBUSY,
			      "%s is still being recorded, by process %d; remove it when that has ended, or "
			      "now with --force",
			      path, pid);
}

/* All indices mean the list as it was before the first removal. */
static int remove_all(const struct arguments *arguments, struct diagnostic *diagnostic)
{
	const struct option_list *picked = &arguments->traces;
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	for (size_t i = 0; !error && i < picked->count; i++) {
		error = trace_list_pick(&traces, picked->items[i], &path, diagnostic);
		if (!error && !arguments->force)
			error = refuse_recording(path, diagnostic);
	}
	for (size_t i = 0; !error && i < picked->count; i++) {
		error = trace_list_pick(&traces, picked->items[i], &path, diagnostic);
		if (!error)
			error = remove_trace(path, diagnostic);
	}
	trace_list_finish(&traces);
	return error;
}

int cmd_rm(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct arguments arguments = {0};
	int status = options_parse(&argp, false, argc, argv, &arguments, diagnostic);

	if (status == 0)
		status = remove_all(&arguments, diagnostic);
	option_list_finish(&arguments.traces);
	return status < 0 ? status : STATUS_DONE;
}
