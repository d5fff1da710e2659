/*
 * family.c - which traces of a run are judged: its processes are a family, and not all of it is meant.
 */
#include "check/private.h"

#include <stdlib.h>
#include <string.h>

#define WHY_UNRECORDED "static, set-user-ID, sanitized, or made for another C library or machine"

static const struct input *input_of(const struct check *check, int pid, size_t run)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].pid == pid && check->inputs[i].run == run)
			return &check->inputs[i];
	return NULL;
}

/* Tests of crashes fork a child that crashes, and servers are killed when they have served: whether that was
 * right is for the program to say, by its exit status. */
static void pass_over_killed_children(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		struct input *input = &check->inputs[i];

		input->passed_over |= input->killed && input_of(check, input->parent_pid, input->run) != NULL;
	}
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

static bool serves_another(const struct check *check, const struct input *input)
{
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *other = &check->inputs[i];

		if (!other->system && !other->replaced && other->run == input->run &&
		    other->root == input->root)
			return true;
	}
	return false;
}

/* Shells and tools that a test uses leak as they please: where a program of the project's own is among the
 * processes of a run, that is meant. */
static void pass_over_tools(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].system)
			check->inputs[i].passed_over |= serves_another(check, &check->inputs[i]);
}

/* What its processes started and could not be recorded. */
static uint64_t unrecorded_in_family(const struct check *check, const struct input *input)
{
	uint64_t count = 0;

	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].run == input->run && check->inputs[i].root == input->root)
			count += check->inputs[i].unrecorded;
	return count;
}

/* A shell around a program that cannot be recorded is not what was meant to be judged. */
static void doubt_lone_tools(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		struct input *input = &check->inputs[i];
		uint64_t count;

		if (!input->system || input->passed_over || input->problem)
			continue;
		count = unrecorded_in_family(check, input);
		if (count > 0)
			input->problem = check_string(
				check,
				"only tools of the system were recorded: %llu program%s "
				"that they started cannot be (%s)",
				(unsigned long long)count, count == 1 ? "" : "s", WHY_UNRECORDED);
		else if (!input->note)
			input->note = "a tool of the system: no program of a project's own was recorded";
	}
}

static void tell_of_unrecorded(struct check *check)
{
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (input->unrecorded > 0 && !input->problem)
			complain(check, false, input->key,
				 "%llu program%s that it started cannot be recorded (%s)",
				 (unsigned long long)input->unrecorded, input->unrecorded == 1 ? "" : "s",
				 WHY_UNRECORDED);
	}
}

static void rename_in_run(struct check *check, size_t run, const char *key)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].run == run && check->inputs[i].key == key)
			check->inputs[i].key = check->options->name;
}

/* The name is that of the program that was started, and of its worker processes. */
static void name_program(struct check *check)
{
	if (!check->options->name || !check->options->pids)
		return;
	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (!input->replaced && input->pid == check->options->pids[input->run])
			rename_in_run(check, input->run, input->key);
	}
}

static int by_key(const void *left, const void *right)
{
	const struct input *a = left, *b = right;
	int order = strcmp(a->key, b->key);

	if (order != 0)
		return order;
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
		if (!check->inputs[i].replaced && !check->inputs[i].passed_over)
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
	pass_over_killed_children(check);
	pass_over_tools(check);
	doubt_lone_tools(check);
	name_program(check);
	tell_of_unrecorded(check);
	keep_judged(check);
}
