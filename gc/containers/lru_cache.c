/*
 * lru_cache.c - the memoizer: a hash table whose entries are also a list, from the least recently used to the
 * newest. Nothing is remembered across a call of user code but what was given: afterwards the key is looked
 * up again.
 */
#include "cache_list.h"
#include "call_key.h"
#include "size.h"
#include "table.h"
#include "../core/buffer.h"
#include "../core/call.h"
#include "../core/heap.h"
#include "../core/missing.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <string.h>

/* Numbers of entries, which change only when all go, link them; the table never has removed entries. */
#define NONE UINT32_MAX

struct result {
	struct pair pair;
	uint32_t older, newer;
};

#define STRIDE sizeof(struct result)

struct rgc_lru_cache {
	RGC_HEAD;
	struct table table;
	uint32_t oldest, newest; /* NONE if the table is empty */
	bool typed;
	rgc_function function;
	rgc_object *data;
	ssize_t maxsize;
	uint64_t hits, misses;
	char *name;                   /* NULL: its function's */
	pthread_mutex_t *lock;        /* of a shared one, else NULL; recursive, as keys may use the cache */
	struct cache_listing listing; /* for mprof */
};

/* ---- several threads ---- */

/* Held to look at the table and to change it, but never while the function runs, or what was kept ends. */
static inline void hold(const rgc_lru_cache *cache)
{
	if (unlikely(cache->lock))
		pthread_mutex_lock(cache->lock);
}

static inline void let_go(const rgc_lru_cache *cache)
{
	if (unlikely(cache->lock))
		pthread_mutex_unlock(cache->lock);
}

static int make_lock(rgc_lru_cache *cache)
{
	pthread_mutexattr_t recursive;
	if (pthread_mutexattr_init(&recursive) != 0)
		return -1;
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_t *lock = rgc__buffer_new(&cache->rgc_head, sizeof(*lock));
	if (lock && pthread_mutex_init(lock, &recursive) == 0)
		cache->lock = lock;
	pthread_mutexattr_destroy(&recursive);
	return cache->lock ? 0 : -1;
}

static void end_lock(rgc_lru_cache *cache)
{
	if (!cache->lock)
		return;
	pthread_mutex_destroy(cache->lock);
	rgc__buffer_free(true, cache->lock, sizeof(*cache->lock));
	cache->lock = NULL;
}

/* ---- the list of results ---- */

static inline struct result *result_at(const rgc_lru_cache *cache, size_t number)
{
	return table_entry(&cache->table, STRIDE, number);
}

static inline void unlink_result(rgc_lru_cache *cache, const struct result *result)
{
	if (result->older == NONE)
		cache->oldest = result->newer;
	else
		result_at(cache, result->older)->newer = result->newer;
	if (result->newer == NONE)
		cache->newest = result->older;
	else
		result_at(cache, result->newer)->older = result->older;
}

static inline void link_newest(rgc_lru_cache *cache, struct result *result, uint32_t number)
{
	result->older = cache->newest;
	result->newer = NONE;
	if (cache->newest == NONE)
		cache->oldest = number;
	else
		result_at(cache, cache->newest)->newer = number;
	cache->newest = number;
}

/* ---- under a recording mprof ---- */

/* What it keeps alive can be looked at in a heap that no other thread uses just now, and in a shared one,
 * whose results do not change, under its lock.  At exit a thread that is no more may have that. */
static struct cache_figures figures_of(struct cache_listing *listing, bool at_rest)
{
	rgc_lru_cache *cache = (void *)((char *)listing - offsetof(rgc_lru_cache, listing));
	if (cache->lock && pthread_mutex_trylock(cache->lock) != 0)
		return (struct cache_figures){0};
	struct cache_figures figures = {.entries = cache->table.live,
					.hits = cache->hits,
					.misses = cache->misses,
					.bytes = at_rest || cache->lock ? rgc__kept_bytes(cache)
									: rgc_sizeof(cache)};
	let_go(cache);
	return figures;
}

