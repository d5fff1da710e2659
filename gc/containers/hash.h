/*
 * hash.h - the hash of bytes, which nobody who knows the bytes can predict.
 */
#ifndef RGC_GC_CONTAINERS_HASH_H
#define RGC_GC_CONTAINERS_HASH_H

#include <stddef.h>

/*
 * SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) by a key of the process: at
 * random, or by RGC_HASHSEED, as PYTHONHASHSEED: "random", or a number below 2^32, of which 0 is a key of
 * zeroes.  So keys that are chosen to fall on each other do so in no other process.  Never 0.  O(length).
 * Safe in any thread.
 */
size_t rgc__bytes_hash(const void *bytes, size_t length);

#endif
