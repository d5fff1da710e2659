/* Every function of mprof.h, in C and in C++, with the shim and without; prints what it is told. */
#include <mprof/mprof.h>
#include <stdio.h>
#include <stdlib.h>

static void *volatile block[4];
static char pool[1000];

static void counted_paused(void)
{
	mprof_pause();
	block[1] = malloc(5000);
	mprof_resume();
}

static void counted_recorded(void)
{
	block[0] = malloc(1000);
	block[2] = malloc(1000000);
}

static void counted_tracked(void)
{
	mprof_track_alloc(pool, 300);
	mprof_track_alloc(pool + 300, 70);
	mprof_track_free(pool);
	mprof_track_alloc(NULL, 12345);
	mprof_track_free(NULL);
}

MPROF_PROFILE static void counted_marked(void)
{
	mprof_mark("here");
	block[3] = malloc(77);
	free(block[3]);
}

static long long live(void)
{
	return (long long)mprof_live_bytes();
}

int main(void)
{
	static char output[512]; /* so that stdio takes none */
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	long long before = live();
	mprof_begin("work");
	counted_recorded();
	long long recorded = live();
	counted_paused();
	long long paused = live();
	free(block[1]);
	long long paused_freed = live();
	mprof_pause();
	free(block[0]);
	mprof_resume();
	long long freed_while_paused = live();
	counted_tracked();
	long long tracked = live();
	counted_marked();
	mprof_end("work");
	free(block[2]);
	printf("%d %lld %lld %lld %lld %lld %lld\n", mprof_recording(), recorded - before, paused - before,
	       paused_freed - before, freed_while_paused - before, tracked - before, live() - before);
	return 0;
}
