/* test_rgc_debug.c - what librgc-debug notices: each misuse aborts, saying which type of object. */
#include "rgc_node.h"
#include "with_asan.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

Test(rgc_debug, is_the_library_with_checks)
{
	cr_assert(rgc_is_debug());
	cr_assert_not(rgc_get_pool());
}

Test(rgc_debug, one_decref_too_many, .signal = SIGABRT)
{
	leaf *l = rgc_new(leaf);
	rgc_decref(l);
	rgc_decref(l);
}

Test(rgc_debug, incref_of_the_dead, .signal = SIGABRT)
{
	node *n = rgc_new(node);
	rgc_decref(n);
	rgc_incref(n);
}

Test(rgc_debug, a_store_of_the_dead, .signal = SIGABRT)
{
	node *a = rgc_new(node), *b = rgc_new(node);
	rgc_decref(b);
	rgc_set(&a->next, b);
}

static void *make(void *unused)
{
	(void)unused;
	return rgc_new(node);
}

static node *foreign(void)
{
	pthread_t thread;
	void *made;
	cr_assert_eq(pthread_create(&thread, NULL, make, NULL), 0);
	pthread_join(thread, &made);
	return made;
}

Test(rgc_debug, a_store_across_heaps, .signal = SIGABRT)
{
	node *a = rgc_new(node);
	rgc_set(&a->next, foreign());
}

Test(rgc_debug, a_drop_across_heaps, .signal = SIGABRT)
{
	rgc_decref(rgc_new(leaf));
	rgc_decref(foreign());
}

Test(rgc_debug, verify_sees_a_missing_count)
{
	cr_redirect_stderr();
	node *a = make_pair();
	a->next->rgc_head.refs++;
	cr_assert_eq(rgc_verify(), 0);
	a->next->rgc_head.refs--;
	a->next->next = a; /* not counted */
	cr_assert_eq(rgc_verify(), -1);
	a->next->next = NULL;
	cr_assert_eq(rgc_verify(), 0);
	cr_assert_eq(rgc_collect(2), 2);
}

typedef struct untidy {
	RGC_HEAD;
	struct untidy *next;
} untidy;
static int untidy_traverse(void *self, rgc_visit visit, void *argument)
{
	RGC_VISIT(((untidy *)self)->next);
	return 0;
}
static void untidy_clear(void *self)
{
	(void)self;
}
static const struct rgc_type RGC_TYPE(untidy) = {
	.name = "untidy", .size = sizeof(untidy), .traverse = untidy_traverse, .clear = untidy_clear};

Test(rgc_debug, clear_must_clear, .signal = SIGABRT)
{
	untidy *u = rgc_new(untidy);
	u->next = u;
	rgc_collect(2);
}

Test(rgc_debug, leaks_are_listed_by_type)
{
	node *a = make_pair();
	leaf *l = rgc_new(leaf);
	rgc_incref(l);
	rgc_incref(a);
	char text[200] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	cr_assert_eq(rgc_report_leaks(file), 3);
	fclose(file);
	cr_assert_str_eq(text, "rgc: 2 node alive, 1 references from outside\n"
			       "rgc: 1 leaf alive, 2 references from outside\n");
}

#ifndef WITH_ASAN /* which aborts at the first look */
Test(rgc_debug, dead_objects_are_overwritten)
{
	leaf *l = rgc_new(leaf);
	l->value = 1;
	rgc_decref(l);
	unsigned char poison[sizeof(l->value)];
	memset(poison, 0xdd, sizeof(poison));
	cr_assert_arr_eq(&l->value, poison, sizeof(poison));
}
#endif
