/*
 * library.c - finds libmprof.so, and sets the environment in which a program is recorded.
 */
#include "launch/library.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Relative to the directory of the executable: as installed, then as built. */
static const char *const places[] = {MPROF_LIBRARY_FROM_BIN, "../preload/libmprof.so"};

static int own_directory(char *out, size_t out_bytes)
{
	ssize_t length = readlink("/proc/self/exe", out, out_bytes - 1);
	char *slash;

	if (length < 0)
		return -errno;
	out[length] = '\0';
	slash = strrchr(out, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	return 0;
}

static char *find(void)
{
	char directory[PATH_MAX], place[2 * PATH_MAX];
	char *found = NULL;

	if (own_directory(directory, sizeof(directory)) == 0)
		for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !found; i++) {
			snprintf(place, sizeof(place), "%s/%s", directory, places[i]);
			found = realpath(place, NULL);
		}
	return found ? found : realpath(MPROF_LIBRARY_INSTALLED, NULL);
}

int library_find(char **path, struct diagnostic *diagnostic)
{
	const char *chosen = getenv("MPROF_LIBRARY");

	*path = chosen && *chosen ? realpath(chosen, NULL) : find();
	if (!*path && chosen && *chosen)
		return diagnostic_set(diagnostic, ENOENT, "%s (MPROF_LIBRARY): %s", chosen, strerror(errno));
	if (!*path)
		return diagnostic_set(diagnostic, ENOENT,
				      "libmprof.so is not beside mprof; set MPROF_LIBRARY to where it is");
	if (!(*path)[strcspn(*path, ": ")])
		return 0;
	/* The dynamic linker splits LD_PRELOAD at both, and knows no quoting. */
	diagnostic_set(diagnostic, EINVAL, "%s: LD_PRELOAD cannot name a path with a blank or a colon",
		       *path);
	free(*path);
	*path = NULL;
	return -EINVAL;
}

int library_set_environment(const char *library, const char *pattern, struct diagnostic *diagnostic)
{
	const char *before = getenv("LD_PRELOAD");
	char *preload = NULL;
	int failed;

	if (asprintf(&preload, "%s%s%s", library, before && *before ? ":" : "", before ? before : "") < 0)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	failed = setenv("LD_PRELOAD", preload, 1) != 0 || setenv("MPROF_OUT", pattern, 1) != 0 ||
		 setenv("MPROF_QUIET", "1", 0) != 0;
	free(preload);
	return failed ? diagnostic_set(diagnostic, errno, "environment: %s", strerror(errno)) : 0;
}
