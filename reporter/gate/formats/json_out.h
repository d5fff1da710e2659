/*
 * json_out.h - what all of check's JSON formats share.
 */
#ifndef MPROF_REPORTER_GATE_FORMATS_JSON_OUT_H
#define MPROF_REPORTER_GATE_FORMATS_JSON_OUT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* New references; NULL when out of memory. */
json_t *json_out_text(const char *text); /* any bytes; null for NULL */
json_t *json_out_number(uint64_t value); /* jansson's integers end at INT64_MAX, and so does the value */

/* An array of what `make` makes of each of `count` items of that size. */
json_t *json_out_list(const void *items, size_t count, size_t item_bytes, json_t *(*make)(const void *item));

/* Prints a document of several lines and releases it.  0, or -ENOMEM as when root is NULL. */
int json_out_print(FILE *out, json_t *root);

#endif
