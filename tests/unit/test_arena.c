/*
 * test_arena.c - the session file in pieces: what is mapped, what is reserved, and what is refused.
 */
#include "preload/memory/arena.h"
#include "preload/session/files.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* In place of the interposing file: this program keeps its own malloc. */
const void *interpose_own_malloc(void);
void interpose_record_operators(void);

const void *interpose_own_malloc(void)
{
	return NULL;
}

void interpose_record_operators(void)
{
}

static char path[] = "/tmp/arena-XXXXXX";
static int file;

static void lay_out(struct session_header *h)
{
	memset(h, 0, sizeof(*h));
	h->threads_max = 64;
	h->modules_max = 512;
	h->text_max = 4 * ARENA_PIECE_TEXT;
	h->nodes_max = 4 * ARENA_PIECE_NODES;
	h->chunks_max = 4 * ARENA_PIECE_CHUNKS;
	h->threads_offset = 65536;
	h->modules_offset = h->threads_offset + h->threads_max * sizeof(struct session_thread);
	h->text_offset = h->modules_offset + h->modules_max * sizeof(struct session_module);
	h->nodes_offset = h->text_offset + h->text_max;
	h->chunks_offset = h->nodes_offset + h->nodes_max * sizeof(struct session_node);
	h->file_bytes = h->chunks_offset + h->chunks_max * sizeof(struct session_chunk);
	h->text_used = 4;
}

static struct arena *start(void)
{
	struct session_header layout;
	int error;
	lay_out(&layout);
	file = mkstemp(path);
	cr_assert_geq(file, 0);
	cr_assert_eq(ftruncate(file, (off_t)layout.file_bytes), 0);
	struct arena *arena = arena_map(file, &layout, path, &error);
	cr_assert_not_null(arena, "error %d", error);
	return arena;
}

static void end(struct arena *arena)
{
	arena_unmap(arena);
	close(file);
	unlink(path);
	strcpy(path, "/tmp/arena-XXXXXX");
}

static uint64_t file_word(uint64_t offset)
{
	uint64_t word;
	cr_assert_eq(pread(file, &word, sizeof(word), (off_t)offset), sizeof(word));
	return word;
}

static long mapped_kib(void)
{
	long pages;
	FILE *statm = fopen("/proc/self/statm", "r");
	cr_assert(statm && fscanf(statm, "%ld", &pages) == 1);
	fclose(statm);
	return pages * 4;
}

Test(arena, things_are_found_by_index_where_the_file_has_them)
{
	struct arena *arena = start();
	const struct session_header *h = arena->header;
	cr_assert(arena_reserve(arena, ARENA_NODES, h->nodes_max * sizeof(struct session_node)));
	cr_assert(arena_reserve(arena, ARENA_CHUNKS, h->chunks_max * sizeof(struct session_chunk)));
	for (uint32_t id = 1; id < h->nodes_max; id += 1000)
		arena_node(arena->nodes, id)->pc = id;
	for (uint32_t i = 0; i < h->chunks_max; i++)
		arena_chunk(arena, i)->first_record = 7000 + i;
	for (uint32_t id = 1; id < h->nodes_max; id += 1000)
		cr_assert_eq(file_word(h->nodes_offset + id * sizeof(struct session_node)), id);
	for (uint32_t i = 0; i < h->chunks_max; i++)
		cr_assert_eq(file_word(h->chunks_offset + i * sizeof(struct session_chunk)), 7000 + i);
	end(arena);
}

Test(arena, pieces_come_as_they_are_needed)
{
	long before = mapped_kib();
	struct arena *arena = start();
	cr_assert_lt(mapped_kib() - before, 2560, "at first");
	before = mapped_kib();
	cr_assert(arena_reserve(arena, ARENA_CHUNKS, sizeof(struct session_chunk)));
	cr_assert_eq(mapped_kib(), before, "what is there already");
	cr_assert(
		arena_reserve(arena, ARENA_CHUNKS, (ARENA_PIECE_CHUNKS + 1) * sizeof(struct session_chunk)));
	cr_assert_eq(mapped_kib() - before, (long)(ARENA_PIECE_CHUNKS * sizeof(struct session_chunk) >> 10));
	end(arena);
}

