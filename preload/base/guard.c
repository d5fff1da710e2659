/*
 * guard.c - see guard.h.
 */
#include "guard.h"

__thread volatile int guard __attribute__((tls_model("initial-exec")));
