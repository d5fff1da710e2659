/*
 * terminal.h - whether a stream is read by people.
 */
#ifndef MPROF_REPORTER_BASE_TERMINAL_H
#define MPROF_REPORTER_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Terminals that nobody has refused colour and the like for: NO_COLOR and a dumb terminal do. */
bool terminal_is_for_people(FILE *out);

/* In columns; 0: the stream is no terminal. */
size_t terminal_width(FILE *out);

#endif
