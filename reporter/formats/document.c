/* document.c - see document.h. */
#include "formats/document.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void document_finish(struct document *document)
{
	free(document->sections);
	pool_finish(&document->pool);
	*document = (struct document){0};
}

struct section *document_add(struct document *document, const struct section *section)
{
	document->sections = pool_grow(document->sections, &document->capacity, document->count + 1,
				       sizeof(*document->sections));
	document->sections[document->count] = *section;
	return &document->sections[document->count++];
}

const struct section *document_find(const struct document *document, const char *name)
{
	for (size_t i = 0; i < document->count; i++)
		if (document->sections[i].name && strcmp(document->sections[i].name, name) == 0)
			return &document->sections[i];
	return NULL;
}

void document_names(const struct document *document, char *names, size_t names_bytes)
{
	size_t used = 0;

	*names = '\0';
	for (size_t i = 0; i < document->count && used < names_bytes; i++)
		if (document->sections[i].name)
			used += (size_t)snprintf(names + used, names_bytes - used, "%s%s",
						 used > 0 ? ", " : "", document->sections[i].name);
}

/* Whether a part of the column's name ("totals.frees") is among these. */
static bool is_named(const struct column *column, const char *const *names)
{
	for (const char *part = column->name; part; part = strchr(part, '.') ? strchr(part, '.') + 1 : NULL)
		for (size_t i = 0; names[i]; i++)
			if (strlen(names[i]) == strcspn(part, ".") && text_starts(part, names[i]))
				return true;
	return false;
}

void document_without(struct document *document, const char *const *names)
{
	for (size_t i = 0; i < document->count; i++) {
		struct table *table = &document->sections[i].table;
		const struct column **kept;
		size_t count = 0, used = 0;

		while (table->columns && table->columns[count])
			count++;
		kept = pool_alloc(&document->pool, (count + 1) * sizeof(struct column *));
		for (size_t k = 0; k < count; k++)
			if (!is_named(table->columns[k], names))
				kept[used++] = table->columns[k];
		table->columns = kept;
	}
}

void *document_keep(struct document *document, const void *row, size_t row_bytes)
{
	return memcpy(pool_alloc(&document->pool, row_bytes), row, row_bytes);
}

const char *const *document_words(struct document *document, const char *const *words, size_t count)
{
	const char **copy = pool_alloc(&document->pool, (count + 1) * sizeof(*copy));

	if (count > 0)
		memcpy(copy, words, count * sizeof(*copy));
	return copy;
}
