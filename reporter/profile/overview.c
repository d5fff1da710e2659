/*
 * overview.c - the run in a few figures, and all that a reader must know before trusting the rest.
 */
#include "base/signal_name.h"
#include "profile/blocks.h"
#include "profile/private.h"
#include "profile/window.h"
#include "trace/format.h"

#include <inttypes.h>
#include <string.h>

/* A program that holds this much, of which the recording saw next to nothing, gets its memory elsewhere. */
#define BLIND_RSS_BYTES (UINT64_C(64) << 20)
#define BLIND_SHARE 20

static uint64_t blocks(const struct model_totals *totals, uint64_t count)
{
	return weight_blocks(count, totals->sample_bytes);
}

static uint64_t unmatched_frees(const struct model_totals *totals)
{
	return totals->stray_frees - totals->inherited_frees;
}

static struct amounts amounts_in_all(const struct model_totals *totals)
{
	return (struct amounts){
		.allocations = blocks(totals, totals->allocations),
		.allocated_bytes = totals->allocated_bytes,
		.frees = blocks(totals, totals->frees),
		.freed_bytes = totals->freed_bytes,
		.peak_blocks = blocks(totals, totals->peak_blocks),
		.peak_bytes = totals->peak_bytes,
		.temporary = blocks(totals, totals->temporary),
	};
}

/* Of sums of sampled blocks, which only their parts tell. */
static void add_vague(struct amounts *total, const struct figures_summary *summary)
{
	struct figures_walk walk = figures_walk(summary->nodes);
	struct model_node figures;
	uint32_t node;

	while (figures_walk_next(&walk, &node, &figures)) {
		struct amounts own = amounts_of(&figures, REMAINS_UNKNOWN, summary->totals.sample_bytes);

		total->allocated_vague += own.allocated_vague;
		total->freed_vague += own.freed_vague;
		total->peak_vague += own.peak_vague;
	}
}

static uint64_t count_collections(const struct trace_info *info)
{
	uint64_t count = 0;

	for (size_t i = 0; i < info->note_count; i++)
		count += info->notes[i].kind == NOTE_GC_END;
	return count;
}

static void fill(struct overview *overview, const struct trace_info *info, const struct model_totals *totals)
{
	*overview = (struct overview){
		.path = info->path,
		.command = info->command,
		.pid = info->pid,
		.started_realtime_ns = info->started_realtime_ns,
		.duration_ns = info->duration_ns,
		.complete = info->complete,
		.recording = info->recording,
		.end_unknown = info->end_kind == END_UNKNOWN,
		.cut_off = info->damaged_at > 0,
		.end_signal = info->end_signal,
		.thread_count = info->thread_count,
		.lost_events = info->lost_events,
		.aggregate = info->aggregate,
		.sample_bytes = totals->sample_bytes,
		.total = amounts_in_all(totals),
		.peak_time_ns = totals->peak_time_ns,
		.blocks_error =
			weight_error_blocks(totals->allocations, totals->spread, totals->sample_bytes),
		.unmatched_frees = unmatched_frees(totals),
		.peak_rss_bytes = info->peak_rss_bytes,
		.rss_may_be_more = info->peak_rss_bytes > 0 && info->end_kind != END_EXITED &&
				   info->end_kind != END_REPLACED,
		.recorder_bytes = info->recorder_bytes,
		.unrecorded_children = info->unrecorded_children,
	};
	overview->total.collections = count_collections(info);
}

static int warn_killed(struct profile *profile, const struct trace_info *info)
{
	char number[32];

	return profile_warn(profile,
			    "the run did not end, the program was killed%s%s: this is what it had recorded",
			    info->end_signal > 0 ? " by " : "",
			    info->end_signal > 0 ? signal_name(info->end_signal, number) : "");
}

/* Of a trace without an end nobody knows how the run ended: the first thing to be said is that it is cut off.
 */
static int warn_end(struct profile *profile, const struct trace_info *info)
{
	int error = 0;

	if (info->damaged_at > 0)
		error = profile_warn(profile,
				     "the trace is cut off at byte %" PRIu64
				     ", or damaged there: figures are those of what comes before",
				     info->damaged_at);
	if (!error && info->end_kind == END_KILLED)
		error = warn_killed(profile, info);
	else if (!error && info->end_kind == END_UNKNOWN)
		error = profile_warn(profile,
				     "the program ended, how is unknown (by a system call of its own, "
				     "or killed): this is what it had recorded");
	else if (!error && info->recording)
		error = profile_warn(
			profile, "the program is still running: figures are those of the recording so far");
	else if (!error && !info->ended && info->damaged_at == 0)
		error = profile_warn(profile,
				     "the run did not end, or its recording did not (killed): figures are "
				     "those of what was recorded");
	if (!error && !profile->options->no_names && trace_has_names(profile->trace) &&
	    !trace_names(profile->trace))
		error = profile_warn(profile,
				     "the names that the trace holds make no sense, and are not used");
	if (!error && info->foreign_bytes > 0)
		error = profile_warn(profile,
				     "the trace is whole, but %" PRIu64
				     " bytes that are not the recorder's stand behind it",
				     info->foreign_bytes);
	return error;
}

