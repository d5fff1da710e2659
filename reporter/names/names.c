/* names.c - the part of names.h that both directions share. */
#include "names/names.h"

#include "trace/crc.h"

#include <stdlib.h>

void names_finish(struct names *names)
{
	free(names->texts);
	free(names->text_bytes);
	free(names->functions);
	free(names->frames);
	free(names->codes);
	free(names->pairs);
	free(names->modules);
	free(names->sources);
	free(names->marked);
	free(names->warnings);
	*names = (struct names){0};
}

int names_compare_keys(const void *left, const void *right)
{
	const struct names_key *a = left, *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->pc != b->pc)
		return a->pc < b->pc ? -1 : 1;
	return (int)a->exact - (int)b->exact;
}

uint64_t names_key_crc(const struct names_key *keys, size_t count)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t words[2] = {keys[i].pc, (uint64_t)keys[i].module << 1 | keys[i].exact};

		crc = crc32_update(crc, words, sizeof(words));
	}
	return crc;
}

const struct names_code *names_find(const struct names *names, const struct names_key *key)
{
	const struct names_key *found = names->code_count > 0 ? bsearch(key, names->keys, names->code_count,
									sizeof(*key), names_compare_keys)
							      : NULL;

	return found ? &names->codes[found - names->keys] : NULL;
}
