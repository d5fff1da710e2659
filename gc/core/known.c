/*
 * known.c - see known.h: a hash table of addresses under a lock.  None is ever removed: the next object at an
 * address takes the place of the last, so there are as many as the program had blocks at its peak.
 */
#ifdef RGC_DEBUG

#include "known.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <execinfo.h>
#else
#define backtrace(frames, capacity) 0
#endif

#define FIRST_CAPACITY 1024u /* as all capacities, a power of two */

static struct known first[FIRST_CAPACITY];
static struct known *entries = first;
static size_t capacity = FIRST_CAPACITY, used;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool origins; /* are remembered */

static void lock_entries(void)
{
	pthread_mutex_lock(&lock);
}

static void unlock_entries(void)
{
	pthread_mutex_unlock(&lock);
}

/* A fork child has none of the other threads, of which one may hold the lock just then. */
__attribute__((constructor)) static void begin(void)
{
	const char *setting = getenv("RGC_ORIGINS");
	origins = setting && strcmp(setting, "0") != 0;
	pthread_atfork(lock_entries, unlock_entries, unlock_entries);
}

/* The address's entry, or the empty one where it belongs. */
static struct known *find(struct known *table, size_t size, const void *address)
{
	uint64_t hash = (uintptr_t)address / 16 * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 32) & (size - 1);
	while (table[at].type && table[at].object != address)
		at = (at + 1) & (size - 1);
	return &table[at];
}

/* Without memory it goes on until the last entry: making an object must not fail for want of this. */
static void make_room(void)
{
	if (2 * (used + 1) <= capacity)
		return;
	int saved_errno = errno;
	struct known *larger = calloc(2 * capacity, sizeof(*larger));
	errno = saved_errno;
	if (!larger && used + 2 <= capacity)
		return;
	if (!larger) {
		fputs("rgc: no memory for what librgc-debug has to know\n", stderr);
		abort();
	}
	for (size_t i = 0; i < capacity; i++) {
		if (entries[i].type)
			*find(larger, 2 * capacity, entries[i].object) = entries[i];
	}
	if (entries != first)
		free(entries);
	entries = larger;
	capacity *= 2;
}

/* With RGC_ORIGINS=1: it costs more than all the rest. */
static void remember_makers(struct known *known)
{
	if (!known->makers && !(known->makers = calloc(KNOWN_MAKERS, sizeof(*known->makers))))
		return;
	int count = backtrace(known->makers, KNOWN_MAKERS);
	memset(known->makers + count, 0, (size_t)(KNOWN_MAKERS - count) * sizeof(*known->makers));
}

void rgc__known_born(const rgc_object *object)
{
	lock_entries();
	make_room();
	struct known *known = find(entries, capacity, object);
	used += !known->type;
	*known = (struct known){object, object->type, false, known->makers};
	if (unlikely(origins)) {
		int saved_errno = errno;
		remember_makers(known);
		errno = saved_errno;
	}
	unlock_entries();
}

void rgc__known_ended(const rgc_object *object)
{
	lock_entries();
	find(entries, capacity, object)->ended = true;
	unlock_entries();
}

struct known rgc__known(const void *address)
{
	lock_entries();
	struct known known = *find(entries, capacity, address);
	unlock_entries();
	return known;
}

#endif
