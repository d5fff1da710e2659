/*
 * recorded.c - the traces that a run has left.
 */
#include "recorded.h"
#include "drain/drain.h"
#include "reader/reader.h"
#include "trace/format.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAIN_MS 600000 /* a drainer that is alive is worth waiting for */
#define OTHERS_MS 10000

/* ---- where to -------------------------------------------------------------------- */

/* '%' in the current directory's own name stands for itself. */
char *recorded_pattern(const char *pattern)
{
	char directory[PATH_MAX], *result = NULL;
	size_t length;
	FILE *out;

	if (*pattern == '/')
		return strdup(pattern);
	out = getcwd(directory, sizeof(directory)) ? open_memstream(&result, &length) : NULL;
	if (!out)
		return NULL;
	for (const char *c = directory; *c; c++)
		fprintf(out, *c == '%' ? "%%%%" : "%c", *c);
	fprintf(out, "/%s", pattern);
	if (fclose(out) == 0)
		return result;
	free(result);
	return NULL;
}

/* The directory that a pattern leads to, if it is the same for all traces: the caller's to free(). */
static char *pattern_directory(const char *pattern)
{
	char *directory = strdup(pattern), *out = directory, *end;

	if (!directory)
		return NULL;
	end = strrchr(directory, '/');
	end[end == directory] = '\0'; /* the root's own stays */
	for (const char *in = directory; *in; in++) {
		if (in[0] == '%' && in[1] == '%')
			in++;
		*out++ = *in;
	}
	*out = '\0';
	return directory;
}

/* Whether the directory's name is not known before there is a process. */
static bool is_different_for_each(const char *pattern, const char *end)
{
	for (; pattern < end; pattern++)
		if (*pattern == '%' && *++pattern != '%')
			return true;
	return false;
}

/* Whether there is something at a path that the recorder keeps: all but empty files and older traces. */
static bool is_kept(const char *path, const struct stat *status)
{
	return !S_ISREG(status->st_mode) || (status->st_size > 0 && !trace_is_at(path));
}

/* 0, or why nothing can be recorded to it. */
static int place_error(const char *pattern, const char *directory)
{
	const char *name = strrchr(pattern, '/');
	struct stat status;

	if (is_different_for_each(pattern, name))
		return 0;
	if (!name[1])
		return EISDIR;
	if (!strchr(name, '%') && lstat(pattern, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return EISDIR;
		if (is_kept(pattern, &status))
			return EEXIST;
	}
	return access(directory, W_OK | X_OK) == 0 ? 0 : errno;
}

/* The pattern that is taken where nobody names one: what cannot be written to then is this directory. */
static int refuse_here(int reason, struct diagnostic *diagnostic)
{
	return diagnostic_set(diagnostic, reason,
			      "cannot record to the current directory: %s; -o FILE records elsewhere",
			      strerror(reason));
}

int recorded_check(const char *output, struct diagnostic *diagnostic)
{
	char *pattern = recorded_pattern(output ? output : RECORDED_USUAL),
	     *directory = pattern ? pattern_directory(pattern) : NULL;
	int reason = directory ? place_error(pattern, directory) : errno;

	free(pattern);
	free(directory);
	if (reason && !output)
		return refuse_here(reason, diagnostic);
	if (reason == EEXIST)
		return diagnostic_set(diagnostic, reason,
				      "%s: cannot record to it: it is there and no recording, so it is kept; "
				      "name another file",
				      output);
	return reason ? diagnostic_set(diagnostic, reason, "%s: cannot record to it: %s", output,
				       strerror(reason))
		      : 0;
}

/* ---- what was recorded ------------------------------------------------------------- */

/* Processes of this run: the program's and all that descend from it. */
struct family {
	pid_t *pids;
	size_t count;
	uint64_t started_realtime_ns;
};

static bool family_has(const struct family *family, int pid)
{
	for (size_t i = 0; i < family->count; i++)
		if (family->pids[i] == pid)
			return true;
	return false;
}

/* Traces come oldest first, so parents before their children. */
static bool family_admit(struct family *family, const struct trace_entry *entry)
{
	struct diagnostic ignored;
	struct trace *trace;
	bool belongs = family_has(family, entry->pid);

	if (entry->started_realtime_ns < family->started_realtime_ns)
		return false;
	if (!belongs && trace_open(entry->path, &trace, &ignored) == 0) {
		belongs = family_has(family, trace_info(trace)->parent_pid);
		trace_close(trace);
		if (belongs)
			family->pids[family->count++] = entry->pid;
	}
	return belongs;
}

static const char *relative_to_here(const char *path)
{
	char directory[PATH_MAX];
	size_t length = getcwd(directory, sizeof(directory)) ? strlen(directory) : 0;

	return length > 1 && strncmp(path, directory, length) == 0 && path[length] == '/' ? path + length + 1
											  : path;
}

static void warn_of(const char *path)
{
	struct diagnostic ignored;
	struct trace *trace;

	if (trace_open(path, &trace, &ignored) != 0)
		return;
	const char *undrained = trace_info(trace)->undrained;
	if (*undrained)
		fprintf(stderr,
			"mprof: warning: mprof-drain did not work while the program ran (%s); what waited in "
			"memory was written at its end\n",
			undrained);
	if (trace_info(trace)->end_flags & END_FOREIGN_MALLOC)
		fputs("mprof: warning: almost nothing was recorded: the program brings its own malloc; "
		      "'mprof report' says what to do\n",
		      stderr);
	trace_close(trace);
}

/* Once is enough: what ails one recording of a process ails all. */
void recorded_warn(const struct trace_list *list, pid_t pid)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->entries[i].pid == pid) {
			warn_of(list->entries[i].path);
			return;
		}
}

