/*
 * stale.c - see stale.h.
 */
#include "sources/stale.h"

#include <string.h>
#include <sys/stat.h>

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static struct timespec time_of(uint64_t realtime_ns)
{
	return (struct timespec){(time_t)(realtime_ns / 1000000000u), (long)(realtime_ns % 1000000000u)};
}

bool stale_is(const struct source_text *text, const struct stale_facts *facts, const char **since)
{
	struct stat module;

	*since = facts->module;
	if (facts->md5)
		return memcmp(facts->md5, text->md5, sizeof(text->md5)) != 0;
	if (stat(facts->module, &module) == 0 && is_later(text->modified, module.st_mtim))
		return true;
	*since = "the recording";
	return is_later(text->modified, time_of(facts->started_realtime_ns));
}
