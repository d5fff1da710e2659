/*
 * test_lines.c - lines and functions from call paths: inlining, recursion, sums; no symbolizer.
 */
#include "replay/model.h"
#include "profile/scopes.h"

#include <criterion/criterion.h>
#include <string.h>

enum { MAIN, WALK, COPY, LIBRARY, FUNCTIONS };

static const struct source_function functions[FUNCTIONS] = {
	{.name = "main", .file = "m.c", .id = MAIN, .first_line = 1},
	{.name = "walk", .file = "m.c", .id = WALK, .first_line = 10},
	{.name = "copy", .file = "m.c", .id = COPY, .first_line = 20},
	{.name = "library", .file = "", .id = LIBRARY},
};

/* 1: main:3    2: walk:12 under 1    3: walk:12 under 2    4: walk:13, into which copy:21 is inlined, under 3
 * 5: copy:21 under 1    6: library under 5 */
static struct source_frame frames[][2] = {
	[1] = {{.function = &functions[MAIN], .line = 3}},
	[2] = {{.function = &functions[WALK], .line = 12}},
	[3] = {{.function = &functions[WALK], .line = 12}},
	[4] = {{.function = &functions[COPY], .line = 21, .inlined = true},
	       {.function = &functions[WALK], .line = 13}},
	[5] = {{.function = &functions[COPY], .line = 21}},
	[6] = {{.function = &functions[LIBRARY]}},
};
static const struct trace_node nodes[] = {
	[1] = {.parent = 0, .code = 1}, [2] = {.parent = 1, .code = 2}, [3] = {.parent = 2, .code = 3},
	[4] = {.parent = 3, .code = 4}, [5] = {.parent = 1, .code = 5}, [6] = {.parent = 5, .code = 6},
};
#define NODES (sizeof(nodes) / sizeof(*nodes))

static const struct model_node figures[NODES] = {
	[4] = {.allocations = 2,
	       .allocated_bytes = 100,
	       .peak_bytes = 60,
	       .peak_blocks = 1,
	       .own_frees = 1,
	       .own_freed_bytes = 60,
	       .live_bytes = 40,
	       .live_blocks = 1,
	       .temporary = 1},
	[5] = {.frees = 1, .freed_bytes = 60},
	[6] = {.allocations = 1, .allocated_bytes = 7, .peak_bytes = 7, .live_bytes = 7, .live_blocks = 1},
};

static size_t frames_of(void *context, uint32_t code, const struct source_frame **out)
{
	(void)context;
	*out = frames[code];
	return code == 0 ? 0 : code == 4 ? 2 : 1;
}

static bool counts_walk(void *context, const struct source_frame *frame)
{
	(void)context;
	return frame->function == &functions[WALK];
}

static struct scope_map map;
static struct amounts sums[16];

static void build(bool lines)
{
	static const bool wanted[FUNCTIONS] = {[MAIN] = true, [WALK] = true, [COPY] = true};
	static const uint8_t remains[NODES] = {[4] = REMAINS_LEAKED, [6] = REMAINS_LEAKED};
	struct figures_nodes packed = {0};

	memset(sums, 0, sizeof(sums));
	cr_assert_eq(scope_map_init(&map, NODES, (struct frame_source){.frames = frames_of}, wanted, lines),
		     0);
	cr_assert_leq(map.model.scope_count, 16);
	for (uint32_t node = 0; node < NODES; node++)
		cr_assert_eq(figures_nodes_add(&packed, node, &figures[node]), 0);
	cr_assert_eq(scope_sums_add(&map, nodes, &packed, remains, 0, sums), 0);
	figures_nodes_finish(&packed);
}

static const struct amounts *sums_of(uint32_t function, uint32_t line)
{
	uint32_t scope = scope_find(&map, function, line);

	cr_assert_neq(scope, SCOPE_NONE, "%u:%u", function, line);
	return &sums[scope];
}

Test(lines, scopes_are_the_wanted_functions_and_their_lines)
{
	build(true);
	cr_assert_eq(map.model.scope_count, 7); /* main, main:3, walk, walk:12, walk:13, copy, copy:21 */
	cr_assert_eq(scope_find(&map, LIBRARY, 0), SCOPE_NONE);
	cr_assert_eq(scope_find(&map, WALK, 11), SCOPE_NONE);
	cr_assert_eq(map.model.first[5] - map.model.first[4], 4,
		     "inlined frames stand in their own lines too");
	cr_assert_eq(map.model.first[7], map.model.first[6], "what is not wanted has no scope");
	scope_map_finish(&map);
}

