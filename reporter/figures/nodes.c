/*
 * nodes.c - see nodes.h.
 */
#include "figures/nodes.h"

#include "trace/array.h"

#include <errno.h>

#define NODES_PER_MARK 32u

struct figures_mark {
	uint64_t offset;
	uint32_t end; /* behind the node before it */
};

void figures_nodes_finish(struct figures_nodes *nodes)
{
	buffer_finish(&nodes->packed);
	array_free(nodes->marks, nodes->mark_capacity, sizeof(*nodes->marks));
	*nodes = (struct figures_nodes){0};
}

/* ---- words ------------------------------------------------------------------ */

#define PACK(name) buffer_varint(payload, node->name);
void figures_node_pack(const struct model_node *node, struct buffer *payload)
{
	NODE_WORDS(PACK)
}

bool figures_node_sound(const struct model_node *node)
{
	return node->own_frees <= node->allocations && node->own_freed_bytes <= node->allocated_bytes &&
	       node->peak_blocks <= node->allocations && node->peak_bytes <= node->allocated_bytes &&
	       node->temporary <= node->own_frees && node->collected_blocks <= node->own_frees &&
	       node->collected_bytes <= node->own_freed_bytes;
}

#define UNPACK(name) node->name = count > taken++ ? varint_next(payload) : 0;
bool figures_node_unpack(struct varint_cursor *payload, size_t count, struct model_node *node)
{
	size_t taken = 0;

	NODE_WORDS(UNPACK)
	node->live_blocks = node->allocations - node->own_frees;
	node->live_bytes = node->allocated_bytes - node->own_freed_bytes;
	return !payload->failed;
}

/* ---- adding ------------------------------------------------------------------ */

static bool add_mark(struct figures_nodes *nodes)
{
	size_t index = nodes->count / NODES_PER_MARK;

	if (index >= nodes->mark_capacity) {
		size_t capacity = array_generous(nodes->mark_capacity, index + 1);
		struct figures_mark *grown =
			array_grow(nodes->marks, nodes->mark_capacity, capacity, sizeof(*grown), ARRAY_DENSE);
		if (!grown)
			return false;
		nodes->marks = grown;
		nodes->mark_capacity = capacity;
	}
	nodes->marks[index] = (struct figures_mark){nodes->packed.length, nodes->end};
	return true;
}

int figures_nodes_add(struct figures_nodes *nodes, uint32_t node, const struct model_node *figures)
{
	if (model_node_is_idle(figures))
		return 0;
	if (nodes->count % NODES_PER_MARK == 0 && !add_mark(nodes))
		return -ENOMEM;
	buffer_varint(&nodes->packed, node - nodes->end);
	figures_node_pack(figures, &nodes->packed);
	nodes->end = node + 1;
	nodes->count++;
	return nodes->packed.failed ? -ENOMEM : 0;
}

/* ---- taking ------------------------------------------------------------------ */

/* From an offset on; nobody else has written what is packed. */
static struct figures_walk walk_from(const struct figures_nodes *nodes, uint64_t offset, uint32_t end)
{
	const struct buffer *packed = &nodes->packed;
	struct figures_walk walk = {.end = end};

	if (packed->length > 0)
		walk.at = varint_cursor(packed->data + offset, packed->length - offset);
	return walk;
}

struct figures_walk figures_walk(const struct figures_nodes *nodes)
{
	return walk_from(nodes, 0, 0);
}

bool figures_walk_next(struct figures_walk *walk, uint32_t *node, struct model_node *figures)
{
	if (varint_left(&walk->at) == 0)
		return false;
	*node = walk->end + (uint32_t)varint_next(&walk->at);
	walk->end = *node + 1;
	return figures_node_unpack(&walk->at, FIGURES_NODE_WORDS, figures);
}

struct model_node figures_walk_to(struct figures_walk *walk, uint32_t wanted)
{
	struct figures_walk before = *walk;
	struct model_node figures;
	uint32_t node;

	for (; figures_walk_next(walk, &node, &figures) && node <= wanted; before = *walk)
		if (node == wanted)
			return figures;
	*walk = before;
	return (struct model_node){0};
}

/* The last mark up to a node. */
static struct figures_mark mark_before(const struct figures_nodes *nodes, uint32_t node)
{
	size_t low = 0, high = (nodes->count + NODES_PER_MARK - 1) / NODES_PER_MARK;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (nodes->marks[middle].end <= node)
			low = middle;
		else
			high = middle;
	}
	return nodes->marks[low];
}

struct model_node figures_nodes_find(const struct figures_nodes *nodes, uint32_t wanted)
{
	struct model_node figures;
	uint32_t node;

	if (wanted >= nodes->end)
		return (struct model_node){0};
	struct figures_mark mark = mark_before(nodes, wanted);
	struct figures_walk walk = walk_from(nodes, mark.offset, mark.end);
	while (figures_walk_next(&walk, &node, &figures) && node <= wanted)
		if (node == wanted)
			return figures;
	return (struct model_node){0};
}
