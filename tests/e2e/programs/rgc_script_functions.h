/*
 * rgc_script_functions.h - the part of rgc_script.c that calls functions with values:
 *
 *     make NAME FUNCTION VALUE...     keeps the result in a variable
 *     ask FUNCTION VALUE...           prints it, or the end of an iterator, or the error
 *
 * A value is a variable, or a literal of Python's without spaces: 1, -2.5, 'text', [1,(2,)], {'a':1}, {1,2}.
 */

/* ---- literals ---- */

static void *literal(const char **at);

static void *number_literal(const char **at)
{
	size_t length = strspn(*at, "-+.e0123456789");
	bool is_float = strcspn(*at, ".e") < length;
	void *number = is_float ? (void *)rgc_float_new(atof(*at)) : (void *)rgc_int_new(atoll(*at));
	*at += length;
	return number;
}

static void *text_literal(const char **at)
{
	size_t length = strcspn(*at + 1, "'");
	void *text = rgc_str_new_bytes(*at + 1, length);
	*at += length + 2;
	return text;
}

/* Up to the closing bracket; with the values of a dictionary in between. */
static rgc_list *literals(const char **at, char close)
{
	rgc_list *list = rgc_list_new();
	++*at;
	while (**at != close) {
		must(!rgc_list_append_steal(list, literal(at)), "literal");
		*at += **at == ',' || **at == ':';
	}
	++*at;
	return list;
}

static void *tuple_literal(const char **at)
{
	rgc_auto rgc_list *list = literals(at, ')');
	rgc_tuple *tuple = rgc_tuple_new(rgc_list_length(list));
	for (size_t i = 0; i < rgc_list_length(list); i++)
		rgc_tuple_init_steal(tuple, i, rgc_list_ref(list, (ssize_t)i));
	return tuple;
}

/* Sets are never empty. */
static void *table_literal(const char **at)
{
	const char *end = strchr(*at, '}');
	bool is_dict = end == *at + 1 || (size_t)(end - *at) > strcspn(*at, ":");
	rgc_auto rgc_list *list = literals(at, '}');
	rgc_dict *dict = is_dict ? rgc_dict_new() : NULL;
	rgc_set *set = is_dict ? NULL : rgc_set_new();
	for (ssize_t i = 0; i < (ssize_t)rgc_list_length(list); i += is_dict ? 2 : 1) {
		void *key = rgc_list_get(list, i);
		must(is_dict ? !rgc_dict_set(dict, key, rgc_list_get(list, i + 1))
			     : rgc_set_add(set, key) >= 0,
		     "literal");
	}
	return is_dict ? (void *)dict : (void *)set;
}

static void *literal(const char **at)
{
	switch (**at) {
	case '\'':
		return text_literal(at);
	case '[':
		return literals(at, ']');
	case '(':
		return tuple_literal(at);
	case '{':
		return table_literal(at);
	default:
		return number_literal(at);
	}
}

/* Owned. */
static void *given(const char *word)
{
	return strchr("'[({-0123456789", *word) ? literal(&word) : rgc_ref(the(word));
}

/* ---- functions ---- */

/* Owned; NULL with errno, or with none: the end, or nothing. */
typedef void *(*value_function)(void **values, size_t count);

static int64_t number_of(const void *value)
{
	return rgc_int_get(value);
}

static void *number_or_error(int64_t number)
{
	return number < 0 ? NULL : rgc_int_new(number);
}

static void *nothing_or_error(int result)
{
	errno = result ? errno : 0;
	return NULL;
}

static void *f_value(void **values, size_t count)
{
	(void)count;
	return rgc_ref((rgc_object *)values[0]);
}

/* In order, as that of a set differs. */
static void *f_sorted(void **values, size_t count)
{
	(void)count;
	rgc_list *list = rgc_list_from(values[0]);
	if (list && rgc_list_sort(list, NULL, NULL))
		rgc_clear(&list);
	return list;
}

static void *f_append(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_list_append(values[0], values[1]));
}

static void *f_setitem(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(RGC_IS(values[0], rgc_dict)
					? rgc_dict_set(values[0], values[1], values[2])
					: rgc_list_set(values[0], number_of(values[1]), values[2]));
}

static void *f_delitem(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(RGC_IS(values[0], rgc_dict)
					? rgc_dict_delete(values[0], values[1])
					: rgc_list_delete(values[0], number_of(values[1])));
}

#include "rgc_script_items.h"
#include "rgc_script_iter.h"
#include "rgc_script_order.h"
#include "rgc_script_text.h"

static const struct {
	const char *name;
	value_function function;
} value_functions[] = {
	{"value", f_value},     {"sorted", f_sorted},   {"append", f_append},
	{"setitem", f_setitem}, {"delitem", f_delitem}, ITERATOR_FUNCTIONS,
	ORDER_FUNCTIONS,        TEXT_FUNCTIONS,         ITEM_FUNCTIONS,
};

static const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {{ENOTSUP, "TypeError"}, {EINVAL, "ValueError"}, {EBUSY, "RuntimeError"},
		     {ERANGE, "IndexError"}, {ENOENT, "KeyError"},   {EDOM, "ZeroDivisionError"}};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	return strerror(error);
}

static void *call_function(const char *name, struct words *w, size_t first)
{
	void *values[WORDS], *result = NULL;
	size_t count = w->count - first, i = 0;
	const size_t functions_count = sizeof(value_functions) / sizeof(value_functions[0]);
	while (i < functions_count && strcmp(value_functions[i].name, name))
		i++;
	must(i < functions_count, name);
	for (size_t j = 0; j < count; j++)
		values[j] = given(w->word[first + j]);
	errno = 0;
	result = value_functions[i].function(values, count);
	int error = errno;
	for (size_t j = count; j > 0; j--)
		rgc_decref(values[j - 1]);
	errno = error;
	return result;
}

/* In order, as that of Python's is another. */
static void print_set(const void *set)
{
	void *values[] = {(void *)(uintptr_t)set};
	rgc_auto rgc_list *list = f_sorted(values, 1);
	printf("set of ");
	print_value(list);
	puts("");
}

static void print_answer(const char *name, const void *result, int error)
{
	printf("%s = ", name);
	if (!result)
		puts(error ? error_name(error) : "None");
	else if (RGC_IS(result, node) || RGC_IS(result, fin))
		puts(name_of(result));
	else if (RGC_IS(result, rgc_iterator))
		puts("iterator");
	else if (RGC_IS(result, rgc_set))
		print_set(result);
	else {
		print_value(result);
		puts("");
	}
}

static void do_make(struct words *w)
{
	rgc_object *result = call_function(w->word[1], w, 2);
	if (!result)
		print_answer(w->word[1], result, errno);
	rgc_steal(variable(w->word[0]), result);
}

static void do_ask(struct words *w)
{
	rgc_auto rgc_object *result = call_function(w->word[0], w, 1);
	print_answer(w->word[0], result, errno);
}

#define FUNCTION_COMMANDS                                                                                    \
	{"make", do_make},                                                                                   \
	{                                                                                                    \
		"ask", do_ask                                                                                \
	}
