/*
 * family.c - which traces of a run are judged: its processes are a family, and not all of it is meant.
 */
#include "gate/private.h"

#include <stdlib.h>
#include <string.h>

static const struct input *input_of(const struct check *check, int pid, size_t run)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].pid == pid && check->inputs[i].run == run)
			return &check->inputs[i];
	return NULL;
}

/* The first process of those that led to this one. */
static int root_of(const struct check *check, const struct input *input)
{
	const struct input *parent;
	size_t steps = 0; /* process numbers that were used twice could make a circle */

	while ((parent = input_of(check, input->parent_pid, input->run)) && parent->pid != input->pid &&
	       steps++ < check->input_count)
		input = parent;
	return input->pid;
}

static bool same_family(const struct input *a, const struct input *b)
{
	return a->run == b->run && a->root == b->root;
}

/* ---- tools ----------------------------------------------------------------------------------- */

static bool serves_another(const struct check *check, const struct input *tool)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (!check->inputs[i].tool && same_family(&check->inputs[i], tool))
			return true;
	return false;
}

/* Of tools alone, those that went on as others are of no interest where one did not. */
static bool gave_way(const struct check *check, const struct input *tool)
{
	for (size_t i = 0; tool->replaced && i < check->input_count; i++) {
		const struct input *other = &check->inputs[i];

		if (same_family(other, tool) &&
		    (!other->replaced || other->started_realtime_ns > tool->started_realtime_ns))
			return true;
	}
	return false;
}

/* Shells and tools that a test uses leak as they please: where a program of the project's own is among the
 * processes of a run, that is meant; and tools only by name. */
static void pass_over_tools(struct check *check)
{
	const struct gate *gate = check->options->gate;

	for (size_t i = 0; i < check->input_count; i++) {
		struct input *input = &check->inputs[i];

		if (!input->tool)
			continue;
		if (!serves_another(check, input)) {
			input->passed_over = gave_way(check, input);
			continue;
		}
		input->by_name = !input->replaced && (gate_limits_by_name(gate, input->key) ||
						      gate_compares_by_name(gate, input->key));
		input->passed_over = !input->by_name;
	}
}

/* ---- children that were cut off -------------------------------------------------------------- */

/* Tests of crashes fork a child that crashes, and servers are killed when they have served: whether that was
 * right is for the program to say, by its exit status.  But what they had taken by then they had taken. */
static void set_partial_children_apart(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		struct input *input = &check->inputs[i];

		if (input->passed_over || !input->killed || !input_of(check, input->parent_pid, input->run))
			continue;
		input->partial = true;
		input->problem = NULL;
	}
}

/* Whether the same is to be said of both. */
static bool same_end(const struct input *a, const struct input *b)
{
	return a->key == b->key && a->signal == b->signal && a->running == b->running;
}

static void tell_of_end(struct check *check, const struct input *input, size_t count)
{
	static const char judged[] = "judged only against limits, by its peak and by what it allocated";
	const char *which = count == 1 ? "it" : check_string(check, "%zu of its processes", count);

	if (input->running)
		complain(check, false, input->key, "%s still ran when the run was over: %s", which, judged);
	else if (input->signal > 0)
		complain(check, false, input->key, "a signal ended %s (%llu): %s", which,
			 (unsigned long long)input->signal, judged);
	else
		complain(check, false, input->key, "a signal ended %s: %s", which, judged);
}

/* Of each program and kind of end once. */
static void tell_of_partial(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		size_t count = 0, before = 0;

		for (size_t k = 0; check->inputs[i].partial && k < check->input_count; k++)
			if (check->inputs[k].partial && same_end(&check->inputs[k], &check->inputs[i])) {
				before += k < i;
				count++;
			}
		if (count > 0 && before == 0)
			tell_of_end(check, &check->inputs[i], count);
	}
}

/* ---- what was not recorded ------------------------------------------------------------------- */

/* What its processes started and went unrecorded; *alone: as the user would have it. */
static uint64_t unrecorded_in_family(const struct check *check, const struct input *input, bool *alone)
{
	uint64_t count = 0;

	*alone = false;
	for (size_t i = 0; i < check->input_count; i++)
		if (same_family(&check->inputs[i], input)) {
			count += check->inputs[i].unrecorded;
			*alone |= check->inputs[i].alone;
		}
	return count;
}

/* "2 programs that it started were not recorded (why)" */
static const char *unrecorded_text(struct check *check, uint64_t count, const char *who, bool alone)
{
	return check_string(check, "%llu program%s that %s started %s not recorded (%s)",
			    (unsigned long long)count, count == 1 ? "" : "s", who,
			    count == 1 ? "was" : "were",
			    alone ? "MPROF_FOLLOW is 0" : PROFILE_WHY_UNRECORDED);
}

/* Whether the family has a program of the project's own that came to its end as such. */
static bool has_whole_program(const struct check *check, const struct input *input)
{
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *other = &check->inputs[i];

		if (!other->tool && !other->replaced && !other->partial && same_family(other, input))
			return true;
	}
	return false;
}

