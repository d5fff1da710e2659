/*
 * allocator.c - trials of the allocators before and behind us; see allocator.h.
 *
 * Start-up only.  A block is only ever given to a free that the program itself would give it to.
 */
#include "allocator.h"

#include "operators.h"
#include "record/sample.h"

#include <errno.h>

#define TRIAL_BYTES ((size_t)16)
#define TRIAL_LARGER_BYTES ((size_t)1 << 20) /* nobody has that much behind a block of the size above */
#define TRIAL_ALIGNMENT ((size_t)64)

struct allocator_records allocator_records;
bool allocator_hidden, allocator_came_by;

/* The functions that call others of ours by name, as they were found; `real` has those below in their place.
 */
static struct real_functions loud;

/* Makes the call; true if one of our functions was called meanwhile. */
#define COMES_BY_OURS(call)                                                                                  \
	({                                                                                                   \
		allocator_came_by = false;                                                                   \
		call;                                                                                        \
		allocator_came_by;                                                                           \
	})

/* ---- whose functions are whose ------------------------------------------------------------ */

#define HOOK(name, result, parameters) extern __attribute__((visibility("default"))) result name parameters;
#include "hooks.def"

/* The linker's: where this library begins and ends. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

/* For an exported function: the dynamic linker has given us the definition that everybody has.  (dlsym would
 * not do, which passes over what libc_malloc_debug has.)  A position-dependent program that takes the address
 * of a function has an entry of its own as that, which leads on to who knows where. */
static bool is_ours(uintptr_t function)
{
	return function - (uintptr_t)__ehdr_start < (uintptr_t)_end - (uintptr_t)__ehdr_start;
}

bool allocator_heap_is_ours(void)
{
	return is_ours((uintptr_t)malloc) && is_ours((uintptr_t)calloc) && is_ours((uintptr_t)realloc) &&
	       is_ours((uintptr_t)free);
}

static bool operators_are_ours(void)
{
	bool all = true;

#define HOOK(name, result, parameters)
#define HOOK_OPTIONAL(name, result, parameters)
#define HOOK_OPERATOR(name, result, parameters) all &= is_ours((uintptr_t)name);
#include "hooks.def"
	return all;
}

/* ---- before us ----------------------------------------------------------------------- */

static bool block_comes_by_ours(void *(*allocate)(void))
{
	void *volatile block;
	bool begins = COMES_BY_OURS(block = allocate()), ends = COMES_BY_OURS(free(block));

	return begins && ends;
}

/* These go where the program's own calls go. */
static void *by_malloc(void)
{
	return malloc(TRIAL_BYTES);
}

static void *by_calloc(void)
{
	return calloc(1, TRIAL_BYTES);
}

static void *by_realloc(void)
{
	return realloc(NULL, TRIAL_BYTES);
}

/* Of who has no more than a malloc and a free, libc's calloc is not tried: its block would be given to that
 * free. */
static bool heap_comes_by_ours(void)
{
	return block_comes_by_ours(by_malloc) && block_comes_by_ours(by_calloc) &&
	       block_comes_by_ours(by_realloc);
}

/* ---- behind us ------------------------------------------------------------------------ */

/* What the real function does by calling others of ours is no event, and no part of a sample's countdown. */
#define QUIETLY(statement)                                                                                   \
	do {                                                                                                 \
		int outer_ = guard_enter_internal();                                                         \
		uint64_t left_ = sample_thread.left;                                                         \
		statement;                                                                                   \
		sample_thread.left = left_;                                                                  \
		guard_leave(outer_);                                                                         \
	} while (0)

#define QUIET(name, result, parameters, arguments)                                                           \
	static result quiet_##name parameters                                                                \
	{                                                                                                    \
		result made;                                                                                 \
                                                                                                             \
		QUIETLY(made = loud.name arguments);                                                         \
		return made;                                                                                 \
	}

