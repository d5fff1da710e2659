/* histogram_tables.c - see histogram_tables.h. */
#include "views/histogram_tables.h"

#include "base/number.h"

/* ---- sizes ---------------------------------------------------------------------------------- */

#define SIZE ((const struct size_row *)row)
#define ALL_SIZES ((const struct size_row *)context)

TABLE_COLUMN(size_from, "from_bytes", "From", 0, 10, cell_size(SIZE->from_bytes))
TABLE_COLUMN(size_up_to, "up_to_bytes", NULL, 0, 0, cell_count(SIZE->up_to_bytes))
TABLE_COLUMN(size_below, NULL, "below", 1, 10, cell_size(SIZE->up_to_bytes + 1))
TABLE_COLUMN(size_blocks, "blocks", "Blocks", 1, 10, cell_count(SIZE->blocks))
TABLE_COLUMN(size_block_share, NULL, "Share", 1, 6, cell_share(SIZE->blocks, ALL_SIZES->blocks))
TABLE_COLUMN(size_bytes, "bytes", "Bytes", 1, 10, cell_size(SIZE->bytes))
TABLE_COLUMN(size_error, "bytes_error", NULL, 0, 0, cell_count(SIZE->bytes_error))
TABLE_COLUMN(size_share, NULL, "Share", 1, 6, cell_share(SIZE->bytes, ALL_SIZES->bytes))
TABLE_COLUMN(size_temporary, "temporary", NULL, 0, 0, cell_count(SIZE->temporary))
TABLE_COLUMN(size_peak, "peak_bytes", "At peak", 1, 10, cell_size(SIZE->peak_bytes))
TABLE_COLUMN(size_peak_blocks, "peak_blocks", NULL, 0, 0, cell_count(SIZE->peak_blocks))
TABLE_COLUMN(size_live, "live_bytes", "Not freed", 1, 10, cell_size(SIZE->live_bytes))
TABLE_COLUMN(size_live_blocks, "live_blocks", NULL, 0, 0, cell_count(SIZE->live_blocks))
TABLE_COLUMN(size_rounding, "rounding_estimate_bytes", NULL, 0, 0, cell_count(SIZE->rounding_bytes))

static const struct column *const size_columns[] = {
	&size_from,        &size_up_to, &size_below,       &size_blocks,    &size_block_share,
	&size_bytes,       &size_error, &size_share,       &size_temporary, &size_peak,
	&size_peak_blocks, &size_live,  &size_live_blocks, &size_rounding,  NULL};

/* What people want to know first, and what an allocator needs beside the blocks themselves. */
static const char *sizes_note(struct document *document, const struct request *request,
			      const struct histograms *histograms)
{
	const struct size_row *all = &histograms->all, *most = histograms->sizes;
	char share[NUMBER_BYTES];

	if (all->blocks == 0)
		return "Nothing was allocated.";
	for (size_t i = 1; i < histograms->size_count; i++)
		most = histograms->sizes[i].peak_bytes > most->peak_bytes ? &histograms->sizes[i] : most;
	if (all->peak_bytes == 0)
		return NULL;
	number_share(share, sizeof(share), most->peak_bytes, all->peak_bytes);
	return pool_format(&document->pool,
			   "Most at the peak: %s to %s (%s); malloc's rounding: about %s (estimate)",
			   part_size(document, request, most->from_bytes, 0),
			   part_size(document, request, most->up_to_bytes + 1, 0), share,
			   part_size(document, request, all->rounding_bytes, 0));
}

/* People are spared classes without blocks. */
static const struct size_row *shown_sizes(struct document *document, const struct request *request,
					  const struct histograms *histograms, size_t *count)
{
	struct size_row *rows = pool_alloc(&document->pool, (histograms->size_count + 1) * sizeof(*rows));

	*count = 0;
	for (size_t i = 0; i < histograms->size_count; i++)
		if (histograms->sizes[i].blocks > 0 || !request->for_people)
			rows[(*count)++] = histograms->sizes[i];
	return rows;
}

