/* refusals.c - plans that are not this process's, or are damaged, and processes that may not be patched. */
#include "testing.h"

#include "preload/tracer/plan_file.h"
#include "preload/tracer/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FLIPS 30000

static int started_with(const char *plan, uint64_t offset, uint8_t flipped)
{
	int fd = open(plan, O_RDWR | O_CLOEXEC), result;
	uint8_t byte;

	pread(fd, &byte, 1, (off_t)offset);
	byte ^= flipped;
	pwrite(fd, &byte, 1, (off_t)offset);
	result = tracer_start(plan);
	byte ^= flipped;
	pwrite(fd, &byte, 1, (off_t)offset);
	close(fd);
	return result;
}

static void *wait_for_ever(void *unused)
{
	pause();
	return unused;
}

static int started_beside_a_thread(const char *plan)
{
	pthread_t thread;

	pthread_create(&thread, NULL, wait_for_ever, NULL);
	return tracer_start(plan);
}

/* In children, which may be patched or not. */
void check_refusals(const char *plan)
{
	uint64_t original = header->instructions.offset + offsetof(struct plan_instruction, original);
	uint64_t build_id = header->modules.offset + offsetof(struct plan_module, build_id);

	uint64_t before = run_plainest();

	for (int i = 0; i < 4; i++) {
		int status = 0, result = 0;
		pid_t child = fork();
		if (child == 0) {
			result = i == 0   ? started_with(plan, 0, 1)
				 : i == 1 ? started_with(plan, build_id, 1)
				 : i == 2 ? started_with(plan, original, 1)
					  : started_beside_a_thread(plan);
			_exit(result <= 0 && tracer_refusal() && run_plainest() == before ? 0 : 1);
		}
		waitpid(child, &status, 0);
		expect(status == 0, "a wrong plan, or a wrong moment, is refused");
	}
}

/* A site without a jump has no instructions: nobody looks whether they are there. */
static void check_without_instructions(uint8_t *copy)
{
	static const uint8_t ways[] = {PLAN_NOT, PLAN_WITHIN};

	for (size_t i = 0; i < sizeof ways; i++) {
		struct plan_file file = {0};
		memcpy(copy, header, plan_bytes);
		struct plan_site *site = (void *)(copy + header->sites.offset);
		site->way = ways[i];
		site->first_instruction = UINT32_MAX / 2;
		expect(plan_file_check(&file, copy, plan_bytes) != NULL, "what no jump displaces is refused");
	}
}

/* Any plan is judged without harm. */
void check_damaged(void)
{
	size_t count = header->counts_offset;
	uint8_t *copy = malloc(plan_bytes);
	unsigned taken = 0;

	check_without_instructions(copy);
	srand(1);
	for (int i = 0; i < FLIPS; i++) {
		struct plan_file file = {0};
		memcpy(copy, header, plan_bytes);
		for (int k = 0; k <= i % 3; k++)
			copy[(size_t)rand() % count] ^= (uint8_t)(1 << rand() % 8);
		taken += plan_file_check(&file, copy, plan_bytes) == NULL;
	}
	for (size_t cut = 0; cut < plan_bytes; cut += 97) {
		struct plan_file file = {0};
		memcpy(copy, header, plan_bytes);
		expect(plan_file_check(&file, copy, cut) != NULL, "half a plan is none");
	}
	free(copy);
	printf("%u of %d damaged plans may be used\n", taken, FLIPS);
}
