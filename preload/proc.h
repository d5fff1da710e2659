/*
 * proc.h - the few facts that the shim reads from /proc.  Raw system calls, nothing allocated;
 * may change errno.
 */
#ifndef MPROF_PRELOAD_PROC_H
#define MPROF_PRELOAD_PROC_H

#include <stdint.h>

/* When a process started, in the kernel's ticks; tells reused pids apart.  0 if it cannot be read. */
uint64_t proc_start_time(unsigned long pid);

/* This process's peak resident set; 0 if it cannot be read. */
uint64_t proc_peak_rss_bytes(void);

#endif
