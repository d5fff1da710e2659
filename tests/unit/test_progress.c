/* test_progress.c - what people at a terminal are told of a long replay, and that others are told nothing. */
#include "base/progress.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static char told[1000];
static void (*told_of)(void *progress, uint64_t done, uint64_t total) = progress_events;

/* Half of the events take longer than patience lasts; then the rest comes at once. */
static void replay(struct progress *progress)
{
	int fd = memfd_create("stderr", 0), kept = dup(STDERR_FILENO);

	fflush(stderr);
	cr_assert_geq(dup2(fd, STDERR_FILENO), 0);
	told_of(progress, 1, 1000);
	nanosleep(&(struct timespec){.tv_nsec = 600000000}, NULL);
	told_of(progress, 500, 1000);
	for (uint64_t done = 501; done <= 1000; done++)
		told_of(progress, done, 1000);
	progress_finish(progress);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	cr_assert_geq(pread(fd, told, sizeof(told) - 1, 0), 0);
	close(fd);
	close(kept);
}

Test(progress, rate_and_time_left_are_shown_and_wiped_away)
{
	struct progress progress = {.wanted = true};
	const char *wipe = "\r\033[K";

	replay(&progress);
	cr_assert_not_null(strstr(told, "50 %"), "%s", told);
	cr_assert_not_null(strstr(told, " s left"), "%s", told);
	cr_assert_lt(strlen(told), 500 * strlen(wipe), "too often: %s", told);
	cr_assert_str_eq(told + strlen(told) - strlen(wipe), wipe);
	cr_assert_null(strchr(told, '\n'));
}

Test(progress, says_what_is_done)
{
	struct progress progress = {.wanted = true};

	replay(&progress);
	cr_assert_not_null(strstr(told, "replaying events: 50 %"), "%s", told);
	progress = (struct progress){.wanted = true};
	told_of = progress_records;
	replay(&progress);
	cr_assert_not_null(strstr(told, "finishing the recording: 50 %"), "%s", told);
}

Test(progress, nothing_is_told_where_nobody_wants_it)
{
	struct progress progress = {.wanted = false};

	replay(&progress);
	cr_assert_str_eq(told, "");
}

Test(progress, a_file_is_no_terminal)
{
	int kept = dup(STDERR_FILENO);

	cr_assert_geq(dup2(memfd_create("stderr", 0), STDERR_FILENO), 0);
	bool wanted = progress_start().wanted;
	dup2(kept, STDERR_FILENO);
	cr_assert_not(wanted);
}
