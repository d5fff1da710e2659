/*
 * values.h - immutable values: strings, integers, floats, truth values, None; and capsules.  Part of
 * mprof/rgc.h.
 *
 * They own no references, so the collector never sees them.  Equal and hashable by value: an integer equals a
 * float of the same value, and 1 equals True, as in Python.
 */
#ifndef MPROF_RGC_VALUES_H
#define MPROF_RGC_VALUES_H

#include <mprof/rgc/type.h>

#include <stdarg.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_str rgc_str;
typedef struct rgc_int rgc_int;
typedef struct rgc_float rgc_float;
typedef struct rgc_bool rgc_bool;
typedef struct rgc_none rgc_none;
typedef struct rgc_capsule rgc_capsule;
RGC_DECLARE_TYPE(rgc_str) RGC_API;
RGC_DECLARE_TYPE(rgc_int) RGC_API;
RGC_DECLARE_TYPE(rgc_float) RGC_API;
RGC_DECLARE_TYPE(rgc_bool) RGC_API;
RGC_DECLARE_TYPE(rgc_none) RGC_API;
RGC_DECLARE_TYPE(rgc_capsule) RGC_API;

/* A string of a C string's bytes, or of any, which are copied; a terminating 0 follows that is not counted;
 * owned; NULL with ENOMEM.  O(length). */
RGC_API rgc_str *rgc_str_new(const char *text) RGC_WARN_UNUSED;
RGC_API rgc_str *rgc_str_new_bytes(const void *bytes, size_t length) RGC_WARN_UNUSED;
/* What printf would print, owned; NULL with ENOMEM, or the error of a format that cannot be printed.
 * O(length). */
RGC_API rgc_str *rgc_str_format(const char *format, ...)
	__attribute__((format(printf, 1, 2))) RGC_WARN_UNUSED;
RGC_API rgc_str *rgc_str_vformat(const char *format, va_list arguments)
	__attribute__((format(printf, 1, 0))) RGC_WARN_UNUSED;
/* a followed by b, owned; NULL with ENOMEM.  O(length of both). */
RGC_API rgc_str *rgc_str_concat(const rgc_str *a, const rgc_str *b) RGC_WARN_UNUSED;
/* The bytes, the string's own: good as long as it lives.  O(1). */
RGC_API const char *rgc_str_get(const rgc_str *string);
/* In bytes.  O(1). */
RGC_API size_t rgc_str_length(const rgc_str *string);
/* Less than, equal to or greater than 0, bytewise.  O(what they have in common). */
RGC_API int rgc_str_compare(const rgc_str *a, const rgc_str *b);

/* An integer, owned; those from -5 to 256 are immortal objects made once.  NULL with ENOMEM.  O(1), as all
 * below. */
RGC_API rgc_int *rgc_int_new(int64_t value) RGC_WARN_UNUSED;
RGC_API int64_t rgc_int_get(const rgc_int *number);

/* A float, owned; NULL with ENOMEM. */
RGC_API rgc_float *rgc_float_new(double value) RGC_WARN_UNUSED;
RGC_API double rgc_float_get(const rgc_float *number);

/* True or False, an immortal object each, made once: cannot fail.  Equal to the integers 1 and 0. */
RGC_API rgc_bool *rgc_bool_new(bool value) RGC_WARN_UNUSED;
RGC_API bool rgc_bool_get(const rgc_bool *truth);

/* None, an immortal object, of which there is one: cannot fail.  For places where there must be an object, as
 * an item or a result; RGC_IS(object, rgc_none) asks for it. */
RGC_API rgc_none *rgc_none_new(void) RGC_WARN_UNUSED;

/*
 * A foreign pointer as an object.  `destroy` (or NULL) is called with it when the capsule ends.  Equal by
 * identity. `name`, compared as a string, says what it is; it is not copied, and may be NULL.  Owned; NULL
 * with ENOMEM, and then the pointer is still the caller's.
 */
RGC_API rgc_capsule *rgc_capsule_new(void *pointer, const char *name,
				     void (*destroy)(void *pointer)) RGC_WARN_UNUSED;
/* The pointer; NULL with EINVAL if the capsule has another name. */
RGC_API void *rgc_capsule_get(const rgc_capsule *capsule, const char *name);

#ifdef __cplusplus
}
#endif

#endif
