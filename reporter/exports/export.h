/*
 * export.h - a recording as a file that other tools read: one file here, and one row in exports.def, for each
 * format.
 *
 * What is written are the sums that all views have: call paths as a tree, by line.  Names are untrusted: each
 * format escapes what its readers would take for something else.
 */
#ifndef MPROF_REPORTER_EXPORTS_EXPORT_H
#define MPROF_REPORTER_EXPORTS_EXPORT_H

#include "profile/tree.h"

#include <stdio.h>

struct export_source {
	struct profile *profile;
	const struct overview *run;
	const struct tree *tree; /* by line, by code or by function */
	enum figure figure;      /* of formats that have one */
	bool figure_given;       /* or it is the usual one */
	bool filtered;           /* not of all call paths or blocks */
	double least_share;      /* of the whole: what has less is summed up */
};

enum export_traits {
	EXPORT_BY_CODE = 1,     /* its tree keeps apart what stands at different places of code */
	EXPORT_BY_FUNCTION = 2, /* its tree does not even keep lines apart */
	EXPORT_BINARY = 4,      /* not for terminals */
	EXPORT_WHOLE = 8,       /* of the whole run, not of a part */
	EXPORT_HEAP = 16,       /* of no other figure than the heap, over time */
	EXPORT_ONE = 32,        /* of one figure, which is chosen */
	EXPORT_SUMS_UP = 64,    /* sums up by itself what is small */
	EXPORT_SPELLS = 128,    /* writes each call path out, and its frames each time */
	EXPORT_ALIKE = 256,     /* no figure comes before the others */
	EXPORT_NO_PATHS = 512,
};

struct export_format {
	const char *name, *ending; /* "folded", ".folded": of the file where none is named */
	const char *readers;       /* who reads it, for people */
	unsigned traits;           /* enum export_traits */
	double least_share;        /* of the whole: what has less is summed up, unless told otherwise */
	/* Writes the whole file; the stream says whether that failed.  0, or -errno with a diagnostic where
	 * the recording has not what it takes. */
	int (*write)(FILE *out, const struct export_source *source, struct diagnostic *diagnostic);
};

/* All of them, ending with one without a name. */
extern const struct export_format export_formats[];

/* NULL: there is none of this name. */
const struct export_format *export_find(const char *name);

/* The nodes from the outermost function to this one: to `path`, which has room for as many as the tree is
 * deep; how many. */
size_t export_path(const struct tree *tree, uint32_t node, uint32_t *path);

#define EXPORT(name, ...)                                                                                    \
	int export_##name(FILE *out, const struct export_source *source, struct diagnostic *diagnostic);
#include "exports/exports.def"
#undef EXPORT

#endif
