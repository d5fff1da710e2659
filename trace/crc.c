/*
 * crc.c - see crc.h: four bytes at a time.  The shim has it too: no allocation, no libc beyond memcpy.
 */
#include "trace/crc.h"

#include <string.h>

/* The tables are linear over GF(2): an entry is the sum of the entries of its index's bits.
 * So eight constants a table say it all, and the compiler expands them. */
#define CRC_SUM(i, b0, b1, b2, b3, b4, b5, b6, b7)                                                           \
	(((i)&1 ? b0 : 0) ^ ((i)&2 ? b1 : 0) ^ ((i)&4 ? b2 : 0) ^ ((i)&8 ? b3 : 0) ^ ((i)&16 ? b4 : 0) ^     \
	 ((i)&32 ? b5 : 0) ^ ((i)&64 ? b6 : 0) ^ ((i)&128 ? b7 : 0))
#define CRC_ENTRY_0(i)                                                                                       \
	CRC_SUM(i, 0x77073096u, 0xee0e612cu, 0x076dc419u, 0x0edb8832u, 0x1db71064u, 0x3b6e20c8u,             \
		0x76dc4190u, 0xedb88320u)
#define CRC_ENTRY_1(i)                                                                                       \
	CRC_SUM(i, 0x191b3141u, 0x32366282u, 0x646cc504u, 0xc8d98a08u, 0x4ac21251u, 0x958424a2u,             \
		0xf0794f05u, 0x3b83984bu)
#define CRC_ENTRY_2(i)                                                                                       \
	CRC_SUM(i, 0x01c26a37u, 0x0384d46eu, 0x0709a8dcu, 0x0e1351b8u, 0x1c26a370u, 0x384d46e0u,             \
		0x709a8dc0u, 0xe1351b80u)
#define CRC_ENTRY_3(i)                                                                                       \
	CRC_SUM(i, 0xb8bc6765u, 0xaa09c88bu, 0x8f629757u, 0xc5b428efu, 0x5019579fu, 0xa032af3eu,             \
		0x9b14583du, 0xed59b63bu)
#define CRC_4(entry, i) entry((i)), entry((i) + 1), entry((i) + 2), entry((i) + 3)
#define CRC_16(entry, i) CRC_4(entry, i), CRC_4(entry, (i) + 4), CRC_4(entry, (i) + 8), CRC_4(entry, (i) + 12)
#define CRC_64(entry, i)                                                                                     \
	CRC_16(entry, i), CRC_16(entry, (i) + 16), CRC_16(entry, (i) + 32), CRC_16(entry, (i) + 48)
#define CRC_TABLE(entry)                                                                                     \
	{                                                                                                    \
		CRC_64(entry, 0), CRC_64(entry, 64), CRC_64(entry, 128), CRC_64(entry, 192)                  \
	}

uint32_t crc32_update(uint32_t crc, const void *bytes, size_t count)
{
	static const uint32_t table[4][256] = {CRC_TABLE(CRC_ENTRY_0), CRC_TABLE(CRC_ENTRY_1),
					       CRC_TABLE(CRC_ENTRY_2), CRC_TABLE(CRC_ENTRY_3)};
	const uint8_t *at = bytes;
	crc = ~crc;
	for (; count >= 4; count -= 4, at += 4) {
		uint32_t word;
		memcpy(&word, at, sizeof(word));
		word ^= crc;
		crc = table[3][word & 0xff] ^ table[2][word >> 8 & 0xff] ^ table[1][word >> 16 & 0xff] ^
		      table[0][word >> 24];
	}
	for (; count > 0; count--, at++)
		crc = crc >> 8 ^ table[0][(crc ^ *at) & 0xff];
	return ~crc;
}
