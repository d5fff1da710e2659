/*
 * attribute.c - the lines behind a figure that is too high, found by what the baseline has of each function.
 */
#include "check/key.h"
#include "check/parts.h"
#include "check/private.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONTRIBUTORS_MAX 5
#define SMALLEST_SHARE                                                                                       \
	100 /* of the greatest rise: smaller ones explain nothing, and baselines leave them out */
#define FRAMES_MAX 64

/* ---- places ---------------------------------------------------------------------------------- */

/* What follows the folder in a path below it; NULL if it is not below. */
static const char *below(const char *path, const char *folder, size_t length)
{
	return length > 1 && strncmp(path, folder, length) == 0 && path[length] == '/' ? path + length + 1
										       : NULL;
}

/* Relative to here; or, for builds in a folder of their own, to the gate file's folder. */
static const char *short_path(struct check *check, const char *path)
{
	const char *gate = check->options->gate->path, *slash = gate ? strrchr(gate, '/') : NULL, *found;
	char here[PATH_MAX], folder[PATH_MAX];

	if (getcwd(here, sizeof(here)) && (found = below(path, here, strlen(here))))
		return strings_intern(&check->strings, found);
	if (slash && realpath(check_string(check, "%.*s", (int)(slash - gate + 1), gate), folder) &&
	    (found = below(path, folder, strlen(folder))))
		return strings_intern(&check->strings, found);
	return strings_intern(&check->strings, path);
}

static struct verdict_frame frame_of(struct check *check, const struct source_function *function,
				     uint32_t line)
{
	return (struct verdict_frame){strings_intern(&check->strings, function->name),
				      short_path(check, function->file), line};
}

/* From the site outwards, as far as the program's own code reaches. */
static int set_frames(struct check *check, struct report *report, const struct measured_path *path,
		      struct contributor *out)
{
	size_t count, begin = 0;
	struct source_frame *frames = report_measured_frames(report, path->node, FRAMES_MAX, &count);
	struct verdict_frame *kept = check_alloc(check, FRAMES_MAX, sizeof(*kept));

	if (!frames)
		return -ENOMEM;
	while (begin < count &&
	       (frames[begin].function != path->function || frames[begin].line != path->line))
		begin++;
	while (count > begin && (frames[count - 1].function->system || !*frames[count - 1].function->file))
		count--;
	for (size_t i = begin; i < count; i++)
		kept[out->frame_count++] = frame_of(check, frames[i].function, frames[i].line);
	out->frames = kept;
	free(frames);
	return 0;
}

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
	if (used > 0)
		qsort(rises, used, sizeof(*rises), by_amount);
	while (used > CONTRIBUTORS_MAX ||
	       (used > 1 && rises[used - 1].amount < rises[0].amount / SMALLEST_SHARE))
		used--;
	return used;
}

static int set_contributors(struct check *check, struct report *report, const struct rise *rises,
			    size_t count, struct verdict *verdict)
{
	struct contributor *out = check_alloc(check, count, sizeof(*out));
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		const struct measured_path *path = rises[i].part->path;

		out[i] = (struct contributor){
			.site = frame_of(check, path->function, path->line),
			.now = rises[i].part->value,
			.has_before = rises[i].has_before,
			.before = rises[i].before,
		};
		error = set_frames(check, report, path, &out[i]);
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
	struct part *parts = NULL;
	size_t count, used = 0;
	struct measure_place place = gate_place(check->options->gate, subject);
	int error = report_measure(report, &place, &paths, &count, &met);

	if (error)
		return error;
	count = keep_own(whose, paths, count);
	parts = parts_create(paths, count, verdict->figure, &count);
	rises = parts ? calloc(count + 1, sizeof(*rises)) : NULL;
	if (rises) {
		used = find_rises(check, key, verdict->figure, compare, parts, count, rises);
		if (used == 0)
			used = find_rises(check, key, verdict->figure, false, parts, count, rises);
	}
	error = rises ? set_contributors(check, report, rises, used, verdict) : -ENOMEM;
	free(rises);
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
