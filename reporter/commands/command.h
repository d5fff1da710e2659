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

struct command {
	const char *name, *summary;
	command_fn *run;
};

/* All commands, ending with a NULL name; the one list of them. */
extern const struct command commands[];

command_fn cmd_run, cmd_report, cmd_pack, cmd_peak, cmd_check, cmd_gc, cmd_list, cmd_rm, cmd_clean, cmd_dump,
	cmd_help;

#endif
