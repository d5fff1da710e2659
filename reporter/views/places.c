/*
 * places.c - places of code and call paths, as lines for people.
 */
#include "base/clean.h"
#include "formats/style.h"
#include "profile/measure.h"
#include "views/places.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_PIPED 100 /* where the output is no terminal */
#define NAME_SHARE 2    /* a name may have so much of a line: one half */
#define CALLERS_FIRST 3 /* shown before the middle is left out */

size_t place_width(const struct request *request)
{
	return request->style->width > 0 ? request->style->width : WIDTH_PIPED;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A name with its middle left out, if it is long. */
static const char *cut(struct document *document, const char *name, size_t width)
{
	char *copy = style_cut(name, width);
	const char *kept = pool_format(&document->pool, "%s", copy);

	free(copy);
	return kept;
}

const char *part_place(struct document *document, const struct request *request, const char *place,
		       const char *file, uint32_t line, const char *module)
{
	size_t width = request->style->width > 0 ? request->style->width * 2 : 0;
	const char *name = cut(document, place, width), *object = base_name(module);

	if (*file && line == 0)
		return pool_format(&document->pool, "%s  %s", name, style_short_path(request->style, file));
	if (*file)
		return pool_format(&document->pool, "%s  %s:%u", name, style_short_path(request->style, file),
				   line);
	if (*object && strcmp(object, place) != 0)
		return pool_format(&document->pool, "%s  (%s)", name, object);
	return name;
}

/* ---- call paths ---------------------------------------------------------------------------- */

/* "name file.c:12", or "main+0x78 (module)". */
static const char *frame_text(struct document *document, struct profile *profile,
			      const struct source_frame *frame, size_t width)
{
	const struct source_function *function = frame->function;
	const char *name = cut(document, *function->file ? function->name : profile_place(profile, frame),
			       width / NAME_SHARE);

	if (*function->file && frame->line > 0)
		return pool_format(&document->pool, "%s %s:%u", name, base_name(function->file), frame->line);
	if (*function->file)
		return name;
	return *base_name(function->module) && strcmp(base_name(function->module), name) != 0
		       ? pool_format(&document->pool, "%s (%s)", name, base_name(function->module))
		       : name;
}

/* A line that grows until it is as wide as it may be. */
struct growing {
	struct document *document;
	const char *text;
	size_t width;
};

static bool fits(const struct growing *line, const char *more, size_t reserve)
{
	return clean_length(line->text) + strlen(" < ") + clean_length(more) + reserve <= line->width;
}

static void grow(struct growing *line, const char *more)
{
	line->text =
		pool_format(&line->document->pool, "%s< %s",
			    *line->text ? pool_format(&line->document->pool, "%s ", line->text) : "", more);
}

/* The callers of the first frame; what does not fit is left out before the outermost. */
const char *place_callers(struct document *document, struct profile *profile, const struct way *way,
			  const char *begin, size_t width)
{
	struct growing line = {document, begin, width};
	const char *outermost, *gap = "...";
	size_t shown = 1;

	if (way->count < 2)
		return NULL;
	outermost = frame_text(document, profile, &way->first[way->count - 1], width);
	for (; shown + 1 < way->count; shown++) {
		const char *text = frame_text(document, profile, &way->first[shown], width);
		bool last = shown + 2 == way->count;
		size_t reserve = strlen(" < ") + clean_length(outermost) + (last ? 0 : strlen(" < ...") + 0);

		if (!fits(&line, text, reserve))
			break;
		grow(&line, text);
	}
	if (shown + 1 < way->count)
		grow(&line, gap);
	grow(&line, outermost);
	return line.text;
}
