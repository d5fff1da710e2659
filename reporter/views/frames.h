/*
 * frames.h - the frames of a call path: rows for programs, lines for people.
 */
#ifndef MPROF_REPORTER_VIEWS_FRAMES_H
#define MPROF_REPORTER_VIEWS_FRAMES_H

#include "profile/groups.h"
#include "views/parts.h"

/* A frame for programs, and the columns of tables of them. */
struct frame_row {
	const struct source_frame *frame;
	const char *place; /* profile_place */
};
extern const struct column *const frame_row_columns[];

/* Room for the rows of one path at a time: formats print a cell before they ask for the next. */
struct frame_rows {
	struct profile *profile;
	struct source_frame frames[GROUP_FRAMES_MAX];
	struct frame_row rows[GROUP_FRAMES_MAX];
	struct table table;
};

struct frame_rows *frame_rows_of(struct document *document, struct profile *profile);

/* The frames of a group's greatest path; until the next call. */
struct cell frame_rows_cell(struct frame_rows *rows, const struct group *group);

/* The callers of its site: the first three, "..." and the outermost, in lines of about `width` columns; or
 * with `all` each in a line. */
const char *const *frame_lines(struct document *document, struct profile *profile, const struct group *group,
			       size_t width, bool all);

/* A call site as part_site, with its file's name alone where its path does not fit so many columns. */
const char *frame_site(struct document *document, const struct request *request, const struct site *site,
		       size_t width);

/* What a group is called: its site, function, file, module or type. */
const char *frame_group(struct document *document, const struct request *request, const struct group *group,
			enum grouping grouping, size_t width);

#endif
