/*
 * memory.c - see memory.h.
 */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNIT 4 /* bytes: nothing that is shared is smaller */
#define UNITS_MAX 16384
#define PLACES_MAX 320
#define MESSAGES_MAX 32768

/* For each place, the index of the oldest message that may still be read. */
struct view {
	int16_t oldest[PLACES_MAX]; /* signed: all processors of 64 bits compare eight at once */
};

/* A value that was stored, and what its reader knows if it acquires. */
struct message {
	uint64_t value;
	struct view released;
	uint32_t older; /* message before it at the same place, + 1 */
};

/* A location, or the reads of a plain one: they have an order, too. */
struct place {
	uint32_t newest; /* message + 1; of reads: who read last, and in which epoch */
	uint16_t reads;  /* place of the reads of this one, 0: none yet */
	char *at;        /* NULL: a place of reads */
	unsigned bytes;
	uint64_t name; /* the same in every run, as the number is not */
};

static struct message *messages; /* MESSAGES_MAX */
static uint32_t message_count;
static struct place places[PLACES_MAX];
static struct view last; /* index of the newest message, by place */
static uint16_t place_count;
static uint16_t place_of_unit[UNITS_MAX];
static struct view views[MEMORY_TASKS];
static char *memory;
static size_t followed_from, followed_bytes;
static struct {
	char *at;
	size_t bytes, unit; /* its first unit: they go on behind those of the memory */
} also[ALSO_MAX];           /* followed as well */
static size_t also_count;
static uint64_t stores;
static uint64_t stores_by[MEMORY_TASKS];
static bool present[MEMORY_TASKS];
static uint32_t epochs[MEMORY_TASKS]; /* releases so far */

void memory_reset(char *base, size_t first, size_t bytes)
{
	if (!messages)
		messages = malloc(MESSAGES_MAX * sizeof *messages);
	if (!messages || bytes / UNIT > UNITS_MAX)
		abort();
	memory = base;
	followed_from = first;
	followed_bytes = bytes;
	also_count = 0;
	memset(base + first, 0, bytes - first);
	memset(place_of_unit, 0, bytes / UNIT * sizeof *place_of_unit);
	memset(views, 0, sizeof views);
	memset(&last, 0, sizeof last);
	memset(present, 0, sizeof present);
	memset(epochs, 0, sizeof epochs);
	memset(stores_by, 0, sizeof stores_by);
	message_count = 0;
	place_count = 1; /* 0 means none */
	stores = 0;
}

void memory_follow_also(char *at, size_t bytes)
{
	size_t unit = also_count > 0 ? also[also_count - 1].unit + also[also_count - 1].bytes / UNIT
				     : followed_bytes / UNIT;
	if (also_count == ALSO_MAX || unit + bytes / UNIT > UNITS_MAX)
		abort();
	also[also_count].at = at;
	also[also_count].bytes = bytes;
	also[also_count++].unit = unit;
	memset(place_of_unit + unit, 0, bytes / UNIT * sizeof *place_of_unit);
}

/* Which of those followed as well it is in; also_count: none. */
static size_t find_also(const volatile void *at)
{
	size_t i = 0;
	while (i < also_count && (size_t)((const volatile char *)at - also[i].at) >= also[i].bytes)
		i++;
	return i;
}

bool memory_follows(const volatile void *at)
{
	size_t offset = (size_t)((const volatile char *)at - memory);
	return (offset >= followed_from && offset < followed_bytes) || find_also(at) < also_count;
}

static size_t unit_of(const volatile void *at)
{
	size_t i = find_also(at);
	if (i == also_count)
		return (size_t)((const volatile char *)at - memory) / UNIT;
	return also[i].unit + (size_t)((const volatile char *)at - also[i].at) / UNIT;
}

static char *start_of(size_t unit)
{
	size_t i = also_count;
	while (i > 0 && unit < also[i - 1].unit)
		i--;
	return i > 0 ? also[i - 1].at + (unit - also[i - 1].unit) * UNIT : memory + unit * UNIT;
}

