/*
 * leaks.c - mprof leaks: what was not freed, by the call paths that asked for it; and what is not counted,
 * and why.
 */
#include "profile/leaks.h"

#include "base/number.h"
#include "profile/blocks.h"
#include "profile/groups.h"
#include "profile/window.h"
#include "views/frames.h"
#include "views/growing.h"
#include "views/places.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ROWS_SHOWN 10
#define CALLERS_INDENT 36 /* of the last column */

enum { KEY_GROUP_BY = 0x400, KEY_SHOW_SUPPRESSED, KEY_FRAMES, KEY_GROWING };
enum { SHOW_SUPPRESSED, FRAMES, GROWING }; /* of request->flags */
enum { GROUPING };                         /* of request->numbers */

struct leak_row {
	const struct group *group;
	uint32_t thread;  /* that allocated it, by GROUP_THREAD: the system's number; 0: several */
	const char *what; /* for people */
	const char *const *callers;
};

/* What all rows share. */
struct leak_context {
	const struct groups *groups;
	const struct overview *run;
	struct frame_rows *frames;
};

/* ---- for programs --------------------------------------------------------------------------- */

#define ROW ((const struct leak_row *)row)
#define GROUP (ROW->group)
#define CONTEXT ((const struct leak_context *)context)
#define SITE (GROUP->site)

TABLE_COLUMN(leaked_bytes, "leaked_bytes", NULL, 0, 0, cell_count(GROUP->amounts.leaked_bytes))
TABLE_COLUMN(leaked_error, "leaked_bytes_error", NULL, 0, 0,
	     cell_count(figure_error(&GROUP->amounts, FIGURE_LEAKED, CONTEXT->run->sample_bytes)))
TABLE_COLUMN(leaked_blocks, "leaked_blocks", NULL, 0, 0, cell_count(GROUP->amounts.leaked_blocks))
TABLE_COLUMN(allocations, "allocations", NULL, 0, 0, cell_count(GROUP->amounts.allocations))
TABLE_COLUMN(allocated_bytes, "allocated_bytes", NULL, 0, 0, cell_count(GROUP->amounts.allocated_bytes))
TABLE_COLUMN(share, "share", NULL, 0, 0,
	     cell_share(GROUP->amounts.leaked_bytes, CONTEXT->groups->total.leaked_bytes))
TABLE_COLUMN(path_count, "path_count", NULL, 0, 0, cell_count(GROUP->path_count))
TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->function))
TABLE_COLUMN(file, "file", NULL, 0, 0, cell_text(SITE->file))
TABLE_COLUMN(line, "line", NULL, 0, 0, cell_count(SITE->line))
TABLE_COLUMN(place, "place", NULL, 0, 0, cell_text(SITE->place))
TABLE_COLUMN(module, "module", NULL, 0, 0, cell_text(SITE->module))
TABLE_COLUMN(type, "type", NULL, 0, 0, cell_text(GROUP->type))
TABLE_COLUMN(thread, "thread", NULL, 0, 0, cell_count(ROW->thread))
TABLE_COLUMN(frames, "frames", NULL, 0, 0, frame_rows_cell(CONTEXT->frames, GROUP))

#define FIGURES                                                                                              \
	&leaked_bytes, &leaked_error, &leaked_blocks, &allocations, &allocated_bytes, &share, &path_count

/* What the rows of a group have in common, and who called most of it. */
static const struct column *const path_columns[] = {FIGURES, &site_function, &file,   &line,
						    &place,  &module,        &frames, NULL};
static const struct column *const function_columns[] = {FIGURES, &site_function, &file,
							&module, &frames,        NULL};
static const struct column *const file_columns[] = {FIGURES, &file, &module, &frames, NULL};
static const struct column *const module_columns[] = {FIGURES, &module, &frames, NULL};
static const struct column *const type_columns[] = {FIGURES, &type, &frames, NULL};
static const struct column *const thread_columns[] = {FIGURES, &thread, &frames, NULL};

/* ---- for people ----------------------------------------------------------------------------- */

TABLE_COLUMN(text_leaked, NULL, "Leaked", 0, 10, cell_size(GROUP->amounts.leaked_bytes))
TABLE_COLUMN(text_live, NULL, "Live", 0, 10, cell_size(GROUP->amounts.leaked_bytes))
TABLE_COLUMN(text_grown, NULL, "Grown", 0, 10, cell_size(GROUP->amounts.leaked_bytes))
TABLE_COLUMN(text_error, NULL, "+/- 95%", 1, 10,
	     cell_size(figure_error(&GROUP->amounts, FIGURE_LEAKED, CONTEXT->run->sample_bytes)))
