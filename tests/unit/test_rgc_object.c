/* test_rgc_object.c - references, and the end of what is no longer referred to, without any collection. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

Test(rgc_object, a_new_object_is_zeroed_with_one_reference)
{
	rgc_set_pool(true);
	for (int i = 0; i < 3; i++) {
		node *n = rgc_new(node);
		cr_assert_eq(rgc_refcount(n), 1);
		cr_assert(RGC_IS(n, node) && !RGC_IS(n, leaf));
		cr_assert(!n->next && !n->prev && n->value == 0);
		n->value = -1;
		rgc_decref(n);
	}
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_object, null_is_no_object)
{
	rgc_incref(NULL);
	rgc_decref(NULL);
	node *none = NULL;
	cr_assert_null(rgc_ref(none));
}

Test(rgc_object, stores_count)
{
	node *a = rgc_new(node), *b = rgc_new(node);
	rgc_set(&a->next, b);
	cr_assert_eq(rgc_refcount(b), 2);
	rgc_set(&a->next, b);
	cr_assert_eq(rgc_refcount(b), 2);
	rgc_steal(&a->prev, rgc_ref(b));
	cr_assert_eq(rgc_refcount(b), 3);
	rgc_clear(&a->next);
	cr_assert(a->next == NULL && rgc_refcount(b) == 2);
	node *taken = rgc_take(&a->prev);
	cr_assert(taken == b && a->prev == NULL && rgc_refcount(b) == 2);
	rgc_decref(taken);
	rgc_decref(a);
	{
		rgc_auto node *own = b;
		cr_assert_eq(own->rgc_head.refs, 1);
	}
	cr_assert_eq(rgc_heap_bytes(), 0);
	cr_assert_eq(rgc_verify(), 0);
}

Test(rgc_object, acyclic_garbage_dies_at_drop)
{
	node *a = rgc_new(node);
	rgc_steal(&a->next, rgc_new(node));
	rgc_steal(&a->next->next, rgc_new(node));
	cr_assert_gt(rgc_heap_bytes(), 0);
	rgc_decref(a);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

typedef struct bytes {
	RGC_VAR_HEAD;
	unsigned char data[];
} bytes;
static const struct rgc_type RGC_TYPE(bytes) = {.name = "bytes", .size = sizeof(bytes), .item_size = 1};

Test(rgc_object, items_follow_the_struct)
{
	rgc_set_pool(true);
	for (size_t count = 0; count < 2000; count += 7) {
		bytes *b = rgc_new_items(bytes, count);
		cr_assert_eq(b->rgc_head.count, count);
		for (size_t i = 0; i < count; i++)
			cr_assert_eq(b->data[i], 0);
		memset(b->data, 0xff, count);
		cr_assert_eq(rgc_heap_bytes(), sizeof(bytes) + count);
		rgc_decref(b);
	}
	cr_assert_eq(rgc_heap_bytes(), 0);
	cr_assert_null(rgc_new_items(bytes, SIZE_MAX));
	cr_assert_eq(errno, EINVAL);
}

static node *make_tree(int depth)
{
	node *top = rgc_new(node);
	if (depth > 1) {
		rgc_steal(&top->next, make_tree(depth - 1));
		rgc_steal(&top->prev, make_tree(depth - 1));
	}
	return top;
}

/* A type with functions of its own instead of fields, and a finalizer: the longest way to go. */
typedef struct chain {
	RGC_HEAD;
	struct chain *next;
} chain;
static long finalized;
static int chain_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((chain *)self)->next);
	return 0;
}
static void chain_clear(void *self)
{
	rgc_clear(&((chain *)self)->next);
}
static void chain_finalize(void *self)
{
	(void)self;
	finalized++;
}
static const struct rgc_type RGC_TYPE(chain) = {.name = "chain",
						.size = sizeof(chain),
						.traverse = chain_traverse,
						.clear = chain_clear,
						.finalize = chain_finalize};

