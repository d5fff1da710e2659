/*
 * remember.c - see remember.h.
 */
#include "profile/remember.h"

#include "base/whole_file.h"
#include "names/append.h"
#include "profile/names.h"
#include "profile/private.h"
#include "sources/braces.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINES_BEFORE 2 /* of a function, where its type or template stands */

/* A trace that is still written to is its drainer's alone; what is damaged stays as it is. */
static bool can_remember(const struct trace *trace)
{
	const struct trace_info *info = trace_info(trace);

	return info->ended && info->damaged_at == 0 && info->foreign_bytes == 0 && info->code_count > 1 &&
	       !trace_has_names(trace);
}

static int append(const struct trace_info *info, const struct buffer *blocks)
{
	const struct append_place place = {info->path, info->file_bytes, info->blocks_end};

	return append_write(&place, blocks);
}

static int encode_names(struct profile *profile, struct asked_names **asked, struct buffer *blocks)
{
	struct buffer bytes = {0};
	int error = asked_names_create(profile->recorded, profile->symbolizer, profile->sources, asked);

	if (!error) {
		names_encode(asked_names(*asked), &bytes);
		error = append_encode(BLOCK_NAMES, &bytes, blocks);
	}
	buffer_finish(&bytes);
	return error;
}

void profile_remember(struct profile *profile)
{
	struct asked_names *asked = NULL;
	struct buffer blocks = {0};

	if (profile->options->no_names || !can_remember(profile->trace) || profile->symbols.names)
		return;
	if (encode_names(profile, &asked, &blocks) == 0)
		(void)append(profile->recorded, &blocks);
	asked_names_destroy(asked);
	buffer_finish(&blocks);
}

void profile_remember_known(struct profile *profile)
{
	if (profile->names_known)
		profile_remember(profile);
}

void remember_names(const char *path, const struct profile_options *options)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	struct diagnostic ignored;

	if (!profile)
		return;
	profile->options = options;
	if (profile_open_inputs(profile, path, &ignored) == 0)
		profile_remember(profile);
	profile_close(profile);
}

/* ---- pack -------------------------------------------------------------------------------------- */

static int by_place(const void *left, const void *right)
{
	const struct source_lines *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	if (order != 0)
		return order;
	return a->first < b->first ? -1 : a->first > b->first;
}

/* A text that is not the one that was compiled is not to be taken for it. */
static const struct source_text *text_of(struct profile *profile, const struct names *names, uint32_t file)
{
	const struct source_text *text = sources_find(profile->sources, names->texts[file]);

	for (size_t i = 0; text && i < names->source_count; i++)
		if (names->sources[i].file == file)
			return memcmp(names->sources[i].md5, text->md5, NAMES_MD5_BYTES) == 0 ? text : NULL;
	return text;
}

static bool lines_of(struct profile *profile, const struct names *names,
		     const struct names_function *function, struct source_lines *out)
{
	const struct source_text *text;

	if (function->flags & NAMES_SYSTEM || function->file == 0 || function->first_line == 0)
		return false;
	text = text_of(profile, names, function->file);
	if (!text)
		return false;
	uint32_t end = function->part_of > 0 ? function->last_line
					     : braces_function_end(text->lines, text->line_count,
								   function->first_line, function->last_line);
	*out = (struct source_lines){
		.file = names->texts[function->file],
		.first = function->first_line > LINES_BEFORE ? function->first_line - LINES_BEFORE : 1,
		.last = end,
	};
	return true;
}

/* The text of the program's functions on call paths. */
static int encode_sources(struct profile *profile, const struct names *names, struct buffer *blocks)
{
	struct source_lines *lines = calloc(names->function_count + 1, sizeof(*lines));
	struct buffer bytes = {0};
	size_t count = 0;
	int error;

	if (!lines)
		return -ENOMEM;
	for (size_t i = 0; i < names->function_count; i++)
		count += lines_of(profile, names, &names->functions[i], &lines[count]);
	qsort(lines, count, sizeof(*lines), by_place);
	sources_pack(profile->sources, lines, count, &bytes);
	error = append_encode(BLOCK_SOURCES, &bytes, blocks);
	buffer_finish(&bytes);
	free(lines);
	return error;
}

