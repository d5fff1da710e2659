/* report_all.c - mprof report --all: the call sites of all processes of a run, each program's summed. */
#include "profile/partial.h"
#include "views/processes.h"

#include "profile/run.h"
#include "recordings/run.h"
#include "views/parts.h"

#include <inttypes.h>

#define SITES_SHOWN 20

/* What the recordings amount to. */
struct sums {
	size_t processes, unreadable;
	struct amounts amounts;
	uint64_t greatest_peak_bytes;
	const char *greatest;                                   /* the recording */
	const char *text, *peak, *peaks, *leaked, *allocations; /* for people */
	const char *const *warnings;
};

struct site_row {
	struct run_site site;
	enum figure figure;
	uint64_t whole;
	const char *where;
};

/* ---- reading ------------------------------------------------------------------------------------ */

static void add_profile(struct sums *sums, struct run_sums *sites, struct profile *profile, const char *path)
{
	struct amounts amounts = profile_passing(profile);

	sums->processes++;
	amounts_add(&sums->amounts, &amounts);
	if (!sums->greatest || amounts.peak_bytes > sums->greatest_peak_bytes) {
		sums->greatest_peak_bytes = amounts.peak_bytes;
		sums->greatest = path;
	}
	run_sums_add(sites, profile);
}

/* One recording at a time. */
static void read_all(const struct run *run, struct profile *like, const struct request *request,
		     struct sums *sums, struct run_sums *sites)
{
	struct diagnostic diagnostic;
	struct profile *profile;

	for (size_t i = 0; i < run->count; i++) {
		if (profile_open_like(like, &request->filter, run->members[i].path, &profile, &diagnostic) !=
		    0) {
			sums->unreadable++;
			continue;
		}
		add_profile(sums, sites, profile, run->members[i].path);
		profile_close(profile);
	}
}

/* ---- the whole ---------------------------------------------------------------------------------- */

#define SUMS ((const struct sums *)row)
TABLE_COLUMN(text_run, NULL, "Run", 0, 0, cell_text(SUMS->text))
TABLE_COLUMN(text_peak, NULL, "Greatest", 0, 0, cell_text(SUMS->peak))
TABLE_COLUMN(text_peaks, NULL, "Sum of peaks", 0, 0, cell_text(SUMS->peaks))
TABLE_COLUMN(text_leaked, NULL, "Leaked", 0, 0, cell_text(SUMS->leaked))
TABLE_COLUMN(text_allocations, NULL, "Allocations", 0, 0, cell_text(SUMS->allocations))
TABLE_COLUMN(text_warnings, NULL, "", 0, 0, cell_lines(SUMS->warnings))
static const struct column *const text_columns[] = {
	&text_run, &text_peak, &text_peaks, &text_leaked, &text_allocations, &text_warnings, NULL};

TABLE_COLUMN(sum_processes, "processes", NULL, 0, 0, cell_count(SUMS->processes))
TABLE_COLUMN(sum_unreadable, "unreadable", NULL, 0, 0, cell_count(SUMS->unreadable))
TABLE_COLUMN(sum_greatest, "greatest_peak_bytes", NULL, 0, 0, cell_count(SUMS->greatest_peak_bytes))
TABLE_COLUMN(sum_greatest_trace, "greatest_trace", NULL, 0, 0, cell_text(SUMS->greatest))
TABLE_COLUMN(sum_peaks, "sum_of_peak_bytes", NULL, 0, 0, cell_count(SUMS->amounts.peak_bytes))
TABLE_COLUMN(sum_leaked, "leaked_bytes", NULL, 0, 0, cell_count(SUMS->amounts.leaked_bytes))
TABLE_COLUMN(sum_leaked_blocks, "leaked_blocks", NULL, 0, 0, cell_count(SUMS->amounts.leaked_blocks))
TABLE_COLUMN(sum_kept, "kept_bytes", NULL, 0, 0, cell_count(SUMS->amounts.kept_bytes))
TABLE_COLUMN(sum_allocations, "allocations", NULL, 0, 0, cell_count(SUMS->amounts.allocations))
TABLE_COLUMN(sum_allocated, "allocated_bytes", NULL, 0, 0, cell_count(SUMS->amounts.allocated_bytes))
TABLE_COLUMN(sum_temporary, "temporary_allocations", NULL, 0, 0, cell_count(SUMS->amounts.temporary))
static const struct column *const sum_columns[] = {&sum_processes,      &sum_unreadable, &sum_greatest,
						   &sum_greatest_trace, &sum_peaks,      &sum_leaked,
						   &sum_leaked_blocks,  &sum_kept,       &sum_allocations,
						   &sum_allocated,      &sum_temporary,  NULL};

