/*
 * fuzz_plan.c - any bytes as a plan of the lines to trace.
 *
 * The shim patches what a plan says without looking at bounds again: whatever is taken for a plan must have
 * every index of every table in range, of sites that have no jump, too.
 */
#include "preload/tracer/plan_file.h"

#include "must.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void check_site(const struct plan_file *plan, const struct plan_site *site)
{
	const struct plan_header *header = plan->header;

	must(site->row < header->rows.count, "a site of no row");
	must(site->instruction_count == 0 || (uint64_t)site->first_instruction + site->instruction_count <=
						     header->instructions.count,
	     "a site of instructions that are not there");
}

static void check_tables(const struct plan_file *plan)
{
	const struct plan_header *header = plan->header;

	for (uint32_t i = 0; i < header->functions.count; i++)
		must((uint64_t)plan->functions[i].first_row + plan->functions[i].row_count <=
			     header->rows.count,
		     "a function of rows that are not there");
	for (uint32_t i = 0; i < header->modules.count; i++)
		for (uint32_t k = 0; k < plan->modules[i].site_count; k++)
			check_site(plan, &plan->sites[plan->modules[i].first_site + k]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct plan_file plan = {0};
	void *copy = malloc(count ? count : 1); /* aligned, and no longer than that */

	memcpy(copy, bytes, count);
	if (!plan_file_check(&plan, copy, count))
		check_tables(&plan);
	free(copy);
	return 0;
}
