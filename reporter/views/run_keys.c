/* run_keys.c - the keys that every document of a recording has: the run, what was asked for, and totals; for
 * programs. */
#include "views/parts.h"

#define SCHEMA 1

struct head {
	const struct overview *run;
	const char *const *warnings;
};

#define HEAD ((const struct head *)row)
TABLE_COLUMN(head_schema, "schema", NULL, 0, 0, cell_count(SCHEMA))
TABLE_COLUMN(head_command, "command", NULL, 0, 0, cell_words(HEAD->run->command))
TABLE_COLUMN(head_pid, "pid", NULL, 0, 0, cell_count((uint64_t)HEAD->run->pid))
TABLE_COLUMN(head_duration, "duration_ns", NULL, 0, 0, cell_count(HEAD->run->duration_ns))
TABLE_COLUMN(head_complete, "complete", NULL, 0, 0, cell_truth(HEAD->run->complete))
TABLE_COLUMN(head_lost, "lost_events", NULL, 0, 0, cell_count(HEAD->run->lost_events))
TABLE_COLUMN(head_sampled, "sample_bytes", NULL, 0, 0, cell_count(HEAD->run->sample_bytes))
TABLE_COLUMN(head_aggregate, "aggregate", NULL, 0, 0, cell_truth(HEAD->run->aggregate))
TABLE_COLUMN(head_trace, "trace", NULL, 0, 0, cell_text(HEAD->run->path))
TABLE_COLUMN(head_started, "started_realtime_ns", NULL, 0, 0, cell_count(HEAD->run->started_realtime_ns))
TABLE_COLUMN(head_warnings, "warnings", NULL, 0, 0, cell_words(HEAD->warnings))

TABLE_COLUMN(query_from, "query.from_ns", NULL, 0, 0, cell_count(HEAD->run->window->from_ns))
TABLE_COLUMN(query_to, "query.to_ns", NULL, 0, 0, cell_count(HEAD->run->window->to_ns))
TABLE_COLUMN(query_moment, "query.moment", NULL, 0, 0, cell_truth(HEAD->run->window->moment))
TABLE_COLUMN(query_near, "query.near", NULL, 0, 0, cell_truth(HEAD->run->window->near))

TABLE_COLUMN(query_least, "query.min_size_bytes", NULL, 0, 0, cell_count(HEAD->run->blocks->least))
TABLE_COLUMN(query_most, "query.max_size_bytes", NULL, 0, 0, cell_count(HEAD->run->blocks->most))
TABLE_COLUMN(query_thread, "query.thread", NULL, 0, 0, cell_text(HEAD->run->blocks->thread))

static const struct column *const head_columns[] = {
	&head_schema,  &head_command,   &head_pid,   &head_duration, &head_complete, &head_lost,
	&head_sampled, &head_aggregate, &head_trace, &head_started,  &head_warnings, NULL};
static const struct column *const window_head_columns[] = {&query_from, &query_to, &query_moment, &query_near,
							   NULL};
static const struct column *const blocks_head_columns[] = {&query_least, &query_most, &query_thread, NULL};
static const struct column *const no_columns[] = {NULL};

/* With what was asked for. */
static const struct column *const *head_columns_of(struct document *document, const struct overview *run)
{
	const struct column *const *const lists[] = {head_columns,
						     run->window ? window_head_columns : no_columns,
						     run->blocks ? blocks_head_columns : no_columns};
	const struct column **columns =
		pool_alloc(&document->pool,
			   sizeof(head_columns) + sizeof(window_head_columns) + sizeof(blocks_head_columns));
	size_t count = 0;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (size_t k = 0; lists[i][k]; k++)
			columns[count++] = lists[i][k];
	columns[count] = NULL;
	return columns;
}

void part_head(struct document *document, struct profile *profile)
{
	const struct warnings warnings = profile_warnings(profile);
	const struct head head = {profile_overview(profile, false),
				  document_words(document, warnings.lines, warnings.count)};

	document_add(document, &(struct section){
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = head_columns_of(document, head.run),
						 .rows = document_keep(document, &head, sizeof(head)),
						 .row_count = 1,
						 .row_bytes = sizeof(head)},
				       .for_programs = true,
			       });
}

#define RUN ((const struct overview *)row)
#define TOTAL(field) TABLE_COLUMN(total_##field, #field, NULL, 0, 0, cell_count(RUN->total.field))
#define TOTAL_ERROR(id, name, figure)                                                                        \
	TABLE_COLUMN(id, name, NULL, 0, 0, cell_count(figure_error(&RUN->total, figure, RUN->sample_bytes)))

TOTAL(allocations)
TOTAL(frees)
TOTAL(allocated_bytes)
TOTAL(freed_bytes)
TOTAL(peak_bytes)
TOTAL(peak_blocks)
TABLE_COLUMN(total_peak_time, "peak_time_ns", NULL, 0, 0, cell_count(RUN->peak_time_ns))
TOTAL(leaked_bytes)
TOTAL(leaked_blocks)
TOTAL(kept_bytes)
TOTAL(kept_blocks)
TOTAL(suppressed_bytes)
TOTAL(suppressed_blocks)
TABLE_COLUMN(total_temporary, "temporary_allocations", NULL, 0, 0, cell_count(RUN->total.temporary))
TABLE_COLUMN(total_unmatched, "unmatched_frees", NULL, 0, 0, cell_count(RUN->unmatched_frees))
TOTAL(collections)
TABLE_COLUMN(total_rss, "peak_rss_bytes", NULL, 0, 0, cell_count(RUN->peak_rss_bytes))
TABLE_COLUMN(total_recorder, "recorder_bytes", NULL, 0, 0, cell_count(RUN->recorder_bytes))
TABLE_COLUMN(total_children, "unrecorded_children", NULL, 0, 0, cell_count(RUN->unrecorded_children))
TABLE_COLUMN(total_threads, "threads", NULL, 0, 0, cell_count(RUN->thread_count))
TABLE_COLUMN(total_blocks_error, "blocks_error", NULL, 0, 0, cell_count(RUN->blocks_error))
TOTAL_ERROR(total_allocated_error, "allocated_bytes_error", FIGURE_ALLOCATED)
TOTAL_ERROR(total_peak_error, "peak_bytes_error", FIGURE_PEAK)
TOTAL_ERROR(total_leaked_error, "leaked_bytes_error", FIGURE_LEAKED)

static const struct column *const total_columns[] = {&total_allocations,
						     &total_frees,
						     &total_allocated_bytes,
						     &total_freed_bytes,
						     &total_peak_bytes,
						     &total_peak_blocks,
						     &total_peak_time,
						     &total_leaked_bytes,
						     &total_leaked_blocks,
						     &total_kept_bytes,
						     &total_kept_blocks,
						     &total_suppressed_bytes,
						     &total_suppressed_blocks,
						     &total_temporary,
						     &total_unmatched,
						     &total_collections,
						     &total_rss,
						     &total_recorder,
						     &total_children,
						     &total_threads,
						     &total_blocks_error,
						     &total_allocated_error,
						     &total_peak_error,
						     &total_leaked_error,
						     NULL};

void part_totals(struct document *document, struct profile *profile)
{
	document_add(document, &(struct section){
				       .name = "totals",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = total_columns,
						 .rows = profile_overview(profile, true),
						 .row_count = 1,
						 .row_bytes = sizeof(struct overview)},
				       .for_programs = true,
			       });
}
