/* test_rgc_threads.c - heaps and their threads; shared objects under contention. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

static void in_thread(void *(*function)(void *), void *argument)
{
	pthread_t thread;
	cr_assert_eq(pthread_create(&thread, NULL, function, argument), 0);
	pthread_join(thread, NULL);
}

static void *make_and_leave(void *kept)
{
	cr_assert_eq(rgc_heap_bytes(), 0);
	make_pair();
	if (kept)
		*(node **)kept = rgc_new(node);
	return NULL;
}

static void *inherit(void *kept)
{
	node **left = kept;
	cr_assert_gt(rgc_heap_bytes(), 0);
	cr_assert_eq(rgc_collect(2), 0); /* the pair went with its thread */
	rgc_clear(left);
	cr_assert_eq(rgc_heap_bytes(), 0);
	return NULL;
}

Test(rgc_threads, heaps_are_apart_and_are_inherited)
{
	node *kept = NULL;
	rgc_auto node *own = rgc_new(node);
	size_t bytes = rgc_heap_bytes();
	in_thread(make_and_leave, NULL);
	in_thread(make_and_leave, &kept);
	cr_assert_eq(rgc_heap_bytes(), bytes);
	in_thread(inherit, &kept);
}

static void *use(void *heap)
{
	return (void *)(intptr_t)(rgc_heap_use(heap) == 0 ? 0 : errno);
}

Test(rgc_threads, further_heaps)
{
	rgc_heap *own = rgc_heap_current(), *other = rgc_heap_new();
	cr_assert_eq(rgc_heap_use(other), 0);
	cr_assert_eq(rgc_heap_current(), other);
	node *n = rgc_new(node);
	make_pair();
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 3);
	pthread_t thread;
	void *result;
	cr_assert_eq(pthread_create(&thread, NULL, use, other), 0);
	pthread_join(thread, &result);
	cr_assert_eq((intptr_t)result, EBUSY);
	cr_assert_eq(rgc_heap_use(NULL), 0);
	cr_assert(rgc_heap_current() == own && rgc_heap_bytes() == 0);
	cr_assert(rgc_heap_delete(other) == -1 && errno == EBUSY);
	cr_assert_eq(rgc_heap_use(other), 0);
	cr_assert_eq(rgc_get_objects(-1, NULL, 0), 1);
	rgc_decref(n);
	cr_assert_eq(rgc_heap_use(NULL), 0);
	cr_assert_eq(rgc_heap_delete(other), 0);
	cr_assert_eq(rgc_heap_delete(NULL), 0);
	cr_assert_eq(rgc_heap_current(), own);
}

/* ---- shared objects ---- */

typedef struct token {
	RGC_HEAD;
	struct token *next;
} token;
static _Atomic int ended;
static void token_finalize(void *self)
{
	rgc_incref(self);
	rgc_decref(self);
	ended++;
}
RGC_DEFINE_TYPE_WITH((token_finalize, NULL, NULL, NULL), token, next);

Test(rgc_threads, a_shared_object_ends_with_its_last_reference)
{
	token *t = rgc_new_shared(token);
	rgc_steal(&t->next, rgc_new_shared(token));
	rgc_incref(t);
	cr_assert_eq(rgc_refcount(t), 2);
	rgc_decref(t);
	cr_assert_eq(ended, 0);
	rgc_decref(t);
	cr_assert_eq(ended, 2);
	errno = 0;
	rgc_auto token *target = rgc_new_shared(token);
	cr_assert_null(rgc_weak_new(target, NULL, NULL));
	cr_assert_eq(errno, ENOTSUP);
}

static void *drop(void *object)
{
	rgc_decref(object);
	return NULL;
}

static void *make_shared(void *unused)
{
	(void)unused;
	return rgc_new_shared(token);
}

Test(rgc_threads, what_others_drop_is_settled_by_the_owner)
{
	token *t = rgc_new_shared(token);
	rgc_incref(t);
	in_thread(drop, t);
	cr_assert_eq(ended, 0);
	rgc_shared_settle();
	cr_assert_eq(rgc_refcount(t), 1);
	in_thread(drop, t);
	cr_assert_eq(ended, 1);
	t = rgc_new_shared(token);
	in_thread(drop, t);
	cr_assert_eq(ended, 1);
	rgc_collect(0);
	cr_assert_eq(ended, 2);
}

Test(rgc_threads, owners_may_end_first)
{
	pthread_t thread;
	void *made;
	cr_assert_eq(pthread_create(&thread, NULL, make_shared, NULL), 0);
	pthread_join(thread, &made);
	rgc_incref(made);
	rgc_decref(made);
	cr_assert_eq(ended, 0);
	rgc_decref(made);
	cr_assert_eq(ended, 1);
}

#define THREADS 4
#define TOKENS 2000
static token *tokens[TOKENS];

/* Each thread has been given one reference to each token. */
static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < TOKENS; i++) {
		for (int j = 0; j < 20; j++) {
			rgc_incref(tokens[i]);
			rgc_decref(tokens[i]);
		}
		rgc_decref(tokens[i]);
	}
	return NULL;
}

Test(rgc_threads, contention_loses_nothing, .timeout = 60)
{
	pthread_t threads[THREADS];
	for (int i = 0; i < TOKENS; i++) {
		tokens[i] = rgc_new_shared(token);
		for (int j = 0; j < THREADS; j++)
			rgc_incref(tokens[i]);
	}
	for (int i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, work, NULL), 0);
	for (int i = 0; i < TOKENS; i++) {
		if (i % 8 == 0)
			rgc_shared_settle();
		rgc_decref(tokens[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	rgc_shared_settle();
	cr_assert_eq(ended, TOKENS);
}
