/* Containers of rgc, and what rgc itself says of their memory: of each type, and of the heap.  "shared": the
 * same with containers that belong to no heap. */
#include <mprof/rgc.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { KEPT = 7, LONG = 20000 };

static void *triple(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	(void)data;
	return rgc_int_new(3 * rgc_int_get(rgc_tuple_get(arguments, 0)));
}

/* Appends, and removes some again: arrays grow and shrink. */
static rgc_list *make_list(int length)
{
	rgc_list *list = rgc_list_new();
	for (int i = 0; i < length; i++)
		(void)!rgc_list_append(list, rgc_int_new(i % 200));
	for (int i = 0; i < length / 2; i++)
		rgc_decref(rgc_list_pop(list, -1));
	return list;
}

static rgc_dict *make_dict(int length)
{
	rgc_dict *dict = rgc_dict_new();
	for (int i = 0; i < length; i++) {
		rgc_auto rgc_int *key = rgc_int_new(1000 + i);
		(void)!rgc_dict_set(dict, key, key);
	}
	return dict;
}

static rgc_set *make_set(int length)
{
	rgc_set *set = rgc_set_new();
	for (int i = 0; i < length; i++) {
		rgc_auto rgc_int *item = rgc_int_new(1000 + i);
		(void)!rgc_set_add(set, item);
	}
	return set;
}

static rgc_lru_cache *make_cache(int length)
{
	rgc_lru_cache *cache = rgc_lru_cache_new(triple, NULL, length, false);
	(void)!rgc_lru_cache_set_name(cache, length % 2 ? "odd" : "even");
	(void)!rgc_lru_cache_set_name(cache, "a longer name, and at last");
	for (int i = 0; i < 2 * length; i++) {
		rgc_auto rgc_int *argument = rgc_int_new(1000 + i);
		rgc_decref(rgc_lru_cache_call1(cache, argument));
	}
	return cache;
}

static rgc_deque *make_deque(int length)
{
	rgc_deque *deque = rgc_deque_new(length);
	for (int i = 0; i < 2 * length; i++)
		(void)!rgc_deque_append_steal(deque, rgc_int_new(i % 200));
	return deque;
}

static rgc_counter *make_counter(int length)
{
	rgc_counter *counter = rgc_counter_new();
	for (int i = 0; i < length; i++) {
		rgc_auto rgc_int *key = rgc_int_new(1000 + i);
		(void)!rgc_counter_add(counter, key, i);
	}
	return counter;
}

static rgc_array *make_array(int length)
{
	rgc_array *array = rgc_array_new('d');
	for (int i = 0; i < length; i++)
		(void)!rgc_array_append_float(array, i);
	return array;
}

static rgc_builder *make_builder(int length)
{
	rgc_builder *builder = rgc_builder_new();
	for (int i = 0; i < length; i++)
		(void)!rgc_builder_add_format(builder, "%d ", i);
	return builder;
}

typedef struct ring {
	RGC_HEAD;
	struct ring *next;
	char payload[200];
} ring;
RGC_DEFINE_TYPE(ring, next);

/* Half of them garbage, half dropped without a collection. */
static void __attribute__((noinline)) make_rings(void)
{
	static ring *kept[5000];
	for (int i = 0; i < 5000; i++) {
		ring *one = rgc_new(ring);
		kept[i] = rgc_new(ring);
		rgc_set(&one->next, one);
		rgc_decref(one);
	}
	rgc_collect(2);
	for (int i = 0; i < 5000; i++)
		rgc_clear(&kept[i]);
}

static rgc_list *lists[KEPT];
static rgc_dict *dicts[KEPT];
static rgc_set *sets[KEPT];
static rgc_lru_cache *caches[KEPT];
static rgc_deque *deques[KEPT];
static rgc_counter *counters[KEPT];
static rgc_array *arrays[KEPT];
static rgc_builder *builders[KEPT];
static rgc_frozenset *frozensets[KEPT];

static void say(const char *type, void *const *objects)
{
	size_t bytes = 0;
	for (int i = 0; i < KEPT; i++)
		bytes += rgc_sizeof(objects[i]);
	printf("%s %zu\n", type, bytes);
}

static void containers(void)
{
	for (int i = 0; i < 5 * KEPT; i++) {
		int length = 1 + LONG / (1 << i % KEPT);
		rgc_steal(&lists[i % KEPT], make_list(length));
		rgc_steal(&dicts[i % KEPT], make_dict(length));
		rgc_steal(&sets[i % KEPT], make_set(length));
		rgc_steal(&caches[i % KEPT], make_cache(length));
		rgc_steal(&deques[i % KEPT], make_deque(length));
		rgc_steal(&counters[i % KEPT], make_counter(length));
		rgc_steal(&arrays[i % KEPT], make_array(length));
		rgc_steal(&builders[i % KEPT], make_builder(length));
		rgc_steal(&frozensets[i % KEPT], rgc_frozenset_new(sets[i % KEPT]));
	}
	rgc_steal(&dicts[0], rgc_dict_copy(dicts[1]));
	rgc_steal(&sets[0], rgc_set_copy(sets[1]));
	rgc_steal(&lists[0], rgc_list_slice(lists[1], 0, -1));
	rgc_list_clear(lists[2]);
	rgc_dict_clear(dicts[2]);
	rgc_deque_clear(deques[2]);
	rgc_decref(rgc_builder_finish(builders[2]));
	make_rings();
	say("rgc_list", (void *const *)lists);
	say("rgc_dict", (void *const *)dicts);
	say("rgc_set", (void *const *)sets);
	say("rgc_lru_cache", (void *const *)caches);
	say("rgc_deque", (void *const *)deques);
	say("rgc_counter", (void *const *)counters);
	say("rgc_array", (void *const *)arrays);
	say("rgc_builder", (void *const *)builders);
	say("rgc_frozenset", (void *const *)frozensets);
	printf("alive %zu\n", rgc_heap_bytes());
}

static void *drop(void *list)
{
	rgc_decref(list);
	return NULL;
}

/* Each filled here and ended by another thread, but for the last. */
static void shared_containers(void)
{
	rgc_list *list = NULL;
	for (int i = 0; i < 20; i++) {
		pthread_t thread;
		if (list && pthread_create(&thread, NULL, drop, list) == 0)
			pthread_join(thread, NULL);
		rgc_shared_settle();
		list = rgc_new_shared(rgc_list);
		for (int j = 0; j < 100 << i % 10; j++)
			(void)!rgc_list_append(list, rgc_int_new(j % 200));
	}
	printf("rgc_list %zu\nalive %zu\n", rgc_sizeof(list), rgc_heap_bytes());
}

int main(int argc, char **argv)
{
	static char buffer[BUFSIZ];
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	if (argc > 1 && strcmp(argv[1], "shared") == 0)
		shared_containers();
	else
		containers();
	return 0;
}
