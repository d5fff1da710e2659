/*
 * view_command.h - the command of every view: options in, a document out.
 */
#ifndef MPROF_REPORTER_COMMANDS_VIEW_COMMAND_H
#define MPROF_REPORTER_COMMANDS_VIEW_COMMAND_H

#include "base/diagnostic.h"
#include "views/view.h"

/* As command_fn. */
int view_command(const struct view *view, int argc, char **argv, struct diagnostic *diagnostic);

#endif
