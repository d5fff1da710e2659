/*
 * build_id.h - the build-id among an object's notes.  Reads only what it is given.
 */
#ifndef MPROF_PRELOAD_BASE_BUILD_ID_H
#define MPROF_PRELOAD_BASE_BUILD_ID_H

#include <stddef.h>
#include <stdint.h>

/* Where it stands in a segment of notes aligned so, and how long it is; NULL if it is not among them. */
const uint8_t *build_id_find(const uint8_t *notes, size_t bytes, size_t align, size_t *build_id_bytes);

#endif
