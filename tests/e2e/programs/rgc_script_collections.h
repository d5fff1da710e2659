/* rgc_script_collections.h - the part of rgc_script.c about frozensets, deques, counters, defaultdicts,
 * arrays and bytes.  Words are literals here as well: 1, 2.5, 'text', b:00ff, True, None. */

static bool is_literal(const char *text)
{
	return strchr("0123456789-'", *text) || !strncmp(text, "b:", 2) || !strcmp(text, "True") ||
	       !strcmp(text, "False") || !strcmp(text, "None");
}

/* Owned. */
static rgc_object *owned(const char *text)
{
	return is_literal(text) ? argument(text) : rgc_ref(value(text));
}

/* Of the words from `first` on. */
static rgc_list *list_of(struct words *w, size_t first)
{
	rgc_list *list = rgc_list_new();
	for (size_t i = first; i < w->count; i++)
		must(!rgc_list_append_steal(list, owned(w->word[i])), w->word[i]);
	return list;
}

/* Consumes the reference; NULL is an error. */
static void print_result(struct words *w, const char *verb, void *object)
{
	rgc_auto rgc_str *form = object ? rgc_repr(object) : rgc_str_new("error");
	rgc_decref(object);
	printf("%s", verb);
	for (size_t i = 0; i < w->count; i++)
		printf(" %s", w->word[i]);
	printf(" -> %s\n", rgc_str_get(form));
}

static void print_int(struct words *w, const char *verb, int64_t number)
{
	print_result(w, verb, rgc_int_new(number));
}

static void print_truth(struct words *w, const char *verb, int truth)
{
	print_result(w, verb, truth < 0 ? NULL : (void *)rgc_bool_new(truth));
}

static void do_show(struct words *w)
{
	print_result(w, "show", owned(w->word[0]));
}

static void do_same(struct words *w)
{
	rgc_auto rgc_object *a = owned(w->word[0]), *b = owned(w->word[1]);
	print_truth(w, "same", rgc_equal(a, b));
}

/* ---- deques ---- */

static void do_deque(struct words *w)
{
	made(w->word[0], rgc_deque_new(w->count > 1 ? (size_t)atol(w->word[1]) : RGC_DEQUE_UNBOUNDED));
}

static void do_push(struct words *w)
{
	must(!rgc_deque_append_steal(the(w->word[0]), owned(w->word[1])), "push");
}

static void do_pushleft(struct words *w)
{
	must(!rgc_deque_append_left_steal(the(w->word[0]), owned(w->word[1])), "pushleft");
}

static void do_pop(struct words *w)
{
	print_result(w, "pop", rgc_deque_pop(the(w->word[0])));
}

static void do_popleft(struct words *w)
{
	print_result(w, "popleft", rgc_deque_pop_left(the(w->word[0])));
}

static void do_extend(struct words *w)
{
	rgc_auto rgc_list *list = list_of(w, 1);
	must(!rgc_deque_extend(the(w->word[0]), list), "extend");
}

static void do_extendleft(struct words *w)
{
	rgc_auto rgc_list *list = list_of(w, 1);
	must(!rgc_deque_extend_left(the(w->word[0]), list), "extendleft");
}

static void do_rotate(struct words *w)
{
	must(!rgc_deque_rotate(the(w->word[0]), atol(w->word[1])), "rotate");
}

static void do_at(struct words *w)
{
	print_result(w, "at", rgc_deque_ref(the(w->word[0]), atol(w->word[1])));
}

static void do_storeat(struct words *w)
{
	rgc_auto rgc_object *item = owned(w->word[2]);
	print_truth(w, "storeat", rgc_deque_set(the(w->word[0]), atol(w->word[1]), item) ? -1 : 1);
}

static void do_removeat(struct words *w)
{
	print_truth(w, "removeat", rgc_deque_delete(the(w->word[0]), atol(w->word[1])) ? -1 : 1);
}

static void do_takeout(struct words *w)
{
	rgc_auto rgc_object *item = owned(w->word[1]);
	print_truth(w, "takeout", rgc_deque_remove(the(w->word[0]), item) ? -1 : 1);
}

/* ---- frozensets ---- */

