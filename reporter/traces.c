/*
 * traces.c - the trace files of a directory, and which of them an argument means.
 */
#include "traces.h"
#include "drain/drain.h"
#include "reader/reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
		free(entry->path);
		return 0;
	}
	entry->pid = heading.pid;
	entry->started_realtime_ns = heading.started_realtime_ns;
	entry->session_path = strdup(heading.session_path);
	list->count++;
	return entry->session_path ? 0 : -ENOMEM;
}

int trace_list_init(struct trace_list *list, const char *directory, struct diagnostic *diagnostic)
{
	struct dirent **files = NULL;
	int count = scandir(directory, &files, has_suffix, NULL), error = 0;

	*list = (struct trace_list){0};
	if (count < 0)
		return diagnostic_set(diagnostic, errno, "%s: %s", directory, strerror(errno));
	list->entries = calloc((size_t)count + 1, sizeof(*list->entries));
	if (!list->entries)
		error = -ENOMEM;
	for (int i = 0; i < count; i++) {
		if (!error)
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

void trace_list_finish(struct trace_list *list)
{
	for (size_t i = 0; list->entries && i < list->count; i++) {
		free(list->entries[i].path);
		free(list->entries[i].session_path);
	}
	free(list->entries);
	*list = (struct trace_list){0};
}

bool trace_argument_is_index(const char *argument, long *index)
{
	char *end;

	errno = 0;
	*index = strtol(argument, &end, 10);
	return !errno && end != argument && !*end;
}

/* 0 if the trace does not tell. */
static int parent_of(const struct trace_entry *entry)
{
	struct diagnostic ignored;
	struct trace *trace;
	int parent = 0;

	if (trace_open(entry->path, &trace, &ignored) == 0)
		parent = trace_info(trace)->parent_pid;
	trace_close(trace);
	return parent;
}

/* The index of the last trace of a process among the first `end`, or `end`. */
static size_t last_of(const struct trace_list *list, int pid, size_t end)
{
	for (size_t i = end; i > 0; i--)
		if (list->entries[i - 1].pid == pid)
			return i - 1;
	return end;
}

/* Whoever has just run a program means it, not the last child that it started: from the newest trace
 * up to the first recorded ancestor, and on to what that process executed last. */
static const struct trace_entry *newest_program(const struct trace_list *list)
{
	size_t index = list->count - 1, parent;

	while ((parent = last_of(list, parent_of(&list->entries[index]), index)) < index)
		index = parent;
	return &list->entries[last_of(list, list->entries[index].pid, list->count)];
}

int trace_list_pick(const struct trace_list *list, const char *argument, const char **path,
		    struct diagnostic *diagnostic)
{
	long index = -1;

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
		*path = newest_program(list)->path;
		return 0;
	}
	*path = list->entries[index < 0 ? index + (long)list->count : index].path;
	return 0;
}

#define SETTLE_MS 10000

void trace_bring_up_to_date(const char *path)
{
	struct trace_heading heading;
	struct diagnostic diagnostic;

	if (trace_read_heading(path, &heading, &diagnostic) != 0 || !heading.session_path[0])
		return;
	if (drain_wait(heading.session_path, SETTLE_MS, &diagnostic) != 0)
		fprintf(stderr, "mprof: warning: %s may lack its last events: %s\n", path,
			diagnostic.message);
}
