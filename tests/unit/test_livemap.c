/* test_livemap.c - the live map against a simple model, and after SIGKILL at random instructions. */
#include "drain/livemap.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES 30000u

static char directory[64], path[96];

static void set_up(void)
{
	strcpy(directory, "/tmp/livemap-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/live", directory);
}

static void tear_down(void)
{
	unlink(path);
	rmdir(directory);
}

TestSuite(livemap, .init = set_up, .fini = tear_down);

/* The same steps with or without a map: a random address is put in or taken out. */
struct model {
	struct livemap_entry entries[ADDRESSES]; /* key 0: absent */
	struct livemap_point point;
	uint64_t random;
};

static uint64_t next_random(struct model *model)
{
	model->random = model->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return model->random >> 33;
}

static bool same_entry(const struct livemap_entry *a, const struct livemap_entry *b)
{
	return a->key == b->key && a->block == b->block && a->size_bytes == b->size_bytes &&
	       a->operation == b->operation && a->born == b->born;
}

/* Puts the entry into the map, which must have held `expected` under this key (key 0: nothing). */
static void put(struct livemap *map, const struct livemap_entry *entry, const struct livemap_entry *expected)
{
	struct livemap_entry old;
	struct livemap_place *place = livemap_place(map, entry->key, &old);
	cr_assert(expected->key ? same_entry(&old, expected) : old.key == 0);
	livemap_fill(map, place, entry);
}

/* A block that comes into being, perhaps in the place of one that ended unseen. */
static void insert(struct model *model, struct livemap *map, uint64_t at)
{
	struct livemap_entry *entry = &model->entries[at], old = *entry;
	entry->key = livemap_key(at * 16 + 16, at % 5 == 0);
	entry->size_bytes = next_random(model);
	entry->operation = (uint32_t)next_random(model);
	entry->born = (uint32_t)next_random(model);
	entry->block = next_random(model) % 10 == 0 ? model->point.hidden++ | LIVEMAP_HIDDEN
						    : model->point.allocations++;
	if (map)
		put(map, entry, &old);
}

static void take_out(struct livemap *map, const struct livemap_entry *entry)
{
	struct livemap_entry removed;
	cr_assert(livemap_remove(map, entry->key, &removed));
	cr_assert(same_entry(&removed, entry));
}

/* What a failed realloc does: out, and in again as it was. */
static void take_out_and_put_back(struct livemap *map, const struct livemap_entry *entry)
{
	static const struct livemap_entry none;
	if (!map)
		return;
	take_out(map, entry);
	put(map, entry, &none);
}

static void step(struct model *model, struct livemap *map)
{
	uint64_t at = next_random(model) % ADDRESSES, choice = next_random(model) % 16;
	if (map)
		cr_assert_eq(livemap_ready(map, 2), 0);
	if (model->entries[at].key == 0 || choice == 0) {
		insert(model, map, at);
	} else if (choice < 3) {
		take_out_and_put_back(map, &model->entries[at]);
	} else {
		if (map)
			take_out(map, &model->entries[at]);
		model->entries[at].key = 0;
	}
}

static void check_equal(const struct model *model, const struct livemap *map)
{
	struct livemap_entry *copy;
	size_t count, live = 0;
	for (size_t i = 0; i < ADDRESSES; i++) {
		const struct livemap_entry *expected = &model->entries[i];
		struct livemap_entry found;
		bool there = livemap_find(map, livemap_key(i * 16 + 16, i % 5 == 0), &found);
		cr_assert_eq(there, expected->key != 0);
		live += there;
		cr_assert(!there || same_entry(&found, expected));
	}
	cr_assert_eq(livemap_copy(map, &copy, &count), 0);
	cr_assert_eq(count, live);
	free(copy);
}

static struct livemap *open_map(void)
{
	struct livemap *map;
	cr_assert_eq(livemap_open(path, &map), 0);
	return map;
}

