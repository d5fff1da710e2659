/*
 * optimized.h - whether a compiler has optimized a function: then code of a line may stand with another's.
 */
#ifndef MPROF_REPORTER_PLANNER_OPTIMIZED_H
#define MPROF_REPORTER_PLANNER_OPTIMIZED_H

#include <elfutils/libdw.h>
#include <stdbool.h>

/* `function` has code, which calls others or does not.  By what gcc and clang say of optimized functions
 * that do, that all calls are told (DWARF 5, section 3.3.1.5), and by variables that are at several places
 * one after the other.  O(its direct children). */
bool optimized_is(Dwarf_Die *function, bool calls);

#endif
