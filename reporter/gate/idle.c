/*
 * idle.c - limits and entries of a baseline that mean nothing of what was recorded: they guard nothing.
 *
 * A function that never allocates is on no recorded call path, and a limit on it is a good one.  So what no
 * path passes is looked for in the programs themselves, whose debug information is read for that alone.
 */
#include "gate/private.h"
#include "base/nearest.h"
#include "profile/existing.h"

#include <stdlib.h>
#include <string.h>

/* What a limit or an entry asks after, and what became of that. */
struct asked {
	const char *program; /* a glob; NULL: every program */
	const struct subject *subject;
	size_t subject_index;
	const char *source;
	bool optional;
	bool wrapper;         /* it judges nothing anyway, but decides who is told */
	bool meant;           /* one of the judged programs */
	bool settled;         /* there is what is asked after, or it has been complained of */
	const char *nameless; /* a program that has no names to look for */
	struct nearest nearest;
};

struct inquiry {
	struct check *check;
	struct asked *asked;
	size_t count;
	bool judged; /* there is any verdict */
};

static struct asked ask(const struct check *check, const char *program, size_t subject, const char *source,
			bool optional)
{
	const struct subject *of = &check->options->gate->subjects[subject];

	return (struct asked){program,
			      of,
			      subject,
			      source,
			      optional || check->options->allow_idle,
			      .nearest = nearest_to(subject > 0 ? of->globs[0]
						    : program   ? program
								: "")};
}

/* Whether any name was looked up, or will be put into the baseline: else no wrapper has had a say. */
static bool wrappers_matter(const struct check *check)
{
	const struct check_result *result = &check->result;
	bool matter = check->options->update;

	for (size_t i = 0; i < check->options->gate->subject_count; i++)
		matter |= check->options->gate->subjects[i].own;
	for (size_t i = 0; i < result->program_count; i++)
		for (size_t v = 0; v < result->programs[i].verdict_count; v++)
			matter |= result->programs[i].verdicts[v].contributor_count > 0;
	return matter;
}

static void ask_wrappers(struct inquiry *inquiry)
{
	struct check *check = inquiry->check;
	const struct gate *gate = check->options->gate;
	size_t count = wrappers_matter(check) ? gate->wrapper_count : 0;
	struct subject *subjects = check_alloc(check, count, sizeof(*subjects));

	for (size_t i = 0; i < count; i++) {
		struct subject *subject = &subjects[i];

		*subject = (struct subject){.text = gate->wrappers[i], .globs = {gate->wrappers[i]}};
		subject->place.selection.functions = subject->globs;
		inquiry->asked[inquiry->count++] = (struct asked){
			.subject = subject,
			.source = gate->wrapper_sources[i],
			.optional = true,
			.wrapper = true,
			.nearest = nearest_to(gate->wrappers[i]),
		};
	}
}

static void ask_all(struct inquiry *inquiry)
{
	struct check *check = inquiry->check;
	const struct gate *gate = check->options->gate;

	inquiry->asked = check_alloc(check, gate->limit_count + gate->rule_count + gate->wrapper_count,
				     sizeof(*inquiry->asked));
	for (size_t i = 0; i < gate->limit_count; i++) {
		const struct limit *limit = &gate->limits[i];

		inquiry->asked[inquiry->count++] =
			ask(check, limit->program, limit->subject, limit->source, limit->optional);
	}
	for (size_t i = 0; gate->baseline_path && i < gate->rule_count; i++) {
		const struct rule *rule = &gate->rules[i];

		inquiry->asked[inquiry->count++] =
			ask(check, rule->program, rule->subject, rule->source, rule->optional);
	}
	ask_wrappers(inquiry);
	inquiry->judged = check->options->update;
	for (size_t i = 0; i < check->result.program_count; i++)
		inquiry->judged |= check->result.programs[i].verdict_count > 0 ||
				   check->result.programs[i].error != NULL;
}

/* ---- programs -------------------------------------------------------------------------------- */

static bool is_met(const struct asked *asked, const struct input *input)
{
	size_t subject = asked->subject_index;

	if (asked->wrapper)
		return false;
	return subject == 0 || input->problem || input->met[subject];
}

