/* tree_columns.c - see tree_columns.h. */
#include "views/tree_columns.h"

#include "base/number.h"
#include "base/text.h"
#include "profile/filter.h"
#include "profile/measure.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct cell tree_figure_cell(const struct amounts *amounts, enum figure figure)
{
	uint64_t value = figure_of(amounts, figure);

	return figure_infos[figure].bytes ? cell_size(value) : cell_count(value);
}

/* ---- the line above -------------------------------------------------------------------------- */

static const char *value_text(struct document *document, const struct request *request,
			      const struct amounts *amounts, uint64_t sample_bytes)
{
	if (figure_infos[request->figure].bytes)
		return part_size(document, request, figure_of(amounts, request->figure),
				 figure_error(amounts, request->figure, sample_bytes));
	return pool_format(&document->pool, "%" PRIu64, figure_of(amounts, request->figure));
}

static const char *when(struct document *document, const struct overview *run, enum figure figure)
{
	char time[NUMBER_BYTES];

	if (figure != FIGURE_PEAK)
		return "";
	number_duration(time, sizeof(time), run->peak_time_ns);
	return pool_format(&document->pool, " at %s", time);
}

/* "(83.3%)" of a part; nothing if it is all there is. */
static const char *share_text(struct document *document, uint64_t part, uint64_t whole)
{
	char share[NUMBER_BYTES];

	number_share(share, sizeof(share), part, whole);
	return *share && part < whole ? pool_format(&document->pool, " (%s)", share) : "";
}

static const char *title_text(struct document *document, struct profile *profile,
			      const struct request *request, const char *place, const struct amounts *part,
			      const struct amounts *whole)
{
	const struct overview *run = profile_overview(profile, true);
	const char *title = part_figure_title(run, request->figure), *of = "";

	if (part != whole || !filter_empty(&request->filter))
		of = pool_format(&document->pool, " of %s%s",
				 value_text(document, request, &run->total, run->sample_bytes),
				 share_text(document, figure_of(part, request->figure),
					    figure_of(&run->total, request->figure)));
	return pool_format(&document->pool, "%s%s%c%s %s%s%s: %s", place, *place ? ": " : "",
			   *place ? *title : toupper((unsigned char)*title), title + 1,
			   value_text(document, request, part, run->sample_bytes), of,
			   when(document, run, request->figure), style_short_path(request->style, run->path));
}

void part_tree_title(struct document *document, struct profile *profile, const struct request *request,
		     const char *place, const struct amounts *part, const struct amounts *whole)
{
	static const struct column *const none[] = {NULL};

	document_add(document, &(struct section){
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = none, .row_count = 1},
				       .note = title_text(document, profile, request, place, part, whole),
			       });
}

/* ---- in all ------------------------------------------------------------------------------------ */

struct total {
	struct amounts amounts;
	uint64_t sample_bytes;
};

#define TOTAL ((const struct total *)row)
TREE_FIGURE_COLUMNS(total, "", TOTAL->amounts, TOTAL->sample_bytes)
static const struct column *const total_columns[] = {TREE_FIGURES(total), TREE_ERRORS(total), NULL};

void part_tree_total(struct document *document, const struct amounts *whole, uint64_t sample_bytes)
{
	const struct total total = {*whole, sample_bytes};

	document_add(document, &(struct section){
				       .name = "total",
				       .layout = LAYOUT_FACTS,
				       .table = {.columns = total_columns,
						 .rows = document_keep(document, &total, sizeof(total)),
						 .row_count = 1,
						 .row_bytes = sizeof(total)},
				       .for_programs = true,
			       });
}

/* ---- frames ------------------------------------------------------------------------------------ */

/* What has no name of its own, or is another one's. */
static bool needs_module(const struct tree_frame *frame, const char *executable)
{
	return *frame->function->module && strncmp(frame->place, "0x", 2) == 0 &&
	       strcmp(frame->function->module, executable) != 0;
}

const char *part_frame(struct document *document, struct profile *profile, const struct tree_frame *frame,
		       bool lines, size_t width)
{
	const struct source_function *function = frame->function;
	const char *name = part_cut(document, frame->place, width);

	if (lines && *function->file && frame->line > 0)
		return pool_format(&document->pool, "%s %s:%u", name, base_name(function->file), frame->line);
	if (needs_module(frame, profile_trace(profile)->exe))
		return pool_format(&document->pool, "%s (%s)", name, base_name(function->module));
	return name;
}
