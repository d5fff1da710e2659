/*
 * arena.c - reserving pages of the session file, and its text region.
 *
 * May not allocate, lock or keep descriptors; see arena.h.
 */
#include "arena.h"

#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

#define RESERVE_STEP 16384u

struct session_header *arena_session(void)
{
	struct process *process = process_get();

	return process ? process->session : NULL;
}

/* Before Linux 5.14 there is no asking: pages are taken as they are touched. */
static bool populate(void *start, size_t bytes)
{
	int saved = errno;
	bool done = true;

	while (madvise(start, bytes, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) {
		if (errno == EINTR || errno == EAGAIN)
			continue;
		done = false;
		break;
	}
	errno = saved;
	return done;
}

bool arena_reserve(struct session_header *session, _Atomic uint64_t *reserved, uint64_t end_offset)
{
	/* Relaxed: the mark only ever lets a thread skip work that is already done for the
	 * whole process; page tables need no ordering. */
	uint64_t mark = atomic_load_explicit(reserved, memory_order_relaxed);

	if (end_offset <= mark)
		return true;
	uint64_t target = (end_offset + RESERVE_STEP - 1) & ~(uint64_t)(RESERVE_STEP - 1);
	if (target > session->file_bytes)
		target = session->file_bytes;
	if (end_offset > target)
		return false;
	uint64_t start = mark & ~(uint64_t)(RESERVE_STEP - 1);
	if (!populate((char *)session + start, target - start))
		return false;
	while (mark < target &&
	       !atomic_compare_exchange_weak_explicit(reserved, &mark, target, memory_order_relaxed,
						      memory_order_relaxed)) {
	}
	return true;
}

uint32_t arena_text(struct session_header *session, const char *text, size_t bytes)
{
	struct process *process = process_get();
	size_t room = (sizeof(uint32_t) + bytes + 1 + 3) & ~(size_t)3;

	/* Looked at first, so that refused texts cannot make the counter wrap. */
	if (!process || bytes > session->text_max / 2 ||
	    atomic_load_explicit(&session->text_used, memory_order_relaxed) > session->text_max - room)
		return 0;
	uint32_t offset =
		atomic_fetch_add_explicit(&session->text_used, (uint32_t)room, memory_order_relaxed);
	if (offset > session->text_max - room ||
	    !arena_reserve(session, &process->text_reserved, session->text_offset + offset + room))
		return 0;
	uint32_t length = (uint32_t)bytes;
	memcpy(session_text(session, offset), &length, sizeof length);
	memcpy(session_text(session, offset) + sizeof length, text, bytes);
	session_text(session, offset)[sizeof length + bytes] = '\0';
	return offset;
}
