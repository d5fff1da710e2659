/*
 * outputs.c - a check's result into files that may have other writers.
 */
#include "gate/formats/outputs.h"
#include "base/whole_file.h"
#include "reader/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT "it is a recording, so it is kept"

int output_parse(const char *text, struct output *out, struct diagnostic *diagnostic)
{
	const char *equals = strchr(text, '=');
	size_t length = equals ? (size_t)(equals - text) : strlen(text);
	char name[32];

	snprintf(name, sizeof(name), "%.*s", (int)(length < sizeof(name) ? length : sizeof(name)), text);
	out->format = check_format_find(name);
	out->path = equals && strcmp(equals + 1, "-") != 0 ? equals + 1 : NULL;
	if (equals && !equals[1])
		return diagnostic_set(diagnostic, EINVAL, "'%.200s' names no file after '='", text);
	if (out->format)
		return 0;
	return diagnostic_set(diagnostic, EINVAL, "unknown format '%.100s'; one of: %s", name,
			      check_format_names());
}

/* ---- before ---------------------------------------------------------------------------------- */

static int part(const struct output *a, const struct output *b, struct diagnostic *diagnostic)
{
	if (a->path && b->path && strcmp(a->path, b->path) == 0)
		return diagnostic_set(diagnostic, EINVAL, "%s and %s go to '%.200s' both", a->format->name,
				      b->format->name, a->path);
	if (a->path || b->path || (!a->format->alone && !b->format->alone))
		return 0;
	return diagnostic_set(diagnostic, EINVAL,
			      "%s and %s cannot both go to the same stream: give one of them a file, as in "
			      "%s=FILE",
			      a->format->name, b->format->name,
			      a->format->alone ? a->format->name : b->format->name);
}

int outputs_parted(const struct output *outputs, size_t count, struct diagnostic *diagnostic)
{
	int error = 0;

	for (size_t i = 0; !error && i < count; i++)
		for (size_t k = 0; !error && k < i; k++)
			error = part(&outputs[k], &outputs[i], diagnostic);
	return error;
}

/* 0, or why a file cannot be put there: a new one beside it takes its place. */
static int place_error(const char *path)
{
	char *target = whole_file_target(path), *slash = target ? strrchr(target, '/') : NULL;
	struct stat status;
	int reason = 0;

	if (!target)
		return ENOMEM;
	if (trace_is_at(target))
		reason = EEXIST;
	else if (stat(target, &status) == 0 && S_ISDIR(status.st_mode))
		reason = EISDIR;
	else if (stat(target, &status) == 0 && !S_ISREG(status.st_mode))
		reason = access(target, W_OK) == 0 ? 0 : errno;
	else if (access(slash ? (slash[1] = '\0', target) : ".", W_OK | X_OK) != 0)
		reason = errno;
	free(target);
	return reason;
}

int outputs_check(const struct output *outputs, size_t count, struct diagnostic *diagnostic)
{
	for (size_t i = 0; i < count; i++) {
		int reason =
			outputs[i].path && !strchr(outputs[i].path, '%') ? place_error(outputs[i].path) : 0;

		if (reason)
			return diagnostic_set(diagnostic, reason, "%s: cannot write to it: %s",
					      outputs[i].path, reason == EEXIST ? KEPT : strerror(reason));
	}
	return 0;
}

/* ---- files ---------------------------------------------------------------------------------- */

/* The first word of the first program's key, as a file's name. */
static void put_name(FILE *out, const struct check_result *result)
{
	const char *key = result->program_count > 0 ? result->programs->key : "mprof";

	for (; *key && *key != ' '; key++)
		fputc(*key == '/' ? '_' : *key, out);
}

static char *expand(const char *pattern, const struct check_result *result, int pid)
{
	char *path = NULL;
	size_t length;
	FILE *out = open_memstream(&path, &length);

	if (!out)
		return NULL;
	for (; *pattern; pattern++) {
		bool escape = *pattern == '%' && pattern[1] && strchr("ep%", pattern[1]);

		pattern += escape;
		if (escape && *pattern == 'e')
			put_name(out, result);
		else if (escape && *pattern == 'p')
			fprintf(out, "%d", pid);
		else
			fputc(*pattern, out);
	}
	if (fclose(out) == 0)
		return path;
	free(path);
	return NULL;
}

