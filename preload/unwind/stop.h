/*
 * stop.h - why a walk stopped.
 */
#ifndef MPROF_PRELOAD_UNWIND_STOP_H
#define MPROF_PRELOAD_UNWIND_STOP_H

enum unwind_stop {
	STOP_NONE = 0,
	STOP_END,            /* at the thread's outermost frame */
	STOP_CUT,            /* outer frames exist, or may exist, that cannot be reached */
	STOP_FULL_REGISTERS, /* the last frame needs more registers than the fast walk follows */
};

#endif