void recorded_tell(const struct trace_list *list)
{
	if (list->count == 0) {
		fputs("mprof: nothing was recorded\n", stderr);
		return;
	}
	fprintf(stderr, "mprof: recorded; see it with: mprof report %s\n",
		relative_to_here(trace_list_program(list)));
	if (list->count > 1)
		fprintf(stderr,
			"mprof: and %zu more, of other processes of the run or of what they were before "
			"exec; see 'mprof list'\n",
			list->count - 1);
}

/* What the drainers still hold must be on disk before anybody is sent to read it.  Of other processes too,
 * since it is their drainers that write down whose children they are; those that go on are asked for what
 * they have. */
static void settle(const struct trace_list *traces, pid_t pid, uint64_t since)
{
	struct diagnostic diagnostic;

	for (size_t i = 0; i < traces->count; i++) {
		const struct trace_entry *entry = &traces->entries[i];

		bool own = entry->pid == pid;

		if (entry->started_realtime_ns < since || !*entry->session_path)
			continue;
		if (drain_wait(entry->session_path, own ? DRAIN_MS : OTHERS_MS, NULL, &diagnostic) != 0 &&
		    own)
			fprintf(stderr, "mprof: warning: %s may lack its last events: %s\n",
				relative_to_here(entry->path), diagnostic.message);
	}
}

/* Leaves those in the list that the family has. */
static void keep_family(struct trace_list *list, struct family *family)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct trace_entry entry = list->entries[i];

		if (family_admit(family, &entry)) {
			list->entries[kept++] = entry;
			continue;
		}
		free(entry.path);
		free(entry.session_path);
	}
	list->count = kept;
}

static bool ends_as_traces_do(const char *pattern)
{
	static const char suffix[] = ".mprof";
	size_t length = strlen(pattern);

	return length >= sizeof(suffix) && strcmp(pattern + length - (sizeof(suffix) - 1), suffix) == 0;
}

/* The traces of the pattern's directory; of other names than theirs, those that begin as the pattern does. */
static int list_traces(const char *pattern, struct trace_list *list, struct diagnostic *diagnostic)
{
	const char *name = strrchr(pattern, '/') + 1;
	char *directory = pattern_directory(pattern), *beginning = strndup(name, strcspn(name, "%"));
	int error;

	if (!directory || !beginning)
		error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	else if (ends_as_traces_do(pattern) || !*beginning)
		error = trace_list_init(list, directory, diagnostic);
	else
		error = trace_list_init_named(list, directory, beginning, diagnostic);
	free(directory);
	free(beginning);
	return error;
}

int recorded_find(const char *pattern, pid_t pid, uint64_t since_realtime_ns, struct trace_list *list,
		  struct diagnostic *diagnostic)
{
	struct family family = {.started_realtime_ns = since_realtime_ns};
	int error = list_traces(pattern, list, diagnostic);

	if (error)
		return error;
	settle(list, pid, since_realtime_ns);
	family.pids = calloc(list->count + 1, sizeof(*family.pids));
	if (!family.pids)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	family.pids[family.count++] = pid;
	keep_family(list, &family);
	free(family.pids);
	return 0;
}
