/*
 * fibonacci_memo.c - what a memoizer saves, and what it costs.
 *
 *     fibonacci_memo       keeps all results
 *     fibonacci_memo 2     keeps the two that were used last
 *     fibonacci_memo 0     keeps none
 *
 * What it teaches: record the first and the last, and compare the two tables of fibonacci().
 * Without results to fall back on, the function runs 177 times, and both recursive lines are
 * full of allocations.  With them it runs 11 times; the second recursive line stays blank,
 * as its result is always there by then, and the first has the price: the cache's table,
 * which stays.
 */
#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static rgc_lru_cache *cache;

static void *checked(void *object)
{
	if (!object) {
		perror("fibonacci_memo");
		exit(EXIT_FAILURE);
	}
	return object;
}

static int64_t remembered(int64_t n)
{
	rgc_auto rgc_int *argument = checked(rgc_int_new(n));
	rgc_auto rgc_int *result = checked(rgc_lru_cache_call1(cache, argument));
	return rgc_int_get(result);
}

MPROF_PROFILE static void *fibonacci(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords, (void)data;
	int64_t n = rgc_int_get(rgc_tuple_get(arguments, 0));
	if (n < 2)
		return rgc_int_new(n);
	int64_t sum = remembered(n - 1);
	sum += remembered(n - 2);
	return rgc_int_new(sum);
}

static void print_info(struct rgc_lru_info info)
{
	printf("CacheInfo(hits=%" PRIu64 ", misses=%" PRIu64 ", maxsize=", info.hits, info.misses);
	if (info.maxsize == RGC_LRU_UNBOUNDED)
		printf("None");
	else
		printf("%zd", info.maxsize);
	printf(", currsize=%zu)\n", info.currsize);
}

int main(int argc, char **argv)
{
	ssize_t maxsize = argc > 1 ? atoi(argv[1]) : RGC_LRU_UNBOUNDED;
	cache = checked(rgc_lru_cache_new(fibonacci, NULL, maxsize, false));
	printf("%" PRId64 "\n", remembered(10));
	print_info(rgc_lru_cache_info(cache));
	rgc_decref(cache);
	return EXIT_SUCCESS;
}
