/*
 * select.c - which functions the user means.
 */
#include "report/select.h"

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

static bool glob_matches(const char *glob, const char *text, const char *separator)
{
	if (fnmatch(glob, text, 0) == 0)
		return true;
	for (text = strstr(text, separator); text; text = strstr(text, separator)) {
		text += strlen(separator);
		if (fnmatch(glob, text, 0) == 0)
			return true;
	}
	return false;
}

/* An empty list asks for nothing, so everything has it. */
static bool any_matches(const char *const *globs, const char *text, const char *separator)
{
	if (list_empty(globs))
		return true;
	for (; *globs; globs++)
		if (glob_matches(*globs, text, separator))
			return true;
	return false;
}

bool selection_matches(const struct selection *selection, const struct source_function *function)
{
	return !selection_empty(selection) && any_matches(selection->functions, function->name, "::") &&
	       any_matches(selection->files, function->file, "/");
}
