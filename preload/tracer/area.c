/*
 * area.c - see area.h.
 *
 * Behind the program's own break the heap grows, so an area lies as far from a module as jumps reach, and
 * below it rather than above.  It is written first, and then executed, never both.
 */
#include "preload/tracer/area.h"

#include "preload/base/kernel.h"
#include "preload/tracer/hit.h"

#include "arch_trampoline.h"

#include <stdbool.h>
#include <sys/mman.h>

#define PAGE_BYTES ((size_t)4096)
#define STEP_BYTES ((uintptr_t)1 << 21) /* from one try to the next */
#define LOWEST ((uintptr_t)1 << 16)     /* of what can be mapped: vm.mmap_min_addr */
#define SLOT_BYTES 64                   /* before the first trampoline: where arch_hit is */

static size_t whole_pages(size_t bytes)
{
	return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static bool map_at(struct area *area, uintptr_t place)
{
	long memory = kernel_call(SYS_mmap, place, area->bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0L);

	if (memory == -1)
		return false;
	area->memory = (uint8_t *)memory;
	if ((uintptr_t)memory == place)
		return true;
	/* A kernel that takes the place for a hint. */
	kernel_call(SYS_munmap, memory, area->bytes);
	return false;
}

/* All of the object can be reached from all of the area, and the other way round. */
static bool map_near(struct area *area, const struct object *object)
{
	const uintptr_t page = ~(uintptr_t)(PAGE_BYTES - 1);
	uintptr_t lowest = object->to > ARCH_JUMP_REACH ? object->to - ARCH_JUMP_REACH : 0;
	uintptr_t highest = object->from + ARCH_JUMP_REACH - area->bytes;

	lowest = ((lowest > LOWEST ? lowest : LOWEST) + PAGE_BYTES - 1) & page;
	for (uintptr_t place = lowest; place + area->bytes <= object->from; place += STEP_BYTES)
		if (map_at(area, place))
			return true;
	for (uintptr_t place = highest & page; place >= object->to; place -= STEP_BYTES)
		if (map_at(area, place))
			return true;
	area->memory = NULL;
	return false;
}

uint8_t *area_near(const struct object *object, size_t bytes)
{
	struct area area = {.bytes = whole_pages(bytes)};

	return map_near(&area, object) ? area.memory : NULL;
}

static size_t trampoline_bytes(const struct plan_file *plan, const struct plan_site *site)
{
	return site->instruction_count == 0
		       ? 0
		       : arch_trampoline_bytes(&plan->instructions[site->first_instruction],
					       site->instruction_count);
}

static size_t all_bytes(const struct plan_file *plan, const struct plan_module *module)
{
	size_t bytes = SLOT_BYTES;

	for (uint32_t i = 0; i < module->site_count; i++)
		bytes += trampoline_bytes(plan, &plan->sites[module->first_site + i]);
	return whole_pages(bytes);
}

static bool make_space(struct area *area, const struct plan_file *plan, const struct plan_module *module)
{
	area->bytes = all_bytes(plan, module);
	area->count = module->site_count;
	long starts =
		kernel_call(SYS_mmap, NULL, whole_pages(area->count * sizeof *area->starts),
			    PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
	area->starts = starts == -1 ? NULL : (uint32_t *)starts;
	return area->starts != NULL;
}

/* Whether one that a site's trampoline counts is a copy's, or not the only one at its place. */
static bool counts_several(const struct plan_file *plan, const struct plan_module *module, uint32_t index)
{
	const struct plan_site *sites = &plan->sites[module->first_site];
	uint32_t i = index;

	do {
		if (sites[i].copy != 0 || sites[i].way == PLAN_ALSO)
			return true;
		i++;
	} while (i < module->site_count && plan_is_behind_another(&sites[i]));
	return false;
}

/* False if something cannot be reached from there. */
static bool write_all(struct area *area, const struct plan_file *plan, const struct plan_module *module,
		      const struct object *object)
{
	uintptr_t *slot = (uintptr_t *)(void *)area->memory;
	uint8_t *at = area->first = area->memory + SLOT_BYTES;

	*slot = (uintptr_t)arch_hit;
	for (uint32_t i = 0; i < module->site_count; i++) {
		const struct plan_site *site = &plan->sites[module->first_site + i];
		const struct arch_displaced displaced = {
			.instructions = &plan->instructions[site->first_instruction],
			.count = site->instruction_count,
			.number = (plan->sites_before + module->first_site + i) |
				  (counts_several(plan, module, i) ? HIT_SEVERAL : 0),
			.address = site->address + object->bias,
			.bias = object->bias,
		};
		area->starts[i] = (uint32_t)(at - area->first);
		if (trampoline_bytes(plan, site) > 0 && !arch_trampoline_write(at, &displaced, slot))
			return false;
		at += trampoline_bytes(plan, site);
	}
	return true;
}

void area_drop_code(struct area *area)
{
	if (area->memory)
		kernel_call(SYS_munmap, area->memory, area->bytes);
	area->memory = NULL;
}

void area_drop_starts(struct area *area)
{
	if (area->starts)
		kernel_call(SYS_munmap, area->starts, whole_pages(area->count * sizeof *area->starts));
	area->starts = NULL;
}

const char *area_make(struct area *area, const struct plan_file *plan, const struct plan_module *module,
		      const struct object *object)
{
	const char *refusal = NULL;

	*area = (struct area){0};
	if (object->to - object->from >= ARCH_JUMP_REACH / 2)
		return "a module is too large";
	if (!make_space(area, plan, module))
		return "there is no memory for the places";
	if (!map_near(area, object))
		refusal = "there is no room near the code";
	else if (!write_all(area, plan, module, object))
		refusal = "code leads too far away";
	else if (kernel_call(SYS_mprotect, area->memory, area->bytes, PROT_READ | PROT_EXEC) != 0)
		refusal = "the system lets no new code be made";
	if (refusal) {
		area_drop_code(area);
		area_drop_starts(area);
	}
	return refusal;
}

struct tracer_area area_known(const struct area *area, const struct plan_file *plan,
			      const struct plan_module *module, const struct object *object)
{
	return (struct tracer_area){
		.from = (uintptr_t)area->first,
		.to = (uintptr_t)area->memory + area->bytes,
		.bias = object->bias,
		.sites = &plan->sites[module->first_site],
		.instructions = plan->instructions,
		.starts = area->starts,
		.count = area->count,
	};
}
