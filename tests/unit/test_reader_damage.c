/*
 * test_reader_damage.c - the reader on every way to harm a small trace.
 */
#include "data/sample.h"
#include "reader/reader.h"
#include "trace/format.h"

#include "sample_file.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A sanitizer's shadow alone exceeds any limit on address space. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED false
#endif

/* ---- damage -------------------------------------------------------------- */

static size_t start_at_or_before(const size_t *starts, size_t count, size_t at)
{
	while (starts[count - 1] > at)
		count--;
	return starts[count - 1];
}

Test(reader_damage, a_trace_cut_anywhere_is_read_as_far_as_it_is_whole)
{
	struct buffer bytes = sample_bytes();
	struct diagnostic diagnostic;
	size_t starts[SAMPLE_FILE_BLOCKS], count = block_starts(&bytes, starts);
	uint64_t events = 0;

	for (size_t cut = 0; cut < bytes.length; cut++) {
		struct memory_file file = memory_file(bytes.data, cut);
		struct trace *trace;
		if (cut < starts[0]) {
			int error = cut == 0 ? -ENODATA : -EBADMSG;
			expect_refusal(file.path, error, "");
			close(file.fd);
			continue;
		}
		trace = open_or_die(file.path);
		const struct trace_info *info = trace_info(trace);
		size_t whole = start_at_or_before(starts, count, cut);
		cr_assert_eq(info->damaged_at, whole == cut ? 0 : whole, "cut at %zu", cut);
		cr_assert_not(info->complete);
		cr_assert_not(info->ended);
		cr_assert_eq(sample_exercise(trace, &diagnostic), 0, "%s", diagnostic.message);
		cr_assert_geq(info->event_count, events);
		events = info->event_count;
		trace_close(trace);
		close(file.fd);
	}
	cr_assert_eq(events, SAMPLE_EVENTS);
}

Test(reader_damage, without_an_end_the_last_mark_is_the_duration)
{
	struct buffer bytes = sample_bytes();
	size_t starts[SAMPLE_FILE_BLOCKS], count = block_starts(&bytes, starts);
	struct memory_file file = memory_file(bytes.data, starts[count - 2]);
	struct trace *trace = open_or_die(file.path);

	cr_assert_eq(trace_info(trace)->event_count, SAMPLE_EVENTS);
	cr_assert_eq(trace_info(trace)->duration_ns, (SAMPLE_EVENTS - 1) * 100);
	cr_assert_eq(trace_info(trace)->peak_rss_bytes, 12 * 8192);
	trace_close(trace);
}

Test(reader_damage, zeroes_at_the_end_are_a_cut_but_not_in_the_middle)
{
	struct buffer bytes = sample_bytes();
	size_t length = bytes.length;
	static const uint8_t zeroes[70000];

	buffer_append(&bytes, zeroes, sizeof(zeroes));
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	cr_assert_eq(trace_info(trace)->damaged_at, length);
	cr_assert(trace_info(trace)->ended);
	cr_assert_not(trace_info(trace)->complete);
	expect_figures(trace);
	trace_close(trace);
	buffer_append(&bytes, "x", 1);
	expect_bytes_refused(bytes.data, bytes.length, -EBADMSG, "no block header");
}

/* Every single bit is covered: it shows as an error, or cuts the trace off, but never passes. */
Test(reader_damage, no_flipped_bit_passes_unnoticed)
{
	struct buffer bytes = sample_bytes();

	for (size_t bit = 0; bit < bytes.length * 8; bit++) {
		struct diagnostic diagnostic = {{0}};
		struct trace *trace;
		bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		struct memory_file file = memory_file(bytes.data, bytes.length);
		bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		int error = trace_open(file.path, &trace, &diagnostic);
		if (!error)
			error = sample_exercise(trace, &diagnostic);
		if (error)
			cr_assert_not_null(strstr(diagnostic.message, file.path), "bit %zu: %s", bit,
					   diagnostic.message);
		else
			cr_assert(trace_info(trace)->damaged_at != 0 && !trace_info(trace)->complete,
				  "bit %zu passes", bit);
		trace_close(trace);
		close(file.fd);
	}
}

static void change_every_byte(struct buffer bytes)
{
	uint8_t *copy = malloc(bytes.length);

	for (size_t i = 0; i < bytes.length * 4; i++) {
		struct diagnostic diagnostic = {{0}};
		struct trace *trace;
		const uint8_t values[4] = {0, 0xff, (uint8_t)(bytes.data[i / 4] + 1),
					   (uint8_t)(bytes.data[i / 4] ^ 0x80)};
		memcpy(copy, bytes.data, bytes.length);
		copy[i / 4] = values[i % 4];
		sample_reseal(copy, bytes.length);
		struct memory_file file = memory_file(copy, bytes.length);
		int error = trace_open(file.path, &trace, &diagnostic);
		if (!error)
			error = sample_exercise(trace, &diagnostic);
		if (error)
			cr_assert_not_null(strstr(diagnostic.message, file.path), "byte %zu: %s", i / 4,
					   diagnostic.message);
		trace_close(trace);
		close(file.fd);
	}
	free(copy);
	buffer_finish(&bytes);
}

