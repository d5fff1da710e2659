/*
 * reentrant.c - the keys that operate, the memory that runs out, and the run.
 */
#include "reentrant.h"

#include "failing.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define DEPTH 3

static const uint8_t *at, *end;
static int depth;
static long serials;
static size_t operations;

unsigned reentrant_byte(void)
{
	return at < end ? *at++ : 0;
}

void reentrant_must(bool ok, const char *what, long number)
{
	if (ok)
		return;
	fprintf(stderr, "rgc differs from plain arrays: %s (%ld)\n", what, number);
	abort();
}

/* ---- keys ---- */

static int key_hash(const void *self, size_t *hash)
{
	operate_inside();
	*hash = (size_t)((const key *)self)->number % 3;
	return 0;
}

static int key_equal(const void *self, const void *other)
{
	operate_inside();
	if (reentrant_byte() == 99) {
		errno = EDOM;
		return -1;
	}
	return RGC_IS(other, key) && ((const key *)self)->number == ((const key *)other)->number;
}

RGC_DEFINE_PUBLIC_TYPE((NULL, key_hash, key_equal, NULL), key);

key *key_new(int number)
{
	key *made = rgc_new(key);
	reentrant_must(made || errno == ENOMEM, "a key that cannot be made", errno);
	if (made) {
		made->number = number;
		made->serial = ++serials;
	}
	return made;
}

key *key_any(void)
{
	return key_new((int)(reentrant_byte() % NUMBERS));
}

bool may_fail(void)
{
	return errno == EDOM || errno == EBUSY || (errno == ENOMEM && allocations_left == 0);
}

/* ---- a run ---- */

static void operate(void)
{
	operations++;
	unsigned what = reentrant_byte() % 16;
	if (what < 9)
		tables_operate();
	else if (what < 15)
		memo_operate();
	else
		rgc_collect((int)(reentrant_byte() % RGC_GENERATIONS));
}

void operate_inside(void)
{
	if (depth >= DEPTH)
		return;
	int saved_errno = errno;
	depth++;
	for (int count = (int)(reentrant_byte() % 8) - 5; count > 0; count--)
		operate();
	depth--;
	errno = saved_errno;
}

static void run_out_of_memory(void)
{
	unsigned byte = reentrant_byte();
	allocations_left = byte % 4 ? -1 : (long)(byte / 4 % 8);
}

size_t reentrant_run(const uint8_t *bytes, size_t count)
{
	at = bytes;
	end = bytes + count;
	operations = 0;
	rgc_heap *heap = rgc_heap_new();
	reentrant_must(heap && rgc_heap_use(heap) == 0, "no heap", 0);
	tables_begin();
	memo_begin();
	while (at < end) {
		run_out_of_memory();
		operate();
		allocations_left = -1;
		tables_check();
		memo_check();
		reentrant_must(rgc_verify() == 0, "rgc_verify", 0);
	}
	tables_end();
	memo_end();
	reentrant_must(rgc_heap_use(NULL) == 0 && rgc_heap_delete(heap) == 0, "a heap that is not empty", 0);
	return operations;
}
