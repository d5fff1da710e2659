/*
 * classify.h - what names and places say of functions: the system's code, allocators, wrappers.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_CLASSIFY_H
#define MPROF_REPORTER_SYMBOLIZE_CLASSIFY_H

#include <stdbool.h>

/* A function of the system or of a language's library: by its source file, else by its module and name. */
bool is_system_code(const char *name, const char *file, const char *module, bool rust);

/* A shared library of the system, as opposed to an executable that is installed in the same folders. */
bool is_system_library(const char *module);

/* Whether the distribution installed it, program or library: its debug information is a package. */
bool is_packaged_program(const char *module);

/* Of those, the ones that every program runs through, whose lines nobody misses. */
bool is_runtime_library(const char *module);

/* The C library's own: C code alone, of which no other module has copies. */
bool is_c_library(const char *module);

/* A function that hands out or takes back memory on behalf of its caller, whom a report should name instead.
 */
bool is_allocator(const char *name, bool has_lines);

/* A name that no function has unless it hands on what an allocator gave it. */
bool is_wrapper_name(const char *name);

/* A name that speaks of allocation: such a function is a wrapper if it does nothing else that allocates. */
bool is_wrapper_like(const char *name);

#endif
