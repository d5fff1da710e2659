/* Cycles, reference counting, containers and a memoizer of rgc, and what rgc itself says of them. */
#include <mprof/mprof.h>
#include <mprof/rgc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct node {
	RGC_HEAD;
	struct node *next, *prev;
	char payload[40];
} node;
RGC_DEFINE_TYPE(node, next, prev);

static void __attribute__((noinline)) make_cycles(int count)
{
	for (int i = 0; i < count; i++) {
		node *a = rgc_new(node), *b = rgc_new(node);
		rgc_set(&a->next, b);
		rgc_set(&b->prev, a);
		rgc_decref(a);
		rgc_decref(b);
	}
}

static void __attribute__((noinline)) make_chain(int count)
{
	node *head = NULL;
	for (int i = 0; i < count; i++) {
		node *n = rgc_new(node);
		rgc_steal(&n->next, head);
		head = n;
	}
	rgc_decref(head);
}

void *square(const rgc_tuple *arguments, const rgc_dict *keywords, void *data);
void *square(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	(void)data;
	int64_t n = rgc_int_get(rgc_tuple_get(arguments, 0));
	return rgc_int_new(n * n + 1000000);
}

static void __attribute__((noinline)) memoize(void)
{
	rgc_lru_cache *cache = rgc_lru_cache_new(square, NULL, 100, false);
	for (int i = 0; i < 1000; i++) {
		rgc_int *n = rgc_int_new(1000 + i % 150);
		rgc_decref(rgc_lru_cache_call1(cache, n));
		rgc_decref(n);
	}
	struct rgc_lru_info info = rgc_lru_cache_info(cache);
	printf("cache %ju %ju %zu\n", (uintmax_t)info.hits, (uintmax_t)info.misses, info.currsize);
	rgc_decref(cache);
}

/* Tuples of all sizes, small and large, some of which take the place of others. */
static void __attribute__((noinline)) make_tuples(void)
{
	enum { LONGEST = 6000, KEPT = 16 };
	rgc_tuple *kept[KEPT] = {NULL};
	int made = 0;
	size_t words = 0;
	for (size_t length = 1; length < LONGEST; length += 1 + length / 16, made++) {
		rgc_tuple *tuple = rgc_tuple_new(length), **place = &kept[made * 7 % KEPT];
		for (size_t i = 0; i < length; i++)
			if (rgc_tuple_get(tuple, (ssize_t)i))
				abort();
		for (size_t i = 0; i < length; i++)
			rgc_tuple_init_steal(tuple, i, rgc_int_new(1));
		words += length;
		rgc_decref(*place);
		*place = tuple;
	}
	printf("tuples %d %zu\n", made, words);
	for (int i = 0; i < KEPT; i++)
		rgc_decref(kept[i]);
}

typedef struct parcel {
	RGC_HEAD;
	struct parcel *inner;
	char payload[1000];
} parcel;
RGC_DEFINE_TYPE(parcel, inner);

static void *drop_parcel(void *it)
{
	rgc_decref(it);
	return NULL;
}

/* Shared objects, ended by another thread; all but one. */
static void __attribute__((noinline)) make_parcels(void)
{
	static parcel *kept;
	for (int i = 0; i < 20; i++) {
		parcel *outer = rgc_new_shared(parcel);
		outer->inner = rgc_new_shared(parcel);
		if (i == 0)
			kept = rgc_ref(outer->inner);
		pthread_t thread;
		pthread_create(&thread, NULL, drop_parcel, outer);
		pthread_join(thread, NULL);
		rgc_shared_settle();
	}
	printf("parcels 40 %d %zu\n", kept->inner == NULL, sizeof(*kept));
}

static void __attribute__((noinline)) make_weak(void)
{
	node *target = rgc_new(node);
	rgc_decref(rgc_weak_new(target, NULL, NULL));
	rgc_decref(target);
}

int main(void)
{
	static char buffer[BUFSIZ];
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	rgc_set_finalize_at_exit(false); /* whose collections it could not tell of */
	rgc_disable();
	make_tuples();
	make_weak();
	make_parcels();
	make_cycles(5000);
	printf("found %zd\n", rgc_collect(2));
	rgc_enable();
	make_cycles(20000);
	make_chain(3000);
	memoize();
	struct rgc_stats stats[RGC_GENERATIONS];
	rgc_get_stats(stats);
	for (int i = 0; i < RGC_GENERATIONS; i++)
		printf("generation %ju %ju %ju %ju %ju\n", (uintmax_t)stats[i].collections,
		       (uintmax_t)stats[i].candidates, (uintmax_t)stats[i].collected,
		       (uintmax_t)stats[i].uncollectable, (uintmax_t)stats[i].freed_bytes);
	printf("alive %zu\n", rgc_heap_bytes());
	return 0;
}
