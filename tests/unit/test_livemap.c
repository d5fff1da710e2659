/* test_livemap.c - the live map against a simple model, and after SIGKILL at random instructions. */
#include "drain/livemap.h"

#include "drain/livemap_rows.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ADDRESSES 30000u

static char directory[64], near[96], far[96];
static _Atomic uint32_t place;
static const struct livemap_files files = {{near, far}, &place};

static void set_up(void)
{
	strcpy(directory, "/tmp/livemap-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	snprintf(near, sizeof(near), "%s/live", directory);
	snprintf(far, sizeof(far), "%s/.far", directory);
}

static void tear_down(void)
{
	livemap_file_remove(&files);
	cr_expect_eq(rmdir(directory), 0);
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
	bool there = livemap_remove(map, entry->key, &old);
	cr_assert(expected->key ? there && same_entry(&old, expected) : !there);
	livemap_put(map, entry);
}

/* A block that comes into being, perhaps in the place of one that ended unseen. */
static void insert(struct model *model, struct livemap *map, uint64_t at)
{
	struct livemap_entry *entry = &model->entries[at], old = *entry;
	entry->key = livemap_key(at * 16 + 16, at % 5 == 0);
	entry->size_bytes = next_random(model) << next_random(model) % (LIVEMAP_SIZE_BITS - 31);
	entry->operation = (uint32_t)next_random(model);
	entry->born = (uint32_t)next_random(model);
	entry->kind =
		livemap_is_huge(entry->size_bytes)
			? 0
			: kind_of_block(entry->size_bytes, kind_of_thread((uint32_t)next_random(model)));
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

/* Its ordinals need more than 32 bits soon. */
static struct model *make_model(void)
{
	struct model *model = calloc(1, sizeof(*model));
	model->point.allocations = UINT32_MAX - 30000;
	model->point.hidden = UINT32_MAX - 3000;
	return model;
}

static struct livemap *open_map(void)
{
	struct livemap *map;
	cr_assert_eq(livemap_open(&files, &map), 0);
	return map;
}

Test(livemap, agrees_with_a_model_through_growth_and_reopening)
{
	struct model *model = make_model(), *committed = make_model();
	struct livemap *map = open_map();
	bool exact;
	cr_assert_eq(livemap_recover(map, model->point, &exact), 0);
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

Test(livemap, a_row_can_be_renumbered_beyond_any_word)
{
	struct livemap_entry entry = {.key = livemap_key(0x7ffff7f0a010, false),
				      .block = UINT64_C(0xfffffff0),
				      .size_bytes = UINT32_MAX,
				      .operation = 77,
				      .born = 5,
				      .kind = kind_of_block(UINT32_MAX, 0xfffe)};
	struct livemap_row row = {0};

	row_store(&row, &entry);
	for (int i = 0; i < 40; i++) {
		entry.block = (entry.block + (UINT64_C(1) << i)) % (UINT64_C(1) << LIVEMAP_BLOCK_BITS);
		row_set_ordinal(&row, entry.block);
		const struct livemap_entry found = row_entry(&row, row_key(&row));
		cr_assert(same_entry(&found, &entry), "step %d: block %lu", i, found.block);
		cr_assert_eq(found.kind, entry.kind);
		cr_assert(row_is_live(&row) && !row_is_special(&row));
	}
}

Test(livemap, too_many_removals_ask_for_a_commit)
{
	struct livemap *map = open_map();
	cr_assert_eq(livemap_ready(map, LIVEMAP_UNDO_MAX), 0);
	cr_assert_eq(livemap_ready(map, LIVEMAP_UNDO_MAX + 1), -EAGAIN);
	livemap_close(map);
}

/* ---- memory -------------------------------------------------------------- */

static uint64_t address_of(uint64_t number)
{
	return 0x7f0000000000 + number * 32;
}

/* Puts in blocks of these numbers; a block's ordinal is its number. */
static void put_range(struct livemap *map, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i < to; i++) {
		cr_assert_eq(livemap_ready(map, 4), 0);
		livemap_put(map, &(struct livemap_entry){livemap_key(address_of(i), false), i, 24, 7, 9,
							 kind_of_block(24, 2)});
	}
}

/* Takes out all but each of them that `keep` divides. */
static void thin_out(struct livemap *map, uint64_t from, uint64_t to, uint64_t keep)
{
	struct livemap_entry removed;
	for (uint64_t i = from; i < to; i++) {
		cr_assert_eq(livemap_ready(map, 4), 0);
		cr_assert(i % keep == 0 || livemap_remove(map, livemap_key(address_of(i), false), &removed));
	}
}

static void check_range(const struct livemap *map, uint64_t from, uint64_t to, uint64_t keep)
{
	for (uint64_t i = from; i < to; i++) {
		struct livemap_entry found;
		bool there = livemap_find(map, livemap_key(address_of(i), false), &found);
		cr_assert_eq(there, i % keep == 0, "block %lu", i);
		cr_assert(!there || (found.block == i && found.size_bytes == 24 && found.operation == 7 &&
				     found.born == 9));
	}
}

static struct livemap *recovered_map(struct livemap_point point)
{
	struct livemap *map = open_map();
	bool exact;
	cr_assert_eq(livemap_recover(map, point, &exact), 0);
	cr_assert(exact);
	return map;
}

static uint64_t bytes_on_disk(const char *path)
{
	struct stat status;
	cr_assert_eq(stat(path, &status), 0);
	return (uint64_t)status.st_blocks * 512;
}

/* At every size: what doubles is at its worst right after. */
Test(livemap, takes_at_most_40_bytes_a_block)
{
	struct livemap *map = recovered_map((struct livemap_point){0});
	uint32_t batch = 0;
	for (uint64_t count = 0; count < 2000000; count += 10000) {
		put_range(map, count, count + 10000);
		/* Each batch takes out some blocks, too. */
		thin_out(map, count, count + 1000, UINT64_MAX);
		put_range(map, count, count + 1000);
		livemap_commit(map, (struct livemap_point){++batch, count + 10000, 0});
		if (count < 90000)
			continue;
		cr_assert_leq(livemap_bytes(map), 40 * livemap_count(map), "%lu bytes for %lu blocks",
			      livemap_bytes(map), livemap_count(map));
		cr_assert_leq(bytes_on_disk(near), 32 * livemap_count(map));
	}
	check_range(map, 1, 2000000, 1);
	livemap_close(map);
}

Test(livemap, gives_memory_back_when_most_is_gone)
{
	struct livemap *map = recovered_map((struct livemap_point){0});
	struct livemap_point point = {1, 400000, 0};
	put_range(map, 0, 400000);
	livemap_commit(map, point);
	uint64_t before = livemap_bytes(map), on_disk = bytes_on_disk(near);
	thin_out(map, 0, 400000, 50);
	cr_assert_geq(livemap_bytes(map), before, "it may have to come back");
	point.batch++;
	livemap_commit(map, point);
	cr_assert_eq(livemap_count(map), 8000);
	cr_assert_lt(livemap_bytes(map), before / 8);
	cr_assert_lt(bytes_on_disk(near), on_disk / 8);
	check_range(map, 0, 400000, 50);
	livemap_close(map);
	map = recovered_map(point);
	check_range(map, 0, 400000, 50);
	put_range(map, 400000, 600000);
	check_range(map, 400000, 600000, 1);
	livemap_close(map);
}

/* ---- SIGKILL ------------------------------------------------------------- */

/* Shared with the child that is killed.  `committed` stands for the CURSOR in the trace: stored first. */
struct shared {
	_Atomic uint32_t committed, steps;
};

static struct shared *make_shared(void)
{
	return mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Steps and commits for ever. */
static void run_until_killed(struct model *model, struct shared *shared)
{
	struct livemap *map = open_map();
	bool exact;
	if (livemap_recover(map, model->point, &exact) < 0 || !exact)
		_exit(1);
	for (;;) {
		for (uint64_t i = 0, steps = 50 + model->point.batch % 3000; i < steps; i++) {
			step(model, map);
			atomic_fetch_add(&shared->steps, 1);
		}
		model->point.batch++;
		atomic_store(&shared->committed, model->point.batch);
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

/* By steps, since how far it gets in a given time is the machine's affair; and somewhere in one. */
static void kill_after(pid_t child, struct shared *shared, uint32_t steps)
{
	int status;
	while (atomic_load(&shared->steps) < steps) {
		cr_assert_eq(waitpid(child, &status, WNOHANG), 0);
		sched_yield();
	}
	nanosleep(&(struct timespec){.tv_nsec = rand() % 300000}, NULL);
	cr_assert_eq(kill(child, SIGKILL), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
	atomic_store(&shared->steps, 0);
}

static void kill_once(struct model *model, struct shared *shared, uint32_t steps)
{
	pid_t child = fork();
	cr_assert_geq(child, 0);
	if (child == 0)
		run_until_killed(model, shared);
	kill_after(child, shared, steps);
}

Test(livemap, comes_back_to_the_commit_point_after_sigkill)
{
	struct model *model = make_model();
	struct shared *shared = make_shared();
	bool exact;
	srand(11);
	for (int round = 0; round < 60; round++) {
		kill_once(model, shared, (uint32_t)rand() % 15000);
		replay_until(model, atomic_load(&shared->committed));
		struct livemap *map = open_map();
		cr_assert_eq(livemap_recover(map, model->point, &exact), 0);
		cr_assert(exact);
		check_equal(model, map);
		livemap_close(map);
	}
	munmap(shared, sizeof(*shared));
	free(model);
}

#define MANY 90000u /* enough to be given back */
#define FEW 100u

/* Grows and thins out, a batch each.  Batch 2n + 1 ends with all of [0, MANY), and 2n with some of them. */
static struct livemap_point point_after(uint32_t batch)
{
	return (struct livemap_point){batch, (uint64_t)(batch + 1) / 2 * MANY, 0};
}

static void change_one(struct livemap *map, uint32_t batch, uint64_t at)
{
	struct livemap_entry entry = {.key = livemap_key(address_of(at), false),
				      .block = point_after(batch).allocations + at};
	cr_assert_eq(livemap_ready(map, 4), 0);
	if (batch % 2 == 0)
		livemap_put(map, &entry);
	else
		cr_assert(livemap_remove(map, entry.key, &entry));
}

static void grow_and_shrink_until_killed(uint32_t batch, struct shared *shared)
{
	struct livemap *map = recovered_map(point_after(batch));
	for (;; batch++) {
		for (uint64_t i = 0; i < MANY; i++) {
			if (i % FEW != 0 || batch == 0)
				change_one(map, batch, i);
			atomic_fetch_add(&shared->steps, 1);
		}
		atomic_store(&shared->committed, batch + 1);
		livemap_commit(map, point_after(batch + 1));
	}
}

static void check_point(uint32_t batch)
{
	struct livemap *map = recovered_map(point_after(batch));
	for (uint64_t i = 0; i < MANY; i++) {
		struct livemap_entry found;
		bool there = livemap_find(map, livemap_key(address_of(i), false), &found);
		uint64_t base = i % FEW == 0 || batch == 0 ? 0 : point_after(batch - 1).allocations;
		cr_assert_eq(there, batch > 0 && (batch % 2 == 1 || i % FEW == 0), "block %lu", i);
		cr_assert(!there || found.block == base + i);
	}
	cr_assert_eq(livemap_count(map), batch == 0 ? 0 : batch % 2 ? MANY : MANY / FEW);
	livemap_close(map);
}

Test(livemap, comes_back_to_the_commit_point_while_it_gives_back)
{
	struct shared *shared = make_shared();
	srand(12);
	for (int round = 0; round < 30; round++) {
		/* About as many as there are between two commits, which is where rows move. */
		uint32_t batch = atomic_load(&shared->committed),
			 steps = MANY - 2000 + (uint32_t)rand() % 4000;
		pid_t child = fork();
		cr_assert_geq(child, 0);
		if (child == 0)
			grow_and_shrink_until_killed(batch, shared);
		kill_after(child, shared, steps);
		check_point(atomic_load(&shared->committed));
	}
	munmap(shared, sizeof(*shared));
}
