/*
 * traces.c - the trace files of a directory, and which of them an argument means.
 */
#include "traces.h"
#include "drain/drain.h"
#include "base/progress.h"
#include "reader/reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".mprof";

static int has_suffix(const struct dirent *file)
{
	size_t length = strlen(file->d_name);

	return length >= sizeof(suffix) && strcmp(file->d_name + length - (sizeof(suffix) - 1), suffix) == 0;
}

static int by_start(const void *left, const void *right)
{
	const struct trace_entry *a = left, *b = right;

	if (a->started_realtime_ns != b->started_realtime_ns)
		return a->started_realtime_ns < b->started_realtime_ns ? -1 : 1;
	return strcmp(a->path, b->path);
}

static char *path_of(const char *directory, const char *name)
{
	char *path = NULL;

	if (strcmp(directory, ".") == 0)
		return strdup(name);
	return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static int add_trace(struct trace_list *list, const char *directory, const char *name)
{
	struct trace_entry *entry = &list->entries[list->count];
	struct trace_heading heading;
	struct diagnostic ignored;

	entry->path = path_of(directory, name);
	if (!entry->path)
		return -ENOMEM;
	if (trace_read_heading(entry->path, &heading, &ignored) != 0) {
		list->strangers[list->stranger_count++] = entry->path;
		return 0;
	}
	entry->pid = heading.pid;
	entry->started_realtime_ns = heading.started_realtime_ns;
	entry->session_path = strdup(heading.session_path);
	list->count++;
	return entry->session_path ? 0 : -ENOMEM;
}

static int init(struct trace_list *list, const char *directory, const char *beginning,
		struct diagnostic *diagnostic)
{
	struct dirent **files = NULL;
	int count = scandir(directory, &files, *beginning ? NULL : has_suffix, NULL), error = 0;

	*list = (struct trace_list){0};
	if (count < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", directory, strerror(errno));
	list->entries = calloc((size_t)count + 1, sizeof(*list->entries));
	list->strangers = calloc((size_t)count + 1, sizeof(*list->strangers));
	if (!list->entries || !list->strangers)
		error = -ENOMEM;
	for (int i = 0; i < count; i++) {
		if (!error && strncmp(files[i]->d_name, beginning, strlen(beginning)) == 0)
			error = add_trace(list, directory, files[i]->d_name);
		free(files[i]);
	}
	free(files);
	if (error) {
		trace_list_finish(list);
		return diagnostic_set(diagnostic, -error, "out of memory");
	}
	qsort(list->entries, list->count, sizeof(*list->entries), by_start);
	return 0;
}

int trace_list_init(struct trace_list *list, const char *directory, struct diagnostic *diagnostic)
{
	return init(list, directory, "", diagnostic);
}

int trace_list_init_named(struct trace_list *list, const char *directory, const char *beginning,
			  struct diagnostic *diagnostic)
{
	return init(list, directory, beginning, diagnostic);
}

void trace_list_finish(struct trace_list *list)
{
	for (size_t i = 0; list->entries && i < list->count; i++) {
		free(list->entries[i].path);
		free(list->entries[i].session_path);
	}
	for (size_t i = 0; list->strangers && i < list->stranger_count; i++)
		free(list->strangers[i]);
	free(list->entries);
	free(list->strangers);
	*list = (struct trace_list){0};
}

bool trace_argument_is_index(const char *argument, long *index)
{
	char *end;

	errno = 0;
	*index = strtol(argument, &end, 10);
	return !errno && end != argument && !*end;
}

/* ---- the newest run ---------------------------------------------------------------- */

/* What a trace tells of its process, zeroes if it does not. */
struct kin {
	int parent;
	uint64_t held_bytes;
};

/* The heap at its peak; of a run that is not over, or lost its drainer, what the process had resident. */
static uint64_t held_bytes(const struct trace_info *info)
{
	if (info->summary)
		return info->summary->totals.peak_bytes;
	return info->peak_rss_bytes > info->recorder_bytes ? info->peak_rss_bytes - info->recorder_bytes : 0;
}

/* Where the drainers have not been waited for, one may be about to write it. */
static struct kin kin_of(const struct trace_entry *entry, bool settled)
{
	struct diagnostic ignored;
	struct trace *trace;
	struct kin kin = {0};

	if (!settled)
		trace_settle(entry->path);
	if (trace_open(entry->path, &trace, &ignored) == 0)
		kin = (struct kin){trace_info(trace)->parent_pid, held_bytes(trace_info(trace))};
	trace_close(trace);
	return kin;
}

/* The index of the last trace of a process from `begin` to before `end`, or `end`. */
static size_t last_of(const struct trace_list *list, int pid, size_t begin, size_t end)
{
	for (size_t i = end; i > begin; i--)
		if (list->entries[i - 1].pid == pid)
			return i - 1;
	return end;
}

/* The first recorded process that the newest trace descends from. */
static size_t first_of_run(const struct trace_list *list, bool settled)
{
	size_t index = list->count - 1, parent;

	while ((parent = last_of(list, kin_of(&list->entries[index], settled).parent, 0, index)) < index)
		index = parent;
	return index;
}

static bool is_among(const int *pids, size_t count, int pid)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Whoever has just run a program means that, neither the last child that it started nor the timeout,
 * nice or shell that it was started by: of the processes of the newest run the one that held most, and
 * what that executed last. */
static const struct trace_entry *newest_program(const struct trace_list *list, bool settled)
{
	size_t first = first_of_run(list, settled), best = list->count, kept = 0;
	int *family = calloc(list->count - first, sizeof(*family)); /* pids, as far as `kept` */
	uint64_t best_bytes = 0;

	for (size_t i = first; family && i < list->count; i++) {
		const struct trace_entry *entry = &list->entries[i];
		struct kin kin = kin_of(entry, settled);

		if (i > first && !is_among(family, kept, entry->pid) && !is_among(family, kept, kin.parent))
			continue;
		family[kept++] = entry->pid;
		if (last_of(list, entry->pid, i, list->count) > i ||
		    (best < list->count && kin.held_bytes <= best_bytes))
			continue;
		best = i;
		best_bytes = kin.held_bytes;
	}
	free(family);
	return &list->entries[best < list->count ? best : first];
}

const char *trace_list_program(const struct trace_list *list)
{
	return newest_program(list, true)->path;
}

/* TRACE@TIME, as in "app.12.mprof@1.5s". */
static bool names_moment(const char *argument)
{
	const char *at = strrchr(argument, '@');

	return at && at > argument && at[1] && !at[1 + strspn(at + 1, "0123456789.:%smin")] &&
	       access(argument, F_OK) != 0;
}

int trace_list_pick(const struct trace_list *list, const char *argument, const char **path,
		    struct diagnostic *diagnostic)
{
	long index = -1;

	if (argument && names_moment(argument))
		return diagnostic_set(diagnostic, EINVAL,
				      "%s: this command takes a whole recording, not a moment of one",
				      argument);
	if (argument && !trace_argument_is_index(argument, &index)) {
		*path = argument;
		return 0;
	}
	if (list->count == 0)
		return diagnostic_set(diagnostic, ENOENT, "no traces here; 'mprof run PROGRAM' makes one");
	if (index >= (long)list->count || index < -(long)list->count)
		return diagnostic_set(diagnostic, EINVAL, "no trace %ld here: 'mprof list' shows %zu, from 0",
				      index, list->count);
	if (!argument) {
		*path = newest_program(list, false)->path;
		return 0;
	}
	*path = list->entries[index < 0 ? index + (long)list->count : index].path;
	return 0;
}

/* ---- recordings in progress ------------------------------------------------------------ */

bool trace_is_recording(const char *path, int *pid)
{
	struct diagnostic ignored;
	struct trace *trace;

	if (trace_open(path, &trace, &ignored) != 0)
		return false;
	bool recording = trace_info(trace)->recording && !trace_info(trace)->ended;
	*pid = trace_info(trace)->pid;
	trace_close(trace);
	return recording;
}

#define SETTLE_MS 10000

void trace_settle(const char *path)
{
	struct trace_heading heading;
	struct progress progress = progress_start();
	const struct drain_progress told = {progress_records, &progress};
	struct diagnostic diagnostic;
	int error;

	if (trace_read_heading(path, &heading, &diagnostic) != 0 || !heading.session_path[0])
		return;
	error = drain_wait(heading.session_path, SETTLE_MS, &told, &diagnostic);
	progress_finish(&progress);
	if (error)
		fprintf(stderr, "mprof: warning: %s may lack its last events: %s\n", path,
			diagnostic.message);
}

void trace_bring_up_to_date(const char *path)
{
	struct diagnostic ignored;
	struct trace *trace;

	trace_settle(path);
	if (trace_open(path, &trace, &ignored) == 0 && *trace_info(trace)->parent_trace)
		trace_settle(trace_info(trace)->parent_trace);
	trace_close(trace);
}
