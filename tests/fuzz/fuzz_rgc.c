/*
 * fuzz_rgc.c - any bytes as operations on rgc, beside the oracles of the property test.
 */
#include "reentrant.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	world_run(bytes, count);
	reentrant_run(bytes, count);
	return 0;
}