QUIET(malloc, void *, (size_t size_bytes), (size_bytes))
QUIET(calloc, void *, (size_t count, size_t size_bytes), (count, size_bytes))
QUIET(realloc, void *, (void *block, size_t size_bytes), (block, size_bytes))
QUIET(posix_memalign, int, (void **block, size_t alignment, size_t size_bytes),
      (block, alignment, size_bytes))
QUIET(aligned_alloc, void *, (size_t alignment, size_t size_bytes), (alignment, size_bytes))
QUIET(memalign, void *, (size_t alignment, size_t size_bytes), (alignment, size_bytes))
QUIET(valloc, void *, (size_t size_bytes), (size_bytes))
QUIET(pvalloc, void *, (size_t size_bytes), (size_bytes))

static void quiet_free(void *block)
{
	QUIETLY(loud.free(block));
}

#define HUSH(name)                                                                                           \
	do {                                                                                                 \
		loud.name = real.name;                                                                       \
		real.name = quiet_##name;                                                                    \
	} while (0)

/* Not for what libc has in the allocator's stead, whose blocks are not to be freed by it. */
#define TRY(name, ...)                                                                                       \
	do {                                                                                                 \
		void *volatile block = NULL;                                                                 \
		if (!real_is_of_the_allocator((const void *)(uintptr_t)real.name))                           \
			break;                                                                               \
		if (COMES_BY_OURS(block = real.name(__VA_ARGS__)))                                           \
			HUSH(name);                                                                          \
		real.free(block);                                                                            \
	} while (0)

static void *aligned(size_t alignment, size_t size_bytes)
{
	void *block;

	return real.posix_memalign(&block, alignment, size_bytes) ? NULL : block;
}

static void try_free(void)
{
	void *block = real.malloc(TRIAL_BYTES);

	if (COMES_BY_OURS(real.free(block)))
		HUSH(free);
}

/* Grows a block, since one that has room may stay. */
static void try_realloc(void)
{
	void *block = real.malloc(TRIAL_BYTES), *moved = NULL;

	if (!real_is_of_the_allocator((const void *)(uintptr_t)real.realloc))
		return;
	if (COMES_BY_OURS(moved = real.realloc(block, TRIAL_LARGER_BYTES)))
		HUSH(realloc);
	real.free(moved ? moved : block);
}

static void try_posix_memalign(void)
{
	void *block = NULL;

	if (!real_is_of_the_allocator((const void *)(uintptr_t)real.posix_memalign))
		return;
	if (COMES_BY_OURS(block = aligned(TRIAL_ALIGNMENT, TRIAL_BYTES)))
		HUSH(posix_memalign);
	real.free(block);
}

static void try_heap(void)
{
	TRY(malloc, TRIAL_BYTES);
	try_free();
	TRY(calloc, 1, TRIAL_BYTES);
	try_realloc();
	try_posix_memalign();
	TRY(aligned_alloc, TRIAL_ALIGNMENT, TRIAL_ALIGNMENT);
	TRY(memalign, TRIAL_ALIGNMENT, TRIAL_BYTES);
	TRY(valloc, TRIAL_BYTES);
	TRY(pvalloc, TRIAL_BYTES);
}

/* ---- operators of C++ ------------------------------------------------------------------- */

static const char nothrow;

/* Handlers of the program's run within operators new, and exceptions leave them: nothing can be kept quiet
 * there. So one that comes by ours leaves it to that to record.  The array forms come last, since they call
 * others. */
#define TRY_NEW(name, delete, ...)                                                                           \
	do {                                                                                                 \
		void *volatile block = NULL;                                                                 \
		if (!real.name)                                                                              \
			break;                                                                               \
		allocator_records.name = !COMES_BY_OURS(block = real.name(__VA_ARGS__));                     \
		real.delete;                                                                                 \
	} while (0)