TABLE_COLUMN(text_share, NULL, "Share", 1, 6,
	     cell_share(GROUP->amounts.leaked_bytes, CONTEXT->groups->total.leaked_bytes))
TABLE_COLUMN(text_blocks, NULL, "Blocks", 1, 7, cell_count(GROUP->amounts.leaked_blocks))
TABLE_COLUMN(text_of, NULL, "of", 1, 8, cell_count(GROUP->amounts.allocations))
TABLE_COLUMN(text_callers, NULL, NULL, 0, 0, cell_lines(ROW->callers))

#define TITLED(id, title) TABLE_COLUMN(id, NULL, title, 2, -1, cell_text(ROW->what))
TITLED(text_path, "Call path")
TITLED(text_site, "Call site")
TITLED(text_function, "Function")
TITLED(text_file, "Source file")
TITLED(text_module, "Module")
TITLED(text_type, "Type")
TITLED(text_thread, "Thread")

static const struct grouping_columns {
	const struct column *const *for_programs;
	const struct column *for_people;
} columns_of[GROUPINGS] = {
	[GROUP_PATH] = {path_columns, &text_path},
	[GROUP_SITE] = {path_columns, &text_site},
	[GROUP_FUNCTION] = {function_columns, &text_function},
	[GROUP_FILE] = {file_columns, &text_file},
	[GROUP_MODULE] = {module_columns, &text_module},
	[GROUP_TYPE] = {type_columns, &text_type},
	[GROUP_THREAD] = {thread_columns, &text_thread},
};

/* As the sum above is called. */
static const struct column *bytes_column(const struct overview *run)
{
	if (run->window)
		return run->window->begins ? &text_live : &text_grown;
	return run->complete ? &text_leaked : &text_live;
}

static const struct column *const *columns_for(struct document *document, const struct request *request,
					       const struct overview *run)
{
	const struct grouping_columns *of = &columns_of[request->numbers[GROUPING]];
	const struct column *shown[] = {bytes_column(run), &text_share,   &text_blocks, &text_of,
					of->for_people,    &text_callers, NULL,         NULL};

	if (!request->for_people)
		return of->for_programs;
	if (run->sample_bytes > 0) {
		memmove(&shown[2], &shown[1], 5 * sizeof(*shown));
		shown[1] = &text_error;
	}
	return document_keep(document, shown, sizeof(shown));
}

/* Of the last column. */
static size_t text_width(const struct request *request)
{
	size_t width = place_width(request);

	return width > CALLERS_INDENT + 40 ? width - CALLERS_INDENT : 40;
}

static void fill_for_people(struct leak_row *row, struct document *document, struct profile *profile,
			    const struct request *request)
{
	enum grouping grouping = (enum grouping)request->numbers[GROUPING];

	row->what = grouping == GROUP_THREAD
			    ? profile_thread_name(profile, row->group->thread)
			    : frame_group(document, request, row->group, grouping, text_width(request));
	if (request->numbers[GROUPING] == GROUP_PATH || request->flags[FRAMES])
		row->callers = frame_lines(document, profile, row->group, text_width(request),
					   request->flags[FRAMES]);
}

/* Of a run that did not end nothing is known to have leaked, nor not to have. */
static const char *nothing_note(const struct overview *run)
{
	if (run->sample_bytes > 0)
		return "Of the blocks that were sampled, none leaked.";
	return run->complete || run->window ? "Nothing leaked." : "Nothing that was recorded is still live.";
}

/* How many rows are not shown, and what they have. */
static const char *rest_note(struct document *document, struct profile *profile,
			     const struct request *request, const struct groups *groups, size_t shown)
{
	uint64_t rest_bytes = 0;

	if (groups->count == 0)
		return nothing_note(profile_overview(profile, false));
	if (shown == groups->count)
		return NULL;
	for (size_t i = shown; i < groups->count; i++)
		rest_bytes += groups->list[i].amounts.leaked_bytes;
	return pool_format(&document->pool, "... and %zu more with %s (-n N)", groups->count - shown,
			   part_size(document, request, rest_bytes, 0));
}