/* References that only finalizers know: neither fields nor traverse show them. */
typedef struct hidden {
	RGC_HEAD;
	struct hidden *next;
} hidden;
static void hidden_finalize(void *self)
{
	rgc_clear(&((hidden *)self)->next);
}
RGC_DEFINE_TYPE_WITH((hidden_finalize, NULL, NULL, NULL), hidden);

#define DEPTH 100000L

#define DROP_LIST(type)                                                                                      \
	do {                                                                                                 \
		type *first = NULL;                                                                          \
		for (long i = 0; i < DEPTH; i++) {                                                           \
			type *next = rgc_new(type);                                                          \
			next->next = first;                                                                  \
			first = next;                                                                        \
		}                                                                                            \
		rgc_decref(first);                                                                           \
		cr_assert_eq(rgc_heap_bytes(), 0);                                                           \
	} while (0)

static void *drop_deep(void *unused)
{
	(void)unused;
	DROP_LIST(node);
	DROP_LIST(chain);
	DROP_LIST(hidden);
	cr_assert_eq(finalized, DEPTH);
	rgc_decref(make_tree(18));
	cr_assert_eq(rgc_heap_bytes(), 0);
	return NULL;
}

Test(rgc_object, depth_needs_no_stack, .timeout = 100)
{
	pthread_attr_t small;
	pthread_attr_init(&small);
	cr_assert_eq(pthread_attr_setstacksize(&small, 64 << 10), 0);
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, &small, drop_deep, NULL), 0);
	pthread_join(thread, NULL);
	cr_assert_eq(finalized, DEPTH);
}

Test(rgc_object, hash_and_equal_default_to_identity)
{
	rgc_auto leaf *a = rgc_new(leaf), *b = rgc_new(leaf);
	size_t one, same, other;
	cr_assert_eq(rgc_hash(a, &one), 0);
	cr_assert_eq(rgc_hash(a, &same), 0);
	cr_assert_eq(rgc_hash(b, &other), 0);
	cr_assert(one == same && one != other);
	cr_assert(rgc_equal(a, a) == 1 && rgc_equal(a, b) == 0);
}

Test(rgc_object, immortal_objects_do_not_count)
{
	leaf *l = rgc_new(leaf);
	rgc_make_immortal(l);
	for (int i = 0; i < 3; i++)
		rgc_decref(l);
	rgc_incref(l);
	cr_assert_eq(rgc_refcount(l), INT32_MAX);
	node *n = make_pair();
	rgc_make_immortal(n->next);
	cr_assert_eq(rgc_collect(2), 0);
	cr_assert_eq(rgc_verify(), 0);
}

/* Counting them all takes seconds: the last steps are enough. */
Test(rgc_object, too_many_references_make_immortal)
{
	node *n = make_pair();
	rgc_object *object = (rgc_object *)n->next;
	object->refs = INT32_MAX - 1;
	for (int i = 0; i < 5; i++)
		rgc_incref(object);
	cr_assert_eq(rgc_refcount(object), INT32_MAX);
	for (int i = 0; i < 10; i++)
		rgc_decref(object);
	cr_assert_eq(rgc_refcount(object), INT32_MAX);
	object->refs = INT32_MAX;
	rgc_incref(object);
	rgc_decref(object);
	cr_assert_eq(rgc_refcount(object), INT32_MAX);
	cr_assert_eq(rgc_collect(2), 0);
	cr_assert_eq(rgc_verify(), 0);
}

Test(rgc_object, pools_can_be_switched_at_any_time)
{
	if (rgc_is_debug())
		cr_skip_test("librgc-debug has no pools");
	rgc_set_pool(true);
	node *pooled = rgc_new(node);
	rgc_set_pool(false);
	cr_assert_not(rgc_get_pool());
	node *single = rgc_new(node);
	rgc_decref(pooled);
	rgc_set_pool(true);
	cr_assert(rgc_get_pool());
	rgc_decref(single);
	cr_assert_eq(rgc_heap_bytes(), 0);
}

