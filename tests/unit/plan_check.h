/*
 * plan_check.h - what is true of every plan, by the object that it is of.
 */
#ifndef MPROF_TESTS_PLAN_CHECK_H
#define MPROF_TESTS_PLAN_CHECK_H

#include "trace/plan.h"

#include <stddef.h>

/* A plan's file, mapped. */
struct plan_file {
	const char *bytes;
	size_t size;
	const struct plan_header *header;
	const struct plan_module *modules;
	const struct plan_function *functions;
	const struct plan_row *rows;
	const struct plan_site *sites;
	const struct plan_instruction *instructions;
	const char *text;
};

void plan_file_open(struct plan_file *plan, const char *path);
void plan_file_close(struct plan_file *plan);

/* The function of this name; NULL: it is not in the plan. */
const struct plan_function *plan_file_function(const struct plan_file *plan, const char *name);

/* The row of a line of a function; NULL: it has none. */
const struct plan_row *plan_file_row(const struct plan_file *plan, const struct plan_function *function,
				     uint32_t line);

/* Everything that can be told from the plan alone, and from the object that its only module is of:
 * disassembled from end to end, with its line table.  `how` stands in messages. */
void plan_check(const struct plan_file *plan, const char *object, const char *how);

#endif
