/*
 * at_end.h - functions that are called when an object ends, after Python's weakref.finalize.  Part of
 * mprof/rgc.h.
 *
 * They belong to an object, not to its type, and are told of its end when it is over: unlike a type's
 * finalizer they do not see it, and cannot save it.  An rgc_at_end is alive until its function is called or
 * it is detached; the library keeps it, so that nobody else has to:
 *
 *     rgc_decref(rgc_at_end_new(picture, close_window, window));
 *
 * Objects are those that can be targets of weak references (mprof/rgc/weak.h).  The function comes when the
 * callback of a weak reference would that was made at the same time, be the rgc_at_end reachable or not.  The
 * object never ends if the argument keeps it alive.
 */
#ifndef MPROF_RGC_AT_END_H
#define MPROF_RGC_AT_END_H

#include <mprof/rgc/type.h>

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_at_end rgc_at_end;
RGC_DECLARE_TYPE(rgc_at_end) RGC_API;

/* Called once, when the rgc_at_end is dead already.  Must return ("User code" in mprof/rgc.h). */
typedef void (*rgc_at_end_function)(void *argument);

/*
 * Has the function called at the object's end.  `argument`, an object or NULL, is kept until the function has
 * returned, or will not be called any more.  Owned; NULL with ENOMEM, EINVAL without a function, or ENOTSUP
 * for shared and immortal objects.  O(1) on average.
 */
RGC_API rgc_at_end *rgc_at_end_new(void *object, rgc_at_end_function function,
				   void *argument) RGC_WARN_UNUSED;

/* Calls the function now: 1, or 0 if it is dead, or -1 with EINVAL for NULL.  O(1). */
RGC_API int rgc_at_end_call(rgc_at_end *at_end);
/* The function is not called any more: 1, or 0 if it is dead or the object has ended, or -1 with EINVAL for
 * NULL.  O(1). */
RGC_API int rgc_at_end_detach(rgc_at_end *at_end);

/* O(1). */
RGC_API bool rgc_at_end_is_alive(const rgc_at_end *at_end);
/* The object, borrowed, and what was given with it, borrowed, where asked for: `function` and `argument` may
 * be NULL.  NULL (errno unchanged), and nothing stored, if it is dead or the object has ended.  O(1). */
RGC_API void *rgc_at_end_peek(const rgc_at_end *at_end, rgc_at_end_function *function, void **argument);

/*
 * Whether rgc_finalize, and so the end of the process, calls the function if the object lives on.  True at
 * first; false for what is dead.  The newest come first, and also those that are made meanwhile.  After them
 * none comes by itself any more until rgc_finalize returns, not even for objects that it finds unreachable.
 * The end of a thread calls none.  O(1).
 */
RGC_API void rgc_at_end_set_at_exit(rgc_at_end *at_end, bool on);
RGC_API bool rgc_at_end_get_at_exit(const rgc_at_end *at_end);

#ifdef __cplusplus
}
#endif

#endif