static void do_frozenset(struct words *w)
{
	rgc_auto rgc_set *set = rgc_set_new();
	for (size_t i = 1; i < w->count; i++)
		must(rgc_set_add_steal(set, owned(w->word[i])) >= 0, w->word[i]);
	made(w->word[0], rgc_frozenset_new(set));
}

static void do_frozen(struct words *w)
{
	static const struct {
		const char *name;
		rgc_frozenset *(*combine)(const rgc_frozenset *, const void *);
	} operations[] = {{"union", rgc_frozenset_union},
			  {"intersection", rgc_frozenset_intersection},
			  {"difference", rgc_frozenset_difference},
			  {"symmetric_difference", rgc_frozenset_symmetric_difference}};
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, w->word[1]))
			made(w->word[0], operations[i].combine(the(w->word[2]), the(w->word[3])));
}

static void do_subset(struct words *w)
{
	print_truth(w, "subset", rgc_frozenset_is_subset(the(w->word[0]), the(w->word[1])));
}

static void do_hasmember(struct words *w)
{
	rgc_auto rgc_object *item = owned(w->word[1]);
	print_truth(w, "hasmember", rgc_frozenset_contains(the(w->word[0]), item));
}

static int compare_forms(const void *a, const void *b, void *unused)
{
	(void)unused;
	return rgc_str_compare(a, b);
}

static void do_members(struct words *w)
{
	rgc_auto rgc_list *forms = rgc_list_new();
	rgc_cursor at = {0, 0};
	void *item;
	while (rgc_frozenset_next(the(w->word[0]), &at, &item) == 1)
		must(!rgc_list_append_steal(forms, rgc_repr(item)), "members");
	must(!rgc_list_sort(forms, compare_forms, NULL), "members");
	print_result(w, "members", rgc_ref(forms));
}

/* ---- counters ---- */

static void do_counter(struct words *w)
{
	made(w->word[0], rgc_counter_new());
}

static void do_tally(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	must(!rgc_counter_add(the(w->word[0]), key, atol(w->word[2])), "tally");
}

static void do_setcount(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	must(!rgc_counter_set(the(w->word[0]), key, atol(w->word[2])), "setcount");
}

static void do_uncount(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	must(rgc_counter_discard(the(w->word[0]), key) >= 0, "uncount");
}

static void do_countof(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	int64_t count;
	must(rgc_counter_get(the(w->word[0]), key, &count) >= 0, "countof");
	print_int(w, "countof", count);
}

static void do_total(struct words *w)
{
	int64_t total;
	must(!rgc_counter_total(the(w->word[0]), &total), "total");
	print_int(w, "total", total);
}

static void do_common(struct words *w)
{
	struct rgc_count counts[WORDS];
	size_t count = rgc_counter_most_common(the(w->word[0]), counts, (size_t)atol(w->word[1]));
	rgc_auto rgc_list *pairs = rgc_list_new();
	for (size_t i = 0; i < count; i++) {
		rgc_auto rgc_int *number = rgc_int_new(counts[i].count);
		must(!rgc_list_append_steal(pairs, rgc_tuple_of(2, counts[i].key, number)), "common");
	}
	print_result(w, "common", rgc_ref(pairs));
}

static void do_update(struct words *w)
{
	must(!rgc_counter_update(the(w->word[0]), the(w->word[1])), "update");
}

static void do_subtract(struct words *w)
{
	must(!rgc_counter_subtract(the(w->word[0]), the(w->word[1])), "subtract");
}

static void do_combine(struct words *w)
{
	switch (*w->word[2]) {
	case '+':
		made(w->word[0], rgc_counter_plus(the(w->word[1]), the(w->word[3])));
		break;
	case '-':
		made(w->word[0], rgc_counter_minus(the(w->word[1]), the(w->word[3])));
		break;
	case '|':
		made(w->word[0], rgc_counter_union(the(w->word[1]), the(w->word[3])));
		break;
	default:
		made(w->word[0], rgc_counter_intersection(the(w->word[1]), the(w->word[3])));
	}
}

/* ---- dictionaries ---- */

static void *make_list(void *unused)
{
	(void)unused;
	return rgc_list_new();
}

static void do_defaultdict(struct words *w)
{
	made(w->word[0], rgc_defaultdict_new(make_list, NULL));
}

static void do_group(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	must(!rgc_list_append_steal(rgc_defaultdict_get(the(w->word[0]), key), owned(w->word[2])), "group");
}

