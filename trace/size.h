/*
 * size.h - sizes as people write them in settings and options: 4096, 512KiB, 1M.
 *
 * Shared, so that a command refuses just what the recorder would.  No libc calls.
 */
#ifndef MPROF_TRACE_SIZE_H
#define MPROF_TRACE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define SAMPLE_BYTES_MAX (UINT64_C(1) << 40) /* largest mean interval of sampling */

/* "" or B; else K, M, G or T, in powers of 1024, alone or followed by B or iB.  -1: none of these. */
static inline int size_unit_shift(const char *unit)
{
	static const char letters[] = "KMGT";

	if (!unit[0] || (unit[0] == 'B' && !unit[1]))
		return 0;
	for (int i = 0; letters[i]; i++) {
		if (unit[0] != letters[i])
			continue;
		unit += unit[1] == 'i' && unit[2] == 'B' ? 3 : unit[1] == 'B' ? 2 : 1;
		return *unit ? -1 : 10 * (i + 1);
	}
	return -1;
}

/* A whole number of bytes; false, with *size_bytes unchanged, if the text is none that fits 64 bits. */
static inline bool size_parse(const char *text, uint64_t *size_bytes)
{
	uint64_t number = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(number, UINT64_C(10), &number) ||
		    __builtin_add_overflow(number, (uint64_t)(*text - '0'), &number))
			return false;
	int shift = size_unit_shift(text);
	if (shift < 0 || number > UINT64_MAX >> shift)
		return false;
	*size_bytes = number << shift;
	return true;
}

#endif
