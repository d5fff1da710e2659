/*
 * stats.c - mprof stats: blocks by size and by how long they lived, threads, modules, and who frees what.
 */
#include "profile/blocks.h"
#include "profile/groups.h"
#include "profile/histograms.h"
#include "views/pairs.h"

#include <inttypes.h>

#define PAIRS_SHOWN 5
#define THREADS_SHOWN 10
#define MODULES_SHOWN 10

/* ---- sizes ---------------------------------------------------------------------------------- */

#define SIZE ((const struct size_row *)row)
#define ALL_SIZES ((const struct size_row *)context)

TABLE_COLUMN(size_from, "from_bytes", "From", 0, 10, cell_size(SIZE->from_bytes))
TABLE_COLUMN(size_up_to, "up_to_bytes", NULL, 0, 0, cell_count(SIZE->up_to_bytes))
TABLE_COLUMN(size_below, NULL, "below", 1, 10, cell_size(SIZE->up_to_bytes + 1))
TABLE_COLUMN(size_blocks, "blocks", "Blocks", 1, 10, cell_count(SIZE->blocks))
TABLE_COLUMN(size_block_share, NULL, "Share", 1, 6, cell_share(SIZE->blocks, ALL_SIZES->blocks))
TABLE_COLUMN(size_bytes, "bytes", "Bytes", 1, 10, cell_size(SIZE->bytes))
TABLE_COLUMN(size_share, NULL, "Share", 1, 6, cell_share(SIZE->bytes, ALL_SIZES->bytes))
TABLE_COLUMN(size_temporary, "temporary", NULL, 0, 0, cell_count(SIZE->temporary))
TABLE_COLUMN(size_peak, "peak_bytes", "At peak", 1, 10, cell_size(SIZE->peak_bytes))
TABLE_COLUMN(size_peak_blocks, "peak_blocks", NULL, 0, 0, cell_count(SIZE->peak_blocks))
TABLE_COLUMN(size_live, "live_bytes", "Not freed", 1, 10, cell_size(SIZE->live_bytes))
TABLE_COLUMN(size_live_blocks, "live_blocks", NULL, 0, 0, cell_count(SIZE->live_blocks))
TABLE_COLUMN(size_rounding, "rounding_estimate_bytes", NULL, 0, 0, cell_count(SIZE->rounding_bytes))

static const struct column *const size_columns[] = {
	&size_from,  &size_up_to,       &size_below,     &size_blocks, &size_block_share,
	&size_bytes, &size_share,       &size_temporary, &size_peak,   &size_peak_blocks,
	&size_live,  &size_live_blocks, &size_rounding,  NULL};

/* What an allocator needs beside the blocks themselves. */
static const char *rounding_note(struct document *document, const struct request *request,
				 const struct size_row *all)
{
	if (all->blocks == 0)
		return "Nothing was allocated.";
	if (all->rounding_bytes == 0)
		return NULL;
	return pool_format(&document->pool,
			   "Estimate: rounding takes about %s more at the peak, as glibc's malloc rounds",
			   part_size(document, request, all->rounding_bytes, 0));
}

