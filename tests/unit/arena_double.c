/*
 * arena_double.c - see arena_double.h.
 */
#include "arena_double.h"

#include "preload/memory/process.h"
#include "tests/flat_arena.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

#define TEXT_BYTES (1u << 20)

static struct session_header *session;
static struct arena arena;
static uint64_t refused_beyond; /* of the nodes */

struct session_header *arena_double_start(uint32_t modules_max, uint32_t nodes_max)
{
	uint64_t modules = sizeof(struct session_header);
	uint64_t text = modules + (uint64_t)modules_max * sizeof(struct session_module);
	uint64_t nodes = text + TEXT_BYTES;
	uint64_t bytes = nodes + (uint64_t)nodes_max * sizeof(struct session_node);
	session =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	cr_assert(session != MAP_FAILED);
	session->file_bytes = bytes;
	session->modules_offset = modules;
	session->text_offset = text;
	session->nodes_offset = nodes;
	session->modules_max = modules_max;
	session->nodes_max = nodes_max;
	session->text_max = TEXT_BYTES;
	session->text_used = 4;
	session->nodes_used = 1;
	refused_beyond = bytes;
	flat_arena(&arena, session);
	return session;
}

void arena_double_refuse_nodes_beyond(uint64_t end)
{
	refused_beyond = end;
}

struct arena *process_arena(void)
{
	return session ? &arena : NULL;
}

bool arena_reserve(struct arena *of, enum arena_region region, uint64_t end)
{
	cr_assert_eq(of, &arena);
	return region != ARENA_NODES || end <= refused_beyond;
}

uint32_t arena_text(struct arena *in, const char *text, size_t bytes)
{
	struct session_header *of = in->header;
	uint32_t room = ((uint32_t)bytes + 8) & ~3u, length = (uint32_t)bytes;
	uint32_t at = atomic_fetch_add(&of->text_used, room);
	cr_assert(at + room <= of->text_max);
	memcpy(session_text(of, at), &length, sizeof(length));
	memcpy(session_text(of, at) + sizeof(length), text, bytes);
	return at;
}
