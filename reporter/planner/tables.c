/*
 * tables.c - arrays that grow.
 */
#include "tables.h"

#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

void tables_finish(struct tables *tables)
{
	free(tables->modules);
	free(tables->functions);
	free(tables->rows);
	free(tables->sites);
	free(tables->instructions);
	free(tables->text);
	map_finish(&tables->text_offsets);
	strings_finish(&tables->strings);
	*tables = (struct tables){0};
}

/* The offset of a text that is not there yet. */
static size_t append_text(struct tables *tables, const char *text)
{
	size_t offset = tables->text_bytes, bytes = strlen(text) + 1;
	tables->text = pool_grow(tables->text, &tables->text_capacity, offset + bytes, 1);
	memcpy(tables->text + offset, text, bytes);
	tables->text_bytes += bytes;
	return offset;
}

uint32_t tables_text(struct tables *tables, const char *text)
{
	if (tables->text_bytes == 0)
		append_text(tables, "");
	if (!*text)
		return 0;
	const char *interned = strings_intern(&tables->strings, text);
	uintptr_t offset = (uintptr_t)map_get(&tables->text_offsets, (uintptr_t)interned, 0);
	if (!offset) {
		offset = append_text(tables, interned);
		map_put(&tables->text_offsets, (uintptr_t)interned, 0, (void *)offset); // NOLINT
	}
	return (uint32_t)offset;
}

#define DEFINE_ADD(name)                                                                                     \
	void tables_add_##name(struct tables *tables, const struct plan_##name *name)                        \
	{                                                                                                    \
		tables->name##s = pool_grow(tables->name##s, &tables->name##_capacity,                       \
					    tables->name##_count + 1, sizeof(*tables->name##s));             \
		tables->name##s[tables->name##_count++] = *name;                                             \
	}

DEFINE_ADD(module)
DEFINE_ADD(function)
DEFINE_ADD(row)
DEFINE_ADD(site)
DEFINE_ADD(instruction)
