/*
 * fibonacci_memo.c - what a memoizer saves, and what it costs.
 *
 *     fibonacci_memo       keeps all results
 *     fibonacci_memo 2     keeps the two that were used last
 *     fibonacci_memo 0     keeps none
 *
 * What it teaches: record the first and the last, and compare the Occurrences of the two
 * recursive lines.  Without a cache both are full of allocations: the function runs 177
 * times.  With it the first line does the work, 10 of the 11 calls.  The second finds its
 * result there already, but for fibonacci(0).  The price is what the first line keeps: a
 * few hundred bytes of table, until the cache is dropped.
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
