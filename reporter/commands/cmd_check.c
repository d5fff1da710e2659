/*
 * cmd_check.c - mprof check: judges recordings by limits and a baseline.
 */
#include "command.h"
#include "commands/gating.h"
#include "recordings/traces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct options {
	struct gate_options gate;
	struct symbol_options symbols;
	struct option_list traces;
	bool repeats;
};

enum { KEY_REPEATS = 0x700 };

static const struct argp_option option_table[] = {
	{"repeats", KEY_REPEATS, NULL, 0,
	 "Traces of one program are its runs, of which the least figure counts; not processes of one run", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->gate;
		state->child_inputs[1] = &options->symbols;
		return 0;
	case KEY_REPEATS:
		options->repeats = true;
		return 0;
	case ARGP_KEY_ARG:
		return option_list_add(&options->traces, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- which traces --------------------------------------------------------------------------- */

/* The traces that the arguments mean, and the lists that own their paths. */
struct chosen {
	struct trace_list here, *folders;
	size_t folder_count;
	struct gated_trace *traces;
	size_t count;
};

static int choose(struct chosen *chosen, const char *path, bool repeats)
{
	struct gated_trace *traces = reallocarray(chosen->traces, chosen->count + 1, sizeof(*traces));

	if (!traces)
		return -ENOMEM;
	chosen->traces = traces;
	traces[chosen->count] = (struct gated_trace){path, repeats ? chosen->count : 0};
	chosen->count++;
	return 0;
}

static int choose_folder(struct chosen *chosen, const char *path, bool repeats, struct diagnostic *diagnostic)
{
	struct trace_list *folders =
		reallocarray(chosen->folders, chosen->folder_count + 1, sizeof(*folders));
	struct trace_list *folder;
	int error;

	if (!folders)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	chosen->folders = folders;
	folder = &folders[chosen->folder_count++];
	error = trace_list_init(folder, path, diagnostic);
	if (!error && folder->count + folder->stranger_count == 0)
		error = diagnostic_set(diagnostic, ENOENT, "%s: no traces there", path);
	for (size_t i = 0; !error && i < folder->count; i++)
		if (choose(chosen, folder->entries[i].path, repeats) != 0)
			error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	/* Which the check will say of. */
	for (size_t i = 0; !error && i < folder->stranger_count; i++)
		if (choose(chosen, folder->strangers[i], repeats) != 0)
			error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	return error;
}

static int choose_argument(struct chosen *chosen, const char *argument, bool repeats,
			   struct diagnostic *diagnostic)
{
	struct stat status;
	const char *path;
	int error;

	if (argument && stat(argument, &status) == 0 && S_ISDIR(status.st_mode))
		return choose_folder(chosen, argument, repeats, diagnostic);
	error = trace_list_pick(&chosen->here, argument, &path, diagnostic);
	if (!error && choose(chosen, path, repeats) != 0)
		error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	return error;
}

static int choose_all(struct chosen *chosen, const struct options *options, struct diagnostic *diagnostic)
{
	int error = trace_list_init(&chosen->here, ".", diagnostic);

	if (!error && options->traces.count == 0)
		error = choose_argument(chosen, NULL, options->repeats, diagnostic);
	for (size_t i = 0; !error && i < options->traces.count; i++)
		error = choose_argument(chosen, options->traces.items[i], options->repeats, diagnostic);
	return error;
}

static void chosen_finish(struct chosen *chosen)
{
	trace_list_finish(&chosen->here);
	for (size_t i = 0; i < chosen->folder_count; i++)
		trace_list_finish(&chosen->folders[i]);
	free(chosen->folders);
	free(chosen->traces);
}

/* ---- the command ------------------------------------------------------------------------------ */

static int check(const struct options *options, char *const argv[], struct diagnostic *diagnostic)
{
	struct chosen chosen = {0};
	struct gate gate;
	struct gating gating = {
		.options = &options->gate,
		.symbols = &options->symbols,
		.gate = &gate,
		.standard = stdout,
	};
	int status = gate_options_gate(&options->gate, &gate, diagnostic);

	if (status == 0)
		status = choose_all(&chosen, options, diagnostic);
	if (status == 0) {
		gating.whole = chosen.folder_count > 0 || chosen.count > 1;
		gating.update_command = gating_update_command(&gate, argv);
		status = gating_judge(&gating, chosen.traces, chosen.count, diagnostic);
	}
	chosen_finish(&chosen);
	gate_finish(&gate);
	return status;
}

int cmd_check(int argc, char **argv, struct diagnostic *diagnostic)
{
	const struct argp_child children[] = {{gate_argp(), 0, NULL, 0}, {&symbol_argp, 0, NULL, 0}, {0}};
	const struct argp argp = {
		.options = option_table,
		.parser = parse,
		.args_doc = "[TRACE...|FOLDER...]",
		.doc = "Judges recordings by limits and a baseline: exit status 0 if they pass, 1 if not, 2 "
		       "if they could not be judged, 3 if the baseline lacks them.\vTRACE is a file or an "
		       "index of 'mprof list', a FOLDER stands for all traces in it; without any, the "
		       "program of the newest run here.",
		.children = children,
	};
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = check(&options, argv, diagnostic);
	else
		status = status < 0 ? status : STATUS_DONE;
	gate_options_finish(&options.gate);
	option_list_finish(&options.traces);
	symbol_options_finish(&options.symbols);
	return status;
}
