/*
 * session_end.c - what ends a recording, or might: exit, exec, code that is unloaded.
 *
 * Runs wherever a program ends, in vfork children and signal handlers too: no memory, no locks, and nothing
 * is opened.
 */
#include "session_end.h"

#include "base/confined.h"
#include "base/message.h"
#include "base/moment.h"
#include "memory/arena.h"
#include "memory/modules.h"
#include "memory/process.h"
#include "session/proc.h"
#include "thread_wait.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static bool farewell_wanted, quiet;
static size_t farewell_from; /* where in the trace's path the user's directory ends */

/* What the kernel had counted by the start, of programs that this process was before, too. */
static uint64_t rss_before_bytes;

/* The path as short as the user can type it, from where the program was started. */
static size_t length_below(const char *directory, const char *path)
{
	size_t length = strlen(directory);

	return length && strncmp(path, directory, length) == 0 && path[length] == '/' ? length + 1 : 0;
}

void session_end_prepare(bool says_farewell, bool is_quiet, const char *directory, const char *trace_path)
{
	farewell_wanted = says_farewell;
	quiet = is_quiet;
	farewell_from = length_below(directory, trace_path);
	rss_before_bytes = proc_peak_rss_of_pid_bytes();
}

/* The session if it is this very process's: a vfork child sees its parent's.  Where that may not be asked,
 * the drainer sees how things really end. */
static struct session_header *own_session(void)
{
	struct arena *arena = process_arena();

	if (arena)
		confine_look(arena->header);
	return arena && (confined() || arena->header->pid == getpid()) ? arena->header : NULL;
}

void session_ending(void)
{
	struct session_header *session = own_session();

	if (!session)
		return;
	int saved = errno;
	/* Nothing is opened here: a program that has locked itself in would be killed for it. */
	uint64_t peak_bytes = confined() ? 0 : proc_peak_rss_of_pid_bytes();
	if (peak_bytes > rss_before_bytes)
		atomic_store_explicit(&session->peak_rss_bytes, peak_bytes, memory_order_relaxed);
	atomic_store_explicit(&session->end_ticks, moment_ticks(session), memory_order_relaxed);
	/* Release: pairs with the drainer's acquire; it sees the figures of the end. */
	atomic_store_explicit(&session->end_state, SESSION_EXITED, memory_order_release);
	thread_ring_doorbell(session);
	errno = saved;
}

static void change_end_state(uint32_t from, uint32_t to)
{
	struct session_header *session = own_session();

	/* Relaxed: the drainer looks at it once the memory is gone. */
	if (session)
		atomic_compare_exchange_strong_explicit(&session->end_state, &from, to, memory_order_relaxed,
							memory_order_relaxed);
}

void session_executing(void)
{
	change_end_state(SESSION_RUNNING, SESSION_EXECUTING);
}

void session_not_executed(void)
{
	change_end_state(SESSION_EXECUTING, SESSION_RUNNING);
}

void session_code_unloaded(void)
{
	struct arena *arena = process_arena();

	if (arena)
		modules_after_dlclose(arena, moment_ticks(arena->header));
}

void session_farewell(void)
{
	struct session_header *session = own_session();

	if (session && farewell_wanted)
		message("recorded; read it with: mprof report ", session->trace_path + farewell_from, NULL);
}

void session_is_blind(enum blind_reason reason)
{
	static const char *const why[] = {
		[BLIND_NO_DRAIN] = "its events could not be written in time",
		[BLIND_NO_ROOM] = "there is no room for it in memory or on disk",
		[BLIND_CONFINED] = "it had to live on what was reserved before system calls were filtered",
		[BLIND_NO_THREAD] = "there are too many threads at a time",
	};

	if (!quiet)
		message("the recording ends here, before the program does: ", why[reason], NULL);
}

__attribute__((destructor)) static void at_exit(void)
{
	session_ending();
	session_farewell();
}
