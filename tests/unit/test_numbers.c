/*
 * test_numbers.c - the shim's look at which sessions of a process there are.
 */
#include "preload/session/numbers.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define USER 1000
#define ALL ((UINT32_C(1) << NUMBERS_MOST) - 1)

static char directory[] = "numbers-XXXXXX";

static void enter(void)
{
	cr_assert_not_null(mkdtemp(directory));
}

static void leave(void)
{
	char command[64];

	snprintf(command, sizeof command, "rm -r %s", directory);
	cr_expect_eq(system(command), 0);
}

static void put(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	cr_assert(fd >= 0);
	close(fd);
}

static uint32_t found_of(unsigned long pid)
{
	struct numbers process = {.pid = pid};

	numbers_find(directory, USER, &process, 1);
	return process.found;
}

TestSuite(numbers, .init = enter, .fini = leave);

Test(numbers, those_of_the_process_and_the_user)
{
	put("mprof.1000.12.0");
	put("mprof.1000.12.15");
	put("mprof.1000.123.1"); /* another process, */
	put("mprof.1000.1.12.2");
	put("mprof.100.12.3"); /* another user's, */
	put("mprof.10001.12.4");
	put("other.1000.12.5"); /* nobody's */
	cr_expect_eq(found_of(12), 1u << 0 | 1u << 15);
	cr_expect_eq(found_of(123), 1u << 1);
	cr_expect_eq(found_of(1), 0);
}

Test(numbers, what_lies_beside_a_session_is_none)
{
	put("mprof.1000.7.0.live");
	put("mprof.1000.7.1.lines");
	put("mprof.1000.7.");
	put("mprof.1000.7.-1");
	put("mprof.1000.7.03");
	put("mprof.1000.7.16"); /* more than are looked for */
	put("mprof.1000.7.4294967297");
	put("mprof.1000.7.99999999999999999999999");
	cr_expect_eq(found_of(7), 0);
	put("mprof.1000.7.10");
	cr_expect_eq(found_of(7), 1u << 10);
}

Test(numbers, of_several_processes_by_one_look)
{
	struct numbers processes[] = {{.pid = 5, .found = ALL}, {.pid = 6}, {.pid = 7}};

	put("mprof.1000.6.2");
	put("mprof.1000.7.0");
	numbers_find(directory, USER, processes, 3);
	cr_expect_eq(processes[0].found, 0);
	cr_expect_eq(processes[1].found, 1u << 2);
	cr_expect_eq(processes[2].found, 1u << 0);
}

Test(numbers, many_names_of_others_do_not_hide_one)
{
	char name[64];

	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof name, "PostgreSQL.%d", i);
		put(name);
		if (i == 200)
			put("mprof.1000.9.3");
	}
	cr_expect_eq(found_of(9), 1u << 3);
}

Test(numbers, where_there_is_too_much_any_may_be_there)
{
	char name[64];

	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "PostgreSQL.%d", i);
		put(name);
	}
	cr_expect_eq(found_of(9), ALL);
}

Test(numbers, where_nothing_can_be_listed_any_may_be_there)
{
	struct numbers process = {.pid = 9};

	numbers_find("numbers-that-is-not-there", USER, &process, 1);
	cr_expect_eq(process.found, ALL);
}
