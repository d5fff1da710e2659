/*
 * sites.c - mprof sites: all call sites, by any figure, with who called them.
 */
#include "views/parts.h"

#define SITES_SHOWN 20
#define PATHS_SHOWN 2 /* of a site */

enum { KEY_PATHS = 0x400 };
enum { PATHS }; /* of request->flags */

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	const struct site_choice choice =
		part_site_choice(request, SITES_SHOWN, request->flags[PATHS], PATHS_SHOWN);
	struct profile *profile = *profiles;

	(void)count, (void)diagnostic;
	document->main = "sites";
	part_head(document, profile);
	part_totals(document, profile);
	if (part_sites(document, profile, request, &choice) == 0 && request->for_people)
		part_nothing(document, request->figure == FIGURE_PEAK
					       ? "No call site has any of the peak; --sort allocated shows "
						 "all that allocated."
					       : "No call site has any of that.");
	return 0;
}

static const struct argp_option options[] = {
	{"paths", KEY_PATHS, NULL, 0, "Give the call paths of every call site (in json)", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	(void)argument;
	return key == KEY_PATHS ? (request->flags[PATHS] = true, 0) : ARGP_ERR_UNKNOWN;
}

const struct view view_sites = {
	.name = "sites",
	.summary = "Show all call sites with who called them",
	.doc = "Shows the lines that asked for memory, by any figure, and the call paths that make up most "
	       "of each.",
	.traces = VIEW_ONE,
	.options = options,
	.parse = parse,
	.make = make,
};
