/*
 * pprof.c - the protocol buffer of pprof (github.com/google/pprof, proto/profile.proto), packed by gzip: a
 * sample for each call path, with all figures.
 *
 * The message is flat and has three kinds of fields, so it is written by hand: varints are there already
 * (trace/varint.h), and what a library's compiler would generate is longer than this file.  Fields may come
 * in any order: samples do as the tree is walked, and behind them the tables of what they name.
 *
 * Mapping 1 is the executable, since pprof calls the profile by it.  Readers are told that all names are
 * there: else pprof looks addresses up itself, in whatever program is there by now.
 */
#include "exports/pprof.h"

#include "base/clean.h"
#include "base/memory.h"
#include "formats/gzip.h"
#include "figures/breakdown_tables.h"
#include "profile/blocks.h"
#include "profile/partial.h"
#include "profile/window.h"

#include <stdlib.h>
#include <string.h>

enum wire { WIRE_NUMBER = 0, WIRE_BYTES = 2 };

void pprof_put_number(struct buffer *message, uint32_t field, uint64_t value)
{
	buffer_varint(message, field << 3 | WIRE_NUMBER);
	buffer_varint(message, value);
}

void pprof_put_bytes(struct buffer *message, uint32_t field, const struct buffer *inner)
{
	buffer_varint(message, field << 3 | WIRE_BYTES);
	buffer_text(message, inner->data, inner->length);
}

/* ---- what a sample has ----------------------------------------------------- */

/* In the order in which they are told.  The four that Go's own heap profiles have mean the same there. */
static const struct value_type {
	const char *name, *unit;
	enum figure figure; /* is known where this is, and the usual one if it is asked for */
} value_types[] = {
	{"alloc_objects", "count", FIGURE_ALLOCATIONS},
	{"alloc_space", "bytes", FIGURE_ALLOCATED},
	{"temporary_objects", "count", FIGURE_TEMPORARY},
	{"peak_objects", "count", FIGURE_COUNT},
	{"peak_space", "bytes", FIGURE_PEAK},
	{"inuse_objects", "count", FIGURE_COUNT},
	{"inuse_space", "bytes", FIGURE_LEAKED},
};

_Static_assert(sizeof(value_types) / sizeof(*value_types) == VALUES, "each value has a type");

#define USUAL_VALUE 4 /* peak_space */

static void fill_values(uint64_t values[VALUES], const struct amounts *own)
{
	const uint64_t all[VALUES] = {
		own->allocations,
		own->allocated_bytes,
		own->temporary,
		own->peak_blocks,
		own->peak_bytes,
		own->leaked_blocks + own->kept_blocks + own->suppressed_blocks,
		own->leaked_bytes + own->kept_bytes + own->suppressed_bytes,
	};

	memcpy(values, all, sizeof(all));
}

void pprof_write_part(struct pprof *writing, uint32_t field)
{
	buffer_clear(&writing->message);
	pprof_put_bytes(&writing->message, field, &writing->part);
	if (writing->message.failed || writing->part.failed || writing->inner.failed)
		memory_exhausted();
	fwrite(writing->message.data, 1, writing->message.length, writing->out);
}

static void write_number(struct pprof *writing, uint32_t field, uint64_t value)
{
	buffer_clear(&writing->message);
	pprof_put_number(&writing->message, field, value);
	fwrite(writing->message.data, 1, writing->message.length, writing->out);
}

/* ---- samples --------------------------------------------------------------- */

/* Which thread allocated a path's blocks. */
static void know_threads(struct pprof *writing)
{
	const struct tree *tree = writing->source->tree;
	const struct breakdown_tables *tables;

	if (profile_breakdown(writing->source->profile, &tables, &(struct diagnostic){0}) != 0 ||
	    !tables->threads_known)
		return;
	writing->threads = memory_zeroed(tree->count, sizeof(*writing->threads));
	writing->thread_texts = memory_zeroed(KIND_SEVERAL + 2, sizeof(*writing->thread_texts));
	for (size_t i = 0; i < tables->kind_count; i++) {
		const struct kind_row *row = &tables->kinds[i];
		uint32_t *thread = &writing->threads[tree->of_node[row->node]];
		uint32_t own = kind_thread(row->kind) + 1;

		if (profile_has_kind(writing->source->profile, row))
			*thread = *thread == 0 || *thread == own ? own : KIND_SEVERAL + 1;
	}
}

static uint32_t thread_text(struct pprof *writing, uint32_t thread)
{
	uint32_t *text = &writing->thread_texts[thread];

	if (*text == 0)
		*text = (uint32_t)pprof_text(writing,
					     profile_thread_name(writing->source->profile, thread - 1));
	return *text;
}

static void put_labels(struct pprof *writing, uint32_t node, const struct amounts *own)
{
	uint64_t blocks = own->allocations > 0 ? own->allocations : own->peak_blocks;
	uint64_t bytes = own->allocations > 0 ? own->allocated_bytes : own->peak_bytes;
	struct buffer *label = &writing->inner;

	if (blocks > 0) {
		buffer_clear(label);
		pprof_put_number(label, LABEL_KEY, pprof_text(writing, "bytes"));
		pprof_put_number(label, LABEL_NUMBER, bytes / blocks);
		pprof_put_number(label, LABEL_UNIT, pprof_text(writing, "bytes"));
		pprof_put_bytes(&writing->part, SAMPLE_LABEL, label);
	}
	if (writing->threads && writing->threads[node] > 0) {
		buffer_clear(label);
		pprof_put_number(label, LABEL_KEY, pprof_text(writing, "thread"));
		pprof_put_number(label, LABEL_TEXT, thread_text(writing, writing->threads[node]));
		pprof_put_bytes(&writing->part, SAMPLE_LABEL, label);
	}
}