static void add_leaks(struct document *document, struct profile *profile, const struct request *request,
		      const struct leak_context *context)
{
	const struct groups *groups = context->groups;
	size_t limit = request_rows(request, ROWS_SHOWN), count = groups->count;
	struct leak_row *rows;

	if (limit > 0 && limit < count)
		count = limit;
	rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		rows[i] = (struct leak_row){.group = &groups->list[i],
					    .thread = profile_thread_id(profile, groups->list[i].thread)};
		if (request->for_people)
			fill_for_people(&rows[i], document, profile, request);
	}
	document_add(document,
		     &(struct section){.name = "leaks",
				       .table = {columns_for(document, request, context->run), rows, count,
						 sizeof(*rows), context},
				       .note = rest_note(document, profile, request, groups, count)});
}

/* ---- the sum ---------------------------------------------------------------------------------- */

struct sum_row {
	uint64_t blocks, bytes, error_bytes;
	const char *line, *not_counted; /* for people */
};

#define SUM ((const struct sum_row *)row)
TABLE_COLUMN(sum_bytes, "bytes", NULL, 0, 0, cell_count(SUM->bytes))
TABLE_COLUMN(sum_blocks, "blocks", NULL, 0, 0, cell_count(SUM->blocks))
TABLE_COLUMN(sum_error, "bytes_error", NULL, 0, 0, cell_count(SUM->error_bytes))
TABLE_COLUMN(sum_line, NULL, "Leaked", 0, 0, cell_text(SUM->line))
TABLE_COLUMN(sum_live_line, NULL, "Still live", 0, 0, cell_text(SUM->line))
TABLE_COLUMN(sum_grown_line, NULL, "Grown by", 0, 0, cell_text(SUM->line))
TABLE_COLUMN(sum_not_counted, NULL, "Not counted", 0, 0, cell_text(SUM->not_counted))
static const struct column *const sum_columns[] = {&sum_bytes, &sum_blocks,      &sum_error,
						   &sum_line,  &sum_not_counted, NULL};
static const struct column *const grown_sum_columns[] = {&sum_bytes,      &sum_blocks,      &sum_error,
							 &sum_grown_line, &sum_not_counted, NULL};
static const struct column *const live_sum_columns[] = {&sum_bytes,     &sum_blocks,      &sum_error,
							&sum_live_line, &sum_not_counted, NULL};

/* "79.9 KiB in 19 blocks" */
static const char *amount(struct document *document, const struct request *request, uint64_t bytes,
			  uint64_t blocks, uint64_t error_bytes)
{
	return pool_format(&document->pool, "%s in %s", part_size(document, request, bytes, error_bytes),
			   part_count(document, blocks, "block"));
}

/* Nothing if all is counted. */
static const char *not_counted(struct document *document, const struct request *request,
			       const struct amounts *total)
{
	const char *kept = "", *suppressed = "", *hint = "";

	if (total->kept_blocks > 0)
		kept = pool_format(&document->pool, "%s that libraries keep",
				   amount(document, request, total->kept_bytes, total->kept_blocks, 0));
	if (total->suppressed_blocks > 0)
		suppressed = pool_format(
			&document->pool, "%s suppressed",
			amount(document, request, total->suppressed_bytes, total->suppressed_blocks, 0));
	if ((*kept || *suppressed) && !request->flags[SHOW_SUPPRESSED])
		hint = " (--show-suppressed)";
	return pool_format(&document->pool, "%s%s%s%s", suppressed, *kept && *suppressed ? ", " : "", kept,
			   hint);
}

/* What is left is called by what part of the run it is of. */
static const struct column *const *sum_columns_for(const struct overview *run)
{
	if (run->window)
		return run->window->begins ? live_sum_columns : grown_sum_columns;
	return run->complete ? sum_columns : live_sum_columns;
}

static void add_sum(struct document *document, const char *name, const struct sum_row *sum,
		    const struct column *const *columns)
{
	document_add(document, &(struct section){
				       .name = name,
				       .layout = LAYOUT_FACTS,
				       .table = {columns, document_keep(document, sum, sizeof(*sum)), 1,
						 sizeof(*sum), NULL},
				       .for_programs = !sum->line,
			       });
}

