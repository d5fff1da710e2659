// Replaces the global operators: each block has a header in front, and must be counted once.
#include <cstdio>
#include <cstdlib>
#include <new>

void *operator new(std::size_t size_bytes)
{
	void *block = std::malloc(size_bytes + 16);
	if (!block)
		throw std::bad_alloc();
	return static_cast<char *>(block) + 16;
}

void operator delete(void *block) noexcept
{
	if (block)
		std::free(static_cast<char *>(block) - 16);
}

void operator delete(void *block, std::size_t) noexcept
{
	operator delete(block);
}

static int *volatile kept;

static void counted_new()
{
	for (int i = 0; i < 100; i++) {
		kept = new int(i);
		delete kept;
	}
}

int main()
{
	counted_new();
	std::puts("done");
}
