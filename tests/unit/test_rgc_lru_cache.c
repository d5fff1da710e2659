/* Tests of rgc_lru_cache: known traces, a reference cache, hostile arguments, without memory. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static void check_info(const rgc_lru_cache *cache, uint64_t hits, uint64_t misses, size_t size)
{
	struct rgc_lru_info info = rgc_lru_cache_info(cache);
	cr_assert(info.hits == hits && info.misses == misses && info.currsize == size,
		  "hits %lu (not %lu), misses %lu (not %lu), size %zu (not %zu)", info.hits, hits,
		  info.misses, misses, info.currsize, size);
}

static rgc_lru_cache *fib_cache;

static int64_t fib_of(int64_t n)
{
	rgc_auto rgc_int *argument = rgc_int_new(n);
	rgc_auto rgc_int *result = rgc_lru_cache_call1(fib_cache, argument);
	return rgc_int_get(result);
}

static void *fib(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	cr_assert(!keywords && !data && rgc_tuple_length(arguments) == 1);
	int64_t n = rgc_int_get(rgc_tuple_get(arguments, 0));
	if (n < 2)
		return rgc_int_new(n);
	int64_t one_less = fib_of(n - 1);
	return rgc_int_new(one_less + fib_of(n - 2));
}

Test(rgc_lru_cache, repeats_the_known_traces_of_fibonacci)
{
	fib_cache = rgc_lru_cache_new(fib, NULL, 2, false);
	cr_assert_eq(fib_of(20), 6765);
	check_info(fib_cache, 344, 1657, 2);
	rgc_decref(fib_cache);
	fib_cache = rgc_lru_cache_new(fib, NULL, RGC_LRU_UNBOUNDED, false);
	cr_assert_eq(fib_of(10), 55);
	check_info(fib_cache, 8, 11, 11);
	rgc_decref(fib_cache);
}

/* Its results are numbered, so that it shows which one was kept. */
static int64_t calls;

static void *numbered(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments;
	(void)keywords;
	(void)data;
	return rgc_int_new(1000 + ++calls);
}

static int64_t call1(rgc_lru_cache *cache, long id)
{
	rgc_auto rgc_object *key = key_of(id);
	rgc_auto rgc_int *result = rgc_lru_cache_call1(cache, key);
	return rgc_int_get(result);
}

/* The same call by way of a tuple. */
static int64_t call(rgc_lru_cache *cache, long id)
{
	rgc_auto rgc_object *key = key_of(id);
	rgc_auto rgc_tuple *arguments = rgc_tuple_of(1, key);
	rgc_auto rgc_int *result = rgc_lru_cache_call(cache, arguments, NULL);
	return rgc_int_get(result);
}

#define MODEL_MAX 64

/* Ids and results, from the oldest to the newest. */
struct model {
	long ids[MODEL_MAX];
	int64_t results[MODEL_MAX];
	size_t count, maxsize;
	uint64_t hits, misses;
};

static int64_t model_call(struct model *model, long id)
{
	size_t at = 0;
	while (at < model->count && model->ids[at] != id)
		at++;
	bool found = at < model->count;
	int64_t result = found ? model->results[at] : 1000 + calls + 1;
	*(found ? &model->hits : &model->misses) += 1;
	if (!found && model->count < model->maxsize)
		at = model->count++;
	else if (!found)
		at = 0;
	memmove(model->ids + at, model->ids + at + 1, (model->count - at - 1) * sizeof(long));
	memmove(model->results + at, model->results + at + 1, (model->count - at - 1) * sizeof(int64_t));
	model->ids[model->count - 1] = id;
	model->results[model->count - 1] = result;
	return result;
}

Test(rgc_lru_cache, does_what_a_reference_cache_does)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t maxsize = 1; maxsize < MODEL_MAX; maxsize += maxsize < 8 ? 1 : 11) {
		rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, (ssize_t)maxsize, false);
		struct model model = {.maxsize = maxsize};
		unsigned long state = maxsize;
		for (long i = 0; i < 5000; i++) {
			long id = random_next(&state) % (2 * maxsize + 1);
			int64_t expected = model_call(&model, id);
			cr_assert_eq(i % 2 ? call1(cache, id) : call(cache, id), expected);
			if (random_next(&state) % 500)
				continue;
			rgc_lru_cache_clear(cache);
			model = (struct model){.maxsize = maxsize};
		}
		check_info(cache, model.hits, model.misses, model.count);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(cache);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

/* Calls with one or two positional arguments and perhaps one keyword argument; -1 on error. */
static int64_t call_with(rgc_lru_cache *cache, void *first, void *second, void *name, void *value)
{
	rgc_auto rgc_tuple *arguments = second ? rgc_tuple_of(2, first, second) : rgc_tuple_of(1, first);
	rgc_auto rgc_dict *keywords = rgc_dict_new();
	if (!arguments || !keywords || (name && rgc_dict_set(keywords, name, value)))
		return -1;
	rgc_auto rgc_int *result = rgc_lru_cache_call(cache, arguments, keywords);
	return result ? rgc_int_get(result) : -1;
}

