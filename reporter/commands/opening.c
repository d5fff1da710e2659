/* opening.c - see opening.h. */
#include "commands/opening.h"

#include "recordings/traces.h"

#include <stdlib.h>

error_t opening_take_one(struct argp_state *state, char *argument, const char **trace)
{
	if (*trace)
		return options_error(state, "%s takes one trace, not also '%s'", state->name, argument);
	*trace = argument;
	return 0;
}

void opening_fill(struct profile_options *profile, const struct symbol_options *symbols,
		  struct progress *progress)
{
	profile->no_names = symbols->no_names;
	profile->sources = symbol_options_sources(symbols);
	profile->symbols = symbol_options_symbolizer(symbols);
	profile->symbols.progress = progress_step;
	profile->symbols.progress_context = progress;
	profile->lsan_options = getenv("LSAN_OPTIONS");
	profile->progress = progress_events;
	profile->progress_context = progress;
}

int opening_trace(const char *argument,
		  int (*with)(const char *path, void *context, struct diagnostic *diagnostic), void *context,
		  struct diagnostic *diagnostic)
{
	struct trace_list traces;
	const char *path;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (!error)
		error = trace_list_pick(&traces, argument, &path, diagnostic);
	if (!error) {
		trace_bring_up_to_date(path);
		error = with(path, context, diagnostic);
	}
	trace_list_finish(&traces);
	return error;
}
