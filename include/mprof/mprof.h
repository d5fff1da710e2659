/*
 * mprof.h - annotations for programs that are run under the mprof memory profiler.
 *
 * Header only, C11 and C++11 or later, gcc and clang.  Nothing has to be linked: the functions find
 * the profiler's shim (LD_PRELOAD=libmprof.so, or `mprof run`) when they are first called, and are
 * no-ops where there is none, at the price of a load and a compare.
 *
 * Threads: every function may be called from any thread at any time.
 * Signals: once one of these functions has been called in a source file, all but mprof_live_bytes are
 * async-signal-safe in that file.  The very first call is not: it asks the dynamic linker for the
 * shim.  (Without a shim that question fails, which replaces the message that dlerror() returns.)
 * Labels are copied; a null pointer counts as "".
 *
 * The shim is reached by dlsym, which is part of libc since glibc 2.34.  With an older glibc, link
 * non-PIE programs with -ldl, or their calls remain no-ops; PIE programs need nothing.  Statically linked
 * programs cannot be recorded at all; there too everything here links, and does nothing.
 */
#ifndef MPROF_MPROF_H
#define MPROF_MPROF_H

#include <stddef.h>
#include <stdint.h>

/* The release that this header belongs to. */
#define MPROF_VERSION "0.1.0"
#define MPROF_VERSION_MAJOR 0
#define MPROF_VERSION_MINOR 1
#define MPROF_VERSION_PATCH 0

/*
 * Marks a function whose line table `mprof report` prints by default:
 *
 *     MPROF_PROFILE static double *my_function(void)      before the definition, or on a line above it
 *
 *     template <class T> void Pool<T>::grow()
 *     {
 *             MPROF_PROFILE                               as a statement in the body: always possible but in
 *             ...                                         constexpr functions, and the only way for
 *     }                                                   functions that are defined inside a class
 *
 * It costs nothing at run time: the place is written to a section that is not loaded.  A semicolon after
 * it is harmless in a body and an empty declaration outside.  Put it before everything that belongs
 * to the definition (`template`, `extern "C"`, attributes).  A mark belongs to the function of its file that
 * starts at its line, encloses it, or starts within the next 20 lines; only functions of which the compiler
 * keeps code count.
 */
#define MPROF_PROFILE MPROF_INTERNAL_PROFILE(__FILE__, __LINE__)

/* Stringizing keeps the quotes and escapes of __FILE__, which the assembler reads as the compiler does.
 * "MS": equal strings (template instances, inlined copies) are merged by the linker. */
#define MPROF_INTERNAL_PROFILE(file, line) MPROF_INTERNAL_PLACE(file, line)
#define MPROF_INTERNAL_PLACE(file, line)                                                                     \
	__asm__(".pushsection .mprof.profile,\"MS\",%progbits,1\n\t.ascii " #file "\n\t.asciz \":" #line     \
		"\"\n\t.popsection");

/*
 * Once in a source file of an allocator, a collector or a container library, outside of functions: what is
 * defined in that file is machinery, and reports blame its callers, as they do for malloc's.  In a private
 * header of the library, it speaks for all source files that include it.
 */
#define MPROF_RUNTIME MPROF_INTERNAL_RUNTIME(__BASE_FILE__, __FILE__)
#define MPROF_INTERNAL_RUNTIME(base, file) MPROF_INTERNAL_FILES(base, file)
#define MPROF_INTERNAL_FILES(base, file)                                                                     \
	__asm__(".pushsection .mprof.runtime,\"MS\",%progbits,1\n\t.asciz " #base "\n\t.asciz " #file        \
		"\n\t.popsection");

