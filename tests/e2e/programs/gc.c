/* A collector of its own with a ledger of its own: prints what mprof is to say of collections, types, call
 * sites and caches, as JSON, and nothing that depends on whether it is recorded. */
#include <mprof/mprof.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define NOINLINE __attribute__((noinline))
#define STAY __asm__ volatile("") /* no tail call: the line before stays on the call path */

enum type { PAIR, TEXT, PLAIN, TYPES };
enum site { BY_POOL, BY_MALLOC, SITES };

struct object {
	struct object *next;
	size_t size_bytes;
	enum type type;
	enum site site;
};

struct sum {
	int line;
	unsigned long long collections, candidates, collected, uncollectable, freed_bytes, pause_ns,
		longest_ns;
};

struct count {
	unsigned long long blocks, bytes;
};

static const char *const type_names[] = {"pair", "text"};
static _Alignas(16) char pool[1 << 20];
static size_t pool_used;
static struct sum generations[3], young, old, nested;
static struct count made[TYPES], live[TYPES], peak[TYPES], collected[TYPES];
static struct count by_collector[SITES], otherwise[SITES];
static int site_lines[SITES];
static unsigned long long live_bytes, peak_bytes;
static pthread_mutex_t ledger = PTHREAD_MUTEX_INITIALIZER;

static void count(struct count *count, size_t size_bytes, int sign)
{
	count->blocks += (unsigned long long)(long long)sign;
	count->bytes += (unsigned long long)((long long)size_bytes * sign);
}

static struct object *enter(struct object *object, size_t size_bytes, enum type type, enum site site,
			    int line)
{
	pthread_mutex_lock(&ledger);
	*object = (struct object){.size_bytes = size_bytes, .type = type, .site = site};
	site_lines[site] = line;
	count(&made[type], size_bytes, 1);
	count(&live[type], size_bytes, 1);
	live_bytes += size_bytes;
	if (live_bytes > peak_bytes) {
		peak_bytes = live_bytes;
		for (int i = 0; i < TYPES; i++)
			peak[i] = live[i];
	}
	pthread_mutex_unlock(&ledger);
	return object;
}

static void leave(const struct object *object, bool by_a_collector)
{
	pthread_mutex_lock(&ledger);
	count(&live[object->type], object->size_bytes, -1);
	live_bytes -= object->size_bytes;
	if (by_a_collector)
		count(&collected[object->type], object->size_bytes, 1);
	count(by_a_collector ? &by_collector[object->site] : &otherwise[object->site], object->size_bytes, 1);
	pthread_mutex_unlock(&ledger);
}

static NOINLINE struct object *from_pool(size_t size_bytes, enum type type)
{
	struct object *object = (struct object *)(void *)(pool + pool_used);
	pool_used += (size_bytes + 15) & ~(size_t)15;
	mprof_track_alloc_typed(object, size_bytes, type_names[type]);
	int line = __LINE__ - 1;
	return enter(object, size_bytes, type, BY_POOL, line);
}

static NOINLINE struct object *from_heap(size_t size_bytes)
{
	struct object *object = malloc(size_bytes);
	int line = __LINE__ - 1;
	if (!object)
		abort();
	return enter(object, size_bytes, PLAIN, BY_MALLOC, line);
}

static NOINLINE void end(struct object *object, bool by_a_collector)
{
	leave(object, by_a_collector);
	if (object->site == BY_POOL)
		mprof_track_free(object);
	else
		free(object);
	STAY;
}

/* Objects of all kinds. */
static NOINLINE struct object *make(int number)
{
	struct object *list = NULL;
	for (int i = 0; i < number; i++) {
		struct object *object = i % 3 == PLAIN ? from_heap(100 + (size_t)i)
						       : from_pool(40 + 8 * (size_t)i, (enum type)(i % 3));
		object->next = list;
		list = object;
	}
	return list;
}

static void release(struct object *list, bool by_a_collector, struct mprof_gc_info *info)
{
	while (list) {
		struct object *next = list->next;
		info->collected++;
		info->freed_bytes += list->size_bytes;
		end(list, by_a_collector);
		list = next;
	}
}

