/*
 * breakdown_tables.c - see breakdown_tables.h.
 */
#include "figures/breakdown_tables.h"

#include "trace/array.h"

#include <errno.h>
#include <stdlib.h>

void breakdown_tables_finish(struct breakdown_tables *tables)
{
	array_free(tables->kinds, tables->kind_capacity, sizeof(*tables->kinds));
	array_free(tables->pairs, tables->pair_capacity, sizeof(*tables->pairs));
	array_free(tables->lifetimes, tables->lifetime_capacity, sizeof(*tables->lifetimes));
	free(tables->threads);
	*tables = (struct breakdown_tables){0};
}

/* ---- adding --------------------------------------------------------------------------------- */

/* The rows with room for one more; NULL: no memory. */
static void *reserve(void *rows, size_t count, size_t *capacity, size_t row_bytes)
{
	size_t more = array_generous(*capacity, count + 1);

	if (count < *capacity)
		return rows;
	void *grown = array_grow(rows, *capacity, more, row_bytes, ARRAY_DENSE);
	if (grown)
		*capacity = more;
	return grown;
}

int breakdown_add_kind(struct breakdown_tables *tables, const struct kind_row *row)
{
	struct kind_row *rows =
		reserve(tables->kinds, tables->kind_count, &tables->kind_capacity, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	tables->kinds = rows;
	rows[tables->kind_count++] = *row;
	return 0;
}

int breakdown_add_pair(struct breakdown_tables *tables, const struct pair_row *row)
{
	struct pair_row *rows =
		reserve(tables->pairs, tables->pair_count, &tables->pair_capacity, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	tables->pairs = rows;
	rows[tables->pair_count++] = *row;
	return 0;
}

int breakdown_add_lifetime(struct breakdown_tables *tables, const struct lifetime_row *row)
{
	struct lifetime_row *rows =
		reserve(tables->lifetimes, tables->lifetime_count, &tables->lifetime_capacity, sizeof(*rows));

	if (!rows)
		return -ENOMEM;
	tables->lifetimes = rows;
	rows[tables->lifetime_count++] = *row;
	return 0;
}

/* ---- into what is counted ----------------------------------------------------------------------- */

static int restore_kind(struct breakdown *breakdown, uint32_t number, const struct kind_row *row)
{
	struct portions_path *path = &breakdown->paths[number].kind;

	if (path->first == 0) {
		path->first = row->kind;
		return 0;
	}
	path->last = portions_add(&breakdown->kinds, number, row->kind);
	if (path->last == 0)
		return -ENOMEM;
	struct kind_figures *kind = portion_figures(&breakdown->kinds, path->last);
	*kind = (struct kind_figures){
		.allocations = row->allocations,
		.allocated_bytes = row->allocated_bytes,
		.live_bytes = row->live_bytes,
		.live_blocks = row->live_blocks,
		.peak_bytes = row->peak_bytes,
		.peak_blocks = row->peak_blocks,
		.epoch = breakdown->epoch,
		.temporary = row->temporary,
	};
	return 0;
}

static int restore_pair(struct breakdown *breakdown, uint32_t number, uint32_t freed,
			const struct pair_row *row)
{
	struct portions_path *path = &breakdown->paths[number].pair;

	if (path->first == 0) {
		path->first = freed;
		return 0;
	}
	path->last = portions_add(&breakdown->pairs, number, freed);
	if (path->last == 0)
		return -ENOMEM;
	struct pair_figures *pair = portion_figures(&breakdown->pairs, path->last);
	*pair = (struct pair_figures){row->blocks, row->bytes};
	return 0;
}

static int restore_lifetime(struct breakdown *breakdown, uint32_t number, const struct lifetime_row *row)
{
	struct portions_path *path = &breakdown->paths[number].lifetime;

	if (path->first == 0) {
		path->first = row->lifetime;
		return 0;
	}
	path->last = portions_add(&breakdown->lifetimes, number, row->lifetime);
	if (path->last == 0)
		return -ENOMEM;
	struct lifetime_figures *lifetime = portion_figures(&breakdown->lifetimes, path->last);
	lifetime->blocks = row->blocks;
	return 0;
}

int breakdown_restore(struct figures *figures, const struct numbering *begins,
		      const struct breakdown_tables *tables)
{
	struct breakdown *breakdown = &figures->breakdown;
	int error = breakdown_grow_threads(breakdown, tables->thread_count);

	breakdown->highest_bytes = figures->totals.peak_bytes;
	for (size_t i = 0; !error && i < tables->thread_count; i++)
		breakdown->threads[i] = tables->threads[i];
	for (size_t i = 0; !error && i < tables->kind_count; i++)
		error = restore_kind(breakdown, numbering_find(begins, tables->kinds[i].node),
				     &tables->kinds[i]);
	for (size_t i = 0; !error && i < tables->pair_count; i++) {
		const struct pair_row *row = &tables->pairs[i];
		uint32_t freed = figures_free_number(figures, row->freed);

		error = freed ? restore_pair(breakdown, numbering_find(begins, row->node), freed, row)
			      : -ENOMEM;
	}
	for (size_t i = 0; !error && i < tables->lifetime_count; i++)
		error = restore_lifetime(breakdown, numbering_find(begins, tables->lifetimes[i].node),
					 &tables->lifetimes[i]);
	return error;
}
