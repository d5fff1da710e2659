/*
 * output.c - where a command writes its result.
 */
#include "output.h"
#include "base/memory.h"
#include "base/terminal.h"
#include "base/text.h"
#include "reader/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

/* The first thing that is written takes the place of what the file had. */
static ssize_t write_file(void *cookie, const char *text, size_t count)
{
	struct output_file *output = cookie;

	if (!output->begun && ftruncate(output->fd, 0) != 0)
		return 0;
	output->begun = true;
	ssize_t written = write(output->fd, text, count);

	return written < 0 ? 0 : written; /* as fopencookie has errors */
}

static int close_file(void *cookie)
{
	return close(((struct output_file *)cookie)->fd);
}

static FILE *open_file(struct output_file *output)
{
	const cookie_io_functions_t functions = {.write = write_file, .close = close_file};
	struct stat status;

	output->fd = open(output->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	output->created = output->fd >= 0;
	if (output->fd < 0 && errno == EEXIST)
		output->fd = open(output->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (output->fd < 0)
		return NULL;
	if (fstat(output->fd, &status) == 0 && S_ISREG(status.st_mode))
		return fopencookie(output, "w", functions);
	output->begun = true; /* a pipe or a terminal has nothing to keep */
	return fdopen(output->fd, "w");
}

int output_open(struct output_file *output, const char *path, struct diagnostic *diagnostic)
{
	*output = (struct output_file){.path = path};
	if (!is_standard(path) && trace_is_at(path))
		return diagnostic_set(
			diagnostic, EEXIST,
			"%s: is a recording, so it is kept; name another file for what is shown", path);
	output->stream = is_standard(path) ? stdout : open_file(output);
	if (!output->stream)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	return 0;
}

int output_close(struct output_file *output, struct diagnostic *diagnostic)
{
	FILE *stream = output->stream;
	int error = fflush(stream) != 0 || ferror(stream) ? (errno ? errno : EIO) : 0;

	/* Nothing to show is shown, too. */
	if (stream != stdout && !error && !output->begun && ftruncate(output->fd, 0) != 0)
		error = errno;
	if (stream != stdout && fclose(stream) != 0 && !error)
		error = errno;
	if (!error)
		return 0;
	if (output->created)
		unlink(output->path);
	return diagnostic_set(diagnostic, error, "%s: %s",
			      is_standard(output->path) ? "standard output" : output->path, strerror(error));
}

void output_drop(struct output_file *output)
{
	if (output->stream == stdout || output->begun) {
		output_close(output, &(struct diagnostic){0});
		return;
	}
	fclose(output->stream);
	if (output->created)
		unlink(output->path);
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
