/*
 * start.c - starting the recording of a process.
 *
 * Runs at a thread's first event, possibly before main, possibly in a fork child of a
 * threaded program: raw system calls and mapped memory only, no locks but one spin.
 */
#include "record/first_event.h"

#include "base/confined.h"
#include "base/guard.h"
#include "base/message.h"
#include "base/moment.h"
#include "base/own_stack.h"
#include "hooks/allocator.h"
#include "hooks/real.h"
#include "memory/arena.h"
#include "memory/modules.h"
#include "memory/process.h"
#include "record/recorder.h"
#include "record/sample.h"
#include "record/session_end.h"
#include "record/thread.h"
#include "session/exe.h"
#include "session/files.h"
#include "session/parent.h"
#include "session/place.h"
#include "tracer/planned.h"
#include "tracer/tracer.h"
#include "session/proc.h"
#include "session/settings.h"
#include "session/spawn.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TICKS_SHIFT 4 /* 16 counter ticks are some 5 ns: finer than any two events of one address */

/* Survives fork: the child finds its parent's trace here. */
static char last_trace_path[SESSION_PATH_BYTES];
static bool sandboxed_from_the_start;

/* ---- who we are ---------------------------------------------------------------- */

/* What start-up gathers; large, so it is mapped, used once and unmapped. */
struct start {
	struct process *process;
	bool recording;
	struct settings_list environment, command;
	struct settings settings;
	struct files_facts facts;
	bool forked;
	char session_path[SESSION_PATH_BYTES];
	char drainer[SESSION_PATH_BYTES];
};

static void gather(struct start *start)
{
	start->environment = settings_read("/proc/self/environ");
	start->command = settings_read("/proc/self/cmdline");
	start->settings = settings_parse(&start->environment);
	start->forked = last_trace_path[0] != '\0';
	files_gather(&start->facts, start->forked ? last_trace_path : NULL);
}

static void release(struct start *start)
{
	settings_release(&start->environment);
	settings_release(&start->command);
	munmap(start, sizeof *start);
}

/* Before a message: who has started a tree of programs is told once what is wrong, so not by its children,
 * and with MPROF_QUIET only of what the user has set. */
static void hush(const struct start *start, bool users_setting)
{
	if ((start->settings.quiet && !users_setting) || start->forked ||
	    parent_is_recorded(&start->facts, SESSIONS_DIRECTORY, start->process->session != NULL))
		message_silence();
}

/* Reasons not to record that are no failures of ours to write something. */
static bool recording_makes_sense(const struct start *start)
{
	if (start->settings.bad) {
		hush(start, true);
		message("the value of ", start->settings.bad, " must be ", start->settings.expected,
			"; it is ignored", NULL);
	}
	if (allocator_hidden && !start->forked && real_asan_present()) {
		hush(start, false);
		message("this program is built with AddressSanitizer, whose allocator cannot be recorded; "
			"build it without -fsanitize=address. It runs unrecorded",
			NULL);
		return false;
	}
	return !start->forked || start->settings.follow;
}

/* A program that has locked itself in since it began may be killed for what a start does, in its
 * fork children.  Nor may it be told. */
static bool is_locked_in(void)
{
	if (confined())
		return true;
	bool sandboxed = proc_is_sandboxed();
	if (!last_trace_path[0])
		sandboxed_from_the_start = sandboxed;
	return sandboxed && !sandboxed_from_the_start;
}

/* ---- filling the header ------------------------------------------------------------ */

static void fill_identity(struct session_header *session, const struct start *start)
{
	session->pid = (int32_t)start->facts.pid;
	session->parent_pid = (int32_t)start->facts.parent_pid;
	session->pid_start_time = start->facts.pid_start_time;
	session->root_device = start->facts.root_device;
	session->root_inode = start->facts.root_inode;
	session->fork_id = start->forked ? recorder_fork_id() : 0;
	session->flags |= start->forked ? SESSION_FORKED : 0;
	session->flags |= start->settings.aggregate ? SESSION_AGGREGATE : 0;
	session->flags |= allocator_hidden ? SESSION_FOREIGN_MALLOC : 0;
	memcpy(session->trace_path, start->facts.trace_path, sizeof session->trace_path);
	memcpy(session->parent_trace_path, start->facts.parent_trace_path, sizeof session->parent_trace_path);
}

