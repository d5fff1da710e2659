/* partial.c - see partial.h. */
#include "profile/partial.h"

/* What figures may be of. */
enum part {
	PART_RUN = 1,     /* a moment or window */
	PART_BETWEEN = 2, /* one that ends between two boundaries of the time line */
	PART_BLOCKS = 4,  /* some of them */
};

/* Columns, and of which parts they are not known. */
static const struct {
	const char *column;
	unsigned parts;
} lacks[] = {
	{"allocations", PART_BETWEEN},
	{"allocated_bytes", PART_BETWEEN},
	{"allocated_bytes_error", PART_BETWEEN},
	{"temporary", PART_RUN},
	{"temporary_allocations", PART_RUN},
	{"frees", PART_RUN | PART_BLOCKS},
	{"freed_bytes", PART_RUN | PART_BLOCKS},
	{"unmatched_frees", PART_RUN | PART_BLOCKS},
	{"freed_by_collector_blocks", PART_RUN | PART_BLOCKS},
	{"freed_by_collector_bytes", PART_RUN | PART_BLOCKS},
	{"collections", PART_RUN | PART_BLOCKS},
	{"recorder_bytes", PART_RUN | PART_BLOCKS},
	{"blocks_error", PART_BLOCKS},
};

/* The same of figures. */
static const unsigned figure_lacks[FIGURE_COUNT] = {
	[FIGURE_ALLOCATIONS] = PART_BETWEEN,    [FIGURE_ALLOCATED] = PART_BETWEEN,
	[FIGURE_TEMPORARY] = PART_RUN,          [FIGURE_RSS] = PART_RUN,
	[FIGURE_HITS] = PART_RUN | PART_BLOCKS, [FIGURE_COLLECTIONS] = PART_RUN | PART_BLOCKS,
};

static unsigned parts_of(const struct overview *run)
{
	return (run->window ? PART_RUN : 0) | (run->window && run->window->between ? PART_BETWEEN : 0) |
	       (run->blocks ? PART_BLOCKS : 0);
}

bool partial_is(const struct overview *run)
{
	return parts_of(run) != 0;
}

bool partial_tells(enum figure figure)
{
	return (figure_lacks[figure] & PART_RUN) == 0;
}

bool partial_knows(const struct overview *run, enum figure figure)
{
	return (figure_lacks[figure] & parts_of(run)) == 0;
}

size_t partial_figures(const struct overview *run, enum figure figures[PARTIAL_FIGURES])
{
	static const enum figure all[PARTIAL_FIGURES] = {FIGURE_PEAK, FIGURE_LEAKED, FIGURE_ALLOCATED,
							 FIGURE_ALLOCATIONS, FIGURE_TEMPORARY};
	size_t count = 0;

	for (size_t i = 0; i < PARTIAL_FIGURES; i++)
		if (partial_knows(run, all[i]))
			figures[count++] = all[i];
	return count;
}

void partial_lacks(const struct overview *run, const char *names[PARTIAL_COLUMNS + 1])
{
	_Static_assert(sizeof(lacks) / sizeof(*lacks) <= PARTIAL_COLUMNS, "names has room");
	unsigned parts = parts_of(run);
	size_t count = 0;

	for (size_t i = 0; i < sizeof(lacks) / sizeof(*lacks); i++)
		if (lacks[i].parts & parts)
			names[count++] = lacks[i].column;
	names[count] = NULL;
}
