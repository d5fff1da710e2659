/*
 * status.h - the exit statuses of mprof.
 */
#ifndef MPROF_REPORTER_BASE_STATUS_H
#define MPROF_REPORTER_BASE_STATUS_H

enum command_status {
	STATUS_DONE = 0,
	STATUS_GATE_FAILED = 1,
	STATUS_USAGE = 2, /* or unreadable input */
	STATUS_NO_BASELINE = 3,
	STATUS_OF_SIGNAL = 128, /* and its number: what ended a program that was run */
};

#endif
