/*
 * verdict.h - what a gate found: plain data from the judge (judge.c) to the formats that print it.
 *
 * Everything is resolved and owned by the struct check_result; formats read it and compute nothing that
 * another format would then lack.
 */
#ifndef MPROF_REPORTER_GATE_VERDICT_H
#define MPROF_REPORTER_GATE_VERDICT_H

#include "profile/figure.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outcome {
	OUTCOME_NOT_JUDGED, /* there is nothing of what the bound means: it is complained of */
	OUTCOME_PASSED,
	OUTCOME_IMPROVED, /* below its baseline by more than tolerance and floor: passed */
	OUTCOME_ADVICE,   /* above its bound, but the figure is not deterministic: passed, with a warning */
	OUTCOME_NO_BASELINE, /* a baseline was asked for and has no entry of the program */
	OUTCOME_FAILED,
};

struct verdict_frame {
	const char *function;
	const char *file;    /* relative to the directory that the check ran in, if below it; "" if unknown */
	uint32_t line;       /* 0 if unknown */
	const char *place;   /* if it has no file: the function and offset, or address, and the object */
	const char *library; /* what it belongs to, in a word, if it is not the program's own; else NULL */
	const char *module;  /* the name of its object, if it has no file; else NULL */
};

/* One of the call paths by which a line came to its part. */
struct contributing_path {
	uint64_t value;
	const struct verdict_frame *frames; /* innermost first */
	size_t frame_count;
};

/* A function that has a part in a figure, and its line with most of it. */
struct contributor {
	struct verdict_frame site;
	bool several_lines; /* have part in it, not the site's alone */
	uint64_t now;
	bool has_before;
	uint64_t before;       /* of its function, in the baseline */
	uint64_t before_below; /* where that has nothing of it: it leaves out what is less; else 0 */
	const struct verdict_frame *frames; /* the path with most of that line's, innermost first */
	size_t frame_count;
	const struct contributing_path
		*paths; /* of the function, most first; in all nine tenths of it, but five at most */
	size_t path_count;
	size_t other_paths; /* that are not among them */
	uint64_t other_value;
};

/* One figure of one program against one bound. */
struct verdict {
	enum outcome outcome;
	enum figure figure;
	const char *pattern; /* the function glob or file:line whose callees count; NULL: the whole program */
	bool against_baseline;
	const char *source; /* who set the bound: "--max-peak", "mprof.gate:7", "mprof-baseline.json" */
	uint64_t value;     /* in the figure's unit */
	uint64_t margin;    /* how far it may be off, where blocks were sampled; else 0 */
	uint64_t bound;     /* the greatest value that passes; with NO_BASELINE 0 */
	double bound_share; /* of a limit in percent: of all allocations, 0 to 1; else negative */
	uint64_t base_low, base_high;           /* the baseline's value, and its range if its runs varied */
	const struct contributor *contributors; /* greatest part, or increase, first; none where it passed */
	size_t contributor_count;
	const char *more; /* a command that shows more; NULL where it passed */
};

/* Leaks that are not counted, since the user has said so. */
struct suppressed_leaks {
	const char *pattern;
	uint64_t bytes, blocks; /* the most of any trace */
};

/* A program, with all its runs that were judged as one. */
struct checked_program {
	const char *key;   /* its name in baseline and reports: executable and arguments, or --name */
	const char *trace; /* the trace that the values are of; NULL: it will be gone */
	const char *error; /* why it could not be judged, one line; else NULL, and no verdicts */
	const char *note;  /* what is to be known of its figures, one line (they are estimates); or NULL */
	uint64_t duration_ns;
	size_t run_count;
	size_t process_count;  /* of a run, at most: each figure is the greatest of any of them */
	uint64_t sample_bytes; /* one byte in so many was sampled; 0: all was recorded */
	uint64_t value[FIGURES_JUDGED];
	uint64_t low[FIGURES_JUDGED], high[FIGURES_JUDGED]; /* over the runs */
	const struct suppressed_leaks *suppressed;          /* by those that were: in the files' order */
	size_t suppressed_count;
	struct verdict *verdicts;
	size_t verdict_count;
};

/* What keeps a gate from guarding, apart from any program: a limit that judged nothing, a trace that cannot
 * be read. */
struct complaint {
	const char *about; /* "mprof.gate:7", "--limit parze:peak<=1M", a file */
	const char *what;  /* one line */
	bool fatal;        /* no pass; else it was let pass, and is only told */
};

struct check_result {
	const struct checked_program *programs; /* by key */
	size_t program_count;
	const char *gate_path, *baseline_path; /* NULL: none */
	const char *update_command; /* the command that makes or renews the baseline; NULL: none in use */
	size_t outcome_count[OUTCOME_FAILED + 1];
	size_t error_count; /* programs that could not be judged */
	const struct complaint *complaints;
	size_t complaint_count, fatal_count; /* the latter of the former */
	int status;                          /* enum command_status */
};

#endif
