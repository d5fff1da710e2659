/* Forks beside threads that make, leave and end shared objects; each child does so too, and says if it could.
 */
#include <mprof/rgc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct part {
	RGC_HEAD;
	int payload;
} part;
RGC_DEFINE_TYPE(part);

enum { FORKS = 40, BATCH = 5000, IDLE = 100 };
static part *batch[BATCH]; /* made by main, ended by the other */
static atomic_int left;
static atomic_bool done;

static void *make(void *unused)
{
	while (!done)
		rgc_decref(rgc_new_shared(part));
	return unused;
}

static void *drop(void *unused)
{
	while (!done) {
		int last = left;
		if (!last)
			continue;
		rgc_decref(batch[last - 1]);
		left = last - 1;
	}
	return unused;
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

/* One of many owners: it takes a while to find another. */
static void *make_and_wait(void *unused)
{
	rgc_decref(rgc_new_shared(part));
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return unused;
}

/* In a thread of its own, which is an owner that nobody knows yet. */
static void *make_one(void *unused)
{
	rgc_decref(rgc_new_shared(part));
	return unused;
}

static int child(void)
{
	pthread_t thread;
	alarm(5);
	if (pthread_create(&thread, NULL, make_one, NULL) != 0)
		return 1;
	make_one(NULL);
	return pthread_join(thread, NULL) != 0;
}

int main(void)
{
	pthread_t threads[2 + IDLE];
	int failed = 0;
	pthread_mutex_lock(&gate);
	make_one(NULL);
	for (int i = 0; i < IDLE; i++)
		pthread_create(&threads[2 + i], NULL, make_and_wait, NULL);
	pthread_create(&threads[0], NULL, make, NULL);
	pthread_create(&threads[1], NULL, drop, NULL);
	for (int i = 0; i < FORKS; i++) {
		for (int j = 0; j < BATCH; j++)
			batch[j] = rgc_new_shared(part);
		left = BATCH;
		while (left > BATCH * 9 / 10) /* the other is at it */
			;
		pid_t pid = fork();
		if (pid == 0)
			_exit(child());
		int status = 1;
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
			failed++;
		if (failed)
			break;
		while (left)
			;
		rgc_shared_settle();
	}
	done = true;
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < 2 + IDLE; i++)
		pthread_join(threads[i], NULL);
	printf("children that failed: %d\n", failed);
	return failed;
}
