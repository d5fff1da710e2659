/*
 * plain_names.c - a program with functions of the names that a collector's author would choose, linked with
 * librgc.a: the library must call its own, and the program this file's.
 */
#include <mprof/rgc.h>

typedef struct node {
	RGC_HEAD;
	struct node *next;
} node;
RGC_DEFINE_TYPE(node, next);

static unsigned called;

/* clang-format off */
#define NAMES(do)                                                                                            \
	do(collect) do(drop) do(recorded) do(collect_automatically) do(object_drop) do(object_clear)         \
	do(object_finalize) do(object_traverse) do(drops_begin) do(drops_end) do(heap_create_own)            \
	do(heap_update_trigger) do(list_splice) do(pool_carve) do(pool_refill) do(pool_finish)               \
	do(pool_classes) do(simple_drop) do(simple_free_all) do(shared_decref) do(shared_incref)             \
	do(sort_items) do(table_append) do(table_clear) do(table_find_slowly) do(table_reserve_slowly)       \
	do(text_add) do(text_finish) do(items_get) do(items_drop) do(nesting_begin) do(nesting_end)          \
	do(weak_clear_target) do(weak_run_callbacks) do(call_key_new) do(callbacks_run) do(debug_fail)
/* clang-format on */
#define DEFINE(name)                                                                                         \
	void name(void);                                                                                     \
	void name(void)                                                                                      \
	{                                                                                                    \
		called++;                                                                                    \
	}
#define CALL(name) name();
#define COUNT(name) +1

NAMES(DEFINE)

static void make_cycle(void)
{
	rgc_auto node *a = rgc_new(node), *b = rgc_new(node);
	rgc_set(&a->next, b);
	rgc_set(&b->next, a);
}

int main(void)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto rgc_str *key = rgc_str_new("key");
	make_cycle();
	if (rgc_dict_set(dict, key, key) != 0 || rgc_dict_get(dict, key) != key || rgc_collect(2) != 2 ||
	    called)
		return 1;
	NAMES(CALL)
	return called == NAMES(COUNT) ? 0 : 2;
}
