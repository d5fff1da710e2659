/* diff_side.c - the call sites of one recording, sorted into what rows of a comparison are of. */
#include "base/memory.h"
#include "base/text.h"
#include "profile/diff_private.h"
#include "profile/filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define EXECUTABLE "*" /* the key of the program itself, whatever its file is called */
#define NAMELESS "code without names"

/* ---- builds --------------------------------------------------------------------------------- */

static bool has_build(const struct profile *profile, const struct trace_module *build)
{
	for (size_t i = 1; i < profile->info->module_count; i++) {
		const struct trace_module *module = &profile->info->modules[i];

		if (module->build_id_bytes == build->build_id_bytes &&
		    memcmp(module->build_id, build->build_id, build->build_id_bytes) == 0)
			return true;
	}
	return false;
}

bool diff_same_build(const struct profile *profile, const struct profile *other,
		     const struct source_function *function)
{
	for (size_t i = 1; *function->module && i < profile->info->module_count; i++) {
		const struct trace_module *module = &profile->info->modules[i];

		if (strcmp(module->path, function->module) == 0)
			return module->build_id_bytes > 0 && has_build(other, module);
	}
	return false;
}

/* ---- sites ---------------------------------------------------------------------------------- */

/* Each site of the list once, by the first call path that has it. */
static void collect_sites(struct diff_side *side)
{
	struct profile *profile = side->profile;
	const struct site_list *list = &profile->sites;

	side->sites = memory_zeroed(list->count, sizeof(*side->sites));
	side->site_count = list->count;
	for (uint32_t node = 0; node < profile->info->node_count; node++) {
		struct diff_site *site =
			list->of_node[node] > 0 ? &side->sites[list->of_node[node] - 1] : NULL;

		if (!site || site->function)
			continue;
		struct source_frame frame = profile_site(profile, node, NULL);
		*site = (struct diff_site){.function = frame.function,
					   .spot = source_frame_spot(&frame),
					   .place = list->sites[list->of_node[node] - 1].place,
					   .line = frame.line,
					   .amounts = list->sites[list->of_node[node] - 1].amounts};
	}
	for (size_t i = 0; i < list->count; i++)
		amounts_add(&side->total, &list->sites[i].amounts);
	amounts_weigh(&side->total, profile->info->sample_bytes);
}

/* ---- names ---------------------------------------------------------------------------------- */

static bool is_executable(const struct profile *profile, const char *module)
{
	return *module && strcmp(module, profile->info->exe) == 0;
}

/* "libssl.so" of "libssl.so.1.1", "libpython.so" of "libpython3.11.so.1.0": what versions leave. */
static const char *module_key(struct profile *profile, const char *module)
{
	const char *base = base_name(module), *end = strstr(base, ".so");
	char *key, *out;

	if (is_executable(profile, module))
		return EXECUTABLE;
	key = out = pool_alloc(&profile->pool, strlen(base) + 1);
	for (const char *in = base; *in; in++) {
		if (end && in == end + strlen(".so"))
			break;
		if (!isdigit((unsigned char)*in) && !(strchr(".-", *in) && isdigit((unsigned char)in[1])))
			*out++ = *in;
	}
	return key;
}

static struct diff_thing module_of(struct profile *profile, const struct source_function *function)
{
	return (struct diff_thing){.key = module_key(profile, function->module),
				   .name = *function->module ? base_name(function->module) : function->name,
				   .file = "",
				   .module = function->module};
}

static struct diff_thing file_of(struct profile *profile, const struct source_function *function)
{
	struct diff_thing thing = module_of(profile, function);

	if (!*function->file) {
		thing.name = *function->module
				     ? pool_format(&profile->pool, "code without lines (%s)", thing.name)
				     : function->name;
		return thing;
	}
	return (struct diff_thing){.key = base_name(function->file),
				   .name = function->file,
				   .file = function->file,
				   .module = ""};
}

static struct diff_thing function_of(struct profile *profile, const struct profile *other,
				     const struct source_function *function)
{
	struct diff_thing thing = {.key = function->name,
				   .name = function->name,
				   .file = function->file,
				   .module = function->module};

	if (source_function_is_nameless(function) && !diff_same_build(profile, other, function)) {
		thing.key = pool_format(&profile->pool, "\n%s", module_key(profile, function->module));
		thing.name = NAMELESS;
	}
	return thing;
}

static struct diff_thing thing_of(struct profile *profile, const struct profile *other,
				  const struct source_function *function, enum diff_group group)
{
	if (group == DIFF_MODULE)
		return module_of(profile, function);
	return group == DIFF_FILE ? file_of(profile, function) : function_of(profile, other, function);
}

/* ---- things --------------------------------------------------------------------------------- */

/* A site on its way into a thing. */
struct sorted {
	struct diff_thing thing;
	struct diff_site site;
};

static int compare_things(const struct diff_thing *a, const struct diff_thing *b)
{
	int order = strcmp(a->key, b->key);

	if (order == 0)
		order = strcmp(a->file, b->file);
	return order != 0 || *a->file ? order : strcmp(a->module, b->module);
}

/* Code without a name stands at no offset from a beginning: its addresses do. */
static uint64_t place_in_order(const struct diff_site *site)
{
	if (!source_function_is_nameless(site->function))
		return site->spot;
	return SPOT_OFFSET | (strtoull(site->function->name, NULL, 16) + (site->spot & ~SPOT_OFFSET));
}

static int compare_sorted(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;
	int order = compare_things(&a->thing, &b->thing);

	if (order != 0)
		return order;
	if (a->site.spot != b->site.spot)
		return a->site.spot < b->site.spot ? -1 : 1;
	return a->site.function->first_line < b->site.function->first_line
		       ? -1
		       : a->site.function->first_line > b->site.function->first_line;
}

static struct sorted *sort_sites(struct diff_side *side, const struct profile *other, enum diff_group group)
{
	struct sorted *sorted = memory_zeroed(side->site_count, sizeof(*sorted));

	for (size_t i = 0; i < side->site_count; i++) {
		sorted[i] = (struct sorted){thing_of(side->profile, other, side->sites[i].function, group),
					    side->sites[i]};
		sorted[i].site.spot = place_in_order(&side->sites[i]);
	}
	qsort(sorted, side->site_count, sizeof(*sorted), compare_sorted);
	return sorted;
}

/* Two functions of one name and file may have one line in common, where a macro made both. */
static void add_site(struct diff_side *side, const struct diff_site *site)
{
	struct diff_thing *thing = &side->things[side->thing_count - 1];
	struct diff_site *last = thing->site_count > 0 ? &thing->sites[thing->site_count - 1] : NULL;

	if (last && last->spot == site->spot) {
		amounts_add(&last->amounts, &site->amounts);
		return;
	}
	thing->sites[thing->site_count++] = *site;
	side->site_count++;
}

void diff_side_init(struct diff_side *side, struct profile *profile, const struct profile *other,
		    enum diff_group group)
{
	*side = (struct diff_side){.profile = profile};
	collect_sites(side);
	struct sorted *sorted = sort_sites(side, other, group);
	size_t count = side->site_count;

	side->things = memory_zeroed(count, sizeof(*side->things));
	side->site_count = 0;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare_things(&sorted[i - 1].thing, &sorted[i].thing) != 0) {
			side->things[side->thing_count] = sorted[i].thing;
			side->things[side->thing_count++].sites = side->sites + side->site_count;
		}
		add_site(side, &sorted[i].site);
	}
	free(sorted);
}

void diff_side_finish(struct diff_side *side)
{
	free(side->sites);
	free(side->things);
}
