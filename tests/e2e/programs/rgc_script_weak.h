/*
 * rgc_script_weak.h - the part of rgc_script.c about weak containers, and functions at an object's end.
 *
 * A key of weak values is a word, or @variable; texts are written as they are, all else by its name.
 */

/* Containers are no objects that others ask for by name. */
static void made_unnamed(const char *name, void *object)
{
	made(name, object);
	name_object(object, "");
}

static void do_text(struct words *w)
{
	made(w->word[0], rgc_str_new(w->word[1]));
}

static void do_weakvalues(struct words *w)
{
	made_unnamed(w->word[0], rgc_weak_value_dict_new());
}

static void do_weakkeys(struct words *w)
{
	made_unnamed(w->word[0], rgc_weak_key_dict_new());
}

static void do_weakset(struct words *w)
{
	made_unnamed(w->word[0], rgc_weak_set_new());
}

static bool has_weak_keys(const char *name)
{
	return RGC_IS(the(name), rgc_weak_key_dict);
}

/* Owned. */
static void *key(const struct words *w)
{
	const char *text = w->word[1];
	if (has_weak_keys(w->word[0]))
		return rgc_ref(value(text));
	return *text == '@' ? rgc_ref((void *)value(text + 1)) : (void *)rgc_str_new(text);
}

static const char *written(const void *object)
{
	if (!object)
		return "none";
	return RGC_IS(object, rgc_str) ? rgc_str_get(object) : name_of(object);
}

static void print_found(const char *verb, const struct words *w, const char *result)
{
	printf("%s %s %s %s\n", verb, w->word[0], w->word[1], result);
}

static void do_wput(struct words *w)
{
	rgc_auto rgc_object *k = key(w);
	must(!(has_weak_keys(w->word[0]) ? rgc_weak_key_dict_set(the(w->word[0]), k, value(w->word[2]))
					 : rgc_weak_value_dict_set(the(w->word[0]), k, value(w->word[2]))),
	     "wput");
}

static void do_wdefault(struct words *w)
{
	rgc_auto rgc_object *k = key(w);
	void *found = has_weak_keys(w->word[0])
			      ? rgc_weak_key_dict_set_default(the(w->word[0]), k, value(w->word[2]))
			      : rgc_weak_value_dict_set_default(the(w->word[0]), k, value(w->word[2]));
	print_found("wdefault", w, written(found));
}

static void do_wget(struct words *w)
{
	rgc_auto rgc_object *k = key(w);
	print_found("wget", w,
		    written(has_weak_keys(w->word[0]) ? rgc_weak_key_dict_get(the(w->word[0]), k)
						      : rgc_weak_value_dict_get(the(w->word[0]), k)));
}

static void do_wpop(struct words *w)
{
	rgc_auto rgc_object *k = key(w);
	rgc_auto rgc_object *found = has_weak_keys(w->word[0]) ? rgc_weak_key_dict_pop(the(w->word[0]), k)
							       : rgc_weak_value_dict_pop(the(w->word[0]), k);
	print_found("wpop", w, written(found));
}

static void do_wdel(struct words *w)
{
	rgc_auto rgc_object *k = key(w);
	int result = has_weak_keys(w->word[0]) ? rgc_weak_key_dict_delete(the(w->word[0]), k)
					       : rgc_weak_value_dict_delete(the(w->word[0]), k);
	print_found("wdel", w, result ? "0" : "1");
}

static void do_whas(struct words *w)
{
	rgc_auto rgc_object *k = RGC_IS(the(w->word[0]), rgc_weak_set) ? rgc_ref(value(w->word[1])) : key(w);
	int result = has_weak_keys(w->word[0]) ? rgc_weak_key_dict_contains(the(w->word[0]), k)
		     : RGC_IS(the(w->word[0]), rgc_weak_set)
			     ? rgc_weak_set_contains(the(w->word[0]), k)
			     : rgc_weak_value_dict_contains(the(w->word[0]), k);
	print_found("whas", w, result ? "1" : "0");
}

static void do_wadd(struct words *w)
{
	must(rgc_weak_set_add(the(w->word[0]), value(w->word[1])) >= 0, "wadd");
}

static void do_wdiscard(struct words *w)
{
	must(rgc_weak_set_discard(the(w->word[0]), value(w->word[1])) >= 0, "wdiscard");
}

static void do_wtake(struct words *w)
{
	rgc_auto rgc_object *taken = rgc_weak_set_pop(the(w->word[0]));
	printf("wtake %s %s\n", w->word[0], written(taken));
}

static void do_wlength(struct words *w)
{
	void *object = the(w->word[0]);
	size_t length = RGC_IS(object, rgc_weak_key_dict) ? rgc_weak_key_dict_length(object)
			: RGC_IS(object, rgc_weak_set)    ? rgc_weak_set_length(object)
							  : rgc_weak_value_dict_length(object);
	printf("wlength %s %zu\n", w->word[0], length);
}

