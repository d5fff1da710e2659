/* run.c - see run.h. */
#include "recordings/run.h"

#include "base/memory.h"
#include "reader/reader.h"
#include "recordings/traces.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What a recording tells of its process. */
struct process {
	int parent;    /* pid; 0: not known */
	bool replaced; /* it went on as another program */
};

struct folder {
	struct trace_list list;
	struct process *processes; /* of each in the list */
};

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = !slash          ? strdup(".")
		       : slash == path ? strdup("/")
				       : strndup(path, (size_t)(slash - path));

	if (!folder)
		memory_exhausted();
	return folder;
}

static struct process process_of(const char *path)
{
	struct diagnostic ignored;
	struct trace *trace;
	struct process process = {0};

	if (trace_open(path, &trace, &ignored) == 0)
		process = (struct process){trace_info(trace)->parent_pid,
					   trace_info(trace)->end_kind == END_REPLACED};
	trace_close(trace);
	return process;
}

/* Until its drainer is done a trace may not tell yet. */
static int folder_init(struct folder *folder, const char *path, struct diagnostic *diagnostic)
{
	char *name = folder_of(path);
	int error = trace_list_init(&folder->list, name, diagnostic);

	free(name);
	if (error)
		return error;
	folder->processes = memory_zeroed(folder->list.count, sizeof(*folder->processes));
	for (size_t i = 0; i < folder->list.count; i++) {
		trace_settle(folder->list.entries[i].path);
		folder->processes[i] = process_of(folder->list.entries[i].path);
	}
	return 0;
}

static void folder_finish(struct folder *folder)
{
	trace_list_finish(&folder->list);
	free(folder->processes);
}

/* The last recording of a process that began before this one; itself: there is none. */
static size_t last_before(const struct folder *folder, int pid, size_t index)
{
	for (size_t i = index; pid > 0 && i > 0; i--)
		if (folder->list.entries[i - 1].pid == pid)
			return i - 1;
	return index;
}

/* What a process was before, or who started it; itself: nobody is known.  A number may have been another
 * process's before. */
static size_t came_from(const struct folder *folder, size_t index)
{
	const struct process *process = &folder->processes[index];
	size_t before = last_before(folder, folder->list.entries[index].pid, index);

	if (before < index &&
	    (folder->processes[before].replaced || folder->processes[before].parent == process->parent))
		return before;
	return last_before(folder, process->parent, index);
}

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, b) == 0 ||
	       (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static size_t index_of(const struct folder *folder, const char *path)
{
	size_t index = 0;

	while (index < folder->list.count && !is_same_file(folder->list.entries[index].path, path))
		index++;
	return index;
}

static void add_member(struct run *run, const char *path, size_t parent, bool replaced)
{
	char *copy = strdup(path);

	if (!copy)
		memory_exhausted();
	run->members[run->count++] = (struct run_member){copy, parent, replaced};
}

/* Whether it is of the same process as one before: packed, or copied. */
static bool is_copy(const struct folder *folder, size_t index)
{
	const struct trace_entry *entry = &folder->list.entries[index];
	size_t before = last_before(folder, entry->pid, index);

	return before < index &&
	       folder->list.entries[before].started_realtime_ns == entry->started_realtime_ns;
}

/* All that came from the first, directly or not. */
static void collect(struct run *run, const struct folder *folder, size_t first)
{
	const struct trace_entry *entries = folder->list.entries;
	size_t *numbers = memory_zeroed(folder->list.count, sizeof(*numbers)); /* of members, + 1 */

	add_member(run, entries[first].path, 0, false);
	numbers[first] = 1;
	for (size_t i = first + 1; i < folder->list.count; i++) {
		size_t from = came_from(folder, i);

		if (from == i || numbers[from] == 0 || is_copy(folder, i))
			continue;
		add_member(run, entries[i].path, numbers[from] - 1, entries[from].pid == entries[i].pid);
		numbers[i] = run->count;
	}
	free(numbers);
}

int run_find(const char *path, struct run *run, struct diagnostic *diagnostic)
{
	struct folder folder = {0};
	int error = folder_init(&folder, path, diagnostic);
	size_t first, from;

	*run = (struct run){0};
	if (error)
		return error;
	run->members = memory_zeroed(folder.list.count + 1, sizeof(*run->members));
	first = index_of(&folder, path);
	if (first == folder.list.count) { /* a file of another name than recordings have */
		add_member(run, path, 0, false);
	} else {
		while ((from = came_from(&folder, first)) != first)
			first = from;
		collect(run, &folder, first);
	}
	folder_finish(&folder);
	return 0;
}

void run_finish(struct run *run)
{
	for (size_t i = 0; i < run->count; i++)
		free(run->members[i].path);
	free(run->members);
	*run = (struct run){0};
}
