/*
 * bench_session.h - a session in anonymous memory for benchmarks of the shim's parts.
 */
#ifndef MPROF_TESTS_BENCH_SESSION_H
#define MPROF_TESTS_BENCH_SESSION_H

#include "trace/session.h"

/* Zeroed memory; ends the program if there is none. */
void *bench_pages(size_t bytes);

struct session_header *bench_session_start(void);

#endif