static void fill_clock(struct session_header *session)
{
	if (clock_has_invariant_counter() && !timeless) {
		session->flags |= SESSION_TSC;
		session->stamp_shift = TICKS_SHIFT;
	}
	session->started_monotonic_ns = moment_ns();
	session->started_ticks =
		session->flags & SESSION_TSC ? clock_ticks(SESSION_TSC) : session->started_monotonic_ns;
	session->started_realtime_ns = moment_realtime_ns();
}

static uint32_t list_text(struct arena *arena, const struct settings_list *list)
{
	return arena_text(arena, list->bytes ? list->bytes : "", list->count_bytes);
}

static void fill_text(struct arena *arena, const struct start *start)
{
	struct session_header *session = arena->header;

	session->command = list_text(arena, &start->command);
	session->environment = list_text(arena, &start->environment);
	session->exe = arena_text(arena, start->facts.exe, strlen(start->facts.exe));
	session->cwd = arena_text(arena, start->facts.cwd, strlen(start->facts.cwd));
}

/* A fork child has its parent's patches, and goes on counting in a plan of its own. */
static void fill_lines(struct arena *arena, const struct start *start)
{
	const char *lines = start->settings.lines;

	if (lines && (!start->forked || planned_continue(arena->header, start->session_path)))
		arena->header->lines = arena_text(arena, lines, strlen(lines));
}

/* ---- starting ------------------------------------------------------------------------ */

/* What the user can do about it; limits and memory are not MPROF_OUT's. */
static const char *advice(int error_number)
{
	switch (error_number) {
	case EEXIST:
		return "; what is there is kept: set MPROF_OUT to another name";
	case EFBIG:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		return "";
	default:
		return "; set MPROF_OUT to a writable place";
	}
}

static void refuse(const struct start *start, const char *what, const char *path, int error_number)
{
	char buffer[32];

	hush(start, start->settings.out != NULL);
	message("cannot write the ", what, " ", path, ": ", message_error(error_number, buffer),
		advice(error_number), ". The program runs unrecorded", NULL);
}

static bool open_files(struct process *process, struct start *start)
{
	int failed = files_create_trace(&start->facts, &start->settings);

	if (failed) {
		refuse(start, "trace", start->facts.trace_path, failed);
		return false;
	}
	process->arena = place_create_session(&start->facts, start->session_path, &failed);
	if (!process->arena) {
		unlink(start->facts.trace_path);
		refuse(start, "session file", start->session_path, failed);
		return false;
	}
	process->session = process->arena->header;
	return true;
}

static uint64_t ticks_now(void)
{
	struct arena *arena = process_arena();

	return arena ? moment_ticks(arena->header) : 0;
}

static void fill_sampling(struct session_header *session, const struct start *start)
{
	if (sample_start(start->settings.sample_bytes, start->settings.sample_seed)) {
		session->sample_bytes = start->settings.sample_bytes;
	} else {
		hush(start, false);
		message("no memory for sampling: every block is recorded", NULL);
	}
	if (!real_has_bootstrap())
		sample_of_heap_alone();
}

/* 0, or an errno value. */
static int fill(struct process *process, struct start *start)
{
	struct session_header *session = process->session;

	fill_clock(session);
	fill_identity(session, start);
	fill_text(process->arena, start);
	fill_lines(process->arena, start);
	fill_sampling(session, start);
	bool is_first = !start->facts.parent_trace_path[0] && !start->forked;
	session_end_prepare(is_first && !start->settings.quiet, !is_first || start->settings.quiet,
			    start->facts.cwd, start->facts.trace_path);
	struct proc_status status = proc_status();
	session->filters = status.filters;
	atomic_store_explicit(&session->peak_rss_bytes, status.peak_rss_bytes, memory_order_relaxed);
	modules_init(ticks_now, exe_path());
	return files_write_heading(&start->facts, start->session_path, session->started_realtime_ns);
}

