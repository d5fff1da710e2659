/*
 * hit.h - counting: what happens when a traced place is reached.
 *
 * Every hit passes here, in any thread and in signal handlers.  No lock, no call of anything that is
 * interposed, no vector registers; errno is preserved.  System calls only where a thread, or a depth, is new.
 */
#ifndef MPROF_PRELOAD_TRACER_HIT_H
#define MPROF_PRELOAD_TRACER_HIT_H

#include <stdint.h>

/* In the number that a trampoline has: its sites may be copies', or several at one place. */
#define HIT_SEVERAL (UINT32_C(1) << 31)

/* Called by trampolines.  `sp`: the program's stack pointer at the place. */
void tracer_hit(uint32_t number, uintptr_t sp);

#endif
