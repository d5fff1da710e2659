/*
 * private.h - what the files behind check.h share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_GATE_PRIVATE_H
#define MPROF_REPORTER_GATE_PRIVATE_H

#include "gate/baseline.h"
#include "gate/check_options.h"
#include "gate/verdict.h"
#include "profile/ownership.h"

/* All figures of one subject. */
struct tally {
	uint64_t of[FIGURES_LIMITED];
	uint64_t vague[FIGURES_LIMITED]; /* of their bytes, figures/weight.h */
};

/* What is known of one trace. */
struct input {
	const char *path, *key, *exe;
	const char *called; /* the key that it has of itself, whatever it was named */
	int pid, parent_pid;
	size_t run;
	bool killed;         /* or it did not end */
	bool replaced;       /* what the process was before an execve */
	bool tool;           /* a program of the system, such as a shell */
	bool alone;          /* what it started was not to be recorded */
	bool passed_over;    /* there is reason not to judge it */
	bool by_name;        /* judged only by what is said of it by name */
	bool running;        /* it had no end by then */
	bool partial;        /* a child that was killed or runs on: its figures are what they were by then */
	uint64_t signal;     /* that killed it; 0: none, or not known */
	const char *problem; /* why it cannot be judged; NULL: it can */
	int root;            /* the first process of those that led to this one */
	const char *note;    /* what is to be known of its figures; may be NULL */
	uint64_t started_realtime_ns, duration_ns;
	uint64_t unrecorded; /* programs that it started and that went unrecorded */
	size_t thread_count;
	uint64_t sample_bytes;                    /* 0: all was recorded */
	uint64_t blocks_error;                    /* of any count of blocks, where they were sampled */
	struct tally *tallies;                    /* by subject */
	bool *met;                                /* by subject: some call path passes it */
	const char **uncounted;                   /* by subject: why its executions are not known, or NULL */
	struct amounts *suppressed;               /* by suppression of the gate */
	const struct suppressed_leaks *by_others; /* what those of LSAN_OPTIONS suppressed */
	size_t by_others_count;
};

struct check {
	const struct check_options *options;
	struct strings strings; /* all that the result refers to */
	struct input *inputs;
	size_t input_count, input_capacity;
	struct complaint *complaints;
	size_t complaint_count, complaint_capacity;
	json_t *baseline;                 /* NULL: there is none */
	struct checked_program *programs; /* the result's */
	struct check_result result;
};

/* The traces of one program, sorted by run; behind them, in the same array, those of its partial ones. */
struct program {
	const struct input *inputs;
	size_t count, partial_count;
};

/* Zeroed memory that lives as long as the check. */
void *check_alloc(struct check *check, size_t count, size_t item_bytes);
const char *check_string(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes what keeps the gate from guarding; `about` is the check's, or the gate's. */
void complain(struct check *check, bool fatal, const char *about, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Of the traces that were added, leaves those that are judged, by key and run.  family.c */
void choose_inputs(struct check *check);

/* A figure over all runs: what is judged, whose trace it is of, and how it varied.  runs.c */
struct judged {
	const struct input *input;
	uint64_t value, low, high;
};
struct judged judged_figure(const struct program *program, size_t subject, enum figure figure,
			    enum repeat_figure which);
size_t count_runs(const struct program *program);

/* Of how many processes the greatest figures are: the most of any run. */
size_t count_processes(const struct program *program);

/* Of one run: the trace with the greatest figure. */
const struct input *greatest_of_run(const struct program *program, size_t begin, size_t end, size_t subject,
				    enum figure figure);

/* How far the figure of a sampled recording may be off, in 95 cases of 100; 0 where all was recorded.  Of
 * another value than the recording's own, if its blocks are of such sizes as the recording's.  estimate.c */
uint64_t figure_margin(const struct input *input, size_t subject, enum figure figure, uint64_t value);

/* Complains of a limit that a figure is too vague for. */
void complain_of_vague(struct check *check, const struct limit *limit, const char *key,
		       const struct verdict *verdict, uint64_t sample_bytes);

/* Whether all traces were sampled at one rate, which is the first one's. */
bool sampled_alike(const struct program *program);

/* Whether the program's figures are of the rate that the baseline's are; complains if not. */
bool sampled_like_baseline(struct check *check, const struct program *program);

/* Fills in what a program's figures amount to.  0, or -errno with a diagnostic.  judge.c */
int judge_program(struct check *check, const struct program *program, struct checked_program *out,
		  struct diagnostic *diagnostic);

/* Who has part in a verdict that is no pass, and the command that shows more.  attribute.c */
int attribute(struct check *check, const char *key, const struct input *input, size_t subject,
	      struct verdict *verdict, struct diagnostic *diagnostic);

/* Programs of one key that are not one get their folders into their keys.  0, or -errno with a diagnostic.
 * namesakes.c */
int tell_namesakes_apart(struct check *check, struct diagnostic *diagnostic);

/* Says what --name has come to mean where that is not plain; the traces that are judged are known.
 * naming.c */
void tell_of_name(struct check *check);

/* Gives the program that was started its --name.  naming.c */
void name_program(struct check *check);

/* Names of which the first few are told: "'a', 'b', 'c' and 2 more".  Each once. */
struct naming {
	struct check *check;
	const char *text, *last;
	size_t count;
};
void naming_add(struct naming *names, const char *name);
const char *naming_text(const struct naming *names);

/* Of programs with traces of several runs, of which not all were meant, notes that these are judged as one.
 * family.c */
void note_earlier_runs(struct check *check);

/* By key and run.  family.c */
void sort_inputs(struct check *check);

/* Complains of limits and of a baseline's entries that meant nothing that was recorded; the traces that are
 * judged, and the verdicts, are known.  0, or -errno with a diagnostic.  idle.c */
int find_idle(struct check *check, struct diagnostic *diagnostic);

/* Fills in what suppressions kept from being counted, and a note of it; and complains of those that did so
 * nowhere.  suppressed.c */
void note_suppressed(struct check *check, const struct program *program, struct checked_program *out);
void find_idle_suppressions(struct check *check);

/* Has the baseline decide which of a program's functions are wrappers, so far as it says.  0 or -ENOMEM.
 * record.c */
int recall_wrappers(struct check *check, const char *key, struct profile *profile);

/* Notes which programs of the baseline there is no trace of, where that is not to be expected.  idle.c */
void tell_of_absent(struct check *check);

/* A program's entry for the baseline.  record.c */
int record_program(struct check *check, const struct program *program, json_t *entries,
		   struct diagnostic *diagnostic);

#endif
