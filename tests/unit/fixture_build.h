/*
 * fixture_build.h - compiles the programs under fixtures/ while a test runs, in a folder that goes away with
 * it.
 */
#ifndef MPROF_TESTS_FIXTURE_BUILD_H
#define MPROF_TESTS_FIXTURE_BUILD_H

#include "reader/reader.h"

#include <stdbool.h>
#include <stdio.h>

struct fixture {
	char folder[64];
	char program[128]; /* folder/program */
	unsigned char build_id[64];
	struct trace_module modules[2]; /* [1] is the program, at bias 0 */
};

/* An empty folder; the program is folder/program. */
void fixture_init(struct fixture *fixture);
void fixture_finish(struct fixture *fixture);

/* Compiles fixtures/SOURCE; false, with the reason printed, if the compiler is not installed.  A failing
 * compilation fails the test. */
bool fixture_compile(struct fixture *fixture, const char *compiler, const char *flags, const char *source);

/* Takes the program's build-id into modules[1]. */
void fixture_read_build_id(struct fixture *fixture);

/* Runs a shell command in the folder (printf rules); its failure fails the test. */
void fixture_run(struct fixture *fixture, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a shell command in the folder prints; to be closed with pclose. */
FILE *fixture_read(struct fixture *fixture, const char *command);

bool fixture_has(const char *command);

#endif
