/* frames.c - see frames.h. */
#include "views/frames.h"

#include "base/clean.h"
#include "base/text.h"
#include "profile/measure.h"
#include "views/places.h"

#include <string.h>

#define CALLERS_FIRST 3 /* shown before the middle is left out */

/* ---- for programs --------------------------------------------------------------------------- */

#define FRAME (((const struct frame_row *)row)->frame)
TABLE_COLUMN(frame_function, "function", NULL, 0, 0, cell_text(FRAME->function->name))
TABLE_COLUMN(frame_file, "file", NULL, 0, 0, cell_text(FRAME->function->file))
TABLE_COLUMN(frame_line, "line", NULL, 0, 0, cell_count(FRAME->line))
TABLE_COLUMN(frame_place, "place", NULL, 0, 0, cell_text(((const struct frame_row *)row)->place))
TABLE_COLUMN(frame_module, "module", NULL, 0, 0, cell_text(FRAME->function->module))
TABLE_COLUMN(frame_inlined, "inlined", NULL, 0, 0, cell_truth(FRAME->inlined))
TABLE_COLUMN(frame_system, "system", NULL, 0, 0, cell_truth(FRAME->function->system))
const struct column *const frame_row_columns[] = {&frame_function, &frame_file,   &frame_line,
						  &frame_place,    &frame_module, &frame_inlined,
						  &frame_system,   NULL};

struct frame_rows *frame_rows_of(struct document *document, struct profile *profile)
{
	struct frame_rows *rows = pool_alloc(&document->pool, sizeof(*rows));

	rows->profile = profile;
	rows->table = (struct table){frame_row_columns, rows->rows, 0, sizeof(*rows->rows), NULL};
	return rows;
}

struct cell frame_rows_cell(struct frame_rows *rows, const struct group *group)
{
	rows->table.row_count = profile_group_frames(rows->profile, group, rows->frames);
	for (size_t i = 0; i < rows->table.row_count; i++)
		rows->rows[i] =
			(struct frame_row){&rows->frames[i], profile_place(rows->profile, &rows->frames[i])};
	return cell_rows(&rows->table);
}

/* ---- for people ----------------------------------------------------------------------------- */

/* Lines that grow by what fits. */
struct growing {
	struct document *document;
	const char *lines[GROUP_FRAMES_MAX + 1];
	size_t count, width;
};

static void add(struct growing *growing, const char *text, bool apart)
{
	const char *before = growing->count > 0 ? growing->lines[growing->count - 1] : NULL;

	if (before && !apart && clean_length(before) + strlen(" < ") + clean_length(text) <= growing->width)
		growing->lines[growing->count - 1] =
			pool_format(&growing->document->pool, "%s < %s", before, text);
	else
		growing->lines[growing->count++] = pool_format(&growing->document->pool, "< %s", text);
}

/* Names are cut where a line could not hold them and their place; not where all is wanted. */
static const char *frame_text(const struct growing *growing, struct profile *profile,
			      const struct source_frame *frame, bool all)
{
	return place_frame(growing->document, profile, frame, frame - 1,
			   all ? SIZE_MAX / 2 : growing->width + growing->width / 3);
}

const char *const *frame_lines(struct document *document, struct profile *profile, const struct group *group,
			       size_t width, bool all)
{
	struct growing growing = {.document = document, .width = width};
	struct source_frame frames[GROUP_FRAMES_MAX];
	size_t count = profile_group_frames(profile, group, frames);

	for (size_t i = 1; i < count; i++) {
		bool left_out = !all && i > CALLERS_FIRST && i + 1 < count;

		if (left_out && i == CALLERS_FIRST + 1)
			add(&growing, "...", false);
		if (!left_out)
			add(&growing, frame_text(&growing, profile, &frames[i], all), all);
	}
	return document_words(document, growing.lines, growing.count);
}

const char *frame_site(struct document *document, const struct request *request, const struct site *site,
		       size_t width)
{
	const char *whole = part_site(document, request, site);

	if (clean_length(whole) <= width || !*site->file)
		return whole;
	return part_place(document, request, site->place, base_name(site->file), site->line, site->module);
}

const char *frame_group(struct document *document, const struct request *request, const struct group *group,
			enum grouping grouping, size_t width)
{
	const struct site *site = group->site;

	switch (grouping) {
	case GROUP_FUNCTION:
		return part_place(document, request, site->function, site->file, 0, site->module);
	case GROUP_FILE:
		if (*site->file)
			return style_short_path(request->style, site->file);
		return pool_format(&document->pool, "(unknown, in %s)", base_name(site->module));
	case GROUP_MODULE:
		return *site->module ? site->module : "(unknown)";
	case GROUP_TYPE:
		return group->type ? group->type : "(no type)";
	default:
		return frame_site(document, request, site, width);
	}
}
