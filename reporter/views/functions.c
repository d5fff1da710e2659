/*
 * functions.c - mprof functions: what each allocates, itself and with all that it calls.
 */
#include "views/tree_columns.h"

#define FUNCTIONS_SHOWN 30 /* to people */

enum { KEY_SELF = 0x400, KEY_SYSTEM };
enum { SELF, SYSTEM };

static const struct argp_option options[] = {
	{"self", KEY_SELF, NULL, 0, "Order by what functions allocated themselves", 1},
	{"system", KEY_SYSTEM, NULL, 0, "Show functions of the system and of allocators, too", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	(void)argument;
	switch (key) {
	case KEY_SELF:
		return request->flags[SELF] = true, 0;
	case KEY_SYSTEM:
		return request->flags[SYSTEM] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- columns ------------------------------------------------------------------------------- */

struct row {
	const struct tree_row *of;
	const char *where; /* for people */
};

/* What all rows have in common. */
struct context {
	struct amounts whole;
	uint64_t sample_bytes;
	enum figure figure;
	bool self;
};

#define ROW (((const struct row *)row)->of)
#define CONTEXT ((const struct context *)context)

static const struct amounts *ordered_by(const struct tree_row *row, const struct context *context)
{
	return context->self ? &row->self : &row->total;
}

TREE_FRAME_COLUMNS("", ROW->frame)
TREE_FIGURE_COLUMNS(self, "self.", ROW->self, CONTEXT->sample_bytes)
TREE_FIGURE_COLUMNS(total, "total.", ROW->total, CONTEXT->sample_bytes)
TABLE_COLUMN(share, "share", NULL, 0, 0,
	     cell_share(figure_of(ordered_by(ROW, CONTEXT), CONTEXT->figure),
			figure_of(&CONTEXT->whole, CONTEXT->figure)))

TABLE_COLUMN(text_total, NULL, "Total", 0, 11, tree_figure_cell(&ROW->total, CONTEXT->figure))
TABLE_COLUMN(text_share, NULL, "Share", 1, 6,
	     cell_share(figure_of(ordered_by(ROW, CONTEXT), CONTEXT->figure),
			figure_of(&CONTEXT->whole, CONTEXT->figure)))
TABLE_COLUMN(text_self, NULL, "Self", 0, 11, tree_figure_cell(&ROW->self, CONTEXT->figure))
TABLE_COLUMN(text_blocks, NULL, "Blocks", 1, 9, cell_count(figure_blocks(&ROW->total, CONTEXT->figure)))
TABLE_COLUMN(text_where, NULL, "Function", 2, -1, cell_text(((const struct row *)row)->where))

static const struct column *const data_columns[] = {
	TREE_FRAME,         &share, TREE_FIGURES(self), TREE_ERRORS(self), TREE_FIGURES(total),
	TREE_ERRORS(total), NULL};
/* The share is of what they are ordered by. */
static const struct column *const by_total[] = {&text_total,  &text_share, &text_self,
						&text_blocks, &text_where, NULL};
static const struct column *const by_self[] = {&text_self,   &text_share, &text_total,
					       &text_blocks, &text_where, NULL};
static const struct column *const counts_by_total[] = {&text_total, &text_share, &text_self, &text_where,
						       NULL};
static const struct column *const counts_by_self[] = {&text_self, &text_share, &text_total, &text_where,
						      NULL};

static const struct column *const *columns_for(const struct request *request)
{
	bool self = request->flags[SELF];

	if (!request->for_people)
		return data_columns;
	if (figure_infos[request->figure].bytes)
		return self ? by_self : by_total;
	return self ? counts_by_self : counts_by_total;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* People are shown those that have any of the figure, up to a limit. */
static size_t count_shown(const struct request *request, const struct context *context,
			  const struct tree_row *rows, size_t count, size_t *all)
{
	size_t limit = request_rows(request, FUNCTIONS_SHOWN);

	*all = 0;
	while (*all < count &&
	       (!request->for_people || figure_of(ordered_by(&rows[*all], context), request->figure) > 0))
		++*all;
	return limit > 0 && limit < *all ? limit : *all;
}

static void add_rows(struct document *document, const struct request *request, const struct context *context,
		     const struct tree_row *functions, size_t count)
{
	size_t all, shown = count_shown(request, context, functions, count, &all);
	struct row *rows = pool_alloc(&document->pool, (shown + 1) * sizeof(*rows));
	const char *note = all == 0 ? "Nothing: no function has any of it" : NULL;

	for (size_t i = 0; i < shown; i++) {
		const struct tree_frame *frame = functions[i].frame;

		rows[i].of = &functions[i];
		rows[i].where = part_place(document, request, frame->place, frame->function->file, 0,
					   frame->function->module);
	}
	if (shown < all)
		note = pool_format(&document->pool, "(%zu more: -n)", all - shown);
	document_add(document, &(struct section){
				       .name = "functions",
				       .table = {columns_for(request), rows, shown, sizeof(*rows),
						 document_keep(document, context, sizeof(*context))},
				       .note = note,
			       });
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	struct profile *profile = *profiles;
	bool self = request->flags[SELF];
	const struct tree_query query = {.figure = request->figure, .system = request->flags[SYSTEM]};
	const struct tree *tree = profile_tree(profile, &query);
	const struct context context = {tree_total(tree, 0), profile_overview(profile, true)->sample_bytes,
					request->figure, self};
	size_t row_count;
	const struct tree_row *rows = tree_rows(profile, tree, request->figure, self, &row_count);

	(void)count, (void)diagnostic;
	document->main = "functions";
	if (request->for_people) {
		part_tree_title(document, profile, request, "", &context.whole, &context.whole);
	} else {
		part_head(document, profile);
		part_tree_total(document, &context.whole, context.sample_bytes);
	}
	add_rows(document, request, &context, rows, row_count);
	return 0;
}

const struct view view_functions = {
	.name = "functions",
	.summary = "Show what functions allocate, themselves and with all they call",
	.doc = "Shows of each function what was allocated by it itself, and by all that it calls, once "
	       "however often a call path passes it.",
	.traces = VIEW_ONE,
	.options = options,
	.parse = parse,
	.make = make,
};