static uint16_t new_place(char *at, unsigned bytes, uint64_t name)
{
	if (place_count == PLACES_MAX) {
		fprintf(stderr, "model: too many places\n");
		exit(2);
	}
	places[place_count] = (struct place){.at = at, .bytes = bytes, .name = name};
	return place_count++;
}

static uint16_t place_at(unsigned task, const volatile void *at, unsigned bytes)
{
	size_t unit = unit_of(at);
	if (!place_of_unit[unit])
		place_of_unit[unit] = new_place(start_of(unit), bytes, memory_mix(unit, 1));
	if (places[place_of_unit[unit]].bytes != bytes) {
		fprintf(stderr, "model: task %u takes a part of something for a whole\n", task);
		exit(1);
	}
	return place_of_unit[unit];
}

static void join(struct view *view, const struct view *other)
{
	for (unsigned i = 0; i < PLACES_MAX; i++)
		view->oldest[i] = view->oldest[i] > other->oldest[i] ? view->oldest[i] : other->oldest[i];
}

/* As <stdatomic.h> numbers them. */
static bool acquires(int order)
{
	return order == __ATOMIC_ACQUIRE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static bool releases(int order)
{
	return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static uint64_t value_in_memory(const volatile void *at, unsigned bytes)
{
	uint64_t value = 0;
	memcpy(&value, (const void *)(uintptr_t)at, bytes);
	return value;
}

unsigned memory_choices(unsigned task, const volatile void *at)
{
	uint16_t p = place_of_unit[unit_of(at)];
	return p ? (unsigned)(last.oldest[p] - views[task].oldest[p]) + 1 : 1;
}

uint64_t memory_load(unsigned task, const volatile void *at, unsigned bytes, int order, unsigned age)
{
	uint16_t p = place_at(task, at, bytes);
	uint32_t m = places[p].newest;
	for (unsigned i = 0; i < age && m; i++)
		m = messages[m - 1].older;
	views[task].oldest[p] = (int16_t)(last.oldest[p] - (int)age);
	if (m && acquires(order))
		join(&views[task], &messages[m - 1].released);
	return m ? messages[m - 1].value : 0;
}

/* `continued`: what a reader knows from an earlier store, of which this is the continuation. */
static void add_message(unsigned task, uint16_t p, uint64_t value, int order, const struct view *continued)
{
	if (message_count == MESSAGES_MAX || last.oldest[p] == INT16_MAX)
		abort();
	struct message *m = &messages[message_count++];
	*m = (struct message){.value = value, .older = places[p].newest};
	views[task].oldest[p] = ++last.oldest[p];
	if (continued)
		m->released = *continued;
	if (releases(order)) {
		join(&m->released, &views[task]);
		epochs[task]++;
	}
	m->released.oldest[p] = last.oldest[p];
	places[p].newest = message_count;
	memcpy(places[p].at, &value, places[p].bytes);
	stores++;
	stores_by[task]++;
}

void memory_store(unsigned task, volatile void *at, unsigned bytes, uint64_t value, int order)
{
	add_message(task, place_at(task, at, bytes), value, order, NULL);
}

void memory_exchange(unsigned task, volatile void *at, unsigned bytes, uint64_t value, int order)
{
	memory_load(task, at, bytes, order, 0);
	uint16_t p = place_at(task, at, bytes);
	uint32_t m = places[p].newest;
	add_message(task, p, value, order, m ? &messages[m - 1].released : NULL);
}

/* ---- plain accesses -------------------------------------------------------- */

static bool knows_newest(unsigned task, uint16_t p)
{
	return views[task].oldest[p] == last.oldest[p];
}

bool memory_read_plain(unsigned task, const volatile void *at, unsigned bytes)
{
	uint16_t p = place_at(task, at, bytes);
	if (!places[p].reads)
		places[p].reads = new_place(NULL, 0, memory_mix(places[p].name, 2));
	uint16_t reads = places[p].reads;
	/* One more by the same task adds nothing, unless it has released in between. */
	uint32_t reader = epochs[task] * MEMORY_TASKS + task + 1;
	if (places[reads].newest != reader) {
		places[reads].newest = reader;
		last.oldest[reads]++;
	}
	views[task].oldest[reads] = last.oldest[reads];
	return knows_newest(task, p);
}

/* Only the write itself comes later: its value is in memory by the next access. */
bool memory_write_plain(unsigned task, const volatile void *at, unsigned bytes)
{
	uint16_t p = place_at(task, at, bytes);
	bool ordered = knows_newest(task, p) && (!places[p].reads || knows_newest(task, places[p].reads));
	views[task].oldest[p] = ++last.oldest[p];
	stores++;
	stores_by[task]++;
	return ordered;
}

void memory_set_present(unsigned task, bool is_present)
{
	present[task] = is_present;
}

void memory_order_after(unsigned after, unsigned before)
{
	join(&views[after], &views[before]);
}

uint64_t memory_stores_except(unsigned task)
{
	return stores - stores_by[task];
}

/* ---- what a state is -------------------------------------------------------- */

/* Eight places at once: hashing is most of what all this costs. */
#define LANES 8
typedef int16_t lanes __attribute__((vector_size(2 * LANES), aligned(2), may_alias));
_Static_assert(PLACES_MAX % LANES == 0, "places come in lanes");

/* Whether any of eight places is newer in `view`. */
static bool any_beyond(const struct view *view, const struct view *other, unsigned from)
{
	lanes beyond = *(const lanes *)(view->oldest + from) > *(const lanes *)(other->oldest + from);
	uint64_t halves[2];

	memcpy(halves, &beyond, sizeof halves);
	return (halves[0] | halves[1]) != 0;
}

/* How far behind the newest value, once what everybody knows is left out.  A sum, so that the order of
 * places does not matter. */
static uint64_t hash_view(const struct view *view, const struct view *everybody)
{
	uint64_t sum = 0;
	bool any = false;
	for (uint16_t from = 0; from < place_count; from += LANES) {
		if (!any_beyond(view, everybody, from))
			continue;
		any = true;
		for (uint16_t p = from; p < from + LANES; p++)
			if (view->oldest[p] > everybody->oldest[p])
				sum += memory_mix(places[p].name,
						  (uint64_t)(last.oldest[p] - view->oldest[p]));
	}
	return any ? sum + 1 : 0;
}

static uint64_t hash_place(uint16_t p, const struct view *everybody)
{
	uint64_t hash = memory_mix(places[p].name, (uint64_t)(last.oldest[p] - everybody->oldest[p]));
	uint32_t m = places[p].newest;
	if (!places[p].at)
		return hash;
	hash = memory_mix(hash, value_in_memory(places[p].at, places[p].bytes));
	for (int index = last.oldest[p]; m && index >= everybody->oldest[p]; index--) {
		hash = memory_mix(hash, messages[m - 1].value);
		hash = memory_mix(hash, hash_view(&messages[m - 1].released, everybody));
		m = messages[m - 1].older;
	}
	return hash;
}

static struct view known_to_everybody(void)
{
	struct view everybody = last;
	for (unsigned task = 0; task < MEMORY_TASKS; task++)
		for (unsigned i = 0; present[task] && i < place_count; i++)
			everybody.oldest[i] = views[task].oldest[i] < everybody.oldest[i]
						      ? views[task].oldest[i]
						      : everybody.oldest[i];
	return everybody;
}

uint64_t memory_hash(void)
{
	struct view everybody = known_to_everybody();
	uint64_t sum = 0, hash = 0;
	for (uint16_t p = 1; p < place_count; p++)
		if (last.oldest[p] > 0)
			sum += hash_place(p, &everybody);
	for (unsigned task = 0; task < MEMORY_TASKS; task++)
		hash = memory_mix(hash, present[task] ? hash_view(&views[task], &everybody) : 1);
	return memory_mix(hash, sum);
}
