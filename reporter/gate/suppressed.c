/*
 * suppressed.c - what suppressions kept from being counted, and which of them kept nothing.
 */
#include "gate/private.h"
#include "base/number.h"

#include <inttypes.h>
#include <string.h>

#define NAMED 5 /* of a list in one line */

/* ---- of a program ---------------------------------------------------------------------------- */

static struct suppressed_leaks most_of(const struct program *program, const char *pattern, size_t index)
{
	struct suppressed_leaks most = {.pattern = pattern};

	for (size_t i = 0; i < program->count; i++) {
		const struct amounts *sum = &program->inputs[i].suppressed[index];

		most.bytes = sum->suppressed_bytes > most.bytes ? sum->suppressed_bytes : most.bytes;
		most.blocks = sum->suppressed_blocks > most.blocks ? sum->suppressed_blocks : most.blocks;
	}
	return most;
}

/* "100 B in 1 block by leak:parse" */
static const char *leaks_text(struct check *check, const struct suppressed_leaks *leaks)
{
	char size[NUMBER_BYTES];

	number_size(size, sizeof(size), leaks->bytes, NUMBER_PRECISION_DEFAULT);
	return check_string(check, "%s in %" PRIu64 " block%s by leak:%s", size, leaks->blocks,
			    leaks->blocks == 1 ? "" : "s", leaks->pattern);
}

static const char *note_of(struct check *check, const struct checked_program *program)
{
	const char *note = "suppressed:";
	size_t count = program->suppressed_count;

	for (size_t i = 0; i < count && i < NAMED; i++)
		note = check_string(check, "%s%s %s", note, i > 0 ? "," : "",
				    leaks_text(check, &program->suppressed[i]));
	return count > NAMED ? check_string(check, "%s, and by %zu more", note, count - NAMED) : note;
}

/* The process with most of those that are not the gate's, which each trace may have others of. */
static const struct input *most_by_others(const struct program *program)
{
	const struct input *most = &program->inputs[0];

	for (size_t i = 1; i < program->count; i++)
		if (program->inputs[i].by_others_count > most->by_others_count)
			most = &program->inputs[i];
	return most;
}

void note_suppressed(struct check *check, const struct program *program, struct checked_program *out)
{
	const struct suppressions *all = &check->options->gate->suppressions;
	const struct input *others = most_by_others(program);
	struct suppressed_leaks *suppressed =
		check_alloc(check, all->count + others->by_others_count, sizeof(*suppressed));
	const char *note;

	for (size_t i = 0; i < all->count; i++) {
		struct suppressed_leaks leaks = most_of(program, all->list[i].pattern, i);

		if (leaks.blocks > 0)
			suppressed[out->suppressed_count++] = leaks;
	}
	for (size_t i = 0; i < others->by_others_count; i++)
		suppressed[out->suppressed_count++] = others->by_others[i];
	out->suppressed = suppressed;
	if (out->suppressed_count == 0)
		return;
	note = note_of(check, out);
	out->note = out->note ? check_string(check, "%s; %s", out->note, note) : note;
}

/* ---- of none ------------------------------------------------------------------------------------ */

static bool is_idle(const struct check *check, size_t suppression)
{
	for (size_t i = 0; i < check->input_count; i++)
		if (check->inputs[i].suppressed[suppression].suppressed_blocks > 0)
			return false;
	return true;
}

/* Those of one file, which follow each other. */
static void complain_of_file(struct check *check, size_t begin, size_t end)
{
	const struct suppression *list = check->options->gate->suppressions.list;
	const char *names = "";
	size_t count = 0;

	for (size_t i = begin; i < end; i++)
		if (is_idle(check, i) && count++ < NAMED)
			names = check_string(check, "%s%sleak:%s (line %zu)", names, *names ? ", " : "",
					     list[i].pattern, list[i].line);
	if (count > NAMED)
		names = check_string(check, "%s and %zu more", names, count - NAMED);
	if (count > 0)
		complain(check, false, list[begin].path, "suppressed nothing: %s", names);
}

void find_idle_suppressions(struct check *check)
{
	const struct suppressions *all = &check->options->gate->suppressions;
	size_t end;

	for (size_t begin = 0; check->input_count > 0 && begin < all->count; begin = end) {
		for (end = begin + 1; end < all->count && all->list[end].path == all->list[begin].path;)
			end++;
		complain_of_file(check, begin, end);
	}
}
