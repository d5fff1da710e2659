/* rgc_script_containers.h - the part of rgc_script.c about containers and the memoizer. */

static void do_list(struct words *w)
{
	made(w->word[0], rgc_list_new());
}

static void do_dict(struct words *w)
{
	made(w->word[0], rgc_dict_new());
}

static void do_hashset(struct words *w)
{
	made(w->word[0], rgc_set_new());
}

static void do_tuple(struct words *w)
{
	rgc_tuple *tuple = rgc_tuple_new(w->count - 1);
	for (size_t i = 1; i < w->count; i++)
		must(!rgc_tuple_init_steal(tuple, i - 1, rgc_ref(value(w->word[i]))), "tuple");
	made(w->word[0], tuple);
}

static void do_append(struct words *w)
{
	must(!rgc_list_append(the(w->word[0]), value(w->word[1])), "append");
}

static void do_insert(struct words *w)
{
	must(!rgc_list_insert(the(w->word[0]), atoi(w->word[1]), value(w->word[2])), "insert");
}

static void do_store(struct words *w)
{
	must(!rgc_list_set(the(w->word[0]), atoi(w->word[1]), value(w->word[2])), "store");
}

static void do_remove(struct words *w)
{
	must(!rgc_list_delete(the(w->word[0]), atoi(w->word[1])), "remove");
}

static void do_put(struct words *w)
{
	rgc_auto rgc_str *key = rgc_str_new(w->word[1]);
	must(key && !rgc_dict_set(the(w->word[0]), key, value(w->word[2])), "put");
}

static void do_putint(struct words *w)
{
	rgc_auto rgc_str *key = rgc_str_new(w->word[1]);
	rgc_auto rgc_int *number = rgc_int_new(1000);
	must(key && number && !rgc_dict_set(the(w->word[0]), key, number), "putint");
}

static void do_unput(struct words *w)
{
	rgc_auto rgc_str *key = rgc_str_new(w->word[1]);
	rgc_auto rgc_object *old = rgc_dict_pop(the(w->word[0]), key);
	printf("unput %s %d\n", w->word[1], old != NULL);
}

static void do_add(struct words *w)
{
	must(rgc_set_add(the(w->word[0]), value(w->word[1])) >= 0, "add");
}

static void do_discard(struct words *w)
{
	must(rgc_set_discard(the(w->word[0]), value(w->word[1])) >= 0, "discard");
}

static void do_empty(struct words *w)
{
	void *object = the(w->word[0]);
	if (RGC_IS(object, rgc_list))
		rgc_list_clear(object);
	else if (RGC_IS(object, rgc_dict))
		rgc_dict_clear(object);
	else if (RGC_IS(object, rgc_deque))
		rgc_deque_clear(object);
	else if (RGC_IS(object, rgc_counter))
		rgc_counter_clear(object);
	else
		rgc_set_clear(object);
}

static void do_length(struct words *w)
{
	void *object = the(w->word[0]);
	size_t length;
	if (RGC_IS(object, rgc_list))
		length = rgc_list_length(object);
	else if (RGC_IS(object, rgc_dict))
		length = rgc_dict_length(object);
	else if (RGC_IS(object, rgc_deque))
		length = rgc_deque_length(object);
	else if (RGC_IS(object, rgc_counter))
		length = rgc_counter_length(object);
	else if (RGC_IS(object, rgc_frozenset))
		length = rgc_frozenset_length(object);
	else
		length = RGC_IS(object, rgc_tuple) ? rgc_tuple_length(object) : rgc_set_length(object);
	printf("length %s %zu\n", w->word[0], length);
}

static void do_items(struct words *w)
{
	rgc_list *list = the(w->word[0]);
	printf("items %s ", w->word[0]);
	for (size_t i = 0; i < rgc_list_length(list); i++)
		printf("%s%s", i ? " " : "", name_of(rgc_list_get(list, (ssize_t)i)));
	puts("");
}

