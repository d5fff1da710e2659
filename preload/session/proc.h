/*
 * proc.h - the few facts that the shim asks the kernel for.  Raw system calls, nothing allocated;
 * may change errno.
 */
#ifndef MPROF_PRELOAD_SESSION_PROC_H
#define MPROF_PRELOAD_SESSION_PROC_H

#include <stdbool.h>
#include <stdint.h>

/* When a process started, in the kernel's ticks; tells reused pids apart.  0 if it cannot be read. */
uint64_t proc_start_time(unsigned long pid);

/* What the kernel says of the program so far; 0 where it does not. */
struct proc_status {
	uint64_t peak_rss_bytes;
	uint32_t filters; /* of system calls */
	uint32_t threads; /* of this process */
	uint32_t tracer;  /* pid of a debugger */
};

/* Opens a file. */
struct proc_status proc_status(void);

/* That of all programs that this process has been; opens nothing.  0 if unknown. */
uint64_t proc_peak_rss_of_pid_bytes(void);

/* The least memory limit of this process's control groups; UINT64_MAX where there is none, or none that can
 * be read. */
uint64_t proc_group_limit_bytes(void);

/* Whether children belong to another pid namespace, whose first process ends it when it ends. */
bool proc_children_are_elsewhere(void);

/* Whether system calls are filtered (seccomp). */
bool proc_is_sandboxed(void);

#endif
