/* rgc_script_order.h - functions of rgc_script_functions.h: order, heaps, sorted lists. */

static void *f_compare(void **values, size_t count)
{
	(void)count;
	int order;
	return rgc_compare(values[0], values[1], &order) ? NULL : rgc_int_new(order);
}

static void *f_sort(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_list_sort(values[0], NULL, NULL));
}

static void *f_heapify(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_heapq_heapify(values[0], NULL, NULL));
}

static void *f_heappush(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_heapq_push(values[0], values[1], NULL, NULL));
}

static void *f_heappop(void **values, size_t count)
{
	(void)count;
	return rgc_heapq_pop(values[0], NULL, NULL);
}

static void *f_heapreplace(void **values, size_t count)
{
	(void)count;
	return rgc_heapq_replace(values[0], values[1], NULL, NULL);
}

static void *f_heappushpop(void **values, size_t count)
{
	(void)count;
	return rgc_heapq_pushpop(values[0], values[1], NULL, NULL);
}

static void *f_nsmallest(void **values, size_t count)
{
	(void)count;
	return rgc_heapq_nsmallest((size_t)number_of(values[0]), values[1], NULL, NULL);
}

static void *f_nlargest(void **values, size_t count)
{
	(void)count;
	return rgc_heapq_nlargest((size_t)number_of(values[0]), values[1], NULL, NULL);
}

static void *f_bisectleft(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_bisect_left(values[0], values[1], NULL, NULL));
}

static void *f_bisectright(void **values, size_t count)
{
	(void)count;
	return number_or_error(rgc_bisect_right(values[0], values[1], NULL, NULL));
}

static void *f_insortleft(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_insort_left(values[0], values[1], NULL, NULL));
}

static void *f_insortright(void **values, size_t count)
{
	(void)count;
	return nothing_or_error(rgc_insort_right(values[0], values[1], NULL, NULL));
}

#define ORDER_FUNCTIONS                                                                                      \
	{"compare", f_compare}, {"sort", f_sort}, {"heapify", f_heapify}, {"heappush", f_heappush},          \
		{"heappop", f_heappop}, {"heapreplace", f_heapreplace}, {"heappushpop", f_heappushpop},      \
		{"nsmallest", f_nsmallest}, {"nlargest", f_nlargest}, {"bisectleft", f_bisectleft},          \
		{"bisectright", f_bisectright}, {"insortleft", f_insortleft},                                \
	{                                                                                                    \
		"insortright", f_insortright                                                                 \
	}
