/*
 * test_sample.c - which blocks are sampled: intervals, the set of those that live, a thread's decisions; and
 * sizes as people write them.  Seeds are fixed, so that a bound that holds once holds always.
 */
#include "preload/base/guard.h"
#include "preload/record/recorder.h"
#include "preload/record/sample.h"
#include "preload/record/sample_draw.h"
#include "trace/size.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MEAN 524288u
#define DRAWS 200000u

/* In place of the recorder. */
__thread volatile int guard;
static uint32_t fork_id;

struct session_header *recorder_session(void)
{
	return NULL;
}

uint32_t recorder_fork_id(void)
{
	return fork_id;
}

/* ---- intervals --------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return *a < *b ? -1 : *a > *b;
}

static uint64_t *draws(uint64_t seed, uint64_t mean)
{
	uint64_t *values = calloc(DRAWS, sizeof(*values)), stream = seed;

	for (size_t i = 0; i < DRAWS; i++)
		values[i] = sample_draw(&stream, mean);
	return values;
}

/* Kolmogorov's statistic; by chance it is above 2.7 in 1 of 10^6 cases. */
static double distance(uint64_t *values, double mean)
{
	double worst = 0;

	qsort(values, DRAWS, sizeof(*values), compare);
	for (size_t i = 0; i < DRAWS; i++) {
		/* Whole bytes: a value stands for all of its byte. */
		double below = 1 - exp(-(double)values[i] / mean),
		       above = 1 - exp(-(double)(values[i] + 1) / mean);
		worst = fmax(worst, fmax((double)i / DRAWS - above, below - (double)(i + 1) / DRAWS));
	}
	return worst * sqrt(DRAWS);
}

Test(sample, intervals_are_exponential)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		uint64_t *values = draws(seed, MEAN);
		double sum = 0, squares = 0;

		for (size_t i = 0; i < DRAWS; i++) {
			sum += (double)values[i] / MEAN;
			squares += (double)values[i] / MEAN * (double)values[i] / MEAN;
		}
		cr_assert_lt(fabs(sum / DRAWS - 1), 5 / sqrt(DRAWS), "mean %f", sum / DRAWS);
		cr_assert_lt(fabs(squares / DRAWS - 2), 5 * sqrt(20.0 / DRAWS), "second moment %f",
			     squares / DRAWS);
		double found = distance(values, MEAN);
		cr_assert_lt(found, 2.7, "seed %lu: Kolmogorov's distance %f", seed, found);
		free(values);
	}
}

Test(sample, a_wrong_distribution_would_be_seen)
{
	uint64_t *values = draws(1, MEAN);

	cr_assert_gt(distance(values, MEAN * 1.02), 2.7);
	for (size_t i = 0; i < DRAWS; i++)
		values[i] = i * 2 * MEAN / DRAWS;
	cr_assert_gt(distance(values, MEAN), 2.7, "uniform, with the same mean");
	free(values);
}

Test(sample, the_largest_mean_does_not_overflow)
{
	uint64_t stream = 3;
	double sum = 0;

	for (size_t i = 0; i < DRAWS; i++)
		sum += (double)sample_draw(&stream, SAMPLE_BYTES_MAX) / (double)SAMPLE_BYTES_MAX;
	cr_assert_lt(fabs(sum / DRAWS - 1), 5 / sqrt(DRAWS), "mean %f", sum / DRAWS);
}

Test(sample, streams_are_independent)
{
	uint64_t *a = draws(sample_mix(1), MEAN), *b = draws(sample_mix(2), MEAN);
	double product = 0;

	for (size_t i = 0; i < DRAWS; i++)
		product += ((double)a[i] / MEAN - 1) * ((double)b[i] / MEAN - 1);
	cr_assert_lt(fabs(product / DRAWS), 5 / sqrt(DRAWS), "correlation %f", product / DRAWS);
	free(a);
	free(b);
}

/* ---- the set ------------------------------------------------------------------ */

static struct sample_set *new_set(void)
{
	return calloc(1, sizeof(struct sample_set));
}

static const void *block_at(uint64_t i)
{
	return (const void *)(uintptr_t)(UINT64_C(0x7f0000000000) + 48 * i);
}

static size_t used_buckets(const struct sample_set *set)
{
	size_t used = 0;

	for (size_t i = 0; i < sizeof(set->filter); i++)
		used += set->filter[i] != 0;
	return used;
}

