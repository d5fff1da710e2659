/* json.h - JSON values of what is not ours, and of rows. */
#ifndef MPROF_REPORTER_FORMATS_JSON_H
#define MPROF_REPORTER_FORMATS_JSON_H

#include "formats/table.h"

#include <jansson.h>
#include <stdio.h>

/* A JSON string from any bytes: what is not UTF-8 becomes U+FFFD.  A new reference; NULL: no memory. */
json_t *json_text(const char *text);

/* The same, written down. */
void json_print_text(FILE *out, const char *text);

/* A cell's value; a new reference. */
json_t *json_cell(const struct cell *cell);

/* One row as an object; a new reference. */
json_t *json_row(const struct table *table, size_t row);

#endif
