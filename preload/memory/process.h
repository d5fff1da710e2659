/*
 * process.h - what the shim knows about this process, in memory that a fork child finds zeroed.
 *
 * MADV_WIPEONFORK makes every kind of fork, raw system calls included, look like "not
 * started yet" to the child, at no cost on the hot path.  A vfork child shares it with its
 * suspended parent, whose events its own really are.
 */
#ifndef MPROF_PRELOAD_MEMORY_PROCESS_H
#define MPROF_PRELOAD_MEMORY_PROCESS_H

#include "path_index.h"

#include "trace/session.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define PROCESS_THREADS_MAX 16384
#define PROCESS_LABELS 1024
#define PROCESS_TYPES 512
#define PROCESS_SPARES 8

enum process_state {
	PROCESS_NEW = 0, /* no event yet, or a fork child that had none */
	PROCESS_STARTING,
	PROCESS_RECORDING,
	PROCESS_OFF,
};

struct arena;
struct thread;

/* A type name, known again by its address; written once. */
struct process_type {
	_Atomic uintptr_t name;
	_Atomic uint32_t label; /* its text offset; 0: not there yet */
};

struct process {
	_Atomic uint32_t state;
	struct arena *arena;            /* from RECORDING on */
	struct session_header *session; /* the arena's, at hand */
	_Atomic uint32_t paused;        /* depth of mprof_pause */
	_Atomic uint32_t own_clocks;    /* each event needs a clock reading of its own, from now on */
	_Atomic uint32_t blind;         /* nothing is recorded any more */
	_Atomic uint32_t forks, syncs;
	_Atomic uint64_t stalled_heartbeat; /* at which the drainer was given up, + 1 */
	_Atomic uint64_t vacant;            /* slots without a thread: tag << 32 | (index + 1) */
	_Atomic uint32_t spares_used;
	struct thread *spares[PROCESS_SPARES]; /* private state for threads of a confined program */
	struct contexts contexts;
	_Atomic uint32_t labels[PROCESS_LABELS];             /* text offsets, by hash */
	struct process_type types[PROCESS_TYPES];            /* by hash of the address */
	struct thread *_Atomic threads[PROCESS_THREADS_MAX]; /* private state of each slot's owner */
};

/* The state of this process; NULL only if it could not be mapped. */
struct process *process_get(void);

/* The same, NULL where nobody has asked for it yet; maps nothing. */
struct process *process_peek(void);

/* The session of this process; NULL before it starts, in a fork child that has not had an
 * event yet, and where recording is off. */
struct arena *process_arena(void);

#endif
