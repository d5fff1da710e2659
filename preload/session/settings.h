/*
 * settings.h - what the environment asks of the recording.
 *
 * Read from the process's own initial environment through /proc, since the first event may
 * come before libc has set `environ`; `environ` where /proc is missing.
 */
#ifndef MPROF_PRELOAD_SESSION_SETTINGS_H
#define MPROF_PRELOAD_SESSION_SETTINGS_H

#include "base/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A list of NUL-terminated strings in mapped memory. */
struct settings_list {
	char *bytes;
	size_t count_bytes;
	size_t mapped_bytes; /* 0: not ours to unmap */
};

/* Contents of a /proc file as a list; empty if it cannot be read. */
struct settings_list settings_read(const char *path);
void settings_release(struct settings_list *list);

/* The value of NAME in an environment list, or NULL. */
const char *settings_value(const struct settings_list *environment, const char *name);

struct settings {
	const char *out;       /* MPROF_OUT; NULL: the default */
	bool follow;           /* MPROF_FOLLOW */
	bool quiet;            /* MPROF_QUIET */
	bool aggregate;        /* MPROF_AGGREGATE */
	const char *lines;     /* MPROF_LINES; NULL: none */
	uint64_t sample_bytes; /* MPROF_SAMPLE; 0: none */
	uint64_t sample_seed;  /* MPROF_SAMPLE_SEED; 0: none */
	const char *bad;       /* name of a variable whose value means nothing, or NULL */
	const char *expected;  /* then: what it must be */
};

/* Values point into the list. */
struct settings settings_parse(const struct settings_list *environment);

/* Facts that an output pattern can name. */
struct settings_names {
	const char *program;
	unsigned long pid, time_seconds;
	bool child; /* of a recorded process: without %p in the pattern, .PID tells it apart */
};

/* Expands %e %p %h %t %% and appends the result; other characters stand for themselves. */
void settings_expand(struct text *path, const char *pattern, const struct settings_names *names);

/* Whether a program that began with this environment was to load the library. */
bool settings_preloaded(const struct settings_list *environment, const char *library_name);

/* At start: remembers whether the program began with such an environment. */
void settings_remember_origin(const struct settings_list *environment, const char *library_name);

/* Whether LD_PRELOAD has brought us here: then what is started without it goes without us.  Not so where it
 * was /etc/ld.so.preload, or an option of the dynamic linker.  Any thread, any time. */
bool settings_came_by_environment(void);

/* Whether a string of an environment is an LD_PRELOAD that names this library. */
bool settings_preloads(const char *entry, const char *library_name);

/* Writes such a string without the library to `out`, which has as much room, and may be the string itself.
 * False: it names nothing any more. */
bool settings_strike(char *out, const char *entry, const char *library_name);

/* Takes this library out of LD_PRELOAD for programs started from here, in place. */
void settings_unfollow(char **environment, const char *library_name);

#endif