static void add_sums(struct document *document, const struct request *request,
		     const struct leak_context *context)
{
	const struct amounts *total = &context->groups->total;
	uint64_t sample_bytes = context->run->sample_bytes;
	uint64_t error_bytes = figure_error(total, FIGURE_LEAKED, sample_bytes);
	const struct sum_row leaked = {
		total->leaked_blocks, total->leaked_bytes, error_bytes,
		amount(document, request, total->leaked_bytes, total->leaked_blocks, error_bytes),
		not_counted(document, request, total)};
	const struct sum_row kept = {total->kept_blocks, total->kept_bytes,
				     figure_error(total, FIGURE_KEPT, sample_bytes), NULL, NULL};

	add_sum(document, "leaked", &leaked, sum_columns_for(context->run));
	add_sum(document, "kept", &kept, sum_columns);
}

/* ---- what is not counted ---------------------------------------------------------------------- */

#define RULE ((const struct leak_rule *)row)

static bool is_unused(const struct leak_rule *rule)
{
	return rule->blocks == 0 && rule->beyond_bytes == 0;
}

static struct cell where_cell(const struct leak_rule *rule, struct document *document)
{
	const char *limit = "";
	char size[NUMBER_BYTES];

	number_size(size, sizeof(size), rule->limit_bytes, NUMBER_PRECISION_DEFAULT);
	if (rule->limit_bytes > 0)
		limit = pool_format(&document->pool, "  (max %s%s)", size,
				    rule->beyond_bytes > 0 ? ", and there is more" : "");
	return cell_text(pool_format(&document->pool, "%s:%zu%s%s", rule->file, rule->line, limit,
				     is_unused(rule) ? "  (unused)" : ""));
}

TABLE_COLUMN(rule_text, "rule", "Rule", 2, 0, cell_text(RULE->rule))
TABLE_COLUMN(rule_file, "file", NULL, 0, 0, cell_text(RULE->file))
TABLE_COLUMN(rule_line, "line", NULL, 0, 0, cell_count(RULE->line))
TABLE_COLUMN(rule_limit, "limit_bytes", NULL, 0, 0, cell_count(RULE->limit_bytes))
TABLE_COLUMN(rule_beyond, "beyond_bytes", NULL, 0, 0, cell_count(RULE->beyond_bytes))
TABLE_COLUMN(rule_blocks, "blocks", NULL, 0, 0, cell_count(RULE->blocks))
TABLE_COLUMN(rule_bytes, "bytes", NULL, 0, 0, cell_count(RULE->bytes))
TABLE_COLUMN(rule_text_bytes, NULL, "Bytes", 0, 10, cell_size(RULE->bytes))
TABLE_COLUMN(rule_text_blocks, NULL, "Blocks", 1, 7, cell_count(RULE->blocks))
TABLE_COLUMN(rule_where, NULL, "In", 2, -1, where_cell(RULE, (struct document *)(uintptr_t)context))

static const struct column *const suppression_columns[] = {
	&rule_text_bytes, &rule_text_blocks, &rule_text,  &rule_file,  &rule_line, &rule_limit,
	&rule_beyond,     &rule_blocks,      &rule_bytes, &rule_where, NULL};
static const struct column *const keeper_columns[] = {&rule_text_bytes, &rule_text_blocks, &rule_text,
						      &rule_blocks,     &rule_bytes,       NULL};

static size_t count_unused(const struct leak_rule *rules, size_t count)
{
	size_t unused = 0;

	for (size_t i = 0; i < count; i++)
		unused += is_unused(&rules[i]);
	return unused;
}

/* People who did not ask for the rules are told of those that are of no use. */
static void tell_unused(struct document *document, size_t unused)
{
	static const struct column *const none[] = {NULL};

	if (unused > 0)
		document_add(document,
			     &(struct section){
				     .layout = LAYOUT_FACTS,
				     .table = {none, NULL, 1, 0, NULL},
				     .note = pool_format(&document->pool,
							 "%s suppressed nothing (--show-suppressed)",
							 part_count(document, unused, "suppression")),
			     });
}

