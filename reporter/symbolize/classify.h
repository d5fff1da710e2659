/*
 * classify.h - what names and places say of functions: the system's code, allocators, wrappers.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_CLASSIFY_H
#define MPROF_REPORTER_SYMBOLIZE_CLASSIFY_H

#include <stdbool.h>

/* A function of the system or of a language's library, which is passed over where a line is to be blamed: by
 * its module, its source file, else by its name.  What becomes of its memory is another question. */
bool is_system_code(const char *name, const char *file, const char *module, bool rust);

/* Whether Rust's own library was built from it; the user's code that is inlined there has frames of its own.
 */
bool is_rust_source(const char *file);

/* A shared library of the system, as opposed to an executable that is installed in the same folders. */
bool is_system_library(const char *module);

/* Whether the distribution installed it, program or library: its debug information is a package. */
bool is_packaged_program(const char *module);

/* Of those, the ones that every program runs through, whose lines nobody misses. */
bool is_runtime_library(const char *module);

/* The C library's own: C code alone, of which no other module has copies. */
bool is_c_library(const char *module);

/* A function that hands out or takes back memory on behalf of its caller, whom a report should name instead.
 * Of a program's own functions names alone tell that only where a language has laid down what they do. */
bool is_allocator(const char *name, bool has_lines, bool system);

/* A name that says that a function hands on what an allocator gave it. */
bool is_wrapper_name(const char *name);

/* A name that speaks of allocation: such a function is a wrapper if it does nothing else that allocates. */
bool is_wrapper_like(const char *name);

#endif
