/*
 * original.c - see original.h.
 */
#include "preload/unwind/original.h"

#include "arch_trampoline.h"

_Atomic uint32_t tracer_areas;

static struct tracer_area areas[TRACER_AREAS_MAX];
static uintptr_t own_code_from, own_code_to;

static uint32_t count_areas(void)
{
	/* Relaxed: see the header. */
	return atomic_load_explicit(&tracer_areas, memory_order_relaxed);
}

int tracer_add_area(const struct tracer_area *area)
{
	uint32_t count = count_areas();

	if (count == TRACER_AREAS_MAX)
		return -1;
	areas[count] = *area;
	/* Release: a signal handler of this thread that sees the count sees the area. */
	atomic_store_explicit(&tracer_areas, count + 1, memory_order_release);
	return (int)count;
}

void tracer_end_area(int number)
{
	/* Relaxed: nobody is there by then, and nobody comes. */
	atomic_store_explicit(&areas[number].gone, true, memory_order_relaxed);
}

void tracer_move_area(int number, uintptr_t from, uintptr_t to, uintptr_t bias)
{
	areas[number].from = from;
	areas[number].to = to;
	areas[number].bias = bias;
	/* Release: a signal handler of this thread that sees it there sees where. */
	atomic_store_explicit(&areas[number].gone, false, memory_order_release);
}

static bool is_gone(const struct tracer_area *area)
{
	/* Acquire: pairs with the release when it came back. */
	return atomic_load_explicit(&area->gone, memory_order_acquire);
}

void tracer_set_own_code(uintptr_t from, uintptr_t to)
{
	own_code_from = from;
	own_code_to = to;
}

bool tracer_is_own_code_slow(uintptr_t pc)
{
	return pc - own_code_from < own_code_to - own_code_from;
}

static const struct tracer_area *area_of(uintptr_t pc)
{
	for (uint32_t i = 0, count = count_areas(); i < count; i++)
		if (!is_gone(&areas[i]) && pc - areas[i].from < areas[i].to - areas[i].from)
			return &areas[i];
	return NULL;
}

/* The last site whose trampoline starts at the offset or before it: of several that start there the others
 * have none. */
static uint32_t site_at(const struct tracer_area *area, uint32_t offset)
{
	uint32_t low = 0, high = area->count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (area->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* In the area's trampolines. */
static void find_in_area(const struct tracer_area *area, uintptr_t pc, uintptr_t *original_pc,
			 uintptr_t *sp_delta)
{
	uint32_t offset = (uint32_t)(pc - area->from), number = site_at(area, offset);
	const struct plan_site *site = &area->sites[number];
	struct arch_done done = arch_trampoline_done(&area->instructions[site->first_instruction],
						     site->instruction_count, offset - area->starts[number]);

	*original_pc = site->address + area->bias + done.bytes;
	*sp_delta = done.stack_bytes;
}

/* The first site from an address on. */
static uint32_t first_site_from(const struct tracer_area *area, uint64_t address)
{
	uint32_t low = 0, high = area->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (area->sites[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The site whose springboard stands at the address, and so no farther away than a short jump reaches. */
static const struct plan_site *site_of_springboard(const struct tracer_area *area, uint64_t address)
{
	uint64_t from = address > ARCH_SHORT_JUMP_REACH ? address - ARCH_SHORT_JUMP_REACH : 0;

	for (uint32_t i = first_site_from(area, from); i < area->count; i++) {
		const struct plan_site *site = &area->sites[i];
		if (site->address > address + ARCH_SHORT_JUMP_REACH)
			break;
		if (site->way == PLAN_SHORT_JUMP && site->springboard == address)
			return site;
	}
	return NULL;
}

/* On a springboard, which stands where the code of another place was. */
static bool find_by_springboard(uintptr_t pc, uintptr_t *original_pc)
{
	for (uint32_t i = 0, count = count_areas(); i < count; i++) {
		const struct plan_site *site =
			is_gone(&areas[i]) ? NULL : site_of_springboard(&areas[i], pc - areas[i].bias);
		if (site) {
			*original_pc = site->address + areas[i].bias;
			return true;
		}
	}
	return false;
}

bool tracer_original_slow(uintptr_t pc, uintptr_t *original_pc, uintptr_t *sp_delta)
{
	const struct tracer_area *area = area_of(pc);

	*sp_delta = 0;
	if (!area)
		return find_by_springboard(pc, original_pc);
	find_in_area(area, pc, original_pc, sp_delta);
	return true;
}
