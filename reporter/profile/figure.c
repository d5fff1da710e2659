/* figure.c - the figures of memory by name. */
#include "profile/figure.h"

#include "figures/weight.h"

#include <stdio.h>
#include <string.h>

enum { BYTES = 1, OF_END = 2, ADVISORY = 4, EXACT = 8, SORTS = 16 };

/* Where amounts are, by name: what whole processes only have is no member. */
#define OFFSET(name, of_node) AMOUNT_OF_##name = offsetof(struct amounts, name),
enum { AMOUNTS(OFFSET, OFFSET, OFFSET) };
#define AMOUNT_OF_NO_AMOUNT NO_AMOUNT
#define AMOUNT_OF_NOTHING NO_AMOUNT

#define FIGURE(id, name_, title_, table_, amount_, blocks_, vague_, traits, floor_)                          \
	[FIGURE_##id] = {name_,                                                                              \
			 title_,                                                                             \
			 table_,                                                                             \
			 AMOUNT_OF_##amount_,                                                                \
			 AMOUNT_OF_##blocks_,                                                                \
			 AMOUNT_OF_##vague_,                                                                 \
			 ((traits)&BYTES) != 0,                                                              \
			 ((traits)&OF_END) != 0,                                                             \
			 ((traits)&ADVISORY) != 0,                                                           \
			 ((traits)&EXACT) != 0,                                                              \
			 ((traits)&SORTS) != 0,                                                              \
			 floor_},

const struct figure_info figure_infos[FIGURE_COUNT] = {
#include "profile/figure.def"
};

static bool same(const char *name, const char *text)
{
	for (; *name && *text; name++, text++)
		if (*name != (*text == '-' ? '_' : *text))
			return false;
	return *name == *text;
}

enum figure figure_find(const char *name)
{
	enum figure figure = 0;

	while (figure < FIGURE_COUNT && !same(figure_infos[figure].name, name))
		figure++;
	return figure;
}

static uint64_t amount_at(const struct amounts *amounts, size_t offset)
{
	uint64_t value = 0;

	if (offset != NO_AMOUNT)
		memcpy(&value, (const char *)amounts + offset, sizeof(value));
	return value;
}

uint64_t figure_of(const struct amounts *amounts, enum figure figure)
{
	return amount_at(amounts, figure_infos[figure].amount);
}

uint64_t figure_blocks(const struct amounts *amounts, enum figure figure)
{
	return amount_at(amounts, figure_infos[figure].blocks);
}

uint64_t figure_vague(const struct amounts *amounts, enum figure figure)
{
	return amount_at(amounts, figure_infos[figure].vague);
}

uint64_t figure_error(const struct amounts *amounts, enum figure figure, uint64_t sample_bytes)
{
	return figure_infos[figure].bytes ? weight_error_bytes(figure_vague(amounts, figure), sample_bytes)
					  : 0;
}

void figure_names(char *text, size_t text_bytes)
{
	size_t left = 0, used = 0;

	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++)
		left += figure_infos[figure].sorts;
	*text = '\0';
	for (enum figure figure = 0; figure < FIGURE_COUNT && used < text_bytes; figure++) {
		const struct figure_info *info = &figure_infos[figure];

		if (!info->sorts)
			continue;
		left--;
		used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", info->name,
					 left > 1    ? ", "
					 : left == 1 ? " or "
						     : "");
	}
}
