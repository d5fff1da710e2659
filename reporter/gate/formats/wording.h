/*
 * wording.h - a verdict in words, the same in every format that people read.
 */
#ifndef MPROF_REPORTER_GATE_FORMATS_WORDING_H
#define MPROF_REPORTER_GATE_FORMATS_WORDING_H

#include "gate/verdict.h"

#include <stdio.h>

/* Prints a name that is not ours, so that it cannot damage the format. */
typedef void wording_name_fn(FILE *out, const char *name);

struct wording {
	FILE *out;
	wording_name_fn *name;
	int precision;              /* decimals of sizes */
	const char *update_command; /* said where a baseline lacks or is exceeded; NULL: not said */
	const char *indent;         /* before each line of details; NULL: nothing */
	size_t also_frames;         /* of the call path of each contributor but the first; 0: no path */
};

/* A name as text, in one line and cut where it is long. */
wording_name_fn wording_plain_name;

/* "12.0 MiB" or "1200". */
void wording_value(const struct wording *to, enum figure figure, uint64_t value);

/* "8.0 MiB to 8.1 MiB", or one value where both are the same. */
void wording_range(const struct wording *to, enum figure figure, uint64_t low, uint64_t high);

/* "peak heap of parse_*" */
void wording_subject(const struct wording *to, const struct verdict *verdict);

/* A line without its end: "peak heap: 12.0 MiB, 4.0 MiB (+50.0%) over the limit of 8.0 MiB (--max-peak)" */
void wording_claim(const struct wording *to, const struct verdict *verdict);

/* Lines: where, the call path, the other contributors, commands that help; none where it passed. */
void wording_details(const struct wording *to, const struct verdict *verdict);

/* Claim, or claim and details, without the last line's end; the caller's to free(), NULL when out of memory.
 */
char *wording_claim_text(const struct verdict *verdict, int precision);
char *wording_full_text(const struct verdict *verdict, int precision, const char *update_command);

/* The line of source that a verdict points at: its greatest contributor's; NULL if none is known. */
const struct verdict_frame *wording_site(const struct verdict *verdict);

/* "limit" or "baseline" */
const char *wording_against(const struct verdict *verdict);

/* The outcome's name in JSON. */
const char *wording_outcome(enum outcome outcome);

/* "failed", "passed" or "nothing was judged" */
const char *wording_status(const struct check_result *result);

/* "3 bounds of 2 programs: 1 failed, 2 passed" */
void wording_counts(FILE *out, const struct check_result *result);

/* Of all that was asked of a program; "not judged" where that is nothing. */
enum outcome wording_worst(const struct checked_program *program);

/* Whether any bound was judged of it. */
bool wording_is_judged(const struct checked_program *program);

#endif
