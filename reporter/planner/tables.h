/*
 * tables.h - the tables of a plan as they grow, and the file that they become.
 */
#ifndef MPROF_REPORTER_PLANNER_TABLES_H
#define MPROF_REPORTER_PLANNER_TABLES_H

#include "base/diagnostic.h"
#include "base/strings.h"
#include "trace/plan.h"

#include <stddef.h>

/* All zero: an empty plan.  Out of memory ends the process. */
struct tables {
	struct plan_module *modules;
	struct plan_function *functions;
	struct plan_row *rows;
	struct plan_site *sites;
	struct plan_instruction *instructions;
	char *text;
	size_t module_count, module_capacity, function_count, function_capacity, row_count, row_capacity,
		site_count, site_capacity, instruction_count, instruction_capacity, text_bytes, text_capacity;
	struct strings strings;
	struct map text_offsets; /* by interned text */
};

void tables_finish(struct tables *tables);

/* Where a text is in the plan. */
uint32_t tables_text(struct tables *tables, const char *text);

/* One more at the end, as given. */
void tables_add_module(struct tables *tables, const struct plan_module *module);
void tables_add_function(struct tables *tables, const struct plan_function *function);
void tables_add_row(struct tables *tables, const struct plan_row *row);
void tables_add_site(struct tables *tables, const struct plan_site *site);
void tables_add_instruction(struct tables *tables, const struct plan_instruction *instruction);

/* The file appears whole or not at all, in place of one of that name, its owner's alone.  0, or -errno and a
 * diagnostic. */
int tables_write(const struct tables *tables, const char *path, struct diagnostic *diagnostic);

#endif