static void list_cache(rgc_lru_cache *cache)
{
	cache->listing.figures = figures_of;
	cache->listing.heap = cache->lock ? NULL : rgc__thread.heap;
	rgc__cache_list_add(&cache->listing, cache->name, cache->function);
}

/* ---- making one ---- */

/* Consumes the reference to the data. */
static void begin(rgc_lru_cache *cache, rgc_function function, void *data, ssize_t maxsize, bool typed)
{
	cache->function = function;
	cache->data = data;
	cache->maxsize = maxsize < 0 ? 0 : maxsize;
	cache->typed = typed;
	cache->oldest = cache->newest = NONE;
	if (rgc__recorded)
		list_cache(cache);
}

rgc_lru_cache *rgc_lru_cache_new(rgc_function function, void *data, ssize_t maxsize, bool typed)
{
	if (!function) {
		errno = EINVAL;
		return NULL;
	}
	check_object(data);
	/* Before the cache is made: that may collect, and a finalizer drop what only lent the data. */
	rgc_incref(data);
	rgc_lru_cache *cache = rgc_new(rgc_lru_cache);
	if (!cache) {
		rgc_decref(data);
		return NULL;
	}
	begin(cache, function, data, maxsize, typed);
	return cache;
}

rgc_lru_cache *rgc_lru_cache_new_shared(rgc_function function, void *data, ssize_t maxsize, bool typed)
{
	if (!function || (data && !rgc_is_shared(data))) {
		errno = EINVAL;
		return NULL;
	}
	rgc_lru_cache *cache = rgc_new_shared(rgc_lru_cache);
	if (!cache)
		return NULL;
	if (make_lock(cache)) {
		rgc_decref(cache);
		errno = ENOMEM;
		return NULL;
	}
	begin(cache, function, rgc_ref(data), maxsize, typed);
	return cache;
}

/* ---- calls ---- */

/* Keeps a result under a key that is absent, in place of the oldest if the cache is full.  What was in its
 * place is the caller's to drop. */
static int keep_new(rgc_lru_cache *cache, rgc_object *key, size_t hash, rgc_object *value, struct pair *old)
{
	struct table *table = &cache->table;
	uint32_t number = cache->oldest;
	if ((ssize_t)table->live < cache->maxsize) {
		if (table_reserve(cache, table, STRIDE))
			return -1;
		number = table->used;
		rgc__table_append(table, STRIDE, key, hash);
	} else {
		struct result *oldest = result_at(cache, number);
		*old = oldest->pair;
		unlink_result(cache, oldest);
		rgc__table_rename(table, STRIDE, number, key, hash);
	}
	struct result *result = result_at(cache, number);
	RGC_CHECK_STORE_(value);
	rgc_incref(value);
	result->pair.value = value;
	rgc__call_key_watch(key);
	link_newest(cache, result, number);
	return 0;
}

/* Keeps a result, if the key is still absent.  If not, an unbounded cache takes the newer result, others keep
 * the first, as functools does. */
static int keep_unless_kept(rgc_lru_cache *cache, rgc_object *key, size_t hash, rgc_object *value,
			    struct pair *old)
{
	ptrdiff_t number = table_find(&cache->table, STRIDE, key, hash);
	if (number == TABLE_ABSENT)
		return keep_new(cache, key, hash, value, old);
	if (number < 0)
		return -1;
	if (cache->maxsize == RGC_LRU_UNBOUNDED) {
		struct result *result = result_at(cache, (size_t)number);
		RGC_CHECK_STORE_(value);
		old->value = result->pair.value;
		result->pair.value = rgc_ref(value);
	}
	return 0;
}

static int keep(rgc_lru_cache *cache, rgc_object *key, size_t hash, rgc_object *value)
{
	struct pair old = {{NULL, 0}, NULL};
	hold(cache);
	int error = keep_unless_kept(cache, key, hash, value, &old);
	let_go(cache);
	rgc_decref(old.entry.key);
	rgc_decref(old.value);
	return error;
}

static void *hit(rgc_lru_cache *cache, uint32_t number)
{
	struct result *result = result_at(cache, number);
	cache->hits++;
	if (result->newer != NONE) {
		unlink_result(cache, result);
		link_newest(cache, result, number);
	}
	rgc_incref(result->pair.value);
	return result->pair.value;
}

