/*
 * attribute.c - the lines behind a figure that is too high, found by what the baseline has of each function.
 */
#include "check/callers.h"
#include "check/key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONTRIBUTORS_MAX 5
#define SMALLEST_SHARE                                                                                       \
	100 /* of the greatest rise: smaller ones explain nothing, and baselines leave them out */

/* ---- who ------------------------------------------------------------------------------------- */

struct rise {
	const struct part *part;
	bool has_before;
	uint64_t before, amount;
};

static int by_amount(const void *left, const void *right)
{
	const struct rise *a = left, *b = right;

	if (a->amount != b->amount)
		return a->amount > b->amount ? -1 : 1;
	return strcmp(a->part->name, b->part->name);
}

/* What a function had when the baseline was made; without one, all that it has counts. */
static size_t find_rises(const struct check *check, const char *key, enum figure figure, bool compare,
			 const struct part *parts, size_t count, struct rise *rises)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t before =
			compare ? baseline_function(check->baseline, key, parts[i].name, figure) : 0;

		if (parts[i].value > before)
			rises[used++] = (struct rise){&parts[i], compare, before, parts[i].value - before};
	}
	return used;
}

/* What a baseline cannot tell apart, since it has no names, can be told apart here.  `split` has room for as
 * many parts as there are paths. */
static size_t split_nameless(struct rise *rises, size_t count, enum figure figure, struct part *split)
{
	for (size_t i = 0, whole = count; i < whole; i++) {
		size_t parts = parts_split(rises[i].part, figure, split);

		for (size_t k = 0; k < parts; k++) {
			struct rise *rise = k == 0 ? &rises[i] : &rises[count++];

			*rise = (struct rise){.part = split, .amount = split->value};
			split++;
		}
	}
	return count;
}

static size_t keep_greatest(struct rise *rises, size_t count)
{
	if (count > 0)
		qsort(rises, count, sizeof(*rises), by_amount);
	while (count > CONTRIBUTORS_MAX ||
	       (count > 1 && rises[count - 1].amount < rises[0].amount / SMALLEST_SHARE))
		count--;
	return count;
}

static int set_contributors(struct check *check, struct report *report, const struct rise *rises,
			    size_t count, struct verdict *verdict)
{
	struct contributor *out = check_alloc(check, count, sizeof(*out));
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		const struct measured_path *path = rises[i].part->path;

		out[i] = (struct contributor){
			.site = verdict_frame_of(check, path->function, path->line),
			.now = rises[i].part->value,
			.has_before = rises[i].has_before,
			.before = rises[i].before,
		};
		error = callers_find(check, report, rises[i].part, verdict->figure, &out[i]);
	}
	verdict->contributors = out;
	verdict->contributor_count = count;
	return error;
}

/* Of a baseline's subject those paths whose own function is meant. */
static size_t keep_own(const struct subject *subject, struct measured_path *paths, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (!subject->own || selection_matches(&subject->place.selection, paths[i].function))
			paths[kept++] = paths[i];
	return kept;
}

static int find_contributors(struct check *check, const char *key, struct report *report, size_t subject,
			     struct verdict *verdict)
{
	const struct subject *whose = &check->options->gate->subjects[subject];
	bool met, compare = baseline_has(check->baseline, key) && (subject == 0 || whose->own);
	struct measured_path *paths;
	struct rise *rises = NULL;
	struct part *parts = NULL, *split = NULL;
	size_t count, path_count, used = 0;
	struct measure_place place = gate_place(check->options->gate, subject);
	int error = recall_wrappers(check, key, report);

	if (!error)
		error = report_measure(report, &place, &paths, &count, &met);
	if (error)
		return error;
	path_count = keep_own(whose, paths, count);
	parts = parts_create(paths, path_count, verdict->figure, &count);
	split = calloc(path_count + 1, sizeof(*split));
	rises = calloc(path_count + 1, sizeof(*rises));
	if (parts && split && rises) {
		used = find_rises(check, key, verdict->figure, compare, parts, count, rises);
		if (used == 0)
			used = find_rises(check, key, verdict->figure, false, parts, count, rises);
		used = split_nameless(rises, used, verdict->figure, split);
		used = keep_greatest(rises, used);
	}
	error = parts && split && rises ? set_contributors(check, report, rises, used, verdict) : -ENOMEM;
	free(rises);
	free(split);
	free(parts);
	free(paths);
	return error;
}

/* ---- more -------------------------------------------------------------------------------------- */

/* The key of mprof report that orders by this figure. */
static const char *sort_of(enum figure figure)
{
	switch (figure) {
	case FIGURE_LEAKED:
	case FIGURE_LEAKED_BLOCKS:
		return " --sort leaked";
	case FIGURE_ALLOCATIONS:
		return " --sort allocations";
	case FIGURE_ALLOCATED:
		return " --sort allocated";
	case FIGURE_TEMPORARY:
		return " --sort temporary";
	default:
		return "";
	}
}

/* A command that shows a trace; where that will be gone, those that make it again and show the newest. */
static const char *command_on(struct check *check, const char *command, const struct input *input)
{
	const char *record = check->options->record_command;

	return record ? check_string(check, "%s; mprof %s", record, command)
		      : check_string(check, "mprof %s %s", command,
				     shell_quoted(&check->strings, input->path));
}

static void set_more(struct check *check, const struct input *input, struct verdict *verdict)
{
	const char *function = verdict->contributor_count > 0
				       ? glob_quoted(&check->strings, verdict->contributors->site.function)
				       : NULL;

	if (verdict->figure == FIGURE_RSS)
		verdict->more = command_on(check, "peak", input);
	else if (verdict->figure == FIGURE_COLLECTIONS)
		verdict->more = command_on(check, "gc", input);
	else
		verdict->more = check_string(check, "%s%s%s%s", command_on(check, "report", input),
					     sort_of(verdict->figure), function ? " -f " : "",
					     function ? shell_quoted(&check->strings, function) : "");
}

int attribute(struct check *check, const char *key, const struct input *input, size_t subject,
	      struct verdict *verdict, struct diagnostic *diagnostic)
{
	struct report_options options = *check->options->report;
	struct report *report;
	int error;

	options.detail = REPORT_SUMMARY;
	error = report_create(input->path, &options, &report, diagnostic);
	if (error)
		return error;
	if (verdict->figure != FIGURE_RSS && find_contributors(check, key, report, subject, verdict) != 0)
		error = diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", input->path);
	report_destroy(report);
	if (!error)
		set_more(check, input, verdict);
	return error;
}
