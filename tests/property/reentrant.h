/*
 * reentrant.h - operations on hash tables whose keys' hash and equal operate on the same tables, and memory
 * runs out now and then; beside plain arrays.  What an operation has done shows when it returns: by then all
 * that ran inside it is in the arrays, and it is as if it had been done alone, after that.
 */
#ifndef REENTRANT_H
#define REENTRANT_H

#include <mprof/rgc.h>

#include <stddef.h>
#include <stdint.h>

#define NUMBERS 12 /* keys that are not equal */

typedef struct key {
	RGC_HEAD;
	int number;  /* equal ones are equal */
	long serial; /* of this very object */
} key;
RGC_DECLARE_TYPE(key);

unsigned reentrant_byte(void);
void reentrant_must(bool ok, const char *what, long number);

/* A new key of a number, or any; NULL if memory has run out. */
key *key_new(int number);
key *key_any(void);

/* Whether an operation may fail with the present errno: a key's doing, or memory's. */
bool may_fail(void);

/* Does a few operations, if not too many are under way already. */
void operate_inside(void);

void tables_begin(void);
void tables_operate(void);
void tables_check(void);
void tables_end(void);

void memo_begin(void);
void memo_operate(void);
void memo_check(void);
void memo_end(void);

/* Bytes choose what is done; returns the number of operations.  Aborts with a message if rgc differs. */
size_t reentrant_run(const uint8_t *bytes, size_t count);

#endif
