/*
 * collect.c - from a trace to the figures of every subject.
 */
#include "gate/key.h"
#include "gate/check.h"
#include "gate/private.h"
#include "base/signal_name.h"
#include "profile/leaks.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct tally tally_of(const struct amounts *amounts)
{
	struct tally tally;

	for (enum figure figure = 0; figure < FIGURES_LIMITED; figure++) {
		tally.of[figure] = figure_of(amounts, figure);
		tally.vague[figure] = figure_vague(amounts, figure);
	}
	return tally;
}

static struct tally whole_program(struct profile *profile)
{
	const struct overview *overview = profile_overview(profile, true);
	struct tally tally = tally_of(&overview->total);

	tally.of[FIGURE_RSS] = overview->peak_rss_bytes;
	return tally;
}

/* A baseline's subject is told by who asked, a limit's by who is on the path. */
static int tally_subject(struct profile *profile, const struct gate *gate, size_t index, struct tally *tally,
			 bool *met)
{
	const struct subject *subject = &gate->subjects[index];
	struct measure_place place = gate_place(gate, index);
	struct measured_path *paths;
	struct amounts sum = {0};
	size_t count;
	bool passed;
	int error = profile_measure(profile, &place, &paths, &count, &passed);

	if (error)
		return error;
	for (size_t i = 0; i < count; i++)
		if (!subject->own || selection_matches(&subject->place.selection, paths[i].function)) {
			amounts_add(&sum, &paths[i].amounts);
			*met = true;
		}
	*tally = tally_of(&sum);
	*met |= passed && !subject->own;
	free(paths);
	return 0;
}

/* Whether a program may be meant, which may still get a folder before its name. */
static bool may_be_meant(const char *glob, const char *key)
{
	const char *slash = glob ? memrchr(glob, '/', strcspn(glob, " ")) : NULL;

	return gate_means(glob, key) || (slash && gate_means(slash + 1, key));
}

/* Names are looked up only for those subjects that this program is asked about. */
static bool is_asked(const struct gate *gate, size_t subject, const char *key)
{
	for (size_t i = 0; i < gate->limit_count; i++)
		if (gate->limits[i].subject == subject && may_be_meant(gate->limits[i].program, key))
			return true;
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		if (gate_compares(gate, key, subject, figure))
			return true;
	return false;
}

static const char *killed_by(struct check *check, uint64_t signal)
{
	char number[32];

	if (signal == 0)
		return "it was killed before its end";
	return check_string(check, "it was killed by %s before its end", signal_name(signal, number));
}

static const char *problem_of(struct check *check, const struct trace_info *info)
{
	if (info->end_flags & END_FOREIGN_MALLOC)
		return "it brings its own malloc, so that almost nothing was recorded";
	if (info->blind_since_ns > 0)
		return check_string(check, "its recording ended after %.3f s, before the program did",
				    (double)(info->blind_since_ns - 1) / 1e9);
	if (info->lost_events > 0)
		return check_string(check, "%llu events were lost for want of memory",
				    (unsigned long long)info->lost_events);
	if (info->damaged_at > 0)
		return check_string(check, "its trace is cut off at byte %llu",
				    (unsigned long long)info->damaged_at);
	if (info->end_kind == END_KILLED)
		return killed_by(check, info->end_signal);
	return info->ended ? NULL : "it did not end, or still runs";
}

static const char *note_of(const struct trace_info *info)
{
	if (info->sample_bytes > 0)
		return "blocks were sampled: its figures are estimates";
	if (info->end_kind == END_REPLACED)
		return "it went on as another program: what it held then is no leak";
	if (info->end_kind == END_UNKNOWN)
		return "it ended, how is unknown: what it had not freed by then counts as leaked";
	return NULL;
}

static struct input describe(struct check *check, const char *path, size_t run, struct profile *profile)
{
	const struct trace_info *info = profile_trace(profile);