static void look_at_inputs(const struct check *check, struct asked *asked)
{
	for (size_t i = 0; i < check->input_count; i++) {
		if (!gate_means(asked->program, check->inputs[i].key))
			continue;
		asked->meant = true;
		asked->settled |= is_met(asked, &check->inputs[i]);
	}
}

static void try_keys(struct check *check, struct nearest *nearest)
{
	for (size_t i = 0; i < check->result.program_count; i++) {
		const char *key = check->result.programs[i].key;

		nearest_try(nearest, check_string(check, "%.*s", (int)strcspn(key, " "), key));
		nearest_try(nearest, key);
	}
}

static const char *suggestion(struct check *check, const struct nearest *nearest)
{
	return nearest->found ? check_string(check, "; did you mean '%s'?", nearest->found) : "";
}

/* All that is said of one program is complained of once. */
static void settle_program(struct inquiry *inquiry, struct asked *asked)
{
	for (struct asked *other = asked; other < inquiry->asked + inquiry->count; other++)
		other->settled |= other->program == asked->program;
}

static void complain_of_program(struct inquiry *inquiry, struct asked *asked)
{
	struct check *check = inquiry->check;

	asked->nearest = nearest_to(asked->program);
	try_keys(check, &asked->nearest);
	complain(check, !asked->optional, asked->source, "judged nothing: no recorded program is '%s'%s",
		 asked->program, suggestion(check, &asked->nearest));
	settle_program(inquiry, asked);
}

/* Of a gate for many programs, one that was started alone is one: that others are not there is no mistake, as
 * long as it says something of this one. */
static bool is_for_others(const struct inquiry *inquiry, const struct asked *asked)
{
	return inquiry->check->options->pids && inquiry->judged && !asked->meant;
}

static void tell_of_others(struct inquiry *inquiry)
{
	struct check *check = inquiry->check;
	struct naming others = {.check = check};
	const char *source = NULL;

	for (size_t i = 0; i < inquiry->count; i++) {
		struct asked *asked = &inquiry->asked[i];

		if (asked->settled || !is_for_others(inquiry, asked))
			continue;
		source = source ? source : asked->source;
		naming_add(&others, asked->program);
		settle_program(inquiry, asked);
	}
	if (others.count > 0)
		complain(check, false, source, "judged nothing here of other programs: %s",
			 naming_text(&others));
}

static void settle_programs(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->count; i++)
		look_at_inputs(inquiry->check, &inquiry->asked[i]);
	tell_of_others(inquiry);
	for (size_t i = 0; i < inquiry->count; i++)
		if (!inquiry->asked[i].settled && !inquiry->asked[i].meant)
			complain_of_program(inquiry, &inquiry->asked[i]);
}

/* ---- functions and lines ------------------------------------------------------------------------ */

/* Whether any recorded call path passes a function. */
static bool is_passed(struct profile *profile, const struct source_function *function)
{
	const char *const name[] = {function->name, NULL};
	struct measure_place place = {.selection.functions = name};
	struct measured_path *paths = NULL;
	bool met = false;
	size_t count;

	/* Out of memory: nobody can tell then. */
	if (profile_measure(profile, &place, &paths, &count, &met) != 0)
		return true;
	free(paths);
	return met;
}

/* Nothing of it is there, so its 0 is no pass. */
static void unjudge(struct check *check, const struct asked *asked)
{
	for (size_t i = 0; i < check->result.program_count; i++) {
		struct checked_program *program = &check->programs[i];

		for (size_t k = 0; k < program->verdict_count && gate_means(asked->program, program->key);
		     k++)
			if (program->verdicts[k].pattern == asked->subject->text &&
			    program->verdicts[k].against_baseline == asked->subject->own)
				program->verdicts[k].outcome = OUTCOME_NOT_JUDGED;
	}
}

/* What is called by two names, and stands in no path by this one: what it took stands at the other. */
static void look_for_namesake(struct check *check, struct profile *profile, struct asked *asked)
{
	const struct source_function *other = profile_namesake(profile, &asked->subject->place.selection);

	if (!other || !is_passed(profile, other))
		return;
	unjudge(check, asked);
	complain(check, !asked->optional, asked->source,
		 "judged nothing: '%s' and '%s' are the same code (an alias, or folded by the linker), which "
		 "was recorded as the latter",
		 asked->subject->text, other->name);
}

static void look_into(struct check *check, struct profile *profile, const struct input *input,
		      struct asked *asked)
{
	bool line = asked->subject->place.line > 0;

