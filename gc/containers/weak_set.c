/*
 * weak_set.c - rgc_weak_set: items that it does not own.  It owns nothing else, so the collector never sees
 * it.
 */
#include "weak_table.h"

struct rgc_weak_set {
	struct weak_table weak;
};

rgc_weak_set *rgc_weak_set_new(void)
{
	return rgc__weak_table_new(&RGC_TYPE(rgc_weak_set), WEAK_ITEM);
}

size_t rgc_weak_set_length(const rgc_weak_set *set)
{
	return missing(set) ? 0 : set->weak.table.live;
}

int rgc_weak_set_contains(const rgc_weak_set *set, const void *item)
{
	if (missing(set) || missing(item))
		return -1;
	return rgc__weak_table_contains(&set->weak, item);
}

int rgc_weak_set_add(rgc_weak_set *set, void *item)
{
	if (missing(set) || missing(item))
		return -1;
	return rgc__weak_table_set(&set->weak, item, NULL);
}

int rgc_weak_set_discard(rgc_weak_set *set, const void *item)
{
	if (missing(set) || missing(item))
		return -1;
	return rgc__weak_table_discard(&set->weak, item);
}

void *rgc_weak_set_pop(rgc_weak_set *set)
{
	return missing(set) ? NULL : rgc__weak_table_pop_key(&set->weak);
}

rgc_weak_set *rgc_weak_set_copy(const rgc_weak_set *set)
{
	return missing(set) ? NULL : rgc__weak_table_copy(&set->weak);
}

void rgc_weak_set_clear(rgc_weak_set *set)
{
	if (!missing(set))
		rgc__weak_table_clear(set);
}

int rgc_weak_set_next(const rgc_weak_set *set, rgc_cursor *cursor, void **item)
{
	return missing(set) ? -1 : rgc__weak_table_next(&set->weak, cursor, item, NULL);
}

const struct rgc_type RGC_TYPE(rgc_weak_set) = {
	.name = "rgc_weak_set",
	.size = sizeof(rgc_weak_set),
	.flags = TYPE_IS_OURS | RGC_TYPE_UNHASHABLE,
	.clear = rgc__weak_table_clear,
};
