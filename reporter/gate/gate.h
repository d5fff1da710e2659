/*
 * gate.h - what a check asks of a program: limits, and how far it may rise above its baseline.
 *
 * Filled by a gate file (gate_file.c) and then by the command line: of two settings for the same thing
 * the later holds.  Out of memory ends the process, as in base/pool.h.
 */
#ifndef MPROF_REPORTER_GATE_GATE_H
#define MPROF_REPORTER_GATE_GATE_H

#include "profile/figure.h"
#include "base/diagnostic.h"
#include "profile/measure.h"
#include "base/strings.h"

#define GATE_FILE_DEFAULT "mprof.gate"

/* Whose figures: [0] is the whole program. */
struct subject {
	const char *text; /* "parse_*", "json.c:42"; NULL: the whole program */
	bool own; /* what the functions' own lines asked for, not their callees: as baselines have it */
	const char *globs[2]; /* behind place */
	struct measure_place place;
};

/* An amount: a number, or a share of all allocations. */
struct amount {
	uint64_t number;
	double share; /* 0 to 1; below 0: the number counts */
};

struct limit {
	const char *program; /* a glob; NULL: every program */
	size_t subject;
	enum figure figure;
	struct amount most;
	const char *source; /* "--max-peak", "mprof.gate:7" */
	bool optional;      /* it may judge nothing */
};

/* How far a figure may rise above its baseline; and with a subject, that it is compared at all. */
struct rule {
	const char *program;
	size_t subject;
	enum figure figure; /* FIGURES_JUDGED: all */
	double tolerance;   /* of the baseline's value; below 0: not said */
	bool has_floor;
	uint64_t floor;
	const char *source;
	bool optional; /* it may mean nothing */
};

struct gate {
	struct strings strings;
	const char *path;          /* of the gate file; NULL: none */
	const char *baseline_path; /* NULL: none */
	double tolerance;
	uint64_t floor[FIGURES_JUDGED];
	struct subject *subjects;
	size_t subject_count, subject_capacity;
	const char **wrappers; /* globs for functions that allocate for their callers; ends with NULL */
	const char **wrapper_sources; /* of each: "mprof.gate:7" */
	size_t wrapper_count, wrapper_capacity, wrapper_source_capacity;
	struct selection wrapper_selection; /* of these */
	struct suppressions suppressions;   /* of leaks that are not to be counted */
	struct limit *limits;
	size_t limit_count, limit_capacity;
	struct rule *rules;
	size_t rule_count, rule_capacity;
};

void gate_init(struct gate *gate);
void gate_finish(struct gate *gate); /* a zeroed gate is fine */

/* Text that lives as long as the gate. */
const char *gate_text(struct gate *gate, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The subject of that name, made if it is new: "json.c:42" is a line, anything else a function glob. */
size_t gate_subject(struct gate *gate, const char *text, bool own);

void gate_add_wrapper(struct gate *gate, const char *glob, const char *source);

/* Where to measure a subject: of one that is own everywhere, since its place tells only whose figures count.
 */
struct measure_place gate_place(const struct gate *gate, size_t subject);

void gate_add_limit(struct gate *gate, struct limit limit);
void gate_add_rule(struct gate *gate, struct rule rule);

/* Whether there is anything to judge. */
bool gate_empty(const struct gate *gate);

/* Whether a program's key is meant: by its whole text, or by its first word, with or without a folder.  A
 * NULL glob means all; one that is the very text means it, whatever it would match as a glob: "t[1-2]". */
bool gate_means(const char *glob, const char *key);

/* Whether a glob means all programs, and so none by name. */
bool gate_is_general(const char *glob);

/* Whether a limit, or a rule of the baseline, means a program by name. */
bool gate_limits_by_name(const struct gate *gate, const char *key);
bool gate_compares_by_name(const struct gate *gate, const char *key);

/* Whether a later limit for the same program and thing takes the place of this one. */
bool gate_limit_holds(const struct gate *gate, size_t limit, const char *key);

/* Tolerance and floor of a program's figure. */
void gate_margin(const struct gate *gate, const char *key, size_t subject, enum figure figure,
		 double *tolerance, uint64_t *floor);

/* Whether a baseline's functions are compared by themselves, of this program, subject and figure. */
bool gate_compares(const struct gate *gate, const char *key, size_t subject, enum figure figure);

/* Reads a gate file into a gate that is as gate_init left it.  0, or -errno with a diagnostic that names file
 * and line.  gate_file.c */
int gate_file_read(struct gate *gate, const char *path, struct diagnostic *diagnostic);

#endif