static void try_operators(void)
{
	if (!real._ZdlPv || !real._ZdaPv)
		return;
	TRY_NEW(_Znwm, _ZdlPv(block), TRIAL_BYTES);
	TRY_NEW(_ZnwmRKSt9nothrow_t, _ZdlPv(block), TRIAL_BYTES, &nothrow);
	TRY_NEW(_Znam, _ZdaPv(block), TRIAL_BYTES);
	TRY_NEW(_ZnamRKSt9nothrow_t, _ZdaPv(block), TRIAL_BYTES, &nothrow);
}

/* As above.  A runtime's are not tried: they come by our aligned_alloc, or lead to libc's where the allocator
 * has none. */
static void try_aligned_operators(void)
{
	if (!real_is_of_the_allocator((const void *)(uintptr_t)real._ZnwmSt11align_val_t) ||
	    !real._ZdlPvSt11align_val_t || !real._ZdaPvSt11align_val_t)
		return;
	TRY_NEW(_ZnwmSt11align_val_t, _ZdlPvSt11align_val_t(block, TRIAL_ALIGNMENT), TRIAL_BYTES,
		TRIAL_ALIGNMENT);
	TRY_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, _ZdlPvSt11align_val_t(block, TRIAL_ALIGNMENT),
		TRIAL_BYTES, TRIAL_ALIGNMENT, &nothrow);
	TRY_NEW(_ZnamSt11align_val_t, _ZdaPvSt11align_val_t(block, TRIAL_ALIGNMENT), TRIAL_BYTES,
		TRIAL_ALIGNMENT);
	TRY_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, _ZdaPvSt11align_val_t(block, TRIAL_ALIGNMENT),
		TRIAL_BYTES, TRIAL_ALIGNMENT, &nothrow);
}

/* Operators delete keep quiet what they call, so each may record in any case. */
static void record_operators_delete(void)
{
#define HOOK(name, result, parameters)
#define HOOK_OPTIONAL(name, result, parameters)
#define HOOK_OPERATOR(name, result, parameters)                                                              \
	if (#name[2] == 'd')                                                                                 \
		allocator_records.name = true;
#include "hooks.def"
}

/* Only operators can be recorded, by those of them that all others call.  If some are the allocator's, a
 * block may begin by one of these and end by one of ours, so that none is. */
static void record_operators_alone(void)
{
	if (!operators_are_ours())
		return;
	allocator_records._Znwm = true; /* if there is no C++ yet */
	try_operators();
	allocator_records._ZnwmSt11align_val_t = allocator_records._Znwm;
	allocator_records._ZnwmSt11align_val_tRKSt9nothrow_t = allocator_records._ZnwmRKSt9nothrow_t;
	allocator_records._ZnamSt11align_val_t = allocator_records._Znam;
	allocator_records._ZnamSt11align_val_tRKSt9nothrow_t = allocator_records._ZnamRKSt9nothrow_t;
	record_operators_delete();
}

static void record_operators_of_the_allocator(void)
{
	if (!real_is_of_the_allocator((const void *)(uintptr_t)real._Znwm))
		return;
	try_operators();
	try_aligned_operators();
	record_operators_delete();
}

/* ---- once ----------------------------------------------------------------------------- */

static bool examined;

static void examine(void)
{
	allocator_hidden = !allocator_heap_is_ours() && !heap_comes_by_ours();
	/* Not earlier: the message of a lookup that fails is given to the program's free by the next lookup,
	 * and that free may itself have to look for one at its first call. */
	real_find_optional();
	if (!real._Znwm && !allocator_hidden)
		operators_withdraw();
	if (allocator_hidden) {
		record_operators_alone();
	} else if (!real_allocator_is_libc()) {
		try_heap();
		record_operators_of_the_allocator();
	}
}

void allocator_examine(void)
{
	int saved = errno, outer = guard_enter(GUARD_TRIAL);
	uint64_t left = sample_thread.left;

	/* Nothing passes as not sampled. */
	sample_thread.left = 0;
	examine();
	sample_thread.left = left;
	guard_leave(outer);
	examined = true;
	errno = saved;
}

bool allocator_is_known(void)
{
	return examined || allocator_heap_is_ours();
}
