/*
 * arena_double.c - see arena_double.h.
 */
#include "arena_double.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>

#define TEXT_BYTES (1u << 20)

static struct session_header *session;
static uint64_t refused_beyond;

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
	return session;
}

void arena_double_refuse_beyond(uint64_t end_offset)
{
	refused_beyond = end_offset;
}

struct session_header *arena_session(void)
{
	return session;
}

bool arena_reserve(struct session_header *of, _Atomic uint64_t *reserved, uint64_t end_offset)
{
	if (end_offset > refused_beyond)
		return false;
	cr_assert(of == session && atomic_load(reserved) >= sizeof(struct session_header));
	if (end_offset > atomic_load(reserved))
		atomic_store(reserved, end_offset);
	return true;
}

uint32_t arena_text(struct session_header *of, const char *text, size_t bytes)
{
	uint32_t room = ((uint32_t)bytes + 8) & ~3u, length = (uint32_t)bytes;
	uint32_t at = atomic_fetch_add(&of->text_used, room);
	cr_assert(at + room <= of->text_max);
	memcpy(session_text(of, at), &length, sizeof(length));
	memcpy(session_text(of, at) + sizeof(length), text, bytes);
	return at;
}
