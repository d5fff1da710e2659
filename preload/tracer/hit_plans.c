/* hit_plans.c - see hit_plans.h. */
#include "preload/tracer/hit_plans.h"

#include "preload/base/confined.h"
#include "preload/base/kernel.h"
#include "preload/base/moment.h"
#include "preload/base/pages.h"
#include "preload/tracer/hit_thread.h"

#include <sys/mman.h>

struct hit_plans hit_plans;

/* ---- plans that are added --------------------------------------------------------- */

static struct hit_site hit_site_of(const struct plan_file *plan, uint32_t number)
{
	const struct plan_site *site = &plan->sites[number];
	uint32_t function = plan->rows[site->row].function;
	bool also = number + 1 < plan->header->sites.count && site[1].way == PLAN_ALSO;

	return (struct hit_site){.row = plan->rows_before + site->row,
				 .function = site->copy ? HIT_COPY | (plan->sites_before + site->copy)
							: plan->functions_before + function,
				 .first_row = plan->rows_before + plan->functions[function].first_row,
				 .does = site->does | (also ? HIT_ALSO : 0) | (site->copy ? HIT_COPYS : 0)};
}

static const struct hit_site *make_sites(const struct plan_file *plan)
{
	uint32_t count = plan->header->sites.count;
	struct hit_site *sites = pages_map((count + 1) * sizeof *sites);

	if (!sites)
		return NULL;
	pages_keep_on_fork(sites, (count + 1) * sizeof *sites, 1);
	for (uint32_t i = 0; i < count; i++)
		if (plan->sites[i].row < plan->header->rows.count)
			sites[i] = hit_site_of(plan, i);
	return sites;
}

static bool begin(void)
{
	uint32_t *alive = pages_map(sizeof *alive);

	if (!alive)
		return false;
	*alive = 1;
	hit_plans.alive = alive;
	hit_plans.has_ticks = clock_has_invariant_counter();
	return true;
}

/* Numbers of all plans together fit. */
static bool has_room(const struct plan_file *plan, const struct hit_plan *last)
{
	const struct plan_header *header = plan->header;
	uint64_t most = UINT32_MAX / 2;

	return hit_plans.count < PLANS_MAX &&
	       (!last || (last->sites_end + (uint64_t)header->sites.count < most &&
			  last->rows_end + (uint64_t)header->rows.count < most));
}

bool hit_plans_add(struct plan_file *plan)
{
	const struct hit_plan *last = hit_plans.count > 0 ? &hit_plans.plans[hit_plans.count - 1] : NULL;
	const struct plan_header *header = plan->header;

	if (!has_room(plan, last) || (!hit_plans.alive && !begin()))
		return false;
	plan->sites_before = last ? last->sites_end : 0;
	plan->rows_before = last ? last->rows_end : 0;
	plan->functions_before = last ? hit_plans.files[hit_plans.count - 1].functions_before +
						 hit_plans.files[hit_plans.count - 1].header->functions.count
				      : 0;
	const struct hit_site *sites = make_sites(plan);
	if (!sites)
		return false;
	hit_plans.plans[hit_plans.count] =
		(struct hit_plan){.sites = sites,
				  .counts = (char *)plan->counts,
				  .shard_bytes = header->counts_bytes,
				  .sites_before = plan->sites_before,
				  .sites_end = plan->sites_before + header->sites.count,
				  .rows_before = plan->rows_before,
				  .rows_end = plan->rows_before + header->rows.count};
	hit_plans.files[hit_plans.count++] = *plan;
	hit_threads_rows(plan->rows_before + header->rows.count);
	return true;
}

/* ---- fork children ------------------------------------------------------------------------- */

/* The parent's counters are gone from this process first.  A hit that a handler interrupted in order to fork
 * may go on, and finds something there. */
static bool let_go(const struct plan_file *plan)
{
	const uint32_t *states = (const uint32_t *)((const char *)plan->header + plan->header->states_offset);

	if (kernel_call(SYS_mmap, plan->shared_pages, plan->shared_pages_bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0L) == -1)
		return false;
	/* The code is in the child what it is in the parent. */
	for (uint32_t i = 0; i < plan->header->modules.count; i++)
		plan->states[i] = states[i];
	return true;
}

void hit_plans_after_fork(void)
{
	if (hit_plans.count == 0 || confined())
		return;
	for (uint32_t i = 0; i < hit_plans.count; i++)
		if (!let_go(&hit_plans.files[i]))
			return;
	hit_thread_after_fork();
	*hit_plans.alive = 1;
}

bool hit_plans_continue(const char *path_of(uint32_t index, void *context), void *context)
{
	/* Where nothing was counted so far, the figures would be too low. */
	if (hit_plans.count == 0 || !*hit_plans.alive || confined())
		return false;
	for (uint32_t i = 0; i < hit_plans.count; i++)
		if (plan_file_move(&hit_plans.files[i], path_of(i, context)) != 0)
			return false;
	return true;
}
