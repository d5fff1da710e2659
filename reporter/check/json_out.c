/*
 * json_out.c - see json_out.h.
 */
#include "check/json_out.h"

#include "view/table.h"

#include <errno.h>
#include <stdlib.h>

json_t *json_out_text(const char *text)
{
	return text ? table_json_text(text) : json_null();
}

json_t *json_out_number(uint64_t value)
{
	return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *json_out_list(const void *items, size_t count, size_t item_bytes, json_t *(*make)(const void *item))
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < count; i++)
		if (json_array_append_new(array, make((const char *)items + i * item_bytes)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

int json_out_print(FILE *out, json_t *root)
{
	char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;

	json_decref(root);
	if (!text)
		return -ENOMEM;
	fputs(text, out);
	putc('\n', out);
	free(text);
	return 0;
}
