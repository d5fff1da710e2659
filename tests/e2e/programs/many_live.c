/* argv[1] blocks live at once; argv[2] more that do not.  With argv[3], that many MiB of shared memory are
 * filled then. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void **blocks;

__attribute__((noinline)) static void counted_live(long count)
{
	for (long i = 0; i < count; i++)
		blocks[i] = malloc(24);
}

__attribute__((noinline)) static void counted_pairs(long count)
{
	for (long i = 0; i < count; i++) {
		void *volatile block = malloc(40);
		free(block);
	}
}

static int fill_shared(size_t bytes)
{
	int fd = shm_open("/mprof-test-segment", O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0)
		return 1;
	shm_unlink("/mprof-test-segment");
	char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return 1;
	memset(map, 1, bytes);
	return 0;
}

int main(int argc, char **argv)
{
	long live = atol(argv[1]);
	blocks = mmap(NULL, (size_t)live * sizeof *blocks + 1, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	counted_live(live);
	counted_pairs(atol(argv[2]));
	int failed = argc > 3 ? fill_shared((size_t)atol(argv[3]) << 20) : 0;
	for (long i = 0; i < live; i++)
		free(blocks[i]);
	puts("done");
	return failed;
}
