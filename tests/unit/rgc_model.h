/* rgc_model.h - an array of numbers beside a list of them, for the tests of what rgc does to lists. */
#ifndef RGC_MODEL_H
#define RGC_MODEL_H

#include <mprof/rgc.h>

#include <criterion/criterion.h>

#define MODEL_MAX 4000

/* The model: the ids of the items. */
struct model {
	long ids[MODEL_MAX];
	size_t count;
};

static inline long id_of(const void *item)
{
	return rgc_int_get(item);
}

static inline void check_same(const rgc_list *list, const struct model *model)
{
	cr_assert_eq(rgc_list_length(list), model->count);
	for (size_t i = 0; i < model->count; i++)
		cr_assert_eq(id_of(rgc_list_get(list, (ssize_t)i)), model->ids[i], "item %zu", i);
}

/* An order in which ten numbers in a row are equal; counts its calls. */
static inline int by_tens(const void *a, const void *b, void *calls)
{
	++*(size_t *)calls;
	long left = id_of(a) / 10, right = id_of(b) / 10;
	return (left > right) - (left < right);
}

/* As a stable sort by by_tens. */
static inline void model_sort(struct model *model)
{
	for (size_t i = 1; i < model->count; i++)
		for (size_t j = i; j && model->ids[j] / 10 < model->ids[j - 1] / 10; j--) {
			long id = model->ids[j];
			model->ids[j] = model->ids[j - 1];
			model->ids[j - 1] = id;
		}
}

#endif
