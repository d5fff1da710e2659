/*
 * exe.h - where the program's own file is.
 */
#ifndef MPROF_PRELOAD_SESSION_EXE_H
#define MPROF_PRELOAD_SESSION_EXE_H

/* Absolute; "" if it cannot be told.  Found at the first call, which comes at the start of a recording, and
 * kept: a fork child that has changed directory or root runs the same program. */
const char *exe_path(void);

#endif
