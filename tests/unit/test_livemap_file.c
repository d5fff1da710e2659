/* test_livemap_file.c - where the live map's file is: it leaves room to others, moves to disk, is refused,
 * and dies on its way.  File systems of a few MiB show that, which root alone may mount. */
#include "drain/livemap.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB (UINT64_C(1) << 20)

static char directory[64], near_folder[96], far_folder[96], near[128], far[128];
static _Atomic uint32_t *place; /* shared with children */
static struct livemap_files files;

static void set_up(void)
{
	strcpy(directory, "/tmp/livemap-XXXXXX");
	cr_assert_not_null(mkdtemp(directory));
	snprintf(near_folder, sizeof(near_folder), "%s/near", directory);
	snprintf(far_folder, sizeof(far_folder), "%s/far", directory);
	snprintf(near, sizeof(near), "%s/session.live", near_folder);
	snprintf(far, sizeof(far), "%s/.session.live", far_folder);
	cr_assert_eq(mkdir(near_folder, 0700), 0);
	cr_assert_eq(mkdir(far_folder, 0700), 0);
	place = mmap(NULL, sizeof(*place), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	files = (struct livemap_files){{near, far}, place};
}

static void tear_down(void)
{
	livemap_file_remove(&files);
	umount2(near_folder, MNT_DETACH);
	umount2(far_folder, MNT_DETACH);
	cr_expect_eq(rmdir(near_folder), 0);
	cr_expect_eq(rmdir(far_folder), 0);
	cr_expect_eq(rmdir(directory), 0);
}

TestSuite(livemap_file, .init = set_up, .fini = tear_down, .timeout = 110);

/* Each test is a process of its own, and so has mounts of its own. */
static void mount_at(const char *folder, const char *size)
{
	char options[32];
	snprintf(options, sizeof(options), "size=%s", size);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", folder, "tmpfs", 0, options) < 0)
		cr_skip_test("may not mount: %s", strerror(errno));
}

static uint64_t file_bytes(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 ? (uint64_t)status.st_blocks * 512 : 0;
}

/* What somebody else has there, for as long as this process lives. */
static void fill(const char *folder, uint64_t bytes)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/others", folder);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	cr_assert_eq(posix_fallocate(fd, 0, (off_t)bytes), 0);
	unlink(path);
}

/* ---- room ---------------------------------------------------------------- */

/* How large it gets near, in pieces of a MiB. */
static uint64_t grown_near(void)
{
	struct livemap_file file;
	uint64_t largest = 0;
	cr_assert_eq(livemap_file_open(&file, &files), 0);
	memset(file.memory, 'x', file.bytes);
	while (*place == LIVEMAP_NEAR && largest < 1024 * MIB) {
		largest = file_bytes(near);
		cr_assert_eq(livemap_file_grow(&file, MIB), 0);
		cr_assert_eq(file.memory[file.bytes - MIB], 0);
		file.memory[file.bytes - MIB] = 'x';
	}
	for (uint64_t at = 0; at < 65536; at++)
		cr_assert_eq(file.memory[at], 'x');
	for (uint64_t at = 65536; at < file.bytes; at += MIB)
		cr_assert_eq(file.memory[at], 'x');
	cr_assert_eq(file_bytes(near), 0, "the old one is removed");
	cr_assert_geq(file_bytes(far), file.bytes);
	livemap_file_close(&file);
	return largest;
}

Test(livemap_file, leaves_a_small_file_system_alone)
{
	mount_at(near_folder, "64m");
	cr_assert_eq(grown_near(), 65536);
}

Test(livemap_file, leaves_half_of_a_large_one)
{
	mount_at(near_folder, "300m");
	mount_at(far_folder, "400m");
	uint64_t bytes = grown_near();
	cr_assert_leq(bytes, 150 * MIB);
	cr_assert_geq(bytes, 148 * MIB);
}

Test(livemap_file, leaves_48_mib_where_others_have_most)
{
	mount_at(near_folder, "300m");
	mount_at(far_folder, "400m");
	fill(near_folder, 220 * MIB);
	uint64_t bytes = grown_near();
	cr_assert_leq(bytes, 32 * MIB);
	cr_assert_geq(bytes, 30 * MIB);
}

Test(livemap_file, takes_what_there_is_where_there_is_no_other_place)
{
	mount_at(directory, "8m");
	cr_assert_eq(mkdir(near_folder, 0700), 0);
	cr_assert_eq(mkdir(far_folder, 0700), 0);
	struct livemap_file file;
	cr_assert_eq(livemap_file_open(&file, &files), 0);
	for (int i = 0; i < 7; i++)
		cr_assert_eq(livemap_file_grow(&file, MIB), 0);
	cr_assert_eq(livemap_file_grow(&file, MIB), -ENOSPC);
	cr_assert_eq(*place, LIVEMAP_NEAR);
	cr_assert_eq(file_bytes(far), 0);
	livemap_file_close(&file);
	livemap_file_remove(&files);
	umount2(directory, MNT_DETACH);
}

Test(livemap_file, begins_far_where_near_is_full)
{
	struct livemap_file file;
	mount_at(near_folder, "1m");
	fill(near_folder, MIB);
	cr_assert_eq(livemap_file_open(&file, &files), 0);
	cr_assert_eq(*place, LIVEMAP_FAR);
	cr_assert_neq(access(near, F_OK), 0);
	cr_assert_eq(livemap_file_grow(&file, MIB), 0);
	livemap_file_close(&file);
}

