/*
 * fuzz_gate.c - any bytes as a gate file, and as a baseline.
 *
 * Both are written by people and merged by tools.  Each call must return, and fail in one line that names the
 * file and its line; what a baseline accepts must survive being written and read again.
 */
#include "gate/baseline.h"

#include "must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

const char *__lsan_default_suppressions(void);

/* libconfig 1.5 forgets the text that it was reading when it met a mistake. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

/* "PATH:LINE: reason", without a line end. */
static void expect_line(const struct diagnostic *diagnostic, const char *path)
{
	size_t length = strlen(path);

	must(strncmp(diagnostic->message, path, length) == 0, "an error that does not name the file");
	must(diagnostic->message[length] == ':' && diagnostic->message[length + 1] >= '1' &&
		     diagnostic->message[length + 1] <= '9',
	     "an error without a line");
	must(!strchr(diagnostic->message, '\n'), "an error of several lines");
}

static void read_gate(const char *path)
{
	struct diagnostic diagnostic = {.message = ""};
	struct gate gate;

	gate_init(&gate);
	if (gate_file_read(&gate, path, &diagnostic) != 0)
		expect_line(&diagnostic, path);
	for (size_t i = 0; i < gate.limit_count; i++)
		must(gate.limits[i].subject < gate.subject_count && gate.limits[i].figure < FIGURES_JUDGED,
		     "a limit of nothing");
	gate_finish(&gate);
}

static void read_baseline(const char *path)
{
	struct diagnostic diagnostic = {.message = ""};
	json_t *baseline, *again;
	char *text;

	if (baseline_read(path, &baseline, &diagnostic) != 0) {
		expect_line(&diagnostic, path);
		return;
	}
	text = json_dumps(baseline, JSON_SORT_KEYS | JSON_INDENT(2));
	must(text != NULL, "no text of a baseline");
	FILE *out = fopen(path, "w");
	must(out && fputs(text, out) >= 0 && fclose(out) == 0, "the text could not be written");
	must(baseline_read(path, &again, &diagnostic) == 0 && json_equal(baseline, again),
	     "another baseline than was written");
	free(text);
	json_decref(baseline);
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	int fd = memfd_create("gate", MFD_CLOEXEC);
	char path[64];

	must(fd >= 0 && write(fd, bytes, count) == (ssize_t)count, "no memory file");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_gate(path);
	read_baseline(path);
	close(fd);
	return 0;
}