/* Of a shared cache's function: the result as all threads may have it, in place of the one that is consumed.
 */
static rgc_object *share_result(rgc_object *value)
{
	rgc_object *shared = value ? rgc_share(value) : NULL;
	int error = errno;
	rgc_decref(value);
	if (!shared)
		errno = error;
	return shared;
}

/* Calls the function, and keeps its result unless `key` is NULL.  The cache is kept alive meanwhile. */
static void *call_and_keep(rgc_lru_cache *cache, rgc_object *key, size_t hash, const rgc_tuple *arguments,
			   const rgc_dict *keywords)
{
	rgc_incref(cache);
	hold(cache);
	cache->misses++;
	let_go(cache);
	struct call call MUST_RETURN;
	call_begin(&call, "memoized function", NULL);
	rgc_object *value = cache->function(arguments, keywords, cache->data);
	call_end(&call);
	if (unlikely(cache->lock))
		value = share_result(value);
	int error = errno;
	if (value && key && keep(cache, key, hash, value)) {
		error = errno;
		rgc_decref(value);
		value = NULL;
	}
	rgc_decref(cache);
	if (!value)
		errno = error;
	return value;
}

static void *miss(rgc_lru_cache *cache, rgc_object *key, size_t hash, const rgc_tuple *arguments,
		  const rgc_dict *keywords)
{
	if (likely(!cache->lock) || !key)
		return call_and_keep(cache, key, hash, arguments, keywords);
	rgc_object *shared = rgc__call_key_share(key);
	if (!shared)
		return NULL;
	void *value = call_and_keep(cache, shared, hash, arguments, keywords);
	int error = errno;
	rgc_decref(shared);
	if (!value)
		errno = error;
	return value;
}

/* The number of the result for a key, or what table_find has for others; *value is a new reference. */
static inline ptrdiff_t look_up(rgc_lru_cache *cache, const rgc_object *key, size_t hash, void **value)
{
	hold(cache);
	ptrdiff_t number = table_find(&cache->table, STRIDE, key, hash);
	*value = likely(number >= 0) ? hit(cache, (uint32_t)number) : NULL;
	let_go(cache);
	return number;
}

static void *call_by_key(rgc_lru_cache *cache, rgc_object *key, const rgc_tuple *arguments,
			 const rgc_dict *keywords)
{
	size_t hash;
	void *value;
	if (table_hash(key, &hash))
		return NULL;
	if (look_up(cache, key, hash, &value) != TABLE_ABSENT)
		return value;
	return miss(cache, key, hash, arguments, keywords);
}

void *rgc_lru_cache_call(rgc_lru_cache *cache, const rgc_tuple *arguments, const rgc_dict *keywords)
{
	if (missing(cache) || missing(arguments))
		return NULL;
	check_object(keywords);
	if (!cache->maxsize)
		return miss(cache, NULL, 0, arguments, keywords);
	if (!cache->typed && rgc_tuple_length(arguments) == 1 && (!keywords || !rgc_dict_length(keywords)))
		return call_by_key(cache, rgc_tuple_get(arguments, 0), arguments, keywords);
	rgc_object *key = rgc__call_key_new(arguments, keywords, cache->typed);
	if (!key)
		return NULL;
	void *value = call_by_key(cache, key, arguments, keywords);
	int error = errno;
	rgc_decref(key);
	if (!value)
		errno = error;
	return value;
}

/* rgc_lru_cache_call1 where the tuple is needed.  `key` is the argument, or NULL if that is not known to be
 * absent. */
static void *call1_with_tuple(rgc_lru_cache *cache, rgc_object *argument, rgc_object *key, size_t hash)
{
	rgc_tuple *arguments = rgc_tuple_of(1, argument);
	if (!arguments)
		return NULL;
	void *value =
		key ? miss(cache, key, hash, arguments, NULL) : rgc_lru_cache_call(cache, arguments, NULL);
	int error = errno;
	rgc_decref(arguments);
	if (!value)
		errno = error;
	return value;
}

