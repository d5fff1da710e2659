/*
 * arena.c - mapping pieces of the session file, reserving their pages, and the text region.
 *
 * May not allocate, lock or keep descriptors; see arena.h.
 */
#include "arena.h"

#include "base/confined.h"
#include "base/kernel.h"
#include "base/moment.h"
#include "base/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define PAGE_BYTES 4096u
#define RESERVE_STEP 16384u
#define RETRY_LEAST_NS UINT64_C(1000000) /* doubled by each refusal in a row, up to a second */
#define RETRY_DOUBLINGS 10u

/* ---- regions ---------------------------------------------------------------------- */

struct region {
	size_t pieces; /* where in struct arena */
	uint32_t pieces_max, piece_bytes;
};

#define REGION(field, piece_bytes)                                                                           \
	{                                                                                                    \
		offsetof(struct arena, field), sizeof(((struct arena *)0)->field) / sizeof(arena_piece),     \
			piece_bytes                                                                          \
	}

static const struct region regions[ARENA_REGIONS] = {
	[ARENA_THREADS] = REGION(threads, ARENA_PIECE_THREADS * sizeof(struct session_thread)),
	[ARENA_MODULES] = REGION(modules, ARENA_PIECE_MODULES * sizeof(struct session_module)),
	[ARENA_TEXT] = REGION(text, ARENA_PIECE_TEXT),
	[ARENA_NODES] = REGION(nodes, ARENA_PIECE_NODES * sizeof(struct session_node)),
	[ARENA_CHUNKS] = REGION(chunks, ARENA_PIECE_CHUNKS * sizeof(struct session_chunk)),
};

static arena_piece *pieces_of(struct arena *arena, enum arena_region region)
{
	return (arena_piece *)((char *)arena + regions[region].pieces);
}

static uint64_t region_offset(const struct session_header *session, enum arena_region region)
{
	switch (region) {
	case ARENA_THREADS:
		return session->threads_offset;
	case ARENA_MODULES:
		return session->modules_offset;
	case ARENA_TEXT:
		return session->text_offset;
	case ARENA_NODES:
		return session->nodes_offset;
	default:
		return session->chunks_offset;
	}
}

static uint64_t region_bytes(const struct session_header *session, enum arena_region region)
{
	switch (region) {
	case ARENA_THREADS:
		return (uint64_t)session->threads_max * sizeof(struct session_thread);
	case ARENA_MODULES:
		return (uint64_t)session->modules_max * sizeof(struct session_module);
	case ARENA_TEXT:
		return session->text_max;
	case ARENA_NODES:
		return (uint64_t)session->nodes_max * sizeof(struct session_node);
	default:
		return (uint64_t)session->chunks_max * sizeof(struct session_chunk);
	}
}

/* ---- pieces ----------------------------------------------------------------------- */

static char *map_part(int fd, uint64_t offset, size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, (off_t)offset);

	if (map == MAP_FAILED)
		return NULL;
	(void)madvise(map, bytes, MADV_DONTFORK);
	(void)madvise(map, bytes, MADV_DONTDUMP);
	return map;
}

/*
 * The file's part behind one that is mapped already, without its descriptor: mremap of no bytes of a shared
 * mapping makes a second one from the same place on (mremap(2)).  So the last page of `before` comes along,
 * and is dropped.
 */
static char *map_behind(const char *before, size_t bytes)
{
	long map = kernel_call(SYS_mremap, before + bytes - PAGE_BYTES, (size_t)0, PAGE_BYTES + bytes,
			       MREMAP_MAYMOVE, 0L);

	if (map == -1)
		return NULL;
	pages_unmap((void *)map, PAGE_BYTES);
	return (char *)map + PAGE_BYTES;
}

