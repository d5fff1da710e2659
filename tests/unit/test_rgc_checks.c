/*
 * test_rgc_checks.c - librgc-debug looks at every object that it is given: the program is aborted with the
 * name of the function, the object's type, and what is wrong.
 */
#include "dying.h"
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- what is wrong ---- */

static rgc_list *dead_list(void)
{
	rgc_list *list = rgc_list_new();
	rgc_decref(list);
	return list;
}

static node *dead_node(void)
{
	node *n = rgc_new(node);
	rgc_decref(n);
	return n;
}

static rgc_dict *dead_dict(void)
{
	rgc_dict *dict = rgc_dict_new();
	rgc_decref(dict);
	return dict;
}

static rgc_str *dead_str(void)
{
	rgc_str *string = rgc_str_new("text");
	rgc_decref(string);
	return string;
}

static rgc_weak *dead_weak(void)
{
	node *target = rgc_new(node);
	rgc_weak *weak = rgc_weak_new(target, NULL, NULL);
	rgc_decref(weak);
	return weak;
}

/* What is in no type, as an object that comes from a container. */
static void *a_string(void)
{
	return rgc_str_new("text");
}

static void *text(void)
{
	static char characters[] = "x";
	return characters;
}

static void *make_leaf(void *unused)
{
	(void)unused;
	return rgc_new(leaf);
}

static void *made_elsewhere(void)
{
	pthread_t thread;
	void *made;
	rgc_decref(rgc_new(leaf)); /* so that the thread's heap is not inherited */
	cr_assert_eq(pthread_create(&thread, NULL, make_leaf, NULL), 0);
	pthread_join(thread, &made);
	return made;
}

/* ---- who notices ---- */

#define ACTS(ACT)                                                                                            \
	ACT(list_length, "rgc_list_length: <rgc_list at ", "has ended", rgc_list_length(dead_list()))        \
	ACT(list_get, "rgc_list_get: <rgc_list at ", "has ended", rgc_list_get(dead_list(), 0))              \
	ACT(list_ref, "rgc_list_ref: <rgc_list at ", "has ended", (void)!rgc_list_ref(dead_list(), 0))       \
	ACT(list_pop, "rgc_list_pop: <rgc_list at ", "has ended", (void)!rgc_list_pop(dead_list(), 0))       \
	ACT(list_delete, "rgc_list_delete: <rgc_list at ", "has ended", rgc_list_delete(dead_list(), 0))     \
	ACT(list_clear, "rgc_list_clear: <rgc_list at ", "has ended", rgc_list_clear(dead_list()))           \
	ACT(list_extend, "rgc_list_extend: <rgc_list at ", "has ended",                                      \
	    rgc_list_extend(rgc_list_new(), dead_list()))                                                    \
	ACT(dict_get, "rgc_dict_get: <rgc_dict at ", "has ended", rgc_dict_get(dead_dict(), a_string()))     \
	ACT(dict_key, "rgc_dict_get: <rgc_str at ", "has ended", rgc_dict_get(rgc_dict_new(), dead_str()))   \
	ACT(dict_ref, "rgc_dict_ref: <rgc_str at ", "has ended",                                             \
	    (void)!rgc_dict_ref(rgc_dict_new(), dead_str()))                                                 \
	ACT(dict_value, "rgc_dict_set: <rgc_str at ", "has ended",                                           \
	    rgc_dict_set(rgc_dict_new(), a_string(), dead_str()))                                            \
	ACT(set_add, "rgc_set_add: <rgc_str at ", "has ended", rgc_set_add(rgc_set_new(), dead_str()))       \
	ACT(weak_get, "rgc_weak_get: <rgc_weak at ", "has ended", rgc_weak_get(dead_weak()))                 \
	ACT(weak_ref, "rgc_weak_ref: <rgc_weak at ", "has ended", (void)!rgc_weak_ref(dead_weak()))          \
	ACT(str_get, "rgc_str_get: <rgc_str at ", "has ended", rgc_str_get(dead_str()))                      \
	ACT(repr, "rgc_repr: <rgc_str at ", "has ended", (void)!rgc_repr(dead_str()))                        \
	ACT(hash, "rgc_hash: <rgc_str at ", "has ended", rgc_hash(dead_str(), &(size_t){0}))                 \
	ACT(equal, "rgc_equal: <rgc_str at ", "has ended", rgc_equal(a_string(), dead_str()))                \
	ACT(refcount, "rgc_refcount: <rgc_str at ", "has ended", rgc_refcount(dead_str()))                   \
	ACT(is_tracked, "rgc_is_tracked: <rgc_list at ", "has ended", rgc_is_tracked(dead_list()))           \
	ACT(incref, "rgc_incref: <rgc_list at ", "has ended", rgc_incref(dead_list()))                       \
	ACT(decref, "rgc_decref: <rgc_list at ", "has ended", rgc_decref(dead_list()))                       \
	ACT(foreign_incref, "rgc_incref: <leaf at ", "belongs to another heap",                              \
	    rgc_incref(made_elsewhere()))                                                                    \
	ACT(store, "a store: <node at ", "has ended", rgc_set(&rgc_new(node)->next, dead_node()))            \
	ACT(as_dead, "RGC_AS: <rgc_list at ", "has ended", RGC_AS(dead_list(), rgc_list))                    \
	ACT(cast_append, "rgc_list_append: <rgc_str at ", "is no rgc_list",                                  \
	    rgc_list_append(a_string(), rgc_int_new(1)))                                                     \
	ACT(cast_dict, "rgc_dict_length: <rgc_str at ", "is no rgc_dict", rgc_dict_length(a_string()))       \
	ACT(cast_tuple, "rgc_tuple_get: <rgc_str at ", "is no rgc_tuple", rgc_tuple_get(a_string(), 0))      \
	ACT(cast_set, "rgc_set_length: <rgc_str at ", "is no rgc_set", rgc_set_length(a_string()))           \
	ACT(cast_int, "rgc_int_get: <rgc_str at ", "is no rgc_int", rgc_int_get(a_string()))                 \
	ACT(cast_str, "rgc_str_get: <rgc_int at ", "is no rgc_str", rgc_str_get((void *)rgc_int_new(1)))     \
	ACT(cast_cache, "rgc_lru_cache_clear: <rgc_str at ", "is no rgc_lru_cache",                          \
	    rgc_lru_cache_clear(a_string()))                                                                 \
	ACT(text_key, "rgc_dict_set: 0x", "is no object (rgc_str_new makes one of a C string)",              \
	    rgc_dict_set(rgc_dict_new(), text(), rgc_int_new(1)))                                            \
	ACT(text_value, "rgc_dict_set: 0x", "is no object",                                                  \
	    rgc_dict_set(rgc_dict_new(), a_string(), text()))                                                \
	ACT(text_item, "rgc_tuple_of: 0x", "is no object", (void)!rgc_tuple_of(1, "x"))                      \
	ACT(text_append, "rgc_list_append: 0x", "is no object", rgc_list_append(rgc_list_new(), text()))     \
	ACT(text_argument, "rgc_weak_new: 0x", "is no object",                                               \
	    (void)!rgc_weak_new(rgc_new(node), NULL, text()))                                                \
	ACT(foreign_append, "rgc_list_append: <leaf at ", "belongs to another heap",                         \
	    rgc_list_append(rgc_list_new(), made_elsewhere()))                                               \
	ACT(foreign_refcount, "rgc_refcount: <leaf at ", "belongs to another heap",                          \
	    rgc_refcount(made_elsewhere()))                                                                  \
	ACT(foreign_drop, "rgc_decref: <leaf at ", "belongs to another heap", rgc_decref(made_elsewhere()))

