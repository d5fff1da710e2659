/*
 * efficient_set.c - one set of numbers, kept in four ways.
 *
 * What it teaches: the container decides.  100,000 numbers below 1,000,000 take 8 bytes
 * each in an array that doubles (and its growth needs old and new at once), 4 in a sorted
 * array made to size (see what qsort takes for itself), 26 in a chained hash set, and one
 * bit for each number that might be there in a bit set.  Each function is marked, so
 * `mprof report` prints four tables.
 */
#include <mprof/mprof.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MEMBERS 100000
#define UNIVERSE 1000000
#define DOUBLED (1 << 17) /* the first power of two that holds all members */

/* The members, in an order that no container can profit from; all distinct, as 7919 and
 * UNIVERSE share no factor. */
static uint32_t member(size_t i)
{
	return (uint32_t)((uint64_t)i * 7919 % UNIVERSE);
}

static void *checked(void *block)
{
	if (!block) {
		perror("efficient_set");
		exit(EXIT_FAILURE);
	}
	return block;
}

MPROF_PROFILE static uint64_t *doubling_array(void)
{
	size_t room = 16;
	uint64_t *items = checked(malloc(room * sizeof(*items)));
	for (size_t i = 0; i < MEMBERS; i++) {
		if (i == room) {
			room *= 2;
			items = checked(realloc(items, room * sizeof(*items)));
		}
		items[i] = member(i);
	}
	return items;
}

static int by_value(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	return (a > b) - (a < b);
}

MPROF_PROFILE static uint32_t *sorted_array(void)
{
	uint32_t *items = checked(malloc(MEMBERS * sizeof(*items)));
	for (size_t i = 0; i < MEMBERS; i++)
		items[i] = member(i);
	qsort(items, MEMBERS, sizeof(*items), by_value);
	return items;
}

struct entry {
	struct entry *next;
	uint32_t value;
};

#define BUCKETS 131072

MPROF_PROFILE static struct entry **hash_set(void)
{
	struct entry **buckets = checked(calloc(BUCKETS, sizeof(struct entry *)));
	for (size_t i = 0; i < MEMBERS; i++) {
		struct entry *entry = checked(malloc(sizeof(*entry)));
		entry->value = member(i);
		entry->next = buckets[entry->value % BUCKETS];
		buckets[entry->value % BUCKETS] = entry;
	}
	return buckets;
}

MPROF_PROFILE static uint8_t *bit_set(void)
{
	uint8_t *bits = checked(calloc(UNIVERSE / 8, 1));
	for (size_t i = 0; i < MEMBERS; i++)
		bits[member(i) / 8] |= (uint8_t)(1u << member(i) % 8);
	return bits;
}

static void hash_set_free(struct entry **buckets)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		while (buckets[i]) {
			struct entry *entry = buckets[i];
			buckets[i] = entry->next;
			free(entry);
		}
	}
	free(buckets);
}

int main(void)
{
	uint64_t *array = doubling_array();
	uint32_t *sorted = sorted_array();
	struct entry **hashed = hash_set();
	uint8_t *bits = bit_set();

	printf("%d of %d possible numbers, bytes asked for:\n", MEMBERS, UNIVERSE);
	printf("%10zu  array that doubles\n", DOUBLED * sizeof(*array));
	printf("%10zu  sorted array\n", MEMBERS * sizeof(*sorted));
	printf("%10zu  hash set\n", BUCKETS * sizeof(*hashed) + MEMBERS * sizeof(**hashed));
	printf("%10d  bit set\n", UNIVERSE / 8);

	free(array);
	free(sorted);
	hash_set_free(hashed);
	free(bits);
	return EXIT_SUCCESS;
}
