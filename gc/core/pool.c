/*
 * pool.c - memory for small blocks: whether there are pools at all, and which page a block is taken from.
 *
 * A page has blocks of one size, and is in one of three states.  The current one of its class is taken from:
 * its free blocks are the pool's list, which is all that taking a block needs to know.  When that list has
 * run dry, the page is full; once a sixteenth of its blocks have been freed it is partial, and waits to be
 * current again, behind those that have waited longer, so that each change of pages yields many blocks.  A
 * partial page whose last block is freed is empty, and goes back to the arenas.  How many blocks are alive in
 * the current page nobody counts: this is found out when memory is wanted, or to be given back.
 */
#include "pool.h"

#include <mprof/rgc/heap.h>

#include <stdlib.h>
#include <string.h>

#ifdef RGC_HAVE_VALGRIND
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

/* A page is made blocks of by so many bytes at a time: what is never asked for is not touched. */
#define CARVED_BYTES ((size_t)8 << 10)

/* Blocks of a full page that are freed before it is partial: one of so many. */
#define PARTIAL_SHARE 16

/* More than are freed before the page is looked at, or looked at in vain. */
#define NEVER UINT32_MAX

_Atomic unsigned rgc__pool_classes;
bool rgc__recorded;

/* In programs built with AddressSanitizer. */
extern void __asan_init(void) __attribute__((weak));

/* By a tool that watches malloc's blocks: it cannot tell a dead one that went back to a pool. */
static bool is_watched(void)
{
	return RUNNING_ON_VALGRIND || __asan_init;
}

void rgc_set_pool(bool on)
{
	if (rgc__recorded)
		return;
	/* Relaxed: a setting; nothing is published with it. */
	atomic_store_explicit(&rgc__pool_classes, on ? POOL_CLASSES : 0, memory_order_relaxed);
}

bool rgc_get_pool(void)
{
#ifdef RGC_DEBUG
	return false;
#else
	return rgc__recorded ||
	       atomic_load_explicit(&rgc__pool_classes, memory_order_relaxed) != 0; /* as above */
#endif
}

/* Before other constructors make objects: what they come from is where they go to. */
__attribute__((constructor(101))) static void choose(void)
{
	const char *setting = getenv("RGC_POOL");
	bool on = setting ? strcmp(setting, "0") != 0 : !is_watched();
#ifndef RGC_DEBUG
	rgc__recorded = on && mprof_recording();
#endif
	rgc_set_pool(on);
}

/* ---- sizes ---- */

/* Large ones are four to a power of two: 640, 768, 896, 1024, 1280... */
size_t rgc__pool_class_bytes(unsigned class)
{
	if (class < POOL_CLASSES)
		return class * (size_t)POOL_GRAIN;
	unsigned large = class - POOL_CLASSES;
	return (size_t)(5 + large % 4) << (7 + large / 4);
}

unsigned rgc__pool_class(size_t bytes)
{
	size_t grains = pool_grains(bytes);
	if (grains < POOL_CLASSES)
		return (unsigned)grains;
	unsigned power = 63 - (unsigned)__builtin_clzl(bytes - 1);
	size_t step = (size_t)1 << (power - 2), steps = (bytes + step - 1) / step;
	return POOL_CLASSES + (power - 9) * 4 + (unsigned)steps - 5;
}

/* ---- pages ---- */

/* A page that had blocks of the same size before has them still, all free. */
static void page_begins(struct page *page, unsigned class)
{
	if (page->class == class)
		return;
	size_t bytes = (size_t)(page_end(page) - page_begin(page));
	page->class = (uint16_t) class;
	page->capacity = (uint16_t)(bytes / rgc__pool_class_bytes(class));
	page->carved = 0;
	page->free = NULL;
	page->reciprocal = ((UINT32_C(1) << POOL_RECIPROCAL_BITS) + class - 1) / class;
}

/* An empty page goes to the arenas without its notes. */
static void page_ends(struct pool *pool, struct page *page)
{
	if (page->notes)
		pool_put(pool, page->notes);
	page->notes = NULL;
	rgc__page_put(&pool->arenas, page);
}

static void page_becomes_current(struct pool *pool, struct page *page)
{
	pool->current[page->class] = page;
	pool->free[page->class] = page->free;
	page->list = &pool->free[page->class];
	page->left = NEVER;
}

static unsigned frees_until_partial(const struct page *page)
{
	unsigned share = page->capacity / PARTIAL_SHARE;
	return share ? share : 1;
}

