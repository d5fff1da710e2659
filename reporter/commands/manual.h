/*
 * manual.h - manual pages, made of templates, the list of commands and the option tables.
 *
 * A template is a page in mdoc with words such as @OPTIONS@ in it, which stand for what the tables say; see
 * the list at the end of manual.c.
 */
#ifndef MPROF_REPORTER_COMMANDS_MANUAL_H
#define MPROF_REPORTER_COMMANDS_MANUAL_H

#include "commands/command.h"

#include <argp.h>
#include <stdbool.h>

/* The page of a command, or, without one, of mprof as a whole, on standard output.  0 or -errno with a
 * diagnostic. */
int manual_print(const char *template_path, const struct command *command, struct diagnostic *diagnostic);

/* The command's part in that, as completion_print_options: false where another form is asked for. */
bool manual_print_options(const char *form, const struct argp *argp);

#endif
