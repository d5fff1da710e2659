/*
 * select.c - which functions the user means.
 */
#include "profile/select.h"

#include <fnmatch.h>
#include <string.h>

static bool list_empty(const char *const *list)
{
	return !list || !*list;
}

bool selection_empty(const struct selection *selection)
{
	return list_empty(selection->functions) && list_empty(selection->files);
}

static bool ends_match(const char *glob, const char *text, const char *separator)
{
	for (text = strstr(text, separator); text; text = strstr(text, separator)) {
		text += strlen(separator);
		if (fnmatch(glob, text, 0) == 0)
			return true;
	}
	return false;
}

/* C++ and Rust part names by "::", D, Go and others by "." */
static bool function_matches(const char *glob, const char *name)
{
	return fnmatch(glob, name, 0) == 0 || ends_match(glob, name, "::") || ends_match(glob, name, ".");
}

static bool file_matches(const char *glob, const char *path)
{
	return fnmatch(glob, path, 0) == 0 || ends_match(glob, path, "/");
}

/* An empty list asks for nothing, so everything has it. */
static bool any_matches(const char *const *globs, const char *text,
			bool (*matches)(const char *glob, const char *text))
{
	if (list_empty(globs))
		return true;
	for (; *globs; globs++)
		if (matches(*globs, text))
			return true;
	return false;
}

bool selection_matches(const struct selection *selection, const struct source_function *function)
{
	return !selection_empty(selection) &&
	       any_matches(selection->functions, function->name, function_matches) &&
	       any_matches(selection->files, function->file, file_matches);
}

bool selection_has_arguments(const struct selection *selection)
{
	for (const char *const *glob = selection->functions; glob && *glob; glob++)
		if (strpbrk(*glob, "<(!"))
			return true;
	return false;
}

/* Code without lines goes by what is shown of it: "main+0x78", or an address. */
static bool names_spot(const char *const *globs, struct symbolizer *symbolizer,
		       const struct source_frame *frame)
{
	const char *spot;

	if (list_empty(globs) || source_frame_spot(frame) < SPOT_OFFSET)
		return false;
	for (spot = symbolizer_place(symbolizer, frame); *globs; globs++)
		if (strcmp(*globs, spot) == 0)
			return true;
	return false;
}

bool selection_matches_frame(const struct selection *selection, struct symbolizer *symbolizer,
			     const struct source_frame *frame)
{
	if (selection_matches(selection, frame->function))
		return true;
	if (names_spot(selection->functions, symbolizer, frame))
		return any_matches(selection->files, frame->function->file, file_matches);
	if (!selection_has_arguments(selection) ||
	    !any_matches(selection->files, frame->function->file, file_matches))
		return false;
	return any_matches(selection->functions, symbolizer_full_name(symbolizer, frame, false),
			   function_matches) ||
	       any_matches(selection->functions, symbolizer_full_name(symbolizer, frame, true),
			   function_matches);
}
