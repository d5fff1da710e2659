/*
 * diff_align.c - which call sites of a function are the same in two recordings.
 *
 * Of one build all that stand at the same place.  Of two builds the order of lines tells, and what speaks for
 * two of them being one: their text, where both texts are at hand, their figures, and their distance from
 * the function's beginning.  So lines that have only moved are the same, and one that was put in is new.
 */
#include "base/memory.h"
#include "profile/diff_private.h"
#include "sources/stale.h"

#include <stdlib.h>
#include <string.h>

#define CELLS_MOST (1u << 20) /* of the table below; in functions with more sites distances decide */

/* What speaks for two sites being one. */
enum {
	SAME_ORDER = 1, /* at least: a line that has changed is told as such, not as gone and new */
	SAME_DISTANCE = 1,
	SAME_COUNT = 2, /* of allocations */
	SAME_SIZE = 2,  /* of blocks, on average */
	SAME_TEXT = 16,
};

/* ---- what is known of a site ------------------------------------------------------------------- */

const char *diff_source(struct profile *profile, const struct diff_site *site)
{
	const struct source_text *text = site->line > 0 && *site->function->file
						 ? sources_find(profile->sources, site->function->file)
						 : NULL;
	const char *since;

	if (!text || site->line > text->line_count ||
	    stale_is(text,
		     &(struct stale_facts){symbolizer_source_md5(profile->symbolizer, site->function->file),
					   site->function->module, profile->info->started_realtime_ns},
		     &since))
		return NULL;
	return text->lines[site->line - 1];
}

/* From the beginning of its function. */
static uint64_t distance(const struct diff_site *site)
{
	return site->line > 0 ? site->line - (uint64_t)site->function->first_line : site->spot;
}

/* What of a line its indentation does not change. */
static bool same_text(const char *a, const char *b)
{
	static const char blanks[] = " \t";

	while (*a && *b) {
		a += strspn(a, blanks);
		b += strspn(b, blanks);
		if (*a != *b)
			return false;
		a += *a != '\0';
		b += *b != '\0';
	}
	return !a[strspn(a, blanks)] && !b[strspn(b, blanks)];
}

/* A column or row of the table. */
struct mark {
	const struct diff_site *site;
	const char *text; /* NULL: not at hand */
	uint64_t distance;
};

static struct mark *marks_of(const struct diff_side *side, const struct diff_thing *thing)
{
	struct mark *marks = memory_zeroed(thing->site_count, sizeof(*marks));

	for (size_t i = 0; i < thing->site_count; i++)
		marks[i] = (struct mark){&thing->sites[i], diff_source(side->profile, &thing->sites[i]),
					 distance(&thing->sites[i])};
	return marks;
}

static uint32_t likeness(const struct mark *old, const struct mark *new)
{
	const struct amounts *a = &old->site->amounts, *b = &new->site->amounts;
	uint32_t sum = SAME_ORDER;

	if (old->text && new->text && same_text(old->text, new->text))
		sum += SAME_TEXT;
	if (a->allocations == b->allocations)
		sum += SAME_COUNT;
	if ((unsigned __int128)a->allocated_bytes * b->allocations ==
	    (unsigned __int128)b->allocated_bytes * a->allocations)
		sum += SAME_SIZE;
	return sum + (old->distance == new->distance ? SAME_DISTANCE : 0);
}

/* ---- which are one ------------------------------------------------------------------------------- */

/* Those at the same place, by `at`, in whose order both are. */
static size_t align_by(const struct diff_thing *old, const struct diff_thing *new,
		       uint64_t at(const struct diff_site *site), struct diff_pair *pairs)
{
	size_t i = 0, k = 0, count = 0;

	while (i < old->site_count || k < new->site_count) {
		uint64_t x = i < old->site_count ? at(&old->sites[i]) : UINT64_MAX;
		uint64_t y = k < new->site_count ? at(&new->sites[k]) : UINT64_MAX;

		pairs[count++] =
			(struct diff_pair){x <= y ? &old->sites[i] : NULL, y <= x ? &new->sites[k] : NULL};
		i += x <= y;
		k += y <= x;
	}
	return count;
}

static uint64_t spot_of(const struct diff_site *site)
{
	return site->spot;
}

/* best[i][k]: the most that can speak for what is behind the i-th and the k-th. */
static uint32_t *most_alike(const struct mark *old, size_t old_count, const struct mark *new,
			    size_t new_count)
{
	size_t width = new_count + 1;
	uint32_t *best = memory_zeroed((old_count + 1) * width, sizeof(*best));

	for (size_t i = old_count; i-- > 0;)
		for (size_t k = new_count; k-- > 0;) {
			uint32_t both = best[(i + 1) * width + k + 1] + likeness(&old[i], &new[k]);
			uint32_t down = best[(i + 1) * width + k], right = best[i * width + k + 1];
			uint32_t one = down > right ? down : right;

			best[i * width + k] = both > one ? both : one;
		}
	return best;
}

static size_t align_in_order(const struct mark *old, size_t old_count, const struct mark *new,
			     size_t new_count, struct diff_pair *pairs)
{
	uint32_t *best = most_alike(old, old_count, new, new_count);
	size_t i = 0, k = 0, count = 0, width = new_count + 1;

	while (i < old_count || k < new_count) {
		uint32_t here = best[i * width + k];
		bool has_both = i < old_count && k < new_count;
		bool both = has_both && here == best[(i + 1) * width + k + 1] + likeness(&old[i], &new[k]);
		bool gone = !both && i < old_count && (!has_both || here == best[(i + 1) * width + k]);

		pairs[count++] =
			(struct diff_pair){both || gone ? old[i].site : NULL, gone ? NULL : new[k].site};
		i += both || gone;
		k += !gone;
	}
	free(best);
	return count;
}

static size_t align_builds(const struct diff_side *old_side, const struct diff_thing *old,
			   const struct diff_side *new_side, const struct diff_thing *new,
			   struct diff_pair *pairs)
{
	struct mark *old_marks = marks_of(old_side, old), *new_marks = marks_of(new_side, new);
	size_t count = align_in_order(old_marks, old->site_count, new_marks, new->site_count, pairs);

	free(old_marks);
	free(new_marks);
	return count;
}

size_t diff_align(const struct diff_side *old_side, const struct diff_thing *old,
		  const struct diff_side *new_side, const struct diff_thing *new, struct diff_pair *pairs)
{
	static const struct diff_thing none;

	if (!old || !new)
		return align_by(old ? old : &none, new ? new : &none, spot_of, pairs);
	if (diff_same_build(old_side->profile, new_side->profile, old->sites->function))
		return align_by(old, new, spot_of, pairs);
	if ((old->site_count + 1) * (new->site_count + 1) > CELLS_MOST)
		return align_by(old, new, distance, pairs);
	return align_builds(old_side, old, new_side, new, pairs);
}