/* Valgrind refuses that, and so may a sandbox; then perhaps the file can still be opened. */
static char *map_by_name(const struct arena *arena, uint64_t offset, size_t bytes)
{
	int fd = open(arena->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	char *map = fd >= 0 ? map_part(fd, offset, bytes) : NULL;

	if (fd >= 0)
		close(fd);
	return map;
}

/* Pieces come to be in their order, as a region is reserved in its order. */
static char *next_piece(struct arena *arena, enum arena_region region, uint64_t index)
{
	arena_piece *place = &pieces_of(arena, region)[index];
	size_t bytes = regions[region].piece_bytes;
	char *mine = map_behind(atomic_load_explicit(place - 1, memory_order_relaxed), bytes), *seen = NULL;

	if (!mine)
		mine = map_by_name(arena, region_offset(arena->header, region) + index * bytes, bytes);
	/* Relaxed: see arena_thing. */
	if (mine && !atomic_compare_exchange_strong_explicit(place, &seen, mine, memory_order_relaxed,
							     memory_order_relaxed)) {
		pages_unmap(mine, bytes);
		mine = seen;
	}
	return mine;
}

static char *piece_at(struct arena *arena, enum arena_region region, uint64_t at)
{
	uint64_t index = at / regions[region].piece_bytes;
	char *piece = atomic_load_explicit(&pieces_of(arena, region)[index], memory_order_relaxed);

	return piece ? piece : next_piece(arena, region, index);
}

/* ---- the whole -------------------------------------------------------------------- */

static size_t header_bytes(void)
{
	return (sizeof(struct session_header) + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
}

static bool map_first_pieces(struct arena *arena, int fd, const struct session_header *layout)
{
	for (enum arena_region region = 0; region < ARENA_REGIONS; region++) {
		char *piece = map_part(fd, region_offset(layout, region), regions[region].piece_bytes);
		if (!piece)
			return false;
		atomic_init(&pieces_of(arena, region)[0], piece);
	}
	arena->header = (struct session_header *)map_part(fd, 0, header_bytes());
	return arena->header != NULL;
}

/* What the drainer knows the session's mapping by, should the program be replaced by another. */
static void tell_place(struct arena *arena)
{
	arena->header->mapped_at = (uintptr_t)arena->header;
	arena->header->mapped_bytes = header_bytes();
}

struct arena *arena_map(int fd, const struct session_header *layout, const char *path, int *error)
{
	struct arena *arena = pages_map(sizeof *arena);

	*error = ENOMEM;
	if (!arena)
		return NULL;
	strncpy(arena->path, path, sizeof arena->path - 1);
	/* By write, since a full file system answers that with an error and a store with SIGBUS. */
	ssize_t written = pwrite(fd, layout, sizeof *layout, 0);
	if (written != (ssize_t)sizeof *layout)
		*error = written < 0 ? errno : ENOSPC;
	else if (map_first_pieces(arena, fd, layout)) {
		tell_place(arena);
		return arena;
	}
	arena_unmap(arena);
	return NULL;
}

/* Calls `what` for all that is mapped of the session. */
static void for_each_mapping(struct arena *arena, void (*what)(void *start, size_t bytes))
{
	for (enum arena_region region = 0; region < ARENA_REGIONS; region++) {
		arena_piece *piece = pieces_of(arena, region), *end = piece + regions[region].pieces_max;
		for (; piece < end && *piece; piece++)
			what(*piece, regions[region].piece_bytes);
	}
	if (arena->header)
		what(arena->header, header_bytes());
}

void arena_unmap(struct arena *arena)
{
	for_each_mapping(arena, pages_unmap);
	pages_unmap(arena, sizeof *arena);
}

void arena_keep_on_fork(struct arena *arena, bool keep)
{
	pages_keep_on_fork(arena, sizeof *arena, keep);
}

void arena_replace_in_child(struct arena *arena)
{
	for_each_mapping(arena, pages_map_at);
}

/* ---- reserving -------------------------------------------------------------------- */

/* Before Linux 5.14 there is no asking: pages are taken as they are touched. */
static bool populate(void *start, size_t bytes)
{
	long result;

	do
		result = kernel_call(SYS_madvise, start, bytes, MADV_POPULATE_WRITE);
	while (result != 0 && (errno == EINTR || errno == EAGAIN));
	return result == 0 || errno == EINVAL;
}

/* A full file system is not asked again and again: that would cost each event of the host a system call. */
static bool is_time_to_ask(struct arena *arena)
{
	/* Relaxed, here and below: about when will do. */
	return atomic_load_explicit(&arena->refusals, memory_order_relaxed) == 0 ||
	       moment_ns() >= atomic_load_explicit(&arena->retry_at_ns, memory_order_relaxed);
}

static void note_refusal(struct arena *arena)
{
	uint32_t before = atomic_fetch_add_explicit(&arena->refusals, 1, memory_order_relaxed);
	uint32_t doublings = before < RETRY_DOUBLINGS ? before : RETRY_DOUBLINGS;

	atomic_store_explicit(&arena->retry_at_ns, moment_ns() + (RETRY_LEAST_NS << doublings),
			      memory_order_relaxed);
}

/* Reserves from `mark` up to `target`, or to the end of the piece that begins there; 0: refused. */
static uint64_t reserve_in_piece(struct arena *arena, enum arena_region region, uint64_t mark,
				 uint64_t target)
{
	uint64_t piece_bytes = regions[region].piece_bytes, within = mark % piece_bytes;
	uint64_t end = mark - within + piece_bytes < target ? mark - within + piece_bytes : target;
	char *piece = piece_at(arena, region, mark);

	return piece && populate(piece + within, end - mark) ? end : 0;
}

/* Whoever comes late finds that it is done already, for the whole process. */
static void advance(_Atomic uint64_t *reserved, uint64_t mark, uint64_t end)
{
	/* Relaxed: page tables need no ordering, and for pieces see arena_thing. */
	while (mark < end && !atomic_compare_exchange_weak_explicit(
				     reserved, &mark, end, memory_order_relaxed, memory_order_relaxed)) {
	}
}

static bool reserve_steps(struct arena *arena, enum arena_region region, uint64_t mark, uint64_t target)
{
	while (mark < target) {
		uint64_t end = reserve_in_piece(arena, region, mark, target);
		if (end == 0) {
			note_refusal(arena);
			return false;
		}
		advance(&arena->reserved[region], mark, end);
		mark = end;
	}
	atomic_store_explicit(&arena->refusals, 0, memory_order_relaxed);
	return true;
}

/* Where a filter of system calls was not seen coming, the drainer reserves from its side what is mapped in
 * any case. */
static bool is_backed(const struct arena *arena, uint64_t end)
{
	/* Acquire: pairs with the drainer's release; the pages are there. */
	return end <= (uint64_t)atomic_load_explicit(&arena->header->chunks_backed, memory_order_acquire) *
			      sizeof(struct session_chunk);
}

bool arena_reserve(struct arena *arena, enum arena_region region, uint64_t end)
{
	/* Relaxed: the mark only ever lets a thread skip work that is already done for the
	 * whole process. */
	uint64_t mark = atomic_load_explicit(&arena->reserved[region], memory_order_relaxed);

	if (end <= mark)
		return true;
	confine_look(arena->header);
	if (confined())
		return region == ARENA_CHUNKS && is_backed(arena, end);
	uint64_t limit = region_bytes(arena->header, region);
	uint64_t target = (end + RESERVE_STEP - 1) & ~(uint64_t)(RESERVE_STEP - 1);
	if (end > limit || !is_time_to_ask(arena))
		return false;
	int saved = errno;
	bool done = reserve_steps(arena, region, mark, target < limit ? target : limit);
	errno = saved;
	return done;
}

/* ---- text ------------------------------------------------------------------------- */

/* Text may lie across pieces. */
static char *text_at(const struct arena *arena, uint32_t offset, size_t *room)
{
	*room = ARENA_PIECE_TEXT - offset % ARENA_PIECE_TEXT;
	return arena_thing(arena->text, offset, ARENA_PIECE_TEXT, 1);
}

static void write_text(struct arena *arena, uint32_t offset, const void *from, size_t bytes)
{
	for (size_t done = 0, room; done < bytes; done += room) {
		char *to = text_at(arena, offset + (uint32_t)done, &room);
		room = room < bytes - done ? room : bytes - done;
		memcpy(to, (const char *)from + done, room);
	}
}

static void read_text(const struct arena *arena, uint32_t offset, void *to, size_t bytes)
{
	for (size_t done = 0, room; done < bytes; done += room) {
		const char *from = text_at(arena, offset + (uint32_t)done, &room);
		room = room < bytes - done ? room : bytes - done;
		memcpy((char *)to + done, from, room);
	}
}

uint32_t arena_text(struct arena *arena, const char *text, size_t bytes)
{
	struct session_header *session = arena->header;
	size_t room = (sizeof(uint32_t) + bytes + 1 + 3) & ~(size_t)3;

	/* Looked at first, so that refused texts cannot make the counter wrap. */
	if (bytes > session->text_max / 2 ||
	    atomic_load_explicit(&session->text_used, memory_order_relaxed) > session->text_max - room)
		return 0;
	uint32_t offset =
		atomic_fetch_add_explicit(&session->text_used, (uint32_t)room, memory_order_relaxed);
	if (offset > session->text_max - room || !arena_reserve(arena, ARENA_TEXT, offset + room))
		return 0;
	uint32_t length = (uint32_t)bytes;
	write_text(arena, offset, &length, sizeof length);
	write_text(arena, offset + sizeof length, text, bytes);
	write_text(arena, offset + (uint32_t)(sizeof length + bytes), "", 1);
	return offset;
}

size_t arena_read_text(const struct arena *arena, uint32_t offset, char *out, size_t bytes)
{
	uint32_t length = 0;

	if (offset)
		read_text(arena, offset, &length, sizeof length);
	read_text(arena, offset + sizeof length, out, length < bytes ? length : bytes);
	return length;
}

bool arena_text_is(const struct arena *arena, uint32_t offset, const char *text)
{
	uint32_t length;
	size_t room;

	read_text(arena, offset, &length, sizeof length);
	offset += sizeof length;
	if (length != strlen(text))
		return false;
	for (size_t done = 0; done < length; done += room) {
		const char *part = text_at(arena, offset + (uint32_t)done, &room);
		room = room < length - done ? room : length - done;
		if (memcmp(part, text + done, room) != 0)
			return false;
	}
	return true;
}
