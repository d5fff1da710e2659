/*
 * test_weight.c - estimates from sampled blocks: right on average, within the error that they state, and gone
 * when their blocks are.
 */
#include "figures/figures.h"

#include "random.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>

#define MEAN 4096u

static double uniform(void)
{
	return (double)(random_bits() >> 11) / 9007199254740992.0;
}

/* From 16 bytes to 16 means. */
static uint64_t some_size(void)
{
	return (uint64_t)exp(2.8 + uniform() * 8.3);
}

static bool is_sampled(uint64_t size_bytes)
{
	return uniform() < -expm1(-((double)size_bytes + 1) / MEAN);
}

Test(weight, undoes_the_probability)
{
	static const uint64_t sizes[] = {0, 1, 47, 1000, MEAN, 4 * MEAN, 20 * MEAN, UINT64_C(1) << 40};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		double p = -expm1(-((double)sizes[i] + 1) / MEAN);
		struct weight weight = weight_of(sizes[i], MEAN);
		cr_assert_lt(fabs(p * (double)weight.blocks / WEIGHT_PARTS - 1), 1e-5, "size %lu", sizes[i]);
		cr_assert_leq(fabs(p * (double)weight.bytes - (double)sizes[i]), 1e-5 * (double)sizes[i] + p,
			      "size %lu", sizes[i]);
	}
	cr_assert_eq(weight_of(100 * MEAN, MEAN).bytes, 100 * MEAN,
		     "what cannot be missed stands for itself");
}

Test(weight, without_sampling_blocks_stand_for_themselves)
{
	struct weight weight = weight_of(123, 0);

	cr_assert(weight.blocks == 1 && weight.bytes == 123);
	cr_assert_eq(weight_blocks(7, 0), 7);
	cr_assert_eq(weight_error_bytes(1000000, 0), 0);
	cr_assert_eq(weight_error_blocks(5, 0, 0), 0);
}

Test(weight, counts_are_rounded_once)
{
	cr_assert_eq(weight_blocks(0, MEAN), 0);
	cr_assert_eq(weight_blocks(WEIGHT_PARTS / 2 - 1, MEAN), 0);
	cr_assert_eq(weight_blocks(WEIGHT_PARTS / 2, MEAN), 1);
	cr_assert_eq(weight_blocks(UINT64_MAX, MEAN), UINT64_MAX / WEIGHT_PARTS + 1);
}

/* One program, sampled: estimates and errors against what it did. */
struct run {
	double bytes, blocks;
	struct model_totals estimated;
	uint64_t vague_bytes;
};

static struct run run(size_t count)
{
	struct figures figures = {.totals.sample_bytes = MEAN};
	struct figures_place at = {.number = 1};
	struct run result = {0};

	cr_assert_eq(figures_reserve(&figures, at.number), 0);
	cr_assert_eq(figures_reserve_thread(&figures, 0), 0);
	for (size_t i = 0; i < count; i++) {
		uint64_t size_bytes = some_size();
		result.bytes += (double)size_bytes;
		result.blocks++;
		if (is_sampled(size_bytes))
			figures_alloc(&figures, &at, size_bytes);
	}
	result.estimated = figures_totals(&figures);
	result.vague_bytes =
		weight_vague_bytes(result.estimated.allocations, result.estimated.allocated_bytes, MEAN);
	figures_finish(&figures);
	return result;
}

/* 500 runs: the mean of the estimates is right to a twentieth of one's error, and at least 93 of 100 are
 * within it (95 are meant; 4.5 sigma of the mean and 2 % of the share are what chance does in 1 of 10^5
 * cases). */
Test(weight, estimates_are_unbiased_and_within_their_error)
{
	double byte_sum = 0, byte_variance = 0, block_sum = 0, block_variance = 0;
	int bytes_within = 0, blocks_within = 0, runs = 500;

	for (int i = 0; i < runs; i++) {
		struct run r = run(20000);
		double bytes_off = (double)r.estimated.allocated_bytes - r.bytes;
		double blocks_off = (double)weight_blocks(r.estimated.allocations, MEAN) - r.blocks;

		byte_sum += bytes_off;
		byte_variance += bytes_off * bytes_off;
		block_sum += blocks_off;
		block_variance += blocks_off * blocks_off;
		bytes_within += fabs(bytes_off) <= (double)weight_error_bytes(r.vague_bytes, MEAN);
		blocks_within += fabs(blocks_off) <= (double)weight_error_blocks(r.estimated.allocations,
										 r.estimated.spread, MEAN);
	}
	cr_assert_lt(fabs(byte_sum), 4.5 * sqrt(byte_variance), "bytes are off by %f sigma",
		     byte_sum / sqrt(byte_variance));
	cr_assert_lt(fabs(block_sum), 4.5 * sqrt(block_variance), "blocks are off by %f sigma",
		     block_sum / sqrt(block_variance));
	cr_assert_geq(bytes_within, runs * 93 / 100);
	cr_assert_geq(blocks_within, runs * 93 / 100, "%d of %d", blocks_within, runs);
}

/* Samples of blocks of some sizes: what they sum up to, and the variance that follows from each weight. */
struct samples {
	uint64_t blocks, bytes;
	double variance;
};

static void add_sample(struct samples *samples, uint64_t size_bytes)
{
	struct weight weight = weight_of(size_bytes, MEAN);
	double w = (double)weight.blocks / WEIGHT_PARTS;

	samples->blocks += weight.blocks;
	samples->bytes += weight.bytes;
	samples->variance += w * (w - 1) * (double)size_bytes * (double)size_bytes;
}

