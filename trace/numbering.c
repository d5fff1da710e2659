/*
 * numbering.c - see numbering.h.
 */
#include "trace/numbering.h"

#include "trace/array.h"

#include <stdbool.h>

void numbering_finish(struct numbering *numbering)
{
	array_free(numbering->of_node, numbering->node_capacity, sizeof(*numbering->of_node));
	array_free(numbering->nodes, numbering->capacity, sizeof(*numbering->nodes));
	*numbering = (struct numbering){0};
}

static bool grow(uint32_t **array, size_t *count, size_t needed)
{
	if (needed <= *count)
		return true;
	size_t more = array_generous(*count, needed);
	uint32_t *grown = array_grow(*array, *count, more, sizeof(*grown), ARRAY_DENSE);
	if (!grown)
		return false;
	*array = grown;
	*count = more;
	return true;
}

uint32_t numbering_add(struct numbering *numbering, uint32_t node)
{
	if (!grow(&numbering->of_node, &numbering->node_capacity, (size_t)node + 1) ||
	    !grow(&numbering->nodes, &numbering->capacity, (size_t)numbering->count + 2))
		return 0;
	uint32_t number = ++numbering->count;
	numbering->of_node[node] = number;
	numbering->nodes[number] = node;
	return number;
}
