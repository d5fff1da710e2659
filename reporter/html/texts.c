/* texts.c - see texts.h. */
#include "html/texts.h"

#include "formats/json.h"

#include <stdlib.h>

void texts_init(struct texts *texts)
{
	*texts = (struct texts){0};
	strings_init(&texts->known);
	texts_number(texts, "");
}

void texts_finish(struct texts *texts)
{
	strings_finish(&texts->known);
	map_finish(&texts->numbers);
	free(texts->list);
}

uint32_t texts_number(struct texts *texts, const char *text)
{
	const char *known = strings_intern(&texts->known, text);
	uintptr_t number = (uintptr_t)map_get(&texts->numbers, (uintptr_t)known, 0);

	if (number > 0)
		return (uint32_t)(number - 1);
	texts->list = pool_grow(texts->list, &texts->capacity, texts->count + 1, sizeof(*texts->list));
	texts->list[texts->count] = known;
	map_put(&texts->numbers, (uintptr_t)known, 0, (void *)(texts->count + 1)); // NOLINT
	return (uint32_t)texts->count++;
}

void texts_print(FILE *out, const struct texts *texts)
{
	fputc('[', out);
	for (size_t i = 0; i < texts->count; i++) {
		fputs(i > 0 ? ",\n" : "", out);
		json_print_text(out, texts->list[i]);
	}
	fputc(']', out);
}
