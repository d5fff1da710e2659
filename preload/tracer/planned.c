/*
 * planned.c - see planned.h.
 *
 * At load only: system calls are allowed, and waiting is; the program has one thread.
 */
#include "planned.h"

#include "base/kernel.h"
#include "base/message.h"
#include "base/moment.h"
#include "memory/arena.h"
#include "memory/process.h"
#include "tracer/tracer.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>

#include "trace/plan.h"

#define PATIENCE_NS UINT64_C(30000000000) /* debug information may be large, or come from afar */
#define LOOK_NS 100000000                 /* at whether the drainer lives */
#define STANDSTILL_LOOKS 50u
#define PATH_BYTES (SESSION_PATH_BYTES + sizeof(PLAN_ENDING))

static void refuse(const char *why)
{
	message("lines are not traced: ", why, NULL);
}

/* Whether the drainer has made any progress since the last look. */
static bool lives(const struct session_header *session, uint32_t *heartbeat, unsigned *looks)
{
	/* Relaxed: only that it changes matters. */
	uint32_t now = atomic_load_explicit(&session->heartbeat, memory_order_relaxed);

	*looks = now == *heartbeat ? *looks + 1 : 0;
	*heartbeat = now;
	return *looks < STANDSTILL_LOOKS;
}

static uint32_t await(struct session_header *session)
{
	static const struct timespec moment = {.tv_nsec = LOOK_NS};
	uint64_t until_ns = moment_ns() + PATIENCE_NS;
	uint32_t heartbeat = 0, state;
	unsigned looks = 0;

	/* Acquire: pairs with the drainer's release; the plan's file is there. */
	while ((state = atomic_load_explicit(&session->plan_state, memory_order_acquire)) ==
		       SESSION_PLAN_WANTED &&
	       moment_ns() < until_ns && lives(session, &heartbeat, &looks))
		kernel_call(SYS_futex, &session->plan_state, FUTEX_WAIT, SESSION_PLAN_WANTED, &moment, NULL,
			    0);
	return state;
}

static const char *plan_path(char path[PATH_BYTES], const char *session_path)
{
	struct text text;

	text_init(&text, path, PATH_BYTES);
	text_add(&text, session_path);
	text_add(&text, PLAN_ENDING);
	return path;
}

static void carry_out(const struct process *process)
{
	char path[PATH_BYTES];

	/* A program that has none of the functions is none that was meant: a launcher, a shell. */
	if (tracer_start(plan_path(path, process->arena->path)) < 0 && tracer_refusal())
		refuse(tracer_refusal());
}

void planned_begin(struct process *process)
{
	int saved = errno;

	if (!process || !process->session || process->session->lines == 0)
		return;
	/* Relaxed: it was stored before the session was ready. */
	if (atomic_load_explicit(&process->session->drainer_pid, memory_order_relaxed) < 0) {
		refuse("there is no drainer to plan it");
	} else {
		switch (await(process->session)) {
		case SESSION_PLAN_READY:
			carry_out(process);
			break;
		case SESSION_PLAN_FAILED:
			refuse("mprof-plan could not plan it");
			break;
		default:
			refuse("no plan came in time");
		}
	}
	errno = saved;
}

bool planned_continue(struct session_header *session, const char *session_path)
{
	char path[PATH_BYTES];

	if (!tracer_continue(plan_path(path, session_path)))
		return false;
	/* Relaxed: the session is not ready yet. */
	atomic_store_explicit(&session->plan_state, SESSION_PLAN_READY, memory_order_relaxed);
	return true;
}
