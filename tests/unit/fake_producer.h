/*
 * fake_producer.h - a session as the shim would make it, filled by hand.
 *
 * One real thread plays all threads of the session.  Time is a counter that the test may set;
 * it starts at CLOCK_MONOTONIC (ticks are nanoseconds) and never passes it by itself.
 */
#ifndef MPROF_TESTS_FAKE_PRODUCER_H
#define MPROF_TESTS_FAKE_PRODUCER_H

#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FAKE_NODES 64

struct fake {
	char directory[64], session_path[128], live_path[160], trace_path[128];
	struct session_header *header;
	size_t bytes;
	uint64_t last_stamp; /* the next record's is above */
};

struct fake_thread {
	struct fake *fake;
	struct session_thread *slot;
	uint32_t index;
	struct session_chunk *chunk;
	uint32_t used;
	uint64_t last_stamp;
};

/* Makes session and trace in a new directory, for a process `pid`.  Nodes 1 to FAKE_NODES - 1
 * and two modules exist. */
void fake_create(struct fake *fake, pid_t pid);
void fake_destroy(struct fake *fake); /* removes all files */

/* A pid that no process has any more. */
pid_t fake_dead_pid(void);

struct fake_thread fake_thread(struct fake *fake, uint32_t tid);

/* Each stamps with the next tick, unless fake->last_stamp was set: then with the one behind it. */
void fake_record(struct fake_thread *thread, enum record_type type, uint64_t address, uint64_t size_bytes,
		 uint32_t node);
void fake_ext(struct fake_thread *thread, enum ext_type type, uint64_t payload, uint32_t node);
void fake_value(struct fake_thread *thread, uint64_t value); /* EXT_VALUE prefix of the next note */
void fake_side(struct fake_thread *thread, uint64_t w0, uint64_t address, uint64_t size_bytes);

/* The bare words, for records that are out of order or wrong. */
void fake_commit(struct fake_thread *thread, uint64_t w0, uint64_t w1);

/* Puts text into the session; returns its offset. */
uint32_t fake_text(struct fake *fake, const char *text, size_t bytes);

#endif
