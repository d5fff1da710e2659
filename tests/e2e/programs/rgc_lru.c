/*
 * rgc_lru.c - does what the lines of its input say with an rgc_lru_cache, and prints what came of each: for
 * test_rgc_lru.py, which has the same done by functools.lru_cache.
 *
 *     new MAXSIZE TYPED     MAXSIZE -9 is None
 *     clear
 *     call ARGUMENT...      i5 is 5, h5 is 5.5, f5 is 5.0, s5 is "5", l is an empty list, name=i5 a keyword
 */
#include <mprof/rgc.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rgc_lru_cache *cache;
static long serial, depth;

static long number_of(const rgc_tuple *arguments)
{
	rgc_object *first = rgc_tuple_get(arguments, 0);
	if (RGC_IS(first, rgc_int))
		return (long)rgc_int_get((rgc_int *)first);
	if (RGC_IS(first, rgc_float))
		return (long)rgc_float_get((rgc_float *)first);
	return atol(rgc_str_get((rgc_str *)first));
}

static bool call_again(const rgc_tuple *arguments, const rgc_dict *keywords)
{
	depth++;
	rgc_auto rgc_object *result = rgc_lru_cache_call(cache, arguments, keywords);
	depth--;
	return result;
}

static bool call_smaller(long number)
{
	rgc_auto rgc_int *argument = rgc_int_new(number);
	rgc_auto rgc_object *result = rgc_lru_cache_call1(cache, argument);
	return result;
}

/* The same rules as in test_rgc_lru.py. */
static void *function(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)data;
	long number = number_of(arguments);
	if (number % 11 == 5) {
		errno = EDOM;
		return NULL;
	}
	if (number % 13 == 6)
		rgc_lru_cache_clear(cache);
	if (number % 7 == 3 && !call_smaller(number / 2))
		return NULL;
	if (number % 5 == 4 && depth < 2 && !call_again(arguments, keywords))
		return NULL;
	return rgc_int_new(++serial);
}

static rgc_object *object_from(const char *word)
{
	switch (*word) {
	case 'i':
		return (rgc_object *)rgc_int_new(atol(word + 1));
	case 'h':
		return (rgc_object *)rgc_float_new((double)atol(word + 1) + 0.5);
	case 'f':
		return (rgc_object *)rgc_float_new((double)atol(word + 1));
	case 's':
		return (rgc_object *)rgc_str_new(word + 1);
	default:
		return (rgc_object *)rgc_list_new();
	}
}

static rgc_tuple *tuple_from(const rgc_list *list)
{
	size_t length = rgc_list_length(list);
	rgc_tuple *tuple = rgc_tuple_new(length);
	for (size_t i = 0; i < length; i++)
		rgc_tuple_init_steal(tuple, i, rgc_list_ref(list, (ssize_t)i));
	return tuple;
}

static rgc_int *call(char *words)
{
	rgc_auto rgc_list *positional = rgc_list_new();
	rgc_auto rgc_dict *keywords = rgc_dict_new();
	for (char *word; (word = strtok_r(words, " \n", &words));) {
		char *value = strchr(word, '=');
		if (!value) {
			rgc_list_append_steal(positional, object_from(word));
			continue;
		}
		*value++ = 0;
		rgc_auto rgc_str *name = rgc_str_new(word);
		rgc_auto rgc_object *object = object_from(value);
		rgc_dict_set(keywords, name, object);
	}
	if (rgc_list_length(positional) == 1 && !rgc_dict_length(keywords))
		return rgc_lru_cache_call1(cache, rgc_list_get(positional, 0));
	rgc_auto rgc_tuple *arguments = tuple_from(positional);
	return rgc_lru_cache_call(cache, arguments, keywords);
}

static void make_cache(const char *words)
{
	int maxsize, typed;
	if (sscanf(words, "%d %d", &maxsize, &typed) != 2)
		exit(2);
	rgc_steal(&cache,
		  rgc_lru_cache_new(function, NULL, maxsize == -9 ? RGC_LRU_UNBOUNDED : maxsize, typed));
}

int main(void)
{
	char line[1024];
	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "new ", 4)) {
			make_cache(line + 4);
		} else if (!strncmp(line, "clear", 5)) {
			rgc_lru_cache_clear(cache);
		} else {
			rgc_auto rgc_int *result = call(line + 5);
			printf("%ld ", result ? (long)rgc_int_get(result) : -1);
		}
		struct rgc_lru_info info = rgc_lru_cache_info(cache);
		printf("%lu %lu %zd %zu\n", (unsigned long)info.hits, (unsigned long)info.misses,
		       info.maxsize == RGC_LRU_UNBOUNDED ? -9 : info.maxsize, info.currsize);
	}
	rgc_clear(&cache);
	return rgc_verify() || rgc_report_leaks(stderr) ? 1 : 0;
}
