/*
 * test_memo.c - stacks that are known whole: by every word, as many as a memo has room for, and in one that
 * grows.
 */
#include "preload/unwind/memo.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define WORDS 6

/* What stands for a stack, and the trail that a walk of it leaves: of one frame with all words, which is
 * enough here. */
static uint64_t stack[WORDS];
static struct trail_frame frame;
static struct trail_word words[WORDS];
static struct readable readable;
static struct trail trail = {.count = 1, .max = 1, .frames = &frame, .words = words};

static struct memo *new_memo(uint32_t sets)
{
	void *memory = aligned_alloc(MEMO_SET_BYTES, MEMO_BYTES(sets));
	cr_assert_not_null(memory);
	memset(memory, 0, MEMO_BYTES(sets));
	return memo_begin(memory, sets);
}

static struct unwind_start start_at(uintptr_t pc)
{
	return (struct unwind_start){.pc = pc, .sp = (uintptr_t)stack, .fp = 1};
}

/* Outermost first, as a trail has them. */
static void walk(const struct unwind_start *start, uint64_t value)
{
	for (size_t i = 0; i < WORDS; i++) {
		stack[i] = value + i;
		words[i] = (struct trail_word){(uintptr_t)&stack[WORDS - 1 - i], value + WORDS - 1 - i};
	}
	frame = (struct trail_frame){.pc = start->pc, .sp = start->sp, .fp = start->fp, .words = WORDS};
	trail.copy.frames = 0;
}

static void learn(struct memo *memo, uintptr_t pc, uint64_t value, uint32_t node)
{
	const struct unwind_start start = start_at(pc);
	walk(&start, value);
	memo_enter(memo, &start, memo_copy(memo, &trail, &readable), node);
}

static uint32_t find(struct memo *memo, uintptr_t pc, uint64_t value)
{
	const struct unwind_start start = start_at(pc);
	const struct unwind_view here = unwind_view_of(&start);
	for (size_t i = 0; i < WORDS; i++)
		stack[i] = value + i;
	return memo_find(memo, &here);
}

Test(memo, each_word_counts)
{
	struct memo *memo = new_memo(MEMO_SETS_FEW);
	const struct unwind_start start = start_at(0x1000);
	const struct unwind_view here = unwind_view_of(&start);
	learn(memo, 0x1000, 70, 5);
	cr_expect_eq(find(memo, 0x1000, 70), 5);
	cr_expect_eq(find(memo, 0x1001, 70), 0, "another pc");
	for (size_t i = 0; i < WORDS; i++) {
		cr_expect_eq(find(memo, 0x1000, 70), 5);
		stack[i]++;
		cr_expect_eq(memo_find(memo, &here), 0, "word %zu is another", i);
	}
	free(memo);
}

Test(memo, settled_words_do_not)
{
	struct memo *memo = new_memo(MEMO_SETS_FEW);
	const struct unwind_start start = start_at(0x1000);
	const struct unwind_view here = unwind_view_of(&start);
	trail.settled = 2;
	learn(memo, 0x1000, 70, 5);
	trail.settled = 0;
	for (size_t i = 0; i < WORDS; i++) {
		cr_expect_eq(find(memo, 0x1000, 70), 5);
		stack[i]++;
		cr_expect_eq(memo_find(memo, &here), i < WORDS - 2 ? 0 : 5, "word %zu is another", i);
	}
	free(memo);
}

Test(memo, all_ways_of_a_set_are_looked_at)
{
	struct memo *memo = new_memo(MEMO_SETS_FEW);
	/* Same pc and stack pointer: same set. */
	for (uint32_t i = 1; i <= MEMO_WAYS; i++)
		learn(memo, 0x1000, i * 100, i);
	for (uint32_t i = 1; i <= MEMO_WAYS; i++)
		cr_expect_eq(find(memo, 0x1000, i * 100), i, "stack %u", i);
	learn(memo, 0x1000, 9900, 99);
	cr_expect_eq(find(memo, 0x1000, 100), 0, "the oldest went");
	cr_expect_eq(find(memo, 0x1000, 200), 2);
	cr_expect_eq(find(memo, 0x1000, 9900), 99);
	free(memo);
}

