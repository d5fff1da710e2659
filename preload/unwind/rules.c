/*
 * rules.c - the shared rule table and the making of rules.
 *
 * No lock, no allocation but one private mapping.  See rules.h.
 */
#include "preload/unwind/rules.h"

#include "preload/base/pages.h"
#include "preload/unwind/lookup.h"
#include "preload/unwind/row_rule.h"

#define SHARED_BITS 17
#define SHARED_PLACES ((size_t)1 << SHARED_BITS)
#define SHARED_BYTES (SHARED_PLACES * sizeof(struct shared_place))
#define PROBES_MAX 16

/*
 * The two words are written one after the other, by several threads, while others read and a
 * flush zeroes them: any mixture may be seen.  `check` is the key mixed with the rule, so only
 * words that belong together answer to their key, and no access needs an order.
 */
struct shared_place {
	_Atomic uint64_t check, rule;
};

static _Atomic(struct shared_place *) shared;

/* The generation is part of the key: a thread that is late in storing a rule of code that is
 * gone stores it where nobody looks. */
static uint64_t shared_key(uintptr_t pc, uint32_t of_generation)
{
	return pc ^ (uint64_t)of_generation << 48;
}

static uint64_t scramble(uint64_t word)
{
	word *= UINT64_C(0x9e3779b97f4a7c15);
	return word ^ word >> 29;
}

static struct shared_place *shared_table(void)
{
	/* Acquire pairs with the release below; the table is zeroed memory all the same. */
	struct shared_place *table = atomic_load_explicit(&shared, memory_order_acquire);
	if (table != NULL)
		return table;
	struct shared_place *fresh = pages_map(SHARED_BYTES);
	if (fresh == NULL)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(&shared, &table, fresh, memory_order_release,
						    memory_order_acquire))
		return fresh;
	pages_unmap(fresh, SHARED_BYTES);
	return table;
}

void rules_reserve(void)
{
	(void)shared_table();
}

static uint64_t shared_get(struct shared_place *table, uint64_t key)
{
	size_t at = scramble(key) >> (64 - SHARED_BITS);
	for (size_t i = 0; i < PROBES_MAX; i++) {
		struct shared_place *place = &table[(at + i) % SHARED_PLACES];
		uint64_t check = atomic_load_explicit(&place->check, memory_order_relaxed);
		if (check == 0)
			return 0;
		uint64_t rule = atomic_load_explicit(&place->rule, memory_order_relaxed);
		if (rule != 0 && (check ^ scramble(rule)) == key)
			return rule;
	}
	return 0;
}

static void shared_put(struct shared_place *table, uint64_t key, uint64_t rule)
{
	size_t at = scramble(key) >> (64 - SHARED_BITS);
	uint64_t check = key ^ scramble(rule);
	for (size_t i = 0; i < PROBES_MAX && check != 0; i++) {
		struct shared_place *place = &table[(at + i) % SHARED_PLACES];
		uint64_t seen = 0;
		if (atomic_compare_exchange_strong_explicit(&place->check, &seen, check, memory_order_relaxed,
							    memory_order_relaxed)) {
			atomic_store_explicit(&place->rule, rule, memory_order_relaxed);
			return;
		}
		if (seen == check)
			return;
	}
}

/* From the unwind information; without any, RULE_NONE with the module. */
static uint64_t compile(struct unwind_state *state, uintptr_t pc)
{
	struct lookup found = lookup_frame(state, pc, false);
	uint64_t rule = rule_make(RULE_NONE, 0, 0);
	if (found.has_row)
		rule = row_rule(&state->machine.row, found.signal_frame);
	return rule | found.module;
}

__attribute__((noinline)) uint64_t rules_find_shared(struct unwind_state *state, uintptr_t pc)
{
	struct shared_place *table = shared_table();
	uint64_t key = shared_key(pc, state->generation);
	uint64_t rule = table != NULL ? shared_get(table, key) : 0;
	if (rule == 0) {
		rule = compile(state, pc);
		if (rule == rule_make(RULE_NONE, 0, 0))
			return rule;
		if (table != NULL)
			shared_put(table, key, rule);
	}
	if (++state->rules_missed == RULES_MISSED_MANY)
		state->rules_mask = RULE_SETS_MANY - 1;
	struct rule_place *set = state->rules[rules_set(state, pc)];
	set[1] = set[0];
	set[0] = (struct rule_place){pc, rule};
	return rule;
}

void rules_forget(struct unwind_state *state)
{
	size_t sets = (state->rules_mask | (RULE_SETS_FEW - 1)) + 1;
	memset(state->rules, 0, sets * sizeof(state->rules[0]));
}

void rules_renew(struct unwind_state *state)
{
	state->generation = epoch_code();
	rules_forget(state);
}

static void forget_rules(void)
{
	/* A thread that reads the new generation also sees the modules marked gone before it,
	 * and so does not give their index to what has taken their place. */
	epoch_advance(EPOCH_CODE);
	/* Only to make room: places of older generations answer to no key any more.  Acquire: pairs with
	 * the release in shared_table; it is mapped. */
	struct shared_place *table = atomic_load_explicit(&shared, memory_order_acquire);
	if (table != NULL)
		pages_clear(table, SHARED_BYTES);
}

void unwind_code_changing(void)
{
	forget_rules();
}

void unwind_code_changed(void)
{
	forget_rules();
}
