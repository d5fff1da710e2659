/*
 * extent.h - how much of the code from an instruction on may be moved elsewhere.
 *
 * It ends before whatever control may come to from elsewhere (in functions with switches, before each
 * statement of the line table: it may be a case), behind a call, and where an instruction must stay in place.
 */
#ifndef MPROF_REPORTER_PLANNER_EXTENT_H
#define MPROF_REPORTER_PLANNER_EXTENT_H

#include "body.h"

#define JUMP_BYTES 5
#define SHORT_JUMP_BYTES 2
#define EXTENT_INSTRUCTIONS_MAX 16

/* Bytes of whole instructions; 0: none. */
size_t extent_of(const struct body *body, size_t from);

/* The fewest instructions from there on that have so many bytes, of no more than the extent; and their bytes.
 */
size_t extent_take(const struct body *body, size_t from, size_t needed_bytes, size_t *bytes);

#endif