struct print {
	const struct check_format *format;
	const struct check_result *result;
	struct check_style style;
};

static int print(FILE *out, void *context)
{
	const struct print *print = context;

	return print->format->print(out, print->result, &print->style);
}

static int print_file(const struct output *output, const struct check_result *result,
		      const struct output_place *place, struct diagnostic *diagnostic)
{
	struct print job = {output->format, result, place->style};
	char *path = expand(output->path, result, place->pid);
	int error;

	if (!path)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	job.style.color = false;
	diagnostic->message[0] = '\0';
	error = trace_is_at(path) ? diagnostic_set(diagnostic, EEXIST, "%s: cannot write to it: " KEPT, path)
				  : whole_file_write(path, print, &job, diagnostic);
	if (error && !diagnostic->message[0])
		diagnostic_set(diagnostic, -error, "%s: %s", path, strerror(-error));
	free(path);
	return error;
}

/* ---- GitHub's summary -------------------------------------------------------------------------- */

/* In one write, since steps that run at the same time share the file. */
static int append(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666), reason = 0;
	ssize_t written;

	if (fd < 0)
		return errno;
	written = write(fd, text, length);
	if (written != (ssize_t)length)
		reason = written < 0 ? errno : ENOSPC;
	close(fd);
	return reason;
}

static int print_summary(const struct check_result *result, const struct output_place *place,
			 struct diagnostic *diagnostic)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	const struct check_format *markdown = check_format_find("markdown");
	struct print job = {markdown, result, {.precision = place->style.precision}};
	char *text = NULL;
	size_t length;
	FILE *out = path && *path && markdown ? open_memstream(&text, &length) : NULL;
	int reason;

	if (!path || !*path || !markdown)
		return 0;
	reason = out ? -print(out, &job) : ENOMEM;
	if (out && fclose(out) != 0)
		reason = ENOMEM;
	if (!reason)
		reason = append(path, text, length);
	free(text);
	return reason ? diagnostic_set(diagnostic, reason, "%s: %s", path, strerror(reason)) : 0;
}

/* ---- all ----------------------------------------------------------------------------------------- */

/* What has no file; text where nothing is said there, and beside figures that do not say why they fail. */
static int print_standard(const struct output *outputs, size_t count, const struct check_result *result,
			  const struct output_place *place)
{
	bool told = false, explained = false;
	int error = 0;

	for (size_t i = 0; !error && i < count; i++) {
		if (outputs[i].path)
			continue;
		error = outputs[i].format->print(place->standard, result, &place->style);
		told = true;
		explained |= !outputs[i].format->figures_only;
	}
	if (!error && !told)
		return check_text(place->standard, result, &place->style);
	if (!error && !explained && result->status != 0)
		return check_text(stderr, result, &(struct check_style){.precision = place->style.precision});
	return error;
}

/* Of several complaints the first one's error, and all of the words. */
static int add_complaint(struct diagnostic *all, int before, const struct diagnostic *complaint, int error)
{
	struct diagnostic known = *all;

	if (!error)
		return before;
	if (!before) {
		*all = *complaint;
		return error;
	}
	diagnostic_set(all, -before, "%s; %s", known.message, complaint->message);
	return before;
}

int outputs_print(const struct output *outputs, size_t count, const struct check_result *result,
		  const struct output_place *place, struct diagnostic *diagnostic)
{
	struct diagnostic complaint;
	int error = 0, failed;

	if (print_standard(outputs, count, result, place) != 0)
		error = diagnostic_set(diagnostic, ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		failed = outputs[i].path ? print_file(&outputs[i], result, place, &complaint) : 0;
		error = add_complaint(diagnostic, error, &complaint, failed);
	}
	failed = print_summary(result, place, &complaint);
	return add_complaint(diagnostic, error, &complaint, failed);
}
