/* codes.c - see codes.h. */
#include "reader/codes.h"

#define FIRST_SLOTS 1024u

void codes_complete(struct codes *codes)
{
	free(codes->table);
	codes->table = NULL;
	codes->slots = 0;
}

void codes_finish(struct codes *codes)
{
	codes_complete(codes);
	vector_finish(&codes->list);
}

int codes_add_root(struct codes *codes)
{
	return vector_add(&codes->list, sizeof(struct trace_code)) ? 0 : -ENOMEM;
}

/* Module and flags in one word. */
static uint64_t kind_of(const struct trace_code *code)
{
	return (uint64_t)code->module << 3 | (uint64_t)code->exact_pc << 2 | (uint64_t)code->truncated << 1 |
	       code->label;
}

static bool same_code(const struct trace_code *a, const struct trace_code *b)
{
	return a->pc == b->pc && kind_of(a) == kind_of(b);
}

/* The slot that holds the code's index, or the empty one where it belongs. */
static uint32_t *find_slot(const struct codes *codes, const struct trace_code *code)
{
	const struct trace_code *list = codes->list.data;
	uint64_t hash = (code->pc ^ kind_of(code) << 48) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t at = (hash ^ hash >> 32) & (codes->slots - 1);; at = (at + 1) & (codes->slots - 1)) {
		uint32_t index = codes->table[at];

		if (index == 0 || same_code(&list[index], code))
			return &codes->table[at];
	}
}

static bool reserve_slot(struct codes *codes)
{
	const struct trace_code *list = codes->list.data;
	size_t slots = codes->slots ? 2 * codes->slots : FIRST_SLOTS;

	if (2 * codes->list.count < codes->slots)
		return true;
	free(codes->table);
	codes->table = calloc(slots, sizeof(*codes->table));
	codes->slots = codes->table ? slots : 0;
	for (uint32_t i = 1; codes->table && i < codes->list.count; i++)
		*find_slot(codes, &list[i]) = i;
	return codes->table;
}

uint32_t codes_index(struct codes *codes, const struct trace_code *code)
{
	if (!reserve_slot(codes))
		return 0;
	uint32_t *slot = find_slot(codes, code);
	if (*slot == 0 && vector_push(&codes->list, code, sizeof(*code)) == 0)
		*slot = (uint32_t)codes->list.count - 1;
	return *slot;
}
