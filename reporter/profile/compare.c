/* compare.c - see diff.h. */
#include "base/memory.h"
#include "base/text.h"
#include "profile/diff_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t diff_change(const struct diff_row *row)
{
	return (int64_t)(row->new.figure - row->old.figure);
}

int64_t diff_change_blocks(const struct diff_row *row)
{
	return (int64_t)(row->new.blocks - row->old.blocks);
}

/* A comparison on its way. */
struct work {
	const struct diff_choice *choice;
	struct diff_side old, new;
	struct diff_row *rows;
	size_t count, capacity;
};

/* ---- rows ----------------------------------------------------------------------------------- */

/* Sites of one side that a row sums. */
struct part {
	const struct diff_site *sites;
	size_t count;
};

static struct diff_value value_of(const struct work *work, const struct diff_side *side, struct part part,
				  uint64_t *error)
{
	uint64_t sample_bytes = side->profile->info->sample_bytes;
	struct amounts sum = {0};

	for (size_t i = 0; i < part.count; i++)
		amounts_add(&sum, &part.sites[i].amounts);
	amounts_weigh(&sum, sample_bytes);
	*error = figure_infos[work->choice->figure].bytes
			 ? figure_error(&sum, work->choice->figure, sample_bytes)
			 : side->profile->overview.blocks_error;
	return (struct diff_value){figure_of(&sum, work->choice->figure),
				   figure_blocks(&sum, work->choice->figure)};
}

static enum diff_state state_of(struct part old, struct part new)
{
	return old.count == 0 ? DIFF_NEW : new.count == 0 ? DIFF_GONE : DIFF_CHANGED;
}

/* Names are those of NEW, as far as that has any. */
static void add_row(struct work *work, const struct diff_thing *thing, struct part old, struct part new)
{
	uint64_t old_error, new_error;
	const struct diff_site *sites = new.count > 0 ? new.sites : old.sites;
	struct diff_row row = {
		.name = thing->name,
		.place = thing->name,
		.file = work->choice->group == DIFF_MODULE ? "" : thing->file,
		.module = !sites || (work->choice->group == DIFF_FILE && *thing->file)
				  ? ""
				  : sites->function->module,
		.state = state_of(old, new),
		.old = value_of(work, &work->old, old, &old_error),
		.new = value_of(work, &work->new, new, &new_error),
	};

	row.margin = (uint64_t)hypot((double)old_error, (double)new_error);
	work->rows = pool_grow(work->rows, &work->capacity, work->count + 1, sizeof(*work->rows));
	work->rows[work->count++] = row;
}

/* Of a pair of places. */
static void add_place(struct work *work, const struct diff_thing *thing, const struct diff_pair *pair)
{
	const struct diff_site *site = pair->new ? pair->new : pair->old;
	const char *text = pair->new ? diff_source(work->new.profile, pair->new) : NULL;

	add_row(work, thing, (struct part){pair->old, pair->old != NULL},
		(struct part){pair->new, pair->new != NULL});
	struct diff_row *row = &work->rows[work->count - 1];
	if (!site) /* a pair has at least one of the two */
		return;
	row->old_line = pair->old ? pair->old->line : 0;
	row->new_line = pair->new ? pair->new->line : 0;
	row->place = site->line > 0 || work->choice->group == DIFF_LINE ? thing->name : site->place;
	row->source = text || !pair->old ? text : diff_source(work->old.profile, pair->old);
}

/* Code without lines stands on none that could be told from another. */
static bool has_lines(const struct diff_thing *thing)
{
	return !thing || *thing->file;
}

static void add_whole(struct work *work, const struct diff_thing *old, const struct diff_thing *new)
{
	struct part none = {NULL, 0};

	add_row(work, new ? new : old, old ? (struct part){old->sites, old->site_count} : none,
		new ? (struct part){new->sites, new->site_count} : none);
}

static void add_places(struct work *work, const struct diff_thing *old, const struct diff_thing *new)
{
	size_t most = (old ? old->site_count : 0) + (new ? new->site_count : 0);
	struct diff_pair *pairs = memory_zeroed(most, sizeof(*pairs));
	size_t count = diff_align(&work->old, old, &work->new, new, pairs);

	for (size_t i = 0; i < count; i++)
		add_place(work, new ? new : old, &pairs[i]);
	free(pairs);
}

/* A line and a place without one cannot be compared: of what only one side knows the lines, functions are. */
static void add_thing(struct work *work, const struct diff_thing *old, const struct diff_thing *new)
{
	enum diff_group group = work->choice->group;
	bool mixed = old && new &&has_lines(old) != has_lines(new);
	bool lineless = group == DIFF_LINE && !has_lines(new ? new : old);

	if ((group == DIFF_SITE || group == DIFF_LINE) && !mixed && !lineless)
		add_places(work, old, new);
	else
		add_whole(work, old, new);
}