void part_sizes(struct document *document, const struct request *request, const struct histograms *histograms)
{
	size_t count;
	const struct size_row *rows = shown_sizes(document, request, histograms, &count);

	document_add(document, &(struct section){.name = "sizes",
						 .title = "Blocks by size",
						 .table = {size_columns, rows, count, sizeof(*rows),
							   document_keep(document, &histograms->all,
									 sizeof(histograms->all))},
						 .note = sizes_note(document, request, histograms)});
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

#define LIFE ((const struct lifetime_row_sum *)row)

static struct cell known(uint64_t allocations)
{
	return allocations > 0 ? cell_count(allocations) : cell_blank();
}

#define FREED (*(const uint64_t *)context)

TABLE_COLUMN(life_from_ns, "from_ns", NULL, 0, 0, cell_count(LIFE->from_ns))
TABLE_COLUMN(life_below_ns, "up_to_ns", NULL, 0, 0, cell_count(LIFE->below_ns - 1))
TABLE_COLUMN(life_from, "from_allocations", NULL, 0, 0, known(LIFE->from_allocations))
TABLE_COLUMN(life_up_to, "up_to_allocations", NULL, 0, 0, known(LIFE->up_to_allocations))
TABLE_COLUMN(life_blocks, "blocks", NULL, 0, 0, cell_count(LIFE->blocks))
static const struct column *const lifetime_columns[] = {&life_from_ns, &life_below_ns, &life_from,
							&life_up_to,   &life_blocks,   NULL};

TABLE_COLUMN(text_from_time, NULL, "From", 0, 10, cell_pause(LIFE->from_ns))
TABLE_COLUMN(text_below_time, NULL, "below", 1, 10, cell_pause(LIFE->below_ns))
TABLE_COLUMN(text_from_count, NULL, "From", 0, 10, cell_count(LIFE->from_allocations))
TABLE_COLUMN(text_up_to_count, NULL, "to", 1, 10, cell_count(LIFE->up_to_allocations))
TABLE_COLUMN(text_life_blocks, NULL, "Blocks", 1, 10, cell_count(LIFE->blocks))
TABLE_COLUMN(text_life_share, NULL, "Share", 1, 6, cell_share(LIFE->blocks, FREED))
static const struct column *const time_columns[] = {&text_from_time, &text_below_time, &text_life_blocks,
						    &text_life_share, NULL};
static const struct column *const allocation_columns[] = {&text_from_count, &text_up_to_count,
							  &text_life_blocks, &text_life_share, NULL};

static struct table shown_lifetimes(struct document *document, const struct column *const *columns,
				    const struct lifetime_row_sum *all, size_t all_count,
				    const uint64_t *freed)
{
	struct lifetime_row_sum *rows = pool_alloc(&document->pool, (all_count + 1) * sizeof(*rows));
	size_t count = 0;

	for (size_t i = 0; i < all_count; i++)
		if (all[i].blocks > 0)
			rows[count++] = all[i];
	return (struct table){columns, rows, count, sizeof(*rows), freed};
}

void part_lifetimes(struct document *document, const struct histograms *histograms)
{
	uint64_t freed = 0;

	if (!histograms->lifetimes)
		return;
	for (size_t i = 0; i < histograms->time_count; i++)
		freed += histograms->times[i].blocks;
	const uint64_t *context = document_keep(document, &freed, sizeof(freed));

	document_add(document,
		     &(struct section){.title = "Freed blocks by how long they lived, in steps of 65.5 us",
				       .table = shown_lifetimes(document, time_columns, histograms->times,
								histograms->time_count, context),
				       .only_if_rows = true});
	document_add(document,
		     &(struct section){
			     .title = "Freed blocks by allocations made meanwhile, their own included",
			     .table = shown_lifetimes(document, allocation_columns, histograms->allocations,
						      histograms->allocation_count, context),
			     .only_if_rows = true});
	document_add(document, &(struct section){.name = "lifetimes",
						 .table = {lifetime_columns, histograms->lifetimes,
							   histograms->lifetime_count,
							   sizeof(struct lifetime_row_sum), NULL},
						 .for_programs = true});
}
