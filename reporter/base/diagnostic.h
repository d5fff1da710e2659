/*
 * diagnostic.h - one clear line about what went wrong: the thing, the reason, what to do.
 *
 * Functions that can fail take a `struct diagnostic *`, return 0 or a negative errno, and
 * fill the message before they return non-zero.  Nothing but main prints it.
 */
#ifndef MPROF_REPORTER_BASE_DIAGNOSTIC_H
#define MPROF_REPORTER_BASE_DIAGNOSTIC_H

struct diagnostic {
	char message[1024];
};

/* Formats the message (printf rules, cut at the buffer's size) and returns -error_number. */
int diagnostic_set(struct diagnostic *diagnostic, int error_number, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