Test(rgc_lru_cache, tells_calls_apart_by_all_arguments)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, RGC_LRU_UNBOUNDED, false);
	rgc_auto rgc_int *one = rgc_int_new(1), *two = rgc_int_new(2);
	rgc_auto rgc_float *one_float = rgc_float_new(1);
	rgc_auto rgc_str *a = rgc_str_new("a"), *b = rgc_str_new("b");
	rgc_auto rgc_tuple *pair = rgc_tuple_of(2, one, two);
	int64_t results[] = {
		call_with(cache, one, NULL, NULL, NULL), call_with(cache, one, two, NULL, NULL),
		call_with(cache, two, one, NULL, NULL),  call_with(cache, pair, NULL, NULL, NULL),
		call_with(cache, one, NULL, a, two),     call_with(cache, one, NULL, b, two),
		call_with(cache, one, a, NULL, NULL),    call_with(cache, one, two, a, two),
	};
	for (int64_t i = 0; i < 8; i++)
		cr_assert_eq(results[i], 1001 + i);
	cr_assert_eq(call_with(cache, one_float, NULL, NULL, NULL), 1001);
	cr_assert_eq(call_with(cache, one_float, two, NULL, NULL), 1002);
	cr_assert_eq(call_with(cache, pair, NULL, NULL, NULL), 1004);
	cr_assert_eq(call_with(cache, one, NULL, a, two), 1005);
	cr_assert_eq(call_with(cache, one_float, two, a, two), 1008);
	check_info(cache, 5, 8, 8);
}

Test(rgc_lru_cache, tells_types_apart_if_typed)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, 10, true);
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_float *one_float = rgc_float_new(1);
	rgc_auto rgc_str *a = rgc_str_new("a");
	rgc_auto rgc_int *first = rgc_lru_cache_call1(cache, one), *again = rgc_lru_cache_call1(cache, one);
	rgc_auto rgc_int *second = rgc_lru_cache_call1(cache, one_float);
	cr_assert(first == again && rgc_int_get(second) == 1002);
	cr_assert_eq(call_with(cache, one, NULL, a, one), 1003);
	cr_assert_eq(call_with(cache, one, NULL, a, one_float), 1004);
	cr_assert_eq(call_with(cache, one_float, NULL, NULL, NULL), 1002);
	ssize_t maxsize;
	bool typed;
	rgc_lru_cache_parameters(cache, &maxsize, &typed);
	cr_assert(maxsize == 10 && typed);
}

/* A user type that claims to equal everything. */
typedef struct anything {
	RGC_HEAD;
} anything;

static size_t anything_value;

static int anything_hash(const void *self, size_t *hash)
{
	(void)self;
	*hash = anything_value;
	return 0;
}

static int anything_equal(const void *self, const void *other)
{
	(void)self;
	(void)other;
	return 1;
}

RGC_DEFINE_TYPE_WITH((NULL, anything_hash, anything_equal, NULL), anything);

static void *key_hashes(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	return numbered(arguments, keywords, data);
}

static int learn_hash(rgc_object *child, void *hash)
{
	return strcmp(child->type->name, "rgc_call_key") ? 0 : rgc_hash(child, hash) == 0;
}

Test(rgc_lru_cache, never_confuses_an_argument_with_several)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(key_hashes, NULL, 10, false);
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto anything *any = rgc_new(anything);
	cr_assert_eq(call_with(cache, one, one, NULL, NULL), 1001);
	cr_assert_eq(RGC_TYPE(rgc_lru_cache).traverse(cache, learn_hash, &anything_value), 1);
	cr_assert_eq(call_with(cache, any, NULL, NULL, NULL), 1002);
	cr_assert_eq(call_with(cache, one, one, NULL, NULL), 1001);
	check_info(cache, 1, 2, 2);
}

Test(rgc_lru_cache, keeps_nothing_without_room)
{
	ssize_t sizes[] = {0, -1, -100};
	for (size_t i = 0; i < 3; i++) {
		calls = 0;
		rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, sizes[i], i % 2);
		cr_assert(call1(cache, 4) == 1001 && call1(cache, 4) == 1002 && call(cache, 4) == 1003);
		check_info(cache, 0, 3, 0);
		cr_assert_eq(rgc_lru_cache_info(cache).maxsize, 0);
		rgc_auto rgc_list *list = rgc_list_new();
		rgc_auto rgc_int *result = rgc_lru_cache_call1(cache, list);
		cr_assert(result, "arguments need no hash if nothing is kept");
	}
}

