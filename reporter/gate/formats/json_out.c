/*
 * json_out.c - see json_out.h.
 */
#include "gate/formats/json_out.h"

#include "formats/json.h"

#include <errno.h>
#include <stdbool.h>

json_t *json_out_text(const char *text)
{
	return text ? json_text(text) : json_null();
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

/* Not json_dumps(): out of memory, it may leave out a part without a word. */
int json_out_print(FILE *out, json_t *root)
{
	bool printed = root && json_dumpf(root, out, JSON_INDENT(1)) == 0;

	json_decref(root);
	if (printed)
		putc('\n', out);
	return printed || ferror(out) ? 0 : -ENOMEM;
}
