/*
 * cmd_pack.c - mprof pack: makes a recording that can be handed on, with names and source text in it.
 */
#include "command.h"
#include "base/progress.h"
#include "commands/opening.h"
#include "profile/remember.h"

#include <string.h>

struct options {
	struct symbol_options symbols;
	const char *trace, *output;
};

static const struct argp_option option_table[] = {
	{"output", 'o', "FILE", 0, "Write a copy to FILE, and leave the recording as it is", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->symbols;
		return 0;
	case 'o':
		options->output = argument;
		return *argument && strcmp(argument, "-") != 0
			       ? 0
			       : options_error(state,
					       "-o takes a file name: a recording is no text to print");
	case ARGP_KEY_ARG:
		return opening_take_one(state, argument, &options->trace);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&symbol_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE]",
	.doc = "Adds to a recording the names of its code, if it has none, and the source text of the "
	       "program's functions on its call paths: so it can be read where neither program nor sources "
	       "are.\v" OPENING_TRACE_DOC,
	.children = children,
};

static int pack(const char *path, void *context, struct diagnostic *diagnostic)
{
	const struct options *options = context;
	struct progress progress = progress_start();
	struct profile_options profile_options = {0};
	int error;

	opening_fill(&profile_options, &options->symbols, &progress);
	error = remember_pack(path, options->output, &profile_options, diagnostic);
	progress_finish(&progress);
	return error;
}

int cmd_pack(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = opening_trace(options.trace, pack, &options, diagnostic);
	symbol_options_finish(&options.symbols);
	return status < 0 ? status : STATUS_DONE;
}
