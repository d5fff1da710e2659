/* style.c - see style.h. */
#include "formats/style.h"

#include "base/clean.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

const char *style_short_path(const struct style *style, const char *path)
{
	size_t length = style->directory ? strlen(style->directory) : 0;

	if (length > 1 && strncmp(path, style->directory, length) == 0 && path[length] == '/' &&
	    path[length + 1])
		return path + length + 1;
	return path;
}

char *style_cut(const char *text, size_t width)
{
	char *cut = clean_copy(text, width);

	if (!cut)
		memory_exhausted();
	return cut;
}

const char *unit_name(enum unit unit)
{
	static const char *const names[UNITS] = {"auto", "B", "KiB", "MiB", "GiB"};

	return unit < UNITS ? names[unit] : NULL;
}
