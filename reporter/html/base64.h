/* base64.h - a stream whose bytes come out as base64, in one line. */
#ifndef MPROF_REPORTER_HTML_BASE64_H
#define MPROF_REPORTER_HTML_BASE64_H

#include <stdio.h>

/* To be closed with fclose, which writes the rest; `to` stays open, and knows of write errors. */
FILE *base64_open(FILE *to);

#endif
