/*
 * table_json.c - tables whose columns are data, as JSON values.
 */
#include "view/table.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Length of the valid UTF-8 sequence at `text`, 0 if there is none; jansson is the judge. */
static size_t sequence_length(const char *text)
{
	for (size_t length = 1; length <= 4 && text[length - 1]; length++) {
		json_t *probe = json_stringn(text, length);

		json_decref(probe);
		if (probe)
			return length;
	}
	return 0;
}

static json_t *repaired_text(const char *text)
{
	char *copy = malloc(strlen(text) * (sizeof(REPLACEMENT) - 1) + 1);
	char *end = copy;
	json_t *string;

	if (!copy)
		return NULL;
	while (*text) {
		size_t length = sequence_length(text);

		end = mempcpy(end, length > 0 ? text : REPLACEMENT,
			      length > 0 ? length : sizeof(REPLACEMENT) - 1);
		text += length > 0 ? length : 1;
	}
	*end = '\0';
	string = json_string(copy);
	free(copy);
	return string;
}

json_t *table_json_text(const char *text)
{
	json_t *string = json_string(text);

	return string ? string : repaired_text(text);
}

static json_t *cell_json(const struct cell *cell)
{
	if (cell->kind == CELL_BLANK)
		return json_null();
	if (cell->kind == CELL_TEXT)
		return table_json_text(cell->text);
	return json_integer(cell->number);
}

json_t *table_json_row(const struct table *table, size_t index)
{
	const char *row = (const char *)table->rows + index * table->row_bytes;
	json_t *object = json_object();

	for (size_t i = 0; object && table->columns[i]; i++) {
		struct cell cell = table->columns[i]->cell(row, table->context);

		if (json_object_set_new(object, table->columns[i]->name, cell_json(&cell)) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

json_t *table_json(const struct table *table)
{
	json_t *array = json_array();

	for (size_t row = 0; array && row < table->row_count; row++)
		if (json_array_append_new(array, table_json_row(table, row)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}