Test(livemap_file, tries_again_later_and_later)
{
	struct livemap_file file;
	mount_at(near_folder, "1m");
	mount_at(far_folder, "1m");
	cr_assert_eq(livemap_file_open(&file, &files), 0);
	for (uint64_t expected_ns = 1000000; expected_ns <= 16000000; expected_ns *= 2) {
		cr_assert_eq(livemap_file_grow(&file, 2 * MIB), -ENOSPC);
		cr_assert_eq(file.retry_ns, expected_ns);
		/* What there is room for is refused, too, as long as nobody looks. */
		file.retry_at_ns = UINT64_MAX;
		cr_assert_eq(livemap_file_grow(&file, 4096), -ENOSPC);
		cr_assert_eq(file.retry_ns, expected_ns);
		file.retry_at_ns = 0;
	}
	cr_assert_eq(livemap_file_grow(&file, 4096), 0);
	cr_assert_eq(*place, LIVEMAP_FAR);
	cr_assert_eq(file.retry_ns, 0);
	livemap_file_close(&file);
}

/* ---- with blocks --------------------------------------------------------- */

static struct livemap_entry block(uint64_t number)
{
	return (struct livemap_entry){
		livemap_key(0x10000 + number * 48, false), number, 40, 3, 5, kind_of_block(40, 1)};
}

/* A block more. */
static int put(struct livemap *map, uint64_t number)
{
	const struct livemap_entry entry = block(number);
	int error = livemap_ready(map, 4);
	if (error == 0)
		livemap_put(map, &entry);
	return error;
}

static void check_blocks(const struct livemap *map, uint64_t count)
{
	cr_assert_eq(livemap_count(map), count);
	for (uint64_t i = 0; i < count; i++) {
		struct livemap_entry found;
		cr_assert(livemap_find(map, block(i).key, &found) && found.block == i, "block %lu", i);
	}
}

static struct livemap *recovered_map(struct livemap_point point)
{
	struct livemap *map;
	bool exact;
	cr_assert_eq(livemap_open(&files, &map), 0);
	cr_assert_eq(livemap_recover(map, point, &exact), 0);
	cr_assert(exact);
	return map;
}

Test(livemap_file, loses_nothing_where_both_places_are_full)
{
	mount_at(near_folder, "1m");
	mount_at(far_folder, "2m");
	struct livemap *map = recovered_map((struct livemap_point){0});
	struct livemap_entry removed;
	uint64_t count = 0;
	while (put(map, count) == 0)
		count++;
	cr_assert_gt(count, MIB / 28);
	check_blocks(map, count);
	livemap_commit(map, (struct livemap_point){1, count, 0});
	for (uint64_t i = count - 100; i < count; i++)
		cr_assert(livemap_remove(map, block(i).key, &removed));
	cr_assert_eq(put(map, count), -ENOSPC, "what is removed may have to come back");
	livemap_commit(map, (struct livemap_point){2, count, 0});
	cr_assert_eq(put(map, count - 100), 0);
	livemap_close(map);
	map = recovered_map((struct livemap_point){2, count, 0});
	cr_assert_eq(mount(NULL, far_folder, NULL, MS_REMOUNT, "size=64m"), 0);
	for (uint64_t i = count - 99; i < 2 * count; i++)
		cr_assert_eq(put(map, i), 0);
	check_blocks(map, 2 * count);
	livemap_close(map);
}

#define ROUNDS 200
#define BATCH 100u /* blocks; it moves when there are some 2,190 */

struct shared {
	_Atomic uint32_t committed, put;
};

static void put_until_killed(struct shared *shared)
{
	struct livemap *map = recovered_map((struct livemap_point){0});
	for (uint32_t batch = 1;; batch++) {
		for (uint32_t i = 0; i < BATCH; i++) {
			cr_assert_eq(put(map, (batch - 1) * BATCH + i), 0);
			atomic_fetch_add(&shared->put, 1);
		}
		atomic_store(&shared->committed, batch);
		livemap_commit(map, (struct livemap_point){batch, batch * BATCH, 0});
	}
}

static void kill_at(pid_t child, struct shared *shared, uint32_t blocks, long ns)
{
	int status;
	while (atomic_load(&shared->put) < blocks)
		cr_assert_eq(waitpid(child, &status, WNOHANG), 0);
	nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
	cr_assert_eq(kill(child, SIGKILL), 0);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFSIGNALED(status));
}

Test(livemap_file, is_whole_at_one_of_its_places_after_sigkill)
{
	struct shared *shared =
		mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mount_at(near_folder, "32m");
	srand(14);
	for (int round = 0; round < ROUNDS; round++) {
		pid_t child = fork();
		cr_assert_geq(child, 0);
		if (child == 0)
			put_until_killed(shared);
		kill_at(child, shared, 2150 + (uint32_t)rand() % 60, rand() % 60000);
		uint32_t batch = atomic_load(&shared->committed);
		struct livemap *map = recovered_map((struct livemap_point){batch, batch * BATCH, 0});
		check_blocks(map, batch * BATCH);
		cr_assert_neq(access(files.paths[!*place], F_OK), 0, "nothing is left at the other place");
		livemap_close(map);
		livemap_file_remove(&files);
		*shared = (struct shared){0};
		*place = LIVEMAP_NEAR;
	}
	munmap(shared, sizeof(*shared));
}
