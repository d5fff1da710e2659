/*
 * bytes.h - immutable bytes of any values, 0 included, after Python's bytes.  Part of mprof/rgc.h.
 *
 * Values, as strings are: they own no references, and are equal and hashable by their content.  Bytes are
 * never equal to a string.  Indexes count from 0; negative ones from the end.
 */
#ifndef MPROF_RGC_BYTES_H
#define MPROF_RGC_BYTES_H

#include <mprof/rgc/type.h>

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct rgc_bytes rgc_bytes;
RGC_DECLARE_TYPE(rgc_bytes) RGC_API;

/* A copy of `length` bytes, owned; `data` may be NULL if there are none.  NULL with ENOMEM.  O(length). */
RGC_API rgc_bytes *rgc_bytes_new(const void *data, size_t length) RGC_WARN_UNUSED;
/* The bytes, the object's own: good as long as it lives.  A 0 follows that is not counted.  O(1). */
RGC_API const void *rgc_bytes_get(const rgc_bytes *bytes);
/* O(1). */
RGC_API size_t rgc_bytes_length(const rgc_bytes *bytes);
/* Less than, equal to or greater than 0.  O(what they have in common). */
RGC_API int rgc_bytes_compare(const rgc_bytes *a, const rgc_bytes *b);
/* a followed by b, owned; NULL with ENOMEM.  O(length of both). */
RGC_API rgc_bytes *rgc_bytes_concat(const rgc_bytes *a, const rgc_bytes *b) RGC_WARN_UNUSED;
/* Those at [from, to), bounds as Python's, owned; NULL with ENOMEM.  O(to - from). */
RGC_API rgc_bytes *rgc_bytes_slice(const rgc_bytes *bytes, ssize_t from, ssize_t to) RGC_WARN_UNUSED;
/* The index of the first place within [from, to), bounds as Python's, where `part` is; -1 with ENOENT.
 * SSIZE_MAX for `to` is the end.  O(to - from). */
RGC_API ssize_t rgc_bytes_find(const rgc_bytes *bytes, const rgc_bytes *part, ssize_t from, ssize_t to);

#ifdef __cplusplus
}
#endif

#endif