static bool has_successor(const struct check *check, const struct input *input)
{
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *other = &check->inputs[i];

		if (other != input && other->pid == input->pid && other->run == input->run &&
		    other->started_realtime_ns >= input->started_realtime_ns)
			return true;
	}
	return false;
}

/* Of a single recording that was asked for, the others of its run are not known. */
static bool sees_whole_runs(const struct check *check)
{
	return check->options->pids || check->options->whole;
}

/* A shell around a program that went unrecorded is not what was meant to be judged. */
static void doubt_lone_tool(struct check *check, struct input *input)
{
	bool alone;
	uint64_t count = unrecorded_in_family(check, input, &alone);

	if (count > 0)
		input->problem = check_string(check, "only tools of the system were recorded: %s",
					      unrecorded_text(check, count, "they", alone));
	else if (!sees_whole_runs(check))
		input->note = input->note ? input->note : "a tool of the system";
	else if (input->replaced)
		input->problem =
			"only tools of the system were recorded: what one of them went on as was not "
			"(" PROFILE_WHY_UNRECORDED ")";
	else if (!input->note)
		input->note = "a tool of the system: no program of a project's own was recorded; to leave it "
			      "out, run such a program itself under mprof, or limit programs by name in a "
			      "gate file";
}

/* Nor is a program that but prepares for another. */
static void doubt_launcher(struct check *check, struct input *input)
{
	bool alone;
	uint64_t count = unrecorded_in_family(check, input, &alone);

	if (count > 0)
		input->problem = check_string(check, "it went on as another program, and %s",
					      unrecorded_text(check, count, "it", alone));
	else if (sees_whole_runs(check) && !has_successor(check, input))
		input->problem =
			"the program that it went on as was not recorded (" PROFILE_WHY_UNRECORDED ")";
}

static void doubt_what_is_left(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		struct input *input = &check->inputs[i];

		if (input->passed_over || input->by_name || input->partial || input->problem)
			continue;
		if (input->tool)
			doubt_lone_tool(check, input);
		else if (input->replaced && !has_whole_program(check, input))
			doubt_launcher(check, input);
	}
}

static void tell_of_unrecorded(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (input->unrecorded > 0 && !input->problem && !input->alone)
			complain(check, false, input->key, "%s",
				 unrecorded_text(check, input->unrecorded, "it", false));
	}
}

/* ---- what is left ---------------------------------------------------------------------------- */

static int by_key(const void *left, const void *right)
{
	const struct input *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order != 0)
		return order;
	if (a->partial != b->partial)
		return a->partial ? 1 : -1;
	if (a->run != b->run)
		return a->run < b->run ? -1 : 1;
	return strcmp(a->path, b->path);
}

void sort_inputs(struct check *check)
{
	if (check->input_count > 0)
		qsort(check->inputs, check->input_count, sizeof(*check->inputs), by_key);
}

static void keep_judged(struct check *check)
{
	size_t kept = 0;

	for (size_t i = 0; i < check->input_count; i++)
		if (!check->inputs[i].passed_over)
			check->inputs[kept++] = check->inputs[i];
	check->input_count = kept;
	sort_inputs(check);
}

/* Whether a trace was over before another program that has the same key was started. */
static bool is_earlier(const struct input *input, const struct input *newest)
{
	return input->root != newest->root &&
	       input->started_realtime_ns + input->duration_ns < newest->started_realtime_ns;
}

static void add_note(struct check *check, struct input *input, const char *note)
{
	input->note = input->note ? check_string(check, "%s; %s", input->note, note) : note;
}

/* Of the traces of one key and run. */
static void note_earlier(struct check *check, struct input *inputs, size_t count)
{
	const struct input *newest = inputs, *oldest = inputs;
	const char *note;
	size_t earlier = 0;

	for (size_t i = 1; i < count; i++) {
		newest = inputs[i].started_realtime_ns > newest->started_realtime_ns ? &inputs[i] : newest;
		oldest = inputs[i].started_realtime_ns < oldest->started_realtime_ns ? &inputs[i] : oldest;
	}
	for (size_t i = 0; i < count; i++)
		earlier += is_earlier(&inputs[i], newest);
	if (earlier == 0)
		return;
	note = check_string(
		check,
		"%zu of its %zu traces %s of earlier runs (the first is %s), and the greatest figures of "
		"all are judged",
		earlier, count, earlier == 1 ? "is" : "are", oldest->path);
	for (size_t i = 0; i < count; i++)
		add_note(check, &inputs[i], note);
}

void note_earlier_runs(struct check *check)
{
	size_t end;

	for (size_t begin = 0; !check->options->pids && begin < check->input_count; begin = end) {
		const struct input *first = &check->inputs[begin];

		for (end = begin + 1; end < check->input_count && check->inputs[end].key == first->key &&
				      check->inputs[end].run == first->run;)
			end++;
		note_earlier(check, &check->inputs[begin], end - begin);
	}
}

void choose_inputs(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++)
		check->inputs[i].root = root_of(check, &check->inputs[i]);
	pass_over_tools(check);
	set_partial_children_apart(check);
	doubt_what_is_left(check);
	name_program(check);
	tell_of_unrecorded(check);
	keep_judged(check);
	tell_of_partial(check);
	tell_of_name(check);
}
