/*
 * gc_notes.c - from notes to collections: when, what they did, and which line had them run.
 */
#include "base/memory.h"
#include "profile/private.h"
#include "trace/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t value(const struct trace_note *note, uint32_t index)
{
	return index < note->value_count ? note->values[index] : 0;
}

/* ---- begin and end ----------------------------------------------------------- */

/* The threads' collections that have begun: per thread the innermost one's note, and per note the one around
 * it, both as index + 1. */
struct nesting {
	uint32_t *innermost, *around;
};

static void nesting_begin(struct nesting *nesting, uint32_t thread, uint32_t note)
{
	nesting->around[note] = nesting->innermost[thread];
	nesting->innermost[thread] = note + 1;
}

/* The note that began what ends now, as index + 1; 0: none did. */
static uint32_t nesting_end(struct nesting *nesting, uint32_t thread)
{
	uint32_t begin = nesting->innermost[thread];

	if (begin > 0)
		nesting->innermost[thread] = nesting->around[begin - 1];
	return begin;
}

/* ---- the line that had it run --------------------------------------------------- */

struct trigger {
	const struct source_frame *collector, *outside_function, *outside_file;
	const struct source_frame *innermost, *outermost; /* of the module that collects: with lines */
	bool is_library; /* the collector is not the program's own: what is, called it */
};

static bool is_own(struct profile *profile, const struct source_frame *frame)
{
	return ownership_of(&profile->ownership, frame->function) >= OWNER_WRAPPER;
}

/* The innermost function of the program's own is the collector, or part of it, unless a library's functions
 * lie within.  Code without lines (_start) is of interest only where the collector has none either. */
static void trigger_look(struct profile *profile, struct trigger *trigger, const struct source_frame *frame)
{
	if (!trigger->innermost)
		trigger->innermost = frame;
	if (*frame->function->file &&
	    strcmp(frame->function->module, trigger->innermost->function->module) == 0)
		trigger->outermost = frame;
	if (!is_own(profile, frame)) {
		trigger->is_library |= !trigger->collector && frame->function->system;
		return;
	}
	if (!trigger->collector)
		trigger->collector = frame;
	if (!*frame->function->file && *trigger->collector->function->file)
		return;
	if (!trigger->outside_function && frame->function != trigger->collector->function)
		trigger->outside_function = frame;
	if (!trigger->outside_file && strcmp(frame->function->file, trigger->collector->function->file) != 0)
		trigger->outside_file = frame;
}

/* What called a collector: a file of its own, mostly; else a function.  Where nothing of the program's did,
 * as at its exit: where the collector was entered. */
static const struct source_frame *trigger_of(struct profile *profile, uint32_t leaf)
{
	struct trigger trigger = {0};
	const struct source_frame *frames;

	for (uint32_t node = leaf;
	     node != 0 && !trigger.outside_file && !(trigger.is_library && trigger.collector);
	     node = profile->info->nodes[node].parent) {
		/* Once the collector is known, only the program's own counts. */
		size_t count = trigger.collector ? profile_met_frames(profile, node, &frames)
						 : profile_frames(profile, node, &frames);

		for (size_t i = 0; i < count; i++)
			trigger_look(profile, &trigger, &frames[i]);
	}
	if (trigger.is_library && trigger.collector)
		return trigger.collector;
	if (trigger.outside_file)
		return trigger.outside_file;
	if (trigger.outside_function)
		return trigger.outside_function;
	if (trigger.collector)
		return trigger.collector;
	return trigger.outermost ? trigger.outermost : trigger.innermost;
}

static void set_place(struct profile *profile, uint32_t node, struct collection *collection)
{
	const struct source_frame *frame = trigger_of(profile, node);

	collection->function = frame ? frame->function->name : "(no call path)";
	collection->file = frame ? frame->function->file : "";
	collection->line = frame ? frame->line : 0;
}

/* ---- all of them ----------------------------------------------------------------- */

/* `begin` may be NULL: the trace lacks it. */
static void add_collection(struct profile *profile, const struct trace_note *begin,
			   const struct trace_note *end)
{
	struct gc_figures *gc = &profile->gc;
	struct collection *collection = &gc->collections[gc->result.collection_count];
	uint64_t pause_ns = value(end, 5);

	if (pause_ns == 0 && begin && end->time_ns > begin->time_ns)
		pause_ns = end->time_ns - begin->time_ns;
	*collection = (struct collection){
		.time_ns = begin ? begin->time_ns : end->time_ns - (pause_ns < end->time_ns ? pause_ns : 0),
		.generation = (uint32_t)value(end, 0),
		.candidates = value(end, 1),
		.collected = value(end, 2),
		.uncollectable = value(end, 3),
		.freed_bytes = value(end, 4),
		.pause_ns = pause_ns,
	};
	gc->result.collection_count++;
	collection->node = begin ? begin->node : end->node;
	set_place(profile, collection->node, collection);
	collection_sum_add(&gc->result.total, collection);
}

static void find_collections(struct profile *profile, struct nesting *nesting)
{
	const struct trace_info *info = profile->info;

	for (uint32_t i = 0; i < info->note_count; i++) {
		const struct trace_note *note = &info->notes[i];

		if (note->kind == NOTE_GC_BEGIN)
			nesting_begin(nesting, note->thread, i);
		if (note->kind != NOTE_GC_END)
			continue;
		uint32_t begin = nesting_end(nesting, note->thread);
		add_collection(profile, begin > 0 ? &info->notes[begin - 1] : NULL, note);
	}
}

