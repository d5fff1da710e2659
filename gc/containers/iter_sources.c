/*
 * iter_sources.c - iterators over what containers hold, over numbers, and over what a function makes.
 */
#include "iter.h"
#include "utf8.h"
#include "../core/call.h"
#include "../core/missing.h"

#include <errno.h>

/* ---- sequences ---- */

static int list_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_list *list = (const rgc_list *)self->source;
	if (self->state.sequence.place >= rgc_list_length(list))
		return rgc__iterator_end(self);
	*item = rgc_list_ref(list, (ssize_t)self->state.sequence.place++);
	return 1;
}

rgc_iterator *rgc__list_iter(void *list)
{
	return rgc__iterator_make(list_step, list);
}

static int tuple_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_tuple *tuple = (const rgc_tuple *)self->source;
	if (self->state.sequence.place >= rgc_tuple_length(tuple))
		return rgc__iterator_end(self);
	*item = rgc_tuple_ref(tuple, (ssize_t)self->state.sequence.place++);
	/* A place may never have been filled. */
	return missing_pointer(*item) ? -1 : 1;
}

rgc_iterator *rgc__tuple_iter(void *tuple)
{
	return rgc__iterator_make(tuple_step, tuple);
}

/* What is no character is given byte by byte. */
static int str_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_str *string = (const rgc_str *)self->source;
	size_t place = self->state.sequence.place, length = rgc_str_length(string);
	if (place >= length)
		return rgc__iterator_end(self);
	const char *text = rgc_str_get(string) + place;
	uint32_t code;
	size_t size = utf8_decode(text, length - place, &code);
	*item = (rgc_object *)rgc_str_new_bytes(text, size ? size : 1);
	if (!*item)
		return -1;
	self->state.sequence.place += size ? size : 1;
	return 1;
}

rgc_iterator *rgc__str_iter(void *string)
{
	return rgc__iterator_make(str_step, string);
}

static int bytes_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_bytes *bytes = (const rgc_bytes *)self->source;
	const unsigned char *data = rgc_bytes_get(bytes);
	if (self->state.sequence.place >= rgc_bytes_length(bytes))
		return rgc__iterator_end(self);
	*item = (rgc_object *)rgc_int_new(data[self->state.sequence.place++]);
	return 1; /* small integers are there already */
}

rgc_iterator *rgc__bytes_iter(void *bytes)
{
	return rgc__iterator_make(bytes_step, bytes);
}

static int array_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_array *array = (const rgc_array *)self->source;
	if (self->state.sequence.place >= rgc_array_length(array))
		return rgc__iterator_end(self);
	*item = rgc_array_ref(array, (ssize_t)self->state.sequence.place);
	if (!*item)
		return -1;
	self->state.sequence.place++;
	return 1;
}

rgc_iterator *rgc__array_iter(void *array)
{
	return rgc__iterator_make(array_step, array);
}

/* ---- what notices changes ---- */

static rgc_iterator *table_iterator(iterator_step step, void *table, size_t length)
{
	rgc_iterator *self = rgc__iterator_make(step, table);
	if (self)
		self->state.table.length = length;
	return self;
}

/* What the cursor cannot know: whether anything changed before the first item. */
static int check_length(rgc_iterator *self, size_t length)
{
	if (self->state.table.length == length)
		return 0;
	self->state.table.length = SIZE_MAX;
	errno = EBUSY;
	return -1;
}

static int next_pair(rgc_iterator *self, void **key, void **value)
{
	const rgc_dict *dict = (const rgc_dict *)self->source;
	if (check_length(self, rgc_dict_length(dict)))
		return -1;
	int found = rgc_dict_next(dict, &self->state.table.cursor, key, value);
	return found ? found : rgc__iterator_end(self);
}

static int keys_step(rgc_iterator *self, rgc_object **item)
{
	void *key = NULL;
	int found = next_pair(self, &key, NULL);
	*item = rgc_ref((rgc_object *)key);
	return found;
}

static int values_step(rgc_iterator *self, rgc_object **item)
{
	void *value = NULL;
	int found = next_pair(self, NULL, &value);
	*item = rgc_ref((rgc_object *)value);
	return found;
}

static int items_step(rgc_iterator *self, rgc_object **item)
{
	void *key = NULL, *value = NULL;
	int found = next_pair(self, &key, &value);
	if (found != 1)
		return found;
	*item = (rgc_object *)rgc_tuple_of(2, key, value);
	return *item ? 1 : -1;
}

rgc_iterator *rgc_dict_keys(rgc_dict *dict)
{
	return missing(dict) ? NULL : table_iterator(keys_step, dict, rgc_dict_length(dict));
}

rgc_iterator *rgc_dict_values(rgc_dict *dict)
{
	return missing(dict) ? NULL : table_iterator(values_step, dict, rgc_dict_length(dict));
}