Test(sample_set, knows_what_is_in)
{
	struct sample_set *set = new_set();

	for (uint64_t i = 0; i < 1000; i += 2)
		sample_set_add(set, block_at(i), false);
	for (uint64_t i = 0; i < 1000; i++) {
		cr_assert(i % 2 || sample_set_may_hold(set, block_at(i)));
		cr_assert_eq(sample_set_remove(set, block_at(i), false), i % 2 == 0, "block %lu", i);
		cr_assert_not(sample_set_remove(set, block_at(i), false), "block %lu, twice", i);
	}
	cr_assert_eq(used_buckets(set), 0);
	free(set);
}

Test(sample_set, tracked_blocks_are_others)
{
	struct sample_set *set = new_set();

	sample_set_add(set, block_at(1), true);
	cr_assert_not(sample_set_remove(set, block_at(1), false));
	cr_assert(sample_set_remove(set, block_at(1), true));
	free(set);
}

Test(sample_set, a_block_whose_end_was_not_seen_counts_once)
{
	struct sample_set *set = new_set();

	sample_set_add(set, block_at(1), false);
	sample_set_add(set, block_at(1), false);
	cr_assert(sample_set_remove(set, block_at(1), false));
	cr_assert_not(sample_set_remove(set, block_at(1), false));
	cr_assert_eq(used_buckets(set), 0);
	free(set);
}

Test(sample_set, places_are_used_again)
{
	struct sample_set *set = new_set();

	for (uint64_t i = 0; i < 3000000; i++) {
		sample_set_add(set, block_at(i), false);
		if (i >= 1000)
			cr_assert(sample_set_remove(set, block_at(i - 1000), false));
	}
	cr_assert_leq(used_buckets(set), 1000);
	for (size_t i = 0; i < sizeof(set->third) / sizeof(*set->third); i++)
		cr_assert_eq(set->third[i], 0, "the last tier is for many");
	free(set);
}

/* Nothing that is in is ever denied; what is not in is, but where buckets have overflowed. */
/* Pages of this part of an anonymous mapping that were ever touched, but for those it shares. */
static size_t touched_pages(void *part, size_t bytes)
{
	unsigned char pages[(sizeof(struct sample_set) >> 12) + 1];
	uintptr_t start = ((uintptr_t)part + 4095) & ~(uintptr_t)4095;
	size_t count = ((uintptr_t)part + bytes - start) >> 12, touched = 0;

	cr_assert_eq(mincore((void *)start, count << 12, pages), 0);
	for (size_t i = 0; i < count; i++)
		touched += pages[i] & 1;
	return touched;
}

