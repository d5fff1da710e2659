/* processes.h - all recordings of a run: which commands, and what each held. */
#ifndef MPROF_REPORTER_VIEWS_PROCESSES_H
#define MPROF_REPORTER_VIEWS_PROCESSES_H

#include "views/view.h"

/* The run that a recording belongs to, as a tree of its processes, as a view's `make`; `all`: people too get
 * each process of its own, however many there are. */
int processes_make(struct profile *profile, const struct request *request, bool all,
		   struct document *document, struct diagnostic *diagnostic);

/* The call sites of all processes of the run: mprof report --all. */
int all_make(struct profile *profile, const struct request *request, struct document *document,
	     struct diagnostic *diagnostic);

#endif
