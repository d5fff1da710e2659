/*
 * real.c - finding the real functions, and an arena for those who allocate meanwhile.
 *
 * dlsym may itself allocate (its error text, at least); what it asks for while it runs for
 * us comes from a bump arena of mapped memory, which is recognised by its address when it
 * comes back to free, realloc or malloc_usable_size.  Runs before any constructor.
 */
#include "real.h"

#include "base/guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define BOOTSTRAP_ALIGN 16u

/* ---- bootstrap arena ------------------------------------------------------ */

#define NOWHERE (-(uintptr_t)REAL_BOOTSTRAP_BYTES)

uintptr_t real_bootstrap_start = NOWHERE;
static _Atomic size_t bootstrap_used;

/* The size stands in the 16 bytes before each block. */
static void *bootstrap_allocate(size_t alignment, size_t size_bytes)
{
	if (real_bootstrap_start == NOWHERE) {
		void *map = mmap(NULL, REAL_BOOTSTRAP_BYTES, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (map == MAP_FAILED)
			return NULL;
		real_bootstrap_start = (uintptr_t)map;
	}
	if (alignment < BOOTSTRAP_ALIGN)
		alignment = BOOTSTRAP_ALIGN;
	if (size_bytes > REAL_BOOTSTRAP_BYTES || alignment > REAL_BOOTSTRAP_BYTES)
		return NULL;
	size_t room = size_bytes + 2 * alignment;
	size_t start = atomic_fetch_add_explicit(&bootstrap_used, room, memory_order_relaxed);
	if (start + room > REAL_BOOTSTRAP_BYTES)
		return NULL;
	uintptr_t block = (real_bootstrap_start + start + 2 * alignment - 1) & ~(uintptr_t)(alignment - 1);
	((size_t *)block)[-1] = size_bytes;
	return (void *)block;
}

size_t real_bootstrap_size(const void *block)
{
	return ((const size_t *)block)[-1];
}

bool real_has_bootstrap(void)
{
	return real_bootstrap_start != NOWHERE;
}

/* ---- the first call of each function ------------------------------------- */

/* Whether the real functions are there now; false inside dlsym's own calls. */
static bool resolved_now(void);

static void *first_malloc(size_t size_bytes)
{
	return resolved_now() ? real.malloc(size_bytes) : bootstrap_allocate(0, size_bytes);
}

static void *first_calloc(size_t count, size_t size_bytes)
{
	size_t total;

	if (resolved_now())
		return real.calloc(count, size_bytes);
	return __builtin_mul_overflow(count, size_bytes, &total) ? NULL : bootstrap_allocate(0, total);
}

static void *first_realloc(void *block, size_t size_bytes)
{
	if (resolved_now())
		return real.realloc(block, size_bytes);
	void *moved = bootstrap_allocate(0, size_bytes);
	if (moved && block)
		memcpy(moved, block,
		       real_bootstrap_size(block) < size_bytes ? real_bootstrap_size(block) : size_bytes);
	return moved;
}

static void *first_memalign(size_t alignment, size_t size_bytes)
{
	return resolved_now() ? real.memalign(alignment, size_bytes)
			      : bootstrap_allocate(alignment, size_bytes);
}

static void first_free(void *block)
{
	if (resolved_now())
		real.free(block);
}

static size_t first_malloc_usable_size(void *block)
{
	return resolved_now() ? real.malloc_usable_size(block) : 0;
}

static int first_dlclose(void *handle)
{
	return resolved_now() ? real.dlclose(handle) : -1;
}

/* Those that a program may call before malloc; the rest are filled in with them. */
struct real_functions real = {
	.malloc = first_malloc,
	.calloc = first_calloc,
	.realloc = first_realloc,
	.memalign = first_memalign,
	.free = first_free,
	.malloc_usable_size = first_malloc_usable_size,
	.dlclose = first_dlclose,
};

/* ---- resolution ----------------------------------------------------------- */

enum { UNRESOLVED, RESOLVING, RESOLVED };
static _Atomic int resolution;

void real_resolve(void)
{
	int expected = UNRESOLVED;
	struct real_functions found;

	/* Seq_cst by default, and relaxed would do: it says who resolves, and hands nothing over. */
	if (!atomic_compare_exchange_strong(&resolution, &expected, RESOLVING))
		return;
	memset(&found, 0, sizeof found);
#define HOOK_OPTIONAL(name, result, parameters)
#define HOOK(name, result, parameters) *(void **)&found.name = dlsym(RTLD_NEXT, #name);
#include "hooks.def"
	real = found;
	/* Release: pairs with the acquire loads in real_ensure and resolved_now. */
	atomic_store_explicit(&resolution, RESOLVED, memory_order_release);
}

void real_ensure(void)
{
	/* Acquire: whoever sees RESOLVED sees the table filled. */
	if (atomic_load_explicit(&resolution, memory_order_acquire) == UNRESOLVED) {
		int outer = guard_enter_internal();
		real_resolve();
		guard_leave(outer);
	}
}

static bool resolved_now(void)
{
	real_ensure();
	/* Acquire: pairs with the release in real_resolve; the table is filled. */
	return atomic_load_explicit(&resolution, memory_order_acquire) == RESOLVED;
}

/* ---- functions that may be missing ----------------------------------------- */

/* The host must not find the message of a lookup of ours.  dlerror hands it out, then frees it. */
static void forget_lookups(void)
{
	(void)dlerror();
	(void)dlerror();
}

bool real_asan_present(void)
{
	return dlsym(RTLD_DEFAULT, "__asan_init") != NULL;
}

void real_find_optional(void)
{
	int outer = guard_enter_internal();

#define HOOK(name, result, parameters)
#define HOOK_OPTIONAL(name, result, parameters)                                                              \
	do {                                                                                                 \
		void *symbol = dlsym(RTLD_NEXT, #name);                                                      \
		if (symbol)                                                                                  \
			*(void **)&real.name = symbol;                                                       \
	} while (0);
#include "hooks.def"
	forget_lookups();
	guard_leave(outer);
}

static const void *object_of(const void *address)
{
	struct dl_find_object found;

	return _dl_find_object((void *)(uintptr_t)address, &found) == 0 ? found.dlfo_link_map : NULL;
}

bool real_is_of_the_allocator(const void *function)
{
	return function && object_of(function) == object_of((const void *)(uintptr_t)real.malloc);
}

bool real_allocator_is_libc(void)
{
	return real_is_of_the_allocator((const void *)(uintptr_t)__errno_location);
}

/* A C++ runtime that was opened with RTLD_LOCAL is not in the scope of RTLD_NEXT, while our
 * operators are in everybody's. */
void *real_find_late(const char *name)
{
	static const char *const runtimes[] = {"libstdc++.so.6", "libc++.so.1", "libc++abi.so.1"};
	int outer = guard_enter_internal();
	void *symbol = dlsym(RTLD_NEXT, name);

	for (size_t i = 0; !symbol && i < sizeof runtimes / sizeof *runtimes; i++) {
		void *handle = dlopen(runtimes[i], RTLD_LAZY | RTLD_NOLOAD);
		symbol = handle ? dlsym(handle, name) : NULL;
	}
	forget_lookups();
	guard_leave(outer);
	return symbol;
}
