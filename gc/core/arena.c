/*
 * arena.c - memory from the system, by pages, and back to it.  Allocates by mmap alone, as a recording mprof
 * counts the blocks that it is for, and must not see a malloc that they come from.
 */
#include "arena.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ALL_PAGES UINT32_MAX

_Static_assert(ARENA_PAGES == 32, "a bit each");
_Static_assert(offsetof(struct arena, pages) == 0 && sizeof(struct page) == 64, "page_of");
_Static_assert(sizeof(struct arena) % 64 == 0, "the first page begins at a cache line");

/* In programs built with AddressSanitizer: its search for leaks does not look into mappings by itself. */
extern void __lsan_register_root_region(const void *begin, size_t bytes) __attribute__((weak));
extern void __lsan_unregister_root_region(const void *begin, size_t bytes) __attribute__((weak));

/* ---- mappings ---- */

static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return memory == MAP_FAILED ? NULL : memory;
}

/* Twice as much is mapped, of which the ends go back. */
static struct arena *map_and_cut(void)
{
	char *memory = map(2 * ARENA_BYTES);
	if (!memory)
		return NULL;
	struct arena *arena = arena_of(memory + ARENA_BYTES - 1);
	char *begin = (char *)arena, *end = begin + ARENA_BYTES;
	if (begin > memory)
		(void)munmap(memory, (size_t)(begin - memory));
	if (end < memory + 2 * ARENA_BYTES)
		(void)munmap(end, (size_t)(memory + 2 * ARENA_BYTES - end));
	return arena;
}

/* New mappings lie beside each other, so if one is aligned, the next one is most likely, too. */
static struct arena *map_aligned(void)
{
	void *memory = map(ARENA_BYTES);
	if (!memory || arena_of(memory) == memory)
		return memory;
	(void)munmap(memory, ARENA_BYTES);
	return map_and_cut();
}

/* Whether the search for leaks looks into it. */
static void watch(struct arena *arena, bool on)
{
	if (on && __lsan_register_root_region)
		__lsan_register_root_region(arena, ARENA_BYTES);
	if (!on && __lsan_unregister_root_region)
		__lsan_unregister_root_region(arena, ARENA_BYTES);
}

static bool unmap(struct arena *arena)
{
	if (munmap(arena, ARENA_BYTES) != 0)
		return false;
	watch(arena, false);
	return true;
}

/* One arena of those that have ended: threads that come and go each have a heap of their own for a while, and
 * a mapping would be half of what such a thread costs. */
static struct arena *_Atomic left_over;

static struct arena *take_left_over(void)
{
	/* Acquire pairs with the release in leave_over: what its last user did there is over. */
	return atomic_exchange_explicit(&left_over, NULL, memory_order_acquire);
}

static void leave_over(struct arena *arena)
{
	watch(arena, false);
	memset(arena, 0, sizeof(*arena));
	arena->touched = ALL_PAGES;
	/* Release pairs with the acquire in take_left_over, and acquire with this, for what was there. */
	arena = atomic_exchange_explicit(&left_over, arena, memory_order_acq_rel);
	if (arena)
		(void)munmap(arena, ARENA_BYTES);
}

