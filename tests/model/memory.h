/*
 * memory.h - shared memory as C11 describes it, for code whose threads are tasks of one program.
 *
 * The code under test is compiled with -fsanitize=thread, which makes each of its accesses a call;
 * hooks.c answers these calls from here instead of from a sanitizer's library.  A location keeps
 * all that was ever stored in it, and each task a view: the oldest value that it may still read.
 * Only what acquire and release order moves views, so that a load may give an older value wherever
 * C11 allows it.  Plain accesses must be ordered with all others of their place, else that is a
 * race and a failure.  (Not modelled: stores that overtake earlier loads, and spurious failures
 * of a weak compare-exchange, which nothing here depends on.)
 */
#ifndef MPROF_TESTS_MODEL_MEMORY_H
#define MPROF_TESTS_MODEL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MEMORY_TASKS 5

/* Everything in [base, base + bytes) is zero, and every task knows it.  `first` is the first byte
 * that is followed; what lies before is constant. */
void memory_reset(char *base, size_t first, size_t bytes);
/* As if that came right behind it, as it is now; until the next reset, and ALSO_MAX times at most. */
#define ALSO_MAX 3
void memory_follow_also(char *at, size_t bytes);
bool memory_follows(const volatile void *at);

/* How many values a load by this task may give; age 0 is the newest. */
unsigned memory_choices(unsigned task, const volatile void *at);
uint64_t memory_load(unsigned task, const volatile void *at, unsigned bytes, int order, unsigned age);
void memory_store(unsigned task, volatile void *at, unsigned bytes, uint64_t value, int order);

/* A read-modify-write: reads the newest value, and stores `value` with `order`. */
void memory_exchange(unsigned task, volatile void *at, unsigned bytes, uint64_t value, int order);

/* False: there is a race. */
bool memory_read_plain(unsigned task, const volatile void *at, unsigned bytes);
bool memory_write_plain(unsigned task, const volatile void *at, unsigned bytes);

/* Tasks that are not there, yet or any more, read nothing. */
void memory_set_present(unsigned task, bool is_present);

/* All that `before` has done is known to `after`, as when a process waits for another's end. */
void memory_order_after(unsigned after, unsigned before);

/* Stores so far by other tasks. */
uint64_t memory_stores_except(unsigned task);

/* Of all that can still be read, and by whom. */
uint64_t memory_hash(void);

static inline uint64_t memory_mix(uint64_t hash, uint64_t value)
{
	hash = ((hash ^ value) + UINT64_C(0x632be59bd9b4e019)) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* The whole words of `bytes`. */
static inline uint64_t memory_mix_words(uint64_t hash, const void *bytes, size_t count)
{
	for (size_t i = 0; i + 8 <= count; i += 8) {
		uint64_t word;
		memcpy(&word, (const char *)bytes + i, sizeof word);
		hash = memory_mix(hash, word);
	}
	return hash;
}

#endif
