/*
 * test_contexts.c - interning: one node a path.  Threads: see tests/stress/stress_contexts.c.
 */
#include "preload/memory/contexts.h"

#include "arena_double.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/base/pages.h"

#define NODES_MAX 2000000u

static struct session_header *session;
static struct contexts *contexts;

static void begin(void)
{
	session = arena_double_start(16, NODES_MAX);
	contexts = pages_map(sizeof(*contexts));
	cr_assert_not_null(contexts);
}

TestSuite(contexts, .init = begin, .timeout = 60);

Test(contexts, path_is_a_chain_of_nodes)
{
	const struct path_frame frames[] = {{0x3000, 2}, {0x2000, 1 | NODE_EXACT_PC}, {0x1000, 1}};
	uint32_t leaf = contexts_path(contexts, frames, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct session_node *node = session_node(session, leaf);
		cr_assert_eq(node->pc, frames[i].pc);
		cr_assert_eq(node->module, frames[i].module);
		leaf = node->parent;
	}
	cr_assert_eq(leaf, 0);
}

Test(contexts, every_part_of_the_key_counts)
{
	uint32_t one = contexts_intern(contexts, 0, 0x1000, 1);
	const uint32_t others[] = {contexts_intern(contexts, one, 0x1000, 1),
				   contexts_intern(contexts, 0, 0x1001, 1),
				   contexts_intern(contexts, 0, 0x1000, 2),
				   contexts_intern(contexts, 0, 0x1000, 1 | NODE_TRUNCATED)};
	for (size_t i = 0; i < 4; i++) {
		cr_assert_neq(others[i], one);
		for (size_t k = 0; k < i; k++)
			cr_assert_neq(others[i], others[k]);
	}
	cr_assert_eq(contexts_intern(contexts, 0, 0x1000, 1), one);
	cr_assert_eq(session->nodes_used, 6);
}

Test(contexts, ids_stay_while_the_index_grows)
{
	enum { COUNT = 1000000 };
	for (uint32_t i = 1; i <= COUNT; i++)
		cr_assert_eq(contexts_intern(contexts, i / 3, 0x400000 + i % 5000, 1 + i / 5000), i);
	for (uint32_t i = 1; i <= COUNT; i++)
		cr_assert_eq(contexts_intern(contexts, i / 3, 0x400000 + i % 5000, 1 + i / 5000), i);
	cr_assert_eq(session->nodes_used, COUNT + 1);
}

/* All of a path's nodes but the first of each page. */
Test(contexts, nodes_behind_their_parents_need_no_index)
{
	enum { DEEP = 100000, PER_PAGE = 4096 / sizeof(struct session_node) };
	uint32_t outer = 0;
	for (uint32_t i = 1; i <= DEEP; i++)
		outer = contexts_intern(contexts, outer, 0x400000 + i, 1);
	cr_assert_eq(outer, DEEP);
	cr_assert_eq(session->nodes_indexed, 1 + DEEP / PER_PAGE);
	for (uint32_t i = 1; i <= DEEP; i++)
		cr_assert_eq(contexts_intern(contexts, i - 1, 0x400000 + i, 1), i);
	/* Elsewhere: a second child, and one whose parent is not the last node. */
	cr_assert_eq(contexts_intern(contexts, DEEP, 0x100, 1), DEEP + 1);
	cr_assert_eq(contexts_intern(contexts, DEEP, 0x200, 1), DEEP + 2);
	cr_assert_eq(contexts_intern(contexts, 7, 0x100, 1), DEEP + 3);
	cr_assert_eq(session->nodes_indexed, 3 + DEEP / PER_PAGE);
	cr_assert_eq(contexts_intern(contexts, DEEP, 0x200, 1), DEEP + 2);
	cr_assert_eq(contexts_intern(contexts, 7, 0x100, 1), DEEP + 3);
}

Test(contexts, no_room_cuts_the_path)
{
	arena_double_refuse_nodes_beyond(3 * sizeof(struct session_node));
	const struct path_frame frames[] = {{0x4000, 1}, {0x3000, 1}, {0x2000, 1}, {0x1000, 1}};
	uint32_t cut = contexts_path(contexts, frames, 4);
	cr_assert_eq(cut, contexts_path(contexts, frames + 2, 2));
	cr_assert_eq(session->nodes_used, 3, "no id without memory");
	arena_double_refuse_nodes_beyond(UINT64_MAX);
	cr_assert_neq(contexts_path(contexts, frames, 4), cut);
}

Test(contexts, limit_of_nodes_cuts_the_path)
{
	session->nodes_max = 2;
	uint32_t one = contexts_intern(contexts, 0, 0x1000, 1);
	cr_assert_eq(one, 1);
	cr_assert_eq(contexts_intern(contexts, one, 0x2000, 1), one);
	cr_assert_eq(contexts_intern(contexts, 0, 0x2000, 1), 0);
	cr_assert_eq(session->nodes_used, 2);
}

Test(contexts, fork_child_begins_empty)
{
	for (uint32_t i = 1; i < 20000; i++)
		contexts_intern(contexts, 0, i, 1);
	pid_t child = fork();
	if (child == 0) {
		session = arena_double_start(16, 100);
		_exit(contexts_intern(contexts, 0, 7, 1) == 1 && contexts_intern(contexts, 0, 7, 1) == 1 ? 0
													 : 1);
	}
	int status;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert_eq(status, 0);
	cr_assert_eq(contexts_intern(contexts, 0, 7, 1), 7);
}
