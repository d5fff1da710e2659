/* amounts.c - adding up what call paths cost. */
#include "profile/amounts.h"

#include "figures/weight.h"

#define OF_NODE(name, of_node) .name = of_node,
struct amounts amounts_of(const struct model_node *node, enum remains remains, uint64_t sample_bytes)
{
	return (struct amounts){AMOUNTS(OF_NODE, OF_NODE, OF_NODE)};
}

#define ADD(name, of_node) sum->name += more->name;
void amounts_add(struct amounts *sum, const struct amounts *more)
{
	AMOUNTS(ADD, ADD, ADD)
}

#define WEIGH(name, of_node) sum->name = weight_blocks(sum->name, sample_bytes);
#define LEAVE(name, of_node)
void amounts_weigh(struct amounts *sum, uint64_t sample_bytes)
{
	AMOUNTS(WEIGH, LEAVE, LEAVE)
}