/* What the functions below work on. */
static rgc_lru_cache *cache_now;
static int depth;

static void *fails_at_first(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	if (depth++ == 0) {
		errno = EIO;
		return NULL;
	}
	return numbered(arguments, keywords, data);
}

Test(rgc_lru_cache, keeps_no_failures)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(fails_at_first, NULL, 4, false);
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_list *list = rgc_list_new();
	cr_assert(!rgc_lru_cache_call1(cache, one) && errno == EIO);
	check_info(cache, 0, 1, 0);
	rgc_auto rgc_int *result = rgc_lru_cache_call1(cache, one);
	cr_assert_eq(rgc_int_get(result), 1001);
	cr_assert(!rgc_lru_cache_call1(cache, list) && errno == ENOTSUP);
	check_info(cache, 0, 2, 1);
}

static void *calls_itself(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	if (depth++ == 0)
		rgc_decref(rgc_lru_cache_call(cache_now, arguments, keywords));
	return numbered(arguments, keywords, data);
}

Test(rgc_lru_cache, looks_the_key_up_again_after_a_call)
{
	ssize_t sizes[] = {1, 4, RGC_LRU_UNBOUNDED};
	for (size_t i = 0; i < 3; i++) {
		calls = depth = 0;
		cache_now = rgc_lru_cache_new(calls_itself, NULL, sizes[i], false);
		cr_assert_eq(call1(cache_now, 4), 1002);
		check_info(cache_now, 0, 2, 1);
		cr_assert_eq(call1(cache_now, 4), sizes[i] == RGC_LRU_UNBOUNDED ? 1002 : 1001);
		rgc_decref(cache_now);
	}
}

static void *clears(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	rgc_lru_cache_clear(cache_now);
	return numbered(arguments, keywords, data);
}

Test(rgc_lru_cache, can_be_cleared_by_the_function)
{
	cache_now = rgc_lru_cache_new(clears, NULL, 2, false);
	for (long i = 0; i < 100; i++)
		cr_assert_eq(call1(cache_now, i % 5), 1001 + i);
	check_info(cache_now, 0, 0, 1);
	rgc_decref(cache_now);
}

static void *drops_cache(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	rgc_clear(&cache_now);
	return numbered(arguments, keywords, data);
}

Test(rgc_lru_cache, can_be_dropped_by_the_function)
{
	cache_now = rgc_lru_cache_new(drops_cache, NULL, 2, false);
	cr_assert_eq(call1(cache_now, 4), 1001);
	cr_assert_null(cache_now);
}

static int act_clear(void *cache)
{
	rgc_lru_cache_clear(cache);
	return rgc_collect(2) < 0 ? -1 : 0;
}

static int act_call(void *cache)
{
	for (long id = 0; id < 20; id++) {
		rgc_auto evil *key = evil_new(3 * id);
		rgc_decref(rgc_lru_cache_call1(cache, key));
	}
	return 0;
}

static int act_fail(void *cache)
{
	(void)cache;
	errno = EIO;
	return -1;
}

Test(rgc_lru_cache, survives_arguments_that_change_it)
{
	int (*const acts[])(void *) = {act_clear, act_call, act_fail};
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	for (size_t i = 0; i < 3; i++) {
		rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, 7, false);
		evil_act = acts[i];
		evil_data = cache;
		for (long id = 0; id < 300; id++) {
			rgc_auto evil *key = evil_new(id % 17), *second = evil_new(id % 3);
			rgc_auto rgc_str *name = rgc_str_new("name");
			rgc_decref(rgc_lru_cache_call1(cache, key));
			(void)call_with(cache, key, second, name, key);
		}
		evil_act = NULL;
		cr_assert_leq(rgc_lru_cache_info(cache).currsize, 7);
		cr_assert_eq(rgc_verify(), 0);
		rgc_decref(cache);
	}
	cr_assert_eq(rgc_heap_bytes(), before);
}

/* Each call may end results that call in turn: there must be an end to it. */
static int act_call_few(void *cache)
{
	static int left = 500;
	for (long id = 0; id < 8 && left-- > 0; id++) {
		rgc_auto evil *key = evil_new(id);
		rgc_decref(rgc_lru_cache_call1(cache, key));
	}
	return 0;
}

static void *meddles(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments;
	(void)keywords;
	(void)data;
	return last_words_new(depth % 3 ? act_clear : act_call_few, cache_now);
}

