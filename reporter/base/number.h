/*
 * number.h - figures as people read them.
 */
#ifndef MPROF_REPORTER_BASE_NUMBER_H
#define MPROF_REPORTER_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#define NUMBER_PRECISION_DEFAULT 1
#define NUMBER_PRECISION_MAX 9
#define NUMBER_BYTES 48 /* room for any of the texts below */

/* "%{precision + 4}.{precision}f MiB", as memory_profiler prints it; never "-0.0". */
void number_mib(char *out, size_t out_bytes, int64_t size_bytes, int precision);

/* In the unit that suits it: "100 B", "4.0 KiB", "1.5 GiB". */
void number_size(char *out, size_t out_bytes, uint64_t size_bytes, int precision);

/* "95.2%"; "" when the whole is 0. */
void number_share(char *out, size_t out_bytes, uint64_t part, uint64_t whole);

/* "0.012 s", "4 min 3 s". */
void number_duration(char *out, size_t out_bytes, uint64_t time_ns);

/* "1.2 us", "12.345 ms", and from a second on as number_duration. */
void number_pause(char *out, size_t out_bytes, uint64_t time_ns);

/* Local time, "2024-05-01 12:34:56". */
void number_time(char *out, size_t out_bytes, uint64_t realtime_ns);

#endif
