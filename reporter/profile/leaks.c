/* leaks.c - see leaks.h. */
#include "profile/leaks.h"

#include "base/text.h"
#include "figures/weight.h"
#include "profile/filter.h"
#include "profile/measure.h"
#include "profile/private.h"

#include <stdlib.h>
#include <string.h>

/* ---- suppressions --------------------------------------------------------------------------------- */

const struct leak_rule *profile_suppression_rules(struct profile *profile, size_t *count)
{
	const struct suppressions *all = &profile->suppressions;
	struct leak_rule *rules;

	profile_know_remains(profile);
	*count = all->count;
	rules = pool_alloc(&profile->pool, (*count + 1) * sizeof(*rules));
	for (size_t i = 0; i < *count; i++) {
		const struct amounts sum = profile_suppressed(profile, i);

		rules[i] = (struct leak_rule){
			.rule = pool_format(&profile->pool, "leak:%s", all->list[i].pattern),
			.pattern = all->list[i].pattern,
			.file = all->list[i].path,
			.line = all->list[i].line,
			.limit_bytes = all->list[i].limit_bytes,
			.beyond_bytes = profile->ownership.beyond_bytes[i],
			.blocks = sum.suppressed_blocks,
			.bytes = sum.suppressed_bytes,
		};
	}
	return rules;
}

/* ---- what libraries keep -------------------------------------------------------------------------- */

/* "setenv (C library's own)" */
static const char *rule_text(struct profile *profile, const struct kept_reason *reason)
{
	static const char *const why[] = {
		[KEPT_NOT] = "unknown",
		[KEPT_OUTSIDE] = "outside the program's own code",
		[KEPT_C] = "C library's own",
		[KEPT_STREAM] = "stream buffer",
		[KEPT_RUNTIME] = "language runtime",
		[KEPT_NAMED] = "",
		[KEPT_SLAB] = "slab",
		[KEPT_START_UP] = "linked-in runtime, before main",
	};

	if (reason->why == KEPT_NAMED)
		return pool_format(&profile->pool, "leak:%s", reason->name);
	if (!reason->name || !*reason->name)
		return pool_format(&profile->pool, "(%s)", why[reason->why]);
	if (strcmp(reason->name, "_dl_") == 0)
		return "dynamic linker (C library's own)";
	return pool_format(&profile->pool, "%s (%s)", base_name(reason->name), why[reason->why]);
}

struct keeper_rules {
	struct leak_rule *list;
	size_t count, capacity;
	struct map known; /* by reason: index + 1 */
	struct strings strings;
};

static void add_kept(struct profile *profile, struct keeper_rules *rules, uint32_t node,
		     const struct model_node *figures)
{
	const struct kept_reason reason = ownership_kept_by(&profile->ownership, node, figures);
	uintptr_t name = (uintptr_t)strings_intern(&rules->strings, reason.name ? reason.name : "");
	uintptr_t index = (uintptr_t)map_get(&rules->known, reason.why, name);

	if (index == 0) {
		rules->list =
			pool_grow(rules->list, &rules->capacity, rules->count + 1, sizeof(*rules->list));
		rules->list[rules->count++] = (struct leak_rule){.rule = rule_text(profile, &reason)};
		index = rules->count;
		map_put(&rules->known, reason.why, name, (void *)index);
	}
	rules->list[index - 1].bytes += figures->live_bytes;
	rules->list[index - 1].blocks += figures->live_blocks;
}

static int by_bytes(const void *left, const void *right)
{
	const struct leak_rule *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return strcmp(a->rule, b->rule);
}

const struct leak_rule *profile_keeper_rules(struct profile *profile, size_t *count)
{
	struct keeper_rules rules = {0};
	struct leak_rule *kept;
	struct model_node figures;
	uint32_t node;

	strings_init(&rules.strings);
	profile_know_remains(profile);
	struct figures_walk walk = figures_walk(model_summary(profile->model)->nodes);
	while (figures_walk_next(&walk, &node, &figures))
		if (profile->ownership.remains[node] == REMAINS_KEPT && profile_passes(profile, node))
			add_kept(profile, &rules, node, &figures);
	*count = rules.count;
	for (size_t i = 0; i < rules.count; i++)
		rules.list[i].blocks = weight_blocks(rules.list[i].blocks, profile->info->sample_bytes);
	if (rules.count > 0)
		qsort(rules.list, rules.count, sizeof(*rules.list), by_bytes);
	kept = pool_alloc(&profile->pool, (rules.count + 1) * sizeof(*kept));
	if (rules.count > 0)
		memcpy(kept, rules.list, rules.count * sizeof(*kept));
	map_finish(&rules.known);
	strings_finish(&rules.strings);
	free(rules.list);
	return kept;
}
