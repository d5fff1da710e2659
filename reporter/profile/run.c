/* run.c - see run.h. */
#include "profile/run.h"

#include "base/memory.h"
#include "base/strings.h"
#include "base/text.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

int profile_open_like(const struct profile *like, const struct filter *filter, const char *path,
		      struct profile **out, struct diagnostic *diagnostic)
{
	int error = profile_open(path, like->options, out, diagnostic);

	if (!error)
		profile_filter(*out, filter);
	return error;
}

struct amounts profile_passing(struct profile *profile)
{
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	struct amounts sum = {0};
	struct model_node figures;
	uint32_t node;

	if (!profile->passing)
		return profile_overview(profile, true)->total;
	profile_know_remains(profile);
	while (figures_walk_next(&walk, &node, &figures)) {
		struct amounts amounts =
			amounts_of(&figures, profile->ownership.remains[node], profile->info->sample_bytes);

		if (profile_passes(profile, node))
			amounts_add(&sum, &amounts);
	}
	amounts_weigh(&sum, profile->info->sample_bytes);
	return sum;
}

const char *profile_program(const struct profile *profile)
{
	const char *path = profile->info->exe;

	if (!*path && profile->info->command[0])
		path = profile->info->command[0];
	return *base_name(path) ? base_name(path) : path;
}

/* ---- sums ------------------------------------------------------------------------------------ */

struct run_sums {
	struct strings strings;
	struct map known; /* by program, function, file and place, and line: index + 1 */
	struct run_site *sites, *listed;
	size_t count, capacity;
};

struct run_sums *run_sums_create(void)
{
	return memory_zeroed(1, sizeof(struct run_sums));
}

void run_sums_destroy(struct run_sums *sums)
{
	if (!sums)
		return;
	strings_finish(&sums->strings);
	map_finish(&sums->known);
	free(sums->sites);
	free(sums->listed);
	free(sums);
}

#define GREATER(name, of_node) greatest->name = more->name > greatest->name ? more->name : greatest->name;
static void keep_greatest(struct amounts *greatest, const struct amounts *more)
{
	AMOUNTS(GREATER, GREATER, GREATER)
}

/* Names of a profile that is closed soon are kept. */
static struct run_site *new_site(struct run_sums *sums, const char *program, const struct site *site)
{
	struct strings *strings = &sums->strings;

	sums->sites = pool_grow(sums->sites, &sums->capacity, sums->count + 1, sizeof(*sums->sites));
	sums->sites[sums->count] = (struct run_site){
		.program = strings_intern(strings, program),
		.site = {.function = strings_intern(strings, site->function),
			 .file = strings_intern(strings, site->file),
			 .module = strings_intern(strings, site->module),
			 .place = strings_intern(strings, site->place),
			 .line = site->line},
	};
	return &sums->sites[sums->count++];
}

static struct run_site *find_site(struct run_sums *sums, const char *program, const struct site *site)
{
	struct pool text = {0};
	const char *name =
		strings_intern(&sums->strings, pool_format(&text, "%s\n%s\n%s\n%s", program, site->place,
							   site->file, *site->file ? "" : site->module));
	uintptr_t index = (uintptr_t)map_get(&sums->known, (uintptr_t)name, site->line);

	pool_finish(&text);
	if (index > 0)
		return &sums->sites[index - 1];
	map_put(&sums->known, (uintptr_t)name, site->line, (void *)(uintptr_t)(sums->count + 1));
	return new_site(sums, program, site);
}

void run_sums_add(struct run_sums *sums, struct profile *profile)
{
	const char *program = profile_program(profile);
	size_t count;
	const struct site *const *sites = profile_sites(profile, FIGURE_ALLOCATIONS, 0, &count);

	for (size_t i = 0; i < count; i++) {
		struct run_site *site = find_site(sums, program, sites[i]);

		amounts_add(&site->site.amounts, &sites[i]->amounts);
		keep_greatest(&site->greatest, &sites[i]->amounts);
		site->process_count++;
	}
}

/* ---- what is asked ----------------------------------------------------------------------------- */

uint64_t run_figure(const struct run_site *site, enum figure figure)
{
	return figure_of(figure == FIGURE_PEAK ? &site->greatest : &site->site.amounts, figure);
}

static int compare_sites(const void *left, const void *right, void *figure)
{
	const struct run_site *a = left, *b = right;
	uint64_t x = run_figure(a, *(const enum figure *)figure);
	uint64_t y = run_figure(b, *(const enum figure *)figure);
	int order;

	if (x != y)
		return x > y ? -1 : 1;
	order = strcmp(a->program, b->program);
	if (order == 0)
		order = strcmp(a->site.file, b->site.file);
	if (order == 0)
		order = a->site.line < b->site.line ? -1 : a->site.line > b->site.line;
	return order != 0 ? order : strcmp(a->site.place, b->site.place);
}

const struct run_site *run_sums_sites(struct run_sums *sums, enum figure figure, enum figure order,
				      size_t *count)
{
	free(sums->listed);
	sums->listed = memory_zeroed(sums->count, sizeof(*sums->listed));
	*count = 0;
	for (size_t i = 0; i < sums->count; i++)
		if (run_figure(&sums->sites[i], figure) > 0)
			sums->listed[(*count)++] = sums->sites[i];
	qsort_r(sums->listed, *count, sizeof(*sums->listed), compare_sites, &order);
	return sums->listed;
}
