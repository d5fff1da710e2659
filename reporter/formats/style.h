/* style.h - how a document is to look, where its format leaves a choice. */
#ifndef MPROF_REPORTER_FORMATS_STYLE_H
#define MPROF_REPORTER_FORMATS_STYLE_H

#include <stdbool.h>
#include <stddef.h>

enum unit { UNIT_AUTO, UNIT_B, UNIT_KIB, UNIT_MIB, UNIT_GIB, UNITS };

struct style {
	int precision;  /* decimals of sizes */
	enum unit unit; /* of tables whose bytes have one unit; UNIT_AUTO: what suits each table */
	bool color;
	size_t width;          /* of the terminal that text goes to; 0: to none */
	const char *directory; /* paths below it are shown relative to it; may be NULL */
	const char *const
		*columns;  /* names of those to show beside the ones that are always; NULL: the usual */
	const char *table; /* the section that CSV is of; NULL: the document's choice */
};

/* Paths below the reader's directory lose it. */
const char *style_short_path(const struct style *style, const char *path);

/* Text that fits so many columns: what is longer loses its middle.  The caller's to free(). */
char *style_cut(const char *text, size_t width);

/* The unit's name, as in --unit; NULL when out of range. */
const char *unit_name(enum unit unit);

#endif