/* New paths are no reason to grow: each is met for the first time. */
Test(memo, what_was_forgotten_makes_it_grow)
{
	struct memo *memo = new_memo(MEMO_SETS_FEW);
	const uint32_t many = MEMO_WAYS * MEMO_SETS_FEW;
	for (uint32_t i = 1; i <= 2 * many; i++)
		learn(memo, 0x1000 + i, i, i);
	cr_expect_not(memo_is_crowded(memo));
	for (uint32_t i = 1; i < many; i++)
		learn(memo, 0x1000 + i, i, i);
	cr_expect_not(memo_is_crowded(memo));
	learn(memo, 0x1000 + many, many, many);
	cr_expect(memo_is_crowded(memo));

	_Atomic uint64_t all_bytes = 0;
	struct memo *grown = memo_grown(memo, &all_bytes);
	cr_assert_not_null(grown);
	cr_expect_eq(grown->sets, 2 * MEMO_SETS_FEW);
	cr_expect_not(memo_is_crowded(grown));
	cr_expect_eq(find(grown, 0x1000 + many, many), 0, "it is empty");
	for (uint32_t i = 1; i <= many; i++)
		learn(grown, 0x1000 + i, i, i);
	uint32_t found = 0;
	for (uint32_t i = 1; i <= many; i++)
		found += find(grown, 0x1000 + i, i) == i;
	cr_expect_gt(found, many * 3 / 4, "%u of %u, as sets are chosen by a hash", found, many);
	memo_drop(grown);
	free(memo);
}

static struct memo *grow_to_the_end(struct memo *memo, _Atomic uint64_t *all_bytes)
{
	for (;;) {
		struct memo *grown = memo->sets < MEMO_SETS_MANY ? memo_grown(memo, all_bytes) : NULL;
		if (!grown)
			return memo;
		memo_drop(memo);
		memo = grown;
	}
}

Test(memo, all_together_have_a_bound)
{
	_Atomic uint64_t all_bytes = 0;
	size_t bytes = 0;
	for (int i = 0; i < 100; i++) {
		struct memo *first = new_memo(MEMO_SETS_FEW);
		bytes += memo_mapped_bytes(grow_to_the_end(first, &all_bytes));
		free(first);
	}
	cr_expect_leq(bytes, (size_t)32 << 20);
	cr_expect_geq(bytes, (size_t)24 << 20, "and it is used");
}

/* ---- frame records ----------------------------------------------------------------------- */

#define FRAMES 24
#define SLOTS (4 * FRAMES)

static uint64_t records_stack[SLOTS];

/* Frames of four words, fp and the return address in front, but for those of `plain`: these have but one. */
static size_t walk_frames(struct trail *deep, size_t count, uint32_t plain)
{
	size_t used = 0;
	for (size_t i = 0; i < count; i++) {
		uint64_t *record = &records_stack[SLOTS - 4 * (i + 1)];
		if (i > 0)
			deep->words[used++] = (struct trail_word){(uintptr_t)(record + 1), record[1]};
		if (i > 0 && !(plain >> i & 1))
			deep->words[used++] = (struct trail_word){(uintptr_t)record, record[0]};
		deep->frames[i] = (struct trail_frame){.sp = (uintptr_t)record, .words = (uint32_t)used};
	}
	deep->count = count;
	return used;
}

static uint32_t known(struct memo *memo, uintptr_t pc, size_t count)
{
	const struct unwind_start start = {.pc = pc, .sp = (uintptr_t)&records_stack[SLOTS - 4 * count]};
	const struct unwind_view here = unwind_view_of(&start);
	return memo_find(memo, &here);
}

