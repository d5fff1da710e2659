/*
 * format_text.c - a check's result for people at a terminal or in a log.
 */
#include "check/formats.h"
#include "check/wording.h"
#include "view/number.h"

#include <ctype.h>
#include <inttypes.h>

#define FRAMES_SHOWN 8
#define BAD "\033[1;31m"
#define WARN "\033[33m"
#define GOOD "\033[32m"
#define PLAIN "\033[0m"

/* One line, whatever it contains. */
static void put_text(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(iscntrl((unsigned char)*text) ? ' ' : *text, out);
}

/* What a line is about; without `colored`, plain. */
static void put_word(FILE *out, const char *word, const char *color, bool colored)
{
	fprintf(out, "%s%s%s", colored ? color : "", word, colored ? PLAIN : "");
}

/* ---- a breach ------------------------------------------------------------------------------ */

static void put_place(FILE *out, const struct verdict_frame *frame)
{
	put_text(out, frame->function);
	if (!*frame->file)
		return;
	fputs(" at ", out);
	put_text(out, frame->file);
	if (frame->line > 0)
		fprintf(out, ":%" PRIu32, frame->line);
}

static void print_contributor(const struct wording *to, enum figure figure,
			      const struct contributor *contributor)
{
	size_t shown = contributor->frame_count < FRAMES_SHOWN ? contributor->frame_count : FRAMES_SHOWN;

	fputs("      ", to->out);
	if (contributor->has_before) {
		fputs("+", to->out);
		wording_value(to, figure, contributor->now - contributor->before);
		fputs(contributor->before > 0 ? ", from " : ", new: ", to->out);
		if (contributor->before > 0) {
			wording_value(to, figure, contributor->before);
			fputs(": ", to->out);
		}
	} else {
		wording_value(to, figure, contributor->now);
		fputs(": ", to->out);
	}
	put_place(to->out, &contributor->site);
	fputc('\n', to->out);
	for (size_t i = 1; i < shown; i++) {
		fputs("          called by ", to->out);
		put_place(to->out, &contributor->frames[i]);
		fputc('\n', to->out);
	}
	if (contributor->frame_count > shown)
		fprintf(to->out, "          and %zu more\n", contributor->frame_count - shown);
}

/* "3.2 MiB (50.0%) above" */
static void put_excess(const struct wording *to, const struct verdict *verdict)
{
	uint64_t against = verdict->against_baseline ? verdict->base_high : verdict->bound;
	char share[NUMBER_BYTES];

	wording_value(to, verdict->figure, verdict->value - against);
	number_share(share, sizeof(share), verdict->value - against, against);
	if (*share)
		fprintf(to->out, " (%s)", share);
	fputs(" above ", to->out);
}

static void put_base(const struct wording *to, const struct verdict *verdict)
{
	wording_range(to, verdict->figure, verdict->base_low, verdict->base_high);
	fputs(" of ", to->out);
	put_text(to->out, verdict->source);
}

static void put_bound(const struct wording *to, const struct verdict *verdict)
{
	if (verdict->against_baseline) {
		put_base(to, verdict);
		fputs(" (passes up to ", to->out);
		wording_value(to, verdict->figure, verdict->bound);
		fputs(")", to->out);
		return;
	}
	fputs("the limit of ", to->out);
	wording_value(to, verdict->figure, verdict->bound);
	if (verdict->bound_share >= 0)
		fprintf(to->out, " (%g%% of all allocations)", 100 * verdict->bound_share);
	fputs(", ", to->out);
	put_text(to->out, verdict->source);
}

static void print_breach(const struct wording *to, const struct verdict *verdict, bool colored)
{
	fputs("  ", to->out);
	if (verdict->outcome == OUTCOME_FAILED)
		put_word(to->out, "FAILED: ", BAD, colored);
	else
		put_word(to->out, "advice: ", WARN, colored);
	wording_subject(to, verdict);
	fputs(" ", to->out);
	wording_value(to, verdict->figure, verdict->value);
	fputs(", ", to->out);
	put_excess(to, verdict);
	put_bound(to, verdict);
	fputc('\n', to->out);
	for (size_t i = 0; i < verdict->contributor_count; i++)
		print_contributor(to, verdict->figure, &verdict->contributors[i]);
	if (verdict->more) {
		fputs("      more: ", to->out);
		put_text(to->out, verdict->more);
		fputc('\n', to->out);
	}
}

