/*
 * readable.c - proven ranges of stack memory; see readable.h.
 */
#include "preload/unwind/readable.h"

#include "preload/base/confined.h"
#include "preload/base/kernel.h"
#include "preload/base/probe.h"

#include <pthread.h>
#include <unistd.h>

#define PAGE_BYTES ((uintptr_t)4096) /* larger pages are probed more often than needed, no harm */
/* A larger frame is not believed, nor so deep a stack looked through. */
#define REACH_BYTES ((uintptr_t)64 << 20)

static struct readable_range *range_of(struct readable *readable, uintptr_t sp)
{
	for (size_t i = 0; i < READABLE_RANGES; i++) {
		struct readable_range *range = &readable->range[i];
		if (sp > range->low && sp <= range->high)
			return range;
	}
	return NULL;
}

uintptr_t readable_limit(struct readable *readable, uintptr_t sp)
{
	struct readable_range *range = range_of(readable, sp);
	if (range == NULL) {
		range = &readable->range[readable->next++ % READABLE_RANGES];
		range->low = (sp - sizeof(uint64_t)) & ~(PAGE_BYTES - 1);
		range->high = range->low + PAGE_BYTES;
	}
	return range->high;
}

/* Another range that takes over where this one ends is swallowed. */
static bool merge_at_end(struct readable *readable, struct readable_range *range)
{
	for (size_t i = 0; i < READABLE_RANGES; i++) {
		struct readable_range *other = &readable->range[i];
		if (other != range && other->low <= range->high && other->high > range->high) {
			range->high = other->high;
			*other = (struct readable_range){0};
			return true;
		}
	}
	return false;
}

static bool within_reach(uintptr_t sp, uintptr_t end)
{
	return sp < end && end - sp <= REACH_BYTES;
}

/* Where nothing may be asked: whether the address is above `sp` on the process's own stack, below which there
 * is nothing else for further than the reach. */
static bool is_there_for_certain(uintptr_t sp, uintptr_t address)
{
	uintptr_t end = (uintptr_t)__libc_stack_end;
	return confined() && within_reach(sp, end) && address >= sp && address < end;
}

uintptr_t readable_extend(struct readable *readable, uintptr_t sp, uintptr_t end)
{
	struct readable_range *range = range_of(readable, sp);
	if (range == NULL || end < sp || end - sp > REACH_BYTES)
		return 0;
	while (range->high < end) {
		if (merge_at_end(readable, range))
			continue;
		if (!is_there_for_certain(sp, range->high) && !probe_word(range->high))
			return 0;
		range->high += PAGE_BYTES;
	}
	return range->high;
}

/* Where the stack that the thread was made with ends, if `sp` may be on it; else 0.  The process's own has
 * nothing else below it for further than the reach; glibc keeps any other's descriptor at its upper end, and
 * the first thread's where a coroutine's stack may be next to it. */
static uintptr_t end_of_own_stack(uintptr_t sp)
{
	uintptr_t end = (uintptr_t)__libc_stack_end, descriptor = (uintptr_t)pthread_self();
	if (within_reach(sp, end))
		return end;
	return within_reach(sp, descriptor) && !confined() &&
			       kernel_call(SYS_gettid) != kernel_call(SYS_getpid)
		       ? descriptor
		       : 0;
}

bool readable_is_own(struct readable *readable, uintptr_t sp, uintptr_t end)
{
	if (sp >= readable->own.low && end <= readable->own.high)
		return true;
	uintptr_t own_end = end_of_own_stack(sp);
	if (end > own_end || readable_extend(readable, sp, own_end) == 0)
		return false;
	readable->own = (struct readable_range){sp, own_end};
	return true;
}

READS_STACK bool readable_word(const struct readable *readable, uintptr_t address, uint64_t *value)
{
	bool known = false;
	uintptr_t last = address + sizeof(*value) - 1;
	if (last < address)
		return false;
	for (size_t i = 0; i < READABLE_RANGES; i++)
		known |= address >= readable->range[i].low && last < readable->range[i].high;
	if (!known && (!probe_word(address & ~(uintptr_t)7) || !probe_word(last & ~(uintptr_t)7)))
		return false;
	*value = stack_word(address);
	return true;
}
