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
	memo_enter(memo, &start, memo_copy(memo, &trail), node);
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

	struct memo *grown = memo_grown(memo);
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

static struct memo *grow_to_the_end(struct memo *memo)
{
	for (;;) {
		struct memo *grown = memo->sets < MEMO_SETS_MANY ? memo_grown(memo) : NULL;
		if (!grown)
			return memo;
		memo_drop(memo);
		memo = grown;
	}
}

Test(memo, all_together_have_a_bound)
{
	size_t bytes = 0;
	for (int i = 0; i < 100; i++) {
		struct memo *first = new_memo(MEMO_SETS_FEW);
		bytes += memo_mapped_bytes(grow_to_the_end(first));
		free(first);
	}
	cr_expect_leq(bytes, (size_t)32 << 20);
	cr_expect_geq(bytes, (size_t)24 << 20, "and it is used");
}