static void meet(struct memo *memo, struct trail *deep, uintptr_t pc, uint32_t node)
{
	const struct trail_frame *innermost = &deep->frames[deep->count - 1];
	const struct unwind_start start = {.pc = pc, .sp = innermost->sp};
	memo_enter(memo, &start, memo_copy(memo, deep, &readable), node);
}

static void each_word_of(struct memo *memo, const struct trail *deep, uintptr_t pc, uint32_t node)
{
	size_t used = deep->frames[deep->count - 1].words;
	cr_assert_eq(known(memo, pc, deep->count), node);
	for (size_t i = 0; i < SLOTS; i++) {
		bool counts = false;
		for (size_t w = deep->settled; w < used; w++)
			counts |= deep->words[w].slot == (uintptr_t)&records_stack[i];
		records_stack[i] ^= (uint64_t)1 << (i % 64);
		cr_assert_eq(known(memo, pc, deep->count), counts ? 0 : node, "%zu frames, word %zu",
			     deep->count, i);
		records_stack[i] ^= (uint64_t)1 << (i % 64);
	}
	cr_assert_eq(known(memo, pc, deep->count), node);
}

/* All frames but the `plain` ones keep records; so many are met first, and then stacks that share any part of
 * them. */
static void try_frames(uint32_t plain, size_t settled)
{
	static struct trail_frame frames[FRAMES];
	static struct trail_word space[2 * FRAMES];
	for (size_t kept = 1; kept <= FRAMES; kept++) {
		struct trail deep = {.max = FRAMES, .frames = frames, .words = space, .settled = settled};
		struct memo *memo = new_memo(MEMO_SETS_FEW);
		walk_frames(&deep, FRAMES, plain);
		meet(memo, &deep, 0x1000, 1);
		each_word_of(memo, &deep, 0x1000, 1);
		deep.copy.frames = kept < deep.copy.frames ? kept : deep.copy.frames;
		for (size_t i = kept; i < FRAMES; i++)
			records_stack[SLOTS - 4 * (i + 1)] ^= 1, records_stack[SLOTS - 4 * (i + 1) + 1] ^= 1;
		walk_frames(&deep, FRAMES, plain);
		meet(memo, &deep, 0x2000, 2);
		each_word_of(memo, &deep, 0x2000, 2);
		cr_assert_eq(known(memo, 0x1000, FRAMES), kept < FRAMES ? 0 : 1);
		free(memo);
	}
}

static void fill_records(void)
{
	for (size_t i = 0; i < SLOTS; i++)
		records_stack[i] = i * 0x9e3779b97f4a7c15;
}

Test(memo, each_word_of_frame_records_counts)
{
	fill_records();
	readable.own = (struct readable_range){(uintptr_t)records_stack, (uintptr_t)(records_stack + SLOTS)};
	for (size_t settled = 0; settled <= 2; settled++) {
		try_frames(0, settled);
		try_frames(1u << 12, settled);           /* none in the midst, */
		try_frames(1u << 3 | 1u << 20, settled); /* near both ends, */
		try_frames(0x155555, settled);           /* never twice in a row */
		try_frames(1u << 2 | 1u << 3 | 1u << 4 | 1u << 15, settled);
	}
	readable.own = (struct readable_range){0};
}

/* As on a coroutine's stack: what is further out than a difference may be gone. */
Test(memo, records_elsewhere_are_compared_in_order)
{
	static struct trail_frame frames[FRAMES];
	static struct trail_word space[2 * FRAMES];
	struct trail deep = {.max = FRAMES, .frames = frames, .words = space};
	struct memo *memo = new_memo(MEMO_SETS_FEW);
	fill_records();
	walk_frames(&deep, FRAMES, 0);
	for (size_t i = 0; i < FRAMES; i++)
		deep.words[i].slot = (uintptr_t)0 - 8 * (i + 2); /* nothing is there */
	meet(memo, &deep, 0x1000, 1);
	records_stack[SLOTS - 4 * (FRAMES - 4)] ^= 1;
	cr_expect_eq(known(memo, 0x1000, FRAMES), 0);
	free(memo);
}