/* As where the kernel refuses a second mapping of what is mapped. */
Test(arena, a_file_without_a_name_still_grows)
{
	struct arena *arena = start();
	unlink(path);
	close(file);
	cr_assert(arena_reserve(arena, ARENA_TEXT, 3 * ARENA_PIECE_TEXT));
	file = open("/dev/null", O_RDONLY);
	end(arena);
}

Test(arena, what_is_beyond_the_region_is_refused_at_once)
{
	struct arena *arena = start();
	cr_assert(!arena_reserve(arena, ARENA_NODES,
				 arena->header->nodes_max * sizeof(struct session_node) + 1));
	cr_assert(arena_reserve(arena, ARENA_NODES, arena->header->nodes_max * sizeof(struct session_node)));
	end(arena);
}

Test(arena, text_lies_across_pieces)
{
	struct arena *arena = start();
	static char text[ARENA_PIECE_TEXT + 100], back[sizeof(text)];
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	uint32_t first = arena_text(arena, "short", 5), offset = arena_text(arena, text, sizeof(text) - 1);
	cr_assert(first && offset);
	cr_assert_eq(arena_read_text(arena, offset, back, sizeof(back)), sizeof(text) - 1);
	cr_assert_arr_eq(back, text, sizeof(text) - 1);
	cr_assert(arena_text_is(arena, offset, text) && arena_text_is(arena, first, "short"));
	text[sizeof(text) - 2] = '!';
	cr_assert(!arena_text_is(arena, offset, text) && !arena_text_is(arena, first, "shor"));
	cr_assert_eq(arena_text(arena, text, arena->header->text_max), 0, "too long");
	end(arena);
}

/* As a full file system refuses, which a test cannot have everywhere. */
Test(arena, a_refusal_is_remembered_for_a_while)
{
	struct arena *arena = start();
	cr_assert_eq(ftruncate(file, (off_t)arena->header->chunks_offset), 0);
	cr_assert(!arena_reserve(arena, ARENA_CHUNKS, sizeof(struct session_chunk)), "beyond the file's end");
	cr_assert_eq(ftruncate(file, (off_t)arena->header->file_bytes), 0);
	arena->retry_at_ns = UINT64_MAX;
	cr_assert(!arena_reserve(arena, ARENA_CHUNKS, sizeof(struct session_chunk)), "not asked again yet");
	arena->retry_at_ns = 0;
	cr_assert(arena_reserve(arena, ARENA_CHUNKS, sizeof(struct session_chunk)));
	cr_assert_eq(arena->refusals, 0);
	end(arena);
}

static int in_child(struct arena *arena, bool kept)
{
	if (!kept)
		return arena->header == NULL ? 0 : 1; /* wiped */
	arena_replace_in_child(arena);
	arena_chunk(arena, 0)->first_record = 5; /* zeroes of its own */
	return arena->header->threads_max == 0 ? 0 : 2;
}

static int status_of_child(struct arena *arena, bool kept)
{
	int status;
	arena_keep_on_fork(arena, kept);
	pid_t child = fork();
	if (child == 0)
		_exit(in_child(arena, kept));
	cr_assert_eq(waitpid(child, &status, 0), child);
	arena_keep_on_fork(arena, false);
	return status;
}

Test(arena, a_child_has_nothing_of_it_or_zeroes)
{
	struct arena *arena = start();
	cr_assert(arena_reserve(arena, ARENA_CHUNKS, sizeof(struct session_chunk)));
	arena_chunk(arena, 0)->first_record = 9;
	cr_assert_eq(status_of_child(arena, false), 0);
	cr_assert_eq(status_of_child(arena, true), 0);
	cr_assert_eq(arena_chunk(arena, 0)->first_record, 9, "the parent's own");
	end(arena);
}
