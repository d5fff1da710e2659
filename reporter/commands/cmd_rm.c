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

static error_t parse(int key, char *argument, struct argp_state *state)
{
	if (key == ARGP_KEY_ARG)
		return option_list_add(state->input, argument);
	if (key == ARGP_KEY_NO_ARGS)
		return options_error(state,
				     "rm needs to know which traces: files, or indices of 'mprof list'");
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "TRACE...",
	.doc = "Removes recordings.\vTRACE is a file or an index of 'mprof list' (0 the oldest, -1 the "
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

/* All indices mean the list as it was before the first removal. */
static int remove_all(const struct option_list *arguments, struct diagnostic *diagnostic)
{
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	for (size_t i = 0; !error && i < arguments->count; i++)
		error = trace_list_pick(&traces, arguments->items[i], &path, diagnostic);
	for (size_t i = 0; !error && i < arguments->count; i++) {
		error = trace_list_pick(&traces, arguments->items[i], &path, diagnostic);
		if (!error)
			error = remove_trace(path, diagnostic);
	}
	trace_list_finish(&traces);
	return error;
}

int cmd_rm(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct option_list arguments = {0};
	int status = options_parse(&argp, false, argc, argv, &arguments, diagnostic);

	if (status == 0)
		status = remove_all(&arguments, diagnostic);
	option_list_finish(&arguments);
	return status < 0 ? status : STATUS_DONE;
}
