/*
 * stress_contexts.c - threads that intern the same call paths at the same time, for ThreadSanitizer.
 *
 * Whether a thread loses a race, and how often, is the scheduler's.  All that is promised is that every id
 * says the right path, to any thread that was handed it, that nobody makes more than one node of a step, and
 * that ids are settled once all is quiet.
 */
#include "preload/memory/arena.h"
#include "preload/memory/contexts.h"
#include "preload/memory/process.h"
#include "tests/flat_arena.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define THREADS 4u
#define PATHS 60000u /* so many that the index grows several times */
#define DEPTH 4u
#define NODES_MAX 1000000u

static struct session_header *session;
static struct arena arena;
static struct contexts contexts;
static _Atomic uint32_t leaves[THREADS][PATHS]; /* 0: not there yet */
static _Atomic uint32_t wrong;

/* In place of the shim's. */
struct arena *process_arena(void)
{
	return &arena;
}

bool arena_reserve(struct arena *of, enum arena_region region, uint64_t end)
{
	return region == ARENA_NODES && end <= of->header->nodes_max * sizeof(struct session_node);
}

static bool start_session(void)
{
	size_t bytes = sizeof(*session) + NODES_MAX * sizeof(struct session_node);
	void *map =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (map == MAP_FAILED)
		return false;
	session = map;
	session->nodes_offset = sizeof(*session);
	session->nodes_max = NODES_MAX;
	session->nodes_used = 1;
	flat_arena(&arena, session);
	return true;
}

/* Paths share their outer frames, as call paths do. */
static void make_path(unsigned path, struct path_frame frames[DEPTH])
{
	unsigned digits = path;
	for (unsigned i = 0; i < DEPTH; i++, digits /= 16)
		frames[i] = (struct path_frame){0x1000 + digits, 1 + i};
}

static uint32_t intern(unsigned path)
{
	struct path_frame frames[DEPTH];
	make_path(path, frames);
	return contexts_path(&contexts, frames, DEPTH);
}

static bool is_path(uint32_t id, unsigned path)
{
	struct path_frame frames[DEPTH];
	make_path(path, frames);
	for (unsigned i = 0; i < DEPTH; i++) {
		const struct session_node *node = session_node(session, id);
		if (node->pc != frames[i].pc || node->module != frames[i].module)
			return false;
		id = node->parent;
	}
	return id == 0;
}

static void check(uint32_t id, unsigned path)
{
	if (id != 0 && !is_path(id, path))
		atomic_fetch_add_explicit(&wrong, 1, memory_order_relaxed);
}

/* Also looks at what the next thread found, as far as it is. */
static void *visit(void *argument)
{
	uintptr_t self = (uintptr_t)argument, other = (self + 1) % THREADS;
	unsigned seed = (unsigned)self, start = (unsigned)rand_r(&seed) % 64;
	for (unsigned i = 0; i < PATHS; i++) {
		unsigned path = (i + start) % PATHS;
		uint32_t id = intern(path);
		check(id, path);
		/* Release, acquire: as a record's commit hands a node to the drainer. */
		atomic_store_explicit(&leaves[self][path], id, memory_order_release);
		check(atomic_load_explicit(&leaves[other][path], memory_order_acquire), path);
	}
	return NULL;
}

/* How many nodes all paths have when none is made twice. */
static uint32_t distinct_nodes(void)
{
	uint32_t nodes = 0;
	for (uint32_t paths = PATHS, level = 0; level < DEPTH; level++, paths = (paths + 15) / 16)
		nodes += paths;
	return nodes;
}

static uint32_t unsettled_paths(void)
{
	uint32_t unsettled = 0;
	for (unsigned path = 0; path < PATHS; path++) {
		uint32_t id = intern(path);
		unsettled += id == 0 || !is_path(id, path) || intern(path) != id;
	}
	return unsettled;
}

int main(void)
{
	pthread_t threads[THREADS];

	if (!start_session())
		return 77;
	for (uintptr_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, visit, (void *)i) != 0)
			return 77;
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	uint32_t nodes = session->nodes_used - 1, distinct = distinct_nodes(), unsettled = unsettled_paths();
	printf("%" PRIu32 " nodes for %" PRIu32 " steps, %" PRIu32 " wrong, %" PRIu32 " unsettled\n", nodes,
	       distinct, wrong, unsettled);
	return wrong != 0 || unsettled != 0 || nodes < distinct || nodes > THREADS * distinct;
}
