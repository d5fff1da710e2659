/*
 * wording.c - see wording.h.
 */
#include "gate/formats/wording.h"

#include "base/clean.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PATH_LINES 20 /* at most, of the first contributor's call path */

void wording_plain_name(FILE *out, const char *name)
{
	clean_print(out, name, CLEAN_NAME_BYTES);
}

const char *wording_outcome(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_NOT_JUDGED] = "not_judged",   [OUTCOME_PASSED] = "passed",
		[OUTCOME_IMPROVED] = "improved",       [OUTCOME_ADVICE] = "advice",
		[OUTCOME_NO_BASELINE] = "no_baseline", [OUTCOME_FAILED] = "failed",
	};

	return names[outcome];
}

enum outcome wording_worst(const struct checked_program *program)
{
	enum outcome worst = OUTCOME_NOT_JUDGED;

	for (size_t i = 0; i < program->verdict_count; i++)
		if (program->verdicts[i].outcome > worst)
			worst = program->verdicts[i].outcome;
	return worst;
}

bool wording_is_judged(const struct checked_program *program)
{
	for (size_t i = 0; i < program->verdict_count; i++)
		if (program->verdicts[i].outcome != OUTCOME_NOT_JUDGED &&
		    program->verdicts[i].outcome != OUTCOME_NO_BASELINE)
			return true;
	return false;
}

const char *wording_against(const struct verdict *verdict)
{
	return verdict->against_baseline ? "baseline" : "limit";
}

void wording_value(const struct wording *to, enum figure figure, uint64_t value)
{
	char text[32];

	if (figure_infos[figure].bytes)
		number_size(text, sizeof(text), value, to->precision);
	else
		snprintf(text, sizeof(text), "%" PRIu64, value);
	fputs(text, to->out);
}

void wording_range(const struct wording *to, enum figure figure, uint64_t low, uint64_t high)
{
	wording_value(to, figure, low);
	if (high == low)
		return;
	fputs(" to ", to->out);
	wording_value(to, figure, high);
}

void wording_subject(const struct wording *to, const struct verdict *verdict)
{
	fputs(figure_infos[verdict->figure].title, to->out);
	if (!verdict->pattern)
		return;
	fputs(" of ", to->out);
	to->name(to->out, verdict->pattern);
}

/* "4.0 MiB (+50.0%)": from `from` to `value`, up or down. */
static void print_change(const struct wording *to, const struct verdict *verdict, uint64_t from)
{
	uint64_t value = verdict->value, change = value > from ? value - from : from - value;

	wording_value(to, verdict->figure, change);
	if (from > 0)
		fprintf(to->out, " (%c%.1f%%)", value < from ? '-' : '+',
			100 * (double)change / (double)from);
}

static void print_source(const struct wording *to, const struct verdict *verdict)
{
	fputs(" (", to->out);
	if (!verdict->against_baseline && verdict->bound_share >= 0)
		fprintf(to->out, "%.4g%% of all allocations; ", 100 * verdict->bound_share);
	to->name(to->out, verdict->source);
	putc(')', to->out);
}

static void print_against_baseline(const struct wording *to, const struct verdict *verdict)
{
	if (verdict->outcome == OUTCOME_IMPROVED) {
		print_change(to, verdict, verdict->base_low);
		fputs(" below", to->out);
	} else if (verdict->outcome == OUTCOME_PASSED) {
		fputs("within", to->out);
	} else {
		print_change(to, verdict, verdict->base_high);
		fputs(" over", to->out);
	}
	fputs(" its baseline of ", to->out);
	wording_range(to, verdict->figure, verdict->base_low, verdict->base_high);
	fputs("; up to ", to->out);
	wording_value(to, verdict->figure, verdict->bound);
	fputs(" passes", to->out);
}

static void print_against_limit(const struct wording *to, const struct verdict *verdict)
{
	if (verdict->value > verdict->bound) {
		print_change(to, verdict, verdict->bound);
		fputs(" over", to->out);
	} else {
		fputs("within", to->out);
	}
	fputs(" the limit of ", to->out);
	wording_value(to, verdict->figure, verdict->bound);
}

void wording_claim(const struct wording *to, const struct verdict *verdict)
{
	if (verdict->outcome == OUTCOME_NO_BASELINE) {
		fputs("the program is not in the baseline", to->out);
		print_source(to, verdict);
		return;
	}
	wording_subject(to, verdict);
	if (verdict->outcome == OUTCOME_NOT_JUDGED) {
		fputs(": there is nothing to judge", to->out);
		print_source(to, verdict);
		return;
	}
	fputs(": ", to->out);
	wording_value(to, verdict->figure, verdict->value);
	if (verdict->margin > 0) {
		fputs(" +/- ", to->out);
		wording_value(to, verdict->figure, verdict->margin);
	}
	fputs(", ", to->out);
	if (verdict->against_baseline)
		print_against_baseline(to, verdict);
	else
		print_against_limit(to, verdict);
	print_source(to, verdict);
}

