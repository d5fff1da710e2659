/*
 * test_loadable.c - which programs the shim can be loaded into, by their heads.
 */
#include "preload/session/loadable.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/mprof-loadable-XXXXXX";

static void enter_directory(void)
{
	cr_assert(mkdtemp(directory) && chdir(directory) == 0);
}

static void leave_directory(void)
{
	cr_assert(chdir("/") == 0);
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(loadable, .init = enter_directory, .fini = leave_directory);

static void write_file(const char *name, const void *bytes, size_t count)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	cr_assert(fd >= 0 && write(fd, bytes, count) == (ssize_t)count);
	close(fd);
}

struct program {
	ElfW(Ehdr) header;
	ElfW(Phdr) segments[2];
	char interpreter[64];
};

/* Without an interpreter it is static. */
static struct program program_of(const char *interpreter)
{
	struct program program;

	memset(&program, 0, sizeof(program));
	memcpy(program.header.e_ident, ELFMAG, SELFMAG);
	program.header.e_ident[EI_CLASS] = ELFCLASS64;
	program.header.e_ident[EI_DATA] = ELFDATA2LSB;
#ifdef __x86_64__
	program.header.e_machine = EM_X86_64;
#else
	program.header.e_machine = EM_AARCH64;
#endif
	program.header.e_phoff = offsetof(struct program, segments);
	program.header.e_phentsize = sizeof(*program.segments);
	program.header.e_phnum = interpreter ? 2 : 1;
	program.segments[0].p_type = PT_LOAD;
	if (interpreter) {
		program.segments[1].p_type = PT_INTERP;
		program.segments[1].p_offset = offsetof(struct program, interpreter);
		program.segments[1].p_filesz = strlen(interpreter) + 1;
		strcpy(program.interpreter, interpreter);
	}
	return program;
}

static void write_program(const char *name, const char *interpreter)
{
	struct program program = program_of(interpreter);

	write_file(name, &program, sizeof(program));
}

Test(loadable, interpreters)
{
	static const struct {
		const char *interpreter;
		enum loading loading;
	} cases[] = {
		{"/lib64/ld-linux-x86-64.so.2", LOADING_WORKS},
		{"/nix/store/abc/lib/ld-linux-x86-64.so.2", LOADING_WORKS},
		{"/lib/ld-linux-aarch64.so.1", LOADING_WORKS},
		{"/lib64/ld-lsb-x86-64.so.3", LOADING_WORKS},
		{"/opt/glibc/lib/ld-2.38.so", LOADING_WORKS},
		{NULL, LOADING_IS_IDLE}, /* static */
		{"/lib/ld-musl-x86_64.so.1", LOADING_HARMS},
		{"/lib/ld64-uClibc.so.1", LOADING_HARMS},
		{"/system/bin/linker64", LOADING_HARMS},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		write_program("program", cases[i].interpreter);
		cr_expect_eq(loadable(AT_FDCWD, "program", 0), cases[i].loading, "%s", cases[i].interpreter);
	}
}

Test(loadable, other_machines)
{
	struct program program = program_of("/lib64/ld-linux-x86-64.so.2");

	program.header.e_machine = EM_RISCV;
	write_file("program", &program, sizeof(program));
	cr_expect_eq(loadable(AT_FDCWD, "program", 0), LOADING_HARMS);
	program = program_of("/lib64/ld-linux-x86-64.so.2");
	program.header.e_ident[EI_CLASS] = ELFCLASS32;
	write_file("program", &program, sizeof(program));
	cr_expect_eq(loadable(AT_FDCWD, "program", 0), LOADING_HARMS);
}

Test(loadable, loaders_themselves)
{
	write_program("ld-musl-x86_64.so.1", NULL);
	write_program("ld-linux-x86-64.so.2", NULL);
	cr_expect_eq(loadable(AT_FDCWD, "ld-musl-x86_64.so.1", 0), LOADING_HARMS);
	cr_expect_eq(loadable(AT_FDCWD, "ld-linux-x86-64.so.2", 0), LOADING_WORKS);
}