static void do_wempty(struct words *w)
{
	void *object = the(w->word[0]);
	if (RGC_IS(object, rgc_weak_key_dict))
		rgc_weak_key_dict_clear(object);
	else if (RGC_IS(object, rgc_weak_set))
		rgc_weak_set_clear(object);
	else
		rgc_weak_value_dict_clear(object);
}

static void do_wcopy(struct words *w)
{
	void *object = the(w->word[1]);
	made_unnamed(w->word[0], RGC_IS(object, rgc_weak_key_dict) ? (void *)rgc_weak_key_dict_copy(object)
				 : RGC_IS(object, rgc_weak_set)    ? (void *)rgc_weak_set_copy(object)
								: (void *)rgc_weak_value_dict_copy(object));
}

static int next_pair(void *dict, rgc_cursor *at, void **k, void **v)
{
	return RGC_IS(dict, rgc_weak_key_dict) ? rgc_weak_key_dict_next(dict, at, k, v)
					       : rgc_weak_value_dict_next(dict, at, k, v);
}

/* Each pair is held until the next is. */
static void do_each(struct words *w)
{
	rgc_auto rgc_object *dict = rgc_ref((rgc_object *)the(w->word[0]));
	rgc_cursor at = {0, 0};
	void *k, *v;
	rgc_object *held_key = NULL, *held_value = NULL;
	int found;
	while ((found = next_pair(dict, &at, &k, &v)) == 1) {
		rgc_incref(k);
		rgc_set(&held_value, (rgc_object *)v);
		rgc_steal(&held_key, (rgc_object *)k);
		printf("each %s %s %s\n", w->word[0], written(k), written(v));
		act(w->rest, v);
	}
	if (found < 0)
		printf("each %s changed\n", w->word[0]);
	rgc_decref(held_value);
	rgc_decref(held_key);
}

/* Of a set; in any order. */
static void do_wmembers(struct words *w)
{
	rgc_cursor at = {0, 0};
	size_t count = 0;
	void *item;
	while (rgc_weak_set_next(the(w->word[0]), &at, &item) == 1)
		buffer[count++] = item;
	print_objects("wmembers", count);
}

/* ---- at the end ---- */

typedef struct ending {
	RGC_HEAD;
	char name[24];
	const char *actions;
} ending;
RGC_DEFINE_TYPE(ending);

static void on_ending(void *argument)
{
	const ending *it = argument;
	printf("atend %s\n", it->name);
	act(it->actions, NULL);
}

static void do_atend(struct words *w)
{
	rgc_auto ending *it = rgc_new(ending);
	must(it, "atend");
	snprintf(it->name, sizeof(it->name), "%s", w->word[0]);
	it->actions = w->rest;
	made_unnamed(w->word[0], rgc_at_end_new(value(w->word[1]), on_ending, it));
}

static void do_ecall(struct words *w)
{
	printf("ecall %s %d\n", w->word[0], rgc_at_end_call(the(w->word[0])));
}

static void do_edetach(struct words *w)
{
	printf("edetach %s %d\n", w->word[0], rgc_at_end_detach(the(w->word[0])));
}

static void do_epeek(struct words *w)
{
	rgc_at_end *it = the(w->word[0]);
	printf("epeek %s %s alive %d atexit %d\n", w->word[0], written(rgc_at_end_peek(it, NULL, NULL)),
	       rgc_at_end_is_alive(it), rgc_at_end_get_at_exit(it));
}

static void do_eatexit(struct words *w)
{
	rgc_at_end_set_at_exit(the(w->word[0]), *w->word[1] == '1');
}

static void do_finalize(struct words *w)
{
	(void)w;
	must(!rgc_finalize(), "finalize");
}

#define WEAK_COMMANDS                                                                                        \
	{"text", do_text}, {"weakvalues", do_weakvalues}, {"weakkeys", do_weakkeys},                         \
		{"weakset", do_weakset}, {"wput", do_wput}, {"wdefault", do_wdefault}, {"wget", do_wget},    \
		{"wpop", do_wpop}, {"wdel", do_wdel}, {"whas", do_whas}, {"wadd", do_wadd},                  \
		{"wdiscard", do_wdiscard}, {"wtake", do_wtake}, {"wlength", do_wlength},                     \
		{"wempty", do_wempty}, {"wcopy", do_wcopy}, {"each", do_each}, {"wmembers", do_wmembers},    \
		{"atend", do_atend}, {"ecall", do_ecall}, {"edetach", do_edetach}, {"epeek", do_epeek},      \
		{"eatexit", do_eatexit},                                                                     \
	{                                                                                                    \
		"finalize", do_finalize                                                                      \
	}