static void fork_parent_handler(void)
{
	recorder_fork_parent();
}

static void fork_child_handler(void)
{
	recorder_fork_child();
	tracer_after_fork();
}

/* Once per program; children inherit them. */
static void register_handlers(void)
{
	static atomic_flag registered = ATOMIC_FLAG_INIT;

	if (atomic_flag_test_and_set(&registered))
		return;
	int outer = guard_enter_internal();
	pthread_atfork(recorder_fork_prepare, fork_parent_handler, fork_child_handler);
	thread_watch_ends();
	guard_leave(outer);
}

/* Its pid, or -errno of what kept it from starting. */
static int start_drainer(struct start *start)
{
	char buffer[32];

	/* The program's own first child must be the first there. */
	if (proc_children_are_elsewhere())
		return -ECHILD;
	if (!files_find_drainer(start->drainer)) {
		hush(start, false);
		message("mprof-drain is not where libmprof.so is; the trace will be finished by `mprof "
			"report`",
			NULL);
		return -ENOENT;
	}
	int drainer = spawn_drainer(start->drainer, start->session_path);
	if (drainer < 0) {
		hush(start, settings_value(&start->environment, "MPROF_DRAINER") != NULL);
		message("cannot start ", start->drainer, ": ", message_error(-drainer, buffer),
			"; the trace will be finished by `mprof report`", NULL);
	}
	return drainer;
}

static bool begin(struct process *process, struct start *start)
{
	if (!open_files(process, start))
		return false;
	int failed = fill(process, start);
	if (failed) {
		refuse(start, "trace", start->facts.trace_path, failed);
		process->session = NULL;
		place_discard(&start->facts, process->arena);
		process->arena = NULL;
		return false;
	}
	/* Release: pairs with the acquire of whoever maps the session next. */
	atomic_store_explicit(&process->session->ready, 1, memory_order_release);
	memcpy(last_trace_path, start->facts.trace_path, sizeof last_trace_path);
	register_handlers();
	int drainer = start_drainer(start);
	/* Relaxed: it is for a report, which asks once nobody drains. */
	atomic_store_explicit(&process->session->drainer_pid, drainer, memory_order_relaxed);
	if (drainer < 0)
		/* None to wait for: as if it had been given up before its first beat. */
		atomic_store_explicit(&process->stalled_heartbeat, 1, memory_order_relaxed);
	return true;
}

static void start_on_own_stack(void *argument)
{
	struct start *start = argument;

	gather(start);
	settings_remember_origin(&start->environment, "libmprof.so");
	if (!start->settings.follow && !start->forked)
		settings_unfollow(__environ, "libmprof.so");
	start->recording = recording_makes_sense(start) && begin(start->process, start);
}

static bool start_recording(struct process *process)
{
	if (is_locked_in())
		return false;
	struct start *start =
		mmap(NULL, sizeof *start, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return false;
	start->process = process;
	bool recording = own_stack_run(start_on_own_stack, start) && start->recording;
	release(start);
	return recording;
}

bool session_ensure(struct process *process)
{
	uint32_t state = PROCESS_NEW;

	if (!allocator_is_known())
		return false;
	/* Acquire pairs with the release below: whoever sees RECORDING sees the session. */
	if (atomic_compare_exchange_strong_explicit(&process->state, &state, PROCESS_STARTING,
						    memory_order_acq_rel, memory_order_acquire)) {
		state = start_recording(process) ? PROCESS_RECORDING : PROCESS_OFF;
		atomic_store_explicit(&process->state, state, memory_order_release);
	}
	while (state == PROCESS_STARTING) {
		sched_yield();
		state = atomic_load_explicit(&process->state, memory_order_acquire);
	}
	return state == PROCESS_RECORDING;
}

__attribute__((constructor)) static void at_load(void)
{
	message_remember_stderr();
	real_ensure();
	allocator_examine();
	recorder_session();
	planned_begin(process_peek());
}
