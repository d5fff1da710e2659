/*
 * ledger.c - allocates in every way that C has, and keeps its own book of it.
 *
 * Each event goes into a static log with the call path as the source has it (function and
 * line of each own frame), and at the end the log goes to standard output as one JSON
 * object a line.  It may not allocate in any way but those it writes down: no stdio.
 * With the argument "threads" it also has three workers, who take strict turns.
 */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if __GNUC__ >= 12 && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuse-after-free" /* a block lives on when its realloc fails */
#endif

#define DEPTH_MAX 32
#define EVENTS_MAX 20000
#define LIVE_MAX 2000

struct frame {
	const char *function;
	int line;
};

struct event {
	const char *kind;
	unsigned block, thread;
	size_t size_bytes;
	int depth;
	struct frame path[DEPTH_MAX];
};

static struct event events[EVENTS_MAX];
static atomic_uint event_count;
static void *live[LIVE_MAX];
static unsigned live_block[LIVE_MAX], next_block;
static _Thread_local struct frame path[DEPTH_MAX];
static _Thread_local int depth;
static _Thread_local unsigned thread_number;

static void __attribute__((noinline)) book(const char *kind, unsigned block, size_t size_bytes)
{
	struct event *event = &events[atomic_fetch_add(&event_count, 1)];
	*event = (struct event){.kind = kind, .block = block, .size_bytes = size_bytes};
	event->thread = thread_number;
	event->depth = depth;
	memcpy(event->path, path, sizeof(path));
}

static void *__attribute__((noinline)) book_new(void *block, size_t size_bytes)
{
	if (!block)
		return NULL;
	for (unsigned i = 0; i < LIVE_MAX; i++) {
		if (live[i])
			continue;
		live[i] = block;
		live_block[i] = next_block++;
		book("alloc", live_block[i], size_bytes);
		return block;
	}
	abort();
}

static void __attribute__((noinline)) book_end(const void *block)
{
	for (unsigned i = 0; i < LIVE_MAX && block; i++) {
		if (live[i] != block)
			continue;
		live[i] = NULL;
		book("free", live_block[i], 0);
		return;
	}
}

static void *moving; /* the block that the realloc being booked is about */

/* `result` is what that realloc to size_bytes gave: it ended the old block unless it failed. */
static void *__attribute__((noinline)) book_realloc(void *result, size_t size_bytes)
{
	if (result || !size_bytes)
		book_end(moving);
	return book_new(result, size_bytes);
}

#define ENTER() (path[depth++] = (struct frame){.function = __func__, .line = 0})
#define LEAVE() (depth--)
#define HERE() (path[depth - 1].line = __LINE__)
#define NEW(call, size) (HERE(), book_new((call), (size)))
#define END(block) (HERE(), book_end(block), free(block))
#define AGAIN(old, call, size) (HERE(), moving = (old), book_realloc((call), (size)))
#define CALL(call) (HERE(), (call))

/* Compilers may not see through these and drop or fold a call. */
static volatile size_t huge = SIZE_MAX / 4, nothing = 0, odd_alignment = 3;
static void *volatile null;
static void *kept[64];

static void __attribute__((noinline)) ledger_plain(void)
{
	ENTER();
	kept[0] = NEW(malloc(100), 100);
	kept[1] = NEW(calloc(10, 30), 300);
	kept[2] = NEW(malloc(nothing), 0);
	void *failed = NEW(malloc(huge), huge);
	void *overflowed = NEW(calloc(huge, huge), huge);
	END(failed);
	END(overflowed);
	END(null);
	void *large = NEW(malloc(3000000), 3000000);
	void *untouched = NEW(malloc((size_t)5 << 30), (size_t)5 << 30);
	END(untouched);
	END(large);
	END(kept[1]);
	LEAVE();
}

static void __attribute__((noinline)) ledger_realloc(void)
{
	ENTER();
	void *block = AGAIN(NULL, realloc(null, 50), 50);
	block = AGAIN(block, realloc(block, 5000), 5000);
	block = AGAIN(block, realloc(block, 500000), 500000);
	block = AGAIN(block, realloc(block, 40), 40);
	block = AGAIN(block, realloc(block, 40), 40);
	void *failed = AGAIN(block, realloc(block, huge), huge);
	END(failed);
	block = AGAIN(block, reallocarray(block, 7, 11), 77);
	void *overflowed = AGAIN(block, reallocarray(block, huge, 16), huge);
	END(overflowed);
	void *gone = AGAIN(block, realloc(block, nothing), nothing);
	END(gone);
	kept[3] = AGAIN(NULL, realloc(null, nothing), 0);
	kept[4] = AGAIN(NULL, reallocarray(null, 3, 100), 300);
	LEAVE();
}

/* posix_memalign as an expression. */
static void *memalign_or(int error, size_t alignment, size_t size_bytes)
{
	void *block = NULL;
	if (posix_memalign(&block, alignment, size_bytes) != error)
		abort();
	return block;
}

static void __attribute__((noinline)) ledger_aligned(void)
{
	ENTER();
	kept[5] = NEW(aligned_alloc(64, 640), 640);
	kept[6] = NEW(memalign_or(0, 4096, 1000), 1000);
	void *unaligned = NEW(memalign_or(EINVAL, odd_alignment, 10), 10);
	void *failed = NEW(memalign_or(ENOMEM, 64, huge), huge);
	END(unaligned);
	END(failed);
	kept[7] = NEW(memalign(256, 10), 10);
	kept[8] = NEW(valloc(10), 10);
	END(kept[7]);
	END(kept[8]);
	void *impossible = NEW(aligned_alloc(64, huge), huge);
	END(impossible);
	LEAVE();
}