static void print_improvement(const struct wording *to, const struct verdict *verdict, bool colored)
{
	fputs("  ", to->out);
	put_word(to->out, "improved: ", GOOD, colored);
	wording_subject(to, verdict);
	fputs(" ", to->out);
	wording_value(to, verdict->figure, verdict->value);
	fputs(", was ", to->out);
	put_base(to, verdict);
	fputc('\n', to->out);
}

static void print_verdict(const struct wording *to, const struct verdict *verdict, bool colored)
{
	switch (verdict->outcome) {
	case OUTCOME_FAILED:
	case OUTCOME_ADVICE:
		print_breach(to, verdict, colored);
		break;
	case OUTCOME_IMPROVED:
		print_improvement(to, verdict, colored);
		break;
	case OUTCOME_NO_BASELINE:
		fputs("  not in the baseline ", to->out);
		put_text(to->out, verdict->source);
		fputc('\n', to->out);
		break;
	case OUTCOME_PASSED:
		break;
	}
}

/* ---- programs ------------------------------------------------------------------------------ */

static enum outcome worst_of(const struct checked_program *program)
{
	enum outcome worst = OUTCOME_PASSED;

	for (size_t i = 0; i < program->verdict_count; i++)
		if (program->verdicts[i].outcome > worst)
			worst = program->verdicts[i].outcome;
	return worst;
}

static void print_heading(const struct wording *to, const struct checked_program *program, bool colored)
{
	enum outcome worst = worst_of(program);

	if (program->error)
		put_word(to->out, "ERROR   ", BAD, colored);
	else if (worst == OUTCOME_FAILED)
		put_word(to->out, "FAILED  ", BAD, colored);
	else if (worst == OUTCOME_NO_BASELINE)
		put_word(to->out, "NEW     ", WARN, colored);
	else
		put_word(to->out, "passed  ", GOOD, colored);
	put_text(to->out, program->key);
	fputs(": ", to->out);
	if (program->error) {
		fputs("could not be judged: ", to->out);
		put_text(to->out, program->error);
	} else {
		fputs("peak ", to->out);
		wording_value(to, FIGURE_PEAK, program->value[FIGURE_PEAK]);
		fputs(", leaked ", to->out);
		wording_value(to, FIGURE_LEAKED, program->value[FIGURE_LEAKED]);
		fprintf(to->out, ", %" PRIu64 " allocations", program->value[FIGURE_ALLOCATIONS]);
	}
	fputc('\n', to->out);
}

/* How much the runs of a repeated program varied, of the figures that did. */
static void print_runs(const struct wording *to, const struct checked_program *program)
{
	const char *separator = ": ";

	if (program->run_count < 2)
		return;
	fprintf(to->out, "  %zu runs", program->run_count);
	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++) {
		if (program->low[figure] == program->high[figure] || figure_infos[figure].advisory)
			continue;
		fprintf(to->out, "%s%s ", separator, figure_infos[figure].title);
		wording_range(to, figure, program->low[figure], program->high[figure]);
		separator = ", ";
	}
	fputs(*separator == ':' ? ", all the same\n" : "\n", to->out);
}

static void print_program(const struct wording *to, const struct checked_program *program, bool colored)
{
	print_heading(to, program, colored);
	if (program->error)
		return;
	print_runs(to, program);
	if (program->note) {
		fputs("  note: ", to->out);
		put_text(to->out, program->note);
		fputc('\n', to->out);
	}
	for (size_t i = 0; i < program->verdict_count; i++)
		print_verdict(to, &program->verdicts[i], colored);
}

/* ---- the end ---------------------------------------------------------------------------------- */

static void print_baseline_advice(FILE *out, const struct check_result *result)
{
	const char *what = NULL;

	if (!result->update_command)
		return;
	if (result->outcome_count[OUTCOME_NO_BASELINE] > 0)
		what = "The baseline lacks what is new here; this puts it in: ";
	else if (result->outcome_count[OUTCOME_IMPROVED] > 0)
		what = "To hold what has improved: ";
	if (!what)
		return;
	fputs(what, out);
	put_text(out, result->update_command);
	fputc('\n', out);
}

int check_text(FILE *out, const struct check_result *result, const struct check_style *style)
{
	struct wording to = {.out = out, .name = put_text, .precision = style->precision};

	for (size_t i = 0; i < result->program_count; i++)
		print_program(&to, &result->programs[i], style->color);
	print_baseline_advice(out, result);
	return 0;
}
