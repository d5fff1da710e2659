/*
 * portions.h - a call path's figures in portions, each of one key: by the kind of block, by where it was
 * freed, by how long it lived.
 *
 * Most call paths have one key only, which is kept and no more: of that key is whatever no other one has.  So
 * the first portion follows from the path's own figures, counting in it costs a comparison, and only others
 * have figures of their own.  What these are is the owner's business, and so is what numbers and keys mean;
 * no key is 0.
 */
#ifndef MPROF_REPORTER_FIGURES_PORTIONS_H
#define MPROF_REPORTER_FIGURES_PORTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a call path knows of its portions; all zero: it has none yet. */
struct portions_path {
	uint32_t first; /* key */
	uint32_t last;  /* portion of another key that was asked for last; 0: there is none */
};

/* A portion that is not its path's first. */
struct portion {
	uint32_t number, key; /* of the path */
};

struct portions {             /* all zero, but for the bytes: there are none */
	size_t figure_bytes;  /* of a portion's figures; a multiple of 8 */
	struct portion *list; /* by index, from 1 */
	char *figures;        /* by index, zero at first */
	size_t capacity;      /* of these two */
	uint32_t count;       /* the last index that was given */
	uint32_t *table;      /* indices, open addressing, at most two thirds full */
	uint32_t table_mask;
	bool failed; /* there was no memory for one: what the others have is of no use */
};

void portions_finish(struct portions *portions);

/* The index of a path's portion; 0: it has no other than its first. */
uint32_t portions_find(const struct portions *portions, uint32_t number, uint32_t key);

/* The same, and there is one afterwards.  0, and failed set: no memory. */
uint32_t portions_add(struct portions *portions, uint32_t number, uint32_t key);

static inline void *portion_figures(const struct portions *portions, uint32_t index)
{
	return portions->figures + index * portions->figure_bytes;
}

#endif
