/*
 * probe.h - whether memory can be read, asked of the kernel.
 *
 * Safe anywhere; no lock, nothing allocated, errno kept.
 */
#ifndef MPROF_PRELOAD_BASE_PROBE_H
#define MPROF_PRELOAD_BASE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* True if the eight bytes at an 8-aligned address can be read.  One system call; none is made for a program
 * that filters them, of which nothing is known then. */
bool probe_word(uintptr_t address);

#endif
