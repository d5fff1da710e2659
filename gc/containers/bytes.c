/*
 * bytes.c - rgc_bytes: immutable bytes, whose hash is computed once.
 */
#include "iter.h"
#include "hash.h"
#include "items.h"
#include "text.h"
#include "../core/header.h"
#include "../core/missing.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

struct rgc_bytes {
	RGC_VAR_HEAD;        /* counts a terminating 0 too */
	_Atomic size_t hash; /* 0: not known yet */
	char data[];
};

/* Room for `length` bytes, all 0; they are to be filled before others see it. */
static rgc_bytes *bytes_new_empty(size_t length)
{
	if (length < PTRDIFF_MAX - sizeof(rgc_bytes))
		return rgc_new_items(rgc_bytes, length + 1);
	errno = ENOMEM;
	return NULL;
}

rgc_bytes *rgc_bytes_new(const void *data, size_t length)
{
	if (length && missing_pointer(data))
		return NULL;
	rgc_bytes *bytes = bytes_new_empty(length);
	if (bytes && length)
		memcpy(bytes->data, data, length);
	return bytes;
}

const void *rgc_bytes_get(const rgc_bytes *bytes)
{
	if (missing(bytes))
		return NULL;
	return bytes->data;
}

size_t rgc_bytes_length(const rgc_bytes *bytes)
{
	if (missing(bytes))
		return 0;
	return bytes->rgc_head.count - 1;
}

int rgc_bytes_compare(const rgc_bytes *a, const rgc_bytes *b)
{
	if (missing(a) || missing(b))
		return 0;
	size_t a_length = rgc_bytes_length(a), b_length = rgc_bytes_length(b);
	int order = memcmp(a->data, b->data, a_length < b_length ? a_length : b_length);
	return order ? order : (a_length > b_length) - (a_length < b_length);
}

rgc_bytes *rgc_bytes_concat(const rgc_bytes *a, const rgc_bytes *b)
{
	if (missing(a) || missing(b))
		return NULL;
	size_t a_length = rgc_bytes_length(a), b_length = rgc_bytes_length(b);
	rgc_bytes *both = bytes_new_empty(a_length + b_length);
	if (!both)
		return NULL;
	memcpy(both->data, a->data, a_length);
	memcpy(both->data + a_length, b->data, b_length);
	return both;
}

rgc_bytes *rgc_bytes_slice(const rgc_bytes *bytes, ssize_t from, ssize_t to)
{
	if (missing(bytes))
		return NULL;
	size_t length = rgc_bytes_length(bytes);
	size_t first = items_bound(length, from), last = items_bound(length, to);
	return rgc_bytes_new(bytes->data + first, first < last ? last - first : 0);
}

ssize_t rgc_bytes_find(const rgc_bytes *bytes, const rgc_bytes *part, ssize_t from, ssize_t to)
{
	if (missing(bytes) || missing(part))
		return -1;
	size_t length = rgc_bytes_length(bytes);
	size_t first = items_bound(length, from), last = items_bound(length, to);
	const char *found = NULL;
	/* Nothing is found behind the end, not even nothing. */
	if (first <= last && from <= (ssize_t)length)
		found = memmem(bytes->data + first, last - first, part->data, rgc_bytes_length(part));
	if (found)
		return found - bytes->data;
	errno = ENOENT;
	return -1;
}

/* Relaxed: threads that share the bytes compute the same hash, and nothing else is published with it. */
static int bytes_hash(const void *self, size_t *hash)
{
	rgc_bytes *bytes = (rgc_bytes *)(uintptr_t)self;
	*hash = atomic_load_explicit(&bytes->hash, memory_order_relaxed);
	if (*hash)
		return 0;
	*hash = rgc__bytes_hash(bytes->data, rgc_bytes_length(bytes));
	atomic_store_explicit(&bytes->hash, *hash, memory_order_relaxed);
	return 0;
}

static int bytes_equal(const void *self, const void *other)
{
	const rgc_bytes *a = self, *b = other;
	return RGC_IS(other, rgc_bytes) && a->rgc_head.count == b->rgc_head.count &&
	       !memcmp(a->data, b->data, a->rgc_head.count);
}

static int bytes_compare(const void *self, const void *other, int *order)
{
	if (RGC_IS(other, rgc_bytes)) {
		*order = rgc_bytes_compare(self, other);
		return 0;
	}
	errno = ENOTSUP;
	return -1;
}

/* Quoted with ', or with " if that saves escapes, as Python does. */
static rgc_str *bytes_repr(const void *self)
{
	const rgc_bytes *bytes = self;
	const char *at = bytes->data, *end = at + rgc_bytes_length(bytes);
	size_t length = (size_t)(end - at);
	char quote = memchr(at, '\'', length) && !memchr(at, '"', length) ? '"' : '\'';
	struct text text = {0};
	rgc__text_add_string(&text, "b");
	rgc__text_add(&text, &quote, 1);
	for (; at < end; at++) {
		if (*at == quote || *at == '\\')
			rgc__text_add_string(&text, "\\");
		if (*at >= ' ' && *at < 0x7f)
			rgc__text_add(&text, at, 1);
		else
			rgc__text_add_escaped(&text, (unsigned char)*at);
	}
	rgc__text_add(&text, &quote, 1);
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_bytes) = {
	.name = "rgc_bytes",
	.size = sizeof(rgc_bytes),
	.item_size = 1,
	.flags = TYPE_IS_OURS,
	.hash = bytes_hash,
	.equal = bytes_equal,
	.repr = bytes_repr,
	.compare = bytes_compare,
	.iter = rgc__bytes_iter,
};
