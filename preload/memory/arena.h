/*
 * arena.h - the session file as the shim sees it: mapped in pieces, grown without descriptors.
 *
 * Only what is in use is mapped: a host that locks, reads or limits its address space must not pay for the
 * largest session there could be.  So a region is a row of pieces, each mapped when it is first needed and
 * never moved or unmapped; things are found by index.  A write to a page that the file system has no room for
 * would be SIGBUS in the host, so every region is reserved before it is written.
 *
 * Lock-free, safe in signal handlers and in any thread; never allocates through the interposed functions.
 */
#ifndef MPROF_PRELOAD_MEMORY_ARENA_H
#define MPROF_PRELOAD_MEMORY_ARENA_H

#include "trace/session.h"

#include <stdbool.h>
#include <stddef.h>

enum arena_region {
	ARENA_THREADS,
	ARENA_MODULES,
	ARENA_TEXT,
	ARENA_NODES,
	ARENA_CHUNKS,
	ARENA_REGIONS,
};

/* How many things make a piece: 64 KiB, or more of what there are many of. */
#define ARENA_PIECE_THREADS 32u
#define ARENA_PIECE_MODULES 512u
#define ARENA_PIECE_TEXT 65536u
#define ARENA_PIECE_NODES 16384u
#define ARENA_PIECE_CHUNKS SESSION_CHUNKS_FIRST

/* And how many there can be. */
#define ARENA_THREADS_MAX 16384u
#define ARENA_MODULES_MAX 16384u
#define ARENA_TEXT_MAX (32u << 20)
#define ARENA_NODES_MAX (1u << 24)
#define ARENA_CHUNKS_MAX (4096u + 2 * ARENA_THREADS_MAX)

/* Where a piece is mapped; NULL: not yet. */
typedef char *_Atomic arena_piece;

/* Of one session.  Lies in memory of its own that a fork child finds zeroed, with one exception: see
 * arena_keep_on_fork. */
struct arena {
	struct session_header *header;
	_Atomic uint64_t reserved[ARENA_REGIONS]; /* bytes of each, from its start, that can be written */
	_Atomic uint64_t retry_at_ns;             /* what was refused is not asked for again before */
	_Atomic uint32_t refusals;                /* in a row */
	char path[SESSION_PATH_BYTES];            /* of the session file */
	arena_piece threads[ARENA_THREADS_MAX / ARENA_PIECE_THREADS];
	arena_piece modules[ARENA_MODULES_MAX / ARENA_PIECE_MODULES];
	arena_piece text[ARENA_TEXT_MAX / ARENA_PIECE_TEXT];
	arena_piece nodes[ARENA_NODES_MAX / ARENA_PIECE_NODES];
	arena_piece chunks[ARENA_CHUNKS_MAX / ARENA_PIECE_CHUNKS];
};

/* Maps the header and the beginning of every region of the session file `fd`, laid out as `layout` says.
 * NULL with *error set; the caller unlinks the file. */
struct arena *arena_map(int fd, const struct session_header *layout, const char *path, int *error);

/* Takes back what arena_map did. */
void arena_unmap(struct arena *arena);

/* Makes sure that a region's bytes up to `end`, counted from its start, are there and mapped.  False: no
 * room, do not write there.  Remembers what it reserved, so a repeated call is one comparison. */
bool arena_reserve(struct arena *arena, enum arena_region region, uint64_t end);

/* Copies text into the text region.  Returns its offset, 0 when there is no room. */
uint32_t arena_text(struct arena *arena, const char *text, size_t bytes);

/* The first `bytes` of the text at an offset, less where it is shorter; returns its whole length. */
size_t arena_read_text(const struct arena *arena, uint32_t offset, char *out, size_t bytes);

/* Whether this is the text at the offset. */
bool arena_text_is(const struct arena *arena, uint32_t offset, const char *text);

/* Around a fork by a signal handler that interrupted an event: whether the child finds this struct as it is.
 * There, the second gives what was mapped back as zeroes to write into, since the event goes on. */
void arena_keep_on_fork(struct arena *arena, bool keep);
void arena_replace_in_child(struct arena *arena);

/* ---- things by index -------------------------------------------------------------- */

/* Relaxed: whoever has the index of a thing has it from somebody who published it after the piece was there,
 * or from the reservation that mapped it. */
static inline void *arena_thing(const arena_piece *pieces, uint32_t index, uint32_t in_piece, size_t bytes)
{
	return atomic_load_explicit(&pieces[index / in_piece], memory_order_relaxed) +
	       index % in_piece * bytes;
}

static inline struct session_thread *arena_thread(const struct arena *arena, uint32_t index)
{
	return arena_thing(arena->threads, index, ARENA_PIECE_THREADS, sizeof(struct session_thread));
}

static inline struct session_module *arena_module(const struct arena *arena, uint32_t index)
{
	return arena_thing(arena->modules, index, ARENA_PIECE_MODULES, sizeof(struct session_module));
}

static inline struct session_node *arena_node(const arena_piece *nodes, uint32_t id)
{
	return arena_thing(nodes, id, ARENA_PIECE_NODES, sizeof(struct session_node));
}

static inline struct session_chunk *arena_chunk(const struct arena *arena, uint32_t index)
{
	return arena_thing(arena->chunks, index, ARENA_PIECE_CHUNKS, sizeof(struct session_chunk));
}

#endif
