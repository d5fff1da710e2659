/*
 * test_names.c - names of code and source text as traces hold them: there and back, and harmed on the way.
 */
#include "names/append.h"
#include "names/names.h"
#include "sources/sources.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *texts[] = {"", "ns::outer", "/a/b.cpp", "/bin/app", "_ZN2ns5outerEv", "inner", "malloc"};
static struct names_function functions[] = {
	{.name = 1, .file = 2, .module = 3, .first_line = 10, .last_line = 20, .flags = NAMES_MARKED},
	{.name = 5, .file = 2, .module = 3, .part_of = 1, .first_line = 4, .last_line = 3, .signature = 3},
	{.name = 6, .module = 3, .flags = NAMES_SYSTEM | NAMES_ALLOCATOR},
};
static struct names_frame frames[] = {
	{.function = 1, .line = 5, .inlined = true},
	{.function = 0, .line = 12, .instance = 4},
	{.function = 2, .offset = UINT64_MAX},
	{.function = 0, .line = 11, .instance = 4, .jumped = true},
	{.function = 2, .offset = 3},
};
static struct names_code codes[] = {
	{.frames = {0, 2}, .called = 2, .entered = 1, .exported = 6},
	{.frames = {2, 1}, .entered = 3, .exported = 6},
	{.frames = {4, 1}},
};
static struct names_pair pairs[] = {{.called = 2, .entered = 3, .frames = {3, 1}}, {.called = 2}};
static struct names_module modules[] = {{0}, {.runtimes = 9, .lines = true}};
static struct names_source sources[] = {
	{.file = 2, .size_bytes = 77, .modified_ns = UINT64_MAX, .md5 = {1, 255}}};
static uint32_t marked[] = {0}, warnings[] = {3};
static const struct names sample = {
	.origin = 0x123456789abcdef,
	.key_crc = 17,
	.texts = texts,
	.functions = functions,
	.frames = frames,
	.codes = codes,
	.pairs = pairs,
	.modules = modules,
	.sources = sources,
	.marked = marked,
	.warnings = warnings,
	.text_count = 7,
	.function_count = 3,
	.frame_count = 5,
	.code_count = 3,
	.pair_count = 2,
	.module_count = 2,
	.source_count = 1,
	.marked_count = 1,
	.warning_count = 1,
};

static struct buffer encoded(void)
{
	struct buffer bytes = {0};

	names_encode(&sample, &bytes);
	cr_assert_not(bytes.failed);
	return bytes;
}

static void expect_text(const struct names *names, uint32_t got, uint32_t expected)
{
	cr_assert_lt(got, names->text_count);
	cr_assert_str_eq(names->texts[got], texts[expected]);
}

static void expect_frames(const struct names *names, struct names_frames got, struct names_frames expected)
{
	cr_assert_eq(got.count, expected.count);
	for (uint32_t i = 0; i < got.count; i++) {
		const struct names_frame *a = &names->frames[got.first + i], *b = &frames[expected.first + i];

		cr_assert_eq(a->function, b->function);
		cr_assert_eq(a->line, b->line);
		cr_assert_eq(a->offset, b->offset);
		cr_assert_eq(a->inlined, b->inlined);
		cr_assert_eq(a->jumped, b->jumped);
		expect_text(names, a->instance, b->instance);
	}
}

static void expect_functions(const struct names *names)
{
	cr_assert_eq(names->function_count, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct names_function *got = &names->functions[i];

		expect_text(names, got->name, functions[i].name);
		expect_text(names, got->file, functions[i].file);
		expect_text(names, got->module, functions[i].module);
		cr_assert_eq(got->part_of, functions[i].part_of);
		cr_assert_eq(got->first_line, functions[i].first_line);
		cr_assert_eq(got->last_line, functions[i].last_line);
		cr_assert_eq(got->flags, functions[i].flags);
		cr_assert_eq(got->signature, functions[i].signature);
	}
}

Test(names, there_and_back)
{
	struct buffer bytes = encoded();
	struct names names;

	cr_assert_eq(names_decode(&names, bytes.data, bytes.length), 0);
	cr_assert_eq(names.origin, sample.origin);
	cr_assert_eq(names.key_crc, sample.key_crc);
	expect_functions(&names);
	cr_assert_eq(names.code_count, 3);
	for (size_t i = 0; i < 3; i++) {
		expect_frames(&names, names.codes[i].frames, codes[i].frames);
		expect_text(&names, names.codes[i].exported, codes[i].exported);
		cr_assert_eq(names.codes[i].called, codes[i].called);
		cr_assert_eq(names.codes[i].entered, codes[i].entered);
	}
	cr_assert_eq(names.pair_count, 2);
	expect_frames(&names, names.pairs[0].frames, pairs[0].frames);
	cr_assert_eq(names.pairs[0].entered, 3);
	cr_assert_eq(names.modules[1].runtimes, 9);
	cr_assert(names.modules[1].lines && !names.modules[0].lines);
	expect_text(&names, names.sources[0].file, 2);
	cr_assert_eq(memcmp(names.sources[0].md5, sources[0].md5, NAMES_MD5_BYTES), 0);
	cr_assert_eq(names.marked[0], 0);
	expect_text(&names, names.warnings[0], 3);
	names_finish(&names);
	buffer_finish(&bytes);
}

