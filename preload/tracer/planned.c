/*
 * planned.c - see planned.h.
 *
 * At load, where the program has one thread, and where it opens an object, which the loader lets one thread
 * do at a time: system calls are allowed, and waiting is.
 */
#include "planned.h"

#include "base/confined.h"
#include "base/kernel.h"
#include "base/message.h"
#include "base/moment.h"
#include "memory/arena.h"
#include "memory/process.h"
#include "tracer/opened.h"
#include "tracer/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "trace/plan.h"

#define PATIENCE_NS UINT64_C(30000000000) /* debug information may be large, or come from afar */
#define LOOK_NS 100000000                 /* at whether the drainer lives */
#define STANDSTILL_LOOKS 50u
#define PATH_BYTES (SESSION_PATH_BYTES + PLAN_ENDING_BYTES)
#define EMPTY_MAX 1024u /* objects that are known to have none of the functions */

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

/* One thread at a time makes it, whose stack may be small. */
static struct plan_path {
	const char *session;
	char text[PATH_BYTES];
} path;

static const char *plan_path(uint32_t index, void *context)
{
	struct plan_path *of = context;
	struct text text;

	text_init(&text, of->text, sizeof of->text);
	text_add(&text, of->session);
	text_add(&text, PLAN_ENDING);
	if (index > 0) {
		text_add(&text, ".");
		text_add_number(&text, index);
	}
	return of->text;
}

/* ---- objects that are opened --------------------------------------------------------------- */

struct file {
	dev_t device;
	ino_t number;
	off_t bytes;
	struct timespec changed;
};

static struct file empty[EMPTY_MAX];
static uint32_t empty_count;
static bool given_up;

/* Under one name there may be one file and later another.  False: what it is is not known. */
static bool find_file(const struct link_map *object, struct file *file)
{
	struct stat status = {0};

	if (kernel_call(SYS_newfstatat, AT_FDCWD, object->l_name, &status, 0) != 0)
		return false;
	*file = (struct file){status.st_dev, status.st_ino, status.st_size, status.st_ctim};
	return true;
}

static bool is_same_file(const struct file *one, const struct file *other)
{
	return one->device == other->device && one->number == other->number && one->bytes == other->bytes &&
	       one->changed.tv_sec == other->changed.tv_sec && one->changed.tv_nsec == other->changed.tv_nsec;
}

static bool is_empty(const struct link_map *object)
{
	struct file file;

	if (empty_count == 0 || !find_file(object, &file))
		return false;
	for (uint32_t i = 0; i < empty_count; i++)
		if (is_same_file(&empty[i], &file))
			return true;
	return false;
}

/* Code that the loader is still to change, when it moves the object. */
static bool has_code_to_be_moved(const struct link_map *object)
{
	for (const ElfW(Dyn) *entry = object->l_ld; entry && entry->d_tag != DT_NULL; entry++)
		if (entry->d_tag == DT_TEXTREL ||
		    (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL)))
			return true;
	return false;
}

/* What comes of the request: enum session_plan. */
static uint32_t ask(struct session_header *session, const struct link_map *object)
{
	session->plan_at = (uint64_t)(uintptr_t)object->l_ld;
	session->plan_number = tracer_plans();
	/* Release: pairs with the drainer's acquire; what is wanted stands there. */
	atomic_store_explicit(&session->plan_state, SESSION_PLAN_WANTED, memory_order_release);
	kernel_call(SYS_futex, &session->plan_state, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return await(session);
}

static void trace_object(struct process *process, const struct link_map *object)
{
	uint32_t number = tracer_plans();

	switch (ask(process->session, object)) {
	case SESSION_PLAN_READY:
		path.session = process->arena->path;
		tracer_add(plan_path(number, &path), object->l_addr);
		if (tracer_refusal())
			refuse(tracer_refusal());
		/* Its number is not to be another's. */
		given_up = tracer_plans() == number;
		break;
	case SESSION_PLAN_EMPTY:
		if (empty_count < EMPTY_MAX && find_file(object, &empty[empty_count]))
			empty_count++;
		break;
	case SESSION_PLAN_FAILED:
		refuse("mprof-plan could not plan what was opened");
		break;
	default:
		/* A plan that comes later is of an object that runs by then. */
		given_up = true;
		refuse("no plan of what was opened came in time");
	}
}

static bool may_resume(const struct process *process)
{
	return process && process->session && process->session->lines != 0 && tracer_plans() > 0 &&
	       !confined();
}

static bool may_ask(const struct process *process)
{
	return may_resume(process) && !given_up;
}

static void object_opened(const struct link_map *object)
{
	struct process *process = process_peek();

	if (has_code_to_be_moved(object) || (may_ask(process) && is_empty(object)))
		return;
	if (may_resume(process) && tracer_resume(object->l_addr))
		return;
	if (may_resume(process) && tracer_refusal())
		refuse(tracer_refusal());
	else if (may_ask(process) && tracer_plans() == PLANS_MAX)
		refuse("there are too many modules");
	else if (may_ask(process))
		trace_object(process, object);
	tracer_missed(object->l_addr);
}

static void object_is_elsewhere(const struct link_map *object)
{
	tracer_missed_name(object->l_name);
}

static void objects_closed(void)
{
	tracer_closed(opened_is_loaded);
}

/* ---- at load -------------------------------------------------------------------------------- */

static void carry_out(const struct process *process)
{
	static const struct opened_calls calls = {objects_closed, object_opened, object_is_elsewhere};

	path.session = process->arena->path;
	int count = tracer_start(plan_path(0, &path));
	if (tracer_refusal())
		refuse(tracer_refusal());
	/* A program that has none of the functions is none that was meant: a launcher, a shell; or it opens
	 * what has. */
	if (count >= 0)
		opened_begin(&calls);
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
	path.session = session_path;
	if (!tracer_continue(plan_path, &path))
		return false;
	/* Relaxed: the session is not ready yet. */
	atomic_store_explicit(&session->plan_state, SESSION_PLAN_READY, memory_order_relaxed);
	return true;
}
