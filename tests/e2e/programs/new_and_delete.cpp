// Blocks by operator new, half of the arrays given back; the allocator is a library's.
#include <cstdio>
#include <cstdlib>
#include <new>

__attribute__((noinline)) void counted_work(void **blocks)
{
	for (int i = 0; i < 100; i++)
		blocks[i] = ::operator new(100);
	for (int i = 0; i < 100; i++)
		::operator delete(blocks[i]);
	for (int i = 0; i < 100; i++)
		blocks[i] = ::operator new[](200);
	for (int i = 0; i < 50; i++)
		::operator delete[](blocks[i]);
	for (int i = 0; i < 10; i++)
		std::free(std::malloc(10));
}

int main()
{
	static void *blocks[100];
	counted_work(blocks);
	std::puts("done");
}
