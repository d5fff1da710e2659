/*
 * What ends at exit: objects that say their name when they do, some of them in cycles, let go in the way that
 * the argument asks for.
 */
#include <mprof/rgc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct node {
	RGC_HEAD;
	struct node *next;
	const char *name;
} node;

static void node_end(void *self)
{
	const char *name = ((node *)self)->name;
	printf("end of %s\n", name);
	if (strcmp(name, "exiting") == 0)
		exit(3);
}
RGC_DEFINE_TYPE_WITH((node_end, NULL, NULL, NULL), node, next);

static node *kept;

/* A cycle of its own; owned. */
static node *cycle(const char *name)
{
	node *it = rgc_new(node);
	it->name = name;
	rgc_set(&it->next, it);
	return it;
}

static void garbage(const char *name)
{
	rgc_decref(cycle(name));
}

static void handler(void)
{
	puts("handler");
	rgc_clear(&kept);
}

static void __attribute__((destructor)) destructor(void)
{
	puts("destructor");
}

static void weak_callback(rgc_weak *weak, void *argument)
{
	(void)weak;
	(void)argument;
	puts("weak callback");
}

static void collector_callback(enum rgc_phase phase, const struct rgc_info *info, void *data)
{
	(void)info;
	(void)data;
	puts(phase == RGC_START ? "start" : "stop");
}

static void *thread_main(void *name)
{
	garbage(name);
	exit(0);
}

static void *wait_for_ever(void *barrier)
{
	garbage("running");
	pthread_barrier_wait(barrier);
	for (;;)
		pause();
	return NULL;
}

/* The rest of the garbage is a thread's that never ends. */
static void beside_a_thread(void)
{
	static pthread_barrier_t barrier;
	pthread_t thread;
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_for_ever, &barrier);
	pthread_barrier_wait(&barrier);
	garbage("main");
}

static void fork_and_end(void)
{
	garbage("copied");
	fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		exit(0);
	waitpid(child, NULL, 0);
	rgc_set_finalize_at_exit(false);
}

static void in_another_heap(void)
{
	garbage("own");
	rgc_heap_use(rgc_heap_new());
	garbage("other");
}

static void weak_reference(void)
{
	node *target = cycle("target");
	kept = (node *)(void *)rgc_weak_new(target, weak_callback, NULL);
	rgc_decref(target);
}

static void finalize_twice(void)
{
	garbage("early");
	printf("finalize %d\n", rgc_finalize());
	garbage("late");
	printf("finalize %d\n", rgc_finalize());
	printf("finalize %d\n", rgc_finalize());
}

static void say_name(void *name)
{
	puts(rgc_str_get(name));
}

static void call_at_end(node *object, const char *name, bool at_exit)
{
	rgc_auto rgc_str *text = rgc_str_new(name);
	rgc_auto rgc_at_end *at_end = rgc_at_end_new(object, say_name, text);
	rgc_at_end_set_at_exit(at_end, at_exit);
}

static void at_end(void)
{
	kept = cycle("kept");
	call_at_end(kept, "first", true);
	call_at_end(kept, "never", false);
	call_at_end(kept, "second", true);
	node *dropped = cycle("dropped");
	call_at_end(dropped, "nor this", false);
	call_at_end(dropped, "third", true);
	rgc_decref(dropped);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	pthread_t thread;
	setvbuf(stdout, NULL, _IONBF, 0);
	if (strcmp(what, "older handler") == 0)
		atexit(handler);
	if (strcmp(what, "kept") == 0 || strcmp(what, "older handler") == 0 ||
	    strcmp(what, "newer handler") == 0)
		kept = cycle("kept");
	if (strcmp(what, "newer handler") == 0)
		atexit(handler);
	if (strcmp(what, "garbage") == 0 || strcmp(what, "disabled") == 0)
		garbage("garbage");
	if (strcmp(what, "disabled") == 0)
		rgc_disable();
	if (strcmp(what, "off") == 0)
		garbage("garbage"), rgc_set_finalize_at_exit(false);
	if (strcmp(what, "callbacks") == 0)
		garbage("garbage"), rgc_callback_add(collector_callback, &thread);
	if (strcmp(what, "weak") == 0)
		weak_reference();
	if (strcmp(what, "thread") == 0) {
		garbage("main");
		pthread_create(&thread, NULL, thread_main, "thread");
		pthread_join(thread, NULL);
	}
	if (strcmp(what, "running") == 0)
		beside_a_thread();
	if (strcmp(what, "fork") == 0)
		fork_and_end();
	if (strcmp(what, "heaps") == 0)
		in_another_heap();
	if (strcmp(what, "twice") == 0)
		finalize_twice();
	if (strcmp(what, "at end") == 0)
		at_end();
	if (strcmp(what, "exiting") == 0)
		garbage("exiting"), rgc_collect(2);
	if (strcmp(what, "_exit") == 0)
		garbage("garbage"), _exit(0);
	return 0;
}
