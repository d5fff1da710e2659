/*
 * sample.c - see sample.h.  What happens once in many events: drawing, and the state behind it.
 */
#include "sample.h"

#include "base/guard.h"
#include "base/moment.h"
#include "base/pages.h"
#include "recorder.h"
#include "sample_draw.h"

__thread struct sample_thread sample_thread __attribute__((tls_model("initial-exec")));
_Atomic enum sample_mode sample_mode;
struct sample_set *_Atomic sample_set, *_Atomic sample_quick_set;

/* Of the program, whatever it forks. */
static uint64_t mean_bytes;
static uint64_t program_seed;          /* 0: none was asked for */
static _Atomic uint64_t latest_origin; /* a child's comes from its parent's */

/* A fork child finds zeroes, and so no samples and no origin. */
static struct sampler {
	_Atomic uint64_t origin;  /* what the streams of this process come from, never 0 once made */
	_Atomic uint64_t streams; /* how many there are */
	struct sample_set set;
} * sampler;

bool sample_start(uint64_t mean, uint64_t seed)
{
	if (mean > 0 && !sampler)
		sampler = pages_map(sizeof *sampler);
	bool some = mean > 0 && sampler;
	mean_bytes = mean;
	program_seed = seed;
	/* Release, all: pair with the acquires of whoever looks; the set is mapped, the mean is known. */
	atomic_store_explicit(&sample_quick_set, NULL, memory_order_release);
	atomic_store_explicit(&sample_set, some ? &sampler->set : NULL, memory_order_release);
	atomic_store_explicit(&sample_mode, some ? SAMPLE_SOME : SAMPLE_NOT, memory_order_release);
	return some || mean == 0;
}

void sample_of_heap_alone(void)
{
	/* Release: pairs with the acquire in sample_missed_of_heap. */
	atomic_store_explicit(&sample_quick_set, sample_live(), memory_order_release);
}

/* ---- randomness ------------------------------------------------------------------ */

/* Without a seed every process differs; with one, children do by their parent and their fork id. */
static uint64_t make_origin(void)
{
	uint64_t before = atomic_load_explicit(&latest_origin, memory_order_relaxed);
	uint64_t base = before ? before : program_seed;

	if (program_seed == 0)
		base ^= moment_ns() ^ (uint64_t)getpid() << 40;
	return sample_mix(base + (uint64_t)recorder_fork_id() * UINT64_C(0x5851f42d4c957f2d) + 1) | 1;
}

static uint64_t process_origin(void)
{
	/* Relaxed: the word itself is all there is to see. */
	uint64_t seen = atomic_load_explicit(&sampler->origin, memory_order_relaxed);
	uint64_t mine = seen ? 0 : make_origin();

	if (!seen && atomic_compare_exchange_strong_explicit(&sampler->origin, &seen, mine,
							     memory_order_relaxed, memory_order_relaxed)) {
		atomic_store_explicit(&latest_origin, mine, memory_order_relaxed);
		return mine;
	}
	return seen;
}

static uint64_t draw(struct sample_thread *thread)
{
	uint64_t origin = process_origin();

	if (thread->origin != origin) {
		uint64_t number = atomic_fetch_add_explicit(&sampler->streams, 1, memory_order_relaxed);
		thread->stream = sample_mix(origin + number);
		thread->origin = origin;
	}
	return sample_draw(&thread->stream, mean_bytes);
}

/* ---- blocks ---------------------------------------------------------------------- */

/* The first event asks the environment, which takes a session.  Where there is none nothing is recorded. */
static enum sample_mode learn_mode(void)
{
	enum sample_mode unknown = SAMPLE_UNKNOWN;

	if (guard == GUARD_IDLE && !recorder_session())
		atomic_compare_exchange_strong_explicit(&sample_mode, &unknown, SAMPLE_NOT,
							memory_order_relaxed, memory_order_relaxed);
	/* Acquire: pairs with the releases in sample_start; the set is mapped, the mean is known. */
	return atomic_load_explicit(&sample_mode, memory_order_acquire);
}

/* A thread's first block finds no countdown: it begins one, and may still pass. */
static bool is_sampled(struct sample_thread *thread, size_t size_bytes)
{
	bool first = thread->origin == 0;

	if (first)
		thread->left = draw(thread);
	if (first && sample_passes(size_bytes))
		return false;
	thread->left = draw(thread);
	return true;
}

bool sample_takes(const void *block, size_t size_bytes, bool tracked)
{
	struct sample_thread *thread = &sample_thread;
	/* Acquire: pairs with the release in sample_start. */
	enum sample_mode mode = atomic_load_explicit(&sample_mode, memory_order_acquire);

	if (mode == SAMPLE_UNKNOWN)
		mode = learn_mode();
	if (mode != SAMPLE_SOME)
		return true;
	if (guard == GUARD_INTERNAL || !is_sampled(thread, size_bytes))
		return false;
	thread->last_key = sample_key(block, tracked);
	thread->left_after_last = thread->left;
	sample_set_add(&sampler->set, block, tracked);
	return true;
}

enum sample_end sample_ends(const void *block, bool tracked)
{
	const struct sample_thread *thread = &sample_thread;

	if (!sample_is_on())
		return SAMPLE_SEEN;
	if (!sample_set_remove(&sampler->set, block, tracked))
		return SAMPLE_UNSEEN;
	return thread->last_key == sample_key(block, tracked) && thread->left_after_last == thread->left
		       ? SAMPLE_TEMPORARY
		       : SAMPLE_SEEN;
}

void sample_stays(const void *block)
{
	if (sample_is_on())
		sample_set_add(&sampler->set, block, false);
}