static void add_rules(struct document *document, struct profile *profile, const struct request *request)
{
	size_t suppression_count, keeper_count;
	const struct leak_rule *suppressions = profile_suppression_rules(profile, &suppression_count);
	const struct leak_rule *keepers = profile_keeper_rules(profile, &keeper_count);

	if (request->for_people && !request->flags[SHOW_SUPPRESSED]) {
		tell_unused(document, count_unused(suppressions, suppression_count));
		return;
	}
	document_add(document,
		     &(struct section){.name = "suppressed",
				       .title = "Suppressed",
				       .table = {suppression_columns, suppressions, suppression_count,
						 sizeof(*suppressions), document},
				       .only_if_rows = true});
	document_add(document, &(struct section){.name = "keepers",
						 .title = "Kept by libraries",
						 .table = {keeper_columns, keepers, keeper_count,
							   sizeof(*keepers), NULL},
						 .only_if_rows = true});
}

/* ---- the view ----------------------------------------------------------------------------------- */

static int make_growing(struct profile *profile, const struct request *request, struct document *document,
			struct diagnostic *diagnostic)
{
	document->main = "growing";
	part_head(document, profile);
	return part_growing(document, profile, request, (enum grouping)request->numbers[GROUPING],
			    diagnostic);
}

/* Whether leaks can be told by thread. */
static int check_threads(struct profile *profile, const struct request *request,
			 struct diagnostic *diagnostic)
{
	const struct breakdown_tables *tables;

	if (profile_blocks(profile) && profile_blocks(profile)->exact)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--group-by thread: of one thread sizes are known from one power of two to the "
			"next: --min-size 1024, --max-size 1023");
	if (request->flags[GROWING] || profile_window(profile))
		return diagnostic_set(
			diagnostic, EINVAL,
			"--group-by thread: over time recordings know call paths only; of the whole "
			"run it is known");
	return profile_breakdown(profile, &tables, diagnostic);
}

static int make(struct profile *const *profiles, size_t count, const struct request *request,
		struct document *document, struct diagnostic *diagnostic)
{
	int error = request->numbers[GROUPING] == GROUP_THREAD ? check_threads(*profiles, request, diagnostic)
							       : 0;

	if (error)
		return error;
	if (request->flags[GROWING])
		return make_growing(*profiles, request, document, diagnostic);

	struct profile *profile = *profiles;
	const struct leak_context context = {
		.groups = profile_groups(profile, (enum grouping)request->numbers[GROUPING], FIGURE_LEAKED),
		.run = profile_overview(profile, true),
		.frames = frame_rows_of(document, profile),
	};

	(void)count, (void)diagnostic;
	document->main = "leaks";
	part_head(document, profile);
	add_sums(document, request, &context);
	add_leaks(document, profile, request, document_keep(document, &context, sizeof(context)));
	add_rules(document, profile, request);
	return 0;
}

static const struct argp_option options[] = {
	{"group-by", KEY_GROUP_BY, "WHAT", 0,
	 "One row for each path (default), site, function, file, module, type or thread", 1},
	{"frames", KEY_FRAMES, NULL, 0, "Show all callers, not the first three and the outermost", 1},
	{"growing", KEY_GROWING, NULL, 0,
	 "Show what grew on and on over the run's second half: never less after a quarter of it, and more "
	 "after two",
	 1},
	{"show-suppressed", KEY_SHOW_SUPPRESSED, NULL, 0,
	 "Show what is not counted: by which suppression, and what libraries keep", 1},
	{0},
};

static error_t parse_grouping(struct argp_state *state, const char *argument, long *grouping)
{
	*grouping = (long)grouping_find(argument);
	if (*grouping < GROUPINGS)
		return 0;
	return options_error(state,
			     "--group-by takes path, site, function, file, module, type or thread, not '%s'",
			     argument);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct request *request = state->input;

	switch (key) {
	case KEY_GROUP_BY:
		return parse_grouping(state, argument, &request->numbers[GROUPING]);
	case KEY_FRAMES:
		return request->flags[FRAMES] = true, 0;
	case KEY_GROWING:
		return request->flags[GROWING] = true, 0;
	case KEY_SHOW_SUPPRESSED:
		return request->flags[SHOW_SUPPRESSED] = true, 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct view view_leaks = {
	.name = "leaks",
	.summary = "Show what was not freed",
	.doc = "Shows what a recorded program did not free, by the call paths that asked for it. What "
	       "libraries keep until their own end, and what suppressions name, is not counted as leaked, "
	       "and shown on request.",
	.traces = VIEW_ONE,
	.lacks = VIEW_LACKS_SORT,
	.options = options,
	.parse = parse,
	.make = make,
};
