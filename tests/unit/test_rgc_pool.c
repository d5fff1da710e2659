/* test_rgc_pool.c - memory of small objects: it serves any size, and goes back to the system. */
#include "failing.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define ARENA (2 * MIB)
/* What a heap may keep that uses nothing: four arenas, and here and there one for the sake of a page. */
#define KEPT (6 * ARENA)
#define MANY 1000000

typedef struct bytes {
	RGC_VAR_HEAD;
	unsigned char data[];
} bytes;
static const struct rgc_type RGC_TYPE(bytes) = {.name = "bytes", .size = sizeof(bytes), .item_size = 1};

/* With a block of that many bytes in all. */
static bytes *make_sized(size_t size)
{
	bytes *made = rgc_new_items(bytes, size - sizeof(bytes));
	cr_assert(made);
	return made;
}

static size_t resident_bytes(void)
{
	size_t all, resident;
	FILE *file = fopen("/proc/self/statm", "r");
	cr_assert(file && fscanf(file, "%zu %zu", &all, &resident) == 2);
	fclose(file);
	return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t growth(size_t since)
{
	size_t now = resident_bytes();
	return now > since ? now - since : 0;
}

static void begin(void)
{
	if (rgc_is_debug())
		cr_skip_test("librgc-debug has no pools");
	rgc_set_pool(true);
}

/* In memory that does not come from rgc, and is resident. */
static bytes **slots_new(size_t count)
{
	bytes **slots = malloc(count * sizeof(bytes *));
	cr_assert(slots);
	memset((void *)slots, 0xff, count * sizeof(bytes *));
	return slots;
}

static void make_all(bytes **slots, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++)
		slots[i] = make_sized(size);
}

static void drop_all(bytes **slots, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rgc_decref(slots[i]);
}

static void drop_all_backwards(bytes **slots, size_t count)
{
	while (count--)
		rgc_decref(slots[count]);
}

static void make_and_drop_sizes(void (*drop)(bytes **, size_t))
{
	bytes **slots = slots_new(MANY);
	size_t before = resident_bytes();
	for (size_t size = 32; size <= 144; size += 16) {
		make_all(slots, MANY, size);
		cr_assert_lt(growth(before), MANY * size * 11 / 10 + KEPT, "%zu at most", size);
		drop(slots, MANY);
		cr_assert_lt(growth(before), KEPT, "%zu: %zu", size, growth(before));
	}
	free((void *)slots);
}

Test(rgc_pool, sizes_in_turn_need_no_more_than_the_largest)
{
	begin();
	make_and_drop_sizes(drop_all);
	make_and_drop_sizes(drop_all_backwards);
}

Test(rgc_pool, a_dropped_list_is_given_back)
{
	begin();
	size_t before = resident_bytes();
	node *first = NULL;
	for (int i = 0; i < 5 * MANY; i++) {
		node *next = rgc_new(node);
		rgc_steal(&next->next, first);
		first = next;
	}
	cr_assert_gt(growth(before), 200 * MIB);
	rgc_decref(first);
	cr_assert_lt(growth(before), KEPT);
}

Test(rgc_pool, garbage_is_given_back)
{
	begin();
	rgc_disable();
	size_t before = resident_bytes();
	for (int i = 0; i < MANY; i++)
		make_pair();
	cr_assert_gt(growth(before), 100 * MIB);
	cr_assert_eq(rgc_collect(2), 2 * MANY);
	cr_assert_lt(growth(before), KEPT);
}

/* Every size has had its turn, and each keeps one object: not an arena. */
Test(rgc_pool, arenas_are_shared_by_sizes)
{
	begin();
	enum { COUNT = 20000 };
	bytes **slots = slots_new(COUNT), *kept[32];
	size_t before = resident_bytes();
	for (size_t i = 1; i < 32; i++) {
		make_all(slots, COUNT, 16 * (i + 1));
		kept[i] = rgc_ref(slots[COUNT / 2]);
		drop_all(slots, COUNT);
	}
	cr_assert_lt(growth(before), 20 * MIB, "%zu", growth(before));
	rgc_trim();
	cr_assert_lt(growth(before), 31 * 2 * (64 << 10), "%zu", growth(before));
	for (size_t i = 1; i < 32; i++)
		rgc_decref(kept[i]);
	free((void *)slots);
}

Test(rgc_pool, trim_gives_back_all_but_pages_in_use)
{
	begin();
	enum { COUNT = 300000, EVERY = 30000 };
	bytes **slots = slots_new(COUNT);
	size_t before = resident_bytes();
	make_all(slots, COUNT, 64);
	for (int i = 0; i < COUNT; i++) {
		if (i % EVERY == 0)
			memset(slots[i]->data, i / EVERY + 1, 40);
		else
			rgc_decref(slots[i]);
	}
	size_t kept = growth(before);
	errno = 0;
	size_t given = rgc_trim();
	cr_assert_eq(errno, 0);
	cr_assert_gt(given, 15 * MIB);
	cr_assert_lt(growth(before), COUNT / EVERY * 2 * (64 << 10), "%zu of %zu", growth(before), kept);
	cr_assert_eq(rgc_trim(), 0);
	for (int i = 0; i < COUNT; i += EVERY) {
		for (int at = 0; at < 40; at++)
			cr_assert_eq(slots[i]->data[at], i / EVERY + 1);
	}
	for (int i = 0; i < COUNT; i += EVERY)
		rgc_decref(slots[i]);
	/* What was given back serves again. */
	make_all(slots, COUNT, 80);
	drop_all(slots, COUNT);
	rgc_trim();
	cr_assert_lt(growth(before), MIB);
	free((void *)slots);
}

