/*
 * debug_file.h - whether there is any file that libdwfl's search for debug information would look at.
 *
 * May err only towards yes: the search itself, and the judgement of what it finds, are libdwfl's.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_DEBUG_FILE_H
#define MPROF_REPORTER_SYMBOLIZE_DEBUG_FILE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>

/* A name below a folder with .build-id/ in it: "/.build-id/ab/cdef.debug".  The caller's to free(); NULL if
 * the build-id is too short or there is no memory. */
char *debug_file_build_id_name(const unsigned char *build_id, size_t size_bytes);

/* `link` is the object's .gnu_debuglink, or NULL; `roots` end with NULL. */
bool debug_file_exists(Dwfl_Module *module, const char *object_path, const char *link, char *const *roots);

#endif
