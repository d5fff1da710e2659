/*
 * output.c - where a command writes its result.
 */
#include "output.h"
#include "base/memory.h"
#include "base/terminal.h"
#include "base/text.h"
#include "reader/reader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

int output_open(const char *path, FILE **out, struct diagnostic *diagnostic)
{
	if (!is_standard(path) && trace_is_at(path))
		return diagnostic_set(
			diagnostic, EEXIST,
			"%s: is a recording, so it is kept; name another file for what is shown", path);
	*out = is_standard(path) ? stdout : fopen(path, "we");
	if (!*out)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	return 0;
}

int output_close(const char *path, FILE *out, struct diagnostic *diagnostic)
{
	int error = fflush(out) != 0 || ferror(out) ? errno : 0;

	if (out != stdout && fclose(out) != 0 && !error)
		error = errno;
	if (!error)
		return 0;
	return diagnostic_set(diagnostic, error, "%s: %s", is_standard(path) ? "standard output" : path,
			      strerror(error));
}

int output_write(const char *path, output_write_fn *write, void *context, struct diagnostic *diagnostic)
{
	FILE *out = NULL;
	int error = output_open(path, &out, diagnostic);

	if (!out)
		return error;
	error = write(out, context, diagnostic);
	if (output_close(path, out, error ? &(struct diagnostic){0} : diagnostic) != 0 && !error)
		error = -EIO;
	return error;
}

char *output_beside(const char *trace, const char *ending)
{
	size_t length = strlen(trace) - (text_ends(trace, ".mprof") ? strlen(".mprof") : 0);
	char *path;

	if (asprintf(&path, "%.*s%s", (int)length, trace, ending) < 0)
		memory_exhausted();
	return path;
}

static enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;

bool output_choose_color(const char *when)
{
	static const char *const words[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (enum color choice = COLOR_AUTO; choice <= COLOR_NEVER; choice++)
		if (strcmp(words[choice], when) == 0) {
			color = choice;
			return true;
		}
	return false;
}

bool output_is_colorful(FILE *out)
{
	return color == COLOR_AUTO ? terminal_is_for_people(out) : color == COLOR_ALWAYS;
}

struct style output_style(const struct output_options *options, FILE *out)
{
	static char directory[PATH_MAX];

	return (struct style){
		.precision = (int)options->precision,
		.unit = options->unit,
		.color = output_is_colorful(out),
		.width = terminal_width(out),
		.directory = getcwd(directory, sizeof(directory)),
	};
}
