/*
 * stats.c - mprof stats: blocks by size and by how long they lived, threads, modules, and who frees what.
 */
#include "profile/blocks.h"
#include "profile/groups.h"
#include "views/histogram_tables.h"
#include "views/pairs.h"

#include <inttypes.h>
#include <stdlib.h>

#define PAIRS_SHOWN 5
#define THREADS_SHOWN 10
#define MODULES_SHOWN 10

/* ---- threads -------------------------------------------------------------------------------- */

struct thread_line {
	const struct thread_row *thread;
	const char *name; /* for people */
};

#define THREAD (((const struct thread_line *)row)->thread)
#define OTHERS (((const struct histograms *)context)->others_known)

static const char *thread_name(struct document *document, const struct thread_row *row)
{
	return pool_format(&document->pool, "%" PRIu32 "%s", row->tid,
			   row->rest   ? " and on"
			   : row->main ? " main"
				       : "");
}

static struct cell known(const void *context, struct cell cell)
{
	return OTHERS ? cell : cell_blank();
}

TABLE_COLUMN(thread_tid, "tid", NULL, 0, 0, cell_count(THREAD->tid))
TABLE_COLUMN(thread_text, NULL, "Thread", 0, -12, cell_text(((const struct thread_line *)row)->name))
TABLE_COLUMN(thread_index, "index", "#", 1, 3, cell_count(THREAD->index))
TABLE_COLUMN(thread_started, "started_ns", NULL, 0, 0, cell_count(THREAD->started_ns))
TABLE_COLUMN(thread_allocations, "allocations", "Allocs", 1, 9, cell_count(THREAD->allocations))
TABLE_COLUMN(thread_allocated, "allocated_bytes", "Bytes", 1, 10, cell_size(THREAD->allocated_bytes))
TABLE_COLUMN(thread_frees, "frees", "Frees", 1, 9, cell_count(THREAD->frees))
TABLE_COLUMN(thread_freed, "freed_bytes", NULL, 0, 0, cell_count(THREAD->freed_bytes))
TABLE_COLUMN(thread_of_others, "frees_of_others", "(others')", 1, 9,
	     known(context, cell_count(THREAD->frees_of_others)))
TABLE_COLUMN(thread_of_others_bytes, "freed_of_others_bytes", NULL, 0, 0,
	     known(context, cell_count(THREAD->freed_of_others_bytes)))
TABLE_COLUMN(thread_by_others, "freed_by_others", NULL, 0, 0,
	     known(context, cell_count(THREAD->freed_by_others)))
TABLE_COLUMN(thread_by_others_bytes, "freed_by_others_bytes", NULL, 0, 0,
	     known(context, cell_count(THREAD->freed_by_others_bytes)))
TABLE_COLUMN(thread_peak, "peak_bytes", "Own peak", 1, 10, known(context, cell_size(THREAD->peak_bytes)))
TABLE_COLUMN(thread_live, "live_bytes", "Not freed", 1, 10, known(context, cell_size(THREAD->live_bytes)))

static const struct column *const thread_columns[] = {&thread_tid,
						      &thread_text,
						      &thread_index,
						      &thread_started,
						      &thread_allocations,
						      &thread_allocated,
						      &thread_frees,
						      &thread_of_others,
						      &thread_freed,
						      &thread_of_others_bytes,
						      &thread_by_others,
						      &thread_by_others_bytes,
						      &thread_peak,
						      &thread_live,
						      NULL};

#define THREADS_KEY "(others'): of blocks that other threads allocated"

static const char *threads_note(struct document *document, const struct histograms *histograms, size_t shown)
{
	const char *key = histograms->others_known ? THREADS_KEY : "";

	if (shown == histograms->thread_count)
		return *key ? key : NULL;
	return pool_format(&document->pool, "... and %zu more (-n N)%s%s", histograms->thread_count - shown,
			   *key ? "; " : "", key);
}

