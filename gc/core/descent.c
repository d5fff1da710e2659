/* descent.c - see descent.h. */
#include "descent.h"

#include <errno.h>

#define DESCENT_MAX 200

static _Thread_local unsigned depth __attribute__((tls_model("initial-exec")));

int rgc__descent_begin(void)
{
	if (depth >= DESCENT_MAX) {
		errno = ELOOP;
		return -1;
	}
	depth++;
	return 0;
}

void rgc__descent_end(void)
{
	depth--;
}