static void do_groups(struct words *w)
{
	print_result(w, "groups", rgc_ref(rgc_defaultdict_dict(the(w->word[0]))));
}

static void do_pair(struct words *w)
{
	must(!rgc_dict_set_steal(the(w->word[0]), owned(w->word[1]), owned(w->word[2])), "pair");
}

static void do_movetoend(struct words *w)
{
	rgc_auto rgc_object *key = owned(w->word[1]);
	int result = rgc_dict_move_to_end(the(w->word[0]), key, !strcmp(w->word[2], "last"));
	print_truth(w, "movetoend", result ? -1 : 1);
}

static void do_popitem(struct words *w)
{
	void *key, *item;
	int result = rgc_dict_pop_item(the(w->word[0]), !strcmp(w->word[1], "last"), &key, &item);
	print_result(w, "popitem", result ? NULL : rgc_tuple_of_steal(2, key, item));
}

/* ---- arrays and bytes ---- */

static void do_array(struct words *w)
{
	made(w->word[0], rgc_array_new(*w->word[1]));
}

static void do_number(struct words *w)
{
	int failed = strchr(w->word[1], '.') ? rgc_array_append_float(the(w->word[0]), atof(w->word[1]))
					     : rgc_array_append_int(the(w->word[0]), atoll(w->word[1]));
	print_truth(w, "number", failed ? -1 : 1);
}

static void do_setnumber(struct words *w)
{
	int failed = rgc_array_set_int(the(w->word[0]), atol(w->word[1]), atoll(w->word[2]));
	print_truth(w, "setnumber", failed ? -1 : 1);
}

static void do_getnumber(struct words *w)
{
	print_result(w, "getnumber", rgc_array_ref(the(w->word[0]), atol(w->word[1])));
}

static void do_delnumber(struct words *w)
{
	print_truth(w, "delnumber", rgc_array_delete(the(w->word[0]), atol(w->word[1])) ? -1 : 1);
}

static void do_slice(struct words *w)
{
	rgc_auto rgc_object *bytes = owned(w->word[0]);
	print_result(w, "slice", rgc_bytes_slice((rgc_bytes *)bytes, atol(w->word[1]), atol(w->word[2])));
}

static void do_find(struct words *w)
{
	rgc_auto rgc_object *bytes = owned(w->word[0]), *part = owned(w->word[1]);
	print_int(w, "find",
		  rgc_bytes_find((rgc_bytes *)bytes, (rgc_bytes *)part, atol(w->word[2]), atol(w->word[3])));
}

static void do_concat(struct words *w)
{
	rgc_auto rgc_object *a = owned(w->word[0]), *b = owned(w->word[1]);
	print_result(w, "concat", rgc_bytes_concat((rgc_bytes *)a, (rgc_bytes *)b));
}

#define COLLECTION_COMMANDS                                                                                  \
	{"show", do_show}, {"same", do_same}, {"deque", do_deque}, {"push", do_push},                        \
		{"pushleft", do_pushleft}, {"pop", do_pop}, {"popleft", do_popleft}, {"extend", do_extend},  \
		{"extendleft", do_extendleft}, {"rotate", do_rotate}, {"at", do_at},                         \
		{"storeat", do_storeat}, {"removeat", do_removeat}, {"takeout", do_takeout},                 \
		{"frozenset", do_frozenset}, {"frozen", do_frozen}, {"subset", do_subset},                   \
		{"hasmember", do_hasmember}, {"members", do_members}, {"counter", do_counter},               \
		{"tally", do_tally}, {"setcount", do_setcount}, {"uncount", do_uncount},                     \
		{"countof", do_countof}, {"total", do_total}, {"common", do_common}, {"update", do_update},  \
		{"subtract", do_subtract}, {"combine", do_combine}, {"defaultdict", do_defaultdict},         \
		{"group", do_group}, {"groups", do_groups}, {"pair", do_pair}, {"movetoend", do_movetoend},  \
		{"popitem", do_popitem}, {"array", do_array}, {"number", do_number},                         \
		{"setnumber", do_setnumber}, {"getnumber", do_getnumber}, {"delnumber", do_delnumber},       \
		{"slice", do_slice}, {"find", do_find},                                                      \
	{                                                                                                    \
		"concat", do_concat                                                                          \
	}