	asked->settled = profile_has_place(profile, &asked->subject->place);
	if (asked->settled && !line && !asked->wrapper)
		look_for_namesake(check, profile, asked);
	if (asked->settled)
		return;
	profile_try_names(profile, line, &asked->nearest);
	if (asked->nearest.found)
		asked->nearest.found = strings_intern(&check->strings, asked->nearest.found);
	if (!(line ? profile_has_lines(profile) : profile_has_names(profile)))
		asked->nameless = input->key;
}

/* Whether it is still asked after in this executable, under whatever key. */
static bool is_asked_of(const struct check *check, const struct asked *asked, const char *exe)
{
	for (size_t i = 0; !asked->settled && i < check->input_count; i++)
		if (check->inputs[i].exe == exe && gate_means(asked->program, check->inputs[i].key))
			return true;
	return false;
}

static bool any_is_asked_of(const struct inquiry *inquiry, const char *exe)
{
	for (size_t i = 0; i < inquiry->count; i++)
		if (is_asked_of(inquiry->check, &inquiry->asked[i], exe))
			return true;
	return false;
}

/* Whether the executable has been looked into. */
static bool is_known(const struct check *check, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (check->inputs[i].exe == check->inputs[index].exe && !check->inputs[i].problem)
			return true;
	return false;
}

static int look_into_programs(struct inquiry *inquiry, struct diagnostic *diagnostic)
{
	struct check *check = inquiry->check;
	struct profile_options options = *check->options->profile;
	struct profile *profile;
	int error = 0;

	for (size_t i = 0; !error && i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (input->problem || is_known(check, i) || !any_is_asked_of(inquiry, input->exe))
			continue;
		error = profile_open(input->path, &options, &profile, diagnostic);
		for (size_t k = 0; !error && k < inquiry->count; k++)
			if (is_asked_of(check, &inquiry->asked[k], input->exe))
				look_into(check, profile, input, &inquiry->asked[k]);
		profile_close(profile);
	}
	return error;
}

static void complain_of_place(struct check *check, const struct asked *asked)
{
	const char *text = asked->subject->text, *what, *hint = suggestion(check, &asked->nearest);
	bool line = asked->subject->place.line > 0;

	/* A file that is there needs no better name. */
	if (line && asked->nearest.found && asked->nearest.distance == 0)
		hint = "";
	what = line ? "no code stands at" : "no function of the program is called";
	if (asked->nameless)
		hint = check_string(check, "; %s has no %s: it was %s", asked->nameless,
				    line ? "lines" : "names of functions",
				    line ? "compiled without -g, or stripped" : "stripped");
	complain(check, !asked->optional, asked->source, "%s%s '%s'%s",
		 asked->wrapper ? "" : "judged nothing: ", what, text, hint);
}

int find_idle(struct check *check, struct diagnostic *diagnostic)
{
	struct inquiry inquiry = {.check = check};
	int error;

	/* Where nothing could be read, that is complained of. */
	if (check->input_count == 0)
		return 0;
	ask_all(&inquiry);
	settle_programs(&inquiry);
	error = look_into_programs(&inquiry, diagnostic);
	for (size_t i = 0; !error && i < inquiry.count; i++)
		if (!inquiry.asked[i].settled) {
			if (!inquiry.asked[i].wrapper)
				unjudge(check, &inquiry.asked[i]);
			complain_of_place(check, &inquiry.asked[i]);
		}
	return error;
}

/* ---- programs of the baseline ------------------------------------------------------------------- */

static void see_program(void *context, const char *key)
{
	struct naming *absent = context;
	struct check *check = absent->check;

	for (size_t i = 0; i < check->input_count; i++)
		if (strcmp(check->inputs[i].key, key) == 0)
			return;
	naming_add(absent, key);
}

/* Who judges one program, or one recording, has not meant the others. */
void tell_of_absent(struct check *check)
{
	const struct check_options *options = check->options;
	struct naming absent = {.check = check};

	if (options->update || !(options->whole || check->result.program_count > 1))
		return;
	baseline_programs(check->baseline, see_program, &absent);
	if (absent.count > 0)
		complain(check, false, options->gate->baseline_path,
			 "of %zu of its programs there is no recording here: %s", absent.count,
			 naming_text(&absent));
}
