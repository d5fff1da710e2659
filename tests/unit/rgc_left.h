/*
 * rgc_left.h - for tests of functions of the program that do not return to rgc: one that calls each kind of
 * them, in C and in C++.  Whoever includes this defines leave(), which each of them calls.
 */
#ifndef RGC_LEFT_H
#define RGC_LEFT_H

#include <mprof/rgc.h>

static void leave(void);

typedef struct quitter {
	RGC_HEAD;
	rgc_object *other;
} quitter;

/* The function that is to be left; the others of the type do their work. */
static const char *left_function;

static void leave_if(const char *function)
{
	if (!__builtin_strcmp(left_function, function))
		leave();
}

static int quitter_traverse(void *self, rgc_visit visit, void *argument)
{
	leave_if("traverse");
	RGC_VISIT(((quitter *)self)->other);
	return 0;
}

static void quitter_clear(void *self)
{
	leave_if("clear");
	rgc_clear(&((quitter *)self)->other);
}

static void quitter_finalize(void *self)
{
	(void)self;
	leave_if("finalizer");
}

static int quitter_hash(const void *self, size_t *hash)
{
	(void)self;
	leave_if("hash");
	*hash = 1;
	return 0;
}

static int quitter_equal(const void *self, const void *other)
{
	leave_if("equal");
	return self == other;
}

static rgc_str *quitter_repr(const void *self)
{
	(void)self;
	leave_if("repr");
	return rgc_str_new("quitter");
}

static int quitter_compare(const void *self, const void *other, int *order)
{
	(void)self;
	(void)other;
	leave_if("compare");
	*order = 0;
	return 0;
}

static rgc_iterator *quitter_iter(void *self)
{
	(void)self;
	leave_if("iter");
	return rgc_range(0, 1, 1);
}

static const struct rgc_type RGC_TYPE(quitter) = {"quitter",
						  sizeof(quitter),
						  0,
						  0,
						  0,
						  NULL,
						  quitter_traverse,
						  quitter_clear,
						  quitter_finalize,
						  quitter_hash,
						  quitter_equal,
						  quitter_repr,
						  quitter_compare,
						  quitter_iter};

static void drop(void)
{
	rgc_decref(rgc_new(quitter));
}

static void collect(void)
{
	quitter *self = rgc_new(quitter);
	rgc_set(&self->other, (rgc_object *)self);
	rgc_decref(self);
	rgc_collect(2);
}

static void look_over(void)
{
	rgc_auto quitter *self = rgc_new(quitter);
	rgc_verify();
}

static void on_end(rgc_weak *weak, void *argument)
{
	(void)weak;
	(void)argument;
	leave();
}

static void end_weakly(void)
{
	quitter *target = rgc_new(quitter);
	rgc_weak *weak = rgc_weak_new(target, on_end, NULL);
	rgc_decref(target);
	rgc_decref(weak);
}

static int compare(const void *a, const void *b, void *data)
{
	(void)a;
	(void)b;
	(void)data;
	leave();
	return 0;
}

static void sort(void)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_list_append_steal(list, rgc_int_new(2));
	rgc_list_append_steal(list, rgc_int_new(1));
	rgc_list_sort(list, compare, NULL);
}

/* Hashes and compares: two keys, of the same hash. */
static void look_up(void)
{
	rgc_auto rgc_dict *dict = rgc_dict_new();
	rgc_auto quitter *one = rgc_new(quitter), *another = rgc_new(quitter);
	rgc_dict_set(dict, one, rgc_int_new(1));
	rgc_dict_set(dict, another, rgc_int_new(2));
}

static void print(void)
{
	rgc_auto rgc_list *list = rgc_list_new();
	rgc_list_append_steal(list, rgc_new(quitter));
	rgc_decref(rgc_repr(list));
}

static void *compute(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments;
	(void)keywords;
	(void)data;
	leave();
	return NULL;
}

static void memoize(void)
{
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(compute, NULL, 10, false);
	rgc_decref(rgc_lru_cache_call1(cache, rgc_int_new(1)));
}

static void on_collection(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)phase;
	(void)info;
	(void)data;
	leave();
}

static void collect_and_tell(void)
{
	rgc_callback_add(on_collection, NULL);
	rgc_collect(0);
	rgc_callback_remove(on_collection, NULL);
}

