/*
 * memo.c - memoizers of functions that call them again, clear them and fail, beside a list in the order of
 * use; after functools.lru_cache.
 */
#include "reentrant.h"

#include <errno.h>
#include <string.h>

#define CACHES 3

/* Results, the least recently used first. */
struct memo {
	rgc_lru_cache *cache;
	ssize_t maxsize;
	int count;
	int numbers[NUMBERS];
	long serials[NUMBERS];
	uint64_t hits, misses;
};

static struct memo memos[CACHES];
static const ssize_t sizes[CACHES] = {0, 4, RGC_LRU_UNBOUNDED};

static int place_of(const struct memo *memo, int number)
{
	for (int i = 0; i < memo->count; i++) {
		if (memo->numbers[i] == number)
			return i;
	}
	return -1;
}

static void take_out(struct memo *memo, int place)
{
	size_t after = (size_t)(--memo->count - place);
	memmove(memo->numbers + place, memo->numbers + place + 1, after * sizeof(*memo->numbers));
	memmove(memo->serials + place, memo->serials + place + 1, after * sizeof(*memo->serials));
}

static void append(struct memo *memo, int number, long serial)
{
	memo->numbers[memo->count] = number;
	memo->serials[memo->count++] = serial;
}

static bool *called; /* of the innermost call: whether its function has run */

static void *compute(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	struct memo *memo = &memos[rgc_int_get(data)];
	int number = ((key *)rgc_tuple_get(arguments, 0))->number;
	*called = true;
	memo->misses++;
	operate_inside();
	if (reentrant_byte() % 8 == 7) {
		errno = EDOM;
		return NULL;
	}
	return key_new(number);
}

static void expect_hit(struct memo *memo, int number, long serial)
{
	int place = place_of(memo, number);
	reentrant_must(place >= 0 && memo->serials[place] == serial, "a result that is kept", number);
	take_out(memo, place);
	append(memo, number, serial);
	memo->hits++;
}

static void expect_kept(struct memo *memo, int number, long serial)
{
	int place = place_of(memo, number);
	if (!memo->maxsize)
		return;
	if (place >= 0) {
		if (memo->maxsize == RGC_LRU_UNBOUNDED)
			memo->serials[place] = serial;
		return;
	}
	if (memo->count == memo->maxsize)
		take_out(memo, 0);
	append(memo, number, serial);
}

static void call(struct memo *memo)
{
	rgc_auto key *it = key_any();
	bool has_run = false, *outer = called;
	if (!it)
		return;
	called = &has_run;
	rgc_auto key *result = rgc_lru_cache_call1(memo->cache, it);
	called = outer;
	if (!result)
		reentrant_must(may_fail(), "a call that fails", errno);
	else if (has_run)
		expect_kept(memo, it->number, result->serial);
	else
		expect_hit(memo, it->number, result->serial);
}

void memo_operate(void)
{
	struct memo *memo = &memos[reentrant_byte() % CACHES];
	if (reentrant_byte() % 32) {
		call(memo);
		return;
	}
	rgc_lru_cache_clear(memo->cache);
	memo->count = 0;
	memo->hits = memo->misses = 0;
}

void memo_check(void)
{
	for (int i = 0; i < CACHES; i++) {
		struct rgc_lru_info info = rgc_lru_cache_info(memos[i].cache);
		reentrant_must(info.hits == memos[i].hits, "hits", i);
		reentrant_must(info.misses == memos[i].misses, "misses", i);
		reentrant_must(info.currsize == (size_t)memos[i].count, "results that are kept", i);
	}
}

void memo_begin(void)
{
	for (int i = 0; i < CACHES; i++) {
		rgc_auto rgc_int *number = rgc_int_new(i);
		memos[i] = (struct memo){.maxsize = sizes[i],
					 .cache = rgc_lru_cache_new(compute, number, sizes[i], false)};
		reentrant_must(memos[i].cache, "no memory", i);
	}
}

void memo_end(void)
{
	for (int i = 0; i < CACHES; i++)
		rgc_clear(&memos[i].cache);
}
