/*
 * at_exit.c - rgc_finalize, and when it runs by itself.
 *
 * Twice: as an exit handler that was registered with the first heap, while all that the program had before is
 * still there, C++'s static objects too; and as the library's destructor, for what earlier handlers and the
 * program's destructors have dropped since.
 */
#include "at_exit.h"
#include "at_end.h"
#include "callbacks.h"
#include "heap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Finalizers may leave garbage in their turn, for ever: as many collections as CPython makes. */
#define COLLECTIONS_MAX 3

static atomic_bool is_on = true;

__attribute__((constructor)) static void read_setting(void)
{
	const char *setting = getenv("RGC_FINALIZE");
	if (setting)
		rgc_set_finalize_at_exit(strcmp(setting, "0") != 0);
}

/* Relaxed, both: the setting alone matters. */
void rgc_set_finalize_at_exit(bool on)
{
	atomic_store_explicit(&is_on, on, memory_order_relaxed);
}

bool rgc_get_finalize_at_exit(void)
{
	return atomic_load_explicit(&is_on, memory_order_relaxed);
}

static void finalize_current(rgc_heap *heap)
{
	rgc__at_end_call_all(heap);
	rgc__callbacks_finish(heap);
	for (int i = 0; i < COLLECTIONS_MAX && rgc_collect(RGC_GENERATIONS - 1) > 0; i++)
		;
	rgc__at_end_resume(heap);
}

int rgc_finalize(void)
{
	struct thread *thread = &rgc__thread;
	rgc_heap *present = thread->heap;
	if (!present)
		return 0;
	if (thread->nesting) {
		errno = EBUSY;
		return -1;
	}
	finalize_current(present);
	if (present != thread->own) {
		thread->heap = thread->own;
		finalize_current(thread->own);
		thread->heap = present;
	}
	return 0;
}

static void finalize_at_exit(void)
{
	if (rgc_get_finalize_at_exit())
		(void)rgc_finalize();
}

void rgc__at_exit_register(void)
{
	(void)atexit(finalize_at_exit); /* without memory there is still the destructor */
}

__attribute__((destructor(DESTRUCTOR_FINALIZE))) static void finalize_the_rest(void)
{
	finalize_at_exit();
}