static int warn_losses(struct profile *profile, const struct trace_info *info,
		       const struct model_totals *totals)
{
	int error = 0;

	if (*info->undrained)
		error = profile_warn(profile,
				     "mprof-drain did not work while the program ran (%s): events waited in "
				     "memory, where there is room for so many only",
				     info->undrained);
	if (!error && info->blind_since_ns == 0 && info->lost_events > 0)
		error = profile_warn(profile,
				     "%" PRIu64 " events were lost for want of memory: figures are not exact",
				     info->lost_events);
	if (!error && info->cut_paths > 0)
		error = profile_warn(profile,
				     "there was no room for %" PRIu64
				     " call paths: their figures stand at the callers "
				     "that were known",
				     info->cut_paths);
	if (!error && unmatched_frees(totals) > 0)
		error = profile_warn(profile,
				     "%" PRIu64
				     " frees of blocks that were not recorded (allocated before the "
				     "recording, or past it) are left out",
				     unmatched_frees(totals));
	if (!error && totals->lost_frees > 0)
		error = profile_warn(profile,
				     "%" PRIu64
				     " blocks were freed past the recording: a library loaded with "
				     "RTLD_DEEPBIND, or an allocator of its own",
				     blocks(totals, totals->lost_frees));
	return error;
}

bool profile_is_alone(const struct trace_info *info)
{
	const char *follow = trace_variable(info, "MPROF_FOLLOW");

	return follow && strcmp(follow, "0") == 0;
}

static int warn_children(struct profile *profile, const struct trace_info *info)
{
	if (info->unrecorded_children == 0 || profile_is_alone(info))
		return 0;
	return profile_warn(
		profile, "%" PRIu64 " program%s started from here %s not recorded: " PROFILE_WHY_UNRECORDED,
		info->unrecorded_children, info->unrecorded_children == 1 ? "" : "s",
		info->unrecorded_children == 1 ? "was" : "were");
}

static const char *blind_reason(uint64_t reason)
{
	switch (reason) {
	case BLIND_NO_DRAIN:
		return "its events could not be written in time, by want of mprof-drain or of room for the "
		       "trace";
	case BLIND_NO_ROOM:
		return "there was no room for it in memory or on disk";
	case BLIND_CONFINED:
		return "the program filters its system calls, and what was reserved before was used up";
	case BLIND_NO_THREAD:
		return "there were too many threads at a time";
	default:
		return "for a reason unknown";
	}
}

static int warn_end_of_recording(struct profile *profile, const struct trace_info *info)
{
	if (info->blind_since_ns == 0)
		return 0;
	return profile_warn(
		profile,
		"THE RECORDING ENDS AT %.3f s of %.3f s: %s. Figures are those of that moment; %" PRIu64
		" later events are not in them",
		(double)(info->blind_since_ns - 1) / 1e9, (double)info->duration_ns / 1e9,
		blind_reason(info->blind_reason), info->lost_events);
}

static int warn_hidden(struct profile *profile, const struct trace_info *info,
		       const struct model_totals *totals)
{
	if (info->end_flags & END_FOREIGN_MALLOC)
		return profile_warn(
			profile,
			"ALMOST NOTHING WAS RECORDED: the program brings its own malloc (jemalloc, "
			"tcmalloc, mimalloc or the like), which comes before mprof's; link it without, or "
			"name it after libmprof.so in LD_PRELOAD, to profile it");
	uint64_t rss_bytes =
		info->peak_rss_bytes > info->recorder_bytes ? info->peak_rss_bytes - info->recorder_bytes : 0;
	if (rss_bytes >= BLIND_RSS_BYTES && totals->peak_bytes < rss_bytes / BLIND_SHARE)
		return profile_warn(
			profile,
			"MOST MEMORY IS NOT MALLOC'S: the process held %" PRIu64 " MiB, its malloc "
			"%" PRIu64 " MiB; the program maps memory itself, or has an allocator of its own",
			rss_bytes >> 20, totals->peak_bytes >> 20);
	return 0;
}

void profile_fill_overview(struct profile *profile)
{
	const struct trace_info *info = profile->info;
	const struct model_totals *totals = model_totals(profile->whole ? profile->whole : profile->model);

	fill(&profile->overview, info, model_totals(profile->model));
	if (info->sample_bytes > 0)
		add_vague(&profile->overview.total, model_summary(profile->model));
	profile->overview.window = profile_window(profile);
	profile->overview.blocks = profile_blocks(profile);
	if (profile->overview.window)
		profile->overview.peak_rss_bytes = profile->overview.window->peak_rss_bytes;
	profile_must(warn_end(profile, info));
	profile_must(warn_losses(profile, info, totals));
	profile_must(warn_end_of_recording(profile, info));
	profile_must(warn_hidden(profile, info, totals));
	profile_must(warn_children(profile, info));
}

const struct overview *profile_overview(struct profile *profile, bool remains)
{
	if (remains)
		profile_know_remains(profile);
	return &profile->overview;
}

struct warnings profile_warnings(struct profile *profile)
{
	size_t modules = 0;
	const char *warning;

	for (size_t i = profile->modules_warned; (warning = symbolizer_warning(profile->symbolizer, i));
	     i++) {
		profile_must(profile_warn(profile, "%s", warning));
		modules++;
	}
	profile->modules_warned += modules;
	return (struct warnings){(const char *const *)profile->warnings, profile->warning_count,
				 profile->modules_warned};
}

struct warnings profile_warnings_in_brief(struct profile *profile)
{
	struct warnings all = profile_warnings(profile);
	size_t own = all.count - all.module_count;
	const char **lines;

	if (all.module_count < 2)
		return all;
	lines = pool_alloc(&profile->pool, (own + 1) * sizeof(*lines));
	for (size_t i = 0; i < own; i++)
		lines[i] = all.lines[i];
	lines[own] = pool_format(&profile->pool,
				 "%zu modules lack lines or names of functions; -v says which, and why",
				 all.module_count);
	return (struct warnings){lines, own + 1, 1};
}
