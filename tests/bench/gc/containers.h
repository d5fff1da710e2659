/* containers.h - the cases of gc_compare.py about lists, dictionaries and strings: who includes it defines
 * what is only declared here.  A case of a name that ends in "drop" is the end of what the other one builds.
 */
#ifndef BENCH_GC_CONTAINERS_H
#define BENCH_GC_CONTAINERS_H

#include "clock.h"

#include <stdbool.h>
#include <stdlib.h>

/* Objects, owned by the caller. */
static void *new_int(long value);
static void *new_float(double value);
static void *new_str(const char *text, size_t length);
static void *new_list(void);
static void *new_dict(void);
static void *new_set(void);
static void *new_entry(void); /* a node that may have weak references, as void * */
static void *new_weak_of(void *target);
static void unref(void *object);

/* What is put in keeps its other references. */
static void list_append(void *list, void *item);
static void *list_last(void *list); /* borrowed */
static void set_add(void *set, void *item);
static void dict_put(void *dict, void *key, void *value);
static void *dict_look(void *dict, void *key); /* borrowed, or NULL */
static void dict_remove(void *dict, void *key);
static long int_value(void *number);

/* A list from the newest entry to the oldest, by next and prev, which both are references. */
static void entry_link_after(void *entry, void *before);
static void entry_unlink(void *entry);
static void *entry_prev(void *entry); /* borrowed */

static inline void append_steal(void *list, void *item)
{
	list_append(list, item);
	unref(item);
}

static inline void put_steal(void *dict, void *key, void *value)
{
	dict_put(dict, key, value);
	unref(value);
}

static inline bool is_drop(const char *name)
{
	size_t length = strlen(name);
	return length > 4 && !strcmp(name + length - 4, "drop");
}

/* Prints what building took, or what dropping takes. */
static inline void print_built(const char *name, void *built, double start_ns, double objects)
{
	if (!is_drop(name)) {
		print_case(name, start_ns, objects);
		return;
	}
	double start = cpu_ns();
	unref(built);
	print_case(name, start, objects);
}

/* ---- json: records as a decoder makes them, that keeps keys it has met ---- */

enum { KEY_ID, KEY_NAME, KEY_PRICE, KEY_TAGS, KEY_PLACE, KEY_X, KEY_Y, KEYS };

/* Digits by hand, as printf would cost more than all else. */
static void *json_str(const char *prefix, long number)
{
	char text[] = "????0000000";
	memcpy(text, prefix, 4);
	for (size_t at = sizeof(text) - 2; number; number /= 10)
		text[at--] = (char)('0' + number % 10);
	return new_str(text, sizeof(text) - 1);
}

static void *json_record(void **keys, long number)
{
	void *record = new_dict(), *tags = new_list(), *place = new_dict();
	put_steal(record, keys[KEY_ID], new_int(1000 + number));
	put_steal(record, keys[KEY_NAME], json_str("item", number));
	put_steal(record, keys[KEY_PRICE], new_float((double)number / 4));
	for (long i = 0; i < 4; i++)
		append_steal(tags, json_str("tag ", (number + i) % 1000));
	put_steal(record, keys[KEY_TAGS], tags);
	put_steal(place, keys[KEY_X], new_float((double)number / 3));
	put_steal(place, keys[KEY_Y], new_float((double)number / 5));
	put_steal(record, keys[KEY_PLACE], place);
	return record;
}

#define JSON_OBJECTS 12 /* of a record */

static void run_json(const char *name)
{
	static const char *const texts_of_keys[KEYS] = {"id", "name", "price", "tags", "place", "x", "y"};
	long records = scaled(1) / JSON_OBJECTS;
	void *keys[KEYS];
	for (int i = 0; i < KEYS; i++)
		keys[i] = new_str(texts_of_keys[i], strlen(texts_of_keys[i]));
	double start = cpu_ns();
	void *all = new_list();
	for (long i = 0; i < records; i++)
		append_steal(all, json_record(keys, i));
	print_built(name, all, start, (double)(records * JSON_OBJECTS));
}

/* ---- dictlist: a dictionary of lists, which come, grow and go ---- */

static void *list_of(void *item)
{
	void *list = new_list();
	list_append(list, item);
	return list;
}

static void dictlist_step(void *dict, void *key, long value)
{
	void *number = new_int(value), *list = dict_look(dict, key);
	switch (random_slot(8)) {
	case 0:
		if (list)
			dict_remove(dict, key);
		break;
	case 1:
		put_steal(dict, key, list_of(number));
		break;
	case 2:
	case 3:
	case 4:
		if (list)
			list_append(list, number);
		else
			put_steal(dict, key, list_of(number));
		break;
	default:
		if (list && int_value(list_last(list)) < 0)
			abort();
	}
	unref(number);
}