Test(rgc_lru_cache, survives_results_that_change_it_when_they_end)
{
	rgc_heap_current();
	size_t before = rgc_heap_bytes();
	cache_now = rgc_lru_cache_new(meddles, NULL, 5, false);
	for (depth = 0; depth < 300; depth++) {
		rgc_auto evil *key = evil_new(depth % 11);
		rgc_auto rgc_object *result = rgc_lru_cache_call1(cache_now, key);
		cr_assert(RGC_IS(result, last_words));
		cr_assert_eq(rgc_verify(), 0);
	}
	cr_assert_leq(rgc_lru_cache_info(cache_now).currsize, 5);
	for (depth = 1; rgc_lru_cache_info(cache_now).currsize;)
		rgc_lru_cache_clear(cache_now);
	rgc_clear(&cache_now);
	cr_assert_eq(rgc_heap_bytes(), before);
}

Test(rgc_lru_cache, fails_whole_when_memory_ends)
{
	rgc_set_pool(false);
	rgc_heap_current();
	rgc_auto rgc_str *name = rgc_str_new("name");
	size_t before = rgc_heap_bytes();
	for (long left = 0, failures = 1; failures; left++) {
		rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, 12, false);
		allocations_left = left;
		failures = 0;
		for (long id = 0; id < 40; id++) {
			rgc_auto rgc_object *key = key_of(id);
			rgc_auto rgc_object *result = key ? rgc_lru_cache_call1(cache, key) : NULL;
			failures += !result;
			if (key)
				failures += call_with(cache, key, NULL, name, key) < 0;
		}
		allocations_left = -1;
		cr_assert_eq(rgc_verify(), 0);
		struct rgc_lru_info info = rgc_lru_cache_info(cache);
		cr_assert(info.currsize <= info.misses && info.currsize <= 12);
		rgc_decref(cache);
		cr_assert_eq(rgc_heap_bytes(), before);
	}
}

Test(rgc_lru_cache, has_a_name_of_its_own)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, 10, false);
	char name[] = "squares";
	cr_assert_null(rgc_lru_cache_get_name(cache));
	cr_assert_eq(rgc_lru_cache_set_name(cache, name), 0);
	name[0] = '\0';
	cr_assert_str_eq(rgc_lru_cache_get_name(cache), "squares", "it is copied");
	allocations_left = 0;
	errno = 0;
	char long_name[600]; /* too long for a page of the heap's */
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	cr_assert(rgc_lru_cache_set_name(cache, long_name) == -1 && errno == ENOMEM);
	allocations_left = -1;
	cr_assert_str_eq(rgc_lru_cache_get_name(cache), "squares", "it is as it was");
	cr_assert_eq(rgc_lru_cache_set_name(cache, rgc_lru_cache_get_name(cache)), 0);
	cr_assert_str_eq(rgc_lru_cache_get_name(cache), "squares");
	cr_assert_eq(rgc_lru_cache_set_name(cache, NULL), 0);
	cr_assert_null(rgc_lru_cache_get_name(cache));
}

/* What rgc_heap_bytes grows by is what rgc_sizeof says. */
Test(rgc_lru_cache, counts_in_sizes_with_its_table)
{
	size_t before = rgc_heap_bytes();
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(numbered, NULL, RGC_LRU_UNBOUNDED, false);
	cr_assert_eq(rgc_sizeof(cache), rgc_heap_bytes() - before);
	rgc_auto rgc_int *key = rgc_int_new(1000);
	rgc_decref(rgc_lru_cache_call1(cache, key));
	rgc_auto rgc_int *again = rgc_lru_cache_call1(cache, key);
	cr_assert_eq(rgc_sizeof(cache) + rgc_sizeof(key) + rgc_sizeof(again), rgc_heap_bytes() - before);
}

static void *returns_data(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments;
	(void)keywords;
	return rgc_ref(data);
}

Test(rgc_lru_cache, is_collected_with_what_it_keeps)
{
	rgc_list *list = rgc_list_new();
	rgc_lru_cache *cache = rgc_lru_cache_new(returns_data, list, 10, false);
	cr_assert_eq(rgc_list_append(list, cache), 0);
	rgc_auto rgc_int *one = rgc_int_new(1);
	rgc_auto rgc_tuple *arguments = rgc_tuple_of(2, one, list);
	cr_assert(!rgc_lru_cache_call(cache, arguments, NULL) && errno == ENOTSUP);
	rgc_auto rgc_tuple *none = rgc_tuple_of(0);
	rgc_auto rgc_tuple *keyed = rgc_tuple_of(1, cache);
	rgc_decref(rgc_lru_cache_call(cache, none, NULL));
	rgc_decref(rgc_lru_cache_call(cache, keyed, NULL));
	rgc_decref(rgc_lru_cache_call1(cache, one));
	check_info(cache, 0, 3, 3);
	void *data;
	cr_assert(rgc_lru_cache_wrapped(cache, &data) == returns_data && data == list);
	rgc_clear(&arguments);
	rgc_clear(&keyed);
	rgc_decref(cache);
	rgc_decref(list);
	cr_assert_eq(rgc_collect(2), 2, "list and cache; the key of no arguments is not tracked");
}