static void print_frame(const struct wording *to, const struct verdict_frame *frame)
{
	to->name(to->out, frame->place ? frame->place : *frame->function ? frame->function : "?");
	if (!*frame->file)
		return;
	fputs(" (", to->out);
	to->name(to->out, frame->file);
	if (frame->line > 0)
		fprintf(to->out, ":%" PRIu32, frame->line);
	putc(')', to->out);
}

static bool same_frame(const struct verdict_frame *a, const struct verdict_frame *b)
{
	if (a->place && b->place)
		return strcmp(a->place, b->place) == 0;
	return a->line == b->line && strcmp(a->function, b->function) == 0 && strcmp(a->file, b->file) == 0;
}

static bool is_named_before(const struct verdict_frame *frames, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(frames[k].library, frames[i].library) == 0)
			return true;
	return false;
}

/* "9 in core, alloc" */
static void print_libraries(const struct wording *to, const struct verdict_frame *frames, size_t count)
{
	fprintf(to->out, "%zu in ", count);
	for (size_t i = 0; i < count; i++) {
		if (is_named_before(frames, i))
			continue;
		fputs(i > 0 ? ", " : "", to->out);
		to->name(to->out, frames[i].library);
	}
}

/* One frame; or as one those of libraries that follow each other, since a reader looks for the program's own
 * between them.  How many that are. */
static size_t print_step(const struct wording *to, const struct verdict_frame *frames, size_t count)
{
	size_t run = 0;

	while (run < count && frames[run].library)
		run++;
	if (run > 1)
		print_libraries(to, frames, run);
	else
		print_frame(to, frames);
	return run > 1 ? run : 1;
}

static void begin_line(const struct wording *to, const char *text)
{
	if (to->indent)
		fputs(to->indent, to->out);
	fputs(text, to->out);
}

static void print_callers(const struct wording *to, const char *indent, const struct verdict_frame *frames,
			  size_t count, size_t lines_max)
{
	for (size_t i = 0, lines = 0; i < count; lines++) {
		begin_line(to, indent);
		if (lines == lines_max) {
			fprintf(to->out, "and %zu more\n", count - i);
			return;
		}
		fputs("called from ", to->out);
		i += print_step(to, &frames[i], count - i);
		putc('\n', to->out);
	}
}

static size_t shared_frames(const struct contributing_path *a, const struct contributing_path *b)
{
	size_t shared = 0;

	while (shared < a->frame_count && shared < b->frame_count &&
	       same_frame(&a->frames[shared], &b->frames[shared]))
		shared++;
	return shared;
}

/* Of several: which part of the figure came by it.  What it has in common within with the one `above` it is
 * not told again.  A site that was told with its line is not told again either. */
static void print_path(const struct wording *to, enum figure figure, const struct contributor *contributor,
		       const struct contributing_path *path, const struct contributing_path *above,
		       size_t lines_max)
{
	bool at_site = !contributor->several_lines && path->frame_count > 0 &&
		       same_frame(path->frames, &contributor->site);
	size_t told = at_site && path->frame_count > 1 ? 1 : 0;
	size_t shared = above ? shared_frames(path, above) : 0;

	begin_line(to, "  ");
	wording_value(to, figure, path->value);
	if (path->frame_count > 0) {
		fputs(told ? " called from " : " at ", to->out);
		told += print_step(to, &path->frames[told], path->frame_count - told);
	}
	putc('\n', to->out);
	if (shared > told + 1) {
		begin_line(to, "    ");
		fprintf(to->out, "called from %zu as above\n", shared - told);
		told = shared;
	}
	if (path->frame_count > told)
		print_callers(to, "    ", path->frames + told, path->frame_count - told, lines_max - 1);
}

static void print_paths(const struct wording *to, enum figure figure, const struct contributor *contributor,
			size_t lines_max)
{
	size_t inner = contributor->frame_count > 0 && same_frame(contributor->frames, &contributor->site);

	if (contributor->path_count <= 1 && contributor->other_paths == 0) {
		print_callers(to, "  ", contributor->frames + inner, contributor->frame_count - inner,
			      lines_max);
		return;
	}
	for (size_t i = 0; i < contributor->path_count; i++)
		print_path(to, figure, contributor, &contributor->paths[i],
			   i > 0 ? &contributor->paths[i - 1] : NULL, lines_max);
	if (contributor->other_paths == 0)
		return;
	begin_line(to, "  and ");
	wording_value(to, figure, contributor->other_value);
	fprintf(to->out, " by %zu other path%s\n", contributor->other_paths,
		contributor->other_paths == 1 ? "" : "s");
}

