/*
 * cmd_peak.c - mprof peak: one line per recording, and on request its call sites at the peak.
 */
#include "command.h"
#include "cli/output.h"
#include "cli/show.h"
#include "recordings/traces.h"

#include <errno.h>
#include <stdlib.h>

struct options {
	struct show_options show;
	struct option_list traces;
	long sites;
};

static const struct argp_option option_table[] = {
	{"sites", 'n', "N", 0, "Show the N call sites that hold most at the peak too (in text)", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->show;
		return 0;
	case 'n':
		return option_number(state, "--sites", argument, 1, 1000000, &options->sites);
	case ARGP_KEY_ARG:
		return option_list_add(&options->traces, argument);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[TRACE...]",
	.doc = "Shows the peak of recordings: of the heap, and of the resident set.\v" SHOW_TRACE_DOC,
	.children = show_children,
};

struct row {
	struct profile *profile;
};

static const struct view_summary *summary_of(const void *row)
{
	return &profile_view(((const struct row *)row)->profile)->summary;
}

TABLE_COLUMN(peak_column, "peak_bytes", "Peak heap", 0, 12, cell_bytes((int64_t)summary_of(row)->peak_bytes))
TABLE_COLUMN(error_column, "peak_bytes_error", "+/- 95%", 1, 12,
	     cell_bytes((int64_t)summary_of(row)->peak_error))
TABLE_COLUMN(rss_column, "peak_rss_bytes", "Peak RSS", 1, 12,
	     cell_bytes((int64_t)summary_of(row)->peak_rss_bytes))
TABLE_COLUMN(path_column, "trace", "Trace", 2, -1, cell_text(summary_of(row)->path))
TABLE_COLUMN(sampling_column, "sample_bytes", "Sampled", 1, 10, cell_size(summary_of(row)->sample_bytes))

static const struct column *const columns[] = {&peak_column, &rss_column, &path_column, NULL};
static const struct column *const sampled_columns[] = {&peak_column,     &error_column, &rss_column,
						       &sampling_column, &path_column,  NULL};

/* Text has no columns for estimates where there are none. */
static const struct column *const *columns_for(enum view_format format, const struct row *rows, size_t count)
{
	bool sampled = format != FORMAT_TEXT;

	for (size_t i = 0; i < count; i++)
		sampled |= summary_of(&rows[i])->sample_bytes > 0;
	return sampled ? sampled_columns : columns;
}

static int print(const struct options *options, const struct row *rows, size_t count,
		 struct diagnostic *diagnostic)
{
	const struct output_options *output = &options->show.output;
	struct table table = {.columns = columns_for(output->format, rows, count),
			      .rows = rows,
			      .row_count = count,
			      .row_bytes = sizeof(*rows)};
	struct view_style style;
	FILE *out;
	int error = output_open(output->path, &out, diagnostic);

	if (error)
		return error;
	style = output_style(output, out);
	style.sites = (size_t)options->sites;
	/* With call sites each has its warnings in its summary. */
	for (size_t i = 0; (options->sites == 0 || output->format != FORMAT_TEXT) && i < count; i++)
		show_warnings(profile_view(rows[i].profile),
			      count > 1 ? profile_view(rows[i].profile)->summary.path : NULL, false);
	error = view_table_print(out, &table, output->format, style.precision);
	for (size_t i = 0; !error && options->sites > 0 && output->format == FORMAT_TEXT && i < count; i++)
		error = view_text_sites(out, profile_view(rows[i].profile), SORT_PEAK, &style);
	if (error)
		diagnostic_set(diagnostic, -error, "out of memory");
	return output_close(output->path, out, diagnostic) ? -EIO : error;
}

static int read_rows(const struct options *options, const struct profile_options *profile_options,
		     const struct trace_list *traces, struct row *rows, struct diagnostic *diagnostic)
{
	size_t count = options->traces.count > 0 ? options->traces.count : 1;
	const char *path;
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		error = trace_list_pick(traces, options->traces.count > 0 ? options->traces.items[i] : NULL,
					&path, diagnostic);
		if (error)
			break;
		trace_bring_up_to_date(path);
		error = profile_create(path, profile_options, &rows[i].profile, diagnostic);
		progress_finish(profile_options->progress_context);
	}
	return error ? error : print(options, rows, count, diagnostic);
}

static int peak(const struct options *options, struct diagnostic *diagnostic)
{
	struct progress progress = progress_start();
	struct profile_options profile_options = {
		.detail = options->sites > 0 ? REPORT_SITES : REPORT_SUMMARY,
		.replay = options->show.replay,
	};
	struct row *rows = calloc(options->traces.count + 1, sizeof(*rows));
	struct trace_list traces;
	int error;

	if (!rows)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	show_fill_options(&profile_options, &options->show.symbols, &progress);
	error = trace_list_init(&traces, ".", diagnostic);
	if (!error)
		error = read_rows(options, &profile_options, &traces, rows, diagnostic);
	for (size_t i = 0; i <= options->traces.count; i++)
		profile_destroy(rows[i].profile);
	free(rows);
	trace_list_finish(&traces);
	return error;
}

int cmd_peak(int argc, char **argv, struct diagnostic *diagnostic)
{
	struct options options = {0};
	int status = options_parse(&argp, false, argc, argv, &options, diagnostic);

	if (status == 0)
		status = peak(&options, diagnostic);
	option_list_finish(&options.traces);
	symbol_options_finish(&options.show.symbols);
	return status < 0 ? status : STATUS_DONE;
}