Test(sample_set, few_blocks_take_few_pages_whoever_asks)
{
	struct sample_set *set =
		mmap(NULL, sizeof *set, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(set, MAP_FAILED);
	for (size_t i = 0; i < 100; i++)
		sample_set_add(set, block_at(i), false);
	cr_assert_gt(touched_pages(set->first, sizeof set->first), 0);
	for (size_t i = 100; i < 10000; i++)
		cr_assert_not(sample_set_remove(set, block_at(i), false));
	cr_assert_eq(touched_pages(set->second, sizeof set->second), 0);
	cr_assert_eq(touched_pages(set->third, sizeof set->third), 0);
	munmap(set, sizeof *set);
}

Test(sample_set, more_than_it_holds)
{
	struct sample_set *set = new_set();
	uint64_t count = 2 * SAMPLE_TIER_2, full = 0;

	for (uint64_t i = 0; i < count; i++)
		sample_set_add(set, block_at(i), false);
	for (size_t i = 0; i < sizeof(set->filter); i++)
		full += set->filter[i] == SAMPLE_BUCKET_FULL;
	cr_assert_gt(full, 0);
	for (uint64_t i = 0; i < count; i++) {
		cr_assert(sample_set_may_hold(set, block_at(i)));
		cr_assert(sample_set_remove(set, block_at(i), false), "block %lu", i);
	}
	for (uint64_t i = 0; i < count; i++)
		cr_assert_eq(sample_set_remove(set, block_at(i), false),
			     set->filter[sample_bucket(block_at(i))] == SAMPLE_BUCKET_FULL);
	free(set);
}

/* ---- decisions ----------------------------------------------------------------- */

/* As malloc does; whether the block is recorded. */
static bool allocate(uint64_t i, size_t size_bytes)
{
	return !sample_passes(size_bytes) && sample_begins(block_at(i), size_bytes);
}

static void expect_share(size_t size_bytes, uint64_t blocks)
{
	double p = -expm1(-((double)size_bytes + 1) / MEAN), taken = 0;

	for (uint64_t i = 0; i < blocks; i++)
		if (allocate(i, size_bytes)) {
			taken++;
			cr_assert_neq(sample_ends(block_at(i), false), SAMPLE_UNSEEN);
		}
	double sigma = sqrt((double)blocks * p * (1 - p)) + 1;
	cr_assert_lt(fabs(taken - (double)blocks * p), 5 * sigma, "size %zu: %.0f of %lu, expected %.1f",
		     size_bytes, taken, blocks, (double)blocks * p);
}

Test(sample, blocks_are_taken_by_their_size)
{
	cr_assert(sample_start(MEAN, 42));
	expect_share(0, 200000000);
	expect_share(48, 50000000);
	expect_share(10000, 1000000);
	expect_share(MEAN, 100000);
	expect_share(100 * (size_t)MEAN, 1000);
}

Test(sample, without_sampling_every_block_is_taken)
{
	cr_assert(sample_start(0, 0));
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert(allocate(i, i));
	cr_assert_not(sample_missed(block_at(1)));
	cr_assert_eq(sample_ends(block_at(1), false), SAMPLE_SEEN);
}

Test(sample, the_countdown_knows_temporary_blocks)
{
	uint64_t i = 0, seen = 0;

	cr_assert(sample_start(1000, 7));
	for (; seen < 1000; i += 2) {
		if (!allocate(i, 100))
			continue;
		bool other = seen++ % 2 == 0;
		if (other && allocate(i + 1, 10))
			sample_ends(block_at(i + 1), false);
		cr_assert_eq(sample_ends(block_at(i), false), other ? SAMPLE_SEEN : SAMPLE_TEMPORARY);
		cr_assert_eq(sample_ends(block_at(i), false), SAMPLE_UNSEEN);
	}
}

Test(sample, a_failed_realloc_leaves_the_block)
{
	cr_assert(sample_start(1, 7));
	while (!allocate(0, 100)) {
	}
	cr_assert_neq(sample_ends(block_at(0), false), SAMPLE_UNSEEN);
	sample_stays(block_at(0));
	cr_assert_not(sample_missed(block_at(0)));
	cr_assert_neq(sample_ends(block_at(0), false), SAMPLE_UNSEEN);
	cr_assert(sample_missed(block_at(0)));
}

static uint64_t takes(uint64_t seed, bool *taken, uint64_t count)
{
	uint64_t sum = 0;

	memset(&sample_thread, 0, sizeof(sample_thread));
	cr_assert(sample_start(1000, seed));
	for (uint64_t i = 0; i < count; i++)
		sum += taken[i] = allocate(i, 100);
	return sum;
}

/* Two threads of one process, as far as sampling knows. */
Test(sample, a_new_thread_has_a_stream_of_its_own)
{
	static bool first[10000], second[10000];

	cr_assert_gt(takes(5, first, 10000), 500);
	cr_assert_gt(takes(5, second, 10000), 500);
	cr_assert(memcmp(first, second, sizeof(first)) != 0);
}

/* The first event finds no session to be had. */
Test(sample, where_nothing_is_recorded_nothing_is_decided)
{
	cr_assert_eq(sample_mode, SAMPLE_UNKNOWN);
	guard = GUARD_BUSY;
	cr_assert(allocate(0, 100));
	cr_assert_eq(sample_mode, SAMPLE_UNKNOWN, "not asked within an event");
	guard = GUARD_IDLE;
	cr_assert(allocate(0, 100));
	cr_assert_eq(sample_mode, SAMPLE_NOT);
}

Test(sample, what_the_shim_itself_allocates_is_not_sampled)
{
	cr_assert(sample_start(1, 1));
	guard = GUARD_INTERNAL;
	for (uint64_t i = 0; i < 1000; i++)
		cr_assert_not(allocate(i, 100));
}

/* ---- sizes ----------------------------------------------------------------------- */

Test(size, grammar)
{
	static const struct {
		const char *text;
		uint64_t size_bytes;
	} good[] = {{"0", 0},
		    {"4096", 4096},
		    {"7B", 7},
		    {"512KiB", 524288},
		    {"512K", 524288},
		    {"1M", 1u << 20},
		    {"1MB", 1u << 20},
		    {"2GiB", UINT64_C(2) << 30},
		    {"1T", UINT64_C(1) << 40},
		    {"18446744073709551615", UINT64_MAX}};
	static const char *const bad[] = {"",         "K",   "-1",   " 1", "1 K", "1k",
					  "1KiBx",    "1Ki", "1.5M", "x",  "1KK", "18446744073709551616",
					  "16777216T"};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		uint64_t size_bytes = 1;
		cr_assert(size_parse(good[i].text, &size_bytes), "%s", good[i].text);
		cr_assert_eq(size_bytes, good[i].size_bytes, "%s", good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint64_t size_bytes = 1;
		cr_assert_not(size_parse(bad[i], &size_bytes), "%s", bad[i]);
		cr_assert_eq(size_bytes, 1);
	}
}
