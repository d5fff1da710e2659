/*
 * parameters.h - included ahead of the code under test: a ring so small that every schedule can be tried.
 */
#ifndef MPROF_TESTS_MODEL_PARAMETERS_H
#define MPROF_TESTS_MODEL_PARAMETERS_H

/* An event is given room for its prefixes: two events without any fill a chunk. */
#define SESSION_CHUNK_BYTES (64 + 5 * 16)
#define SESSION_SIDE_RECORDS 4

extern unsigned model_soft_cap;
#define CHUNKS_SOFT_CAP model_soft_cap

#endif