static void __attribute__((noinline)) ledger_strings(const char *text)
{
	ENTER();
	kept[9] = NEW(strdup(text), strlen(text) + 1);
	kept[10] = NEW(strndup(text, 4), 5);
	END(kept[10]);
	LEAVE();
}

static void __attribute__((noinline)) ledger_recursive(int levels)
{
	ENTER();
	void *block = NEW(malloc((size_t)levels * 10), (size_t)levels * 10);
	if (levels > 1)
		CALL(ledger_recursive(levels - 1));
	END(block);
	kept[20 + levels] = NEW(malloc(1), 1);
	LEAVE();
}

static void __attribute__((noinline)) ledger_loop(void)
{
	ENTER();
	void *blocks[10];
	for (int round = 0; round < 20; round++) {
		for (size_t i = 0; i < 10; i++)
			blocks[i] = NEW(malloc(i + 1), i + 1);
		for (size_t i = 0; i < 10; i++)
			END(blocks[i]);
	}
	for (int round = 0; round < 50; round++) {
		void *brief = NEW(malloc(33), 33);
		END(brief);
	}
	LEAVE();
}

static inline __attribute__((always_inline)) void *ledger_inlined(size_t size_bytes)
{
	ENTER();
	void *block = NEW(malloc(size_bytes), size_bytes);
	LEAVE();
	return block;
}

static void __attribute__((noinline)) ledger_inline(void)
{
	ENTER();
	void *first = CALL(ledger_inlined(70));
	void *second = CALL(ledger_inlined(80));
	END(first);
	kept[11] = CALL(ledger_inlined(90));
	END(second);
	LEAVE();
}

static int __attribute__((noinline)) ledger_compare(const void *left, const void *right)
{
	ENTER();
	void *scratch = NEW(malloc(8), 8);
	int order = *(const int *)left - *(const int *)right;
	END(scratch);
	LEAVE();
	return order;
}

static void __attribute__((noinline)) ledger_callback(void)
{
	static int numbers[6] = {5, 1, 4, 2, 3, 0};
	ENTER();
	CALL(qsort(numbers, 6, sizeof(numbers[0]), ledger_compare));
	LEAVE();
}

static void __attribute__((noinline)) ledger_peak(void)
{
	ENTER();
	void *half = NEW(malloc((size_t)4 << 30), (size_t)4 << 30);
	void *other = NEW(calloc(1, (size_t)3 << 30), (size_t)3 << 30);
	END(half);
	END(other);
	LEAVE();
}

/* ---- workers: turn N is the Nth step of the play ------------------------- */

#define WORKERS 3
static atomic_int turn;
static void *handed[WORKERS];

static void await(int step)
{
	while (atomic_load(&turn) != step)
		sched_yield();
}

static void done(void)
{
	atomic_fetch_add(&turn, 1);
}

static void __attribute__((noinline)) ledger_hand_over(int worker)
{
	ENTER();
	handed[worker] = NEW(malloc(1000 + (size_t)worker), 1000 + (size_t)worker);
	LEAVE();
}

static void __attribute__((noinline)) ledger_take(int worker)
{
	ENTER();
	END(handed[(worker + 1) % WORKERS]);
	kept[12 + worker] = NEW(calloc(1, 2000), 2000);
	LEAVE();
}

static void *worker(void *argument)
{
	int number = (int)(intptr_t)argument;
	thread_number = (unsigned)number + 1;
	await(number);
	ledger_hand_over(number);
	done();
	await(WORKERS + number);
	ledger_take(number);
	done();
	return NULL;
}

static void run_workers(void)
{
	pthread_t threads[WORKERS];
	atomic_store(&turn, -1);
	for (intptr_t i = 0; i < WORKERS; i++)
		pthread_create(&threads[i], NULL, worker, (void *)i);
	done();
	await(2 * WORKERS);
	ledger_hand_over(0);
	for (int i = 0; i < WORKERS; i++)
		pthread_join(threads[i], NULL);
}

static void write_all(const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t written = write(STDOUT_FILENO, text, bytes);
		if (written < 0)
			_exit(3);
		text += written;
		bytes -= (size_t)written;
	}
}

static void write_book(void)
{
	static char text[8192];
	for (unsigned i = 0; i < atomic_load(&event_count); i++) {
		const struct event *e = &events[i];
		int used = snprintf(text, sizeof(text),
				    "{\"kind\":\"%s\",\"block\":%u,\"thread\":%u,\"size\":%zu,\"path\":[",
				    e->kind, e->block, e->thread, e->size_bytes);
		for (int f = 0; f < e->depth; f++)
			used += snprintf(text + used, sizeof(text) - (size_t)used, "%s[\"%s\",%d]",
					 f ? "," : "", e->path[f].function, e->path[f].line);
		used += snprintf(text + used, sizeof(text) - (size_t)used, "]}\n");
		write_all(text, (size_t)used);
	}
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "threads") == 0)
		run_workers();
	ledger_plain();
	ledger_realloc();
	ledger_aligned();
	ledger_strings("a text of its own");
	ledger_recursive(12);
	ledger_loop();
	ledger_inline();
	ledger_callback();
	ledger_peak();
	write_book();
	return 0;
}