static void do_keys(struct words *w)
{
	rgc_cursor at = {0, 0};
	void *key;
	printf("keys %s ", w->word[0]);
	for (const char *gap = ""; rgc_dict_next(the(w->word[0]), &at, &key, NULL) == 1; gap = " ")
		printf("%s%s", gap, rgc_str_get(key));
	puts("");
}

/* ---- memoizer ---- */

static void print_value(const void *object)
{
	rgc_auto rgc_str *text = rgc_repr(object);
	fputs(rgc_str_get(text), stdout);
}

static void *echo(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	(void)cache_name;
	fputs("compute", stdout);
	for (size_t i = 0; i < rgc_tuple_length(arguments); i++) {
		putchar(' ');
		print_value(rgc_tuple_get(arguments, (ssize_t)i));
	}
	rgc_cursor at = {0, 0};
	void *key, *keyword;
	while (keywords && rgc_dict_next(keywords, &at, &key, &keyword) == 1) {
		printf(" %s=", rgc_str_get(key));
		print_value(keyword);
	}
	puts(rgc_tuple_length(arguments) || keywords ? "" : " ");
	return rgc_int_new(
		(int64_t)(rgc_tuple_length(arguments) + 2 * (keywords ? rgc_dict_length(keywords) : 0)));
}

static rgc_lru_cache *named_cache(const void *cache_name)
{
	return the(rgc_str_get(cache_name));
}

static int64_t first_argument(const rgc_tuple *arguments)
{
	return rgc_int_get(rgc_tuple_get(arguments, 0));
}

/* The cache's result for an integer. */
static int64_t again(void *cache_name, int64_t argument)
{
	rgc_auto rgc_int *number = rgc_int_new(argument);
	rgc_auto rgc_int *result = rgc_lru_cache_call1(named_cache(cache_name), number);
	must(result, "call");
	return rgc_int_get(result);
}

static void *fib(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	(void)keywords;
	int64_t n = first_argument(arguments);
	return rgc_int_new(n < 2 ? n : again(cache_name, n - 1) + again(cache_name, n - 2));
}

static void *fail(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	(void)keywords, (void)cache_name;
	int64_t n = first_argument(arguments);
	printf("compute %d\n", (int)n);
	errno = EDOM;
	return n % 2 ? NULL : rgc_int_new(n);
}

static void *clearing(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	(void)keywords;
	int64_t n = first_argument(arguments);
	if (n)
		again(cache_name, n - 1);
	if (n % 2 == 0)
		rgc_lru_cache_clear(named_cache(cache_name));
	return rgc_int_new(n);
}

static void *same(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	static bool inside;
	(void)keywords;
	inside = !inside;
	return rgc_int_new(inside ? again(cache_name, first_argument(arguments)) + 1 : 0);
}

static void *holder(const rgc_tuple *arguments, const rgc_dict *keywords, void *cache_name)
{
	char name[24];
	(void)keywords;
	fin *object = rgc_new(fin);
	must(object, "holder");
	snprintf(name, sizeof(name), "%.10s-%d", rgc_str_get(cache_name), (int)first_argument(arguments));
	name_object(object, name);
	rgc_set(&object->a, (rgc_object *)named_cache(cache_name));
	return object;
}

static const struct {
	const char *name;
	rgc_function function;
} functions[] = {
	{"echo", echo},         {"fib", fib},   {"fail", fail},
	{"clearing", clearing}, {"same", same}, {"holder", holder},
};

static void do_cache(struct words *w)
{
	ssize_t maxsize = strcmp(w->word[2], "unbounded") ? atoi(w->word[2]) : RGC_LRU_UNBOUNDED;
	rgc_auto rgc_str *name = rgc_str_new(w->word[0]);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (!strcmp(functions[i].name, w->word[1]))
			made(w->word[0], rgc_lru_cache_new(functions[i].function, name, maxsize,
							   !strcmp(w->word[3], "typed")));
	}
}

