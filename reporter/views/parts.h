/*
 * parts.h - sections that several views have: the run, its totals, call sites with who called them.
 */
#ifndef MPROF_REPORTER_VIEWS_PARTS_H
#define MPROF_REPORTER_VIEWS_PARTS_H

#include "profile/window.h"
#include "views/view.h"

/* The keys that every document of one recording begins with; for programs. */
void part_head(struct document *document, struct profile *profile);

/* The run in a few lines, with what must be known before its figures are trusted; for people. */
void part_run(struct document *document, struct profile *profile, const struct request *request);

/* What part of the run the figures are of, in a line; for people, of views that do not show the run. */
void part_figures_of(struct document *document, struct profile *profile);

/* That figures are estimates, of a sampled recording; for people, of views that do not show the run. */
void part_estimates(struct document *document, struct profile *profile);

/* A line "Header: text"; for people. */
void part_line(struct document *document, const struct column *header, const char *text);

/* Takes out the columns of what is not known of a part of the run, or of some blocks. */
void part_without_unknown(struct document *document, struct profile *profile);

/* A sentence in place of tables; for people. */
void part_nothing(struct document *document, const char *sentence);

/* The whole program's figures; for programs. */
void part_totals(struct document *document, struct profile *profile);

/* Which call paths were asked for, and what they have: a line for people, "" where all were; and a section
 * for programs, where not all were. */
const char *part_filtered(struct document *document, struct profile *profile, const struct request *request);
void part_filtered_totals(struct document *document, struct profile *profile, const struct request *request);

/* Call sites that have most of a figure.  `paths`: with the call paths that make up most of each.  Returns
 * how many lines of text that takes. */
struct site_choice {
	const char *name; /* of the section */
	enum figure figure;
	bool all;     /* those that have none of it, too, behind the others */
	size_t limit; /* 0: all */
	bool paths;
	size_t path_lines; /* for people, of each site */
};
size_t part_sites(struct document *document, struct profile *profile, const struct request *request,
		  const struct site_choice *choice);

/* The sites that a request is for: a few for people; for programs all that allocated, unless they ask for the
 * greatest by a figure. */
struct site_choice part_site_choice(const struct request *request, size_t few, bool paths, size_t path_lines);

/* Line tables of source functions. */
struct table_showing {
	bool all_lines;          /* of the functions, and all of the tables */
	bool as_memory_profiler; /* its columns alone, and nothing above the file's name */
	size_t line_count;       /* for people: in about so many lines of text; 0: in as many as it takes */
};
void part_tables(struct document *document, struct profile *profile, const struct request *request,
		 const struct line_table *tables, size_t count, const struct table_showing *showing);

/* Phases and marks; for people the `few` with the highest peaks.  Returns how many lines of text that takes.
 */
size_t part_phases(struct document *document, struct profile *profile, const struct request *request,
		   size_t few);

/* All collections, by time; for programs. */
void part_collections(struct document *document, struct profile *profile);

/* Of so many lines of warnings, which end with NULL, those that are shown: for people who have not asked for
 * all the first `always`, and of the others one with how many there are.  The lines are changed. */
const char *const *part_warnings(struct document *document, const struct request *request, const char **lines,
				 size_t always, size_t count);

/* A text that is at most `width` columns wide; its middle goes. */
const char *part_cut(struct document *document, const char *text, size_t width);

/* A command line, cut likewise. */
const char *part_command(struct document *document, const char *const *words, size_t width);

/* What a figure is called, which of a part of the run may be something else. */
const char *part_figure_title(const struct overview *run, enum figure figure);

/* "at ready (0.038 s)", "from load (0.003 s) to load:end (0.038 s)"; "" of the whole run. */
const char *part_window(struct document *document, const struct window *window);

/* "blocks of 1.0 MiB and more, allocated by thread 1234"; "" of all. */
const char *part_blocks(struct document *document, const struct block_selection *blocks);

/* "3 blocks", "1 block"; the noun's plural has an s. */
const char *part_count(struct document *document, uint64_t count, const char *noun);

/* "340.5 MiB", and " +/- 2.0 MiB" where it is an estimate. */
const char *part_size(struct document *document, const struct request *request, uint64_t size_bytes,
		      uint64_t error_bytes);

/* " (ended by SIGABRT)", " (did not end)" and others; nothing if the run ended by itself. */
const char *part_end(struct document *document, const struct overview *run);

/* The peak of the resident set: "at least 44.5 MiB" of a run that was killed, whose last moments nobody saw.
 */
const char *part_rss(struct document *document, const struct request *request, const struct overview *run);

/* "name  file.c:12", or "main+0x78  (module)" of a place without lines: as people see it, no longer than fits
 * a line or two. */
const char *part_place(struct document *document, const struct request *request, const char *place,
		       const char *file, uint32_t line, const char *module);

/* The same of a call site; code without a name is known best by what it called: "sqlite3_step
 * (libsqlite3.so.0) at 0x20a0 (sqlite3)". */
const char *part_site(struct document *document, const struct request *request, const struct site *site);

#endif
