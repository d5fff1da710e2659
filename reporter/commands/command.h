/*
 * command.h - what a command of mprof is, and what all of them share.
 *
 * A command parses its options and wires the layers below; it prints no errors: it returns an
 * exit status, or a negative errno with a diagnostic, which main prints in one line.
 */
#ifndef MPROF_REPORTER_COMMANDS_COMMAND_H
#define MPROF_REPORTER_COMMANDS_COMMAND_H

#include "base/diagnostic.h"
#include "base/status.h"

/* argv[0] is the command's name. */
typedef int command_fn(int argc, char **argv, struct diagnostic *diagnostic);

struct view;

struct command {
	const char *name, *summary;
	command_fn *run;
	const struct view *view; /* NULL: `run` is the command; else it shows this */
};

/* In a line, for the list of commands. */
const char *command_summary(const struct command *command);

int command_run(const struct command *command, int argc, char **argv, struct diagnostic *diagnostic);

/* All commands, ending with a NULL name; views are among them. */
extern const struct command commands[];

command_fn cmd_run, cmd_check, cmd_pack, cmd_list, cmd_rm, cmd_clean, cmd_dump, cmd_help;

#endif
