/*
 * encode.c - names as a trace has them: see BLOCK_NAMES in trace/format.h.
 *
 * Texts are sorted, so that compression finds what they share.
 */
#include "names/names.h"

#include <stdlib.h>
#include <string.h>

struct encoder {
	const struct names *names;
	struct buffer *out;
	uint32_t *rank;           /* of texts: where they are written */
	struct names_frame *last; /* by function: what was said of it last */
	uint32_t function;        /* of the frame before */
	uint32_t exported;        /* before */
};

/* ---- texts ------------------------------------------------------------------------------------- */

static int by_text(const void *left, const void *right, void *texts)
{
	const char *const *all = texts;

	return strcmp(all[*(const uint32_t *)left], all[*(const uint32_t *)right]);
}

/* The empty text, which is the first, is not written. */
static void encode_texts(struct encoder *encoder)
{
	const struct names *names = encoder->names;
	uint32_t *order = calloc(names->text_count + 1, sizeof(*order));

	encoder->out->failed |= !order || !encoder->rank;
	if (!encoder->out->failed) {
		for (uint32_t i = 0; i < names->text_count; i++)
			order[i] = i;
		qsort_r(order + 1, names->text_count - 1, sizeof(*order), by_text,
			(void *)(uintptr_t)names->texts);
		buffer_varint(encoder->out, names->text_count - 1);
		for (uint32_t i = 1; i < names->text_count; i++) {
			const char *text = names->texts[order[i]];

			encoder->rank[order[i]] = i;
			buffer_text(encoder->out, text, strlen(text));
		}
	}
	free(order);
}

static void put_text(struct encoder *encoder, uint32_t text)
{
	buffer_varint(encoder->out, encoder->rank[text]);
}

/* ---- functions and frames ---------------------------------------------------------------------- */

static void encode_functions(struct encoder *encoder)
{
	const struct names *names = encoder->names;
	uint32_t line = 0;

	buffer_varint(encoder->out, names->function_count);
	for (size_t i = 0; i < names->function_count; i++) {
		const struct names_function *function = &names->functions[i];

		put_text(encoder, function->name);
		put_text(encoder, function->file);
		put_text(encoder, function->module);
		buffer_varint(encoder->out, function->part_of);
		buffer_signed(encoder->out, (int64_t)function->first_line - line);
		buffer_signed(encoder->out, (int64_t)function->last_line - function->first_line);
		buffer_varint(encoder->out,
			      function->flags | (uint64_t)function->signature * (NAMES_FUNCTION_FLAGS + 1));
		line = function->first_line;
	}
}

/* What it has in common with the last frame of its function takes a bit each. */
static void encode_frame(struct encoder *encoder, const struct names_frame *frame)
{
	struct names_frame *last = &encoder->last[frame->function];
	unsigned flags = (unsigned)frame->inlined | (unsigned)frame->jumped << 1 |
			 (unsigned)(frame->instance != last->instance) << 2 |
			 (unsigned)(frame->offset != last->offset) << 3 |
			 (unsigned)(frame->line != last->line) << 4;

	buffer_varint(encoder->out, flags);
	buffer_signed(encoder->out, (int64_t)frame->function - encoder->function);
	if (frame->instance != last->instance)
		put_text(encoder, frame->instance);
	if (frame->offset != last->offset)
		buffer_signed(encoder->out, (int64_t)(frame->offset - last->offset));
	if (frame->line != last->line)
		buffer_signed(encoder->out, (int64_t)frame->line - last->line);
	*last = *frame;
	encoder->function = frame->function;
}

static void encode_frames(struct encoder *encoder, struct names_frames frames)
{
	for (uint32_t i = 0; i < frames.count; i++)
		encode_frame(encoder, &encoder->names->frames[frames.first + i]);
}

static void encode_code(struct encoder *encoder, const struct names_code *code)
{
	bool exported = code->exported != encoder->exported;
	unsigned flags =
		(unsigned)(code->called > 0) | (unsigned)(code->entered > 0) << 1 | (unsigned)exported << 2;

	buffer_varint(encoder->out, (uint64_t)code->frames.count << 3 | flags);
	if (code->called > 0)
		buffer_varint(encoder->out, code->called);
	if (code->entered > 0)
		buffer_varint(encoder->out, code->entered);
	if (exported)
		put_text(encoder, code->exported);
	encoder->exported = code->exported;
	encode_frames(encoder, code->frames);
}

static void encode_codes(struct encoder *encoder)
{
	const struct names *names = encoder->names;

	buffer_varint(encoder->out, names->code_count);
	for (size_t i = 0; i < names->code_count; i++)
		encode_code(encoder, &names->codes[i]);
	buffer_varint(encoder->out, names->pair_count);
	for (size_t i = 0; i < names->pair_count; i++) {
		buffer_varint(encoder->out, names->pairs[i].called);
		buffer_varint(encoder->out, names->pairs[i].entered);
		buffer_varint(encoder->out, names->pairs[i].frames.count);
		encode_frames(encoder, names->pairs[i].frames);
	}
}

/* ---- the rest ---------------------------------------------------------------------------------- */

static void encode_rest(struct encoder *encoder)
{
	const struct names *names = encoder->names;
	struct buffer *out = encoder->out;

	buffer_varint(out, names->module_count);
	for (size_t i = 0; i < names->module_count; i++)
		buffer_varint(out, (uint64_t)names->modules[i].runtimes << 1 | names->modules[i].lines);
	buffer_varint(out, names->source_count);
	for (size_t i = 0; i < names->source_count; i++) {
		put_text(encoder, names->sources[i].file);
		buffer_varint(out, names->sources[i].size_bytes);
		buffer_varint(out, names->sources[i].modified_ns);
		buffer_append(out, names->sources[i].md5, NAMES_MD5_BYTES);
	}
	buffer_varint(out, names->marked_count);
	for (size_t i = 0; i < names->marked_count; i++)
		buffer_varint(out, names->marked[i]);
	buffer_varint(out, names->warning_count);
	for (size_t i = 0; i < names->warning_count; i++)
		put_text(encoder, names->warnings[i]);
}

void names_encode(const struct names *names, struct buffer *out)
{
	struct encoder encoder = {
		.names = names,
		.out = out,
		.rank = calloc(names->text_count + 1, sizeof(*encoder.rank)),
		.last = calloc(names->function_count + 1, sizeof(*encoder.last)),
	};

	out->failed |= !encoder.rank || !encoder.last;
	buffer_varint(out, names->origin);
	buffer_varint(out, names->key_crc);
	encode_texts(&encoder);
	if (!out->failed) {
		encode_functions(&encoder);
		encode_codes(&encoder);
		encode_rest(&encoder);
	}
	free(encoder.rank);
	free(encoder.last);
}
