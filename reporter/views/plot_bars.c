/* plot_bars.c - see plot_bars.h. */
#include "views/plot_bars.h"

#include "base/number.h"
#include "profile/histograms.h"
#include "views/parts.h"

#include <errno.h>
#include <inttypes.h>

/* A bound is a power of two, or a size that was asked for. */
static const char *bound_text(struct document *document, uint64_t size_bytes)
{
	char text[NUMBER_BYTES];
	bool whole = size_bytes < 1024 || (size_bytes & (size_bytes - 1)) == 0;

	number_size(text, sizeof(text), size_bytes, whole ? 0 : NUMBER_PRECISION_DEFAULT);
	return pool_format(&document->pool, "%s", text);
}

static const char *time_text(struct document *document, uint64_t time_ns)
{
	char text[NUMBER_BYTES];

	number_pause(text, sizeof(text), time_ns);
	return time_ns > 0 ? pool_format(&document->pool, "%s", text) : "0";
}

static double share(uint64_t part, uint64_t whole)
{
	return whole > 0 ? (double)part / (double)whole : 0;
}

/* ---- sizes ---------------------------------------------------------------------------------- */

static struct bar size_bar(struct document *document, const struct request *request,
			   const struct size_row *row, const struct size_row *all)
{
	const char *from = bound_text(document, row->from_bytes);

	return (struct bar){
		.label = from,
		.range = pool_format(&document->pool, "%s to below %s", from,
				     bound_text(document, row->up_to_bytes + 1)),
		.value = {pool_format(&document->pool, "%" PRIu64, row->blocks),
			  part_size(document, request, row->bytes, 0)},
		.share = {share(row->blocks, all->blocks), share(row->bytes, all->bytes)},
	};
}

static struct bar_panel size_panel(struct document *document, const struct request *request,
				   const struct histograms *histograms)
{
	struct bar *list = pool_alloc(&document->pool, (histograms->size_count + 1) * sizeof(*list));

	for (size_t i = 0; i < histograms->size_count; i++)
		list[i] = size_bar(document, request, &histograms->sizes[i], &histograms->all);
	return (struct bar_panel){
		"Allocated, by the size of blocks", {"blocks", "bytes"}, list, histograms->size_count};
}

/* ---- lifetimes ------------------------------------------------------------------------------ */

static uint64_t count_freed(const struct histograms *histograms)
{
	uint64_t freed = 0;

	for (size_t i = 0; i < histograms->time_count; i++)
		freed += histograms->times[i].blocks;
	return freed;
}

static struct bar_panel time_panel(struct document *document, const struct histograms *histograms,
				   uint64_t freed)
{
	struct bar *list = pool_alloc(&document->pool, (histograms->time_count + 1) * sizeof(*list));

	for (size_t i = 0; i < histograms->time_count; i++) {
		const struct lifetime_row_sum *row = &histograms->times[i];
		const char *from = time_text(document, row->from_ns);

		list[i] = (struct bar){
			.label = from,
			.range = pool_format(&document->pool, "%s to below %s", from,
					     time_text(document, row->below_ns)),
			.value = {pool_format(&document->pool, "%" PRIu64, row->blocks)},
			.share = {share(row->blocks, freed)},
		};
	}
	return (struct bar_panel){"Freed, by how long they lived", {"blocks"}, list, histograms->time_count};
}

static struct bar_panel allocation_panel(struct document *document, const struct histograms *histograms,
					 uint64_t freed)
{
	struct bar *list = pool_alloc(&document->pool, (histograms->allocation_count + 1) * sizeof(*list));

	for (size_t i = 0; i < histograms->allocation_count; i++) {
		const struct lifetime_row_sum *row = &histograms->allocations[i];
		const char *from = pool_format(&document->pool, "%" PRIu64, row->from_allocations);

		list[i] = (struct bar){
			.label = from,
			.range = pool_format(&document->pool, "%s to %" PRIu64, from, row->up_to_allocations),
			.value = {pool_format(&document->pool, "%" PRIu64, row->blocks)},
			.share = {share(row->blocks, freed)},
		};
	}
	return (struct bar_panel){"Freed, by allocations that were made meanwhile, their own included",
				  {"blocks"},
				  list,
				  histograms->allocation_count};
}

/* ---- the picture ---------------------------------------------------------------------------- */

static const char *subtitle(struct document *document, const struct request *request,
			    const struct histograms *histograms, enum plot_kind kind, uint64_t freed)
{
	if (kind == PLOT_LIFETIMES)
		return pool_format(&document->pool, "%s freed", part_count(document, freed, "block"));
	return pool_format(&document->pool, "%s of %s allocated",
			   part_count(document, histograms->all.blocks, "block"),
			   part_size(document, request, histograms->all.bytes, 0));
}

int plot_bars(struct profile *profile, const struct request *request, enum plot_kind kind, const char *title,
	      struct document *document, struct bars *bars, struct diagnostic *diagnostic)
{
	struct bar_panel *panels = pool_alloc(&document->pool, 2 * sizeof(*panels));
	struct histograms histograms;
	int error = profile_histograms(profile, &histograms, diagnostic);

	if (error)
		return error;
	if (kind == PLOT_LIFETIMES && profile_overview(profile, false)->blocks)
		return diagnostic_set(diagnostic, EINVAL,
				      "--kind lifetimes: not known of some blocks only; without --min-size, "
				      "--max-size and --thread");
	if (kind == PLOT_LIFETIMES && !histograms.lifetimes)
		return diagnostic_set(
			diagnostic, ENOTSUP,
			"%s: does not tell how long blocks lived: its drainer was killed, or an older "
			"mprof recorded it",
			profile_overview(profile, false)->path);
	uint64_t freed = count_freed(&histograms);
	bars->panels = panels;
	if (kind == PLOT_SIZES) {
		panels[bars->count++] = size_panel(document, request, &histograms);
	} else {
		panels[bars->count++] = time_panel(document, &histograms, freed);
		if (histograms.allocation_count > 0) /* it is not known of sampled blocks */
			panels[bars->count++] = allocation_panel(document, &histograms, freed);
	}
	bars->title = title ? title : part_command(document, profile_overview(profile, false)->command, 90);
	bars->subtitle = subtitle(document, request, &histograms, kind, freed);
	return 0;
}
