/*
 * nearest.c - distances between words: how many letters are missing, too many, wrong, or have changed places.
 */
#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* One letter in so many may be wrong. */
#define LETTERS_PER_MISTAKE 3

struct nearest nearest_to(const char *wanted)
{
	return (struct nearest){.wanted = wanted};
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t length_of(const char *text)
{
	return strnlen(text, NEAREST_BYTES);
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The row of the table for the i-th letter of a, from the two rows before it. */
static void fill_row(size_t *row, const size_t *before, const size_t *before_that, const char *a, size_t i,
		     const char *b)
{
	size_t length = length_of(b);

	row[0] = i;
	for (size_t j = 1; j <= length; j++) {
		row[j] = least(least(row[j - 1], before[j]) + 1, before[j - 1] + !same(a[i - 1], b[j - 1]));
		if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
			row[j] = least(row[j], before_that[j - 2] + 1);
	}
}

static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAREST_BYTES + 1], length = length_of(a);

	for (size_t j = 0; j <= NEAREST_BYTES; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length; i++)
		fill_row(rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3], a, i, b);
	return rows[length % 3][length_of(b)];
}

void nearest_try(struct nearest *nearest, const char *name)
{
	size_t letters = length_of(nearest->wanted), longest = length_of(name);
	size_t most = (letters > longest ? letters : longest) / LETTERS_PER_MISTAKE;
	size_t differ = letters > longest ? letters - longest : longest - letters;

	if (differ > most)
		return;
	differ = distance(nearest->wanted, name);
	if (differ > most || (nearest->found && differ >= nearest->distance))
		return;
	nearest->found = name;
	nearest->distance = differ;
}
