/*
 * unrecorded.h - counting the programs that are started in a recording and go unrecorded: what cannot load
 * this library, and what is started without it.
 */
#ifndef MPROF_PRELOAD_RECORD_UNRECORDED_H
#define MPROF_PRELOAD_RECORD_UNRECORDED_H

/* Adds to the count of the recording that such a program comes from: this process's, that of the parent which
 * a vfork child shares memory with, or of a fork child that has none its parent's.  Async-signal-safe; errno
 * is kept. */
void unrecorded_add(int programs);

#endif
