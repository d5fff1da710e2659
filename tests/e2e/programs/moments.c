/*
 * moments.c - a program that keeps a ledger of its own heap, by function, and prints it at each mark and
 * phase: "NAME FUNCTION BYTES BLOCKS" of what lives, and "NAME = PEAK" of the highest heap since the run
 * began.
 *
 * moments [fork|signal]: what else it does.
 */
#include <mprof/mprof.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum owner { ROWS, INDEX, CACHE, SESSIONS, OWNERS };
static const char *const owners[] = {"keep_rows", "build_index", "fill_cache", "open_sessions"};

static struct {
	void *block;
	size_t size;
	enum owner owner;
} blocks[20000];
static size_t count;
static size_t live[OWNERS], live_blocks[OWNERS], heap, peak;
static unsigned long seed = 1;

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(seed >> 33) % below;
}

static void note(void *block, size_t size, enum owner owner)
{
	blocks[count].block = block;
	blocks[count].size = size;
	blocks[count++].owner = owner;
	live[owner] += size;
	live_blocks[owner]++;
	heap += size;
	peak = heap > peak ? heap : peak;
}

static void drop(size_t index)
{
	free(blocks[index].block);
	live[blocks[index].owner] -= blocks[index].size;
	live_blocks[blocks[index].owner]--;
	heap -= blocks[index].size;
	blocks[index] = blocks[--count];
}

__attribute__((noinline)) static void keep_rows(unsigned rows)
{
	for (unsigned i = 0; i < rows; i++) {
		size_t size = 1 + draw(300);

		note(malloc(size), size, ROWS);
	}
}

__attribute__((noinline)) static void build_index(unsigned entries)
{
	for (unsigned i = 0; i < entries; i++) {
		size_t size = 16 * (1 + draw(50));

		note(calloc(size / 16, 16), size, INDEX);
	}
}

__attribute__((noinline)) static void fill_cache(unsigned entries)
{
	for (unsigned i = 0; i < entries; i++) {
		size_t size = 1000 + draw(3000);

		note(malloc(size), size, CACHE);
	}
}

__attribute__((noinline)) static void open_sessions(unsigned sessions)
{
	for (unsigned i = 0; i < sessions; i++) {
		size_t size = 40 + draw(200);

		note(malloc(size), size, SESSIONS);
	}
}

static void drop_some(unsigned blocks_dropped)
{
	for (unsigned i = 0; i < blocks_dropped && count > 0; i++)
		drop(draw((unsigned)count));
}

static void say(const char *name)
{
	for (int i = 0; i < OWNERS; i++)
		printf("%s %s %zu %zu\n", name, owners[i], live[i], live_blocks[i]);
	printf("%s = %zu\n", name, peak);
	fflush(stdout);
}

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
}

static void serve(int request)
{
	char name[32];

	snprintf(name, sizeof(name), "request%d", request);
	mprof_begin("request");
	say(name);
	fill_cache(20 + draw(20));
	drop_some(15 + draw(20));
	open_sessions(draw(50));
	nap();
	snprintf(name, sizeof(name), "request%d:end", request);
	mprof_end("request");
	say(name);
}

int main(int argc, char **argv)
{
	setvbuf(stdout, (char[4096]){0}, _IOFBF, 4096);
	mprof_begin("load");
	keep_rows(3000);
	nap();
	mprof_mark("half");
	say("half");
	build_index(2500);
	mprof_end("load");
	say("load:end");
	for (int i = 1; i <= 8; i++)
		serve(i);
	drop_some(3000);
	mprof_mark("done");
	say("done");
	if (argc > 1 && strcmp(argv[1], "fork") == 0 && fork() == 0) {
		keep_rows(500);
		mprof_mark("child");
		say("child");
		_exit(0);
	}
	wait(NULL);
	if (argc > 1 && strcmp(argv[1], "signal") == 0)
		raise(SIGKILL);
	drop_some(500);
	return 0;
}