static void destroy(void *pointer)
{
	(void)pointer;
	leave();
}

static void end_a_capsule(void)
{
	rgc_decref(rgc_capsule_new(NULL, NULL, destroy));
}

static void order(void)
{
	rgc_auto quitter *one = rgc_new(quitter), *another = rgc_new(quitter);
	int result;
	rgc_compare(one, another, &result);
}

static void push(void)
{
	rgc_auto rgc_list *heap = rgc_list_new();
	rgc_heapq_push(heap, rgc_int_new(2), compare, NULL);
	rgc_heapq_push(heap, rgc_int_new(1), compare, NULL);
}

static void iterate(void)
{
	rgc_auto quitter *self = rgc_new(quitter);
	rgc_decref(rgc_iter(self));
}

static int give(void *data, void **item)
{
	(void)data;
	(void)item;
	leave();
	return 0;
}

static void *change(void *item, void *data)
{
	(void)item;
	(void)data;
	leave();
	return NULL;
}

static int choose(void *item, void *data)
{
	(void)item;
	(void)data;
	leave();
	return 0;
}

static void take(rgc_iterator *source, rgc_iterator *iterator)
{
	rgc_decref(rgc_next(iterator));
	rgc_decref(iterator);
	rgc_decref(source);
}

static void generate(void)
{
	take(NULL, rgc_iterator_new(give, NULL));
}

static void map(void)
{
	rgc_iterator *source = rgc_range(0, 1, 1);
	take(source, rgc_map(source, change, NULL));
}

static void filter(void)
{
	rgc_iterator *source = rgc_range(0, 1, 1);
	take(source, rgc_filter(source, choose, NULL));
}

static void *make(void *data)
{
	(void)data;
	leave();
	return NULL;
}

static void look_up_by_default(void)
{
	rgc_auto rgc_defaultdict *dict = rgc_defaultdict_new(make, NULL);
	rgc_defaultdict_get(dict, rgc_int_new(1));
}

static void *compute_property(void *self)
{
	(void)self;
	leave();
	return NULL;
}

static void ask_for_property(void)
{
	rgc_auto quitter *self = rgc_new(quitter);
	(void)rgc_cached(self, other, compute_property);
}

static void at_end(void *argument)
{
	(void)argument;
	leave();
}

static void end_a_target(void)
{
	quitter *target = rgc_new(quitter);
	rgc_auto rgc_at_end *ending = rgc_at_end_new(target, at_end, NULL);
	rgc_decref(target);
}

static const struct {
	const char *function; /* left_function */
	void (*act)(void);
	const char *said;
} left_acts[] = {
	{"finalizer", drop, "rgc: the finalizer of quitter was left"},
	{"finalizer", collect, "rgc: the finalizer of quitter was left"},
	{"clear", drop, "rgc: the clear of quitter was left"},
	{"clear", collect, "rgc: the clear of quitter was left"},
	{"traverse", collect, "rgc: the traverse of quitter was left"},
	{"traverse", look_over, "rgc: the traverse of quitter was left"},
	{"hash", look_up, "rgc: the hash of quitter was left"},
	{"equal", look_up, "rgc: the equal of quitter was left"},
	{"repr", print, "rgc: the repr of quitter was left"},
	{"", end_weakly, "rgc: the weak reference's callback was left"},
	{"", sort, "rgc: the compare of a sort was left"},
	{"", memoize, "rgc: the memoized function was left"},
	{"", collect_and_tell, "rgc: the collector's callback was left"},
	{"", end_a_capsule, "rgc: the destroy of a capsule was left"},
	{"compare", order, "rgc: the compare of quitter was left"},
	{"iter", iterate, "rgc: the iter of quitter was left"},
	{"", push, "rgc: the compare of a list was left"},
	{"", generate, "rgc: the next function of an iterator was left"},
	{"", map, "rgc: the function of a map was left"},
	{"", filter, "rgc: the function of a filter was left"},
	{"", look_up_by_default, "rgc: the factory of a defaultdict was left"},
	{"", ask_for_property, "rgc: the cached property of quitter was left"},
	{"", end_a_target, "rgc: the function of an rgc_at_end was left"},
};

#define LEFT_ACTS (sizeof(left_acts) / sizeof(left_acts[0]))

#endif
