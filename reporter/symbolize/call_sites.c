/*
 * call_sites.c - see call_sites.h.
 */
#include "call_sites.h"

#include "base/pool.h"
#include "sources.h"

#include <dwarf.h>
#include <stdlib.h>

/* Real nesting stays far below; the bound keeps hostile DWARF off the stack's end. */
#define DEPTH_MAX 200

static bool has_flag(Dwarf_Die *die, unsigned name, unsigned gnu_name)
{
	Dwarf_Attribute attribute;
	bool flag = false;

	if (!dwarf_attr(die, name, &attribute) && !dwarf_attr(die, gnu_name, &attribute))
		return false;
	return dwarf_formflag(&attribute, &flag) == 0 && flag;
}

static uint64_t address_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Addr address;

	return dwarf_attr(die, name, &attribute) && dwarf_formaddr(&attribute, &address) == 0 ? address : 0;
}

/* What follows a jump has an address as what follows a call has, but nothing returns there. */
static void add_site(struct call_sites *sites, Dwarf_Die *die)
{
	bool jump = has_flag(die, DW_AT_call_tail_call, DW_AT_GNU_tail_call);
	uint64_t within = address_of(die, DW_AT_call_pc), behind = address_of(die, DW_AT_call_return_pc);
	struct call_site site = {.callee = *die};

	if (behind == 0)
		behind = address_of(die, DW_AT_low_pc);
	site.within = within > 0 ? within : behind > 0 ? behind - 1 : 0;
	site.returns = jump ? 0 : behind;
	if (!sources_follow(&site.callee, DW_AT_call_origin) &&
	    !sources_follow(&site.callee, DW_AT_abstract_origin))
		site.callee = (Dwarf_Die){.addr = NULL};
	sites->list = pool_grow(sites->list, &sites->capacity, sites->count + 1, sizeof(*sites->list));
	sites->list[sites->count++] = site;
}

static void add_below(struct call_sites *sites, Dwarf_Die *parent, int depth)
{
	Dwarf_Die child, next;

	if (depth >= DEPTH_MAX || dwarf_child(parent, &child) != 0)
		return;
	for (;;) {
		switch (dwarf_tag(&child)) {
		case DW_TAG_call_site:
		case DW_TAG_GNU_call_site:
			add_site(sites, &child);
			break;
		case DW_TAG_inlined_subroutine:
		case DW_TAG_lexical_block:
		case DW_TAG_try_block:
		case DW_TAG_catch_block:
		case DW_TAG_with_stmt:
			add_below(sites, &child, depth + 1);
			break;
		default:
			break;
		}
		/* DW_AT_sibling may point anywhere: only forwards is progress. */
		if (dwarf_siblingof(&child, &next) != 0 || next.addr <= child.addr)
			return;
		child = next;
	}
}

static int by_return(const void *left, const void *right)
{
	const struct call_site *a = left, *b = right;

	if (a->returns != b->returns)
		return a->returns < b->returns ? -1 : 1;
	return (a->within > b->within) - (a->within < b->within);
}

void call_sites_add(struct call_sites *sites, Dwarf_Die *function)
{
	bool all = has_flag(function, DW_AT_call_all_calls, DW_AT_GNU_all_call_sites) ||
		   has_flag(function, DW_AT_call_all_source_calls, DW_AT_GNU_all_source_call_sites) ||
		   has_flag(function, DW_AT_call_all_tail_calls, DW_AT_GNU_all_tail_call_sites);

	sites->incomplete |= !all;
	add_below(sites, function, 0);
	if (sites->count > 0)
		qsort(sites->list, sites->count, sizeof(*sites->list), by_return);
}

#define JUMP_BYTES 6 /* at most */

void call_sites_add_jump(struct call_sites *sites, uint64_t address)
{
	for (size_t i = 0; i < sites->count; i++)
		if (sites->list[i].returns == 0 && sites->list[i].within - address < JUMP_BYTES)
			return;
	sites->list = pool_grow(sites->list, &sites->capacity, sites->count + 1, sizeof(*sites->list));
	sites->list[sites->count++] = (struct call_site){.within = address};
	qsort(sites->list, sites->count, sizeof(*sites->list), by_return);
}

void call_sites_finish(struct call_sites *sites)
{
	free(sites->list);
	*sites = (struct call_sites){0};
}

const struct call_site *call_sites_find(const struct call_sites *sites, uint64_t returns)
{
	size_t low = 0, high = sites->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (sites->list[middle].returns < returns)
			low = middle + 1;
		else
			high = middle;
	}
	return returns > 0 && low < sites->count && sites->list[low].returns == returns ? &sites->list[low]
											: NULL;
}
