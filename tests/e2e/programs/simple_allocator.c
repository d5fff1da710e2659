/* An allocator as debugging ones are: each block has pages of its own, with one behind it that cannot be
 * touched; a block that is not its own ends the program.  It has what C90 has and no more, and its functions
 * call each other by name.  To be preloaded, or part of a program; with OPERATORS (and a C++ compiler) it has
 * operators of C++ that call malloc and free by name, too. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define MARK 0x736d706cu

struct head {
	size_t size_bytes, mapped_bytes, mark, unused;
};

static struct head *head_of(void *block)
{
	struct head *head = (struct head *)(((uintptr_t)block - sizeof(*head)) & ~(uintptr_t)15);

	if (head->mark != MARK) {
		static const char text[] = "simple_allocator: not a block of mine\n";
		if (write(STDERR_FILENO, text, sizeof(text) - 1) > 0)
			_exit(99);
	}
	return head;
}

#ifdef __cplusplus
extern "C" {
#endif

void *malloc(size_t size_bytes)
{
	size_t room = (size_bytes + 15) & ~(size_t)15;
	size_t mapped = ((room + sizeof(struct head) + PAGE - 1) & ~(size_t)(PAGE - 1)) + PAGE;
	char *map = (char *)mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == (char *)MAP_FAILED)
		return NULL;
	mprotect(map + mapped - PAGE, PAGE, PROT_NONE);
	char *block = map + mapped - PAGE - room;
	struct head head = {size_bytes, mapped, MARK, 0};
	memcpy(block - sizeof(head), &head, sizeof(head));
	return block;
}

void free(void *block)
{
	if (!block)
		return;
	struct head *head = head_of(block);
	size_t mapped = head->mapped_bytes;
	uintptr_t end = ((uintptr_t)block + head->size_bytes + 15) & ~(uintptr_t)15;
	munmap((void *)(end + PAGE - mapped), mapped);
}

void *calloc(size_t count, size_t size_bytes)
{
	return malloc(count * size_bytes);
}

void *realloc(void *block, size_t size_bytes)
{
	void *moved = malloc(size_bytes);

	if (block && moved) {
		size_t before = head_of(block)->size_bytes;
		memcpy(moved, block, before < size_bytes ? before : size_bytes);
		free(block);
	}
	return moved;
}

#ifdef __cplusplus
}
#endif