static rgc_bytes *bytes_of(const char *hexadecimal)
{
	char bytes[LINE];
	size_t length = 0;
	for (unsigned byte; sscanf(hexadecimal + 2 * length, "%2x", &byte) == 1;)
		bytes[length++] = (char)byte;
	return rgc_bytes_new(bytes, length);
}

static void *argument(const char *text)
{
	if (*text == '\'')
		return rgc_str_new_bytes(text + 1, strlen(text) - 2);
	if (!strncmp(text, "b:", 2))
		return bytes_of(text + 2);
	if (!strcmp(text, "None"))
		return rgc_none_new();
	if (!strcmp(text, "True") || !strcmp(text, "False"))
		return rgc_bool_new(*text == 'T');
	return strchr(text, '.') ? (void *)rgc_float_new(atof(text)) : (void *)rgc_int_new(atoi(text));
}

static rgc_dict *keywords_of(struct words *w, size_t first)
{
	rgc_dict *keywords = first < w->count ? rgc_dict_new() : NULL;
	for (size_t i = first; i < w->count; i++) {
		size_t length = strcspn(w->word[i], "=");
		rgc_auto rgc_str *key = rgc_str_new_bytes(w->word[i], length);
		rgc_auto rgc_object *keyword = argument(w->word[i] + length + 1);
		must(!rgc_dict_set(keywords, key, keyword), "keyword");
	}
	return keywords;
}

static void do_call(struct words *w)
{
	size_t positional = 1;
	while (positional < w->count && !strchr(w->word[positional], '='))
		positional++;
	rgc_auto rgc_tuple *arguments = rgc_tuple_new(positional - 1);
	for (size_t i = 1; i < positional; i++)
		must(!rgc_tuple_init_steal(arguments, i - 1, argument(w->word[i])), "argument");
	rgc_auto rgc_dict *keywords = keywords_of(w, positional);
	rgc_auto rgc_object *result = rgc_lru_cache_call(the(w->word[0]), arguments, keywords);
	must(result || errno == EDOM, "call");
	printf("call");
	for (size_t i = 0; i < w->count; i++)
		printf(" %s", w->word[i]);
	printf(" -> ");
	if (!result)
		printf("error");
	else if (RGC_IS(result, rgc_int))
		print_value(result);
	else
		printf("%s", name_of(result));
	puts("");
}

static const char *maxsize_text(ssize_t maxsize, char text[24])
{
	snprintf(text, 24, "%zd", maxsize);
	return maxsize == RGC_LRU_UNBOUNDED ? "unbounded" : text;
}

static void do_info(struct words *w)
{
	char text[24];
	struct rgc_lru_info info = rgc_lru_cache_info(the(w->word[0]));
	printf("info %s hits %zu misses %zu maxsize %s currsize %zu\n", w->word[0], (size_t)info.hits,
	       (size_t)info.misses, maxsize_text(info.maxsize, text), info.currsize);
}

static void do_parameters(struct words *w)
{
	char text[24];
	ssize_t maxsize;
	bool typed;
	rgc_lru_cache_parameters(the(w->word[0]), &maxsize, &typed);
	printf("parameters %s %s %s\n", w->word[0], maxsize_text(maxsize, text), typed ? "typed" : "untyped");
}

static void do_forget(struct words *w)
{
	rgc_lru_cache_clear(the(w->word[0]));
}

#define CONTAINER_COMMANDS                                                                                   \
	{"list", do_list}, {"dict", do_dict}, {"plaindict", do_dict}, {"hashset", do_hashset},               \
		{"tuple", do_tuple}, {"append", do_append}, {"insert", do_insert}, {"store", do_store},      \
		{"remove", do_remove}, {"put", do_put}, {"putint", do_putint}, {"unput", do_unput},          \
		{"add", do_add}, {"discard", do_discard}, {"empty", do_empty}, {"length", do_length},        \
		{"items", do_items}, {"keys", do_keys}, {"cache", do_cache}, {"call", do_call},              \
		{"info", do_info}, {"parameters", do_parameters},                                            \
	{                                                                                                    \
		"forget", do_forget                                                                          \
	}
