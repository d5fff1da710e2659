/*
 * vigil.c - see vigil.h.
 */
#include "drain/vigil.h"

#include "drain/doorbell.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *watch(void *argument)
{
	struct vigil *vigil = argument;
	struct pollfd events[] = {{.fd = vigil->process, .events = POLLIN},
				  {.fd = vigil->stop, .events = POLLIN}};
	while (poll(events, 2, -1) < 0 && errno == EINTR) {
	}
	if (events[0].revents)
		doorbell_ring(vigil->session);
	return NULL;
}

static bool start(struct vigil *vigil)
{
	pthread_attr_t attributes;
	if (pthread_attr_init(&attributes) != 0)
		return false;
	int failed = pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	if (!failed)
		failed = pthread_create(&vigil->thread, &attributes, watch, vigil);
	pthread_attr_destroy(&attributes);
	return !failed;
}

static bool begin(struct vigil *vigil)
{
	vigil->stop = vigil->process >= 0 ? eventfd(0, EFD_CLOEXEC) : -1;
	if (vigil->stop < 0)
		return false;
	if (start(vigil))
		return true;
	close(vigil->stop);
	return false;
}

bool vigil_keep(struct vigil *vigil, int pidfd, struct session_header *session)
{
	if (vigil->state == VIGIL_NONE) {
		vigil->process = pidfd;
		vigil->session = session;
		vigil->state = begin(vigil) ? VIGIL_KEPT : VIGIL_IMPOSSIBLE;
	}
	return vigil->state == VIGIL_KEPT;
}

void vigil_finish(struct vigil *vigil)
{
	if (vigil->state == VIGIL_KEPT && eventfd_write(vigil->stop, 1) == 0) {
		pthread_join(vigil->thread, NULL);
		close(vigil->stop);
	}
	vigil->state = VIGIL_NONE;
}