bool rgc__arenas_add(struct arenas *arenas)
{
	int saved_errno = errno;
	struct arena *arena = take_left_over();
	if (!arena)
		arena = map_aligned();
	if (!arena) {
		errno = ENOMEM;
		return false;
	}
	/* A wish: half the time of filling a large heap is page faults.  A small one would be large by it. */
	(void)madvise(arena, ARENA_BYTES, arenas->count ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	errno = saved_errno;
	watch(arena, true);
	arena->empty = ALL_PAGES;
	links_append(&arenas->by_empty[ARENA_PAGES], &arena->link);
	arenas->count++;
	arenas->spare++;
	return true;
}

/* Gives spare arenas back until `kept` are left; how many bytes.  It fails only if the process has as many
 * mappings as it may, and would get one more. */
static size_t give_back_spare(struct arenas *arenas, size_t kept)
{
	int saved_errno = errno;
	size_t bytes = 0;
	struct link *spare = &arenas->by_empty[ARENA_PAGES];
	while (arenas->spare > kept) {
		struct link *link = spare->prev;
		links_remove(link);
		if (!unmap(arena_of(link))) {
			links_append(spare, link);
			break;
		}
		bytes += ARENA_BYTES;
		arenas->spare--;
		arenas->count--;
	}
	if (arenas->unneeded > arenas->spare)
		arenas->unneeded = arenas->spare;
	errno = saved_errno;
	return bytes;
}

/* ---- pages ---- */

static void set_empty(struct arenas *arenas, struct arena *arena, uint32_t empty)
{
	arena->empty = empty;
	links_remove(&arena->link);
	links_append(&arenas->by_empty[__builtin_popcount(empty)], &arena->link);
}

/* So that the others may become empty. */
static struct arena *fullest(struct arenas *arenas)
{
	for (unsigned empty = 1; empty <= ARENA_PAGES; empty++) {
		struct link *head = &arenas->by_empty[empty];
		if (!links_are_empty(head))
			return arena_of(head->next);
	}
	return NULL;
}

struct page *rgc__page_take(struct arenas *arenas)
{
	struct arena *arena = fullest(arenas);
	if (!arena)
		return NULL;
	if (arena->empty == ALL_PAGES && --arenas->spare < arenas->unneeded)
		arenas->unneeded = arenas->spare;
	uint32_t lowest = arena->empty & -arena->empty;
	arena->touched |= lowest;
	set_empty(arenas, arena, arena->empty & ~lowest);
	return &arena->pages[__builtin_ctz(lowest)];
}

static size_t spare_kept(const struct arenas *arenas)
{
	size_t share = (arenas->count - arenas->spare) / 8;
	return share > ARENAS_KEPT ? share : ARENAS_KEPT;
}

void rgc__page_put(struct arenas *arenas, struct page *page)
{
	struct arena *arena = arena_of(page);
	set_empty(arenas, arena, arena->empty | UINT32_C(1) << page_number(page));
	if (arena->empty != ALL_PAGES)
		return;
	arenas->spare++;
	give_back_spare(arenas, spare_kept(arenas));
}

/* ---- giving back ---- */

/* Pages `first` to `last`, which are empty; how many bytes. */
static size_t discard_run(struct arena *arena, unsigned first, unsigned last)
{
	uintptr_t system_page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t begin = (uintptr_t)page_begin(&arena->pages[first]);
	uintptr_t end = (uintptr_t)page_end(&arena->pages[last]);
	begin = (begin + system_page - 1) & ~(system_page - 1); /* the arena's own head stays */
	if (begin >= end || madvise((void *)begin, end - begin, MADV_DONTNEED) != 0)
		return 0;
	for (unsigned i = first; i <= last; i++) {
		arena->touched &= ~(UINT32_C(1) << i);
		memset(&arena->pages[i], 0, sizeof(arena->pages[i]));
	}
	return end - begin;
}

static size_t discard_empty(struct arena *arena)
{
	size_t bytes = 0;
	uint64_t pages = arena->empty & arena->touched;
	if (!pages)
		return 0;
	/* Else the system might put a huge page there, to save itself the small ones. */
	(void)madvise(arena, ARENA_BYTES, MADV_NOHUGEPAGE);
	for (unsigned first = 0, end; first < ARENA_PAGES; first = end + 1) {
		end = first;
		while (pages >> end & 1)
			end++;
		if (end > first)
			bytes += discard_run(arena, first, end - 1);
	}
	return bytes;
}

void rgc__arenas_decay(struct arenas *arenas)
{
	give_back_spare(arenas, arenas->spare - (arenas->unneeded + 1) / 2);
	arenas->unneeded = arenas->spare;
}

size_t rgc__arenas_trim(struct arenas *arenas)
{
	int saved_errno = errno;
	size_t bytes = give_back_spare(arenas, 0);
	struct arena *other = take_left_over();
	if (other && munmap(other, ARENA_BYTES) == 0)
		bytes += ARENA_BYTES;
	for (unsigned empty = 1; empty <= ARENA_PAGES; empty++) {
		struct link *head = &arenas->by_empty[empty];
		for (struct link *link = head->next; link != head; link = link->next)
			bytes += discard_empty(arena_of(link));
	}
	errno = saved_errno;
	return bytes;
}

void rgc__arenas_init(struct arenas *arenas)
{
	for (unsigned empty = 0; empty <= ARENA_PAGES; empty++)
		links_init(&arenas->by_empty[empty]);
	arenas->count = arenas->spare = arenas->unneeded = 0;
}

void rgc__arenas_finish(struct arenas *arenas)
{
	for (unsigned empty = 0; empty <= ARENA_PAGES; empty++) {
		struct link *head = &arenas->by_empty[empty];
		for (struct link *link = head->next, *next; link != head; link = next) {
			next = link->next;
			leave_over(arena_of(link));
		}
	}
	rgc__arenas_init(arenas);
}
