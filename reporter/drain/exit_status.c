/*
 * exit_status.c - see exit_status.h.
 */
#include "drain/exit_status.h"

#include <errno.h>
#include <linux/ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/* From a zombie to one that was waited for is a moment, in which neither tells. */
#define TRIES 20
#define TRY_NS 500000

/* As <linux/pidfd.h> has it, which most systems' headers lack; its first size, which newer kernels take. */
struct exit_info {
	uint64_t mask, cgroup_id;
	uint32_t ids[11];
	int32_t exit_code;
};
_Static_assert(sizeof(struct exit_info) == 64, "PIDFD_INFO_SIZE_VER0");
#define GET_INFO _IOWR(0xff, 11, struct exit_info)
#define INFO_EXIT (UINT64_C(1) << 3)

enum answer { ANSWER_KNOWN, ANSWER_NOT_YET, ANSWER_NEVER };

static enum answer ask_pidfd(const struct watch *watch, int *status)
{
	struct exit_info info = {.mask = INFO_EXIT};
	if (watch->pidfd < 0)
		return ANSWER_NEVER;
	if (ioctl(watch->pidfd, GET_INFO, &info) != 0)
		return errno == ESRCH ? ANSWER_NOT_YET : ANSWER_NEVER;
	*status = info.exit_code;
	return info.mask & INFO_EXIT ? ANSWER_KNOWN : ANSWER_NOT_YET;
}

bool exit_status_find(const struct watch *watch, int *status)
{
	const struct timespec moment = {.tv_nsec = TRY_NS};
	enum answer answer = ANSWER_NOT_YET;
	for (unsigned tries = 0; answer == ANSWER_NOT_YET && tries < TRIES; tries++) {
		if (tries > 0)
			nanosleep(&moment, NULL);
		if (watch_zombie_status(watch, status))
			return true;
		answer = ask_pidfd(watch, status);
	}
	return answer == ANSWER_KNOWN;
}
