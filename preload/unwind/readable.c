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
#define VARIABLES_BYTES 13312 /* less than the least stack of a thread has, 16 KiB with its descriptor */
#define FRAME_BYTES 65536     /* what is beyond a larger one may be another stack */

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

/*
 * Where the stack that the thread was made with ends, if its outermost frame is this one; else 0.  At the end
 * of any but the process's own glibc keeps the thread's variables and its descriptor; the first thread's
 * stand elsewhere, where a coroutine's stack may be next to them.
 */
static uintptr_t end_of_own_stack(uintptr_t outermost)
{
	uintptr_t descriptor = (uintptr_t)pthread_self();
	if (readable_is_entry(outermost))
		return (uintptr_t)__libc_stack_end;
	return outermost < descriptor && descriptor - outermost <= VARIABLES_BYTES && !confined() &&
			       kernel_call(SYS_gettid) != kernel_call(SYS_getpid)
		       ? descriptor
		       : 0;
}

/* Whether a walk that was cut, in code that nobody describes, was within a frame of what is known. */
static bool is_cut_close(struct readable *readable, const struct readable_walk *walk)
{
	uintptr_t low = readable->own.low;
	return walk->cut && walk->to < low && low - walk->to <= FRAME_BYTES &&
	       readable_extend(readable, walk->from, low) != 0;
}

/* No stack is told by what is next to it: a coroutine's may be.  But that one's walks end in itself, and
 * between there and the thread's own lies all that this had not used yet, if not a page that cannot be read.
 */
void readable_walked(struct readable *readable, const struct readable_walk *walk)
{
	struct readable_range *own = &readable->own;
	if (walk->largest > FRAME_BYTES || readable_is_own(readable, walk->from, walk->from))
		return;
	if (readable_is_own(readable, walk->to, walk->to) || is_cut_close(readable, walk)) {
		if (walk->from < own->low)
			own->low = walk->from;
		return;
	}
	uintptr_t end = end_of_own_stack(walk->to);
	if (end != 0)
		*own = (struct readable_range){walk->from, end};
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
