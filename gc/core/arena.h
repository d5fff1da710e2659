/*
 * arena.h - memory from the system, by pages: arenas of 2 MiB, aligned to that, so that a block leads to the
 * page that it is in.  An empty page serves any purpose; arenas that are all empty go back to the system, but
 * for a few.  Used by one thread at a time.  Knows nothing of what pages are for.
 */
#ifndef RGC_GC_CORE_ARENA_H
#define RGC_GC_CORE_ARENA_H

#include "links.h"

#include <stddef.h>

MPROF_RUNTIME

#define ARENA_PAGES 32u
#define PAGE_BYTES ((size_t)64 << 10)
#define ARENA_BYTES (ARENA_PAGES * PAGE_BYTES)

struct free_block {
	struct free_block *next;
};

/* All of it is the user's of the page (pool.c).  A cache line, as each freed block changes it. */
struct page {
	_Alignas(64) struct free_block **list; /* where blocks that are freed go: `free`, or the pool's */
	struct free_block *free;
	uint32_t left; /* blocks still to be freed until the pool looks at the page */
	uint16_t class, capacity, carved;
	bool full;
	uint32_t reciprocal; /* of `class`: pool_note */
	void **notes;
	struct link link;
};

/* What an arena begins with; the first page has the rest of its 64 KiB. */
struct arena {
	struct page pages[ARENA_PAGES];
	struct link link;        /* in arenas.by_empty */
	uint32_t empty, touched; /* pages, a bit each: not in use; used since the system last gave them */
};

struct arenas {
	struct link by_empty[ARENA_PAGES + 1]; /* those with so many empty pages */
	size_t count, spare;                   /* all of them; those of empty pages only */
	size_t unneeded;                       /* the fewest spare ones since the last decay */
};

#pragma GCC visibility push(hidden)

void rgc__arenas_init(struct arenas *arenas);
/* Gives everything back, used or not: one arena is left over for whom needs one next, in any thread. */
void rgc__arenas_finish(struct arenas *arenas);

/* One more arena; false with ENOMEM. */
bool rgc__arenas_add(struct arenas *arenas);

/* An empty page, of the arena that has the fewest: as its last user left it, with its memory, or all zero.
 * NULL if there is none, which leaves errno alone. */
struct page *rgc__page_take(struct arenas *arenas);
/* Takes a page back.  If its arena is empty then, arenas may go back to the system: all spare ones but
 * ARENAS_KEPT or an eighth of those in use. */
void rgc__page_put(struct arenas *arenas, struct page *page);

/* Gives back half of the spare arenas that nobody has needed since the last call. */
void rgc__arenas_decay(struct arenas *arenas);
/* Gives back all spare arenas, what is left over of others, and the memory of empty pages.  How many bytes.
 */
size_t rgc__arenas_trim(struct arenas *arenas);

#pragma GCC visibility pop

#define ARENAS_KEPT ((size_t)4)

static inline struct arena *arena_of(const void *address)
{
	return (struct arena *)((uintptr_t)address & ~(uintptr_t)(ARENA_BYTES - 1));
}

/* The page that a block is in. */
static inline struct page *page_of(const void *block)
{
	/* The same as &arena_of(block)->pages[...], in fewer instructions. */
	uintptr_t offset = (uintptr_t)block / (PAGE_BYTES / sizeof(struct page));
	return (struct page *)(void *)((char *)arena_of(block) +
				       (offset & (ARENA_PAGES - 1) * sizeof(struct page)));
}

static inline unsigned page_number(const struct page *page)
{
	return (unsigned)(page - arena_of(page)->pages);
}

/* Where the memory of a page begins, at a cache line, and where it ends. */
static inline char *page_begin(const struct page *page)
{
	unsigned number = page_number(page);
	return (char *)arena_of(page) + (number ? number * PAGE_BYTES : sizeof(struct arena));
}

static inline char *page_end(const struct page *page)
{
	return (char *)arena_of(page) + (page_number(page) + 1) * PAGE_BYTES;
}

#endif
