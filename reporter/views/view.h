/*
 * view.h - what a view is: one file that turns profiles into a document, and one row in views.def.
 *
 * The command of that name, its options, help and completions, and every format of what it shows follow from
 * it (commands/view_command.c).
 */
#ifndef MPROF_REPORTER_VIEWS_VIEW_H
#define MPROF_REPORTER_VIEWS_VIEW_H

#include "formats/document.h"
#include "profile/profile.h"
#include "views/request.h"

#include <stdio.h>

/* Which recordings a view is of. */
enum view_traces {
	VIEW_ONE,   /* [TRACE]: that, or the program of the newest run here */
	VIEW_TWO,   /* OLD NEW */
	VIEW_MANY,  /* [TRACE...] */
	VIEW_PLACE, /* PLACE [TRACE]: request->place first */
};

/* What of the options that views share means nothing to one: see request.h. */
enum view_lacks {
	VIEW_LACKS_FILTERS = 1,
	VIEW_LACKS_SORT = 2,
	VIEW_LACKS_TOP = 4,
	VIEW_LACKS_TIME = 8,
	VIEW_LACKS_BLOCKS = 16,
};

struct view {
	const char *name, *summary; /* of the command; in the list of commands */
	const char *doc;            /* for its help */
	enum view_traces traces;
	unsigned lacks;                    /* enum view_lacks */
	bool tells_run;                    /* what part of it the figures are of, too */
	bool exports;                      /* it has formats of its own, in place of the usual ones */
	bool writes_file;                  /* it has one of its own, and no document */
	bool selects_tables;               /* -f and --file say whose line tables, besides which call paths */
	const struct argp_option *options; /* of its own; may be NULL */
	argp_parser_t parse;               /* of these, with the request as input; may be NULL */
	/* Called once options are read, before anything is opened: may do all there is to do (1), or refuse
	 * (-errno with a diagnostic).  May be NULL. */
	int (*begin)(struct request *request, struct diagnostic *diagnostic);
	/* Fills in the document.  0, or -errno with a diagnostic. */
	int (*make)(struct profile *const *profiles, size_t count, const struct request *request,
		    struct document *document, struct diagnostic *diagnostic);
	/* Draws for people, in place of a document; NULL: it has one.  0, or -errno with a diagnostic. */
	int (*draw)(struct profile *const *profiles, size_t count, const struct request *request, FILE *out,
		    struct diagnostic *diagnostic);
	/* Called once the file of -o is whole; may be NULL. */
	void (*written)(const char *path, const struct request *request);
};

/* All of them, ending with NULL. */
extern const struct view *const views[];

#define VIEW(name) extern const struct view view_##name;
#include "views/views.def"
#undef VIEW

#endif
