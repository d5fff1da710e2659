/* rgc_script_iter.h - functions of rgc_script_functions.h: iterators. */

static void *f_iter(void **values, size_t count)
{
	(void)count;
	return rgc_iter(values[0]);
}

static void *f_next(void **values, size_t count)
{
	(void)count;
	return rgc_next(values[0]);
}

static void *f_list(void **values, size_t count)
{
	(void)count;
	return rgc_list_from(values[0]);
}

static void *f_extend(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_list_extend_from(values[0], values[1]));
}

static void *f_keys(void **values, size_t count)
{
	(void)count;
	return rgc_dict_keys(values[0]);
}

static void *f_values(void **values, size_t count)
{
	(void)count;
	return rgc_dict_values(values[0]);
}

static void *f_items(void **values, size_t count)
{
	(void)count;
	return rgc_dict_items(values[0]);
}

static void *f_range(void **values, size_t count)
{
	(void)count;
	return rgc_range(number_of(values[0]), number_of(values[1]), number_of(values[2]));
}

static int count_down(void *data, void **item)
{
	int64_t left = number_of(rgc_list_get(data, 0));
	if (left == 13)
		errno = EDOM;
	if (left <= 0 || left == 13)
		return left == 13 ? -1 : 0;
	rgc_auto rgc_int *less = rgc_int_new(left - 1);
	*item = rgc_list_ref(data, 0);
	return rgc_list_set(data, 0, less) ? -1 : 1;
}

/* A generator that counts from a number to 1, and fails at 13. */
static void *f_countdown(void **values, size_t count)
{
	(void)count;
	rgc_auto rgc_list *left = rgc_list_new();
	must(!rgc_list_append(left, values[0]), "countdown");
	return rgc_iterator_new(count_down, left);
}

static void *pair_of(void *item, void *data)
{
	return rgc_tuple_of(2, data, item);
}

static void *quotient(void *item, void *data)
{
	if (number_of(item))
		return rgc_int_new(number_of(data) / number_of(item));
	errno = EDOM;
	return NULL;
}

static int is_less(void *item, void *data)
{
	return number_of(item) < number_of(data);
}

static void *f_pairs(void **values, size_t count)
{
	(void)count;
	return rgc_map(values[0], pair_of, values[1]);
}

static void *f_quotients(void **values, size_t count)
{
	(void)count;
	return rgc_map(values[0], quotient, values[1]);
}

static void *f_below(void **values, size_t count)
{
	(void)count;
	return rgc_filter(values[0], is_less, values[1]);
}

static void *f_chain(void **values, size_t count)
{
	return count == 3   ? rgc_chain(3, values[0], values[1], values[2])
	       : count == 2 ? rgc_chain(2, values[0], values[1])
			    : rgc_chain(1, values[0]);
}

static void *f_chainfrom(void **values, size_t count)
{
	(void)count;
	return rgc_chain_from(values[0]);
}

/* A stop of -1: none. */
static void *f_islice(void **values, size_t count)
{
	(void)count;
	ssize_t stop = number_of(values[2]);
	return rgc_islice(values[0], number_of(values[1]), stop < 0 ? SSIZE_MAX : stop, number_of(values[3]));
}

static void *f_enumerate(void **values, size_t count)
{
	(void)count;
	return rgc_enumerate(values[0], number_of(values[1]));
}

static void *f_zip(void **values, size_t count)
{
	return count == 3   ? rgc_zip(3, values[0], values[1], values[2])
	       : count == 2 ? rgc_zip(2, values[0], values[1])
			    : rgc_zip(1, values[0]);
}

#define ITERATOR_FUNCTIONS                                                                                   \
	{"iter", f_iter}, {"next", f_next}, {"list", f_list}, {"extend", f_extend}, {"keys", f_keys},        \
		{"values", f_values}, {"items", f_items}, {"range", f_range}, {"countdown", f_countdown},    \
		{"pairs", f_pairs}, {"quotients", f_quotients}, {"below", f_below}, {"chain", f_chain},      \
		{"chainfrom", f_chainfrom}, {"islice", f_islice}, {"enumerate", f_enumerate},                \
	{                                                                                                    \
		"zip", f_zip                                                                                 \
	}
