/*
 * doorbell.h - waking a drainer that sleeps, from outside of the program.
 */
#ifndef MPROF_REPORTER_DRAIN_DOORBELL_H
#define MPROF_REPORTER_DRAIN_DOORBELL_H

#include "trace/session.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void doorbell_ring(struct session_header *session)
{
	/* Acq_rel: pairs with the drainer's store before it sleeps.  It sees what came before the ring, or we
	 * see that it sleeps. */
	if (atomic_exchange_explicit(&session->doorbell, DOORBELL_AWAKE, memory_order_acq_rel) !=
	    DOORBELL_AWAKE)
		syscall(SYS_futex, &session->doorbell, FUTEX_WAKE, 1, NULL, NULL, 0);
}

#endif