static void tell(struct sums *sums, struct document *document, const struct request *request)
{
	const char **warnings = pool_alloc(&document->pool, 2 * sizeof(*warnings));

	sums->greatest = sums->greatest ? pool_format(&document->pool, "%s", sums->greatest) : NULL;
	sums->text = pool_format(&document->pool, "%s, each a process or what one was before exec",
				 part_count(document, sums->processes, "recording"));
	sums->peak = pool_format(&document->pool, "%s, in %s",
				 part_size(document, request, sums->greatest_peak_bytes, 0),
				 sums->greatest ? sums->greatest : "none");
	sums->peaks = pool_format(&document->pool, "%s, which were not all at one time",
				  part_size(document, request, sums->amounts.peak_bytes, 0));
	sums->leaked = pool_format(&document->pool, "%s in %s",
				   part_size(document, request, sums->amounts.leaked_bytes, 0),
				   part_count(document, sums->amounts.leaked_blocks, "block"));
	sums->allocations =
		pool_format(&document->pool, "%" PRIu64 " of %s in all", sums->amounts.allocations,
			    part_size(document, request, sums->amounts.allocated_bytes, 0));
	if (sums->unreadable > 0)
		warnings[0] = pool_format(&document->pool, "%s of the run cannot be read",
					  part_count(document, sums->unreadable, "recording"));
	sums->warnings = warnings;
}

static void add_sums(struct document *document, const struct sums *sums)
{
	const struct sums *kept = document_keep(document, sums, sizeof(*sums));

	document_add(document,
		     &(struct section){.layout = LAYOUT_FACTS,
				       .table = {.columns = text_columns, .rows = kept, .row_count = 1},
				       .has_warnings = true});
	document_add(document,
		     &(struct section){.name = "totals",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = sum_columns, .rows = kept, .row_count = 1},
				       .for_programs = true});
}

/* ---- call sites ---------------------------------------------------------------------------------- */

#define ROW ((const struct site_row *)row)
#define SITE (&ROW->site.site)
TABLE_COLUMN(site_program, "program", NULL, 0, 0, cell_text(ROW->site.program))
TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->function))
TABLE_COLUMN(site_file, "file", NULL, 0, 0, cell_text(SITE->file))
TABLE_COLUMN(site_line, "line", NULL, 0, 0, cell_count(SITE->line))
TABLE_COLUMN(site_place, "place", NULL, 0, 0, cell_text(SITE->place))
TABLE_COLUMN(site_module, "module", NULL, 0, 0, cell_text(SITE->module))
TABLE_COLUMN(site_processes, "processes", NULL, 0, 0, cell_count(ROW->site.process_count))
TABLE_COLUMN(site_greatest, "greatest_peak_bytes", NULL, 0, 0, cell_count(ROW->site.greatest.peak_bytes))
TABLE_COLUMN(site_peaks, "sum_of_peak_bytes", NULL, 0, 0, cell_count(SITE->amounts.peak_bytes))
TABLE_COLUMN(site_leaked, "leaked_bytes", NULL, 0, 0, cell_count(SITE->amounts.leaked_bytes))
TABLE_COLUMN(site_leaked_blocks, "leaked_blocks", NULL, 0, 0, cell_count(SITE->amounts.leaked_blocks))
TABLE_COLUMN(site_kept, "kept_bytes", NULL, 0, 0, cell_count(SITE->amounts.kept_bytes))
TABLE_COLUMN(site_allocations, "allocations", NULL, 0, 0, cell_count(SITE->amounts.allocations))
TABLE_COLUMN(site_allocated, "allocated_bytes", NULL, 0, 0, cell_count(SITE->amounts.allocated_bytes))
TABLE_COLUMN(site_temporary, "temporary", NULL, 0, 0, cell_count(SITE->amounts.temporary))
static const struct column *const columns[] = {
	&site_program,     &site_function,  &site_file,      &site_line,   &site_place,         &site_module,
	&site_processes,   &site_greatest,  &site_peaks,     &site_leaked, &site_leaked_blocks, &site_kept,
	&site_allocations, &site_allocated, &site_temporary, NULL};

