/*
 * request.h - what a user asks of a view: the options that all views share, as one group.
 */
#ifndef MPROF_REPORTER_VIEWS_REQUEST_H
#define MPROF_REPORTER_VIEWS_REQUEST_H

#include "cli/options.h"
#include "formats/style.h"
#include "profile/figure.h"
#include "profile/filter.h"
#include "profile/profile.h"

struct request {
	/* What. */
	struct option_list functions, files, modules, ignore, types, suppressions;
	long top;           /* rows; 0: the view's choice */
	enum figure figure; /* by which is chosen and ordered */
	bool figure_given;  /* or it is the usual one */
	const char *table;  /* the section of CSV; NULL: the main one */
	struct option_list columns;
	bool all_warnings;
	const char *export_format; /* of exports; NULL: by the file's name */
	bool export_list;
	double min_share;            /* of exports, from 0 to 1 */
	bool min_share_given;        /* or it is what is usual of the format */
	struct window_choice window; /* which part of the run */
	struct block_choice blocks;  /* and which blocks */
	bool of_run;       /* all its processes are shown: a filter may mean nothing in the one named */
	const char *place; /* of views that take one; else NULL */
	/* How. */
	struct output_options output;
	struct symbol_options symbols;
	bool replay;
	/* Of the view's own options, whatever it makes of them. */
	bool flags[8];
	long numbers[4];
	const char *words[4];
	struct option_list lists[2];
	/* Filled in when there is something to show. */
	bool for_people; /* else every figure, and all rows */
	const struct style *style;
	struct filter filter; /* borrows from the lists above */
};

void request_finish(struct request *request);

/* Whether a part of the run was asked for. */
static inline bool request_has_window(const struct request *request)
{
	return request->window.at || request->window.from || request->window.to;
}

/* Whether only some blocks were. */
static inline bool request_has_blocks(const struct request *request)
{
	return request->blocks.least || request->blocks.most || request->blocks.thread;
}

/* How many rows: what was asked for, or, for people, a few; 0: all. */
size_t request_rows(const struct request *request, size_t few);

/* The groups; each takes the request as its input.  A command may leave out what means nothing to it. */
extern const struct argp request_filter_argp, request_blocks_argp, request_time_argp, request_top_argp,
	request_sort_argp, request_columns_argp, request_common_argp, request_file_argp, request_export_argp;

#endif
