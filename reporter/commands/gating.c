/*
 * gating.c - wires traces, judge and outputs.
 */
#include "gating.h"
#include "gate/key.h"
#include "commands/command.h"
#include "cli/output.h"
#include "commands/opening.h"
#include "base/memory.h"
#include "recordings/traces.h"
#include "views/html_page.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *gating_update_command(struct gate *gate, char *const argv[])
{
	static const char update[] = "--update-baseline";
	const char *text = gate_text(gate, "mprof %s %s", argv[0], update);

	for (size_t i = 1; argv[i]; i++)
		if (strcmp(argv[i], update) != 0)
			text = gate_text(gate, "%s %s", text, shell_quoted(&gate->strings, argv[i]));
	return text;
}

const char *gating_record_command(struct gate *gate, char *const program[])
{
	const char *text = "mprof run --";

	for (size_t i = 0; program[i]; i++)
		text = gate_text(gate, "%s %s", text, shell_quoted(&gate->strings, program[i]));
	return text;
}

static int add_all(struct check *check, const struct gated_trace *traces, size_t count,
		   struct progress *progress, struct diagnostic *diagnostic)
{
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		trace_bring_up_to_date(traces[i].path);
		error = check_add(check, traces[i].path, traces[i].run, diagnostic);
		progress_finish(progress);
	}
	return error;
}

/* Traces that were judged, and how they are opened. */
struct judged {
	const struct gating *gating;
	const struct profile_options *options;
	const struct gated_trace *traces;
	size_t count;
};

static int write_page(FILE *out, const struct document *verdict, const void *context)
{
	const struct judged *judged = context;
	const char **paths = memory_zeroed(judged->count, sizeof(*paths));
	struct request request = {
		.output = {.format = formats, .precision = judged->gating->options->precision}};
	const struct style style = output_style(&request.output, out);
	const struct page_options page = {.title = "mprof check", .verdict = verdict};

	for (size_t i = 0; i < judged->count; i++)
		paths[i] = judged->traces[i].path;
	request.style = &style;
	page_write(
		out,
		&(struct page_recordings){.paths = paths, .count = judged->count, .options = judged->options},
		&page, &request);
	free(paths);
	return 0;
}

static int print(const struct judged *judged, const struct check_result *result,
		 struct diagnostic *diagnostic)
{
	const struct gating *gating = judged->gating;
	struct output_place place = {
		.standard = gating->standard,
		.pid = gating->pids ? *gating->pids : getpid(),
		.style = {output_is_colorful(gating->standard), (int)gating->options->precision, write_page,
			  judged},
	};

	return outputs_print(gating->options->outputs, gating->options->output_count, result, &place,
			     diagnostic);
}

/* A gate that failed has failed, whoever could not be told. */
static int status_of_unprinted(const struct check_result *result, const struct diagnostic *diagnostic,
			       int error)
{
	if (result->status != STATUS_GATE_FAILED)
		return error;
	fprintf(stderr, "mprof: %s\n", diagnostic->message);
	return result->status;
}

int gating_judge(const struct gating *gating, const struct gated_trace *traces, size_t count,
		 struct diagnostic *diagnostic)
{
	struct progress progress = progress_start();
	struct profile_options profile_options = {0};
	struct check_options options = {
		.gate = gating->gate,
		.profile = &profile_options,
		.name = gating->options->name,
		.pids = gating->pids,
		.repeat_figure = gating->options->repeat_figure,
		.whole = gating->whole,
		.allow_idle = gating->options->allow_idle,
		.update = gating->options->update,
		.update_command = gating->update_command,
		.record_command = gating->record_command,
		.fleeting = gating->fleeting,
	};
	const struct check_result *result;
	struct check *check;
	int error = check_create(&options, &check, diagnostic);

	opening_fill(&profile_options, gating->symbols, &progress);
	profile_options.suppressions = &gating->gate->suppressions;
	if (!error)
		error = add_all(check, traces, count, &progress, diagnostic);
	if (!error)
		error = check_judge(check, &result, diagnostic);
	progress_finish(&progress);
	if (!error && options.update && result->program_count > 0)
		fprintf(stderr, "mprof: %s has these figures now\n", gating->gate->baseline_path);
	if (!error) {
		error = print(&(struct judged){gating, &profile_options, traces, count}, result, diagnostic);
		error = error ? status_of_unprinted(result, diagnostic, error) : result->status;
	}
	check_destroy(check);
	return error;
}
