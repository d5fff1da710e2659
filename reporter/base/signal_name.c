/*
 * signal_name.c - the names of those signals that end programs.  Not every C library tells them.
 */
#include "base/signal_name.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#define NAME(signal) [signal] = #signal

static const char *const names[] = {
	NAME(SIGHUP),  NAME(SIGINT),  NAME(SIGQUIT), NAME(SIGILL),  NAME(SIGTRAP), NAME(SIGABRT),
	NAME(SIGBUS),  NAME(SIGFPE),  NAME(SIGKILL), NAME(SIGUSR1), NAME(SIGSEGV), NAME(SIGUSR2),
	NAME(SIGPIPE), NAME(SIGALRM), NAME(SIGTERM), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM),
	NAME(SIGPROF), NAME(SIGIO),   NAME(SIGSYS),
};

const char *signal_name(uint64_t number, char text[32])
{
	if (number < sizeof(names) / sizeof(*names) && names[number])
		return names[number];
	snprintf(text, 32, "signal %" PRIu64, number);
	return text;
}