Test(reader_damage, no_changed_byte_under_good_checksums_does_harm)
{
	struct buffer compressed = {0}, stored = {0};

	change_every_byte(sample_bytes());
	sample_trace_with_collector(&compressed);
	sample_stored(&compressed, &stored);
	change_every_byte(stored);
	buffer_finish(&compressed);
}

Test(reader_damage, damage_in_the_middle_names_offset_and_kind)
{
	struct buffer bytes = sample_bytes();
	size_t starts[SAMPLE_FILE_BLOCKS];
	char words[60];

	block_starts(&bytes, starts);
	bytes.data[starts[1] + 20] ^= 1;
	snprintf(words, sizeof(words), "damaged at offset %zu: wrong checksum", starts[1]);
	expect_bytes_refused(bytes.data, bytes.length, -EBADMSG, words);
	bytes.data[starts[1] + 16] = 100; /* modules: a count that is not there */
	sample_reseal(bytes.data, bytes.length);
	snprintf(words, sizeof(words), "offset %zu: the contents of a block (MODULES)", starts[1]);
	expect_bytes_refused(bytes.data, bytes.length, -EBADMSG, words);
}

Test(reader_damage, a_file_truncated_while_it_is_read_is_an_error)
{
	struct buffer bytes = sample_bytes();
	struct memory_file file = memory_file(bytes.data, bytes.length);
	struct trace *trace = open_or_die(file.path);
	struct diagnostic diagnostic;

	cr_assert_eq(ftruncate(file.fd, 200), 0);
	cr_assert_eq(sample_exercise(trace, &diagnostic), -EBADMSG);
	cr_assert_not_null(strstr(diagnostic.message, "became shorter"), "%s", diagnostic.message);
	trace_close(trace);
}

/* ---- impossible contents, good checksums --------------------------------- */

static void expect_block_refused(enum block_kind kind, size_t count, const uint64_t *values)
{
	struct buffer bytes = {0}, payload = {0};
	const struct rlimit limit = {.rlim_cur = 512 << 20, .rlim_max = 512 << 20};

	sample_heading(&bytes, FORMAT_VERSION, "");
	for (size_t i = 0; i < count; i++)
		buffer_varint(&payload, values[i]);
	sample_block(&bytes, kind, &payload);
	if (!SANITIZED)
		setrlimit(RLIMIT_AS, &limit);
	expect_bytes_refused(bytes.data, bytes.length, -EBADMSG, "inconsistent");
	buffer_finish(&bytes);
	buffer_finish(&payload);
}

#define REFUSED(kind, ...)                                                                                   \
	expect_block_refused(kind, sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t),               \
			     (const uint64_t[]){__VA_ARGS__})

Test(reader_damage, impossible_tables_are_refused_without_much_memory)
{
	REFUSED(BLOCK_META, 1, 2, 3);
	REFUSED(BLOCK_MODULES, UINT64_MAX);
	REFUSED(BLOCK_MODULES, 1, 2, 0, 0, 0, 0, 0, 0);           /* index 2 before 1 */
	REFUSED(BLOCK_MODULES, 1, 1, 10, UINT64_MAX, 0, 0, 0, 0); /* ends beyond all addresses */
	REFUSED(BLOCK_MODULES, 1, 1, 10, 10, 0, 0, UINT64_MAX);   /* a path of that length */
	REFUSED(BLOCK_UNLOADED, 0, 5);
	REFUSED(BLOCK_UNLOADED, 1, 5);
	REFUSED(BLOCK_NODES, 1, UINT64_MAX);
	REFUSED(BLOCK_NODES, 2, 1, 1, 0, 0);        /* id 2 before 1 */
	REFUSED(BLOCK_NODES, 1, 1, 0, 0, 0);        /* its own parent */
	REFUSED(BLOCK_NODES, 1, 1, 2, 0, 0);        /* a parent below the root */
	REFUSED(BLOCK_NODES, 1, 1, 1, 1, 0);        /* a module that is not there */
	REFUSED(BLOCK_NODES, 1, 1, 1, 1u << 19, 0); /* an unknown flag */
	REFUSED(BLOCK_NODES, 1, 1, 1, 5u << 16, 0); /* a label with an exact pc */
	REFUSED(BLOCK_NODES, 1, 1, 1, 6u << 16, 0); /* and one without its outer frames */
	REFUSED(BLOCK_NODES, 2, 1, 1, 4u << 16, 0); /* a label, but id 2 before 1 */
	REFUSED(BLOCK_THREADS, 1, 1, 0, 0);
	REFUSED(BLOCK_THREADS, UINT64_MAX);
	REFUSED(BLOCK_LABELS, 1, 1, 1000);
	REFUSED(BLOCK_NOTES, 1, 0, 0, 0, 1, 0, 0); /* no such thread */
	REFUSED(BLOCK_RSS, 2, 1, 1);
	REFUSED(BLOCK_END, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	REFUSED(BLOCK_END, 1, 0, 0);
}
