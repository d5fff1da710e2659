/* must.h - what a fuzz target holds of its input's outcome; a fuzzer takes an abort for a finding. */
#ifndef MPROF_TESTS_FUZZ_MUST_H
#define MPROF_TESTS_FUZZ_MUST_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
	abort();
}

#endif