static double vague_variance(const struct samples *samples)
{
	return (double)weight_vague_bytes(samples->blocks, samples->bytes, MEAN) * MEAN;
}

Test(weight, what_is_vague_of_one_size_follows_from_its_probability)
{
	static const uint64_t sizes[] = {200, 1000, MEAN, 2 * MEAN, 5 * MEAN, 9 * MEAN};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct samples samples = {0};

		for (int block = 0; block < 100; block++)
			add_sample(&samples, sizes[i]);
		cr_assert_lt(fabs(vague_variance(&samples) / samples.variance - 1), 0.02, "size %lu: %f, %f",
			     sizes[i], vague_variance(&samples), samples.variance);
	}
	struct samples large = {0};
	add_sample(&large, 80 * MEAN);
	cr_assert_eq(weight_vague_bytes(large.blocks, large.bytes, MEAN), 0, "it cannot be missed");
	add_sample(&large, 30 * MEAN);
	cr_assert_eq(weight_vague_bytes(large.blocks, large.bytes, MEAN), 0, "nor can both");
	cr_assert_leq(weight_error_bytes(0, MEAN), 4 * MEAN, "so only what went unseen is left");
}

/* Where weights happen to sum up as those of one size would, less is said: that is rare. */
Test(weight, of_several_sizes_no_more_is_vague_than_is_said)
{
	int less = 0;

	for (int i = 0; i < 100000; i++) {
		double least = 2 + uniform() * 8, range = uniform() * 8;
		struct samples samples = {0};

		for (uint64_t count = 2 + random_bits() % 20; count > 0; count--)
			add_sample(&samples, (uint64_t)exp(least + uniform() * range));
		less += vague_variance(&samples) < 0.97 * samples.variance - MEAN;
		cr_assert_leq(vague_variance(&samples), (double)samples.bytes * MEAN);
	}
	cr_assert_lt(less, 20, "%d of 100000", less);
}

Test(weight, what_is_vague_of_nothing)
{
	cr_assert_eq(weight_vague_bytes(10, 1000, 0), 0, "all blocks were recorded");
	cr_assert_eq(weight_vague_bytes(0, 1000, MEAN), 1000, "bytes without blocks, as of a difference");
	cr_assert_eq(weight_vague_bytes(1000, 0, MEAN), 0);
	cr_assert_leq(weight_vague_bytes(UINT64_MAX, UINT64_MAX, MEAN), UINT64_MAX);
	cr_assert_leq(weight_vague_bytes(1, UINT64_MAX, MEAN), UINT64_MAX);
}

Test(weight, nothing_is_left_of_blocks_that_ended)
{
	struct figures figures = {.totals.sample_bytes = MEAN};
	struct figures_place at = {.number = 1};
	static uint64_t sizes[1000];

	cr_assert_eq(figures_reserve(&figures, at.number), 0);
	cr_assert_eq(figures_reserve_thread(&figures, 0), 0);
	for (uint64_t i = 0; i < 1000; i++) {
		sizes[i] = some_size();
		figures_alloc(&figures, &at, sizes[i]);
	}
	at.number = figures_free_number(&figures, 0);
	cr_assert_gt(at.number, 0);
	for (uint64_t i = 0; i < 1000; i++) {
		struct figures_block block = {.size_bytes = sizes[i], .origin = 1, .temporary = i % 2};
		figures_end(&figures, &at, &block);
	}
	struct model_totals totals = figures_totals(&figures);
	cr_assert_eq(totals.live_bytes, 0);
	cr_assert_eq(totals.live_blocks, 0);
	cr_assert_eq(totals.frees, totals.allocations);
	cr_assert(totals.temporary > 0 && totals.temporary < totals.frees);
	cr_assert_eq(totals.events, 2000);
	figures_finish(&figures);
}

Test(weight, an_error_covers_what_was_never_seen)
{
	/* With nothing sampled 3 means of bytes may be there, in 5 of 100 cases. */
	cr_assert_geq(weight_error_bytes(0, MEAN), 3 * MEAN);
	cr_assert_leq(weight_error_bytes(0, MEAN), 4 * MEAN);
	double many = 1e6 * MEAN;
	cr_assert_lt(fabs((double)weight_error_bytes((uint64_t)many, MEAN) / (1.96e3 * MEAN) - 1), 0.01);
}

Test(weight, the_largest_figures_do_not_overflow)
{
	uint64_t mean = UINT64_C(1) << 40, spread = 0;

	cr_assert_eq(weight_of(0, mean).bytes, 0);
	cr_assert_geq(weight_of(0, mean).blocks, WEIGHT_PARTS << 40);
	for (int i = 0; i < 10; i++) {
		uint64_t more = weight_add_spread(spread, weight_of(0, mean));
		cr_assert_geq(more, spread);
		spread = more;
	}
	cr_assert_eq(spread, UINT64_MAX);
	cr_assert_geq(weight_error_blocks(UINT64_MAX, UINT64_MAX, mean), UINT64_C(1) << 32);
	cr_assert_geq(weight_error_bytes(UINT64_MAX, mean), UINT64_C(1) << 52);
	cr_assert_eq(weight_error_bytes(UINT64_MAX, UINT64_MAX), UINT64_C(1) << 63);
}
