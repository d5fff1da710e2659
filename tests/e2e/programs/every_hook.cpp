// Every function that allocates or frees, each by a function counted_NAME of its own: blocks of 100 bytes, of
// 200 after a realloc, all of them freed.  Runs those that are named, and prints their names.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

extern "C" {
// Of C23; weak, since libc may have none.
void free_sized(void *block, std::size_t size) __attribute__((weak));
void free_aligned_sized(void *block, std::size_t alignment, std::size_t size) __attribute__((weak));
}

namespace
{

constexpr std::size_t size = 100, larger = 200;
constexpr std::align_val_t alignment{64};
constexpr int rounds = 50;
volatile std::size_t too_many = -1;

void *filled(void *block, std::size_t bytes = size)
{
	if (!block)
		std::abort();
	return std::memset(block, 1, bytes);
}

} // namespace

// The compiler may leave none of it out, nor join two of them.
#define CASE(name, ...)                                                                                      \
	extern "C" __attribute__((noinline)) void counted_##name()                                           \
	{                                                                                                    \
		for (int i = 0; i < rounds; i++) {                                                           \
			__VA_ARGS__                                                                          \
			__asm__ volatile("" : : : "memory");                                                 \
		}                                                                                            \
	}

#define CASES                                                                                                \
	CASE(malloc, std::free(filled(std::malloc(size)));)                                                  \
	CASE(calloc, std::free(filled(std::calloc(4, size / 4)));)                                           \
	CASE(realloc, std::free(filled(std::realloc(filled(std::realloc(nullptr, size)), larger), larger));) \
	CASE(reallocarray,                                                                                   \
	     std::free(filled(reallocarray(filled(reallocarray(nullptr, 4, size / 4)), 4, larger / 4),       \
			      larger));)                                                                     \
	CASE(mixed, void *block = filled(std::calloc(4, size / 4));                                          \
	     std::free(filled(reallocarray(block, 4, larger / 4), larger));)                                 \
	CASE(shrunk, void *block = filled(std::malloc(larger), larger);                                      \
	     std::free(std::realloc(block, size));)                                                          \
	CASE(overflow, if (reallocarray(nullptr, too_many, 2) || errno != ENOMEM) std::abort(); errno = 0;)  \
	CASE(free_sized, void *block = filled(std::malloc(size)); if (free_sized) free_sized(block, size);   \
	     else std::free(block);)                                                                         \
	CASE(free_aligned_sized, void *block = filled(aligned_alloc(64, 128), 128);                          \
	     if (free_aligned_sized) free_aligned_sized(block, 64, 128); else std::free(block);)             \
	CASE(posix_memalign, void *block; if (posix_memalign(&block, 64, size)) std::abort();                \
	     std::free(filled(block));)                                                                      \
	CASE(aligned_alloc, std::free(filled(aligned_alloc(64, 128), 128));)                                 \
	CASE(memalign, std::free(filled(memalign(64, size)));)                                               \
	CASE(valloc, std::free(filled(valloc(size)));)                                                       \
	CASE(pvalloc, std::free(filled(pvalloc(size)));)                                                     \
	CASE(malloc_usable_size, void *block = filled(std::malloc(size));                                    \
	     if (malloc_usable_size(block) < size) std::abort(); std::free(block);)                          \
	CASE(new, ::operator delete(filled(::operator new(size)));)                                          \
	CASE(new_sized, ::operator delete(filled(::operator new(size)), size);)                              \
	CASE(new_nothrow, ::operator delete(filled(::operator new(size, std::nothrow)), std::nothrow);)      \
	CASE(new_aligned, ::operator delete(filled(::operator new(size, alignment)), alignment);)            \
	CASE(new_aligned_sized,                                                                              \
	     ::operator delete(filled(::operator new(size, alignment)), size, alignment);)                   \
	CASE(new_aligned_nothrow, ::operator delete(filled(::operator new(size, alignment, std::nothrow)),   \
						    alignment, std::nothrow);)                               \
	CASE(array, ::operator delete[](filled(::operator new[](size)));)                                    \
	CASE(array_sized, ::operator delete[](filled(::operator new[](size)), size);)                        \
	CASE(array_nothrow,                                                                                  \
	     ::operator delete[](filled(::operator new[](size, std::nothrow)), std::nothrow);)               \
	CASE(array_aligned, ::operator delete[](filled(::operator new[](size, alignment)), alignment);)      \
	CASE(array_aligned_sized,                                                                            \
	     ::operator delete[](filled(::operator new[](size, alignment)), size, alignment);)               \
	CASE(array_aligned_nothrow,                                                                          \
	     ::operator delete[](filled(::operator new[](size, alignment, std::nothrow)), alignment,         \
				 std::nothrow);)

CASES

#undef CASE
#define CASE(name, ...) {#name, counted_##name},
static const struct {
	const char *name;
	void (*run)();
} cases[] = {CASES};

#ifdef TAKE_ADDRESSES
// Read where a call could not be: the linker has to give them addresses of the program's own.
static void *(*const volatile allocates)(std::size_t) = std::malloc;
static void *(*const volatile reallocates)(void *, std::size_t) = std::realloc;
static void (*const volatile frees)(void *) = std::free;
#endif

int main(int count, char **names)
{
#ifdef TAKE_ADDRESSES
	frees(reallocates(allocates(size), larger));
#endif
	for (int i = 1; i < count; i++)
		for (auto &one : cases)
			if (std::strcmp(names[i], one.name) == 0) {
				one.run();
				std::puts(one.name);
			}
	if (count == 1)
		for (auto &one : cases)
			std::puts(one.name);
}
