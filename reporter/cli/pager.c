/* pager.c - see pager.h. */
#include "cli/pager.h"

#include "base/clean.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *pager_command(void)
{
	const char *command = getenv("MPROF_PAGER");

	if (!command)
		command = getenv("PAGER");
	return command ? command : "less";
}

static bool is_wanted(const struct output_options *options, FILE *out)
{
	const char *command = pager_command();

	return out == stdout && options->format->for_people && !options->no_pager && isatty(STDOUT_FILENO) &&
	       *command && strcmp(command, "cat") != 0 && isatty(STDIN_FILENO);
}

/* A text of one screen is not held up (F), colours are (R), and the screen is left as it was (X). */
static _Noreturn void be_pager(int input)
{
	dup2(input, STDIN_FILENO);
	close(input);
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", pager_command(), (char *)NULL);
	_exit(127);
}

/* Whether the first word of the command is a program; nothing else of it is run for that. */
static bool exists(void)
{
	const char *command = pager_command() + strspn(pager_command(), " \t");
	size_t length = strcspn(command, " \t;|&<>()$`\"'\\");
	char test[512];

	if (length == 0 || length > 400)
		return false;
	snprintf(test, sizeof(test), "command -v -- %.*s >/dev/null 2>&1", (int)length, command);
	return system(test) == 0;
}

struct pager pager_start(const struct output_options *options, FILE *out)
{
	struct pager pager = {0};
	int ends[2];

	if (!is_wanted(options, out) || !exists() || fflush(out) != 0 || pipe(ends) != 0)
		return pager;
	pager.output = dup(STDOUT_FILENO);
	pager.pid = pager.output < 0 ? -1 : fork();
	if (pager.pid == 0) {
		close(ends[1]);
		close(pager.output);
		be_pager(ends[0]);
	}
	close(ends[0]);
	if (pager.pid > 0) {
		signal(SIGPIPE, SIG_IGN);
		signal(SIGINT, SIG_IGN); /* that is for the pager */
		dup2(ends[1], STDOUT_FILENO);
	} else {
		pager.pid = 0;
	}
	close(ends[1]);
	return pager;
}

bool pager_finish(struct pager *pager, FILE *out)
{
	int status = 0;

	if (pager->pid == 0)
		return true;
	/* Whoever quits early closes the pipe: what was left is not missed. */
	fflush(out);
	clearerr(out);
	dup2(pager->output, STDOUT_FILENO);
	close(pager->output);
	while (waitpid(pager->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
		return true;
	clean_print_between(stderr, "mprof: warning: the pager '", pager_command(),
			    "' failed, so here is the text without it\n");
	return false;
}