#ifdef __cplusplus
#define MPROF_INTERNAL_NULL nullptr
extern "C" {
#else
#define MPROF_INTERNAL_NULL NULL
#endif

/*
 * What a collection did, for mprof_gc_end.  Zero is always a possible answer.
 */
struct mprof_gc_info {
	uint32_t generation;    /* the oldest one that was looked at */
	uint64_t candidates;    /* objects that were looked at */
	uint64_t collected;     /* objects that were found unreachable, and freed */
	uint64_t uncollectable; /* objects that were found unreachable, and could not be freed */
	uint64_t freed_bytes;   /* what the collected ones took */
	uint64_t duration_ns;   /* how long the program stood still; 0: as long as mprof measures */
};

/* What the shim offers.  Fields are only ever appended; `size` (bytes) says how many a shim has: those
 * up to track_free are in every one.  Programs use the functions further down, not this. */
struct mprof_runtime {
	uint32_t size;
	void (*mark)(const char *label);
	void (*begin)(const char *phase);
	void (*end)(const char *phase);
	void (*pause)(void);
	void (*resume)(void);
	int64_t (*live_bytes)(void);
	void (*track_alloc)(const void *pointer, size_t size_bytes);
	void (*track_free)(const void *pointer);
	void (*track_alloc_typed)(const void *pointer, size_t size_bytes, const char *type_name);
	void (*gc_begin)(uint32_t generation);
	void (*gc_end)(const struct mprof_gc_info *info);
	void (*cache)(const char *name, uint64_t entries, uint64_t hits, uint64_t misses,
		      uint64_t size_bytes);
};

/* Exported by the shim; the table is constant and lives as long as the process. */
const struct mprof_runtime *mprof_runtime_v1(void);

/* A weak reference to dlsym under a name of its own, so that it neither conflicts with <dlfcn.h> nor
 * makes anything be linked.  A weak mprof_runtime_v1 would not do: the linker settles weak symbols that no
 * library defines as null for good in position-dependent programs. */
static void *mprof_internal_dlsym(void *handle, const char *name) __attribute__((weakref("dlsym")));

/* Never null; .size is 0 where there is no shim.  Relaxed: nothing is published through the pointer, since
 * both tables are constant, and threads that race here find the same answer. */
static const struct mprof_runtime *mprof_internal_find(const struct mprof_runtime **cache)
	__attribute__((noinline, cold, unused));
static const struct mprof_runtime *mprof_internal_find(const struct mprof_runtime **cache)
{
	static struct mprof_runtime absent;
	const struct mprof_runtime *runtime = &absent;
	void *symbol = MPROF_INTERNAL_NULL;
	if (mprof_internal_dlsym)
		symbol = mprof_internal_dlsym(MPROF_INTERNAL_NULL /* RTLD_DEFAULT */, "mprof_runtime_v1");
	if (symbol) {
		const struct mprof_runtime *(*entry)(void);
		__builtin_memcpy(&entry, &symbol, sizeof entry);
		runtime = entry();
	}
	__atomic_store_n(cache, runtime, __ATOMIC_RELAXED);
	return runtime;
}

/* always_inline: also without optimisation, the call into the shim stands in the caller's own frame. */
#define MPROF_INTERNAL_API static inline __attribute__((always_inline, unused))

/* Keeps the call before it from becoming a jump, which would take the caller off the recorded call path. */
#define MPROF_INTERNAL_NO_TAIL_CALL __asm__ volatile("")

/* The shim's table, or null. */
MPROF_INTERNAL_API const struct mprof_runtime *mprof_internal_runtime(void)
{
	static const struct mprof_runtime *cache;
	const struct mprof_runtime *runtime = __atomic_load_n(&cache, __ATOMIC_RELAXED);
	if (__builtin_expect(!runtime, 0))
		runtime = mprof_internal_find(&cache);
	return __builtin_expect(runtime->size != 0, 0) ? runtime : MPROF_INTERNAL_NULL;
}

/* Whether a shim's table goes as far as this field: an older one does not. */
#define MPROF_INTERNAL_HAS(runtime, field)                                                                   \
	((runtime) && (runtime)->size >= offsetof(struct mprof_runtime, field) + sizeof((runtime)->field))

/* Non-zero if the shim is loaded, paused or not. */
MPROF_INTERNAL_API int mprof_recording(void)
{
	return mprof_internal_runtime() != MPROF_INTERNAL_NULL;
}

/* Puts a labelled point on the timeline. */
MPROF_INTERNAL_API void mprof_mark(const char *label)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->mark(label);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/* Begins a phase: a labelled interval of the timeline, up to mprof_end with an equal label, from any thread.
 */
MPROF_INTERNAL_API void mprof_begin(const char *phase)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->begin(phase);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

MPROF_INTERNAL_API void mprof_end(const char *phase)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->end(phase);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/* Stops recording, for the whole process, until mprof_resume.  Blocks allocated meanwhile stay out of every
 * figure, their later free included; frees of blocks that were recorded are still taken into account. */
MPROF_INTERNAL_API void mprof_pause(void)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->pause();
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

MPROF_INTERNAL_API void mprof_resume(void)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->resume();
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/* Bytes that are allocated now and recorded, all threads, as requested by the program; 0 without the shim, so
 * ask mprof_recording() before judging it.  Waits for the recorder to catch up: for tests and logs, not for
 * inner loops or signal handlers. */
MPROF_INTERNAL_API int64_t mprof_live_bytes(void)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	return runtime ? runtime->live_bytes() : 0;
}

