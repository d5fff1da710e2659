/*
 * main.c - mprof-drain SESSION: the daemon that the shim starts.  Says nothing; what it cannot
 * finish it leaves in the session, for the next report.
 */
#include "drain/drain.h"
#include "drain/leftovers.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* It ends by itself when the process has ended, and outlives what ends that.  The shim started it with
 * all signals blocked. */
static void ignore_signals(void)
{
	sigset_t none;
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGXFSZ, SIGIO};
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		signal(signals[i], SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Numbers 0 to 2 must not become the session's or the trace's. */
static void occupy_standard_descriptors(void)
{
	int fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd < 2)
		fd = dup(fd);
	if (fd > 2)
		close(fd);
}

int main(int argc, char **argv)
{
	struct diagnostic diagnostic = {{0}};
	if (argc != 2) {
		fprintf(stderr, "usage: mprof-drain SESSION\n");
		return 2;
	}
	occupy_standard_descriptors();
	ignore_signals();
	int result = drain_run(argv[1], DRAIN_FOLLOW, &diagnostic);
	if (result == 0)
		leftovers_finish(argv[1]);
	return result < 0;
}