static void add_sizes(struct document *document, const struct request *request,
		      const struct histograms *histograms)
{
	document_add(document, &(struct section){.name = "sizes",
						 .title = "Blocks by size",
						 .table = {size_columns, histograms->sizes,
							   histograms->size_count, sizeof(struct size_row),
							   document_keep(document, &histograms->all,
									 sizeof(histograms->all))},
						 .note = rounding_note(document, request, &histograms->all)});
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

#define LIFE ((const struct lifetime_row_sum *)row)
#define FREED (*(const uint64_t *)context)

TABLE_COLUMN(life_from_ns, "from_ns", NULL, 0, 0, cell_count(LIFE->from_ns))
TABLE_COLUMN(life_below_ns, "up_to_ns", NULL, 0, 0, cell_count(LIFE->below_ns))
TABLE_COLUMN(life_from, "from_allocations", NULL, 0, 0, cell_count(LIFE->from_allocations))
TABLE_COLUMN(life_up_to, "up_to_allocations", NULL, 0, 0, cell_count(LIFE->up_to_allocations))
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

static void add_lifetimes(struct document *document, const struct histograms *histograms)
{
	uint64_t freed = 0;

	for (size_t i = 0; i < histograms->time_count; i++)
		freed += histograms->times[i].blocks;
	const uint64_t *context = document_keep(document, &freed, sizeof(freed));

	document_add(document,
		     &(struct section){.title = "Freed blocks by how long they lived",
				       .table = {time_columns, histograms->times, histograms->time_count,
						 sizeof(struct lifetime_row_sum), context},
				       .only_if_rows = true});
	document_add(
		document,
		&(struct section){.title = "Freed blocks by allocations that their program made meanwhile, "
					   "their own included",
				  .table = {allocation_columns, histograms->allocations,
					    histograms->allocation_count, sizeof(struct lifetime_row_sum),
					    context},
				  .only_if_rows = true});
	document_add(document, &(struct section){.name = "lifetimes",
						 .table = {lifetime_columns, histograms->lifetimes,
							   histograms->lifetime_count,
							   sizeof(struct lifetime_row_sum), NULL},
						 .for_programs = true});
}

/* ---- threads -------------------------------------------------------------------------------- */

#define THREAD ((const struct thread_row *)row)
#define OTHERS (((const struct histograms *)context)->others_known)

static const char *thread_kind(const struct thread_row *row)
{
	return row->rest ? "and all behind" : row->main ? "main" : NULL;
}

static struct cell known(const void *context, struct cell cell)
{
	return OTHERS ? cell : cell_blank();
}

TABLE_COLUMN(thread_tid, "tid", "Thread", 0, 8, cell_count(THREAD->tid))
TABLE_COLUMN(thread_index, "index", "#", 1, 4, cell_count(THREAD->index))
TABLE_COLUMN(thread_started, "started_ns", NULL, 0, 0, cell_count(THREAD->started_ns))
TABLE_COLUMN(thread_allocations, "allocations", "Allocs", 1, 10, cell_count(THREAD->allocations))
TABLE_COLUMN(thread_allocated, "allocated_bytes", "Bytes", 1, 10, cell_size(THREAD->allocated_bytes))
TABLE_COLUMN(thread_frees, "frees", "Frees", 1, 10, cell_count(THREAD->frees))
TABLE_COLUMN(thread_freed, "freed_bytes", NULL, 0, 0, cell_count(THREAD->freed_bytes))
TABLE_COLUMN(thread_by_others, "freed_by_others", "by others", 1, 9,
	     known(context, cell_count(THREAD->freed_by_others)))
TABLE_COLUMN(thread_by_others_bytes, "freed_by_others_bytes", NULL, 0, 0,
	     known(context, cell_count(THREAD->freed_by_others_bytes)))
TABLE_COLUMN(thread_peak, "peak_bytes", "Own peak", 1, 10, known(context, cell_size(THREAD->peak_bytes)))
TABLE_COLUMN(thread_live, "live_bytes", "Not freed", 1, 10, known(context, cell_size(THREAD->live_bytes)))
TABLE_COLUMN(thread_note, NULL, "", 2, -1, cell_text(thread_kind(THREAD)))

static const struct column *const thread_columns[] = {&thread_tid,
						      &thread_index,
						      &thread_started,
						      &thread_allocations,
						      &thread_allocated,
						      &thread_frees,
						      &thread_freed,
						      &thread_by_others,
						      &thread_by_others_bytes,
						      &thread_peak,
						      &thread_live,
						      &thread_note,
						      NULL};

static void add_threads(struct document *document, const struct request *request,
			const struct histograms *histograms)
{
	size_t limit = request_rows(request, THREADS_SHOWN);
	size_t shown = limit > 0 && limit < histograms->thread_count ? limit : histograms->thread_count;

	document_add(document,
		     &(struct section){
			     .name = "threads",
			     .title = "Threads; \"by others\": of what it allocated others freed so many",
			     .table = {thread_columns, histograms->threads, shown, sizeof(struct thread_row),
				       document_keep(document, histograms, sizeof(*histograms))},
			     .note = shown < histograms->thread_count
					     ? pool_format(&document->pool, "... and %zu more (-n N)",
							   histograms->thread_count - shown)
					     : NULL,
			     .only_if_rows = true});
}

/* ---- modules -------------------------------------------------------------------------------- */

#define MODULE ((const struct group *)row)
#define TOTAL (&((const struct groups *)context)->total)

TABLE_COLUMN(module_bytes, "allocated_bytes", "Bytes", 0, 10, cell_size(MODULE->amounts.allocated_bytes))
TABLE_COLUMN(module_share, NULL, "Share", 1, 6,
	     cell_share(MODULE->amounts.allocated_bytes, TOTAL->allocated_bytes))
TABLE_COLUMN(module_allocations, "allocations", "Blocks", 1, 10, cell_count(MODULE->amounts.allocations))
TABLE_COLUMN(module_peak, "peak_bytes", "At peak", 1, 10, cell_size(MODULE->amounts.peak_bytes))
TABLE_COLUMN(module_temporary, "temporary", "Temporary", 1, 10, cell_count(MODULE->amounts.temporary))
TABLE_COLUMN(module_name, "module", "Module", 2, 0,
	     cell_text(*MODULE->site->module ? MODULE->site->module : "(unknown)"))
static const struct column *const module_columns[] = {&module_bytes, &module_share,     &module_allocations,
						      &module_peak,  &module_temporary, &module_name,
						      NULL};

static void add_modules(struct document *document, struct profile *profile, const struct request *request)
{
	const struct groups *groups = profile_groups(profile, GROUP_MODULE, FIGURE_ALLOCATED);
	size_t limit = request_rows(request, MODULES_SHOWN);

	document_add(document,
		     &(struct section){.name = "modules",
				       .title = "Modules that allocated",
				       .table = {module_columns, groups->list,
						 limit > 0 && limit < groups->count ? limit : groups->count,
						 sizeof(*groups->list), groups},
				       .only_if_rows = true});
}

/* ---- the view ------------------------------------------------------------------------------- */

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct profile *profile = *profiles;
	struct histograms histograms;
	struct freed_pairs pairs = {0};
	int error = profile_histograms(profile, &histograms, diagnostic);

	(void)count;
	/* What became of some blocks only is not known. */
	if (!error && !profile_blocks(profile))
		error = profile_pairs(profile, &pairs, diagnostic);
	if (error)
		return error;
	document->main = "sizes";
	part_head(document, profile);
	add_sizes(document, request, &histograms);
	add_lifetimes(document, &histograms);
	add_threads(document, request, &histograms);
	add_modules(document, profile, request);
	if (!profile_blocks(profile))
		part_pairs(document, request, &pairs, PAIRS_SHOWN, "Allocated, and freed where");
	return 0;
}

const struct view view_stats = {
	.name = "stats",
	.summary = "Show blocks by size and lifetime, threads and modules",
	.doc = "Shows how large blocks were, how long they lived, what each thread allocated and freed, "
	       "which "
	       "modules allocated, and which lines freed what which had allocated. Tables: sizes (csv's), "
	       "lifetimes, threads, modules and pairs.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TIME,
	.make = make,
};
