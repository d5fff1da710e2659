/*
 * checked.c - every stack of a real program judged; one line of counts when it ends.
 *
 * Only in libmprof-check.so.  Runs with the recorder's guard up; libunwind's locks are tolerable
 * here and nowhere else.
 */
#include "tests/check/checked.h"

#include "preload/memory/arena.h"
#include "preload/memory/process.h"
#include "preload/unwind/unwind.h"
#include "arch_registers.h"
#include "tests/check/libunwind_local.h"
#include "tests/check/oracle.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMPARED_MAX 1000
#define SHOWN_MAX 3

static unsigned long every;
static _Atomic unsigned long stacks, from[ORACLE_SOURCES], wrong, compared, differing, cut;

static __attribute__((constructor)) void read_settings(void)
{
	const char *value = getenv("MPROF_CHECK");
	unsigned long wanted = value ? strtoul(value, NULL, 10) : 0;
	if (wanted != 0 && libunwind_load())
		every = wanted;
}

static __attribute__((destructor)) void print_counts(void)
{
	char line[300];
	if (every == 0 || stacks == 0)
		return;
	int length = snprintf(
		line, sizeof(line),
		"mprof-check: %lu stacks, %lu known whole, %lu in part, %lu walked, %lu cut; wrong %lu; "
		"%lu compared with libunwind, differing %lu\n",
		stacks, from[ORACLE_MEMO], from[ORACLE_TRAIL], from[ORACLE_WALK], cut, wrong, compared,
		differing);
	if (write(STDERR_FILENO, line, (size_t)length) < 0)
		_exit(1);
}

static void show(const char *judge, const struct path_frame *frames, size_t count, const uintptr_t *pcs,
		 size_t pcs_count)
{
	static _Atomic unsigned shown;
	if (atomic_fetch_add(&shown, 1) >= SHOWN_MAX)
		return;
	dprintf(STDERR_FILENO, "mprof-check: not as %s sees it\n", judge);
	for (size_t i = 0; i < count || i < pcs_count; i++)
		dprintf(STDERR_FILENO, "  %3zu %#14lx %08x  %#14lx\n", i, i < count ? frames[i].pc : 0,
			i < count ? frames[i].module : 0, i < pcs_count ? pcs[i] : 0);
}

/* A stack that we cut is compared as far as it goes; so is one where libunwind gives up. */
static void compare_with_libunwind(const struct unwind_start *start, const struct path_frame *frames,
				   size_t count)
{
	static __thread uintptr_t pcs[COMPARED_MAX] __attribute__((tls_model("initial-exec")));
	size_t pcs_count = oracle_libunwind(start, pcs, COMPARED_MAX);
	bool same = true;
	if (pcs_count == 0)
		return;
	bool shorter = (frames[count - 1].module & NODE_TRUNCATED) || pcs_count == COMPARED_MAX;
	for (size_t i = 0; i < count && i < pcs_count && same; i++)
		same = frames[i].pc == pcs[i];
	same = same && (count == pcs_count || shorter);
	compared++;
	differing += !same;
	if (!same)
		show("libunwind", frames, count, pcs, pcs_count);
}

/* The real one. */
#undef unwind_context
uint32_t checked_context(struct unwind_state *state, struct contexts *contexts,
			 const struct unwind_start *start)
{
	int saved = errno;
	enum oracle_source source;
	const struct path_frame *frames;
	if (every == 0)
		return unwind_context(state, contexts, start);
	uint32_t node = oracle_context(state, contexts, start, &source);
	size_t count = unwind_walk(state, start, &frames);
	unsigned long number = stacks++;
	from[source]++;
	cut += (frames[count - 1].module & NODE_TRUNCATED) != 0;
	if (!oracle_is_path(process_arena(), node, frames, count)) {
		wrong++;
		show("a plain walk", frames, count, NULL, 0);
	}
	if (number % every == 0)
		compare_with_libunwind(start, frames, count);
	errno = saved;
	return node;
}
