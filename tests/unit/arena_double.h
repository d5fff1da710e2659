/*
 * arena_double.h - a session in anonymous memory, standing in for preload/memory/arena.c in tests.
 */
#ifndef MPROF_TESTS_ARENA_DOUBLE_H
#define MPROF_TESTS_ARENA_DOUBLE_H

#include "preload/memory/arena.h"

/* Starts an empty session with so many places; leaves the one before it mapped. */
struct session_header *arena_double_start(uint32_t modules_max, uint32_t nodes_max);

/* From now on no memory is granted for nodes beyond this many bytes of them. */
void arena_double_refuse_nodes_beyond(uint64_t end);

#endif
