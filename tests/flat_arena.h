/*
 * flat_arena.h - an arena over a session that is mapped whole, for tests that stand in for
 * preload/memory/arena.c.
 */
#ifndef MPROF_TESTS_FLAT_ARENA_H
#define MPROF_TESTS_FLAT_ARENA_H

#include "preload/memory/arena.h"

static inline void flat_pieces(arena_piece *pieces, char *from, uint64_t count, uint64_t in_piece,
			       size_t bytes)
{
	for (uint64_t at = 0; at < count; at += in_piece)
		atomic_init(&pieces[at / in_piece], from + at * bytes);
}

/* Regions that the session does not have are left out. */
static inline void flat_arena(struct arena *arena, struct session_header *session)
{
	char *start = (char *)session;

	arena->header = session;
	flat_pieces(arena->threads, start + session->threads_offset, session->threads_max,
		    ARENA_PIECE_THREADS, sizeof(struct session_thread));
	flat_pieces(arena->modules, start + session->modules_offset, session->modules_max,
		    ARENA_PIECE_MODULES, sizeof(struct session_module));
	flat_pieces(arena->text, start + session->text_offset, session->text_max, ARENA_PIECE_TEXT, 1);
	flat_pieces(arena->nodes, start + session->nodes_offset, session->nodes_max, ARENA_PIECE_NODES,
		    sizeof(struct session_node));
	flat_pieces(arena->chunks, start + session->chunks_offset, session->chunks_max, ARENA_PIECE_CHUNKS,
		    sizeof(struct session_chunk));
}

#endif