/* Whatever is read is consistent, or nothing is. */
static void expect_sound(const uint8_t *bytes, size_t count)
{
	struct names names;
	uint8_t *copy = malloc(count + 1); /* so that a sanitizer sees its end */

	memcpy(copy, bytes, count);
	if (names_decode(&names, copy, count) == 0) {
		for (size_t i = 0; i < names.frame_count; i++) {
			cr_assert_lt(names.frames[i].function, names.function_count);
			cr_assert_lt(names.frames[i].instance, names.text_count);
		}
		for (size_t i = 0; i < names.code_count; i++) {
			struct names_frames told = names.codes[i].frames;

			cr_assert(told.count > 0 && told.first + told.count <= names.frame_count);
			cr_assert_lt(names.codes[i].called, names.callee_count);
			cr_assert_lt(names.codes[i].entered, names.callee_count);
		}
		cr_assert_leq(names.callee_count, 2 * names.code_count + 2);
		names_finish(&names);
	}
	free(copy);
}

Test(names, cut_off_anywhere)
{
	struct buffer bytes = encoded();
	struct names names;

	for (size_t count = 0; count < bytes.length; count++) {
		cr_assert_eq(names_decode(&names, bytes.data, count), -EBADMSG, "cut at %zu", count);
		cr_assert_null(names.texts);
	}
	buffer_finish(&bytes);
}

Test(names, harmed_anywhere)
{
	struct buffer bytes = encoded();

	for (size_t at = 0; at < bytes.length; at++)
		for (unsigned value = 0; value < 256; value++) {
			uint8_t kept = bytes.data[at];

			bytes.data[at] = (uint8_t)value;
			expect_sound(bytes.data, bytes.length);
			bytes.data[at] = kept;
		}
	buffer_finish(&bytes);
}

Test(names, counts_are_not_believed)
{
	struct buffer bytes = {0};
	struct names names;

	for (int i = 0; i < 12; i++)
		buffer_varint(&bytes, UINT64_MAX);
	cr_assert_eq(names_decode(&names, bytes.data, bytes.length), -EBADMSG);
	buffer_finish(&bytes);
}

/* ---- source text ------------------------------------------------------------------------------- */

static void expect_line(const struct source_text *text, size_t line, const char *expected)
{
	cr_assert_leq(line, text->line_count);
	cr_assert_str_eq(text->lines[line - 1], expected);
}

Test(names, source_text_there_and_back)
{
	char path[] = "/tmp/test_names.XXXXXX";
	FILE *out = fdopen(mkstemp(path), "w");
	const struct source_options options = {0};
	struct sources *before = sources_create(&options), *after = sources_create(&options);
	struct buffer bytes = {0};
	const struct source_lines wanted[] = {{path, 2, 3}, {path, 3, 4}, {path, 7, 900}};

	fputs("one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n", out);
	fclose(out);
	sources_pack(before, wanted, 3, &bytes);
	unlink(path);
	cr_assert_null(sources_find(sources_create(&options), path));
	cr_assert_eq(sources_unpack(after, bytes.data, bytes.length), 0);
	const struct source_text *text = sources_find(after, path);
	cr_assert_not_null(text);
	cr_assert_eq(text->line_count, 8);
	expect_line(text, 1, "");
	expect_line(text, 2, "two");
	expect_line(text, 4, "four");
	expect_line(text, 5, "");
	expect_line(text, 8, "eight");
	for (size_t count = 0; count <= bytes.length; count++) {
		struct sources *cut = sources_create(&options);
		uint8_t *copy = malloc(count + 1);

		memcpy(copy, bytes.data, count);
		cr_assert_eq(sources_unpack(cut, copy, count), 0);
		sources_destroy(cut);
		free(copy);
	}
	sources_destroy(before);
	sources_destroy(after);
	buffer_finish(&bytes);
}

/* ---- behind a file ----------------------------------------------------------------------------- */

Test(names, only_what_was_read_is_added_to)
{
	char path[] = "/tmp/test_names.XXXXXX", content[16] = {0};
	int fd = mkstemp(path);
	struct buffer blocks = {0};

	buffer_append(&blocks, "new", 3);
	cr_assert_eq(write(fd, "old+torn", 8), 8);
	cr_assert_eq(append_write(&(struct append_place){path, 7, 3}, &blocks), -EBUSY, "another length");
	cr_assert_eq(pread(fd, content, sizeof(content), 0), 8);
	cr_assert_eq(append_write(&(struct append_place){path, 8, 3}, &blocks), 0);
	cr_assert_eq(pread(fd, content, sizeof(content), 0), 6);
	cr_assert_eq(memcmp(content, "oldnew", 6), 0);
	close(fd);
	unlink(path);
	buffer_finish(&blocks);
}