Test(lines, recursion_counts_once)
{
	build(true);
	cr_assert_eq(sums_of(WALK, 12)->allocations, 2);
	cr_assert_eq(sums_of(WALK, 12)->allocated_bytes, 100);
	cr_assert_eq(sums_of(WALK, 0)->allocated_bytes, 100);
	cr_assert_eq(sums_of(WALK, 0)->temporary, 1);
	scope_map_finish(&map);
}

Test(lines, an_inlined_copy_is_the_same_function)
{
	build(true);
	cr_assert_eq(sums_of(COPY, 21)->allocations, 3);
	cr_assert_eq(sums_of(COPY, 21)->allocated_bytes, 107);
	cr_assert_eq(sums_of(COPY, 21)->frees, 1);
	cr_assert_eq(sums_of(COPY, 21)->freed_bytes, 60);
	cr_assert_eq(sums_of(COPY, 0)->peak_bytes, 67);
	scope_map_finish(&map);
}

Test(lines, callees_count_for_their_callers)
{
	build(true);
	cr_assert_eq(sums_of(MAIN, 3)->allocations, 3);
	cr_assert_eq(sums_of(MAIN, 3)->frees, 1);
	cr_assert_eq(sums_of(MAIN, 3)->leaked_bytes, 47);
	cr_assert_eq(sums_of(MAIN, 3)->leaked_blocks, 2);
	scope_map_finish(&map);
}

/* Code of no single line counts in the function, and in a row of its own. */
Test(lines, code_without_a_line_is_apart)
{
	static const struct source_frame nowhere = {.function = &functions[COPY]};
	struct source_frame somewhere = frames[5][0];

	frames[5][0] = nowhere;
	build(true);
	frames[5][0] = somewhere;
	cr_assert_eq(sums_of(COPY, LINE_NONE)->allocations, 1);
	cr_assert_eq(sums_of(COPY, 21)->allocations, 2);
	cr_assert_eq(sums_of(COPY, 0)->allocations, 3);
	scope_map_finish(&map);
}

Test(lines, frames_may_not_count)
{
	static const bool wanted[FUNCTIONS] = {[WALK] = true, [COPY] = true};

	cr_assert_eq(scope_map_init(&map, NODES, (struct frame_source){frames_of, NULL, counts_walk}, wanted,
				    true),
		     0);
	cr_assert_neq(scope_find(&map, WALK, 12), SCOPE_NONE);
	cr_assert_eq(scope_find(&map, COPY, 0), SCOPE_NONE);
	scope_map_finish(&map);
}

Test(lines, without_lines_only_functions)
{
	build(false);
	cr_assert_eq(map.model.scope_count, 3);
	cr_assert_eq(sums_of(MAIN, 0)->allocated_bytes, 107);
	cr_assert_eq(scope_find(&map, MAIN, 3), SCOPE_NONE);
	scope_map_finish(&map);
}

/* The same scopes in visits: entry and exit of each. */
Test(lines, visits_see_the_live_heap_before_and_after)
{
	const struct trace_event events[] = {
		{.type = EVENT_ALLOC, .size_bytes = 100, .node = 4},
		{.type = EVENT_FREE, .size_bytes = 100, .origin = 4, .node = 5},
		{.type = EVENT_ALLOC, .size_bytes = 7, .node = 6},
	};
	struct model *model = model_create(NODES);
	struct model_scope visits[16] = {0};

	build(true);
	cr_assert_not_null(model);
	cr_assert_eq(model_events(model, events, 3), 0);
	model_finish(model);
	cr_assert_eq(visits_count(model_summary(model), nodes, &map.model, visits), 0);
	cr_assert_eq(visits[scope_find(&map, WALK, 12)].exit_bytes, 100);
	cr_assert_eq(visits[scope_find(&map, WALK, 0)].visits, 1);
	cr_assert_eq(visits[scope_find(&map, COPY, 21)].entry_bytes, 0);
	cr_assert_eq(visits[scope_find(&map, COPY, 21)].visits, 1);
	cr_assert_eq(visits[scope_find(&map, MAIN, 3)].visits, 1);
	cr_assert_eq(visits[scope_find(&map, MAIN, 3)].exit_bytes, 7);
	model_destroy(model);
	scope_map_finish(&map);
}
