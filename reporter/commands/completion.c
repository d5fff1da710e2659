/*
 * completion.c - see completion.h.
 */
#include "completion.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What a script is made of.  A command's options stand between its beginning and its end. */
struct shell {
	const char *name;
	void (*begin)(void);
	void (*begin_command)(const char *command);
	void (*option)(const struct argp_option *option);
	void (*end_command)(void);
	void (*end)(void);
};

static const char *current; /* the command whose options are printed */

/* In single quotes, where only those mean anything to a shell, and to zsh's _arguments some more. */
static void put_quoted(const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf(strchr(special, *text) ? "\\%c" : "%c", *text);
	}
}

static bool has_letter(const struct argp_option *option)
{
	return option->key > ' ' && option->key < 0x7f;
}

/* ---- bash ------------------------------------------------------------------------------------ */

static void bash_begin(void)
{
	fputs("_mprof()\n{\n\tlocal word=${COMP_WORDS[COMP_CWORD]} options=\n"
	      "\t[ \"$word\" != = ] || word=\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\toptions='",
	      stdout);
	for (const struct command *command = commands; command->name; command++)
		printf("%s%s", command == commands ? "" : " ", command->name);
	fputs("'\n\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n\t\treturn\n\tfi\n"
	      "\tcase ${COMP_WORDS[1]} in\n",
	      stdout);
}

static void bash_begin_command(const char *command)
{
	printf("\t%s) options='", command);
}

static void bash_option(const struct argp_option *option)
{
	printf("--%s%s ", option->name, option->arg ? "=" : "");
}

static void bash_end_command(void)
{
	puts("' ;;");
}

static void bash_end(void)
{
	fputs("\tesac\n\tcase $word in\n\t-*)\n\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
	      "\t\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n\t\t;;\n\t*)\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n\t\tcompopt -o filenames\n\t\t;;\n\tesac\n}\n"
	      "complete -F _mprof " MPROF_COMMAND "\n",
	      stdout);
}

/* ---- zsh --------------------------------------------------------------------------------------- */

static void zsh_begin(void)
{
	fputs("#compdef " MPROF_COMMAND "\n\n_mprof()\n{\n\tlocal -a commands\n\tcommands=(\n", stdout);
	for (const struct command *command = commands; command->name; command++) {
		printf("\t\t'%s:", command->name);
		put_quoted(command_summary(command), "");
		puts("'");
	}
	fputs("\t)\n\tif (( CURRENT == 2 )); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	      "\tshift words\n\t(( CURRENT-- ))\n\tcase $words[1] in\n",
	      stdout);
}

static void zsh_begin_command(const char *command)
{
	printf("\t%s) _arguments -s", command);
}

static void zsh_option(const struct argp_option *option)
{
	printf(" \\\n\t\t'--%s%s[", option->name, option->arg ? "=" : "");
	put_quoted(option->doc, "[]");
	fputs("]", stdout);
	if (option->arg) {
		putchar(':');
		put_quoted(option->arg, ":");
		fputs(":_files", stdout);
	}
	putchar('\'');
}

static void zsh_end_command(void)
{
	puts(" \\\n\t\t'*::file:_files' ;;");
}

static void zsh_end(void)
{
	fputs("\tesac\n}\n\n_mprof \"$@\"\n", stdout);
}

/* ---- fish -------------------------------------------------------------------------------------- */

static void fish_begin(void)
{
	for (const struct command *command = commands; command->name; command++) {
		printf("complete -c " MPROF_COMMAND " -n __fish_use_subcommand -f -a %s -d '", command->name);
		put_quoted(command_summary(command), "");
		puts("'");
	}
}

static void fish_begin_command(const char *command)
{
	current = command;
}

static void fish_option(const struct argp_option *option)
{
	printf("complete -c " MPROF_COMMAND " -n '__fish_seen_subcommand_from %s' -l %s", current,
	       option->name);
	if (has_letter(option))
		printf(" -s %c", option->key);
	fputs(option->arg ? " -r -d '" : " -d '", stdout);
	put_quoted(option->doc, "");
	puts("'");
}

static void nothing(void)
{
}

/* ---- all --------------------------------------------------------------------------------------- */

static const struct shell shells[] = {
	{"bash", bash_begin, bash_begin_command, bash_option, bash_end_command, bash_end},
	{"zsh", zsh_begin, zsh_begin_command, zsh_option, zsh_end_command, zsh_end},
	{"fish", fish_begin, fish_begin_command, fish_option, nothing, nothing},
	{0},
};

static const struct shell *find(const char *name)
{
	const struct shell *shell = shells;

	while (shell->name && strcmp(shell->name, name) != 0)
		shell++;
	return shell->name ? shell : NULL;
}

const char *completion_shells(void)
{
	static char names[64];
	size_t used = 0;

	for (const struct shell *shell = shells; shell->name; shell++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used > 0 ? ", " : "",
					 shell->name);
	return names;
}

static void print_options(const struct shell *shell, const struct argp *argp)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name && !(o->flags & OPTION_HIDDEN))
			shell->option(o);
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		print_options(shell, child->argp);
}

bool completion_print_options(const char *name, const struct argp *argp)
{
	const struct shell *shell = find(name);

	if (shell)
		print_options(shell, argp);
	return shell != NULL;
}

int completion_print(const char *name, struct diagnostic *diagnostic)
{
	const struct shell *shell = find(name);
	char option[32];
	int status = 0;

	if (!shell)
		return diagnostic_set(diagnostic, EINVAL, "no completion for '%s'; there is one for %s", name,
				      completion_shells());
	snprintf(option, sizeof(option), "--tables=%s", name);
	shell->begin();
	for (const struct command *command = commands; status == 0 && command->name; command++) {
		char *arguments[] = {(char *)(uintptr_t)command->name, option, NULL};

		if (command->run == cmd_help)
			continue;
		shell->begin_command(command->name);
		status = command_run(command, 2, arguments, diagnostic);
		shell->end_command();
	}
	shell->end();
	return status;
}