static void print_contributor(const struct wording *to, enum figure figure,
			      const struct contributor *contributor)
{
	struct verdict_frame site = contributor->site;

	if (contributor->several_lines) {
		site.line = 0;
		site.place = NULL;
	}
	print_frame(to, &site);
	fputs(": ", to->out);
	wording_value(to, figure, contributor->now);
	if (contributor->before_below > 0) {
		fputs(", before less than ", to->out);
		wording_value(to, figure, contributor->before_below);
	} else if (contributor->has_before && contributor->before == 0) {
		fputs(", new", to->out);
	} else if (contributor->has_before) {
		fputs(", before ", to->out);
		wording_value(to, figure, contributor->before);
	}
	putc('\n', to->out);
}

/* Whole: a command that is cut does nothing. */
static void print_command(const struct wording *to, const char *what, const char *command)
{
	begin_line(to, what);
	clean_print(to->out, command, 0);
	putc('\n', to->out);
}

void wording_details(const struct wording *to, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->contributor_count; i++) {
		size_t lines_max = i == 0 ? PATH_LINES : to->also_frames;

		begin_line(to, i == 0 ? "at " : "also at ");
		print_contributor(to, verdict->figure, &verdict->contributors[i]);
		if (lines_max > 0)
			print_paths(to, verdict->figure, &verdict->contributors[i], lines_max);
	}
	if (verdict->more)
		print_command(to, "more: ", verdict->more);
	if (to->update_command && verdict->outcome == OUTCOME_NO_BASELINE)
		print_command(to, "to add it: ", to->update_command);
	else if (to->update_command && verdict->outcome == OUTCOME_FAILED && verdict->against_baseline)
		print_command(to, "if this is meant: ", to->update_command);
}

/* What was printed into *text, or NULL when out of memory. */
static char *finished(FILE *out, char **text)
{
	if (fclose(out) == 0)
		return *text;
	free(*text);
	return NULL;
}

char *wording_claim_text(const struct verdict *verdict, int precision)
{
	char *text = NULL;
	size_t length;
	struct wording to = {
		.out = open_memstream(&text, &length), .name = wording_plain_name, .precision = precision};

	if (!to.out)
		return NULL;
	wording_claim(&to, verdict);
	return finished(to.out, &text);
}

char *wording_full_text(const struct verdict *verdict, int precision, const char *update_command)
{
	char *text = NULL;
	size_t length;
	struct wording to = {.out = open_memstream(&text, &length),
			     .name = wording_plain_name,
			     .precision = precision,
			     .update_command = update_command};

	if (!to.out)
		return NULL;
	wording_claim(&to, verdict);
	putc('\n', to.out);
	wording_details(&to, verdict);
	text = finished(to.out, &text);
	if (text)
		text[length - 1] = '\0'; /* every line of it ended */
	return text;
}

const struct verdict_frame *wording_site(const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->contributor_count; i++) {
		const struct verdict_frame *site = &verdict->contributors[i].site;

		if (*site->file && site->line > 0)
			return site;
	}
	return NULL;
}

/* ---- the whole check ------------------------------------------------------------------------------ */

static size_t bounds_of(const struct check_result *result)
{
	size_t bounds = 0;

	for (enum outcome outcome = 0; outcome <= OUTCOME_FAILED; outcome++)
		bounds += result->outcome_count[outcome];
	return bounds;
}

const char *wording_status(const struct check_result *result)
{
	if (result->status != 0)
		return "failed";
	return bounds_of(result) > result->outcome_count[OUTCOME_NOT_JUDGED] ? "passed"
									     : "nothing was judged";
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* ", 2 failed"; nothing where there are none. */
static void print_part(FILE *out, const char **separator, size_t count, const char *words)
{
	if (count == 0)
		return;
	fprintf(out, "%s%zu %s", *separator, count, words);
	*separator = ", ";
}

void wording_counts(FILE *out, const struct check_result *result)
{
	static const struct {
		enum outcome outcome;
		const char *words;
	} parts[] = {{OUTCOME_FAILED, "failed"}, {OUTCOME_NO_BASELINE, "without baseline"},
		     {OUTCOME_ADVICE, "advice"}, {OUTCOME_IMPROVED, "improved"},
		     {OUTCOME_PASSED, "passed"}, {OUTCOME_NOT_JUDGED, "not judged"}};
	const char *separator = ": ";
	size_t bounds = bounds_of(result), troubles = result->error_count, faults = result->fatal_count;

	fprintf(out, "%zu bound%s of %zu program%s", bounds, plural(bounds), result->program_count,
		plural(result->program_count));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		print_part(out, &separator, result->outcome_count[parts[i].outcome], parts[i].words);
	print_part(out, &separator, troubles, troubles == 1 ? "program not judged" : "programs not judged");
	print_part(out, &separator, faults, faults == 1 ? "fault of the gate" : "faults of the gate");
}
