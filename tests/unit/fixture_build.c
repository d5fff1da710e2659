/*
 * fixture_build.c - compiles the programs under fixtures/ while a test runs.
 */
#include "fixture_build.h"

#include <criterion/criterion.h>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fixture_init(struct fixture *fixture)
{
	*fixture = (struct fixture){.folder = "/tmp/mprof-fixture-XXXXXX"};
	cr_assert_not_null(mkdtemp(fixture->folder));
	snprintf(fixture->program, sizeof(fixture->program), "%s/program", fixture->folder);
	fixture->modules[0] = fixture->modules[1] = (struct trace_module){.path = ""};
	fixture->modules[1].path = fixture->program;
}

void fixture_finish(struct fixture *fixture)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", fixture->folder);
	cr_expect_eq(system(command), 0);
}

bool fixture_has(const char *command)
{
	char test[256];
	snprintf(test, sizeof(test), "command -v %s >/dev/null", command);
	return system(test) == 0;
}

void fixture_run(struct fixture *fixture, const char *format, ...)
{
	char command[2048];
	int length = snprintf(command, sizeof(command), "cd '%s' && ", fixture->folder);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(command + length, sizeof(command) - (size_t)length, format, arguments);
	va_end(arguments);
	cr_assert_eq(system(command), 0, "failed: %s", command);
}

bool fixture_compile(struct fixture *fixture, const char *compiler, const char *flags, const char *source)
{
	if (!fixture_has(compiler)) {
		fprintf(stderr, "skipped: %s is not installed\n", compiler);
		return false;
	}
	fixture_run(fixture,
		    "%s -D_GNU_SOURCE %s -I '%s' '%s/%s' -o program 2>log || { cat log >&2; false; }",
		    compiler, flags, FIXTURE_INCLUDE, FIXTURE_FOLDER, source);
	return true;
}

void fixture_read_build_id(struct fixture *fixture)
{
	const void *bits;
	elf_version(EV_CURRENT);
	int file = open(fixture->program, O_RDONLY);
	Elf *elf = elf_begin(file, ELF_C_READ, NULL);
	ssize_t length = dwelf_elf_gnu_build_id(elf, &bits);
	cr_assert_gt(length, 0);
	cr_assert_leq((size_t)length, sizeof(fixture->build_id));
	memcpy(fixture->build_id, bits, (size_t)length);
	fixture->modules[1].build_id = fixture->build_id;
	fixture->modules[1].build_id_bytes = (size_t)length;
	elf_end(elf);
	close(file);
}

FILE *fixture_read(struct fixture *fixture, const char *command)
{
	char full[2048];
	snprintf(full, sizeof(full), "cd '%s' && %s", fixture->folder, command);
	FILE *output = popen(full, "r");
	cr_assert_not_null(output);
	return output;
}
