/*
 * pager.h - long text on a terminal goes to a pager, as git does it: $MPROF_PAGER, else $PAGER, else less.
 */
#ifndef MPROF_REPORTER_CLI_PAGER_H
#define MPROF_REPORTER_CLI_PAGER_H

#include "cli/options.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct pager {
	pid_t pid;  /* 0: there is none */
	int output; /* what the stream was open on before */
};

/* Has what is written to `out` from now on go to a pager, if that is standard output on a terminal, the
 * format is for people, and there is a pager.  Ignores SIGPIPE: who quits the pager has read enough. */
struct pager pager_start(const struct output_options *options, FILE *out);

/* Waits until it has been read, and gives the stream back what it was open on.  False: the pager failed, so
 * that nobody may have seen the text; says so on standard error. */
bool pager_finish(struct pager *pager, FILE *out);

#endif
