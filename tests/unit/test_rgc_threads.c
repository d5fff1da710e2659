/* test_rgc_threads.c - heaps and their threads; shared objects under contention. */
#include "rgc_node.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* Leaves a heap behind, and inherits one. */
static void *come_and_go(void *unused)
{
	(void)unused;
	for (int i = 0; i < 50; i++) {
		node *kept = NULL;
		in_thread(make_and_leave, NULL);
		kept = rgc_new(node);
		rgc_decref(kept);
	}
	return NULL;
}

/* In a fork child, where another thread may have been in the middle of that. */
static void use_threads_or_hang(void)
{
	alarm(20);
	in_thread(make_and_leave, NULL);
	_exit(0);
}

Test(rgc_threads, fork_children_have_their_heaps)
{
	pthread_t threads[4];
#ifdef __SANITIZE_ADDRESS__
	cr_skip_test("AddressSanitizer's own allocator may be locked in the child");
#endif
	for (int i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, come_and_go, NULL), 0);
	for (int i = 0; i < 200; i++) {
		int status;
		pid_t child = fork();
		if (child == 0)
			use_threads_or_hang();
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert_eq(status, 0);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

static int called;

static void count_call(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)phase, (void)info;
	(*(int *)data)++;
}

/* With data on its stack, which ends with it. */
static void *set_and_leave(void *kept)
{
	int calls = 0;
	rgc_disable();
	rgc_set_threshold(7, 3, 2);
	rgc_set_debug(RGC_DEBUG_STATS);
	cr_assert_eq(rgc_callback_add(count_call, &called), 0);
	cr_assert_eq(rgc_callback_add(count_call, &calls), 0);
	*(node **)kept = rgc_new(node);
	return NULL;
}

static void *find_defaults(void *kept)
{
	unsigned thresholds[RGC_GENERATIONS];
	cr_assert_gt(rgc_heap_bytes(), 0);
	cr_assert(rgc_isenabled());
	rgc_get_threshold(thresholds);
	cr_assert(thresholds[0] == 2000 && thresholds[1] == 10 && thresholds[2] == 10);
	cr_assert_eq(rgc_get_debug(), 0);
	called = 0;
	rgc_collect(2);
	cr_assert_eq(called, 0);
	rgc_clear((node **)kept);
	return NULL;
}

Test(rgc_threads, settings_and_callbacks_are_not_inherited)
{
	node *kept = NULL;
	in_thread(set_and_leave, &kept);
	in_thread(find_defaults, &kept);
}

Test(rgc_threads, what_has_items_is_not_shared)
{
	errno = 0;
	cr_assert(!rgc_new_shared(rgc_str) && errno == EINVAL);
	errno = 0;
	cr_assert(!rgc_new_shared(rgc_tuple) && errno == EINVAL);
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

static void *try_to_use(void *heap)
{
	return rgc_heap_use(heap) == -1 && errno == EBUSY ? NULL : heap;
}

Test(rgc_threads, a_heap_in_use_is_neither_deleted_nor_given_away)
{
	rgc_heap *current = rgc_heap_new(), *other = rgc_heap_new();
	cr_assert(rgc_heap_delete(rgc_heap_current()) == -1 && errno == EBUSY, "the thread's own");
	cr_assert_eq(rgc_heap_use(current), 0);
	cr_assert(rgc_heap_delete(current) == -1 && errno == EBUSY);
	cr_assert_eq(rgc_heap_delete(other), 0);
	pthread_t thread;
	void *got;
	cr_assert_eq(pthread_create(&thread, NULL, try_to_use, current), 0);
	cr_assert_eq(pthread_join(thread, &got), 0);
	cr_assert_null(got, "another thread is in it as well");
	rgc_decref(rgc_list_new());
	cr_assert_eq(rgc_heap_use(NULL), 0);
	cr_assert_eq(rgc_heap_delete(current), 0);
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