static void put_values(struct pprof *writing, const struct amounts *own)
{
	uint64_t values[VALUES];

	fill_values(values, own);
	buffer_clear(&writing->inner);
	for (size_t i = 0; i < VALUES; i++)
		if (writing->known[i])
			buffer_varint(&writing->inner, values[i]);
	pprof_put_bytes(&writing->part, SAMPLE_VALUES, &writing->inner);
}

static void write_sample(struct pprof *writing, uint32_t node, const struct amounts *own)
{
	struct buffer locations = {0};

	for (uint32_t at = node, end; at != 0; at = end) {
		end = pprof_run_end(writing->source->tree, at);
		buffer_varint(&locations, pprof_location(writing, at, end));
	}
	buffer_clear(&writing->part);
	pprof_put_bytes(&writing->part, SAMPLE_LOCATIONS, &locations);
	put_values(writing, own);
	put_labels(writing, node, own);
	pprof_write_part(writing, SAMPLE);
	buffer_finish(&locations);
}

static void write_samples(struct pprof *writing)
{
	const struct tree *tree = writing->source->tree;

	for (uint32_t node = 1; node < tree->count; node++) {
		const struct amounts own = tree_self(tree, node);

		if (amounts_have_blocks(&own))
			write_sample(writing, node, &own);
	}
}

/* ---- the profile ----------------------------------------------------------- */

static void write_type(struct pprof *writing, uint32_t field, const char *name, const char *unit)
{
	buffer_clear(&writing->part);
	pprof_put_number(&writing->part, TYPE_NAME, pprof_text(writing, name));
	pprof_put_number(&writing->part, TYPE_UNIT, pprof_text(writing, unit));
	pprof_write_part(writing, field);
}

static void write_types(struct pprof *writing)
{
	size_t usual = USUAL_VALUE;

	for (size_t i = 0; i < VALUES; i++) {
		enum figure figure = value_types[i].figure;

		writing->known[i] = figure == FIGURE_COUNT || partial_knows(writing->source->run, figure);
		if (writing->known[i])
			write_type(writing, SAMPLE_TYPE, value_types[i].name, value_types[i].unit);
		if (figure == writing->source->figure)
			usual = i;
	}
	write_number(writing, DEFAULT_TYPE, pprof_text(writing, value_types[usual].name));
}

static void write_run(struct pprof *writing)
{
	const struct overview *run = writing->source->run;
	const struct window *window = run->window;
	uint64_t from_ns = window ? window->from_ns : 0;
	struct pool pool = {0};
	const char *command = "";

	write_number(writing, TIME, run->started_realtime_ns + from_ns);
	write_number(writing, DURATION, window ? window->to_ns - from_ns : run->duration_ns);
	write_type(writing, PERIOD_TYPE, "space", "bytes");
	write_number(writing, PERIOD, run->sample_bytes > 0 ? run->sample_bytes : 1);
	for (const char *const *word = run->command; *word; word++)
		command = pool_format(&pool, "%s%s%s", command, *command ? " " : "", *word);
	write_number(writing, COMMENT, pprof_text(writing, command));
	pool_finish(&pool);
}

static void write_tables(struct pprof *writing)
{
	if (writing->locations.failed || writing->functions.failed)
		memory_exhausted();
	if (writing->location_count > 0) {
		fwrite(writing->locations.data, 1, writing->locations.length, writing->out);
		fwrite(writing->functions.data, 1, writing->functions.length, writing->out);
	}
	for (size_t i = 0; i < writing->texts.count; i++) {
		char *text = clean_copy(writing->texts.list[i], 0);

		if (!text)
			memory_exhausted();
		buffer_clear(&writing->part);
		buffer_append(&writing->part, text, strlen(text));
		pprof_write_part(writing, STRING);
		free(text);
	}
}

static void finish(struct pprof *writing)
{
	struct map *maps[] = {&writing->runs, &writing->location_ids, &writing->function_ids};
	struct buffer *buffers[] = {&writing->message, &writing->part, &writing->inner, &writing->locations,
				    &writing->functions};

	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		map_finish(maps[i]);
	for (size_t i = 0; i < sizeof(buffers) / sizeof(*buffers); i++)
		buffer_finish(buffers[i]);
	texts_finish(&writing->texts);
	free(writing->mappings);
	free(writing->threads);
	free(writing->thread_texts);
}

int export_pprof(FILE *out, const struct export_source *source, struct diagnostic *diagnostic)
{
	struct pprof writing = {
		.source = source, .info = profile_trace(source->profile), .out = gzip_open(out)};

	(void)diagnostic;
	texts_number(&writing.texts, "");
	know_threads(&writing);
	write_types(&writing);
	write_run(&writing);
	pprof_write_mappings(&writing);
	write_samples(&writing);
	write_tables(&writing);
	gzip_close(writing.out);
	finish(&writing);
	return 0;
}