#define DEFINE(name, who, what, call)                                                                        \
	static void name(void)                                                                               \
	{                                                                                                    \
		(void)(call);                                                                                \
	}
ACTS(DEFINE)

#define EXPECT(name, who, what, call)                                                                        \
	cr_expect(dies_saying(name, "rgc: " who), "%s", #call);                                              \
	cr_expect(dies_saying(name, what), "%s", #call);

Test(rgc_checks, every_function_looks_at_what_it_is_given)
{
	ACTS(EXPECT)
}

static void use_after_many_others(void)
{
	rgc_list *list = dead_list();
	for (int i = 0; i < 5000; i++) /* more than the quarantine has room for */
		rgc_decref(rgc_new(node));
	rgc_list_length(list);
}

Test(rgc_checks, the_dead_are_known_for_ever)
{
	cr_expect(dies_saying(use_after_many_others, "rgc_list_length: <"));
}

static leaf *of_main;

static void *drop_it(void *unused)
{
	(void)unused;
	rgc_decref(of_main); /* the thread's first call */
	return NULL;
}

static void drop_in_a_new_thread(void)
{
	pthread_t thread;
	of_main = rgc_new(leaf);
	pthread_create(&thread, NULL, drop_it, NULL);
	pthread_join(thread, NULL);
}

Test(rgc_checks, a_thread_may_not_begin_with_a_drop_of_anothers_object)
{
	cr_expect(dies_saying(drop_in_a_new_thread, "rgc_decref: <leaf at "));
}

/* ---- collections ---- */

typedef struct twice {
	RGC_HEAD;
	struct twice *next;
} twice;

static int twice_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((twice *)self)->next);
	RGC_VISIT(((twice *)self)->next);
	return 0;
}

/* That it is called comes too late. */
static void twice_clear(void *self)
{
	(void)self;
	_exit(0);
}

static const struct rgc_type RGC_TYPE(twice) = {
	.name = "twice", .size = sizeof(twice), .traverse = twice_traverse, .clear = twice_clear};

static void visit_twice(void)
{
	twice *self = rgc_new(twice); /* of two references, the collector is told of both */
	rgc_set(&self->next, self);
	rgc_collect(2);
}

