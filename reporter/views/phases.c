/*
 * phases.c - what the program did between mprof_begin and mprof_end, and at its marks.
 */
#include "profile/phases.h"

#include "base/number.h"
#include "base/text.h"
#include "views/parts.h"
#include "views/places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SITES_SHOWN 3
#define NAME_SHOWN 40
#define MADE_OF_INDENT 22
#define MADE_OF_MOST 100 /* phases of which programs are told that */
#define SITES_TOLD 10    /* to programs */

/* A phase, and what its peak was made of. */
struct phase_row {
	const struct phase *phase;
	const char *text; /* for people: its name, with which one it is of several, and that it did not end */
	const char *const *made_of; /* for people */
	const struct table *sites;  /* for programs */
};

#define SITE ((const struct phase_site *)row)
TABLE_COLUMN(site_function, "function", NULL, 0, 0, cell_text(SITE->site->function))
TABLE_COLUMN(site_file, "file", NULL, 0, 0, cell_text(SITE->site->file))
TABLE_COLUMN(site_line, "line", NULL, 0, 0, cell_count(SITE->site->line))
TABLE_COLUMN(site_place, "place", NULL, 0, 0, cell_text(SITE->site->place))
TABLE_COLUMN(site_bytes, "peak_bytes", NULL, 0, 0, cell_count(SITE->peak_bytes))
TABLE_COLUMN(site_blocks, "peak_blocks", NULL, 0, 0, cell_count(SITE->peak_blocks))
static const struct column *const site_columns[] = {&site_function, &site_file,   &site_line, &site_place,
						    &site_bytes,    &site_blocks, NULL};

#define ROW ((const struct phase_row *)row)
#define PHASE (ROW->phase)
#define IF_MEASURED(value) (PHASE->measured ? value : cell_blank())

TABLE_COLUMN(phase_name, "name", NULL, 0, 0, cell_text(PHASE->name))
TABLE_COLUMN(phase_number, "number", NULL, 0, 0, cell_count(PHASE->number))
TABLE_COLUMN(mark, "mark", NULL, 0, 0, cell_truth(PHASE->mark))
TABLE_COLUMN(unended, "ended", NULL, 0, 0, cell_truth(!PHASE->unended))
TABLE_COLUMN(begin, "begin_ns", "Begin", 0, 10, cell_pause(PHASE->begin_ns))
TABLE_COLUMN(duration, "duration_ns", "Duration", 1, 10,
	     PHASE->mark ? cell_blank() : cell_pause(PHASE->duration_ns))
TABLE_COLUMN(begin_bytes, "begin_bytes", "Before", 1, 10, IF_MEASURED(cell_size(PHASE->begin_bytes)))
TABLE_COLUMN(peak_bytes, "peak_bytes", "Peak", 1, 10,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_size(PHASE->peak_bytes)))
TABLE_COLUMN(end_bytes, "end_bytes", "After", 1, 10,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_size(PHASE->end_bytes)))
TABLE_COLUMN(allocations, "allocations", "Allocs", 1, 8,
	     PHASE->mark ? cell_blank() : IF_MEASURED(cell_count(PHASE->allocations)))
TABLE_COLUMN(allocated, "allocated_bytes", NULL, 0, 0, IF_MEASURED(cell_count(PHASE->allocated_bytes)))
TABLE_COLUMN(made_of_sites, "peak_sites", NULL, 0, 0, ROW->sites ? cell_rows(ROW->sites) : cell_blank())
TABLE_COLUMN(text_name, NULL, "Phase", 2, -1, cell_text(ROW->text))
TABLE_COLUMN(text_made_of, NULL, NULL, 0, MADE_OF_INDENT, cell_lines(ROW->made_of))

static const struct column *const columns[] = {&phase_name, &phase_number, &mark,        &unended,
					       &begin,      &duration,     &begin_bytes, &peak_bytes,
					       &end_bytes,  &allocations,  &allocated,   &made_of_sites,
					       &text_name,  &text_made_of, NULL};

static int by_peak(const void *left, const void *right)
{
	const struct phase *const *a = left, *const *b = right;

	if ((*a)->peak_bytes != (*b)->peak_bytes)
		return (*a)->peak_bytes > (*b)->peak_bytes ? -1 : 1;
	return *a < *b ? -1 : *a > *b;
}

