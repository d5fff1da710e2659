/*
 * crc.h - CRC-32 (ISO-HDLC: reflected 0x04c11db7, as zlib's crc32).
 */
#ifndef MPROF_TRACE_CRC_H
#define MPROF_TRACE_CRC_H

#include <stddef.h>
#include <stdint.h>

/* Continues a checksum: 0 to begin with, or what an earlier call returned for the bytes before.  O(count). */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t count);

#endif