static struct cell figure_cell(const struct site_row *row)
{
	uint64_t value = run_figure(&row->site, row->figure);

	return figure_infos[row->figure].bytes ? cell_size(value) : cell_count(value);
}

TABLE_COLUMN(told_greatest, NULL, "Greatest", 0, 11, figure_cell(ROW))
TABLE_COLUMN(told_sum, NULL, "Sum", 0, 11, figure_cell(ROW))
TABLE_COLUMN(told_share, NULL, "Share", 1, 7, cell_share(run_figure(&ROW->site, ROW->figure), ROW->whole))
TABLE_COLUMN(told_peaks, NULL, "In all", 1, 11, cell_size(SITE->amounts.peak_bytes))
TABLE_COLUMN(told_processes, NULL, "In", 1, 5, cell_count(ROW->site.process_count))
TABLE_COLUMN(told_program, NULL, "Program", 2, 0, cell_text(ROW->site.program))
TABLE_COLUMN(told_where, NULL, "Call site", 2, -1, cell_text(ROW->where))
static const struct column *const peak_columns[] = {&told_greatest, &told_peaks, &told_processes,
						    &told_program,  &told_where, NULL};
static const struct column *const other_columns[] = {&told_sum,     &told_share, &told_processes,
						     &told_program, &told_where, NULL};

static const char *title_of(struct document *document, const struct request *request)
{
	if (request->figure == FIGURE_PEAK)
		return "Call sites that hold most at the peak of a process";
	return pool_format(&document->pool, "%s, in all processes", figure_infos[request->figure].table);
}

static const char *kept_text(struct document *document, const char *text)
{
	return pool_format(&document->pool, "%s", text);
}

/* Which may outlive the sums. */
static struct run_site kept_site(struct document *document, const struct run_site *site)
{
	struct run_site kept = *site;

	kept.program = kept_text(document, site->program);
	kept.site.function = kept_text(document, site->site.function);
	kept.site.file = kept_text(document, site->site.file);
	kept.site.module = kept_text(document, site->site.module);
	kept.site.place = kept_text(document, site->site.place);
	return kept;
}

static void add_sites(struct document *document, const struct request *request, struct run_sums *sums,
		      const struct amounts *total)
{
	const struct site_choice choice = part_site_choice(request, SITES_SHOWN, false, 0);
	enum figure figure = choice.figure;
	size_t count, limit = choice.limit;
	const struct run_site *sites =
		run_sums_sites(sums, choice.all ? FIGURE_ALLOCATIONS : figure, figure, &count);
	size_t shown = limit > 0 && count > limit ? limit : count;
	struct site_row *rows = pool_alloc(&document->pool, (shown + 1) * sizeof(*rows));

	for (size_t i = 0; i < shown; i++)
		rows[i] = (struct site_row){kept_site(document, &sites[i]), figure, figure_of(total, figure),
					    part_place(document, request, sites[i].site.place,
						       sites[i].site.file, sites[i].site.line,
						       sites[i].site.module)};
	document_add(document,
		     &(struct section){.name = "sites",
				       .title = title_of(document, request),
				       .table = {!request->for_people    ? columns
						 : figure == FIGURE_PEAK ? peak_columns
									 : other_columns,
						 rows, shown, sizeof(*rows), NULL},
				       .note = shown < count ? pool_format(&document->pool,
									   "%zu more call sites (-n)",
									   count - shown)
							     : NULL,
				       .only_if_rows = true});
	if (request->for_people && count == 0 && !filter_empty(&request->filter))
		part_nothing(document, "No recorded call path of the run is of what was asked for.");
}

int all_make(struct profile *profile, const struct request *request, struct document *document,
	     struct diagnostic *diagnostic)
{
	struct sums sums = {0};
	struct run_sums *sites;
	struct run run;
	int error = run_find(profile_overview(profile, false)->path, &run, diagnostic);

	if (error)
		return error;
	sites = run_sums_create();
	read_all(&run, profile, request, &sums, sites);
	tell(&sums, document, request);
	run_finish(&run);
	document->main = "sites";
	part_head(document, profile);
	if (request->for_people && partial_is(profile_overview(profile, false)))
		part_figures_of(document, profile);
	add_sums(document, &sums);
	add_sites(document, request, sites, &sums.amounts);
	run_sums_destroy(sites);
	return 0;
}
