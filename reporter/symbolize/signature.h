/*
 * signature.h - what a function's type, as DWARF has it, says of the memory that it gets.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_SIGNATURE_H
#define MPROF_REPORTER_SYMBOLIZE_SIGNATURE_H

#include "symbolize/symbolize.h"

#include <elfutils/libdw.h>

/* Of the function that a DIE is a copy of. */
enum signature signature_of(Dwarf_Die *die);

#endif
