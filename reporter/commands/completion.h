/*
 * completion.h - scripts that complete command lines in shells, made of the option tables.
 */
#ifndef MPROF_REPORTER_COMMANDS_COMPLETION_H
#define MPROF_REPORTER_COMMANDS_COMPLETION_H

#include "commands/command.h"

#include <argp.h>
#include <stdbool.h>

/* "bash, zsh, fish" */
const char *completion_shells(void);

/* A script for a shell on standard output; each command prints its part.  0 or -EINVAL with a diagnostic. */
int completion_print(const char *shell, struct diagnostic *diagnostic);

/* A command's part: its options, by its tables.  False for a shell that is not known. */
bool completion_print_options(const char *shell, const struct argp *argp);

#endif
