/*
 * json_line.h - where in a JSON text a value stands, which jansson does not keep.
 */
#ifndef MPROF_REPORTER_GATE_JSON_LINE_H
#define MPROF_REPORTER_GATE_JSON_LINE_H

#include <stddef.h>

/* The line, from 1, of the member that the keys lead to, from the outermost object inwards; the line of the
 * last one found if they lead nowhere.  The text is valid JSON. */
unsigned json_line(const char *text, const char *const *keys, size_t key_count);

#endif
