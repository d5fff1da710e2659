/*
 * dat.c - memory_profiler's record of a run (mprofile_*.dat), which its mprof draws: the resident set over
 * time, or the heap if that is asked for, and phases as the functions that it would have timed.
 */
#include "exports/export.h"

#include "base/clean.h"
#include "base/memory.h"
#include "profile/measure.h"
#include "profile/phases.h"
#include "profile/series.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct curve { /* arrays are the caller's to free() */
	uint64_t *time_ns, *bytes;
	size_t count;
};

static void curve_init(struct curve *curve, size_t most)
{
	*curve = (struct curve){memory_zeroed(most, sizeof(uint64_t)), memory_zeroed(most, sizeof(uint64_t)),
				0};
}

static void curve_finish(struct curve *curve)
{
	free(curve->time_ns);
	free(curve->bytes);
}

static void curve_add(struct curve *curve, uint64_t time_ns, uint64_t bytes)
{
	curve->time_ns[curve->count] = time_ns;
	curve->bytes[curve->count++] = bytes;
}

/* What it was by then, or first; 0 if it has no points. */
static uint64_t curve_at(const struct curve *curve, uint64_t time_ns)
{
	size_t low = 0, high = curve->count;

	if (high == 0)
		return 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (curve->time_ns[middle] <= time_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return curve->bytes[low > 0 ? low - 1 : 0];
}

/* The resident set is a process's, whatever part of its call paths is asked for. */
static int resident_curve(const struct export_source *source, struct curve *curve,
			  struct diagnostic *diagnostic)
{
	const struct trace_info *info = profile_trace(source->profile);

	if (source->filtered)
		return diagnostic_set(
			diagnostic, EINVAL,
			"--format dat: the resident set is of the whole program; --sort peak has "
			"the heap of some call paths or blocks");
	curve_init(curve, info->sample_count);
	for (size_t i = 0; i < info->sample_count; i++)
		if (info->samples[i].rss_bytes > 0)
			curve_add(curve, info->samples[i].time_ns, info->samples[i].rss_bytes);
	return curve->count > 0
		       ? 0
		       : diagnostic_set(diagnostic, ENODATA,
					"%s: the resident set was not looked at in so short a run; --sort "
					"peak has the heap",
					info->path);
}

static int heap_curve(const struct export_source *source, struct curve *curve, struct diagnostic *diagnostic)
{
	struct series series;
	int error = profile_series(source->profile, GROUP_SITE, 0, &series, diagnostic);

	curve_init(curve, series.count);
	for (size_t i = 0; i < series.count; i++)
		curve_add(curve, series.time_ns[i], series.heap_bytes[i]);
	return error;
}

/* ---- lines ----------------------------------------------------------------- */

/* In MiB and seconds, as memory_profiler has them; blanks part words. */
static void print_mib(FILE *out, uint64_t bytes)
{
	fprintf(out, " %.6f", (double)bytes / (1 << 20));
}

static void print_time(FILE *out, const struct overview *run, uint64_t time_ns)
{
	time_ns += run->started_realtime_ns;
	fprintf(out, " %" PRIu64 ".%06" PRIu64, time_ns / 1000000000, time_ns / 1000 % 1000000);
}

static void print_word(FILE *out, const char *text)
{
	char *clean = clean_copy(text, 0);

	for (const char *at = clean && *clean ? clean : "?"; *at; at++)
		fputc(isspace((unsigned char)*at) ? '_' : *at, out);
	free(clean);
}

static void print_phase(FILE *out, const struct overview *run, const struct curve *curve,
			const struct phase *phase, size_t level)
{
	uint64_t end_ns = phase->begin_ns + phase->duration_ns;

	fputs("FUNC ", out);
	print_word(out, phase->name);
	print_mib(out, curve_at(curve, phase->begin_ns));
	print_time(out, run, phase->begin_ns);
	print_mib(out, curve_at(curve, end_ns));
	print_time(out, run, end_ns);
	fprintf(out, " %zu\n", level);
}

/* Each at the level of how many others it lies in, by their beginnings. */
static void print_phases(FILE *out, const struct export_source *source, const struct curve *curve)
{
	size_t count, open = 0;
	const struct phase *phases = phases_list(source->profile, &count);
	uint64_t *ends = memory_zeroed(count, sizeof(*ends));

	for (size_t i = 0; i < count; i++) {
		size_t left = 0;

		if (phases[i].mark)
			continue;
		for (size_t k = 0; k < open; k++)
			if (ends[k] > phases[i].begin_ns)
				ends[left++] = ends[k];
		print_phase(out, source->run, curve, &phases[i], left);
		ends[left] = phases[i].begin_ns + phases[i].duration_ns;
		open = left + 1;
	}
	free(ends);
}

int export_dat(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct curve curve = {0};
	int error = source->figure_given ? heap_curve(source, &curve, diagnostic)
					 : resident_curve(source, &curve, diagnostic);

	if (!error) {
		fputs("CMDLINE", out);
		for (const char *const *word = source->run->command; *word; word++)
			clean_print_between(out, " ", *word, "");
		fputc('\n', out);
		print_phases(out, source, &curve);
	}
	for (size_t i = 0; !error && i < curve.count; i++) {
		fputs("MEM", out);
		print_mib(out, curve.bytes[i]);
		print_time(out, source->run, curve.time_ns[i]);
		fputc('\n', out);
	}
	curve_finish(&curve);
	return error;
}