Test(rgc_checks, a_traverse_that_visits_twice)
{
	cr_expect(dies_saying(visit_twice, "rgc_collect: <twice at "));
	cr_expect(dies_saying(visit_twice, "has a traverse that visits a reference twice"));
}

static void visit_another_twice(void)
{
	twice *self = rgc_new(twice);
	rgc_steal(&self->next, rgc_new(twice));
	rgc_incref(self->next); /* the program's own, which the collector would not know */
	rgc_collect(0);
}

Test(rgc_checks, a_traverse_that_visits_twice_what_is_alive)
{
	cr_expect(dies_saying(visit_another_twice, "has a traverse that visits a reference twice"));
}

/* References in the object and outside of it, some to one child. */
typedef struct many {
	RGC_VAR_HEAD;
	rgc_object *first, *second, *borrowed;
	rgc_object **others;
	rgc_object *items[];
} many;
enum { OTHERS = 100, ITEMS = 100 };

static int many_traverse(void *self, rgc_visit visit, void *argument)
{
	many *it = self;
	RGC_VISIT(it->second);
	RGC_VISIT(it->first);
	for (int i = 0; i < OTHERS; i++)
		RGC_VISIT(it->others[i]);
	for (int i = 0; i < ITEMS; i++)
		RGC_VISIT(it->items[i]);
	return 0;
}

static void many_clear(void *self)
{
	many *it = self;
	rgc_clear(&it->first);
	rgc_clear(&it->second);
	for (int i = 0; i < OTHERS; i++)
		rgc_clear(&it->others[i]);
	for (int i = 0; i < ITEMS; i++)
		rgc_clear(&it->items[i]);
}

static const struct rgc_type RGC_TYPE(many) = {.name = "many",
					       .size = sizeof(many),
					       .item_size = sizeof(rgc_object *),
					       .traverse = many_traverse,
					       .clear = many_clear};

Test(rgc_checks, references_to_one_object_are_each_visited)
{
	rgc_object *others[OTHERS] = {NULL};
	rgc_auto node *child = rgc_new(node);
	many *it = rgc_new_items(many, ITEMS);
	it->others = others;
	it->borrowed = &child->rgc_head;
	rgc_set(&it->first, &child->rgc_head);
	rgc_set(&it->second, &child->rgc_head);
	for (int i = 0; i < OTHERS; i++)
		rgc_set(&others[i], i % 2 ? &child->rgc_head : (rgc_object *)it);
	for (int i = 0; i < ITEMS; i++)
		rgc_set(&it->items[i], i % 3 ? &child->rgc_head : NULL);
	cr_assert_eq(rgc_collect(2), 0);
	rgc_decref(it);
	cr_assert_eq(rgc_collect(2), 1);
	cr_assert_eq(rgc_refcount(child), 1);
	cr_assert_eq(rgc_verify(), 0);
}

Test(rgc_checks, small_integers_survive_a_list_of_leaks)
{
	FILE *nowhere = fopen("/dev/null", "w");
	rgc_list *list = rgc_list_new();
	for (int i = -5; i <= 256; i++)
		cr_assert_eq(rgc_list_append(list, rgc_int_new(i)), 0);
	cr_assert_eq(rgc_report_leaks(nowhere), 1);
	fclose(nowhere);
	for (int i = -5; i <= 256; i++)
		cr_assert_eq(rgc_int_get(rgc_int_new(i)), i);
	rgc_decref(list);
}

/* ---- what is right ---- */

typedef struct curious {
	RGC_HEAD;
	node *next;
} curious;
static int32_t seen;

static int curious_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((curious *)self)->next);
	return 0;
}

static void curious_clear(void *self)
{
	seen = rgc_refcount(self);
	rgc_clear(&((curious *)self)->next);
}

static const struct rgc_type RGC_TYPE(curious) = {
	.name = "curious", .size = sizeof(curious), .traverse = curious_traverse, .clear = curious_clear};

Test(rgc_checks, a_clear_may_look_at_its_object)
{
	curious *object = rgc_new(curious);
	seen = -1;
	rgc_decref(object);
	cr_assert_eq(seen, 0);
}

Test(rgc_checks, shared_and_immortal_objects_are_of_every_heap)
{
	leaf *shared = rgc_new_shared(leaf), *constant = rgc_new(leaf);
	rgc_make_immortal(constant);
	rgc_heap *heap = rgc_heap_new();
	cr_assert_eq(rgc_heap_use(heap), 0);
	rgc_list *list = rgc_list_new();
	cr_assert_eq(rgc_list_append(list, shared), 0);
	cr_assert_eq(rgc_list_append(list, constant), 0);
	rgc_decref(list);
	cr_assert_eq(rgc_heap_use(NULL), 0);
	cr_assert_eq(rgc_heap_delete(heap), 0);
	rgc_decref(shared);
}
