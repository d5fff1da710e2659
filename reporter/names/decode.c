/*
 * decode.c - names as they come from a trace, untrusted.
 *
 * Counts are never believed: a table grows by what was really read, and a loop ends at the first entry that
 * is not there.
 */
#include "names/names.h"

#include "base/vector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct decoder {
	struct names *names;
	struct varint_cursor in;
	struct vector texts, functions, frames, codes, pairs, modules, sources, marked, warnings;
	struct names_frame *last; /* by function */
	size_t text_bytes;
	uint32_t function, exported, line, callees;
	bool bad; /* what was read makes no sense */
};

/* ---- numbers ----------------------------------------------------------------------------------- */

static uint32_t below(struct decoder *decoder, uint64_t value, uint64_t limit)
{
	if (value < limit)
		return (uint32_t)value;
	decoder->bad = true;
	return 0;
}

static uint32_t next_below(struct decoder *decoder, uint64_t limit)
{
	return below(decoder, varint_next(&decoder->in), limit);
}

static uint32_t next_text(struct decoder *decoder)
{
	return next_below(decoder, decoder->texts.count);
}

/* A number of 32 bits, told as the distance from another one. */
static uint32_t next_from(struct decoder *decoder, uint32_t base, uint64_t limit)
{
	return below(decoder, (uint64_t)base + (uint64_t)varint_next_signed(&decoder->in), limit);
}

static uint32_t next_callee(struct decoder *decoder)
{
	uint32_t callee = next_below(decoder, UINT32_MAX);

	decoder->callees = callee >= decoder->callees ? callee + 1 : decoder->callees;
	return callee;
}

typedef int entry_reader(struct decoder *decoder);

static int read_each(struct decoder *decoder, entry_reader *read)
{
	int error = 0;

	for (uint64_t count = varint_next(&decoder->in); count > 0 && !error; count--) {
		error = read(decoder);
		if (decoder->in.failed || decoder->bad)
			return -EBADMSG;
	}
	return error;
}

/* ---- texts and functions ----------------------------------------------------------------------- */

/* Texts take no more than they did, for each had its length before it. */
static int read_text(struct decoder *decoder)
{
	uint64_t length = varint_next(&decoder->in);
	const uint8_t *bytes = varint_next_bytes(&decoder->in, length);
	const char *text = decoder->names->text_bytes + decoder->text_bytes;

	if (!bytes)
		return -EBADMSG;
	memcpy(decoder->names->text_bytes + decoder->text_bytes, bytes, (size_t)length);
	decoder->text_bytes += (size_t)length + 1;
	return vector_push(&decoder->texts, &text, sizeof(text)); // NOLINT: of pointers
}

static int read_texts(struct decoder *decoder, size_t count)
{
	static const char *const empty = "";

	decoder->names->text_bytes = calloc(1, count + 1);
	if (!decoder->names->text_bytes || vector_push(&decoder->texts, &empty, sizeof(empty)) != 0) // NOLINT
		return -ENOMEM;
	return read_each(decoder, read_text);
}

/* A part comes behind or before its whole: who looks checks that no part has parts. */
static int read_function(struct decoder *decoder)
{
	struct names_function function = {.name = next_text(decoder)};
	uint64_t kind;

	function.file = next_text(decoder);
	function.module = next_text(decoder);
	function.part_of = next_below(decoder, UINT32_MAX);
	function.first_line = next_from(decoder, decoder->line, UINT32_MAX);
	function.last_line = next_from(decoder, function.first_line, UINT32_MAX);
	kind = varint_next(&decoder->in);
	function.flags = kind & NAMES_FUNCTION_FLAGS;
	function.signature = below(decoder, kind / (NAMES_FUNCTION_FLAGS + 1), UINT8_MAX);
	decoder->line = function.first_line;
	return vector_push(&decoder->functions, &function, sizeof(function));
}

static bool parts_are_sound(const struct decoder *decoder)
{
	const struct names_function *functions = decoder->functions.data;
	size_t count = decoder->functions.count;

	for (size_t i = 0; i < count; i++)
		if (functions[i].part_of > count ||
		    (functions[i].part_of > 0 && functions[functions[i].part_of - 1].part_of > 0))
			return false;
	return true;
}

static int read_functions(struct decoder *decoder)
{
	int error = read_each(decoder, read_function);

	if (error || !parts_are_sound(decoder))
		return error ? error : -EBADMSG;
	decoder->last = calloc(decoder->functions.count + 1, sizeof(*decoder->last));
	return decoder->last ? 0 : -ENOMEM;
}

/* ---- frames ------------------------------------------------------------------------------------ */

