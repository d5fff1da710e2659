/*
 * place.h - frames as Valgrind's tools have them, and where their code was.
 */
#ifndef MPROF_REPORTER_EXPORTS_PLACE_H
#define MPROF_REPORTER_EXPORTS_PLACE_H

#include "exports/export.h"

/* The address of the call (or whatever was executed); 0: none is known. */
uint64_t export_address(const struct export_source *source, const struct tree_frame *frame);

/* "0x10918F: main (main.c:12)", or "(in /usr/bin/x)" where no line is known: without line ends, and valid
 * UTF-8. */
void export_print_place(FILE *out, const struct export_source *source, const struct tree_frame *frame);

#endif
