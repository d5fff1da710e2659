/*
 * find.c - finds and reads source text.
 */
#include "sources/private.h"
#include "base/text.h"

#include <fcntl.h>
#include <md5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE_BYTES_MAX (64 << 20) /* more than that is not source text */

struct sources *sources_create(const struct source_options *options)
{
	struct sources *sources = calloc(1, sizeof(*sources));

	if (sources)
		sources->options = options;
	return sources;
}

void sources_destroy(struct sources *sources)
{
	while (sources && sources->entries) {
		struct source_entry *entry = sources->entries;

		sources->entries = entry->next;
		free(entry->file);
		free(entry->path);
		free(entry->content);
		free(entry->lines);
		free(entry);
	}
	if (sources)
		free(sources->unpacked);
	free(sources);
}

/* ---- lookup ----------------------------------------------------------------- */

/* `path` if a regular file is there; frees it otherwise. */
static char *existing(char *path)
{
	struct stat status;

	if (path && stat(path, &status) == 0 && S_ISREG(status.st_mode))
		return path;
	free(path);
	return NULL;
}

static char *joined(const char *directory, size_t directory_bytes, const char *rest)
{
	char *path = NULL;

	return asprintf(&path, "%.*s%s", (int)directory_bytes, directory, rest) < 0 ? NULL : path;
}

static char *find_mapped(const char *map, const char *file)
{
	const char *equals = strchr(map, '=');
	size_t length = equals ? (size_t)(equals - map) : 0;

	if (length == 0 || strncmp(file, map, length) != 0)
		return NULL;
	return existing(joined(equals + 1, strlen(equals + 1), file + length));
}

static char *in_directory(const char *directory, const char *rest)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", directory, rest) < 0 ? NULL : existing(path);
}

/* By the whole path, or its longest end that is there and has a folder in it. */
static char *find_below(const char *directory, const char *file)
{
	char *path = NULL;

	for (const char *rest = file; rest && !path; rest = strchr(rest, '/')) {
		rest += *rest == '/';
		if (rest == file || strchr(rest, '/'))
			path = in_directory(directory, rest);
	}
	return path;
}

/* By its name alone, which an unrelated file may have, too. */
static char *find_namesake(const char *directory, const char *file)
{
	return in_directory(directory, base_name(file));
}

static char *find_in_any(const char *const *directories, const char *file,
			 char *find(const char *directory, const char *file))
{
	char *path = NULL;

	for (; directories && *directories && !path; directories++)
		path = find(*directories, file);
	return path;
}

static char *find_path(const struct source_options *options, const char *file)
{
	char *path = NULL;

	for (const char *const *map = options->maps; map && *map && !path; map++)
		path = find_mapped(*map, file);
	if (!path)
		path = find_in_any(options->directories, file, find_below);
	if (!path && options->sysroot && *file == '/')
		path = existing(joined(options->sysroot, strlen(options->sysroot), file));
	if (!path)
		path = existing(strdup(file));
	return path ? path : find_in_any(options->directories, file, find_namesake);
}

/* ---- reading ---------------------------------------------------------------- */

static bool read_all(int fd, char *content, size_t content_bytes)
{
	while (content_bytes > 0) {
		ssize_t got = read(fd, content, content_bytes);

		if (got <= 0)
			return false;
		content += got;
		content_bytes -= (size_t)got;
	}
	return true;
}

static char *read_content(const char *path, struct stat *status)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *content = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, status) == 0 && status->st_size <= SOURCE_BYTES_MAX)
		content = calloc(1, (size_t)status->st_size + 1);
	if (content && !read_all(fd, content, (size_t)status->st_size)) {
		free(content);
		content = NULL;
	}
	close(fd);
	return content;
}

static size_t count_lines(const char *content)
{
	size_t count = *content ? 1 : 0;

	for (; *content; content++)
		count += content[0] == '\n' && content[1];
	return count;
}

/* Cuts the content into lines in place. */
static void split_lines(struct source_entry *entry)
{
	char *line = entry->content;

	for (size_t i = 0; i < entry->text.line_count; i++) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;

		*end = '\0';
		if (end > line && end[-1] == '\r')
			end[-1] = '\0';
		entry->lines[i] = line;
		line = next;
	}
}

static void note_checksum(struct source_entry *entry, size_t content_bytes)
{
	MD5_CTX md5;

	MD5Init(&md5);
	MD5Update(&md5, (const uint8_t *)entry->content, content_bytes);
	MD5Final(entry->text.md5, &md5);
}

static void entry_load(struct source_entry *entry, const struct source_options *options)
{
	struct stat status;

	entry->path = find_path(options, entry->file);
	entry->content = entry->path ? read_content(entry->path, &status) : NULL;
	if (!entry->content)
		return;
	entry->text.line_count = count_lines(entry->content);
	entry->lines = calloc(entry->text.line_count + 1, sizeof(*entry->lines));
	if (!entry->lines)
		return;
	note_checksum(entry, (size_t)status.st_size);
	split_lines(entry);
	entry->text.path = entry->path;
	entry->text.lines = entry->lines;
	entry->text.modified = status.st_mtim;
	entry->text.size_bytes = (uint64_t)status.st_size;
	entry->found = true;
}

struct source_entry *sources_add(struct sources *sources, const char *file, size_t length)
{
	struct source_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->file = strndup(file, length);
	if (!entry->file) {
		free(entry);
		return NULL;
	}
	entry->next = sources->entries;
	return sources->entries = entry;
}

const struct source_text *sources_find(struct sources *sources, const char *file)
{
	struct source_entry *entry = sources->entries;

	while (entry && strcmp(entry->file, file) != 0)
		entry = entry->next;
	if (!entry) {
		entry = sources_add(sources, file, strlen(file));
		if (!entry)
			return NULL;
		entry_load(entry, sources->options);
	}
	return entry->found ? &entry->text : NULL;
}