static void add(struct sum *sum, const struct mprof_gc_info *info)
{
	sum->collections++;
	sum->candidates += info->candidates;
	sum->collected += info->collected;
	sum->uncollectable += info->uncollectable;
	sum->freed_bytes += info->freed_bytes;
	sum->pause_ns += info->duration_ns;
	if (info->duration_ns > sum->longest_ns)
		sum->longest_ns = info->duration_ns;
}

static struct sum *at(struct sum *sum, int line)
{
	sum->line = line;
	return sum;
}

static NOINLINE void collect(uint32_t generation, struct object *garbage, uint64_t duration_ns,
			     struct sum *line)
{
	struct mprof_gc_info info = {
		.generation = generation, .uncollectable = generation, .duration_ns = duration_ns};
	mprof_gc_begin(generation);
	if (generation == 1) /* its own finalizers collect, too */
		collect(0, make(4), 50, line);
	release(garbage, true, &info);
	info.candidates = 10 + info.collected;
	mprof_gc_end(&info);
	add(&generations[generation], &info);
	add(line, &info);
}

/* Another thread frees while this one collects: that is not the collector's doing. */
static pthread_barrier_t barrier;

static void *free_meanwhile(void *list)
{
	struct mprof_gc_info ignored = {0};
	pthread_barrier_wait(&barrier);
	release(list, false, &ignored);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static NOINLINE void collect_beside_a_thread(void)
{
	pthread_t thread;
	struct object *list = make(30);
	struct mprof_gc_info info = {.generation = 0};
	pthread_barrier_init(&barrier, NULL, 2);
	if (pthread_create(&thread, NULL, free_meanwhile, list) != 0)
		abort();
	mprof_gc_begin(0);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	info.duration_ns = 7;
	mprof_gc_end(&info);
	pthread_join(thread, NULL);
	add(&generations[0], &info);
}

MPROF_PROFILE static NOINLINE void work_young(void)
{
	for (int i = 1; i <= 5; i++) {
		struct mprof_gc_info ignored = {0};
		release(make(6), false, &ignored);
		collect(0, make(3 * i), 1000 * (uint64_t)i, at(&young, __LINE__));
	}
	STAY;
}

MPROF_PROFILE static NOINLINE void work_old(struct object *list)
{
	collect(2, list, 40000, at(&old, __LINE__));
	collect(1, make(9), 300, at(&nested, __LINE__));
	STAY;
}

static void tell_caches(void)
{
	mprof_cache("paths", 1, 0, 1, 100);
	mprof_cache("names", 7, 70, 30, 4096);
	mprof_cache("paths", 3, 40, 10, 1 << 20);
}

static void print_sum(const char *name, const struct sum *sum)
{
	printf("\"%s\": [%d, %llu, %llu, %llu, %llu, %llu, %llu, %llu],\n", name, sum->line, sum->collections,
	       sum->candidates, sum->collected, sum->uncollectable, sum->freed_bytes, sum->pause_ns,
	       sum->longest_ns);
}

static void print_ledger(void)
{
	static const char *const generation_names[] = {"0", "1", "2"};
	for (int i = 0; i < 3; i++)
		print_sum(generation_names[i], &generations[i]);
	print_sum("work_young", &young);
	print_sum("work_old", &old);
	print_sum("nested", &nested);
	for (int i = 0; i < PLAIN; i++)
		printf("\"%s\": [%llu, %llu, %llu, %llu, %llu, %llu, %llu],\n", type_names[i], made[i].blocks,
		       peak[i].blocks, peak[i].bytes, live[i].blocks, live[i].bytes, collected[i].blocks,
		       collected[i].bytes);
	for (int i = 0; i < SITES; i++)
		printf("\"%s\": [%d, %llu, %llu, %llu, %llu]%s\n", i == BY_POOL ? "from_pool" : "from_heap",
		       site_lines[i], by_collector[i].blocks, by_collector[i].bytes, otherwise[i].blocks,
		       otherwise[i].bytes, i == BY_POOL ? "," : "");
}

int main(void)
{
	static char output[8192]; /* so that stdio takes none */
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	struct object *list = make(200);
	work_young();
	work_old(list);
	collect_beside_a_thread();
	tell_caches();
	list = make(8); /* lives at the end */
	fputs("{", stdout);
	print_ledger();
	fputs("}\n", stdout);
	return list == NULL;
}
