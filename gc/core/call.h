/*
 * call.h - calls of the program's functions: finalizers, callbacks, and those of its types.  They must
 * return. Whoever leaves one in another way leaves a collection, a drop or a container half done, so the
 * program is aborted at once.
 *
 *     struct call call MUST_RETURN;
 *     call_begin(&call, "finalizer", type);
 *     type->finalize(object);
 *     call_end(&call);
 *
 * Exceptions, and what ends a thread, unwind the stack, and find the attribute.  longjmp does not; but that
 * of glibc calls the cleanup functions of the stack that it abandons, as POSIX does not ask of it.
 */
#ifndef RGC_GC_CORE_CALL_H
#define RGC_GC_CORE_CALL_H

#include "header.h"

#include <pthread.h>

MPROF_RUNTIME

struct call {
	const char *what;            /* NULL once it has returned */
	const struct rgc_type *type; /* whose function it is, or NULL */
#ifdef RGC_HAVE_CLEANUP
	struct _pthread_cleanup_buffer cleanup;
#endif
};

#pragma GCC visibility push(hidden)

/* Aborts with a message about the struct call. */
_Noreturn void rgc__call_left(void *call);

#pragma GCC visibility pop

#ifdef RGC_HAVE_CLEANUP
/* No header of glibc has them any more; they are what its own macros come to in C. */
extern void _pthread_cleanup_push(struct _pthread_cleanup_buffer *buffer, void (*routine)(void *),
				  void *argument);
extern void _pthread_cleanup_pop(struct _pthread_cleanup_buffer *buffer, int execute);
#endif

/* For functions with a struct call, which others, that mostly need none, would have to make room for. */
#define APART __attribute__((noinline))

static inline void call_begin(struct call *call, const char *what, const struct rgc_type *type)
{
	call->what = what;
	call->type = type;
#ifdef RGC_HAVE_CLEANUP
	_pthread_cleanup_push(&call->cleanup, rgc__call_left, call);
#endif
}

static inline void call_end(struct call *call)
{
#ifdef RGC_HAVE_CLEANUP
	_pthread_cleanup_pop(&call->cleanup, 0);
#endif
	call->what = NULL;
}

static inline void call_check(struct call *call)
{
	if (unlikely(call->what))
		rgc__call_left(call);
}

/* For each struct call. */
#define MUST_RETURN __attribute__((cleanup(call_check)))

/* visit(child, argument) for all references, until one returns non-zero, which is returned. */
static inline int object_traverse(rgc_object *object, rgc_visit visit, void *argument)
{
	const struct rgc_type *type = object->type;
	for (uint32_t i = 0; i < type->field_count; i++) {
		rgc_object *child = *object_field(object, i);
		int stop = child ? visit(child, argument) : 0;
		if (stop)
			return stop;
	}
	if (!type->traverse || type_is_ours(type))
		return type->traverse ? type->traverse(object, visit, argument) : 0;
	struct call call MUST_RETURN;
	call_begin(&call, "traverse", type);
	int stop = type->traverse(object, visit, argument);
	call_end(&call);
	return stop;
}

#endif
