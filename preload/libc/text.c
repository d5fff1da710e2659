/*
 * text.c - the shim's own memory and string functions.
 *
 * Like all of this folder: defined here under their usual names, and hidden, so that what the shim and the
 * compiler call is never a function of the program's that happens to have such a name, nor a checking tool's
 * that is not ready yet.  For libmprof.so alone; tests have libc's.  As libc's, short and simple: nothing
 * here is on the hot path.
 */
#include "arch_memory.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#define OWN __attribute__((visibility("hidden"), used))

/* ---- memory ----------------------------------------------------------------------- */

OWN void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	arch_copy(to, from, bytes);
	return to;
}

OWN void *memset(void *to, int byte, size_t bytes)
{
	arch_fill(to, (unsigned char)byte, bytes);
	return to;
}

OWN void *memmove(void *to, const void *from, size_t bytes)
{
	char *target = to;
	const char *source = from;

	/* Forwards, unless that would overwrite what is still to be read. */
	if ((uintptr_t)target - (uintptr_t)source >= bytes)
		return memcpy(to, from, bytes);
	for (uint64_t word; bytes >= sizeof word;) {
		bytes -= sizeof word;
		__builtin_memcpy(&word, source + bytes, sizeof word);
		__builtin_memcpy(target + bytes, &word, sizeof word);
	}
	while (bytes-- > 0)
		target[bytes] = source[bytes];
	return to;
}

OWN int memcmp(const void *left, const void *right, size_t bytes)
{
	const unsigned char *a = left, *b = right;

	for (; bytes > 0; bytes--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

/* What clang makes of a memcmp that is asked for equality only. */
OWN int bcmp(const void *left, const void *right, size_t bytes)
{
	return memcmp(left, right, bytes);
}

OWN void *memchr(const void *in, int byte, size_t bytes)
{
	const unsigned char *at = in;

	for (; bytes > 0; bytes--, at++)
		if (*at == (unsigned char)byte)
			return (void *)(uintptr_t)at;
	return NULL;
}

/* ---- strings ---------------------------------------------------------------------- */

OWN size_t strlen(const char *text)
{
	const char *end = text;

	while (*end)
		end++;
	return (size_t)(end - text);
}

OWN int strncmp(const char *left, const char *right, size_t bytes)
{
	for (; bytes > 0; bytes--, left++, right++)
		if (*left != *right || !*left)
			return (unsigned char)*left - (unsigned char)*right;
	return 0;
}

OWN int strcmp(const char *left, const char *right)
{
	return strncmp(left, right, SIZE_MAX);
}

OWN char *strcpy(char *restrict to, const char *restrict from)
{
	return memcpy(to, from, strlen(from) + 1);
}

OWN char *strncpy(char *restrict to, const char *restrict from, size_t bytes)
{
	size_t at = 0;

	for (; at < bytes && from[at]; at++)
		to[at] = from[at];
	memset(to + at, 0, bytes - at);
	return to;
}

OWN char *strchr(const char *text, int byte)
{
	return memchr(text, byte, strlen(text) + 1);
}

OWN char *strrchr(const char *text, int byte)
{
	for (const char *at = text + strlen(text) + 1; at-- > text;)
		if (*at == (char)byte)
			return (char *)(uintptr_t)at;
	return NULL;
}

OWN char *strstr(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; strncmp(text, part, length) != 0; text++)
		if (!*text)
			return NULL;
	return (char *)(uintptr_t)text;
}

OWN size_t strspn(const char *text, const char *accepted)
{
	size_t length = 0;

	while (text[length] && strchr(accepted, text[length]))
		length++;
	return length;
}

OWN size_t strcspn(const char *text, const char *rejected)
{
	size_t length = 0;

	while (text[length] && !strchr(rejected, text[length]))
		length++;
	return length;
}
