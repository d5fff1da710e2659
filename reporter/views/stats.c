/*
 * stats.c - mprof stats: blocks by size and by how long they lived, threads, modules, and who frees what.
 */
#include "profile/blocks.h"
#include "profile/groups.h"
#include "views/histogram_tables.h"
#include "views/pairs.h"

#include <inttypes.h>

#define PAIRS_SHOWN 5
#define THREADS_SHOWN 10
#define MODULES_SHOWN 10

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
	part_sizes(document, request, &histograms);
	part_lifetimes(document, &histograms);
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
