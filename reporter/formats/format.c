/* format.c - the list of formats, and what those for people have in common. */
#include "formats/format.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT(name, words, for_people) {#name, words, for_people, format_as_##name},
const struct format formats[] = {
#include "formats/formats.def"
	{0},
};

const struct format *format_find(const char *name)
{
	for (const struct format *format = formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	return NULL;
}

void format_names(char *text, size_t text_bytes)
{
	size_t used = 0;

	*text = '\0';
	for (const struct format *format = formats; format->name && used < text_bytes; format++) {
		const char *between = format == formats ? "" : format[1].name ? ", " : " or ";

		used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", between, format->name);
	}
}

/* ---- columns ------------------------------------------------------------------------- */

static char plain(char letter)
{
	return letter == ' ' || letter == '-' ? '_' : (char)tolower((unsigned char)letter);
}

static const char *asked_name(const struct column *column)
{
	return column->name ? column->name : column->asked;
}

/* Whether --columns means a column: by its name, with or without the unit; or as its header is written. */
static bool means(const char *word, const struct column *column)
{
	const char *name = asked_name(column);

	while (name && *word && plain(*word) == *name)
		word++, name++;
	return name && !*word && (!*name || strcmp(name, "_bytes") == 0);
}

bool format_shows(const struct column *column, const struct style *style)
{
	if (!column->header)
		return false;
	if (!style->columns || column->shown == COLUMN_ALWAYS)
		return column->shown != COLUMN_ON_REQUEST;
	for (const char *const *word = style->columns; *word; word++)
		if (means(*word, column))
			return true;
	return false;
}

void format_columns(const struct table *table, const struct style *style,
		    const struct column *shown[TABLE_COLUMNS_MAX + 1])
{
	size_t count = 0;

	for (size_t i = 0; table->columns[i] && count < TABLE_COLUMNS_MAX; i++)
		if (format_shows(table->columns[i], style))
			shown[count++] = table->columns[i];
	shown[count] = NULL;
}

static bool may_be_asked_for(const struct column *column)
{
	return column->header && asked_name(column) && column->shown != COLUMN_ALWAYS;
}

/* The tables of a document whose columns may be chosen. */
static struct table chosen_table(const struct section *section)
{
	return section->inner ? section->inner(NULL) : section->table;
}

static bool is_known(const struct document *document, const char *word)
{
	for (size_t i = 0; i < document->count; i++) {
		struct table table = chosen_table(&document->sections[i]);

		for (size_t k = 0; table.columns && table.columns[k]; k++)
			if (may_be_asked_for(table.columns[k]) && means(word, table.columns[k]))
				return true;
	}
	return false;
}

static void list_known(const struct document *document, char *known, size_t known_bytes)
{
	size_t used = 0;

	*known = '\0';
	for (size_t i = 0; i < document->count; i++) {
		struct table table = chosen_table(&document->sections[i]);

		for (size_t k = 0; table.columns && table.columns[k] && used < known_bytes; k++)
			if (may_be_asked_for(table.columns[k]))
				used += (size_t)snprintf(known + used, known_bytes - used, "%s%s",
							 used > 0 ? ", " : "", asked_name(table.columns[k]));
	}
}

const char *format_unknown_column(const struct document *document, const struct style *style, char *known,
				  size_t known_bytes)
{
	for (const char *const *word = style->columns; word && *word; word++)
		if (!is_known(document, *word)) {
			list_known(document, known, known_bytes);
			return *word;
		}
	return NULL;
}
