/*
 * attribute.c - the lines behind a figure that is too high, found by what the baseline has of each function.
 */
#include "gate/callers.h"
#include "gate/key.h"

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
	uint64_t before, before_below, amount;
};

static int by_amount(const void *left, const void *right)
{
	const struct rise *a = left, *b = right;

	if (a->amount != b->amount)
		return a->amount > b->amount ? -1 : 1;
	return strcmp(a->part->name, b->part->name);
}

static size_t take_all(const struct part *parts, size_t count, struct rise *rises)
{
	for (size_t i = 0; i < count; i++)
		rises[i] = (struct rise){.part = &parts[i], .amount = parts[i].value};
	return count;
}

/* From what a function had when the baseline was made.  That has nothing `below` a floor: a function that it
 * does not name may have had so much, so one that has no more now has not risen for all that is known, and of
 * one that has, half of that is taken to have been there. */
static size_t find_rises(const struct check *check, const char *key, enum figure figure, uint64_t below,
			 const struct part *parts, size_t count, struct rise *rises)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t before = baseline_function(check->baseline, key, parts[i].name, figure);
		uint64_t unknown = before == 0 && below > 1 ? below : 0;

		if (parts[i].value > before && parts[i].value >= unknown)
			rises[used++] = (struct rise){&parts[i], true, before, unknown,
						      parts[i].value - before - unknown / 2};
	}
	return used;
}

/* What a baseline leaves out of the whole program, whose own figure none of its functions exceeds; what is
 * compared by itself is there however small. */
static uint64_t left_out_below(const struct check *check, const char *key, size_t subject,
			       const struct verdict *verdict)
{
	double tolerance;
	uint64_t floor;

	if (subject > 0)
		return 0;
	gate_margin(check->options->gate, key, 0, verdict->figure, &tolerance, &floor);
	return floor <= verdict->base_high ? floor : verdict->base_high + 1;
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

static int set_contributors(struct check *check, struct profile *profile, const struct rise *rises,
			    size_t count, struct verdict *verdict)
{
	struct contributor *out = check_alloc(check, count, sizeof(*out));
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		const struct measured_path *path = rises[i].part->path;

		out[i] = (struct contributor){
			.site = verdict_frame_of(check, path->function, path->line, path->place),
			.now = rises[i].part->value,
			.has_before = rises[i].has_before,
			.before = rises[i].before,
			.before_below = rises[i].before_below,
		};
		callers_find(check, profile, rises[i].part, verdict->figure, &out[i]);
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

static int find_contributors(struct check *check, const char *key, struct profile *profile, size_t subject,
			     struct verdict *verdict)
{
	const struct subject *whose = &check->options->gate->subjects[subject];
	bool met;
	struct measured_path *paths;
	struct rise *rises = NULL;
	struct part *parts = NULL, *split = NULL;
	size_t count, path_count, used = 0;
	struct measure_place place = gate_place(check->options->gate, subject);
	int error = recall_wrappers(check, key, profile);

	if (!error)
		error = profile_measure(profile, &place, &paths, &count, &met);
	if (error)
		return error;
	path_count = keep_own(whose, paths, count);
	parts = parts_create(paths, path_count, verdict->figure, &count);
	split = calloc(path_count + 1, sizeof(*split));
	rises = calloc(path_count + 1, sizeof(*rises));
	if (parts && split && rises) {
		if (verdict->against_baseline)
			used = find_rises(check, key, verdict->figure,
					  left_out_below(check, key, subject, verdict), parts, count, rises);
		if (used == 0)
			used = take_all(parts, count, rises);
		used = split_nameless(rises, used, verdict->figure, split);
		used = keep_greatest(rises, used);
	}
	error = parts && split && rises ? set_contributors(check, profile, rises, used, verdict) : -ENOMEM;
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

/* A command that shows a trace; where that may be gone, those that make it again and show the newest. */
static const char *command_on(struct check *check, const char *command, const struct input *input,
			      enum outcome outcome)
{
	const char *record = check->options->record_command;
	bool goes = record && (check->options->fleeting || outcome != OUTCOME_FAILED);

	return goes ? check_string(check, "%s; mprof %s", record, command)
		    : check_string(check, "mprof %s %s", command, shell_quoted(&check->strings, input->path));
}

/* The function to look at: the one that is judged, or has most; NULL: there is none. */
static const char *function_of(struct check *check, const struct subject *subject,
			       const struct verdict *verdict)
{
	if (verdict->contributor_count > 0)
		return glob_quoted(&check->strings, verdict->contributors->site.function);
	return verdict->figure == FIGURE_HITS && subject->place.line == 0 ? subject->text : NULL;
}

static void set_more(struct check *check, const struct input *input, const struct subject *subject,
		     struct verdict *verdict)
{
	const char *function = function_of(check, subject, verdict);

	if (verdict->figure == FIGURE_RSS)
		verdict->more = command_on(check, "peak", input, verdict->outcome);
	else if (verdict->figure == FIGURE_COLLECTIONS)
		verdict->more = command_on(check, "gc", input, verdict->outcome);
	else
		verdict->more =
			check_string(check, "%s%s%s%s", command_on(check, "report", input, verdict->outcome),
				     sort_of(verdict->figure), function ? " -f " : "",
				     function ? shell_quoted(&check->strings, function) : "");
}

int attribute(struct check *check, const char *key, const struct input *input, size_t subject,
	      struct verdict *verdict, struct diagnostic *diagnostic)
{
	struct profile_options options = *check->options->profile;
	struct profile *profile;
	int error;

	error = profile_open(input->path, &options, &profile, diagnostic);
	if (error)
		return error;
	if (figure_infos[verdict->figure].amount != NO_AMOUNT &&
	    find_contributors(check, key, profile, subject, verdict) != 0)
		error = diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", input->path);
	profile_close(profile);
	if (!error)
		set_more(check, input, &check->options->gate->subjects[subject], verdict);
	return error;
}
