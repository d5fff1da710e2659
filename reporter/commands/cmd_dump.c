/*
 * cmd_dump.c - mprof dump: a recording event by event, for other tools and for doubts.
 */
#include "command.h"
#include "dump.h"
#include "cli/output.h"
#include "commands/opening.h"
#include "views/request.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct options {
	struct request request; /* of which only what is common to all */
	const char *trace;
	long from, count;
	bool frames, info;
};

enum { KEY_FROM = 0x400, KEY_COUNT, KEY_FRAMES, KEY_INFO };

static const struct argp_option option_table[] = {
	{"from", KEY_FROM, "N", 0, "Begin with event N (from 0)", 1},
	{"count", KEY_COUNT, "N", 0, "At most N events", 1},
	{"frames", KEY_FRAMES, NULL, 0, "Show the call path of each event", 1},
	{"info", KEY_INFO, NULL, 0, "Show what the trace says of the run, instead of events (in text)", 1},
	{0},
};

static error_t check(struct argp_state *state, const struct options *options)
{
	format_fn *print = options->request.output.format->print;

	if (options->info && print != format_as_text)
		return options_error(state, "--info is text only");
	if (options->frames && print == format_as_csv)
		return options_error(state, "--frames is for text and json");
	return print == format_as_markdown ? options_error(state, "dump has text, json and csv") : 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->request;
		return 0;
	case KEY_FROM:
		return option_number(state, "--from", argument, 0, LONG_MAX, &options->from);
	case KEY_COUNT:
		return option_number(state, "--count", argument, 0, LONG_MAX, &options->count);
	case KEY_FRAMES:
		options->frames = true;
		return 0;
	case KEY_INFO:
		options->info = true;
		return 0;
	case ARGP_KEY_ARG:
		return opening_take_one(state, argument, &options->trace);
	case ARGP_KEY_SUCCESS:
		return check(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&request_common_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE]",
	.doc = "Prints a recording event by event; as JSON, one object per line.\v" OPENING_TRACE_DOC,
	.children = children,
};

static int dump(const struct options *options, struct trace *trace, struct diagnostic *diagnostic)
{
	const struct output_options *output = &options->request.output;
	struct symbolizer_options symbols = symbol_options_symbolizer(&options->request.symbols);
	struct dump_options dump_options = {
		.format = output->format,
		.from = (uint64_t)options->from,
		.count = (uint64_t)options->count,
		.no_names = options->request.symbols.no_names,
		.frames = options->frames ? &symbols : NULL,
	};
	struct output_file to;
	/* Asked first: an output file that there is nothing for keeps what it has. */
	int error = options->info ? 0 : trace_has_events(trace, diagnostic);

	if (!error)
		error = output_open(&to, output->path, diagnostic);
	if (error)
		return error;
	if (options->info)
		dump_info(to.stream, trace);
	else
		error = dump_events(to.stream, trace, &dump_options, diagnostic);
	return output_close(&to, diagnostic) ? -EIO : error;
}

static int dump_path(const char *path, void *context, struct diagnostic *diagnostic)
{
	struct trace *trace;
	int error = trace_open(path, &trace, diagnostic);

	if (error)
		return error;
	error = dump(context, trace, diagnostic);
	trace_close(trace);
	return error;
}

int cmd_dump(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {.count = LONG_MAX};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = opening_trace(options.trace, dump_path, &options, diagnostic);
	request_finish(&options.request);
	return status < 0 ? status : STATUS_DONE;
}
