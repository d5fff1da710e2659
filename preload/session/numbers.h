/*
 * numbers.h - which sessions of a process there are, by one look at the folder that they lie in.
 *
 * To ask for each name that there may be would take 32 system calls of every program's start, nearly all of
 * them in vain.
 */
#ifndef MPROF_PRELOAD_SESSION_NUMBERS_H
#define MPROF_PRELOAD_SESSION_NUMBERS_H

#include <stdint.h>
#include <sys/types.h>

#define NUMBERS_MOST 16u /* sessions of one pid that may be about at one time */

/* A process, by pid, and what was found of it: bit N stands for DIRECTORY/mprof.USER.PID.N. */
struct numbers {
	unsigned long pid;
	uint32_t found;
};

/* Fills in what each of them has.  Where the folder cannot be listed, or holds too much to be looked through,
 * all bits are set: any of them may be there.  Start-up only; uses 5 KiB of stack. */
void numbers_find(const char *directory, uid_t user, struct numbers *processes, size_t count);

#endif