rgc_iterator *rgc_dict_items(rgc_dict *dict)
{
	return missing(dict) ? NULL : table_iterator(items_step, dict, rgc_dict_length(dict));
}

rgc_iterator *rgc__dict_iter(void *dict)
{
	return rgc_dict_keys(dict);
}

static int set_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_set *set = (const rgc_set *)self->source;
	void *borrowed = NULL;
	if (check_length(self, rgc_set_length(set)))
		return -1;
	int found = rgc_set_next(set, &self->state.table.cursor, &borrowed);
	*item = rgc_ref((rgc_object *)borrowed);
	return found ? found : rgc__iterator_end(self);
}

rgc_iterator *rgc__set_iter(void *set)
{
	return table_iterator(set_step, set, rgc_set_length(set));
}

static int frozenset_step(rgc_iterator *self, rgc_object **item)
{
	void *borrowed = NULL;
	int found =
		rgc_frozenset_next((const rgc_frozenset *)self->source, &self->state.table.cursor, &borrowed);
	*item = rgc_ref((rgc_object *)borrowed);
	return found ? found : rgc__iterator_end(self);
}

rgc_iterator *rgc__frozenset_iter(void *set)
{
	return rgc__iterator_make(frozenset_step, set);
}

static int deque_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_deque *deque = (const rgc_deque *)self->source;
	void *borrowed = NULL;
	if (check_length(self, rgc_deque_length(deque)))
		return -1;
	int found = rgc_deque_next(deque, &self->state.table.cursor, &borrowed);
	*item = rgc_ref((rgc_object *)borrowed);
	return found ? found : rgc__iterator_end(self);
}

rgc_iterator *rgc__deque_iter(void *deque)
{
	return table_iterator(deque_step, deque, rgc_deque_length(deque));
}

static int counter_step(rgc_iterator *self, rgc_object **item)
{
	const rgc_counter *counter = (const rgc_counter *)self->source;
	void *borrowed = NULL;
	if (check_length(self, rgc_counter_length(counter)))
		return -1;
	int found = rgc_counter_next(counter, &self->state.table.cursor, &borrowed, NULL);
	*item = rgc_ref((rgc_object *)borrowed);
	return found ? found : rgc__iterator_end(self);
}

rgc_iterator *rgc__counter_iter(void *counter)
{
	return table_iterator(counter_step, counter, rgc_counter_length(counter));
}

rgc_iterator *rgc__defaultdict_iter(void *dict)
{
	return rgc_dict_keys(rgc_defaultdict_dict(dict));
}

/* ---- numbers, functions ---- */

/* The source of iterators that need none: an object that costs nothing. */
static rgc_iterator *without_source(iterator_step step)
{
	return rgc__iterator_make(step, rgc_int_new(0));
}

static int range_step(rgc_iterator *self, rgc_object **item)
{
	if (!self->state.range.left)
		return rgc__iterator_end(self);
	*item = (rgc_object *)rgc_int_new(self->state.range.value);
	if (!*item)
		return -1;
	/* Behind the last number may be none. */
	if (--self->state.range.left)
		self->state.range.value += self->state.range.step;
	return 1;
}

static uint64_t range_length(int64_t start, int64_t stop, int64_t step)
{
	if (step > 0 ? start >= stop : start <= stop)
		return 0;
	uint64_t span = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
	return (span - 1) / (step > 0 ? (uint64_t)step : 0 - (uint64_t)step) + 1;
}

rgc_iterator *rgc_range(int64_t start, int64_t stop, int64_t step)
{
	if (!step) {
		errno = EINVAL;
		return NULL;
	}
	rgc_iterator *self = without_source(range_step);
	if (!self)
		return NULL;
	self->state.range.value = start;
	self->state.range.step = step;
	self->state.range.left = range_length(start, stop, step);
	return self;
}

static int call_next(rgc_iterator *self, rgc_object **item)
{
	void *data = self->state.generator.has_data ? self->source : NULL, *next = NULL;
	struct call call MUST_RETURN;
	call_begin(&call, "next function of an iterator", NULL);
	int found = self->state.generator.next(data, &next);
	call_end(&call);
	*item = next;
	return found > 0 ? (missing(next) ? -1 : 1) : found;
}

static int generator_step(rgc_iterator *self, rgc_object **item)
{
	if (self->state.generator.running) {
		errno = EBUSY;
		return -1;
	}
	self->state.generator.running = true;
	int found = call_next(self, item);
	self->state.generator.running = false;
	if (found != 1)
		rgc__iterator_end(self);
	return found;
}

rgc_iterator *rgc_iterator_new(rgc_next_function next, void *data)
{
	check_object(data);
	if (!next) {
		errno = EINVAL;
		return NULL;
	}
	rgc_iterator *self = data ? rgc__iterator_make(generator_step, data) : without_source(generator_step);
	if (!self)
		return NULL;
	self->state.generator.next = next;
	self->state.generator.has_data = data != NULL;
	return self;
}