static void page_becomes_full(struct page *page)
{
	page->full = true;
	page->free = NULL;
	page->list = &page->free;
	page->left = frees_until_partial(page);
}

static void page_becomes_partial(struct pool *pool, struct page *page)
{
	page->full = false;
	page->left = page->capacity - frees_until_partial(page);
	links_append(&pool->partial[page->class], &page->link);
}

static struct page *page_at(struct link *link)
{
	return (struct page *)(void *)((char *)link - offsetof(struct page, link));
}

void rgc__pool_page_due(struct pool *pool, struct page *page)
{
	if (page == pool->current[page->class]) {
		page->left = NEVER;
		return;
	}
	if (page->full)
		page_becomes_partial(pool, page);
	if (page->left)
		return;
	links_remove(&page->link);
	page_ends(pool, page);
}

static bool is_all_free(const struct page *page)
{
	unsigned count = 0;
	for (struct free_block *block = *page->list; block; block = block->next)
		count++;
	return count == page->carved;
}

/* Gives current pages back that are empty. */
static void sweep(struct pool *pool)
{
	for (unsigned i = 0; i < ALL_CLASSES; i++) {
		struct page *page = pool->current[i];
		if (!page || !is_all_free(page))
			continue;
		page->free = pool->free[i];
		pool->free[i] = NULL;
		pool->current[i] = NULL;
		page_ends(pool, page);
	}
}

static struct page *page_new(struct pool *pool, unsigned class)
{
	struct page *page = rgc__page_take(&pool->arenas);
	if (!page) {
		sweep(pool);
		page = rgc__page_take(&pool->arenas);
	}
	if (!page && rgc__arenas_add(&pool->arenas))
		page = rgc__page_take(&pool->arenas);
	if (page)
		page_begins(page, class);
	return page;
}

static struct page *page_with_room(struct pool *pool, unsigned class)
{
	struct link *partial = &pool->partial[class];
	if (links_are_empty(partial))
		return page_new(pool, class);
	struct page *page = page_at(partial->next);
	links_remove(&page->link);
	return page;
}

/* Makes blocks of a piece of the current page that has not been touched. */
static void carve(struct pool *pool, struct page *page)
{
	size_t bytes = rgc__pool_class_bytes(page->class), count = CARVED_BYTES / bytes;
	size_t rest = page->capacity - page->carved;
	count = count < 1 ? 1 : count > rest ? rest : count;
	char *first = page_begin(page) + page->carved * bytes, *at = first + count * bytes;
	struct free_block *next = NULL;
	do {
		at -= bytes;
		struct free_block *block = (struct free_block *)(void *)at;
		block->next = next;
		next = block;
	} while (at != first);
	pool->free[page->class] = next;
	page->carved = (uint16_t)(page->carved + count);
}

void *rgc__pool_refill(struct pool *pool, unsigned class)
{
	struct page *page = pool->current[class];
	if (!page || page->carved == page->capacity) {
		struct page *next = page_with_room(pool, class);
		if (!next)
			return NULL;
		if (page)
			page_becomes_full(page);
		page = next;
		page_becomes_current(pool, page);
	}
	if (!pool->free[class])
		carve(pool, page);
	struct free_block *block = pool->free[class];
	pool->free[class] = block->next;
	return block;
}

_Static_assert(PAGE_BYTES / POOL_GRAIN * sizeof(void *) <= LARGEST_BYTES, "the notes of a page are a block");

/* A large one, and so of a page that has no notes itself. */
bool rgc__pool_make_notes(struct pool *pool, struct page *page)
{
	size_t bytes = page->capacity * sizeof(*page->notes);
	void **notes = pool_take(pool, rgc__pool_class(bytes));
	if (notes)
		page->notes = memset(notes, 0, bytes);
	return notes;
}

/* ---- the whole ---- */

void rgc__pool_init(struct pool *pool)
{
	memset(pool, 0, sizeof(*pool));
	for (unsigned i = 0; i < ALL_CLASSES; i++)
		links_init(&pool->partial[i]);
	rgc__arenas_init(&pool->arenas);
}

void rgc__pool_finish(struct pool *pool)
{
	rgc__arenas_finish(&pool->arenas);
	rgc__pool_init(pool);
}

void rgc__pool_decay(struct pool *pool)
{
	sweep(pool);
	rgc__arenas_decay(&pool->arenas);
}

size_t rgc__pool_trim(struct pool *pool)
{
	sweep(pool);
	return rgc__arenas_trim(&pool->arenas);
}
