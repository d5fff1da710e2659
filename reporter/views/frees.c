/*
 * frees.c - mprof frees: who frees what: pairs of lines that allocated and lines that freed.
 */
#include "views/frames.h"
#include "views/pairs.h"
#include "views/places.h"

#include <inttypes.h>

#define ROWS_SHOWN 20
#define PLACES_INDENT 30 /* of the last column */

struct row {
	const struct freed_pair *pair;
	const char *allocated; /* for people */
	const char *const *freed;
};

#define ROW ((const struct row *)row)
#define PAIR (ROW->pair)
#define PAIRS ((const struct freed_pairs *)context)

TABLE_COLUMN(bytes, "bytes", "Freed", 0, 10, cell_size(PAIR->bytes))
TABLE_COLUMN(bytes_error, "bytes_error", NULL, 0, 0, cell_count(PAIR->bytes_error))
TABLE_COLUMN(share, "share", "Share", 1, 6, cell_share(PAIR->bytes, PAIRS->bytes))
TABLE_COLUMN(blocks, "blocks", "Blocks", 1, 9, cell_count(PAIR->blocks))
#define PLACE(which, key)                                                                                    \
	TABLE_COLUMN(which##_function, key ".function", NULL, 0, 0, cell_text(PAIR->which->function))        \
	TABLE_COLUMN(which##_file, key ".file", NULL, 0, 0, cell_text(PAIR->which->file))                    \
	TABLE_COLUMN(which##_line, key ".line", NULL, 0, 0, cell_count(PAIR->which->line))                   \
	TABLE_COLUMN(which##_place, key ".place", NULL, 0, 0, cell_text(PAIR->which->place))                 \
	TABLE_COLUMN(which##_module, key ".module", NULL, 0, 0, cell_text(PAIR->which->module))
PLACE(allocated, "allocated")
PLACE(freed, "freed")
TABLE_COLUMN(text_allocated, NULL, "Allocated, and freed", 2, -1, cell_text(ROW->allocated))
TABLE_COLUMN(text_freed, NULL, NULL, 0, 0, cell_lines(ROW->freed))

static const struct column *const columns[] = {&bytes,
					       &bytes_error,
					       &share,
					       &blocks,
					       &allocated_function,
					       &allocated_file,
					       &allocated_line,
					       &allocated_place,
					       &allocated_module,
					       &freed_function,
					       &freed_file,
					       &freed_line,
					       &freed_place,
					       &freed_module,
					       &text_allocated,
					       &text_freed,
					       NULL};

static void fill_for_people(struct row *row, struct document *document, const struct request *request)
{
	size_t whole = place_width(request), width = whole > PLACES_INDENT + 40 ? whole - PLACES_INDENT : 40;
	const char *freed = pool_format(&document->pool, "-> %s",
					frame_site(document, request, row->pair->freed, width - 3));

	row->allocated = frame_site(document, request, row->pair->allocated, width);
	row->freed = document_words(document, &freed, 1);
}

static const char *note(struct document *document, const struct request *request,
			const struct freed_pairs *pairs, size_t shown, const char *more)
{
	uint64_t rest_bytes = pairs->bytes;

	if (pairs->count == 0)
		return "No block was freed.";
	if (shown == pairs->count)
		return NULL;
	for (size_t i = 0; i < shown; i++)
		rest_bytes -= pairs->list[i].bytes;
	return pool_format(&document->pool, "... and %zu more with %s (%s)", pairs->count - shown,
			   part_size(document, request, rest_bytes, 0), more);
}

void part_pairs(struct document *document, const struct request *request, const struct freed_pairs *pairs,
		const struct pairs_showing *showing)
{
	size_t limit = request_rows(request, showing->few);
	size_t shown = limit > 0 && limit < pairs->count ? limit : pairs->count;
	struct row *rows = pool_alloc(&document->pool, (shown + 1) * sizeof(*rows));

	for (size_t i = 0; i < shown; i++) {
		rows[i] = (struct row){.pair = &pairs->list[i]};
		if (request->for_people)
			fill_for_people(&rows[i], document, request);
	}
	document_add(document,
		     &(struct section){.name = "pairs",
				       .title = showing->title,
				       .table = {columns, rows, shown, sizeof(*rows),
						 document_keep(document, pairs, sizeof(*pairs))},
				       .note = note(document, request, pairs, shown, showing->more)});
}

/* ---- the view --------------------------------------------------------------------------------- */

struct sum_row {
	uint64_t blocks, bytes;
	const char *line; /* for people */
};

#define SUM ((const struct sum_row *)row)
TABLE_COLUMN(sum_bytes, "bytes", NULL, 0, 0, cell_count(SUM->bytes))
TABLE_COLUMN(sum_blocks, "blocks", NULL, 0, 0, cell_count(SUM->blocks))
TABLE_COLUMN(sum_line, NULL, "Freed", 0, 0, cell_text(SUM->line))
static const struct column *const sum_columns[] = {&sum_bytes, &sum_blocks, &sum_line, NULL};

static void add_sum(struct document *document, const struct request *request, const struct freed_pairs *pairs)
{
	const struct sum_row sum = {pairs->blocks, pairs->bytes,
				    pool_format(&document->pool, "%s in %s",
						part_size(document, request, pairs->bytes, 0),
						part_count(document, pairs->blocks, "block"))};

	document_add(document,
		     &(struct section){.name = "freed",
				       .layout = LAYOUT_FACTS,
				       .table = {sum_columns, document_keep(document, &sum, sizeof(sum)), 1,
						 sizeof(sum), NULL}});
}

static const struct pairs_showing showing = {.few = ROWS_SHOWN, .more = "-n N"};

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct freed_pairs pairs;
	int error = profile_pairs(*profiles, &pairs, diagnostic);

	(void)count;
	if (error)
		return error;
	document->main = "pairs";
	part_head(document, *profiles);
	part_estimates(document, *profiles);
	add_sum(document, request, &pairs);
	part_pairs(document, request, &pairs, &showing);
	return 0;
}

const struct view view_frees = {
	.name = "frees",
	.summary = "Show who frees what",
	.doc = "Shows which lines freed what which lines had allocated, by bytes. -f and the other filters "
	       "say whose blocks: those that were allocated on a call path through what matches.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT | VIEW_LACKS_TIME | VIEW_LACKS_BLOCKS,
	.make = make,
};
