/*
 * api.c - the shim's end of mprof/mprof.h: the table that programs find by name.
 *
 * Callable from any thread; everything but live_bytes from signal handlers too.
 */
#include "memory/arena.h"
#include "base/moment.h"
#include "memory/process.h"
#include "recorder.h"
#include "sample.h"
#include "thread_wait.h"

#include "mprof/mprof.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define EXPORTED __attribute__((visibility("default")))
#define ENTRY __attribute__((noinline))

#define SYNC_WAIT_NS UINT64_C(5000000000)
#define SYNC_POLL_NS 50000
#define TYPE_PROBES 8

/* ---- labels ----------------------------------------------------------------------------- */

static uint32_t hash_text(const char *text)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 16777619u;
	return hash;
}

/* Equal labels share one text, as long as the table has room; a race may store one twice. */
static uint32_t label_id(const char *label)
{
	struct process *process = recorder_session() ? process_get() : NULL;
	struct arena *arena = process ? process->arena : NULL;

	if (!arena)
		return 0;
	uint32_t start = hash_text(label);
	for (uint32_t i = 0; i < 8; i++) {
		_Atomic uint32_t *place = &process->labels[(start + i) % PROCESS_LABELS];
		/* Acquire/release: the text is there before its offset is. */
		uint32_t offset = atomic_load_explicit(place, memory_order_acquire);
		if (offset && arena_text_is(arena, offset, label))
			return offset;
		if (offset)
			continue;
		offset = arena_text(arena, label, strlen(label));
		atomic_store_explicit(place, offset, memory_order_release);
		return offset;
	}
	return arena_text(arena, label, strlen(label));
}

/* Whether the place is this name's, which may just have taken it. */
static bool is_place_of(struct process_type *place, uintptr_t name)
{
	uintptr_t seen = atomic_load_explicit(&place->name, memory_order_relaxed);

	/* Relaxed: `label` says whether there is more to it than the claim. */
	return seen == name ||
	       (!seen && (atomic_compare_exchange_strong_explicit(
				  &place->name, &seen, name, memory_order_relaxed, memory_order_relaxed) ||
			  seen == name));
}

static uint32_t label_at(struct process_type *place, const char *name)
{
	/* Acquire: pairs with the release below; the text is there before its offset is. */
	uint32_t label = atomic_load_explicit(&place->label, memory_order_acquire);

	if (!label) {
		label = label_id(name);
		atomic_store_explicit(&place->label, label, memory_order_release);
	}
	return label;
}

/* The label of a name that stays what it is, found by its address: blocks of a type are many. */
static uint32_t type_label(const char *name)
{
	struct process *process = process_get();

	if (!name)
		return 0;
	for (uint32_t i = 0; process && i < TYPE_PROBES; i++) {
		struct process_type *place = &process->types[(((uintptr_t)name >> 3) + i) % PROCESS_TYPES];
		if (is_place_of(place, (uintptr_t)name))
			return label_at(place, name);
	}
	return label_id(name);
}

static void note(const struct unwind_start *here, enum ext_type type, const char *label)
{
	int saved = errno;
	uint32_t id = label_id(label ? label : "");

	if (id)
		recorder_note(here, type, id);
	errno = saved;
}

/* ---- entries ------------------------------------------------------------------------------ */

#define HERE                                                                                                 \
	struct unwind_start here;                                                                            \
	UNWIND_HERE(&here)

static ENTRY void api_mark(const char *label)
{
	HERE;
	note(&here, EXT_MARK, label);
}

static ENTRY void api_begin(const char *phase)
{
	HERE;
	note(&here, EXT_BEGIN, phase);
}

static ENTRY void api_end(const char *phase)
{
	HERE;
	note(&here, EXT_END, phase);
}

static bool track_takes(const void *pointer, size_t size_bytes)
{
	return pointer && !sample_passes(size_bytes) && sample_takes(pointer, size_bytes, true);
}

static ENTRY void api_track_alloc(const void *pointer, size_t size_bytes)
{
	HERE;
	if (track_takes(pointer, size_bytes))
		recorder_tracked(&here, pointer, size_bytes, 0);
}

static ENTRY void api_track_alloc_typed(const void *pointer, size_t size_bytes, const char *type_name)
{
	HERE;
	if (!track_takes(pointer, size_bytes))
		return;
	int saved = errno;
	recorder_tracked(&here, pointer, size_bytes, type_label(type_name));
	errno = saved;
}

static ENTRY void api_track_free(const void *pointer)
{
	HERE;
	if (!pointer || sample_missed(pointer))
		return;
	enum sample_end end = sample_ends(pointer, true);
	if (end != SAMPLE_UNSEEN)
		recorder_ending(&here, pointer, RECORD_TRACK_FREE, end == SAMPLE_TEMPORARY);
}

static ENTRY void api_gc_begin(uint32_t generation)
{
	HERE;
	recorder_note(&here, EXT_GC_BEGIN, generation);
}

static ENTRY void api_gc_end(const struct mprof_gc_info *info)
{
	static const struct mprof_gc_info nothing;
	HERE;
	const struct mprof_gc_info *did = info ? info : &nothing;
	const uint64_t values[] = {did->candidates, did->collected, did->uncollectable, did->freed_bytes,
				   did->duration_ns};

	recorder_note_values(&here, EXT_GC_END, did->generation, values, sizeof(values) / sizeof(*values));
}

static ENTRY void api_cache(const char *name, uint64_t entries, uint64_t hits, uint64_t misses,
			    uint64_t size_bytes)
{
	HERE;
	const uint64_t values[] = {entries, hits, misses, size_bytes};
	int saved = errno;
	uint32_t id = label_id(name ? name : "");

	if (id)
		recorder_note_values(&here, EXT_CACHE, id, values, sizeof(values) / sizeof(*values));
	errno = saved;
}

/* Only the drainer knows sizes by address, so it is asked, and awaited while it lives. */
static int64_t api_live_bytes(void)
{
	static const struct timespec moment = {.tv_nsec = SYNC_POLL_NS};
	struct session_header *session = recorder_session();
	struct process *process = process_get();
	int saved = errno;

	if (!session || !process)
		return 0;
	uint64_t sequence = atomic_fetch_add_explicit(&process->syncs, 1, memory_order_relaxed) + 1;
	recorder_note(NULL, EXT_SYNC, sequence);
	uint64_t give_up_ns = moment_ns() + SYNC_WAIT_NS;
	/* Acquire: pairs with the drainer's release of `synced`; live_bytes belongs to it. */
	while (atomic_load_explicit(&session->synced, memory_order_acquire) < sequence &&
	       moment_ns() < give_up_ns) {
		thread_ring_doorbell(session);
		nanosleep(&moment, NULL);
	}
	errno = saved;
	return atomic_load_explicit(&session->live_bytes, memory_order_relaxed);
}

EXPORTED const struct mprof_runtime *mprof_runtime_v1(void)
{
	static const struct mprof_runtime runtime = {
		.size = sizeof runtime,
		.mark = api_mark,
		.begin = api_begin,
		.end = api_end,
		.pause = recorder_pause,
		.resume = recorder_resume,
		.live_bytes = api_live_bytes,
		.track_alloc = api_track_alloc,
		.track_free = api_track_free,
		.track_alloc_typed = api_track_alloc_typed,
		.gc_begin = api_gc_begin,
		.gc_end = api_gc_end,
		.cache = api_cache,
	};

	return &runtime;
}