static int read_frame(struct decoder *decoder)
{
	uint32_t flags = next_below(decoder, 32);
	uint32_t function = next_from(decoder, decoder->function, decoder->functions.count);
	struct names_frame *last, frame;

	if (decoder->bad || decoder->in.failed)
		return -EBADMSG;
	last = &decoder->last[function];
	frame = *last;
	frame.function = decoder->function = function;
	frame.inlined = flags & 1;
	frame.jumped = flags & 2;
	if (flags & 4)
		frame.instance = next_text(decoder);
	if (flags & 8)
		frame.offset += (uint64_t)varint_next_signed(&decoder->in);
	if (flags & 16)
		frame.line = next_from(decoder, last->line, UINT32_MAX);
	*last = frame;
	return vector_push(&decoder->frames, &frame, sizeof(frame));
}

static int read_frames(struct decoder *decoder, uint64_t count, struct names_frames *frames)
{
	int error = decoder->frames.count < UINT32_MAX / 2 && count < UINT32_MAX / 2 ? 0 : -EBADMSG;

	frames->first = (uint32_t)decoder->frames.count;
	frames->count = (uint32_t)count;
	for (; count > 0 && !error; count--)
		error = read_frame(decoder);
	return error;
}

/* All code has a frame. */
static int read_code(struct decoder *decoder)
{
	struct names_code code = {0};
	uint64_t head = varint_next(&decoder->in);
	int error;

	if (head & 1)
		code.called = next_callee(decoder);
	if (head & 2)
		code.entered = next_callee(decoder);
	code.exported = decoder->exported = head & 4 ? next_text(decoder) : decoder->exported;
	error = head >> 3 > 0 ? read_frames(decoder, head >> 3, &code.frames) : -EBADMSG;
	return error ? error : vector_push(&decoder->codes, &code, sizeof(code));
}

static int read_pair(struct decoder *decoder)
{
	struct names_pair pair = {.called = next_callee(decoder)};
	int error;

	pair.entered = next_callee(decoder);
	error = read_frames(decoder, varint_next(&decoder->in), &pair.frames);
	return error ? error : vector_push(&decoder->pairs, &pair, sizeof(pair));
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static int read_module(struct decoder *decoder)
{
	uint64_t word = varint_next(&decoder->in);
	struct names_module module = {.runtimes = below(decoder, word >> 1, UINT32_MAX), .lines = word & 1};

	return vector_push(&decoder->modules, &module, sizeof(module));
}

static int read_source(struct decoder *decoder)
{
	struct names_source source = {.file = next_text(decoder)};
	const uint8_t *md5;

	source.size_bytes = varint_next(&decoder->in);
	source.modified_ns = varint_next(&decoder->in);
	md5 = varint_next_bytes(&decoder->in, NAMES_MD5_BYTES);
	if (!md5)
		return -EBADMSG;
	memcpy(source.md5, md5, NAMES_MD5_BYTES);
	return vector_push(&decoder->sources, &source, sizeof(source));
}

static int read_marked(struct decoder *decoder)
{
	uint32_t function = next_below(decoder, decoder->functions.count);

	return vector_push(&decoder->marked, &function, sizeof(function));
}

static int read_warning(struct decoder *decoder)
{
	uint32_t text = next_text(decoder);

	return vector_push(&decoder->warnings, &text, sizeof(text));
}

static int read_all(struct decoder *decoder, size_t count)
{
	entry_reader *const tables[] = {read_code,   read_pair,   read_module,
					read_source, read_marked, read_warning};
	int error;

	decoder->names->origin = varint_next(&decoder->in);
	decoder->names->key_crc = varint_next(&decoder->in);
	error = read_texts(decoder, count);
	if (!error)
		error = read_functions(decoder);
	for (size_t i = 0; !error && i < sizeof(tables) / sizeof(*tables); i++)
		error = read_each(decoder, tables[i]);
	/* Each is at some code, or stands for all that are not told. */
	if (decoder->callees > 2 * decoder->codes.count + 2)
		return -EBADMSG;
	return error ? error : decoder->in.failed || decoder->bad ? -EBADMSG : 0;
}

static void publish(struct decoder *decoder)
{
	struct names *names = decoder->names;

	names->texts = decoder->texts.data;
	names->text_count = decoder->texts.count;
	names->functions = decoder->functions.data;
	names->function_count = decoder->functions.count;
	names->frames = decoder->frames.data;
	names->frame_count = decoder->frames.count;
	names->codes = decoder->codes.data;
	names->code_count = decoder->codes.count;
	names->pairs = decoder->pairs.data;
	names->pair_count = decoder->pairs.count;
	names->modules = decoder->modules.data;
	names->module_count = decoder->modules.count;
	names->sources = decoder->sources.data;
	names->source_count = decoder->sources.count;
	names->marked = decoder->marked.data;
	names->marked_count = decoder->marked.count;
	names->warnings = decoder->warnings.data;
	names->warning_count = decoder->warnings.count;
	names->callee_count = decoder->callees;
}

int names_decode(struct names *names, const uint8_t *bytes, size_t count)
{
	struct decoder decoder = {.names = names, .in = varint_cursor(bytes, count), .callees = 1};
	int error;

	*names = (struct names){0};
	error = read_all(&decoder, count);
	free(decoder.last);
	publish(&decoder);
	if (error)
		names_finish(names);
	return error;
}