/* Those that the trace holds, or new ones, for what it has to hold besides. */
static int encode_extras(struct profile *profile, struct buffer *blocks)
{
	const struct names *names = trace_names(profile->trace);
	struct asked_names *asked = NULL;
	size_t source_bytes;
	int error = 0;

	if (!names) {
		error = encode_names(profile, &asked, blocks);
		names = error ? NULL : asked_names(asked);
	}
	trace_sources(profile->trace, &source_bytes);
	if (!error && source_bytes == 0)
		error = encode_sources(profile, names, blocks);
	asked_names_destroy(asked);
	return error;
}

struct copy {
	const struct trace_info *info;
	const struct buffer *blocks;
};

static int write_copy(FILE *out, void *context)
{
	const struct copy *copy = context;
	uint64_t left = copy->info->blocks_end;
	FILE *in = fopen(copy->info->path, "re");
	char part[65536];

	if (!in)
		return -errno;
	while (left > 0) {
		size_t wanted = left < sizeof(part) ? (size_t)left : sizeof(part);
		size_t count = fread(part, 1, wanted, in);

		if (count == 0)
			break;
		fwrite(part, 1, count, out);
		left -= count;
	}
	fclose(in);
	fwrite(copy->blocks->data, 1, copy->blocks->length, out);
	return left > 0 ? -EIO : 0;
}

/* A copy is for those whom the recording is for. */
static void copy_mode(const char *from, const char *to)
{
	struct stat status;

	if (stat(from, &status) == 0)
		(void)chmod(to, status.st_mode & 0777);
}

/* A recording of the same run may be made anew. */
static bool is_of_another_run(const struct trace_info *info, const char *path)
{
	struct trace_heading there;

	return trace_is_at(path) &&
	       (trace_read_heading(path, &there, &(struct diagnostic){0}) != 0 || there.pid != info->pid ||
		there.started_realtime_ns != info->started_realtime_ns);
}

static int write_packed(const struct profile *profile, const char *output, const struct buffer *blocks,
			struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile->recorded;
	struct copy copy = {info, blocks};
	int error;

	if (output) {
		if (is_of_another_run(info, output))
			return diagnostic_set(
				diagnostic, EEXIST,
				"%s: is another recording, so it is kept; name another file for "
				"the copy",
				output);
		error = whole_file_write(output, write_copy, &copy, diagnostic);
		if (!error)
			copy_mode(info->path, output);
		return error && !diagnostic->message[0]
			       ? diagnostic_set(diagnostic, -error, "%s: %s", output, strerror(-error))
			       : error;
	}
	error = blocks->length > 0 ? append(info, blocks) : 0;
	return error ? diagnostic_set(diagnostic, -error, "%s: %s", info->path,
				      error == -EBUSY ? "somebody else is writing to it; try again"
						      : strerror(-error))
		     : 0;
}

static int pack(struct profile *profile, const char *output, struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile->recorded;
	struct buffer blocks = {0};
	int error;

	if (!output && (!info->ended || info->damaged_at > 0 || info->foreign_bytes > 0))
		return diagnostic_set(diagnostic, EINVAL,
				      "%s: its recording did not end, or something stands behind it: nothing "
				      "is added to it; -o makes a copy",
				      info->path);
	error = encode_extras(profile, &blocks);
	if (error)
		diagnostic_set(diagnostic, -error, "%s: out of memory", info->path);
	else
		error = write_packed(profile, output, &blocks, diagnostic);
	buffer_finish(&blocks);
	return error;
}

int remember_pack(const char *path, const char *output, const struct profile_options *options,
		  struct diagnostic *diagnostic)
{
	struct profile *profile = calloc(1, sizeof(*profile));
	int error;

	if (!profile)
		return diagnostic_set(diagnostic, ENOMEM, "%s: out of memory", path);
	profile->options = options;
	error = profile_open_inputs(profile, path, diagnostic);
	if (!error) {
		diagnostic->message[0] = '\0';
		error = pack(profile, output, diagnostic);
	}
	profile_close(profile);
	return error;
}
