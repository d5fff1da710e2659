/* rgc.c - the cases of gc_compare.py with rgc. */
#include <mprof/rgc.h>

typedef struct node {
	RGC_HEAD;
	struct node *next, *prev;
	long value;
} node;
RGC_DEFINE_TYPE(node, next, prev);

#include "counted.h"

static void watch(enum rgc_phase phase, const struct rgc_info *info, void *unused)
{
	(void)unused;
	if (phase == RGC_STOP && info->generation == 0)
		add_pause((double)info->duration_ns);
}

static int begin(void)
{
	rgc_callback_add(watch, NULL);
	return 0;
}

static void watch_pauses(void)
{
	forget_pauses();
}

static void collect(void)
{
	rgc_collect(2);
}

static void stop_collecting(void)
{
	rgc_disable();
}

static node *new_node(void)
{
	return rgc_new(node);
}

static void drop(node *made)
{
	rgc_decref(made);
}

static void replace(node **slot, node *made)
{
	rgc_steal(slot, made);
}

typedef struct bytes {
	RGC_VAR_HEAD;
	char data[];
} bytes;
static const struct rgc_type RGC_TYPE(bytes) = {.name = "bytes", .size = sizeof(bytes), .item_size = 1};

static void *new_sized(long size)
{
	return rgc_new_items(bytes, (size_t)size - sizeof(bytes));
}

static void drop_sized(void *made)
{
	rgc_decref(made);
}

static rgc_dict *dict;

static void fill_dict(void)
{
	dict = rgc_dict_new();
	for (int i = 0; i < TEXTS; i++)
		rgc_dict_set(dict, rgc_str_new(texts[i]), rgc_int_new(i));
}

static void look_up(const char *text)
{
	if (!rgc_dict_get_text(dict, text))
		abort();
}

static rgc_list *list;

static void fill_list(long count, long (*value_at)(long index, long count))
{
	list = rgc_list_new();
	for (long i = 0; i < count; i++)
		rgc_list_append_steal(list, rgc_int_new(value_at(i, count)));
}

static int by_value(const void *a, const void *b, void *unused)
{
	(void)unused;
	long left = rgc_int_get(a), right = rgc_int_get(b);
	return (left > right) - (left < right);
}

static void sort_list(bool call)
{
	rgc_list_sort(list, call ? by_value : NULL, NULL);
}

static node *new_target(void)
{
	return rgc_new(node);
}

static void *new_weak(node *target)
{
	return rgc_weak_new(target, NULL, NULL);
}

static node *new_pair(void)
{
	node *a = rgc_new(node), *b = rgc_new(node);
	rgc_set(&a->next, b);
	rgc_set(&b->prev, a);
	rgc_decref(b);
	return a;
}

static node *make_list(long count)
{
	node *first = NULL;
	for (long i = 0; i < count; i++) {
		node *next = rgc_new(node);
		rgc_steal(&next->next, first);
		first = next;
	}
	return first;
}

static node *make_ring(long count)
{
	node *first = rgc_new(node), *last = first;
	for (long i = 1; i < count; i++) {
		node *next = rgc_new(node);
		rgc_set(&last->next, next);
		rgc_set(&next->prev, last);
		rgc_decref(next);
		last = next;
	}
	rgc_set(&last->next, first);
	rgc_set(&first->prev, last);
	return first;
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

static void *new_int(long value)
{
	return rgc_int_new(value);
}

static void *new_float(double value)
{
	return rgc_float_new(value);
}

static void *new_str(const char *text, size_t length)
{
	return rgc_str_new_bytes(text, length);
}

static void *new_list(void)
{
	return rgc_list_new();
}

static void *new_dict(void)
{
	return rgc_dict_new();
}

static void *new_set(void)
{
	return rgc_set_new();
}

static void *new_entry(void)
{
	return rgc_new(node);
}

static void *new_weak_of(void *made)
{
	return rgc_weak_new(made, NULL, NULL);
}

static void unref(void *object)
{
	rgc_decref(object);
}

static void list_append(void *made, void *item)
{
	rgc_list_append(made, item);
}

static void *list_last(void *made)
{
	return rgc_list_get(made, -1);
}

static void set_add(void *set, void *item)
{
	rgc_set_add(set, item);
}

static void dict_put(void *made, void *key, void *value)
{
	rgc_dict_set(made, key, value);
}

static void *dict_look(void *made, void *key)
{
	return rgc_dict_get(made, key);
}

static void dict_remove(void *made, void *key)
{
	rgc_dict_delete(made, key);
}

static long int_value(void *number)
{
	return rgc_int_get(number);
}

static void entry_link_after(void *entry, void *before)
{
	node *self = entry, *head = before, *next = head->next;
	rgc_set(&self->prev, head);
	rgc_set(&self->next, next);
	if (next)
		rgc_set(&next->prev, self);
	rgc_set(&head->next, self);
}

static void entry_unlink(void *entry)
{
	node *self = entry, *next = self->next, *prev = self->prev;
	if (next)
		rgc_set(&next->prev, prev);
	rgc_set(&prev->next, next);
	rgc_clear(&self->next);
	rgc_clear(&self->prev);
}

static void *entry_prev(void *entry)
{
	return ((node *)entry)->prev;
}

static rgc_lru_cache *cache;
static rgc_int *numbers[MEMO_ARGUMENTS];

static void *echo(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords, (void)data;
	return rgc_tuple_ref(arguments, 0);
}

static void memo_begin(long maxsize)
{
	cache = rgc_lru_cache_new(echo, NULL, maxsize, false);
	for (int i = 0; i < MEMO_ARGUMENTS; i++)
		numbers[i] = rgc_int_new(1000 + i);
}

static void memo_call(long argument)
{
	rgc_decref(rgc_lru_cache_call1(cache, numbers[argument]));
}
