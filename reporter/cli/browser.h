/* browser.h - shows a file in the user's browser. */
#ifndef MPROF_REPORTER_CLI_BROWSER_H
#define MPROF_REPORTER_CLI_BROWSER_H

#include "base/diagnostic.h"

/* By xdg-open, which is not waited for longer than it takes to fail.  0, or -errno with a diagnostic. */
int browser_open(const char *path, struct diagnostic *diagnostic);

#endif
