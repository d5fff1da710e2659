// A library with an allocator of its own, as jemalloc is built: operator new does not come by its
// malloc, operator delete does come by its free.  It never gives anything back.
#include <cstddef>
#include <cstring>
#include <new>

namespace
{

constexpr std::size_t all_bytes = 64 << 20;
alignas(64) char space[all_bytes];
std::size_t used;

void *take(std::size_t size, std::size_t alignment = 16)
{
	std::size_t room = size + 2 * alignment + sizeof(size);
	std::size_t start = __atomic_fetch_add(&used, room, __ATOMIC_RELAXED) + sizeof(size);
	start = (start + alignment - 1) & ~(alignment - 1);
	if (start + size > all_bytes)
		return nullptr;
	std::memcpy(space + start - sizeof(size), &size, sizeof(size));
	return space + start;
}

} // namespace

extern "C" {
void *malloc(std::size_t size)
{
	return take(size);
}
void *calloc(std::size_t count, std::size_t size)
{
	return take(count * size);
}
void free(void *)
{
}
void *memalign(std::size_t alignment, std::size_t size)
{
	return take(size, alignment < 16 ? 16 : alignment);
}
void *aligned_alloc(std::size_t alignment, std::size_t size)
{
	return memalign(alignment, size);
}
int posix_memalign(void **block, std::size_t alignment, std::size_t size)
{
	return (*block = memalign(alignment, size)) ? 0 : 12;
}
void *realloc(void *block, std::size_t size)
{
	void *moved = take(size);
	std::size_t before = 0;
	if (block)
		std::memcpy(&before, static_cast<char *>(block) - sizeof(before), sizeof(before));
	return moved && block ? std::memcpy(moved, block, before < size ? before : size) : moved;
}
}

void *operator new(std::size_t size)
{
	return take(size);
}
void *operator new[](std::size_t size)
{
	return take(size);
}
void operator delete(void *block) noexcept
{
	free(block);
}
void operator delete[](void *block) noexcept
{
	free(block);
}
void operator delete(void *block, std::size_t) noexcept
{
	free(block);
}
void operator delete[](void *block, std::size_t) noexcept
{
	free(block);
}