/* Of each phase, whether it is one of those with the highest peaks. */
static bool *find_greatest(struct document *document, const struct phase *phases, size_t count, size_t most)
{
	const struct phase **sorted = pool_alloc(&document->pool, (count + 1) * sizeof(*sorted));
	bool *greatest = pool_alloc(&document->pool, count + 1);

	for (size_t i = 0; i < count; i++)
		sorted[i] = &phases[i];
	qsort(sorted, count, sizeof(*sorted), by_peak);
	for (size_t i = 0; i < most && i < count; i++)
		greatest[sorted[i] - phases] = true;
	return greatest;
}

/* "66.7% load_table st.c:7, 33.3% sort_rows st.c:8", in as many lines as it takes. */
static const char *const *lines_of(struct document *document, const struct request *request,
				   const struct phase_site *sites, size_t count, uint64_t whole)
{
	const char *lines[SITES_SHOWN];
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct site *site = sites[i].site;
		char share[NUMBER_BYTES], at[NUMBER_BYTES] = "";
		const char *part;

		number_share(share, sizeof(share), sites[i].peak_bytes, whole);
		if (site->line > 0)
			snprintf(at, sizeof(at), ":%u", site->line);
		part = pool_format(&document->pool, "%s %s%s%s%s", share,
				   part_cut(document, site->place, NAME_SHOWN), *at ? " " : "",
				   *at ? base_name(site->file) : "", at);
		if (used > 0 &&
		    strlen(lines[used - 1]) + strlen(part) + MADE_OF_INDENT + 2 <= place_width(request))
			lines[used - 1] = pool_format(&document->pool, "%s, %s", lines[used - 1], part);
		else
			lines[used++] = part;
	}
	return used > 0 ? document_words(document, lines, used) : NULL;
}

static void fill(struct phase_row *row, struct document *document, struct profile *profile,
		 const struct request *request)
{
	struct phase_site *sites = pool_alloc(&document->pool, SITES_TOLD * sizeof(*sites));
	size_t count;

	if (row->phase->mark)
		return;
	count = profile_phase_sites(profile, row->phase, sites,
				    request->for_people ? SITES_SHOWN : SITES_TOLD);
	if (request->for_people)
		row->made_of = lines_of(document, request, sites, count, row->phase->peak_bytes);
	else if (row->phase->bounded)
		row->sites = document_keep(document,
					   &(struct table){site_columns, sites, count, sizeof(*sites), NULL},
					   sizeof(struct table));
}

/* "request#3", as --at takes it. */
static const char *text_of(struct document *document, const struct phase *phase, bool alone)
{
	const char *end = phase->unended ? " (did not end)" : "";

	return alone ? pool_format(&document->pool, "%s%s", phase->name, end)
		     : pool_format(&document->pool, "%s#%u%s", phase->name, phase->number, end);
}

static size_t count_lines(const char *const *lines)
{
	size_t count = 0;

	while (lines && lines[count])
		count++;
	return count;
}

size_t part_phases(struct document *document, struct profile *profile, const struct request *request,
		   size_t few)
{
	size_t count, shown, used = 0, lines = 0;
	const struct phase *phases = profile_phases(profile, &count);
	const char *title = "Phases and marks";
	struct phase_row *rows = pool_alloc(&document->pool, (count + 1) * sizeof(*rows));
	const bool *greatest;

	shown = request->for_people && few > 0 && count > few ? few : count;
	if (shown < count)
		title = pool_format(&document->pool,
				    "Phases and marks (the %zu of %zu with the highest peaks)", shown, count);
	bool *several = pool_alloc(&document->pool, count + 1); /* by kind */
	for (size_t i = 0; i < count; i++)
		several[phases[i].kind] |= phases[i].number > 1;
	greatest = find_greatest(document, phases, count, request->for_people ? shown : MADE_OF_MOST);
	for (size_t i = 0; i < count; i++) {
		if (request->for_people && !greatest[i])
			continue;
		rows[used].phase = &phases[i];
		rows[used].text = text_of(document, &phases[i], !several[phases[i].kind]);
		if (greatest[i])
			fill(&rows[used], document, profile, request);
		lines += 1 + count_lines(rows[used++].made_of);
	}
	document_add(document, &(struct section){.name = "phases",
						 .title = title,
						 .table = {columns, rows, used, sizeof(*rows), NULL},
						 .only_if_rows = true});
	return lines > 0 ? lines + 4 : 0;
}
