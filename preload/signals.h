/*
 * signals.h - short stretches that no signal handler may see half done.
 *
 * Raw system calls: libc's own would leave out the signals that it uses itself, and those run
 * handlers, too.
 */
#ifndef MPROF_PRELOAD_SIGNALS_H
#define MPROF_PRELOAD_SIGNALS_H

#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Blocks all signals of this thread; the mask that it had goes to `before`. */
static inline void signals_block(uint64_t *before)
{
	const uint64_t all = ~UINT64_C(0);

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, before, sizeof all);
}

static inline void signals_restore(const uint64_t *before)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, before, NULL, sizeof *before);
}

#endif
