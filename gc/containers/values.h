/*
 * values.h - the layout of the values that are keys most often, for the hash table's short cuts.  What they
 * compute is what the types' own functions in number.c and str.c do.
 */
#ifndef RGC_GC_CONTAINERS_VALUES_H
#define RGC_GC_CONTAINERS_VALUES_H

#include "../core/base.h"

#include <mprof/rgc.h>

#include <stdatomic.h>
#include <string.h>

MPROF_RUNTIME

struct rgc_int {
	RGC_HEAD;
	int64_t value;
};

/* Laid out as the integer 0 or 1, which it equals. */
struct rgc_bool {
	struct rgc_int number;
};

struct rgc_str {
	RGC_VAR_HEAD;        /* counts the terminating 0 too */
	_Atomic size_t hash; /* 0: not known yet */
	char text[];
};

/* A string with room for `length` bytes, all 0, which are to be filled before others see it; owned; NULL with
 * ENOMEM. */
rgc_str *rgc__str_new_empty(size_t length);

static inline int64_t int_value_inline(const void *number)
{
	return ((const rgc_int *)number)->value;
}

/* Small numbers in a row must not collide in the low bits: they stay in a row. */
static inline size_t int_hash_inline(const void *key)
{
	return (size_t)int_value_inline(key);
}

static inline bool int_equal_inline(const void *a, const void *b)
{
	return int_value_inline(a) == int_value_inline(b);
}

/* 0 if it has not been computed.  Relaxed: threads that share the string compute the same hash, and nothing
 * else is published with it. */
static inline size_t str_known_hash(const void *key)
{
	return atomic_load_explicit(&((const rgc_str *)key)->hash, memory_order_relaxed);
}

static inline bool str_equal_inline(const void *a, const void *b)
{
	const rgc_str *left = a, *right = b;
	return left->rgc_head.count == right->rgc_head.count &&
	       !memcmp(left->text, right->text, left->rgc_head.count);
}

static inline bool str_is_inline(const void *key, const char *text, size_t length)
{
	const rgc_str *string = key;
	return string->rgc_head.count == length + 1 && !memcmp(string->text, text, length);
}

/* Below 0, 0 or above, by bytes. */
static inline int str_compare_inline(const void *a, const void *b)
{
	const rgc_str *left = a, *right = b;
	size_t left_count = left->rgc_head.count, right_count = right->rgc_head.count;
	int order = memcmp(left->text, right->text, left_count < right_count ? left_count : right_count);
	return order ? order : (left_count > right_count) - (left_count < right_count);
}

#endif
