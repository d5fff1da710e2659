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

int output_open(struct output_file *output, const char *path, struct diagnostic *diagnostic)
{
	int error;

	*output = (struct output_file){.stream = stdout};
	if (is_standard(path))
		return 0;
	if (trace_is_at(path))
		return diagnostic_set(
			diagnostic, EEXIST,
			"%s: is a recording, so it is kept; name another file for what is shown", path);
	error = whole_file_open(&output->file, path, diagnostic);
	output->stream = output->file.stream;
	return error;
}

int output_close(struct output_file *output, struct diagnostic *diagnostic)
{
	if (output->stream != stdout)
		return whole_file_commit(&output->file, diagnostic);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	int error = errno ? errno : EIO;

	return diagnostic_set(diagnostic, error, "standard output: %s", strerror(error));
}

void output_drop(struct output_file *output)
{
	if (output->stream != stdout)
		whole_file_drop(&output->file);
}

int output_write(const char *path, output_write_fn *write, void *context, struct diagnostic *diagnostic)
{
	struct output_file output;
	int error = output_open(&output, path, diagnostic);

	if (error)
		return error;
	error = write(output.stream, context, diagnostic);
	if (!error)
		return output_close(&output, diagnostic) != 0 ? -EIO : 0;
	output_drop(&output);
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
