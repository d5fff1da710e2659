/*
 * places.c - places of code and call paths, as lines for people.
 */
#include "base/clean.h"
#include "base/text.h"
#include "formats/cells.h"
#include "formats/style.h"
#include "profile/measure.h"
#include "views/places.h"

#include <stdlib.h>
#include <string.h>

#define WIDTH_PIPED 80  /* where the output is no terminal */
#define PLACE_INDENT 38 /* of a table's last column, and a line number */
#define NAME_SHARE 2    /* a name may have so much of a line: one half */

size_t place_width(const struct request *request)
{
	return request->style->width > 0 ? request->style->width : WIDTH_PIPED;
}

/* What follows the next "::" that is not within brackets; NULL: there is none. */
static const char *inner_name(const char *name)
{
	int depth = 0;

	for (; *name; name++) {
		depth += strchr("<([{", *name) ? 1 : strchr(">)]}", *name) ? -1 : 0;
		if (depth == 0 && name[0] == ':' && name[1] == ':')
			return name + 2;
	}
	return NULL;
}

const char *part_cut(struct document *document, const char *text, size_t width)
{
	char *copy = style_cut(text, width);
	const char *kept = pool_format(&document->pool, "%s", copy);

	free(copy);
	return kept;
}

const char *part_command(struct document *document, const char *const *words, size_t width)
{
	char *text = cells_words(words);
	const char *kept = part_cut(document, text, width);

	free(text);
	return kept;
}

/* A long name loses its namespaces, as far as it must, and then its middle. */
static const char *cut_name(struct document *document, const char *name, size_t width)
{
	const char *inner;

	while (width > 0 && strlen(name) > width && (inner = inner_name(name)))
		name = inner;
	return part_cut(document, name, width);
}

/* A path where there is room for it, else the file's name. */
static const char *file_shown(const struct request *request, const char *name, const char *file)
{
	const char *path = style_short_path(request->style, file);
	size_t width = place_width(request);

	return PLACE_INDENT + clean_length(name) + clean_length(path) <= width ? path : base_name(path);
}

const char *part_place(struct document *document, const struct request *request, const char *place,
		       const char *file, uint32_t line, const char *module)
{
	size_t width = request->style->width > 0 ? request->style->width * 2 : 0;
	const char *name = cut_name(document, place, width), *object = base_name(module);

	if (*file && line == 0)
		return pool_format(&document->pool, "%s  %s", name, file_shown(request, name, file));
	if (*file)
		return pool_format(&document->pool, "%s  %s:%u", name, file_shown(request, name, file), line);
	if (*object && strcmp(object, place) != 0)
		return pool_format(&document->pool, "%s  (%s)", name, object);
	return name;
}

/* ---- call paths ---------------------------------------------------------------------------- */

const char *place_frame(struct document *document, struct profile *profile, const struct source_frame *frame,
			const struct source_frame *before, size_t width)
{
	const struct source_function *function = frame->function;
	bool nameless = source_function_is_nameless(function);
	const char *name = cut_name(document, nameless ? profile_place(profile, frame) : function->name,
				    width / NAME_SHARE);

	if (*function->file && frame->line > 0)
		return pool_format(&document->pool, "%s %s:%u", name, base_name(function->file), frame->line);
	if (*function->file || strcmp(function->module, before->function->module) == 0)
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

/* A way that was cut goes on in ways that differ. */
static const char *place_of_first_callers(struct growing *line, struct profile *profile,
					  const struct way *way)
{
	size_t i = 1;

	for (; i < way->count; i++) {
		const char *text =
			place_frame(line->document, profile, &way->first[i], &way->first[i - 1], line->width);

		if (i > 1 && !fits(line, text, strlen(" < ...")))
			break;
		grow(line, text);
	}
	grow(line, "...");
	return line->text;
}

const char *place_callers(struct document *document, struct profile *profile, const struct way *way,
			  const char *begin, size_t width)
{
	struct growing line = {document, begin, width};
	const char *outermost;
	size_t shown = 1;

	if (way->count < 2)
		return NULL;
	if (way->cut)
		return place_of_first_callers(&line, profile, way);
	outermost = place_frame(document, profile, &way->first[way->count - 1], &way->first[way->count - 2],
				width);
	for (; shown + 1 < way->count; shown++) {
		const char *text =
			place_frame(document, profile, &way->first[shown], &way->first[shown - 1], width);
		size_t reserve = strlen(" < ") + clean_length(outermost) +
				 (shown + 2 == way->count ? 0 : strlen(" < ..."));

		if (shown > 1 && !fits(&line, text, reserve))
			break;
		grow(&line, text);
	}
	if (shown + 1 < way->count)
		grow(&line, "...");
	grow(&line, outermost);
	return line.text;
}
