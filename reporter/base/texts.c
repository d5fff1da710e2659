/* texts.c - see texts.h. */
#include "base/texts.h"

#include "base/pool.h"

#include <stdlib.h>

void texts_finish(struct texts *texts)
{
	strings_finish(&texts->strings);
	map_finish(&texts->numbers);
	free(texts->list);
}

uint32_t texts_number(struct texts *texts, const char *text)
{
	const char *known = strings_intern(&texts->strings, text);
	uintptr_t number = (uintptr_t)map_get(&texts->numbers, (uintptr_t)known, 0);

	if (number > 0)
		return (uint32_t)number - 1;
	texts->list = pool_grow(texts->list, &texts->capacity, texts->count + 1, sizeof(*texts->list));
	texts->list[texts->count++] = known;
	map_put(&texts->numbers, (uintptr_t)known, 0, (void *)texts->count); // NOLINT
	return (uint32_t)texts->count - 1;
}
