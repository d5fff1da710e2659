/*
 * diff_match.c - which functions, files and modules of two recordings are the same.
 *
 * Names decide.  Where several have one name, those go together whose paths have most of their ends in
 * common: builds in other folders are the same, and so is a file that was moved.
 */
#include "base/memory.h"
#include "profile/diff_private.h"

#include <stdlib.h>
#include <string.h>

#define PAIRS_MOST 250000 /* that are weighed against each other; more go together in order */

/* How many components two paths have in common, from their ends. */
static unsigned common_end(const char *a, const char *b)
{
	const char *x = a + strlen(a), *y = b + strlen(b);
	unsigned components = 0;

	while (x > a && y > b && x[-1] == y[-1]) {
		x--, y--;
		components += *x == '/';
	}
	/* A path's beginning is that of a component, too. */
	bool begun = *x && *x != '/' && (x == a || x[-1] == '/') && (y == b || y[-1] == '/');
	return components + begun;
}

/* Files tell more than modules. */
static unsigned likeness(const struct diff_thing *a, const struct diff_thing *b)
{
	unsigned modules = common_end(a->module, b->module);

	return 64 * common_end(a->file, b->file) + (modules < 63 ? modules : 63);
}

struct pair {
	struct diff_thing *old, *new;
	unsigned likeness;
};

static void join(struct diff_thing *old, struct diff_thing *new)
{
	old->other = new;
	new->other = old;
}

static int alike_first(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->likeness != b->likeness)
		return a->likeness > b->likeness ? -1 : 1;
	if (a->old != b->old)
		return a->old < b->old ? -1 : 1;
	return a->new < b->new ? -1 : a->new > b->new;
}

/* Those most alike first; what has nothing in common but the name is not the same. */
static void join_alike(struct diff_thing *old, size_t old_count, struct diff_thing *new, size_t new_count)
{
	struct pair *pairs = memory_zeroed(old_count * new_count, sizeof(*pairs));
	size_t count = 0;

	for (size_t i = 0; i < old_count; i++)
		for (size_t k = 0; k < new_count; k++)
			pairs[count++] = (struct pair){&old[i], &new[k], likeness(&old[i], &new[k])};
	qsort(pairs, count, sizeof(*pairs), alike_first);
	for (size_t i = 0; i < count && pairs[i].likeness > 0; i++)
		if (!pairs[i].old->other && !pairs[i].new->other)
			join(pairs[i].old, pairs[i].new);
	free(pairs);
}

static void join_namesakes(struct diff_thing *old, size_t old_count, struct diff_thing *new, size_t new_count)
{
	if (old_count == 1 && new_count == 1) {
		join(old, new);
	} else if (old_count * new_count <= PAIRS_MOST) {
		join_alike(old, old_count, new, new_count);
	} else {
		for (size_t i = 0; i < old_count && i < new_count; i++)
			join(&old[i], &new[i]);
	}
}

/* Things are sorted by key. */
static size_t namesakes(const struct diff_side *side, size_t begin)
{
	size_t end = begin + 1;

	while (end < side->thing_count && strcmp(side->things[end].key, side->things[begin].key) == 0)
		end++;
	return end - begin;
}

void diff_match(struct diff_side *old, struct diff_side *new)
{
	size_t i = 0, k = 0;

	while (i < old->thing_count && k < new->thing_count) {
		int order = strcmp(old->things[i].key, new->things[k].key);
		size_t old_count = namesakes(old, i), new_count = namesakes(new, k);

		if (order == 0)
			join_namesakes(&old->things[i], old_count, &new->things[k], new_count);
		i += order <= 0 ? old_count : 0;
		k += order >= 0 ? new_count : 0;
	}
}
