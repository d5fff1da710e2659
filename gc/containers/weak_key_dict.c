/*
 * weak_key_dict.c - rgc_weak_key_dict: values that it owns, by keys that it does not.
 */
#include "weak_table.h"

struct rgc_weak_key_dict {
	struct weak_table weak;
};

rgc_weak_key_dict *rgc_weak_key_dict_new(void)
{
	return rgc__weak_table_new(&RGC_TYPE(rgc_weak_key_dict), WEAK_KEY);
}

size_t rgc_weak_key_dict_length(const rgc_weak_key_dict *dict)
{
	return missing(dict) ? 0 : dict->weak.table.live;
}

void *rgc_weak_key_dict_get(const rgc_weak_key_dict *dict, const void *key)
{
	if (missing(dict) || missing(key))
		return NULL;
	return rgc__weak_table_get(&dict->weak, key);
}

void *rgc_weak_key_dict_ref(const rgc_weak_key_dict *dict, const void *key)
{
	check_object(dict);
	check_object(key);
	return rgc_ref(rgc_weak_key_dict_get(dict, key));
}

int rgc_weak_key_dict_contains(const rgc_weak_key_dict *dict, const void *key)
{
	if (missing(dict) || missing(key))
		return -1;
	return rgc__weak_table_contains(&dict->weak, key);
}

int rgc_weak_key_dict_set(rgc_weak_key_dict *dict, void *key, void *value)
{
	if (missing(dict) || missing(key) || missing(value))
		return -1;
	return rgc__weak_table_set(&dict->weak, key, value) < 0 ? -1 : 0;
}

void *rgc_weak_key_dict_set_default(rgc_weak_key_dict *dict, void *key, void *value)
{
	if (missing(dict) || missing(key) || missing(value))
		return NULL;
	return rgc__weak_table_set_default(&dict->weak, key, value);
}

int rgc_weak_key_dict_delete(rgc_weak_key_dict *dict, const void *key)
{
	if (missing(dict) || missing(key))
		return -1;
	return rgc__weak_table_delete(&dict->weak, key);
}

void *rgc_weak_key_dict_pop(rgc_weak_key_dict *dict, const void *key)
{
	if (missing(dict) || missing(key))
		return NULL;
	return rgc__weak_table_pop(&dict->weak, key);
}

rgc_weak_key_dict *rgc_weak_key_dict_copy(const rgc_weak_key_dict *dict)
{
	return missing(dict) ? NULL : rgc__weak_table_copy(&dict->weak);
}

void rgc_weak_key_dict_clear(rgc_weak_key_dict *dict)
{
	if (!missing(dict))
		rgc__weak_table_clear(dict);
}

int rgc_weak_key_dict_next(const rgc_weak_key_dict *dict, rgc_cursor *cursor, void **key, void **value)
{
	return missing(dict) ? -1 : rgc__weak_table_next(&dict->weak, cursor, key, value);
}

const struct rgc_type RGC_TYPE(rgc_weak_key_dict) = {
	.name = "rgc_weak_key_dict",
	.size = sizeof(rgc_weak_key_dict),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = rgc__weak_table_traverse,
	.clear = rgc__weak_table_clear,
};