static void write_script(const char *name, const char *interpreter)
{
	char line[128];

	snprintf(line, sizeof(line), "#! \t%s  -argument\nand so on\n", interpreter);
	write_file(name, line, strlen(line));
}

Test(loadable, scripts)
{
	write_program("stranger", "/lib/ld-musl-x86_64.so.1");
	write_script("one", "./stranger");
	write_script("two", "./one");
	write_script("shell", "/bin/sh");
	write_script("circle", "./circle");
	write_script("dangling", "./nowhere");
	cr_expect_eq(loadable(AT_FDCWD, "one", 0), LOADING_HARMS);
	cr_expect_eq(loadable(AT_FDCWD, "two", 0), LOADING_HARMS);
	cr_expect_eq(loadable(AT_FDCWD, "shell", 0), LOADING_WORKS);
	cr_expect_eq(loadable(AT_FDCWD, "circle", 0), LOADING_WORKS);
	cr_expect_eq(loadable(AT_FDCWD, "dangling", 0), LOADING_WORKS);
}

Test(loadable, what_is_no_program_is_left_to_the_kernel)
{
	struct program program = program_of("/lib/ld-musl-x86_64.so.1");

	mkdir("directory", 0755);
	mkfifo("fifo", 0755);
	write_file("empty", "", 0);
	write_file("hash", "#", 1);
	write_file("bare", "#!", 2);
	write_file("cut", &program, sizeof(program.header) - 1);
	for (size_t bytes = sizeof(program.header); bytes < offsetof(struct program, interpreter);
	     bytes += 8) {
		write_file("headless", &program, bytes);
		cr_expect_neq(loadable(AT_FDCWD, "headless", 0), LOADING_HARMS, "%zu bytes", bytes);
	}
	static const char *const names[] = {"nothing", "directory", "fifo", "empty", "hash", "bare", "cut"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		errno = 4711;
		cr_expect_eq(loadable(AT_FDCWD, names[i], 0), LOADING_WORKS, "%s", names[i]);
		cr_expect_eq(errno, 4711);
	}
}

Test(loadable, ways_to_name_a_program)
{
	mkdir("bin", 0755);
	mkdir("first", 0755);
	write_program("bin/stranger", "/lib/ld-musl-x86_64.so.1");
	write_file("first/stranger", "no program", 10);
	cr_assert_eq(chmod("first/stranger", 0644), 0);
	setenv("PATH", "/nowhere:first::bin", 1);
	cr_expect_eq(loadable_in_path("stranger"), LOADING_HARMS, "what cannot be executed is passed over");
	cr_expect_eq(loadable_in_path("bin/stranger"), LOADING_HARMS);
	cr_expect_eq(loadable_in_path("nothing"), LOADING_WORKS);

	int fd = open("bin/stranger", O_RDONLY), folder = open("bin", O_RDONLY | O_DIRECTORY);
	cr_expect_eq(loadable_fd(fd), LOADING_HARMS);
	cr_expect_eq(loadable(folder, "stranger", 0), LOADING_HARMS);
	cr_expect_eq(loadable(fd, "", AT_EMPTY_PATH), LOADING_HARMS);
	close(fd);
	close(folder);
}

Test(loadable, for_a_child_elsewhere)
{
	struct program works = program_of("/lib64/ld-linux-x86-64.so.2");

	write_file("works", &works, sizeof(works));
	cr_assert_eq(loadable_elsewhere("./works", false), LOADING_WORKS);
	cr_assert_eq(loadable_elsewhere("./elsewhere", false), LOADING_HARMS,
		     "what is not here may be anything there");
	cr_assert_eq(loadable_elsewhere("no-such-program", true), LOADING_HARMS);
	cr_assert_eq(loadable_elsewhere("/proc/self/fd/0", false), LOADING_HARMS, "another descriptor there");
	cr_assert_eq(loadable_elsewhere((const char *)(uintptr_t)16, false), LOADING_WORKS,
		     "the kernel says it");
	cr_assert_eq(loadable(AT_FDCWD, "./elsewhere", 0), LOADING_WORKS);
}
