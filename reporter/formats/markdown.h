/* markdown.h - names of others in Markdown. */
#ifndef MPROF_REPORTER_FORMATS_MARKDOWN_H
#define MPROF_REPORTER_FORMATS_MARKDOWN_H

#include <stdio.h>

/* As a code span, or with every special character as a numeric reference: neither it nor a table ends. */
void markdown_name(FILE *out, const char *name);

#endif