/*
 * For allocators of one's own: report that a block of size_bytes at `pointer` came into being, and that it
 * ended. Such blocks have a key space of their own: a tracked pointer may coincide with one from malloc.
 * Report an allocation after it is made and a free before it is carried out, so that another thread cannot
 * get the address in between.
 *
 * They add to the same totals as malloc's blocks.  A pool whose slabs come from malloc would count twice:
 * take slabs by mmap, or allocate them between mprof_pause and mprof_resume, or track blocks only where slabs
 * are of no interest. A moved or resized block is a free and an allocation.  A null pointer is ignored.
 */
MPROF_INTERNAL_API void mprof_track_alloc(const void *pointer, size_t size_bytes)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->track_alloc(pointer, size_bytes);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

MPROF_INTERNAL_API void mprof_track_free(const void *pointer)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (runtime) {
		runtime->track_free(pointer);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/* mprof_track_alloc for a block of which the type is known: `mprof gc` says by type what lived.  The name is
 * known again by its address, so it must stay as it is as long as the process lives: a string literal. A null
 * name is none.  The block ends by mprof_track_free. */
MPROF_INTERNAL_API void mprof_track_alloc_typed(const void *pointer, size_t size_bytes, const char *type_name)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (MPROF_INTERNAL_HAS(runtime, track_alloc_typed)) {
		runtime->track_alloc_typed(pointer, size_bytes, type_name);
		MPROF_INTERNAL_NO_TAIL_CALL;
	} else if (runtime) {
		runtime->track_alloc(pointer, size_bytes);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/*
 * For garbage collectors of one's own: the calling thread begins to collect, and has collected.  Blocks,
 * malloc's and tracked ones, that it frees in between count as freed by the collector; what it resizes does
 * not. Collections of one thread nest; those of several threads are apart.
 *
 * Both calls belong into one function.  Reports name as what had a collection run the innermost line of the
 * program that is outside that function's source file, or else outside that function.
 */
MPROF_INTERNAL_API void mprof_gc_begin(uint32_t generation)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (MPROF_INTERNAL_HAS(runtime, gc_begin)) {
		runtime->gc_begin(generation);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

MPROF_INTERNAL_API void mprof_gc_end(const struct mprof_gc_info *info)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (MPROF_INTERNAL_HAS(runtime, gc_end)) {
		runtime->gc_end(info);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

/* Says how a cache stands at this moment: its entries, how many look-ups it has answered and not answered
 * so far, and the bytes that it keeps alive.  The last word about a name counts: say it when there is time
 * for it, and at the end.  A name "program+0x1234", a file and how far from its beginning in memory, is shown
 * as that of the function there.  Every name is kept: they should be few. */
MPROF_INTERNAL_API void mprof_cache(const char *name, uint64_t entries, uint64_t hits, uint64_t misses,
				    uint64_t size_bytes)
{
	const struct mprof_runtime *runtime = mprof_internal_runtime();
	if (MPROF_INTERNAL_HAS(runtime, cache)) {
		runtime->cache(name, entries, hits, misses, size_bytes);
		MPROF_INTERNAL_NO_TAIL_CALL;
	}
}

#ifdef __cplusplus
}
#endif

#endif
