/*
 * testing.h - what the parts of test_tracer share: the traced object, its plan's counters, and what each part
 * checks.
 */
#ifndef MPROF_TESTS_TRACER_TESTING_H
#define MPROF_TESTS_TRACER_TESTING_H

#include "trace/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* main's: the object whose functions are traced; a failure is told and counted. */
extern void *object;
extern int failures;
void expect(bool true_so, const char *what);

/* NULL in the object of the other language. */
void *function(const char *name);
#define CALL(type, name) ((type)function(name))

/* The plan, mapped; counters.c reads what they say. */
extern const struct plan_header *header;
extern size_t plan_bytes;
const void *table_of(const struct plan_table *table);
uint64_t hits_of(uint32_t row);
uint64_t all_hits(void);
uint64_t hits_of_lines(uint32_t from, uint32_t to);
void check_ticks(void);
void check_source(const char *source, bool exact);

/* Runs that must not depend on tracing: the result of each, 0 of what the object does not have.  scenarios.c
 */
#define SCENARIOS 9
void run_all(uint64_t results_of[SCENARIOS]);
const char *scenario_name(size_t i);
uint64_t run_plainest(void);

/* As if this thread were recorded, and something happened all the time.  Whether lines' ends are told where
 * something did.  recorder_double.c */
void record_this_thread(bool on);
void check_told(void);

/* What must be refused, and plans that are damaged.  refusals.c */
void check_refusals(const char *plan);
void check_damaged(void);

/* Call paths from signals: of a timer, and at every instruction, of the program as it is or `patched`.
 * walks.c */
void check_storm(void);
void step_through(bool patched);

#endif