static void run_dictlist(const char *name)
{
	long steps = scaled(4), keys = scaled(0.5);
	void *dict = new_dict();
	double start = cpu_ns();
	for (long i = 0; i < steps; i++) {
		void *key = new_int(1000 + random_slot(keys));
		dictlist_step(dict, key, 1000 + i);
		unref(key);
	}
	print_built(name, dict, start, (double)steps);
}

/* ---- words: how often each comes, of few that come often and many that do not ---- */

#define WORD_BYTES 16

static void run_words(const char *name)
{
	long words = scaled(2), known = scaled(0.1);
	char(*texts_of_words)[WORD_BYTES] = calloc((size_t)known, WORD_BYTES);
	for (long i = 0; i < known; i++)
		snprintf(texts_of_words[i], WORD_BYTES, "word%ld", i * 7919 % 1000003);
	void *counts = new_dict();
	double start = cpu_ns();
	for (long i = 0; i < words; i++) {
		const char *text = texts_of_words[random_slot(known) * random_slot(known) / known];
		void *word = new_str(text, strlen(text)), *count = dict_look(counts, word);
		put_steal(counts, word, new_int(count ? int_value(count) + 1 : 1));
		unref(word);
	}
	print_built(name, counts, start, (double)words);
}

/* ---- lru: entries by key and from the newest to the oldest, with a weak reference each ---- */

static void *lru_add(void *entries, void *head, long key)
{
	void *number = new_int(key), *entry = new_entry();
	entry_link_after(entry, head);
	dict_put(entries, number, entry);
	unref(number);
	unref(entry);
	return new_weak_of(entry);
}

static void lru_touch(void *entries, void *head, long key)
{
	void *number = new_int(key), *entry = dict_look(entries, number);
	if (entry_prev(entry) != head) {
		entry_unlink(entry);
		entry_link_after(entry, head);
	}
	unref(number);
}

static void run_lru(const char *name)
{
	long count = scaled(1);
	void *all = new_list(), *entries = new_dict(), *head = new_entry(),
	     **weak = calloc((size_t)count, sizeof(*weak));
	append_steal(all, entries);
	list_append(all, head);
	double start = cpu_ns();
	for (long i = 0; i < count; i++)
		weak[i] = lru_add(entries, head, 1000 + i);
	for (long i = 0; i < count; i++)
		lru_touch(entries, head, 1000 + random_slot(count));
	if (is_drop(name)) { /* taken apart from the oldest on, as links both ways are cycles */
		start = cpu_ns();
		for (long i = 0; i < count; i++) {
			void *number = new_int(1000 + i);
			entry_unlink(dict_look(entries, number));
			dict_remove(entries, number);
			unref(number);
		}
		for (long i = 0; i < count; i++)
			unref(weak[i]);
	}
	print_case(name, start, (double)count);
}

/* ---- bytes: of objects of each kind, and all that they own, while all of them are alive ---- */

static void *fill_list_of(long count, void **numbers)
{
	void *list = new_list();
	for (long i = 0; i < count; i++)
		list_append(list, numbers[i]);
	return list;
}

static void *fill_dict_of(long count, void **numbers)
{
	void *dict = new_dict();
	for (long i = 0; i < count; i++)
		dict_put(dict, numbers[i], numbers[i]);
	return dict;
}

static void *fill_set_of(long count, void **numbers)
{
	void *set = new_set();
	for (long i = 0; i < count; i++)
		set_add(set, numbers[i]);
	return set;
}

#define KINDS 8

static void *new_of_kind(int kind, long number, void **numbers)
{
	void *target;
	switch (kind) {
	case 0:
		return new_int(1000 + number);
	case 1:
		return new_float((double)number);
	case 2:
		return new_str("0123456789", 10);
	case 3:
		return fill_list_of(4, numbers);
	case 4:
		return fill_dict_of(4, numbers);
	case 5:
		return fill_dict_of(8, numbers);
	case 6:
		return fill_set_of(4, numbers);
	default:
		target = new_entry();
		(void)new_weak_of(target);
		return target;
	}
}

static void run_bytes(const char *name)
{
	long count = scaled(1);
	void *numbers[8];
	for (long i = 0; i < 8; i++)
		numbers[i] = new_int(1000 + i);
	printf("%s", name);
	for (int kind = 0; kind < KINDS; kind++) {
		double before = resident_bytes();
		for (long i = 0; i < count; i++)
			(void)new_of_kind(kind, i, numbers);
		printf(" %.1f", (resident_bytes() - before) / (double)count);
	}
	printf("\n");
}

/* Whether it is one of these cases, which then has been run. */
static bool run_container(const char *name)
{
	if (!strncmp(name, "json", 4))
		run_json(name);
	else if (!strncmp(name, "dictlist", 8))
		run_dictlist(name);
	else if (!strcmp(name, "words"))
		run_words(name);
	else if (!strncmp(name, "lru", 3))
		run_lru(name);
	else if (!strcmp(name, "bytes"))
		run_bytes(name);
	else
		return false;
	return true;
}

#endif
