/* pictures.c - see pictures.h. */
#include "views/pictures.h"

#include "base/memory.h"
#include "base/write_at.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONVERTER "rsvg-convert"
#define ZOOM "2" /* pixels of a PNG for each of the SVG */

static const struct {
	const char *ending, *format;
} kinds[] = {
	[PICTURE_SVG] = {".svg", "svg"}, [PICTURE_PNG] = {".png", "png"}, [PICTURE_PDF] = {".pdf", "pdf"}};

enum picture picture_of(const struct request *request)
{
	const char *path = request->output.path;
	size_t length = path ? strlen(path) : 0;

	for (enum picture kind = PICTURE_SVG; kind <= PICTURE_PDF; kind++)
		if (length > 4 && strcasecmp(path + length - 4, kinds[kind].ending) == 0)
			return kind;
	return PICTURE_NONE;
}

/* Runs it with these descriptors as input and output.  0, or what went wrong. */
static int run_converter(char *const *arguments, int input, int output)
{
	posix_spawn_file_actions_t actions;
	int status = 0, error = posix_spawn_file_actions_init(&actions);
	pid_t pid;

	if (error)
		return error;
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	error = posix_spawnp(&pid, CONVERTER, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return error;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}

int picture_check(const struct request *request, struct diagnostic *diagnostic)
{
	char *const arguments[] = {(char *)(uintptr_t)CONVERTER, (char *)(uintptr_t) "--version", NULL};
	int null, error;

	if (picture_of(request) < PICTURE_PNG)
		return 0;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	error = null < 0 ? errno : run_converter(arguments, null, null);
	if (null >= 0)
		close(null);
	if (!error)
		return 0;
	return diagnostic_set(diagnostic, ENOTSUP,
			      "%s: " CONVERTER
			      ", which makes PNG and PDF of SVG, is not there; install it (Debian: "
			      "librsvg2-bin), or draw with -o FILE.svg",
			      request->output.path);
}

static int convert(const struct request *request, const char *svg, size_t length, FILE *out,
		   struct diagnostic *diagnostic)
{
	char *const arguments[] = {(char *)(uintptr_t)CONVERTER,
				   (char *)(uintptr_t) "-f",
				   (char *)(uintptr_t)kinds[picture_of(request)].format,
				   (char *)(uintptr_t) "-z",
				   (char *)(uintptr_t)(picture_of(request) == PICTURE_PNG ? ZOOM : "1"),
				   NULL};
	int input = memfd_create("svg", MFD_CLOEXEC);
	int error = input < 0 ? errno : -write_at(input, svg, length, 0);

	if (!error)
		error = fflush(out) != 0 ? errno : run_converter(arguments, input, fileno(out));
	if (input >= 0)
		close(input);
	return error ? diagnostic_set(diagnostic, error, "%s: " CONVERTER ": %s", request->output.path,
				      error == EIO ? "it failed" : strerror(error))
		     : 0;
}

int picture_write(const struct request *request, FILE *out, picture_print *print_svg, const void *context,
		  struct diagnostic *diagnostic)
{
	char *svg = NULL;
	size_t length = 0;
	FILE *memory;
	int error;

	if (picture_of(request) < PICTURE_PNG) {
		print_svg(out, context);
		return 0;
	}
	memory = open_memstream(&svg, &length);
	if (!memory)
		memory_exhausted();
	print_svg(memory, context);
	if (fclose(memory) != 0)
		memory_exhausted();
	error = convert(request, svg, length, out, diagnostic);
	free(svg);
	return error;
}
