/*
 * signals.h - short stretches that no signal handler may see half done.
 *
 * Raw system calls: libc's own would leave out the signals that it uses itself, and those run
 * handlers, too.  Where the program filters system calls handlers are taken as they come.
 */
#ifndef MPROF_PRELOAD_BASE_SIGNALS_H
#define MPROF_PRELOAD_BASE_SIGNALS_H

#include "confined.h"
#include "kernel.h"

#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#define SIGNALS_AS_THEY_WERE (~UINT64_C(0)) /* no thread's mask: two cannot be blocked */

/* Blocks all signals of this thread; the mask that it had goes to `before`. */
static inline void signals_block(uint64_t *before)
{
	const uint64_t all = ~UINT64_C(0);

	*before = SIGNALS_AS_THEY_WERE;
	if (!confined())
		kernel_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, sizeof all);
}

static inline void signals_restore(const uint64_t *before)
{
	if (*before != SIGNALS_AS_THEY_WERE)
		kernel_call(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, sizeof *before);
}

#endif
