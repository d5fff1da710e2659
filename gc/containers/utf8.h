/*
 * utf8.h - characters among the bytes of a string.
 */
#ifndef RGC_GC_CONTAINERS_UTF8_H
#define RGC_GC_CONTAINERS_UTF8_H

#include "../core/base.h"

#include <stddef.h>
#include <stdint.h>

MPROF_RUNTIME

/* The length of the UTF-8 character at the start of `length` bytes (not 0), and its code; 0 if that is none.
 */
static inline size_t utf8_decode(const char *text, size_t length, uint32_t *code)
{
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t first = *code = bytes[0];
	if (first < 0x80)
		return 1;
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || size > length)
		return 0;
	*code = first & (0x7fu >> size);
	for (size_t i = 1; i < size; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (bytes[i] & 0x3f);
	}
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	int is_surrogate = *code >= 0xd800 && *code < 0xe000;
	return *code >= smallest[size] && *code <= 0x10ffff && !is_surrogate ? size : 0;
}

#endif