Test(rgc_object, casts_are_checked)
{
	rgc_auto node *n = rgc_new(node);
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *key = rgc_str_new("key");
	void *any = n;
	errno = 0;
	cr_assert_eq(RGC_AS(any, node), n);
	cr_assert_null(RGC_AS(NULL, node));
	cr_assert_eq(errno, 0);
	cr_assert_null(RGC_AS(any, leaf));
	cr_assert_eq(errno, EINVAL);
	cr_assert_eq(rgc_list_append(list, n), 0);
	cr_assert_eq(rgc_dict_set(dict, key, list), 0);
	cr_assert_eq(rgc_dict_get_as(dict, key, rgc_list), list);
	cr_assert_eq(rgc_list_get_as(list, 0, node), n);
	errno = 0;
	cr_assert_null(rgc_dict_get_as(dict, key, rgc_str));
	cr_assert_eq(errno, EINVAL);
	cr_assert_null(rgc_dict_get_as(dict, n, rgc_str));
	cr_assert_eq(errno, ENOENT);
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(1, key);
	cr_assert_eq(rgc_tuple_get_as(tuple, 0, rgc_str), key);
	rgc_auto rgc_weak *weak = rgc_weak_new(n, NULL, NULL);
	cr_assert_eq(rgc_weak_get_as(weak, node), n);
	cr_assert_null(rgc_weak_get_as(weak, leaf));
}

typedef struct parcel {
	RGC_HEAD;
	struct parcel *inner;
} parcel;
RGC_DEFINE_TYPE(parcel, inner);

Test(rgc_object, sizes_are_what_the_heap_counts)
{
	size_t before = rgc_heap_bytes();
	rgc_auto node *n = rgc_new(node);
	cr_assert_eq(rgc_sizeof(n), rgc_heap_bytes() - before);
	before = rgc_heap_bytes();
	rgc_auto rgc_str *str = rgc_str_new("a string of some length");
	cr_assert_eq(rgc_sizeof(str), rgc_heap_bytes() - before);
	before = rgc_heap_bytes();
	rgc_auto rgc_tuple *tuple = rgc_tuple_of(3, n, str, n);
	cr_assert_eq(rgc_sizeof(tuple), rgc_heap_bytes() - before);
	before = rgc_heap_bytes();
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_set *set = rgc_set_new();
	for (int i = 0; i < 100; i++) {
		rgc_auto rgc_int *number = rgc_int_new(i); /* they are immortal */
		cr_assert_eq(rgc_list_append(list, number), 0);
		cr_assert_eq(rgc_dict_set(dict, number, n), 0);
		cr_assert_eq(rgc_set_add(set, number), 1);
		cr_assert_eq(rgc_sizeof(list) + rgc_sizeof(dict) + rgc_sizeof(set),
			     rgc_heap_bytes() - before);
	}
	before = rgc_heap_bytes();
	rgc_auto parcel *shared = rgc_new_shared(parcel);
	cr_assert(rgc_heap_bytes() == before && rgc_sizeof(shared) > sizeof(*shared));
}

static int equals_all(const void *self, const void *other)
{
	(void)self;
	(void)other;
	return 1;
}

typedef struct equal_one {
	RGC_HEAD;
} equal_one;
RGC_DEFINE_TYPE_WITH((NULL, NULL, equals_all, NULL), equal_one);

Test(rgc_object, of_a_type_with_equal_alone_is_unhashable)
{
	rgc_auto equal_one *object = rgc_new(equal_one);
	rgc_auto rgc_dict *dict = rgc_dict_new();
	size_t hash;
	errno = 0;
	cr_assert(rgc_hash(object, &hash) == -1 && errno == ENOTSUP);
	errno = 0;
	cr_assert(rgc_dict_set(dict, object, dict) == -1 && errno == ENOTSUP);
}