static size_t count_ends(const struct trace_info *info)
{
	size_t count = 0;

	for (size_t i = 0; i < info->note_count; i++)
		count += info->notes[i].kind == NOTE_GC_END;
	return count;
}

/* ---- groups of them --------------------------------------------------------------- */

typedef int compare_fn(const void *left, const void *right);

static int by_generation(const void *left, const void *right)
{
	const struct collection *a = left, *b = right;

	return a->generation < b->generation ? -1 : a->generation > b->generation;
}

static int by_line(const void *left, const void *right)
{
	const struct collection *a = left, *b = right;
	int order = strcmp(a->file, b->file);

	if (order == 0)
		order = strcmp(a->function, b->function);
	if (order == 0)
		order = a->line < b->line ? -1 : a->line > b->line;
	return order;
}

static int by_time(const void *left, const void *right)
{
	const struct collection *a = left, *b = right;

	return a->time_ns < b->time_ns ? -1 : a->time_ns > b->time_ns;
}

static int by_pauses(const void *left, const void *right)
{
	const struct collection_group *a = left, *b = right;

	if (a->sum.pause_ns != b->sum.pause_ns)
		return a->sum.pause_ns > b->sum.pause_ns ? -1 : 1;
	if (a->sum.collections != b->sum.collections)
		return a->sum.collections > b->sum.collections ? -1 : 1;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return strcmp(a->file, b->file);
}

/* Sorts `collections`, and sums up those that are the same by `compare`. */
static size_t group(struct collection *collections, size_t count, compare_fn *compare,
		    struct collection_group *groups)
{
	size_t used = 0;

	qsort(collections, count, sizeof(*collections), compare);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || compare(&collections[i - 1], &collections[i]) != 0)
			groups[used++] = (struct collection_group){.function = collections[i].function,
								   .file = collections[i].file,
								   .line = collections[i].line};
		collection_sum_add(&groups[used - 1].sum, &collections[i]);
	}
	return used;
}

static int fill_groups(struct gc_figures *gc)
{
	size_t count = gc->result.collection_count;
	struct collection *copy = calloc(count + 1, sizeof(*copy));

	gc->generations = calloc(count + 1, sizeof(*gc->generations));
	gc->lines = calloc(count + 1, sizeof(*gc->lines));
	if (!copy || !gc->generations || !gc->lines) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy, gc->collections, count * sizeof(*copy));
	gc->result.generation_count = group(copy, count, by_generation, gc->generations);
	gc->result.line_count = group(copy, count, by_line, gc->lines);
	qsort(gc->lines, gc->result.line_count, sizeof(*gc->lines), by_pauses);
	gc->result.generations = gc->generations;
	gc->result.lines = gc->lines;
	free(copy);
	return 0;
}

void profile_know_collections(struct profile *profile)
{
	const struct trace_info *info = profile->info;
	struct gc_figures *gc = &profile->gc;
	struct nesting nesting;
	size_t count = count_ends(info);

	if (gc->known)
		return;
	gc->known = true;
	nesting.innermost = memory_zeroed(info->thread_count, sizeof(*nesting.innermost));
	nesting.around = memory_zeroed(info->note_count, sizeof(*nesting.around));
	gc->collections = memory_zeroed(count, sizeof(*gc->collections));
	find_collections(profile, &nesting);
	free(nesting.innermost);
	free(nesting.around);
	profile_must(fill_groups(gc));
	qsort(gc->collections, count, sizeof(*gc->collections), by_time);
	gc->result.collections = gc->collections;
}

const struct collections *profile_collections_only(struct profile *profile)
{
	profile_know_collections(profile);
	return &profile->gc.result;
}

/* ---- under which lines ------------------------------------------------------------- */

/* Adds a collection to every scope on its path, once each. */
static void add_to_scopes(const struct profile *profile, size_t index, size_t *passed_by)
{
	const struct model_scopes *scopes = &profile->scopes.model;

	for (uint32_t node = profile->gc.collections[index].node; node != 0;
	     node = profile->info->nodes[node].parent) {
		uint32_t code = profile->info->nodes[node].code;

		for (uint32_t i = scopes->first[code]; i < scopes->first[code + 1]; i++) {
			uint32_t scope = scopes->ids[i];

			if (passed_by[scope] == index + 1)
				continue;
			passed_by[scope] = index + 1;
			collection_sum_add(&profile->gc.scopes[scope], &profile->gc.collections[index]);
		}
	}
}

int profile_sum_collections(struct profile *profile)
{
	size_t count = profile->scopes.model.scope_count;
	size_t *passed_by;

	if (!profile->scopes.scopes)
		return 0;
	profile->gc.scopes = calloc(count + 1, sizeof(*profile->gc.scopes));
	passed_by = calloc(count + 1, sizeof(*passed_by));
	if (!profile->gc.scopes || !passed_by) {
		free(passed_by);
		return -ENOMEM;
	}
	for (size_t i = 0; i < profile->gc.result.collection_count; i++)
		add_to_scopes(profile, i, passed_by);
	free(passed_by);
	return 0;
}

void profile_gc_finish(struct gc_figures *gc)
{
	free(gc->collections);
	free(gc->generations);
	free(gc->lines);
	free(gc->scopes);
	free(gc->sites);
	free(gc->types);
	free(gc->caches);
}