/* Four arenas, which full collections give back if nothing needs them, in a few steps. */
Test(rgc_pool, what_is_kept_decays)
{
	begin();
	bytes **slots = slots_new(MANY);
	make_all(slots, MANY, 64);
	drop_all(slots, MANY);
	size_t kept = resident_bytes();
	rgc_collect(1);
	cr_assert_gt(resident_bytes() + ARENA, kept);
	for (int i = 0; i < 5; i++)
		rgc_collect(2);
	cr_assert_lt(resident_bytes() + 3 * ARENA, kept);
	cr_assert_eq(rgc_trim(), 0);
	free((void *)slots);
}

Test(rgc_pool, what_is_needed_between_collections_is_kept)
{
	begin();
	enum { COUNT = 3 * 2 * (1 << 20) / 64 }; /* three arenas */
	bytes **slots = slots_new(COUNT);
	for (int i = 0; i < 10; i++) {
		make_all(slots, COUNT, 64);
		drop_all(slots, COUNT);
		rgc_collect(2);
	}
	cr_assert_geq(rgc_trim(), 3 * ARENA);
	free((void *)slots);
}

static void *trim_without_a_heap(void *unused)
{
	(void)unused;
	return (void *)(uintptr_t)rgc_trim();
}

/* Leaves one object behind, in a heap that was large. */
static void *leave_first(void *made)
{
	bytes **slots = made;
	make_all(slots, MANY, 64);
	drop_all(slots + 1, MANY - 1);
	return NULL;
}

static void *drop_first(void *made)
{
	cr_assert_gt(rgc_heap_bytes(), 0);
	rgc_decref(*(bytes **)made);
	cr_assert_eq(rgc_heap_bytes(), 0);
	return NULL;
}

static void *in_thread(void *(*function)(void *), void *argument)
{
	void *result;
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, NULL, function, argument), 0);
	pthread_join(thread, &result);
	return result;
}

Test(rgc_pool, threads_leave_no_more_than_their_objects)
{
	begin();
	rgc_auto bytes *own = make_sized(64);
	bytes **slots = slots_new(MANY);
	cr_assert_null(in_thread(trim_without_a_heap, NULL));
	size_t before = resident_bytes();
	in_thread(leave_first, (void *)slots);
	cr_assert_lt(growth(before), 2 * MIB, "%zu", growth(before));
	in_thread(drop_first, (void *)slots);
	free((void *)slots);
}

static void *come_and_go(void *unused)
{
	(void)unused;
	rgc_decref(make_sized(64));
	return NULL;
}

Test(rgc_pool, threads_that_end_leave_one_arena_for_the_next)
{
	begin();
	rgc_auto bytes *own = make_sized(64);
	cr_assert_eq(rgc_trim(), 0);
	for (int i = 0; i < 10; i++)
		in_thread(come_and_go, NULL);
	cr_assert_eq(rgc_trim(), ARENA);
	cr_assert_eq(rgc_trim(), 0);
}

/* Not one byte is anybody else's; all sizes, in any order, with collections and trims between. */
Test(rgc_pool, blocks_do_not_overlap)
{
	begin();
	enum { SLOTS = 30000, STEPS = 1000000, LONGEST = 500 };
	static bytes *slots[SLOTS];
	uint32_t random = 1;
	for (int step = 0; step < STEPS; step++) {
		random = random * 1664525u + 1013904223u;
		bytes **slot = &slots[random / 8 % (step / 100000 % 2 ? 500 : SLOTS)], *old = *slot;
		for (size_t i = 0; old && i < old->rgc_head.count; i++)
			cr_assert_eq(old->data[i], (unsigned char)old->rgc_head.count);
		rgc_decref(old);
		*slot = rgc_new_items(bytes, random >> 20 & 1 ? 20 : random / 64 % LONGEST);
		for (size_t i = 0; i < (*slot)->rgc_head.count; i++)
			cr_assert_eq((*slot)->data[i], 0);
		memset((*slot)->data, (int)(*slot)->rgc_head.count, (*slot)->rgc_head.count);
		if (step % 50000 == 0)
			rgc_trim();
		if (step % 70000 == 0)
			rgc_collect(2);
	}
	drop_all(slots, SLOTS);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_pool, without_memory_there_is_what_has_been_freed)
{
	begin();
	bytes **slots = slots_new(MANY);
	size_t count = 0;
	make_all(slots, 100, 64);
	allocations_left = 0;
	errno = 0;
	while (100 + count < MANY && (slots[100 + count] = rgc_new_items(bytes, 40)))
		count++;
	cr_assert(100 + count < MANY && errno == ENOMEM);
	drop_all(slots, 100 + count);
	/* Pages of 48 and 64 bytes are of the same arena. */
	make_all(slots, count, 32);
	allocations_left = -1;
	drop_all(slots, count);
	cr_assert_eq(rgc_heap_bytes(), 0);
	free((void *)slots);
}

Test(rgc_pool, librgc_debug_has_nothing_to_trim)
{
	if (!rgc_is_debug())
		cr_skip_test("for librgc-debug");
	rgc_decref(rgc_new(node));
	cr_assert_eq(rgc_trim(), 0);
}
