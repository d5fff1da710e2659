/*
 * cmd_clean.c - mprof clean: removes all recordings here, and session files that nobody will ever finish.
 *
 * A session file of a dead process without a drainer still holds events of its trace, and a
 * report on that trace would finish it: so it goes only when its trace is gone.
 */
#include "command.h"
#include "drain/live_names.h"
#include "cli/options.h"
#include "profile/kept.h"
#include "trace/session.h"
#include "recordings/traces.h"
#include "base/clean.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SESSION_DIRECTORY "/dev/shm"

enum { KEY_DRY_RUN = 0x300 };

static const struct argp_option option_table[] = {
	{"dry-run", KEY_DRY_RUN, NULL, 0, "Only print what would be removed", 1},
	{0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
	bool *dry_run = state->input;

	if (key == ARGP_KEY_ARG)
		return options_error(state, "clean takes no argument, such as '%s'", argument);
	if (key != KEY_DRY_RUN)
		return ARGP_ERR_UNKNOWN;
	*dry_run = true;
	return 0;
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "Removes all recordings in the current directory, and what recordings that were cut off left "
	       "in shared "
	       "memory, if their trace is gone. Prints what it removes, and does not ask. What is still "
	       "being recorded is left.",
};

static int remove_file(const char *path, bool dry_run, struct diagnostic *diagnostic)
{
	if (!dry_run && unlink(path) != 0 && errno != ENOENT)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	clean_print_between(stdout, dry_run ? "would remove " : "removed ", path, "\n");
	return 0;
}

/* ---- sessions ------------------------------------------------------------------- */

static bool is_traced_here(const struct trace_list *traces, const char *session_path)
{
	for (size_t i = 0; i < traces->count; i++)
		if (strcmp(traces->entries[i].session_path, session_path) == 0)
			return true;
	return false;
}

static bool read_session_header(int fd, struct session_header *header)
{
	return pread(fd, header, sizeof(*header), 0) == (ssize_t)sizeof(*header) &&
	       header->magic == SESSION_MAGIC && header->version == SESSION_VERSION &&
	       memchr(header->trace_path, '\0', sizeof(header->trace_path));
}

/* Nobody writes to it, nobody drains it, and nobody can report it. */
static bool is_orphan(const char *path, const struct trace_list *traces, struct session_header *header)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool orphan = false;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && read_session_header(fd, header))
		orphan = kill(header->pid, 0) != 0 && errno == ESRCH &&
			 (is_traced_here(traces, path) || access(header->trace_path, F_OK) != 0);
	if (fd >= 0)
		close(fd);
	return orphan;
}

static int is_session_name(const struct dirent *file)
{
	char prefix[32];
	int length = snprintf(prefix, sizeof(prefix), "mprof.%u.", getuid());
	const char *suffix = strrchr(file->d_name, '.');

	return strncmp(file->d_name, prefix, (size_t)length) == 0 && strcmp(suffix, ".live") != 0;
}

/* With its live map, wherever that is. */
static int remove_session(const char *path, struct session_header *header, bool dry_run,
			  struct diagnostic *diagnostic)
{
	struct live_names live;
	int error = remove_file(path, dry_run, diagnostic);
	bool named = live_names_init(&live, header, path);

	for (size_t i = 0; !error && named && i < sizeof(live.files.paths) / sizeof(*live.files.paths); i++)
		if (access(live.files.paths[i], F_OK) == 0)
			error = remove_file(live.files.paths[i], dry_run, diagnostic);
	return error;
}

/* Where a link of this user's leads, for a session that lies on disk: the caller's to free().  NULL: it is
 * none. */
static char *link_target(const char *path)
{
	char target[PATH_MAX];
	struct stat status;
	ssize_t length = lstat(path, &status) == 0 && S_ISLNK(status.st_mode) && status.st_uid == geteuid()
				 ? readlink(path, target, sizeof(target) - 1)
				 : -1;

	return length > 0 ? strndup(target, (size_t)length) : NULL;
}

/* The session at this path, or where this path leads. */
static int clean_session(const char *path, const struct trace_list *traces, struct session_header *header,
			 bool dry_run, struct diagnostic *diagnostic)
{
	char *target = link_target(path);
	const char *session = target ? target : path;
	bool gone = target && access(target, F_OK) != 0, orphan = !gone && is_orphan(session, traces, header);
	int error = orphan ? remove_session(session, header, dry_run, diagnostic) : 0;

	if (!error && target && (gone || orphan))
		error = remove_file(path, dry_run, diagnostic);
	free(target);
	return error;
}

static int clean_sessions(const struct trace_list *traces, bool dry_run, struct diagnostic *diagnostic)
{
	struct dirent **files = NULL;
	struct session_header *header = malloc(sizeof(*header));
	if (!header)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	int count = scandir(SESSION_DIRECTORY, &files, is_session_name, alphasort), error = 0;

	for (int i = 0; i < count; i++) {
		char *path = NULL;

		if (!error && asprintf(&path, SESSION_DIRECTORY "/%s", files[i]->d_name) >= 0)
			error = clean_session(path, traces, header, dry_run, diagnostic);
		free(path);
		free(files[i]);
	}
	free(files);
	free(header);
	return error;
}

/* What is still being recorded is left: its program goes on, and what it does would go nowhere. */
static int clean_trace(const char *path, bool dry_run, struct diagnostic *diagnostic)
{
	int pid;

	if (trace_is_recording(path, &pid)) {
		char *because = NULL;

		if (asprintf(&because, ": process %d is still being recorded\n", pid) < 0)
			return diagnostic_set(diagnostic, ENOMEM, "out of memory");
		clean_print_between(stdout, dry_run ? "would leave " : "left ", path, because);
		free(because);
		return 0;
	}
	if (!dry_run)
		kept_forget(path);
	return remove_file(path, dry_run, diagnostic);
}

/* Sessions first: their traces tell which of them are of here. */
static int clean(bool dry_run, struct diagnostic *diagnostic)
{
	struct trace_list traces;
	int error = trace_list_init(&traces, ".", diagnostic);

	if (!error)
		error = clean_sessions(&traces, dry_run, diagnostic);
	for (size_t i = 0; !error && i < traces.count; i++)
		error = clean_trace(traces.entries[i].path, dry_run, diagnostic);
	trace_list_finish(&traces);
	return error;
}

int cmd_clean(int argc, char **argv, struct diagnostic *diagnostic)
{
	bool dry_run = false;
	int status = options_parse(&argp, false, argc, argv, &dry_run, diagnostic);

	if (status == 0)
		status = clean(dry_run, diagnostic);
	return status < 0 ? status : STATUS_DONE;
}
