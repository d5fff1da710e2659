/*
 * array.h - numbers of one C type in a row, without an object for each, after Python's array.array.  Part of
 * mprof/rgc.h.
 *
 * What type, says a letter:
 *
 *     b B  signed char, unsigned char      l L  long, unsigned long
 *     h H  short, unsigned short           q Q  long long, unsigned long long
 *     i I  int, unsigned int               f d  float, double
 *
 * An integer that the type cannot hold is ERANGE, and nothing is changed; floats are rounded, to infinity
 * too.  Arrays own no references, so the collector never sees them.  Indexes count from 0; negative ones from
 * the end; a bad one is ERANGE.
 */
#ifndef MPROF_RGC_ARRAY_H
#define MPROF_RGC_ARRAY_H

#include <mprof/rgc/type.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_array rgc_array;
RGC_DECLARE_TYPE(rgc_array) RGC_API;

/* An empty array, owned; NULL with ENOMEM, or EINVAL for another letter.  O(1). */
RGC_API rgc_array *rgc_array_new(char typecode) RGC_WARN_UNUSED;
/* Its letter; 0 for NULL.  O(1). */
RGC_API char rgc_array_typecode(const rgc_array *array);
/* Bytes of an item.  O(1). */
RGC_API size_t rgc_array_item_size(const rgc_array *array);
/* O(1). */
RGC_API size_t rgc_array_length(const rgc_array *array);
/* Its items, to be read and changed, as C's array of the type: good until the length changes; NULL without
 * items.  O(1). */
RGC_API void *rgc_array_data(const rgc_array *array);
/* Stores an item: 0, or -1 with ERANGE.  An integer from an array of floats is ENOTSUP; one above INT64_MAX
 * ERANGE.  O(1). */
RGC_API int rgc_array_get_int(const rgc_array *array, ssize_t index, int64_t *value);
RGC_API int rgc_array_get_float(const rgc_array *array, ssize_t index, double *value);
/* The item as an rgc_int, or an rgc_float if the array is of floats, owned; NULL with ENOMEM or as above.
 * O(1). */
RGC_API void *rgc_array_ref(const rgc_array *array, ssize_t index) RGC_WARN_UNUSED;
/* Replaces an item: 0, or -1 with ERANGE, or ENOTSUP for a float in an array of integers.  O(1). */
RGC_API int rgc_array_set_int(rgc_array *array, ssize_t index, int64_t value);
RGC_API int rgc_array_set_float(rgc_array *array, ssize_t index, double value);
/* Adds an item at the end: 0, or -1 as above, or with ENOMEM.  O(1) on average. */
RGC_API int rgc_array_append_int(rgc_array *array, int64_t value);
RGC_API int rgc_array_append_float(rgc_array *array, double value);
/* Adds all items of another array, or of itself: 0, or -1 with ENOMEM, or EINVAL if it is of another type.
 * O(length of the other). */
RGC_API int rgc_array_extend(rgc_array *array, const rgc_array *other);
/* Adds `count` items of the array's C type, which are copied, and must not be in the array itself: 0,
 * or -1 with ENOMEM.  O(count). */
RGC_API int rgc_array_extend_data(rgc_array *array, const void *items, size_t count);
/* Removes an item: 0, or -1 with ERANGE.  O(items behind it). */
RGC_API int rgc_array_delete(rgc_array *array, ssize_t index);
/* Removes all items.  O(1). */
RGC_API void rgc_array_clear(rgc_array *array);

#ifdef __cplusplus
}
#endif

#endif
