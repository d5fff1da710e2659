/*
 * successor.h - a program that execve has put in the place of a recorded one finds its
 * predecessor by the session's name, as soon as it begins to be recorded itself.
 */
#ifndef MPROF_REPORTER_DRAIN_SUCCESSOR_H
#define MPROF_REPORTER_DRAIN_SUCCESSOR_H

#include "drain/mapping.h"
#include "drain/watch.h"

/* For a session that is drained to its end, while its process goes on as another program: waits until
 * that has found it or has ended, at most a second, since many programs never look.  Requests to flush
 * are answered meanwhile. */
void successor_await(struct mapping *mapping, struct watch *watch);

#endif
