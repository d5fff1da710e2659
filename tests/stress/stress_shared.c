/*
 * stress_shared.c - rgc's shared objects between threads, for ThreadSanitizer: [ROUNDS].
 *
 * Threads make shared objects, hand references on through slots, copy and drop them, and some end before
 * their objects do.  Shared keys are in dictionaries of all, and one memoizer is called by all.  What a
 * finalizer reads must be whole, each object must end exactly once, and none may be left.
 */
#include <mprof/rgc.h>

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define THREADS 4
#define SLOTS 16
#define MARK 0x5eedL

typedef struct part {
	RGC_HEAD;
	struct part *next;
	long mark;
	atomic_int ends;
} part;

static atomic_long made, ended;

static void fail(const char *what)
{
	fprintf(stderr, "stress_shared: %s\n", what);
	abort();
}

static void part_finalize(void *self)
{
	part *it = self;
	if (it->mark != MARK)
		fail("an object that is not whole at its end");
	if (atomic_fetch_add(&it->ends, 1) != 0)
		fail("an object that ends twice");
	atomic_fetch_add(&ended, 1);
}

RGC_DEFINE_TYPE_WITH((part_finalize, NULL, NULL, NULL), part, next);

/* A slot's lock orders those who take from it and put into it, as any program must. */
static struct slot {
	pthread_mutex_t lock;
	void *held;
} slots[SLOTS], keys[SLOTS]; /* of parts; of shared tuples, which are in many threads' dictionaries */

static uint64_t next_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return *state >> 33;
}

/* Consumes the reference. */
static void put(struct slot *slot, void *it)
{
	pthread_mutex_lock(&slot->lock);
	void *old = slot->held;
	slot->held = it;
	pthread_mutex_unlock(&slot->lock);
	rgc_decref(old);
}

static void *copy(struct slot *slot)
{
	pthread_mutex_lock(&slot->lock);
	void *it = rgc_ref(slot->held);
	pthread_mutex_unlock(&slot->lock);
	return it;
}

static part *make(uint64_t *state)
{
	part *it = rgc_new_shared(part);
	if (!it)
		fail("no memory");
	it->mark = MARK;
	/* Chains end in one thread's hands though many made their links; short ones, so that they do. */
	if (next_random(state) % 4 == 0)
		rgc_steal(&it->next, (part *)copy(&slots[next_random(state) % SLOTS]));
	atomic_fetch_add(&made, 1);
	return it;
}

/* Many references to one object, taken and given back. */
static void juggle(part *it, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		rgc_incref(it);
	for (unsigned i = 0; i < times; i++)
		rgc_decref(it);
}

static void *make_key(uint64_t *state)
{
	rgc_auto rgc_str *text = rgc_str_format("key %d", (int)(next_random(state) % 10));
	rgc_auto rgc_int *number = rgc_int_new(1000 + (int64_t)(next_random(state) % 3));
	rgc_auto rgc_tuple *key = rgc_tuple_of(2, text, number);
	return rgc_share(key);
}

/* The keys of a dictionary of the thread's, whose values are what they were when they were put there. */
static void use_key(rgc_dict *dict, uint64_t *state)
{
	struct slot *slot = &keys[next_random(state) % SLOTS];
	if (next_random(state) % 4 == 0)
		put(slot, make_key(state));
	rgc_auto rgc_tuple *key = copy(slot);
	if (!key)
		return;
	rgc_auto rgc_str *form = rgc_repr(key);
	rgc_object *before = rgc_dict_get(dict, key);
	if (before && rgc_equal(before, form) != 1)
		fail("a key that is another now");
	if (next_random(state) % 8 == 0)
		rgc_dict_clear(dict);
	if (rgc_dict_set(dict, key, form))
		fail("no memory");
}

static rgc_lru_cache *cache; /* of all threads */

static void *name_of(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords, (void)data;
	return rgc_str_format("%d", (int)rgc_int_get(rgc_tuple_get(arguments, 0)));
}

static void use_cache(uint64_t *state)
{
	int64_t value = 1000 + (int64_t)(next_random(state) % 40);
	rgc_auto rgc_int *number = rgc_int_new(value);
	rgc_auto rgc_str *name = rgc_lru_cache_call1(cache, number);
	if (atoi(rgc_str_get(name)) != value)
		fail("a result of another call");
	if (next_random(state) % 64 == 0)
		rgc_lru_cache_clear(cache);
}

static void step(uint64_t *state, rgc_dict *dict)
{
	struct slot *slot = &slots[next_random(state) % SLOTS];
	part *it;
	switch (next_random(state) % 10) {
	case 0:
	case 1:
		put(slot, make(state));
		break;
	case 2:
		put(slot, NULL);
		break;
	case 3:
		put(slot, copy(&slots[next_random(state) % SLOTS]));
		break;
	case 4:
		rgc_shared_settle();
		break;
	case 5:
		rgc_collect(0);
		break;
	case 6:
		use_key(dict, state);
		break;
	case 7:
		use_cache(state);
		break;
	default:
		it = copy(slot);
		if (it && it->mark != MARK)
			fail("a reference to an object that has ended");
		juggle(it, next_random(state) % 4);
		rgc_decref(it);
	}
}

struct job {
	uint64_t seed;
	unsigned steps;
};

static void *work(void *argument)
{
	struct job job = *(struct job *)argument;
	rgc_auto rgc_dict *dict = rgc_dict_new();
	for (unsigned i = 0; i < job.steps; i++)
		step(&job.seed, dict);
	return NULL;
}

/* Threads of different lengths: some owners are gone while others still use what they made. */
static void run_round(uint64_t seed)
{
	pthread_t threads[THREADS];
	struct job jobs[THREADS];
	for (unsigned i = 0; i < THREADS; i++) {
		jobs[i] = (struct job){seed * THREADS + i, 200 << (2 * i % 5)};
		if (pthread_create(&threads[i], NULL, work, &jobs[i]))
			fail("no thread");
	}
	work(&(struct job){seed, 400});
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 150;
	for (int i = 0; i < SLOTS; i++) {
		pthread_mutex_init(&slots[i].lock, NULL);
		pthread_mutex_init(&keys[i].lock, NULL);
	}
	cache = rgc_lru_cache_new_shared(name_of, NULL, 32, false);
	for (unsigned round = 0; round < rounds; round++)
		run_round(round + 1);
	for (int i = 0; i < SLOTS; i++) {
		put(&slots[i], NULL);
		put(&keys[i], NULL);
	}
	rgc_decref(cache);
	rgc_shared_settle();
	printf("%ld objects made, %ld ended\n", atomic_load(&made), atomic_load(&ended));
	if (atomic_load(&made) != atomic_load(&ended) || atomic_load(&made) < rounds)
		fail("objects are left");
	return 0;
}