	return (struct input){
		.path = strings_intern(&check->strings, path),
		.exe = strings_intern(&check->strings, info->exe),
		.key = program_key(&check->strings, info->exe, info->command),
		.pid = info->pid,
		.parent_pid = info->parent_pid,
		.run = run,
		.killed = (info->end_kind == END_KILLED || !info->ended) && info->damaged_at == 0,
		.running = !info->ended,
		.signal = info->end_signal,
		.replaced = info->end_kind == END_REPLACED,
		.tool = program_is_tool(info->exe),
		.alone = profile_is_alone(info),
		.problem = problem_of(check, info),
		.note = note_of(info),
		.started_realtime_ns = info->started_realtime_ns,
		.duration_ns = info->duration_ns,
		.unrecorded = info->unrecorded_children,
		.thread_count = info->thread_count,
		.sample_bytes = info->sample_bytes,
		.blocks_error = profile_overview(profile, false)->blocks_error,
	};
}

/* What is live where a program is cut off is not left by it. */
static void drop_leaks(const struct gate *gate, struct input *input)
{
	for (size_t i = 0; i < gate->subject_count; i++)
		for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
			if (figure_infos[figure].of_end)
				input->tallies[i].of[figure] = 0;
}

/* The gate's suppressions are the first of the profile's, and the only ones that all traces have. */
static void take_suppressed(struct check *check, struct profile *profile, struct input *input)
{
	size_t own = check->options->gate->suppressions.count, count;
	const struct leak_rule *rules = profile_suppression_rules(profile, &count);
	struct suppressed_leaks *others = check_alloc(check, count - own, sizeof(*others));

	input->suppressed = check_alloc(check, own, sizeof(*input->suppressed));
	for (size_t i = 0; i < own; i++)
		input->suppressed[i] = profile_suppressed(profile, i);
	for (size_t i = own; i < count; i++)
		if (rules[i].blocks > 0)
			others[input->by_others_count++] = (struct suppressed_leaks){
				.pattern = check_string(check, "%s", rules[i].pattern),
				.bytes = rules[i].bytes,
				.blocks = rules[i].blocks};
	input->by_others = others;
}

static int take_figures(struct check *check, struct profile *profile, struct input *input)
{
	const struct gate *gate = check->options->gate;
	int error = 0;

	input->tallies = check_alloc(check, gate->subject_count, sizeof(*input->tallies));
	input->met = check_alloc(check, gate->subject_count, sizeof(*input->met));
	input->uncounted = check_alloc(check, gate->subject_count, sizeof(*input->uncounted));
	take_suppressed(check, profile, input);
	input->tallies[0] = whole_program(profile);
	for (size_t i = 1; !error && i < gate->subject_count; i++) {
		if (!is_asked(gate, i, input->key))
			continue;
		if (gate->subjects[i].own)
			error = recall_wrappers(check, input->key, profile);
		if (!error)
			error = tally_subject(profile, gate, i, &input->tallies[i], &input->met[i]);
		input->uncounted[i] =
			profile_hits(profile, &gate->subjects[i].place, &input->tallies[i].of[FIGURE_HITS]);
		input->met[i] |= !input->uncounted[i];
	}
	if (input->replaced || input->killed)
		drop_leaks(gate, input);
	return error;
}

/* What cannot be read is no pass, and keeps none of the others back. */
static int refuse(struct check *check, const char *path, const struct diagnostic *why, int error)
{
	size_t length = strlen(path);
	const char *message = why->message;

	if (error == -ENOMEM)
		return error;
	if (strncmp(message, path, length) == 0 && strncmp(message + length, ": ", 2) == 0)
		message += length + 2;
	complain(check, true, strings_intern(&check->strings, path), "cannot be read: %s", message);
	return 0;
}

int check_add(struct check *check, const char *path, size_t run, struct diagnostic *diagnostic)
{
	struct profile_options options = *check->options->profile;
	struct profile *profile;
	struct input input;
	int error;

	error = profile_open(path, &options, &profile, diagnostic);
	if (error)
		return refuse(check, path, diagnostic, error);
	input = describe(check, path, run, profile);
	input.called = input.key;
	if (check->options->name && !check->options->pids)
		input.key = check->options->name;
	if (take_figures(check, profile, &input) != 0)
		error = diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	profile_close(profile);
	check->inputs = pool_grow(check->inputs, &check->input_capacity, check->input_count + 1,
				  sizeof(*check->inputs));
	check->inputs[check->input_count++] = input;
	return error;
}