static void add_things(struct work *work)
{
	for (size_t i = 0; i < work->old.thing_count; i++)
		add_thing(work, &work->old.things[i], work->old.things[i].other);
	for (size_t i = 0; i < work->new.thing_count; i++)
		if (!work->new.things[i].other)
			add_thing(work, NULL, &work->new.things[i]);
}

/* ---- to scale --------------------------------------------------------------------------------- */

/* Values that are scaled one after the other, so that what is rounded off one is in the next: sums are exact.
 */
struct scaled {
	uint64_t from, to, before, after; /* sums: in all; of what came so far */
};

static uint64_t scale(struct scaled *scaled, uint64_t value)
{
	uint64_t after;

	if (scaled->from == 0)
		return value;
	scaled->before += value;
	after = (uint64_t)((unsigned __int128)scaled->before * scaled->to / scaled->from);
	value = after - scaled->after;
	scaled->after = after;
	return value;
}

static void normalize(struct work *work)
{
	struct scaled figures = {0}, blocks = {0};

	for (size_t i = 0; i < work->count; i++) {
		figures.from += work->rows[i].old.figure;
		figures.to += work->rows[i].new.figure;
		blocks.from += work->rows[i].old.blocks;
		blocks.to += work->rows[i].new.blocks;
	}
	for (size_t i = 0; i < work->count; i++) {
		work->rows[i].old.figure = scale(&figures, work->rows[i].old.figure);
		work->rows[i].old.blocks = scale(&blocks, work->rows[i].old.blocks);
	}
}

/* ---- what is told ------------------------------------------------------------------------------ */

static uint64_t size_of(int64_t change)
{
	return change < 0 ? -(uint64_t)change : (uint64_t)change;
}

static int compare_rows(const void *left, const void *right)
{
	const struct diff_row *a = left, *b = right;
	uint64_t x = size_of(diff_change(a)), y = size_of(diff_change(b));

	if (x == y) {
		x = size_of(diff_change_blocks(a));
		y = size_of(diff_change_blocks(b));
	}
	if (x != y)
		return x > y ? -1 : 1;
	int order = strcmp(a->name, b->name);
	if (order == 0)
		order = strcmp(a->file, b->file);
	if (order == 0)
		order = strcmp(a->place, b->place);
	return order != 0 ? order : a->new_line < b->new_line ? -1 : a->new_line > b->new_line;
}

static void leave_out(struct diff_rest *rest, const struct diff_row *row)
{
	rest->count++;
	rest->change += diff_change(row);
	rest->change_blocks += diff_change_blocks(row);
}

/* Leaves those rows that are to be told. */
static void narrow(struct work *work, struct diff *diff)
{
	const struct diff_choice *choice = work->choice;
	size_t kept = 0;

	for (size_t i = 0; i < work->count; i++) {
		struct diff_row *row = &work->rows[i];
		uint64_t change = size_of(diff_change(row));

		if (change == 0 && diff_change_blocks(row) == 0)
			continue;
		if (row->margin > 0 && change <= row->margin)
			row->state = DIFF_VAGUE;
		if (!choice->all && change <= figure_infos[choice->figure].floor)
			leave_out(&diff->below, row);
		else if (!choice->all && row->state == DIFF_VAGUE)
			leave_out(&diff->vague, row);
		else
			work->rows[kept++] = *row;
	}
	qsort(work->rows, kept, sizeof(*work->rows), compare_rows);
	for (; choice->limit > 0 && kept > choice->limit; kept--)
		leave_out(&diff->beyond, &work->rows[kept - 1]);
	work->count = kept;
}

/* "app" of "/build/2/app". */
static bool same_program(const struct work *work)
{
	return strcmp(base_name(work->old.profile->info->exe), base_name(work->new.profile->info->exe)) == 0;
}

struct diff profile_diff(struct profile *old, struct profile *new, const struct diff_choice *choice)
{
	struct work work = {.choice = choice};
	struct diff diff = {.scale_new = 1, .scale_old = 1};

	profile_collect_sites(old, true);
	profile_collect_sites(new, true);
	diff_side_init(&work.old, old, new, choice->group);
	diff_side_init(&work.new, new, old, choice->group);
	diff_match(&work.old, &work.new);
	add_things(&work);
	diff.old = work.old.total;
	diff.new = work.new.total;
	diff.same_program = same_program(&work);
	if (choice->normalize && figure_of(&diff.old, choice->figure) > 0) {
		normalize(&work);
		diff.scale_new = figure_of(&diff.new, choice->figure);
		diff.scale_old = figure_of(&diff.old, choice->figure);
	}
	narrow(&work, &diff);
	diff.count = work.count;
	diff.rows = work.rows;
	diff_side_finish(&work.old);
	diff_side_finish(&work.new);
	return diff;
}

void diff_finish(struct diff *diff)
{
	free(diff->rows);
}
