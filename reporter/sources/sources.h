/*
 * sources.h - finds and reads source text.
 *
 * A file is looked for where the user says (maps, then directories by the longest common end of
 * the path), below the sysroot, where the compiler recorded it, and last by its mere name in the
 * directories.
 */
#ifndef MPROF_REPORTER_SOURCES_SOURCES_H
#define MPROF_REPORTER_SOURCES_SOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct source_options {
	const char *const *maps;        /* "FROM=TO", NULL-terminated; may be NULL */
	const char *const *directories; /* NULL-terminated; may be NULL */
	const char *sysroot;            /* may be NULL */
};

struct source_text {
	const char *path;         /* where it was found */
	const char *const *lines; /* without line ends; lines[0] is line 1 */
	size_t line_count;
	struct timespec modified;
	uint64_t size_bytes;
	unsigned char md5[16]; /* of the file as it is now */
};

struct sources;

/* options are borrowed until sources_destroy.  NULL with errno ENOMEM. */
struct sources *sources_create(const struct source_options *options);
void sources_destroy(struct sources *sources); /* NULL is fine */

/* Makes known text of parts of files, as sources_pack has written it; untrusted.  What does not make sense is
 * passed over.  0 or -ENOMEM. */
int sources_unpack(struct sources *sources, const uint8_t *bytes, size_t count);

/* Lines of files, to be packed. */
struct source_lines {
	const char *file;
	uint32_t first, last;
};

/* Appends these lines, by file and then by first line, of files whose text is there, to `out`; only as many
 * as are reasonable. */
struct buffer;
void sources_pack(struct sources *sources, const struct source_lines *lines, size_t count,
		  struct buffer *out);

/* The text of a file by its recorded path; NULL if it is nowhere or cannot be read.  Each file is looked for
 * once; the result lives as long as `sources`. */
const struct source_text *sources_find(struct sources *sources, const char *file);

#endif
