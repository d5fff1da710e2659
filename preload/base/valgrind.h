/*
 * valgrind.h - whether the process runs under Valgrind, which has a word on some of what is harmless
 * elsewhere.
 */
#ifndef MPROF_PRELOAD_BASE_VALGRIND_H
#define MPROF_PRELOAD_BASE_VALGRIND_H

#include <stdbool.h>

/* Looked for once, at the first event; then one load. */
bool valgrind_runs_us(void);

#endif
