/* hash.c - see hash.h. */
#include "hash.h"

#include "../core/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

static uint64_t key[2];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_bool is_ready;

/* So that numbers which differ little give keys that do not (Vigna's splitmix64). */
static uint64_t spread(uint64_t *state)
{
	uint64_t word = *state += 0x9e3779b97f4a7c15;
	word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
	word = (word ^ word >> 27) * 0x94d049bb133111eb;
	return word ^ word >> 31;
}

/* Where the kernel has nothing, as early at its start: addresses and the time are better than nothing. */
static void choose_at_random(void)
{
	struct timespec now;
	if (getrandom(key, sizeof(key), GRND_NONBLOCK) == (ssize_t)sizeof(key))
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t state = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 30 ^ (uint64_t)(uintptr_t)&now << 8 ^
			 (uint64_t)(uintptr_t)key;
	key[0] = spread(&state);
	key[1] = spread(&state);
}

static void choose_key(void)
{
	const char *setting = getenv("RGC_HASHSEED");
	char *end;
	unsigned long long seed = setting && *setting ? strtoull(setting, &end, 10) : 0;
	if (!setting || !*setting || *end || seed > UINT32_MAX) {
		choose_at_random();
	} else if (seed > 0) {
		uint64_t state = seed;
		key[0] = spread(&state);
		key[1] = spread(&state);
	}
	/* Release: pairs with the acquire below; the key stands there. */
	atomic_store_explicit(&is_ready, true, memory_order_release);
}

static inline uint64_t rotated(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

struct state {
	uint64_t a, b, c, d;
};

static inline void round_once(struct state *v)
{
	v->a += v->b;
	v->b = rotated(v->b, 13) ^ v->a;
	v->a = rotated(v->a, 32);
	v->c += v->d;
	v->d = rotated(v->d, 16) ^ v->c;
	v->a += v->d;
	v->d = rotated(v->d, 21) ^ v->a;
	v->c += v->b;
	v->b = rotated(v->b, 17) ^ v->c;
	v->c = rotated(v->c, 32);
}

static inline void take_word(struct state *v, uint64_t word)
{
	v->d ^= word;
	round_once(v);
	v->a ^= word;
}

/* The last bytes, fewer than 8, as a number.  Without a loop: some are taken twice, to the same place. */
static inline uint64_t rest(const char *at, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)at;
	if (length >= 4) {
		uint32_t low, high;
		memcpy(&low, at, sizeof(low));
		memcpy(&high, at + length - sizeof(high), sizeof(high));
		return low | (uint64_t)high << 8 * (length - sizeof(high));
	}
	if (!length)
		return 0;
	size_t middle = length / 2, end = length - 1;
	return bytes[0] | (uint64_t)bytes[middle] << 8 * middle | (uint64_t)bytes[end] << 8 * end;
}

size_t rgc__bytes_hash(const void *bytes, size_t length)
{
	const char *at = bytes;
	uint64_t word, last = (uint64_t)length << 56;
	if (unlikely(!atomic_load_explicit(&is_ready, memory_order_acquire))) /* see choose_key */
		pthread_once(&once, choose_key);
	struct state v = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
			  key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
	for (; length >= sizeof(word); at += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		take_word(&v, word);
	}
	take_word(&v, last | rest(at, length));
	v.c ^= 0xff;
	for (int i = 0; i < 3; i++)
		round_once(&v);
	size_t hash = (size_t)(v.a ^ v.b ^ v.c ^ v.d);
	return hash ? hash : 1;
}
