/* rgc_script_items.h - functions of rgc_script_functions.h: what lists, dictionaries and sets have besides.
 */

static void *number_or_index_error(int64_t number, int error)
{
	if (number < 0 && errno == ENOENT)
		errno = error;
	return number_or_error(number);
}

/* list.remove and list.index of what is not there: EINVAL stands for ValueError. */
static void *f_listremove(void **values, size_t count)
{
	(void)count;
	rgc_auto rgc_object *zero = number_or_index_error(rgc_list_remove(values[0], values[1]), EINVAL);
	return NULL;
}

static void *f_index(void **values, size_t count)
{
	(void)count;
	return number_or_index_error(rgc_list_find(values[0], values[1]), EINVAL);
}

static void *f_count(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_list_count(values[0], values[1]));
}

static void *f_reverse(void **values, size_t count)
{
	(void)count;
	rgc_list_reverse(values[0]);
	return NULL;
}

static void *f_tuple(void **values, size_t count)
{
	(void)count;
	return rgc_tuple_from(values[0]);
}

static void *f_set(void **values, size_t count)
{
	(void)count;
	return rgc_set_from(values[0]);
}

static void *f_setupdate(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_set_update_from(values[0], values[1]));
}

static void *f_union(void **values, size_t count)
{
	(void)count;
	return rgc_set_union(values[0], values[1]);
}

static void *f_intersection(void **values, size_t count)
{
	(void)count;
	return rgc_set_intersection(values[0], values[1]);
}

static void *f_difference(void **values, size_t count)
{
	(void)count;
	return rgc_set_difference(values[0], values[1]);
}

static void *f_symmetric(void **values, size_t count)
{
	(void)count;
	return rgc_set_symmetric_difference(values[0], values[1]);
}

static void *f_issubset(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_set_is_subset(values[0], values[1]));
}

static void *f_issuperset(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_set_is_superset(values[0], values[1]));
}

static void *f_isdisjoint(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_set_is_disjoint(values[0], values[1]));
}

static void *f_setdefault(void **values, size_t count)
{
	(void)count;
	return rgc_ref((rgc_object *)rgc_dict_set_default(values[0], values[1], values[2]));
}

static void *f_pop(void **values, size_t count)
{
	(void)count;
	return RGC_IS(values[0], rgc_dict) ? rgc_dict_pop(values[0], values[1])
					   : rgc_list_pop(values[0], number_of(values[1]));
}

static void *f_update(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_dict_update(values[0], values[1]));
}

#define ITEM_FUNCTIONS                                                                                       \
	{"listremove", f_listremove}, {"index", f_index}, {"count", f_count}, {"reverse", f_reverse},        \
		{"tuple", f_tuple}, {"set", f_set}, {"setupdate", f_setupdate}, {"union", f_union},          \
		{"intersection", f_intersection}, {"difference", f_difference}, {"symmetric", f_symmetric},  \
		{"issubset", f_issubset}, {"issuperset", f_issuperset}, {"isdisjoint", f_isdisjoint},        \
		{"setdefault", f_setdefault}, {"pop", f_pop},                                                \
	{                                                                                                    \
		"update", f_update                                                                           \
	}