static int by_allocated(const void *left, const void *right)
{
	const struct thread_row *a = ((const struct thread_line *)left)->thread;
	const struct thread_row *b = ((const struct thread_line *)right)->thread;

	if (a->allocated_bytes != b->allocated_bytes)
		return a->allocated_bytes > b->allocated_bytes ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

/* People read those first that allocated most. */
static void add_threads(struct document *document, const struct request *request,
			const struct histograms *histograms)
{
	size_t count = histograms->thread_count, limit = request_rows(request, THREADS_SHOWN);
	size_t shown = limit > 0 && limit < count ? limit : count;
	struct thread_line *lines = pool_alloc(&document->pool, (count + 1) * sizeof(*lines));

	if (!histograms->threads)
		return;
	for (size_t i = 0; i < count; i++)
		lines[i] = (struct thread_line){&histograms->threads[i],
						thread_name(document, &histograms->threads[i])};
	if (request->for_people)
		qsort(lines, count, sizeof(*lines), by_allocated);
	document_add(document,
		     &(struct section){.name = "threads",
				       .title = "Threads",
				       .table = {thread_columns, lines, shown, sizeof(*lines),
						 document_keep(document, histograms, sizeof(*histograms))},
				       .note = threads_note(document, histograms, shown),
				       .only_if_rows = true});
}

/* ---- modules -------------------------------------------------------------------------------- */

#define MODULE ((const struct module_row *)row)
#define TOTAL ((const struct amounts *)context)

TABLE_COLUMN(module_bytes, "allocated_bytes", "Bytes", 0, 10, cell_size(MODULE->amounts.allocated_bytes))
TABLE_COLUMN(module_share, NULL, "Share", 1, 6,
	     cell_share(MODULE->amounts.allocated_bytes, TOTAL->allocated_bytes))
TABLE_COLUMN(module_allocations, "allocations", "Blocks", 1, 10, cell_count(MODULE->amounts.allocations))
TABLE_COLUMN(module_peak, "peak_bytes", "At peak", 1, 10, cell_size(MODULE->amounts.peak_bytes))
TABLE_COLUMN(module_temporary, "temporary", "Temporary", 1, 10, cell_count(MODULE->amounts.temporary))
TABLE_COLUMN(module_name, "module", "Module", 2, 0, cell_text(*MODULE->name ? MODULE->name : "(unknown)"))
static const struct column *const module_columns[] = {&module_bytes, &module_share,     &module_allocations,
						      &module_peak,  &module_temporary, &module_name,
						      NULL};

static void add_modules(struct document *document, struct profile *profile, const struct request *request)
{
	struct amounts total;
	size_t count, limit = request_rows(request, MODULES_SHOWN);
	const struct module_row *rows = profile_modules(profile, &count, &total);

	document_add(
		document,
		&(struct section){.name = "modules",
				  .title = "Programs and libraries whose code allocated",
				  .table = {module_columns, rows, limit > 0 && limit < count ? limit : count,
					    sizeof(*rows), document_keep(document, &total, sizeof(total))},
				  .only_if_rows = true});
}

/* ---- what is not known ------------------------------------------------------------------------ */

TABLE_COLUMN(line_missing, NULL, "Not shown", 0, 0, cell_text(*(const char *const *)row))

static void tell_missing(struct document *document, struct profile *profile,
			 const struct histograms *histograms)
{
	if (profile_blocks(profile))
		part_line(document, &line_missing,
			  "lifetimes, threads and who freed what: not known of some blocks only");
	else if (!histograms->lifetimes)
		part_line(document, &line_missing,
			  "lifetimes: only a drainer that saw all of the run knows them");
	else if (!histograms->threads)
		part_line(document, &line_missing,
			  "threads: they are the whole program's, whatever call paths are asked for");
}

/* ---- the view ------------------------------------------------------------------------------- */

static const struct pairs_showing pairs_showing = {
	.few = PAIRS_SHOWN, .title = "Allocated, and freed where", .more = "mprof frees"};

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
	part_estimates(document, profile);
	part_sizes(document, request, &histograms);
	part_lifetimes(document, &histograms);
	add_threads(document, request, &histograms);
	add_modules(document, profile, request);
	if (!profile_blocks(profile))
		part_pairs(document, request, &pairs, &pairs_showing);
	tell_missing(document, profile, &histograms);
	return 0;
}

const struct view view_stats = {
	.name = "stats",
	.summary = "Show blocks by size and lifetime, threads and modules",
	.doc = "Shows how large blocks were, how long they lived, what each thread allocated and freed, "
	       "which modules allocated, and which lines freed what which had allocated. Tables: sizes "
	       "(csv's), lifetimes, threads, modules and pairs.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TIME,
	.make = make,
};
