/*
 * packed.h - a stream whose text comes out as base64 of gzip: in little memory, however long it is.
 */
#ifndef MPROF_REPORTER_HTML_PACKED_H
#define MPROF_REPORTER_HTML_PACKED_H

#include <stdio.h>

/* To be closed with fclose, which writes the rest; `out` stays open, and knows of write errors. */
FILE *packed_open(FILE *out);

#endif
