/*
 * planning.c - see planning.h.  mprof-plan reads what is loaded in the process, and writes the plan's file.
 */
#include "drain/planning.h"

#include "trace/plan.h"

#include <limits.h>
#include <linux/futex.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLANNER "mprof-plan"

/* ---- what it is told ----------------------------------------------------------------------------- */

/* Names with commas between, but not those within brackets: C++ has them in names. */
static char *next_name(char **rest)
{
	char *name = *rest, *at = name;
	int depth = 0;

	for (; *at && (*at != ',' || depth > 0); at++)
		depth += strchr("<({[", *at) != NULL ? 1 : strchr(">)}]", *at) != NULL && depth > 0 ? -1 : 0;
	*rest = *at ? at + 1 : NULL;
	*at = '\0';
	return name;
}

static size_t count_commas(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, ',')); text++)
		count++;
	return count;
}

/* mprof-plan PID FILE NAME...; "1" asks for the marked functions, which the planner knows by an empty name.
 */
static char **arguments(char *program, char *pid, char *file, char *names)
{
	char **list = calloc(count_commas(names) + 5, sizeof(*list));
	size_t count = 0;

	if (!list)
		return NULL;
	list[count++] = program;
	list[count++] = pid;
	list[count++] = file;
	for (char *rest = names; rest;) {
		char *name = next_name(&rest);

		list[count++] = strcmp(name, "1") == 0 ? name + 1 : name;
	}
	return list;
}

/* ---- where it is ----------------------------------------------------------------------------------- */

/* Beside the drainer, or, in a build that is not installed, in the room beside its own. */
static bool find_planner(char path[PATH_MAX])
{
	static const char *const places[] = {"/" PLANNER, "/../planner/" PLANNER};
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;

	if (length <= 0)
		return false;
	path[length] = '\0';
	slash = strrchr(path, '/');
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(*places); i++) {
		if ((size_t)(slash - path) + strlen(places[i]) >= PATH_MAX)
			return false;
		memcpy(slash, places[i], strlen(places[i]) + 1);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* ---- making it --------------------------------------------------------------------------------------- */

static bool run(char **list)
{
	static char *const nothing[] = {NULL};
	pid_t pid;
	int status;

	if (posix_spawn(&pid, list[0], NULL, NULL, list, nothing) != 0)
		return false;
	while (waitpid(pid, &status, 0) != pid) {
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_plan(const struct mapping *mapping)
{
	char program[PATH_MAX], pid[16], file[SESSION_PATH_BYTES + sizeof(PLAN_ENDING)];
	const char *text;
	size_t length = mapping_text(mapping, mapping->header->lines, &text);
	char *names = strndup(text, length), **list = NULL;
	bool made = false;

	snprintf(pid, sizeof(pid), "%d", mapping->header->pid);
	snprintf(file, sizeof(file), "%s" PLAN_ENDING, mapping->path);
	if (names && find_planner(program))
		list = arguments(program, pid, file, names);
	if (list)
		made = run(list);
	free(list);
	free(names);
	return made;
}

static void *work(void *argument)
{
	const struct planning *planning = argument;
	const struct mapping *mapping = planning->mapping;
	_Atomic uint32_t *state = &mapping->header->plan_state;

	/* Release: pairs with the acquire of the program, which then opens the file. */
	atomic_store_explicit(state, make_plan(mapping) ? SESSION_PLAN_READY : SESSION_PLAN_FAILED,
			      memory_order_release);
	syscall(SYS_futex, state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return NULL;
}

void planning_begin(struct planning *planning, const struct mapping *mapping)
{
	_Atomic uint32_t *state = &mapping->header->plan_state;

	*planning = (struct planning){.mapping = mapping};
	/* Relaxed: only drainers change it, one after another. */
	if (mapping->header->lines == 0 ||
	    atomic_load_explicit(state, memory_order_relaxed) != SESSION_PLAN_WANTED)
		return;
	planning->begun = pthread_create(&planning->thread, NULL, work, planning) == 0;
	if (!planning->begun)
		work(planning);
}

void planning_finish(struct planning *planning)
{
	if (planning->begun)
		pthread_join(planning->thread, NULL);
	planning->begun = false;
}
