/*
 * rgc_keys.h - what the tests of rgc's containers share: keys of all kinds, some of which do harm when they
 * are hashed or compared, and a thread with little stack.
 */
#ifndef RGC_KEYS_H
#define RGC_KEYS_H

#include "failing.h"

#include <mprof/rgc.h>

/* Equal by `id`; of these, few hashes are different. */
typedef struct evil {
	RGC_HEAD;
	long id;
} evil;
RGC_DECLARE_TYPE(evil);

evil *evil_new(long id);

/* What happens inside each hash and equal of an evil key: 0, or -1 with errno, which is then their result.
 * It is not called while it runs.  NULL for nothing. */
extern int (*evil_act)(void *data);
extern void *evil_data;

/* An object whose end calls `act`, once. */
typedef struct last_words {
	RGC_HEAD;
	int (*act)(void *data);
	void *data;
} last_words;
RGC_DECLARE_TYPE(last_words);

last_words *last_words_new(int (*act)(void *data), void *data);

/* A new object that is equal to all made for the same id, and to no others: an integer, float, string, tuple
 * or evil key. */
rgc_object *key_of(long id);

/* Runs a function in a thread whose stack has 64 KiB. */
void on_small_stack(void *(*function)(void *argument), void *argument);

/* As rand, the same on every machine. */
unsigned random_next(unsigned long *state);

#endif
