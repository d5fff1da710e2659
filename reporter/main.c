/*
 * main.c - the mprof command: finds the command asked for, and prints what went wrong in it.
 */
#include "commands/command.h"
#include "commands/completion.h"
#include "commands/manual.h"
#include "commands/view_command.h"
#include "base/nearest.h"
#include "cli/options.h"
#include "base/clean.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct command commands[] = {
	{"run", "Run a program and record its memory", cmd_run, NULL},
#define VIEW(name) {#name, NULL, NULL, &view_##name},
#include "views/views.def"
#undef VIEW
	{"check", "Judge recordings by limits and a baseline", cmd_check, NULL},
	{"list", "List the recordings here", cmd_list, NULL},
	{"rm", "Remove recordings", cmd_rm, NULL},
	{"clean", "Remove all recordings here, and what dead ones left in memory", cmd_clean, NULL},
	{"pack", "Make a recording that can be read elsewhere", cmd_pack, NULL},
	{"dump", "Print a recording event by event", cmd_dump, NULL},
	{"help", "Show this, or the options of a command", cmd_help, NULL},
	{0},
};

const char *command_summary(const struct command *command)
{
	return command->view ? command->view->summary : command->summary;
}

int command_run(const struct command *command, int argc, char **argv, struct diagnostic *diagnostic)
{
	return command->view ? view_command(command->view, argc, argv, diagnostic)
			     : command->run(argc, argv, diagnostic);
}

static const struct command *command_find(const char *name)
{
	const struct command *command = commands;

	while (command->name && strcmp(command->name, name) != 0)
		command++;
	return command->name ? command : NULL;
}

static void print_usage(FILE *out)
{
	fputs("Usage: mprof COMMAND [OPTION...] [ARGUMENT...]\n"
	      "Records every allocation of a native program and shows, line by line, where its memory "
	      "went.\n\n",
	      out);
	for (const struct command *command = commands; command->name; command++)
		fprintf(out, "  %-10s %s\n", command->name, command_summary(command));
	fputs("\n'mprof help COMMAND' shows a command's options; 'mprof --version' (-V) the version.\n"
	      "A first try: mprof run ./program, then mprof report\n",
	      out);
}

static int unknown_command(const char *name, struct diagnostic *diagnostic)
{
	const char *what = *name == '-' ? "option" : "command";
	struct nearest nearest = nearest_to(name);

	for (const struct command *command = commands; command->name; command++)
		nearest_try(&nearest, command->name);
	nearest_try(&nearest, "--version");
	nearest_try(&nearest, "--help");
	if (nearest.found)
		return diagnostic_set(diagnostic, EINVAL, "unknown %s '%s'; did you mean '%s'?", what, name,
				      nearest.found);
	return diagnostic_set(diagnostic, EINVAL, "unknown %s '%s'; try 'mprof help'", what, name);
}

static int print_manual(const char *template_path, const char *name, struct diagnostic *diagnostic)
{
	const struct command *command = name ? command_find(name) : NULL;

	return name && !command ? unknown_command(name, diagnostic)
				: manual_print(template_path, command, diagnostic);
}

static bool print_tables(const char *form, const struct argp *argp)
{
	return manual_print_options(form, argp) || completion_print_options(form, argp);
}

int cmd_help(int argc, char **argv, struct diagnostic *diagnostic)
{
	char help[] = "--help";
	const struct command *command;

	if (argc == 3 && strcmp(argv[1], "--completion") == 0)
		return completion_print(argv[2], diagnostic);
	if (argc > 2 && strcmp(argv[1], "--manual") == 0)
		return print_manual(argv[2], argv[3], diagnostic);
	if (argc < 2 || strcmp(argv[1], help) == 0 || strcmp(argv[1], "help") == 0) {
		print_usage(stdout);
		return STATUS_DONE;
	}
	command = command_find(argv[1]);
	if (!command)
		return unknown_command(argv[1], diagnostic);
	return command_run(command, 2, (char *[]){argv[1], help, NULL}, diagnostic);
}

static int dispatch(int argc, char **argv, struct diagnostic *diagnostic)
{
	const struct command *command;

	if (argc < 2) {
		print_usage(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("mprof " MPROF_VERSION);
		return STATUS_DONE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cmd_help(1, argv, diagnostic);
	command = command_find(argv[1]);
	return command ? command_run(command, argc - 1, argv + 1, diagnostic)
		       : unknown_command(argv[1], diagnostic);
}

int main(int argc, char **argv)
{
	struct diagnostic diagnostic = {.message = ""};
	int status;

	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		clean_cut_by_dots();
	options_tables = print_tables;
	status = dispatch(argc, argv, &diagnostic);
	if (status < 0) {
		clean_print_between(stderr,
				    "mprof: ", diagnostic.message[0] ? diagnostic.message : strerror(-status),
				    "\n");
		return STATUS_USAGE;
	}
	/* What was asked for was printed only if it arrived. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "mprof: standard output: %s\n", strerror(errno));
		return STATUS_USAGE;
	}
	return status;
}
