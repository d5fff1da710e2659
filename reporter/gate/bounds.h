/*
 * bounds.h - bounds as people write them: "64 MiB", "100000", "10%", "parse_*:peak<=3MiB".
 *
 * Complaints are the rest of a line that says where the text stands: "'3 MB/s' is no size".
 */
#ifndef MPROF_REPORTER_GATE_BOUNDS_H
#define MPROF_REPORTER_GATE_BOUNDS_H

#include "gate/gate.h"

/* A number of the figure's unit: a size ("3 MiB", "3MiB", 1024) for bytes, else a whole number.  0 or -EINVAL
 * with a diagnostic. */
int limit_parse_number(enum figure figure, const char *text, uint64_t *out, struct diagnostic *diagnostic);

/* A number, or a percentage of all allocations where the figure counts some of them: 100% at most. */
int limit_parse_amount(enum figure figure, const char *text, struct amount *out,
		       struct diagnostic *diagnostic);

/* "5%" or "0.5 %", not negative, and 1000% at most. */
int limit_parse_share(const char *text, double *out, struct diagnostic *diagnostic);

/* A figure by name, with a diagnostic that lists them. */
int limit_parse_figure(const char *name, enum figure *out, struct diagnostic *diagnostic);

/* The same of what a limit may be of: of a function or a line, or of the whole program. */
int limit_parse_limited(const char *name, bool whole, enum figure *out, struct diagnostic *diagnostic);

/* "PATTERN:FIGURE<=AMOUNT", or "FIGURE<=AMOUNT" for the whole program. */
int limit_parse(struct gate *gate, const char *text, struct limit *out, struct diagnostic *diagnostic);

#endif
