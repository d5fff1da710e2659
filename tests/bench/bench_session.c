/*
 * bench_session.c - see bench_session.h; stands in for preload/memory/arena.c.
 */
#include "tests/bench/bench_session.h"

#include "preload/memory/arena.h"
#include "preload/base/pages.h"
#include "preload/memory/process.h"
#include "tests/flat_arena.h"

#include <stdlib.h>
#include <string.h>

#define MODULES 256u
#define NODES (1u << 20)
#define TEXT_BYTES (1u << 20)

static struct session_header *session;
static struct arena arena;

void *bench_pages(size_t bytes)
{
	void *memory = pages_map(bytes);
	if (memory == NULL)
		abort();
	return memory;
}

struct session_header *bench_session_start(void)
{
	uint64_t modules = sizeof(struct session_header);
	uint64_t text = modules + MODULES * sizeof(struct session_module);
	uint64_t nodes = text + TEXT_BYTES;
	session = bench_pages(nodes + NODES * sizeof(struct session_node));
	session->modules_offset = modules;
	session->text_offset = text;
	session->nodes_offset = nodes;
	session->modules_max = MODULES;
	session->nodes_max = NODES;
	session->text_used = 4;
	session->nodes_used = 1;
	flat_arena(&arena, session);
	return session;
}

struct arena *process_arena(void)
{
	return &arena;
}

bool arena_reserve(struct arena *of, enum arena_region region, uint64_t end)
{
	(void)of;
	(void)region;
	(void)end;
	return true; /* anonymous memory is there when it is touched */
}

uint32_t arena_text(struct arena *in, const char *text, size_t bytes)
{
	struct session_header *of = in->header;
	uint32_t at = atomic_fetch_add(&of->text_used, ((uint32_t)bytes + 8) & ~3u);
	if (at + bytes + 8 > TEXT_BYTES)
		return 0;
	memcpy(session_text(of, at) + sizeof(uint32_t), text, bytes);
	return at;
}
