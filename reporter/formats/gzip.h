/*
 * gzip.h - a stream that packs what is written to it.
 */
#ifndef MPROF_REPORTER_FORMATS_GZIP_H
#define MPROF_REPORTER_FORMATS_GZIP_H

#include <stdio.h>

/* To be closed by gzip_close.  Packed bytes go to `to`, which stays open and says whether writing failed; the
 * same bytes make the same file, whenever that is. */
FILE *gzip_open(FILE *to);
void gzip_close(FILE *stream);

#endif
