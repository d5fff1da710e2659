/*
 * names.h - from symbols of the linker to names that a reader knows from the source.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_NAMES_H
#define MPROF_REPORTER_SYMBOLIZE_NAMES_H

#include "base/strings.h"

#include <stdbool.h>

/* "ns::Class::method" for a C++ symbol, Rust and D alike; a C symbol without version ("@GLIBC_2.2.5"), "@plt"
 * and the suffixes that compilers give to clones (".cold", ".constprop.0").  Interned. */
const char *name_of_symbol(struct strings *strings, const char *symbol);

/* As other tools print it: with all that the symbol tells, return types of templates too.  Interned. */
const char *name_as_demangled(struct strings *strings, const char *symbol);

/* With template arguments and, if `parameters`, those.  Interned. */
const char *name_with_arguments(struct strings *strings, const char *symbol, bool parameters);

/* The last part of a qualified name replaced.  Interned. */
const char *name_within(struct strings *strings, const char *qualified, const char *last);

/* True if the symbol tells that the function stands in another one's body. */
bool name_is_nested(const char *name);

/* Length of a symbol without version and suffixes of clones. */
size_t name_length_without_clone(const char *symbol);

/* True if the symbol is mangled in one of the ways that name_of_symbol undoes. */
bool name_is_mangled(const char *symbol);

/* True if the symbol is a Rust one. */
bool name_is_rust(const char *symbol);

/* A DW_AT_name without template arguments: all instances have the same.  Interned. */
const char *name_without_arguments(struct strings *strings, const char *name);

#endif
