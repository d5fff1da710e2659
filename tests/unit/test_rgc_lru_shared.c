/* test_rgc_lru_shared.c - memoizers that several threads call. */
#include "failing.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

static atomic_int calls;

/* The sum of all arguments, as a text: "6". */
static void *sum(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	int64_t result = 0;
	calls++;
	for (size_t i = 0; i < rgc_tuple_length(arguments); i++)
		result += rgc_int_get(rgc_tuple_get(arguments, (ssize_t)i));
	rgc_int *more = keywords ? rgc_dict_get_text(keywords, "more") : NULL;
	result += more ? rgc_int_get(more) : 0;
	(void)data;
	return rgc_str_format("%d", (int)result);
}

static void expect(rgc_lru_cache *cache, int64_t argument, bool hit)
{
	char text[32];
	snprintf(text, sizeof(text), "%d", (int)argument);
	int before = calls;
	rgc_auto rgc_int *number = rgc_int_new(argument);
	rgc_auto rgc_str *result = rgc_lru_cache_call1(cache, number);
	cr_assert_str_eq(rgc_str_get(result), text);
	cr_assert(rgc_is_shared(result));
	cr_assert_eq(calls - before, !hit);
}

Test(rgc_lru_shared, keeps_as_others_do)
{
	size_t before = rgc_heap_bytes();
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new_shared(sum, NULL, 2, false);
	cr_assert(rgc_is_shared(cache));
	expect(cache, 1000, false);
	expect(cache, 2000, false);
	expect(cache, 1000, true);
	expect(cache, 3000, false);
	expect(cache, 2000, false);
	struct rgc_lru_info info = rgc_lru_cache_info(cache);
	cr_assert(info.hits == 1 && info.misses == 4 && info.currsize == 2);
	cr_assert_eq(rgc_lru_cache_set_name(cache, "sum"), 0);
	cr_assert_eq(rgc_heap_bytes(), before);
	rgc_lru_cache_clear(cache);
	cr_assert_eq(rgc_lru_cache_info(cache).misses, 0);
	expect(cache, 2000, false);
}

Test(rgc_lru_shared, takes_several_arguments)
{
	for (int typed = 0; typed < 2; typed++) {
		rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new_shared(sum, NULL, RGC_LRU_UNBOUNDED, typed);
		for (int i = 0; i < 3; i++) {
			rgc_auto rgc_int *a = rgc_int_new(1000), *b = rgc_int_new(2000);
			rgc_auto rgc_str *name = rgc_str_new("more");
			rgc_auto rgc_dict *keywords = rgc_dict_new();
			cr_assert_eq(rgc_dict_set(keywords, name, b), 0);
			rgc_auto rgc_tuple *arguments = rgc_tuple_of(2, a, b);
			rgc_auto rgc_str *plain = rgc_lru_cache_call(cache, arguments, NULL);
			rgc_auto rgc_str *more = rgc_lru_cache_call(cache, arguments, keywords);
			cr_assert_str_eq(rgc_str_get(plain), "3000");
			cr_assert_str_eq(rgc_str_get(more), "5000");
		}
		cr_assert_eq(rgc_lru_cache_info(cache).hits, 4);
	}
}

static void *give_list(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments, (void)keywords, (void)data;
	return rgc_list_new();
}

Test(rgc_lru_shared, refuses_what_cannot_be_shared)
{
	rgc_auto node *mine = rgc_new(node);
	rgc_auto leaf *any = rgc_new(leaf);
	rgc_auto rgc_tuple *arguments = rgc_tuple_of(2, any, any);
	errno = 0;
	cr_assert(!rgc_lru_cache_new_shared(sum, mine, 2, false) && errno == EINVAL);
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new_shared(sum, NULL, 2, false);
	errno = 0;
	cr_assert(!rgc_lru_cache_call1(cache, any) && errno == ENOTSUP);
	errno = 0;
	cr_assert(!rgc_lru_cache_call(cache, arguments, NULL) && errno == ENOTSUP);
	cr_assert_eq(calls, 0);
	rgc_auto rgc_lru_cache *lists = rgc_lru_cache_new_shared(give_list, NULL, 2, false);
	errno = 0;
	cr_assert(!rgc_lru_cache_call1(lists, rgc_int_new(1)) && errno == ENOTSUP);
	cr_assert_eq(rgc_lru_cache_info(lists).currsize, 0);
}

static rgc_lru_cache *of_all;

/* Asks the cache itself. */
static void *count_down(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords, (void)data;
	int64_t n = rgc_int_get(rgc_tuple_get(arguments, 0));
	rgc_auto rgc_int *less = rgc_int_new(n - 1);
	rgc_auto rgc_int *below = n > 0 ? rgc_lru_cache_call1(of_all, less) : rgc_int_new(0);
	return rgc_int_new(rgc_int_get(below) + 1000);
}

static void *call_often(void *unused)
{
	for (int64_t i = 0; i < 3000; i++) {
		rgc_auto rgc_int *n = rgc_int_new(i * 7919 % 400);
		rgc_auto rgc_int *result = rgc_lru_cache_call1(of_all, n);
		cr_assert_eq(rgc_int_get(result), (rgc_int_get(n) + 1) * 1000);
		if (i % 1000 == 999)
			rgc_lru_cache_clear(of_all);
	}
	return unused;
}

Test(rgc_lru_shared, is_called_by_several_threads)
{
	enum { THREADS = 3 };
	pthread_t threads[THREADS];
	of_all = rgc_lru_cache_new_shared(count_down, NULL, 300, false);
	for (int i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, call_often, NULL), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	cr_assert_leq(rgc_lru_cache_info(of_all).currsize, 300);
	rgc_decref(of_all);
	rgc_shared_settle();
}

Test(rgc_lru_shared, is_whole_when_memory_ends)
{
	rgc_heap_current();
	long limit = 0;
	do {
		allocations_failed = 0;
		allocations_left = limit++;
		rgc_lru_cache *cache = rgc_lru_cache_new_shared(sum, NULL, 3, true);
		cr_assert(cache || errno == ENOMEM);
		for (int i = 0; cache && i < 5; i++) {
			rgc_int *n = rgc_int_new(1000 + i);
			rgc_str *result = n ? rgc_lru_cache_call1(cache, n) : NULL;
			cr_assert(result || errno == ENOMEM);
			rgc_decref(result);
			rgc_decref(n);
		}
		allocations_left = -1;
		rgc_decref(cache);
		cr_assert_eq(rgc_verify(), 0);
	} while (allocations_failed);
	cr_assert_gt(limit, 10);
}