void *rgc_lru_cache_call1(rgc_lru_cache *cache, void *argument)
{
	if (missing(cache) || missing(argument))
		return NULL;
	size_t hash;
	void *value;
	if (unlikely(cache->typed || !cache->maxsize))
		return call1_with_tuple(cache, argument, NULL, 0);
	if (unlikely(table_hash(argument, &hash)))
		return NULL;
	if (likely(look_up(cache, argument, hash, &value) != TABLE_ABSENT))
		return value;
	return call1_with_tuple(cache, argument, argument, hash);
}

struct rgc_lru_info rgc_lru_cache_info(const rgc_lru_cache *cache)
{
	if (missing(cache))
		return (struct rgc_lru_info){0};
	hold(cache);
	struct rgc_lru_info info = {cache->hits, cache->misses, cache->maxsize, cache->table.live};
	let_go(cache);
	return info;
}

/* The results end when others may have come already. */
static void forget_all(rgc_lru_cache *cache, bool figures_too)
{
	hold(cache);
	struct table old = cache->table;
	cache->table = (struct table){.version = old.version + 1};
	cache->oldest = cache->newest = NONE;
	if (figures_too)
		cache->hits = cache->misses = 0;
	let_go(cache);
	rgc__table_clear(cache, &old, STRIDE);
}

void rgc_lru_cache_clear(rgc_lru_cache *cache)
{
	if (missing(cache))
		return;
	forget_all(cache, true);
}

void rgc_lru_cache_parameters(const rgc_lru_cache *cache, ssize_t *maxsize, bool *typed)
{
	if (missing(cache))
		return;
	if (maxsize)
		*maxsize = cache->maxsize;
	if (typed)
		*typed = cache->typed;
}

rgc_function rgc_lru_cache_wrapped(const rgc_lru_cache *cache, void **data)
{
	if (missing(cache))
		return NULL;
	if (data)
		*data = cache->data;
	return cache->function;
}

static size_t name_bytes(const char *name)
{
	return name ? strlen(name) + 1 : 0;
}

static void name_free(const rgc_lru_cache *cache, char *name)
{
	rgc__buffer_free(object_is_shared(&cache->rgc_head), name, name_bytes(name));
}

int rgc_lru_cache_set_name(rgc_lru_cache *cache, const char *name)
{
	if (missing(cache))
		return -1;
	char *copy = name ? rgc__buffer_new(&cache->rgc_head, name_bytes(name)) : NULL;
	if (name && !copy)
		return -1;
	if (name)
		memcpy(copy, name, name_bytes(name));
	name_free(cache, cache->name);
	cache->name = copy;
	rgc__cache_list_rename(&cache->listing, cache->name, cache->function);
	return 0;
}

const char *rgc_lru_cache_get_name(const rgc_lru_cache *cache)
{
	return missing(cache) ? NULL : cache->name;
}

size_t rgc__lru_cache_owned_bytes(const void *self)
{
	const rgc_lru_cache *cache = self;
	hold(cache);
	size_t table_bytes = rgc__table_bytes(&cache->table, STRIDE);
	let_go(cache);
	return table_bytes + name_bytes(cache->name) + (cache->lock ? sizeof(*cache->lock) : 0);
}

static int cache_traverse(void *self, rgc_visit visit, void *argument)
{
	const rgc_lru_cache *cache = self;
	RGC_VISIT(cache->data);
	return rgc__table_traverse(&cache->table, STRIDE, visit, argument);
}

static void cache_clear(void *self)
{
	rgc_lru_cache *cache = self;
	rgc__cache_list_end(&cache->listing);
	name_free(cache, cache->name);
	cache->name = NULL;
	rgc_object *data = rgc_take(&cache->data);
	forget_all(cache, false);
	rgc_decref(data);
	end_lock(cache);
}

const struct rgc_type RGC_TYPE(rgc_lru_cache) = {
	.name = "rgc_lru_cache",
	.size = sizeof(rgc_lru_cache),
	.flags = TYPE_IS_OURS,
	.traverse = cache_traverse,
	.clear = cache_clear,
};