Test(livemap, agrees_with_a_model_through_growth_and_reopening)
{
	struct model *model = calloc(1, sizeof(*model)), *committed = calloc(1, sizeof(*model));
	struct livemap *map = open_map();
	bool exact;
	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < 6000; i++)
			step(model, map);
		check_equal(model, map);
		model->point.batch++;
		livemap_commit(map, model->point);
		*committed = *model;
		for (int i = 0; i < 3000; i++)
			step(model, map);
		livemap_close(map);
		map = open_map();
		*model = *committed;
		cr_assert_eq(livemap_recover(map, model->point, &exact), 0);
		cr_assert(exact);
		check_equal(model, map);
	}
	livemap_close(map);
	free(model);
	free(committed);
}

Test(livemap, a_map_that_does_not_know_the_point_is_emptied)
{
	struct livemap *map = open_map();
	struct livemap_entry *copy;
	size_t count;
	bool exact;
	cr_assert_eq(livemap_ready(map, 1), 0);
	put(map, &(struct livemap_entry){.key = 2, .size_bytes = 8}, &(struct livemap_entry){0});
	livemap_commit(map, (struct livemap_point){1, 1, 0});
	cr_assert_eq(livemap_recover(map, (struct livemap_point){7, 9, 0}, &exact), 0);
	cr_assert_not(exact);
	cr_assert_eq(livemap_copy(map, &copy, &count), 0);
	cr_assert_eq(count, 0);
	free(copy);
	livemap_close(map);
}

Test(livemap, too_many_removals_ask_for_a_commit)
{
	struct livemap *map = open_map();
	cr_assert_eq(livemap_ready(map, LIVEMAP_UNDO_MAX), 0);
	cr_assert_eq(livemap_ready(map, LIVEMAP_UNDO_MAX + 1), -EAGAIN);
	livemap_close(map);
}

/* Steps and commits for ever; `committed` stands for the CURSOR in the trace: stored first. */
static void run_until_killed(struct model *model, _Atomic uint32_t *committed)
{
	struct livemap *map = open_map();
	bool exact;
	if (livemap_recover(map, model->point, &exact) < 0 || !exact)
		_exit(1);
	for (;;) {
		for (uint64_t i = 0, steps = 50 + model->point.batch % 3000; i < steps; i++)
			step(model, map);
		model->point.batch++;
		atomic_store(committed, model->point.batch);
		livemap_commit(map, model->point);
	}
}

static void replay_until(struct model *model, uint32_t batch)
{
	while (model->point.batch < batch) {
		for (uint64_t i = 0, steps = 50 + model->point.batch % 3000; i < steps; i++)
			step(model, NULL);
		model->point.batch++;
	}
}

/* By time that the process itself has had: on a busy machine it may have none for long. */
static void be_killed_after(long nanoseconds)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	timer_t timer;

	if (timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) != 0 ||
	    timer_settime(timer, 0, &(struct itimerspec){.it_value.tv_nsec = nanoseconds}, NULL) != 0)
		_exit(1);
}

static void kill_once(struct model *model, _Atomic uint32_t *committed, long nanoseconds)
{
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0) {
		be_killed_after(nanoseconds);
		run_until_killed(model, committed);
	}
	int status;
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
}

Test(livemap, comes_back_to_the_commit_point_after_sigkill)
{
	struct model *model = calloc(1, sizeof(*model));
	_Atomic uint32_t *committed =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool exact;
	srand(11);
	for (int round = 0; round < 60; round++) {
		kill_once(model, committed, 200000 + rand() % 30000000);
		replay_until(model, atomic_load(committed));
		struct livemap *map = open_map();
		cr_assert_eq(livemap_recover(map, model->point, &exact), 0);
		cr_assert(exact);
		check_equal(model, map);
		livemap_close(map);
	}
	cr_assert_gt(model->point.batch, 60);
	munmap((void *)(uintptr_t)committed, 4096);
	free(model);
}
