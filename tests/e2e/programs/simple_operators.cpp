// simple_allocator.c with operators of C++, some of them, that call its functions and each other by name,
// too.
#include "simple_allocator.c"

#include <new>

void *operator new(size_t size_bytes)
{
	return malloc(size_bytes);
}
void *operator new[](size_t size_bytes)
{
	return operator new(size_bytes);
}
void operator delete(void *block) noexcept
{
	free(block);
}
void operator delete[](void *block) noexcept
{
	operator delete(block);
}
