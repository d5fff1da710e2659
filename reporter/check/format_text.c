/*
 * format_text.c - a check's result for people at a terminal or in a log.
 */
#include "check/formats.h"
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

static void put_word(FILE *out, const char *word, const char *color, const struct check_style *style)
{
	fprintf(out, "%s%s%s", style->color ? color : "", word, style->color ? PLAIN : "");
}

static void put_value(FILE *out, enum figure figure, uint64_t value, int precision)
{
	char text[NUMBER_BYTES];

	if (!figure_infos[figure].bytes) {
		fprintf(out, "%" PRIu64, value);
		return;
	}
	number_size(text, sizeof(text), value, precision);
	fputs(text, out);
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

static void print_contributor(FILE *out, enum figure figure, const struct contributor *contributor,
			      int precision)
{
	size_t shown = contributor->frame_count < FRAMES_SHOWN ? contributor->frame_count : FRAMES_SHOWN;

	fputs("      ", out);
	if (contributor->has_before) {
		fputs("+", out);
		put_value(out, figure, contributor->now - contributor->before, precision);
		fputs(contributor->before > 0 ? ", from " : ", new: ", out);
		if (contributor->before > 0) {
			put_value(out, figure, contributor->before, precision);
			fputs(": ", out);
		}
	} else {
		put_value(out, figure, contributor->now, precision);
		fputs(": ", out);
	}
	put_place(out, &contributor->site);
	fputc('\n', out);
	for (size_t i = 1; i < shown; i++) {
		fputs("          called by ", out);
		put_place(out, &contributor->frames[i]);
		fputc('\n', out);
	}
	if (contributor->frame_count > shown)
		fprintf(out, "          and %zu more\n", contributor->frame_count - shown);
}

/* "3.2 MiB (50.0%) above" */
static void put_excess(FILE *out, const struct verdict *verdict, int precision)
{
	uint64_t against = verdict->against_baseline ? verdict->base_high : verdict->bound;
	char share[NUMBER_BYTES];

	put_value(out, verdict->figure, verdict->value - against, precision);
	number_share(share, sizeof(share), verdict->value - against, against);
	if (*share)
		fprintf(out, " (%s)", share);
	fputs(" above ", out);
}

static void put_base(FILE *out, const struct verdict *verdict, int precision)
{
	put_value(out, verdict->figure, verdict->base_low, precision);
	if (verdict->base_high != verdict->base_low) {
		fputs(" to ", out);
		put_value(out, verdict->figure, verdict->base_high, precision);
	}
	fputs(" of ", out);
	put_text(out, verdict->source);
}

static void put_bound(FILE *out, const struct verdict *verdict, int precision)
{
	if (verdict->against_baseline) {
		put_base(out, verdict, precision);
		fputs(" (passes up to ", out);
		put_value(out, verdict->figure, verdict->bound, precision);
		fputs(")", out);
		return;
	}
	fputs("the limit of ", out);
	put_value(out, verdict->figure, verdict->bound, precision);
	if (verdict->bound_share >= 0)
		fprintf(out, " (%g%% of all allocations)", 100 * verdict->bound_share);
	fputs(", ", out);
	put_text(out, verdict->source);
}

static void put_subject(FILE *out, const struct verdict *verdict)
{
	fputs(figure_infos[verdict->figure].title, out);
	if (verdict->pattern) {
		fputs(" of ", out);
		put_text(out, verdict->pattern);
	}
}

static void print_breach(FILE *out, const struct verdict *verdict, const struct check_style *style)
{
	fputs("  ", out);
	if (verdict->outcome == OUTCOME_FAILED)
		put_word(out, "FAILED: ", BAD, style);
	else
		put_word(out, "advice: ", WARN, style);
	put_subject(out, verdict);
	fputs(" ", out);
	put_value(out, verdict->figure, verdict->value, style->precision);
	fputs(", ", out);
	put_excess(out, verdict, style->precision);
	put_bound(out, verdict, style->precision);
	fputc('\n', out);
	for (size_t i = 0; i < verdict->contributor_count; i++)
		print_contributor(out, verdict->figure, &verdict->contributors[i], style->precision);
	if (verdict->more) {
		fputs("      more: ", out);
		put_text(out, verdict->more);
		fputc('\n', out);
	}
}

static void print_improvement(FILE *out, const struct verdict *verdict, const struct check_style *style)
{
	fputs("  ", out);
	put_word(out, "improved: ", GOOD, style);
	put_subject(out, verdict);
	fputs(" ", out);
	put_value(out, verdict->figure, verdict->value, style->precision);
	fputs(", was ", out);
	put_base(out, verdict, style->precision);
	fputc('\n', out);
}

static void print_verdict(FILE *out, const struct verdict *verdict, const struct check_style *style)
{
	switch (verdict->outcome) {
	case OUTCOME_FAILED:
	case OUTCOME_ADVICE:
		print_breach(out, verdict, style);
		break;
	case OUTCOME_IMPROVED:
		print_improvement(out, verdict, style);
		break;
	case OUTCOME_NO_BASELINE:
		fputs("  not in the baseline ", out);
		put_text(out, verdict->source);
		fputc('\n', out);
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

static void print_heading(FILE *out, const struct checked_program *program, const struct check_style *style)
{
	enum outcome worst = worst_of(program);

	if (program->error)
		put_word(out, "ERROR   ", BAD, style);
	else if (worst == OUTCOME_FAILED)
		put_word(out, "FAILED  ", BAD, style);
	else if (worst == OUTCOME_NO_BASELINE)
		put_word(out, "NEW     ", WARN, style);
	else
		put_word(out, "passed  ", GOOD, style);
	put_text(out, program->key);
	fputs(": ", out);
	if (program->error) {
		fputs("could not be judged: ", out);
		put_text(out, program->error);
	} else {
		fputs("peak ", out);
		put_value(out, FIGURE_PEAK, program->value[FIGURE_PEAK], style->precision);
		fputs(", leaked ", out);
		put_value(out, FIGURE_LEAKED, program->value[FIGURE_LEAKED], style->precision);
		fprintf(out, ", %" PRIu64 " allocations", program->value[FIGURE_ALLOCATIONS]);
	}
	fputc('\n', out);
}

/* How much the runs of a repeated program varied, of the figures that did. */
static void print_runs(FILE *out, const struct checked_program *program, int precision)
{
	const char *separator = ": ";

	if (program->run_count < 2)
		return;
	fprintf(out, "  %zu runs", program->run_count);
	for (enum figure figure = 0; figure < FIGURE_COUNT; figure++) {
		if (program->low[figure] == program->high[figure] || figure_infos[figure].advisory)
			continue;
		fprintf(out, "%s%s ", separator, figure_infos[figure].title);
		put_value(out, figure, program->low[figure], precision);
		fputs(" to ", out);
		put_value(out, figure, program->high[figure], precision);
		separator = ", ";
	}
	fputs(*separator == ':' ? ", all the same\n" : "\n", out);
}

static void print_program(FILE *out, const struct checked_program *program, const struct check_style *style)
{
	print_heading(out, program, style);
	if (program->error)
		return;
	print_runs(out, program, style->precision);
	if (program->note) {
		fputs("  note: ", out);
		put_text(out, program->note);
		fputc('\n', out);
	}
	for (size_t i = 0; i < program->verdict_count; i++)
		print_verdict(out, &program->verdicts[i], style);
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
	for (size_t i = 0; i < result->program_count; i++)
		print_program(out, &result->programs[i], style);
	print_baseline_advice(out, result);
	return 0;
}
