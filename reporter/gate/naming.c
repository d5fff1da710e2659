/*
 * naming.c - what --name names, of the several programs that a run may turn out to be; and lists of names.
 */
#include "gate/private.h"

#define NAMES_TOLD 3

/* ---- lists ----------------------------------------------------------------------------------- */

/* Names are interned; the same ones come one behind the other. */
void naming_add(struct naming *names, const char *name)
{
	if (names->last == name)
		return;
	names->last = name;
	if (names->count++ < NAMES_TOLD)
		names->text = check_string(names->check, "%s%s'%s'", names->text ? names->text : "",
					   names->text ? ", " : "", name);
}

const char *naming_text(const struct naming *names)
{
	if (names->count <= NAMES_TOLD)
		return names->text ? names->text : "";
	return check_string(names->check, "%s and %zu more", names->text, names->count - NAMES_TOLD);
}

/* ---- --name ---------------------------------------------------------------------------------- */

/* The last program that the process of a run was; NULL if that was not recorded. */
static const struct input *started_input(const struct check *check, size_t run)
{
	const struct input *started = NULL;

	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (input->run == run && input->pid == check->options->pids[run] && !input->replaced)
			started = input;
	}
	return started;
}

/* The one key of a run's programs; NULL if there are several. */
static const char *only_key(const struct check *check, size_t run)
{
	const char *only = NULL;

	for (size_t i = 0; i < check->input_count; i++) {
		const struct input *input = &check->inputs[i];

		if (input->run != run || input->passed_over || input->by_name)
			continue;
		if (only && only != input->key)
			return NULL;
		only = input->key;
	}
	return only;
}

static void rename_in_run(struct check *check, size_t run, const char *key)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].run == run && check->inputs[i].key == key)
			check->inputs[i].key = check->options->name;
}

static void name_in_run(struct check *check, size_t run)
{
	const struct input *started = started_input(check, run);
	bool judged = started && !started->passed_over && !started->by_name;
	const char *key = judged ? started->key : only_key(check, run);

	if (key)
		rename_in_run(check, run, key);
}

/* The name is that of the program that was started, and of its worker processes; where that is but a tool
 * around a single one, that one's. */
void name_program(struct check *check)
{
	size_t runs = 0;

	if (!check->options->name || !check->options->pids)
		return;
	for (size_t i = 0; i < check->input_count; i++)
		runs = check->inputs[i].run >= runs ? check->inputs[i].run + 1 : runs;
	for (size_t run = 0; run < runs; run++)
		name_in_run(check, run);
}

static void tell_of_one_for_all(struct check *check, const char *about)
{
	struct naming called = {.check = check};

	for (size_t i = 0; i < check->input_count; i++) {
		size_t first = 0;

		while (check->inputs[first].called != check->inputs[i].called)
			first++;
		if (first == i)
			naming_add(&called, check->inputs[i].called);
	}
	if (called.count > 1)
		complain(check, false, about,
			 "names %zu programs as one: %s; the greatest figures of all are judged",
			 called.count, naming_text(&called));
}

void tell_of_name(struct check *check)
{
	const char *name = check->options->name, *about;
	struct naming others = {.check = check};
	bool named = false;

	if (!name)
		return;
	about = check_string(check, "--name %s", name);
	if (!check->options->pids) {
		tell_of_one_for_all(check, about);
		return;
	}
	for (size_t i = 0; i < check->input_count; i++) {
		if (check->inputs[i].key == name)
			named = true;
		else
			naming_add(&others, check->inputs[i].key);
	}
	if (named && others.count > 0)
		complain(check, false, about, "names one of %zu programs: the one that was started; not %s",
			 others.count + 1, naming_text(&others));
	else if (others.count > 0)
		complain(check, false, about, "names none of the programs that were judged: %s",
			 naming_text(&others));
}
