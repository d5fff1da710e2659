/*
 * text.c - a check's result for people at a terminal or in a log.
 */
#include "base/clean.h"
#include "gate/formats/formats.h"
#include "gate/formats/wording.h"

#include <inttypes.h>

#define INDENT "    "
#define FRAMES_SHOWN 8 /* of a call path, but for the first contributor's */
#define BAD "\033[1;31m"
#define WARN "\033[33m"
#define GOOD "\033[32m"
#define PLAIN "\033[0m"

/* Whole: a command that is cut does nothing, nor does half a reason help. */
static void put_whole(FILE *out, const char *text)
{
	clean_print(out, text, 0);
}

/* What a line is about; without `colored`, plain. */
static void put_word(FILE *out, const char *word, const char *color, bool colored)
{
	fprintf(out, "%s%s%s", colored ? color : "", word, colored ? PLAIN : "");
}

/* ---- verdicts ------------------------------------------------------------------------------ */

static void put_outcome(const struct wording *to, enum outcome outcome, bool colored)
{
	if (outcome == OUTCOME_FAILED)
		put_word(to->out, "FAILED: ", BAD, colored);
	else if (outcome == OUTCOME_ADVICE)
		put_word(to->out, "advice: ", WARN, colored);
	else if (outcome == OUTCOME_IMPROVED)
		put_word(to->out, "improved: ", GOOD, colored);
}

static void print_verdict(const struct wording *to, const struct verdict *verdict, bool colored)
{
	if (verdict->outcome == OUTCOME_PASSED || verdict->outcome == OUTCOME_NOT_JUDGED)
		return;
	fputs("  ", to->out);
	put_outcome(to, verdict->outcome, colored);
	wording_claim(to, verdict);
	fputc('\n', to->out);
	wording_details(to, verdict);
}

/* ---- programs ------------------------------------------------------------------------------ */

static void print_heading(const struct wording *to, const struct checked_program *program, bool colored)
{
	enum outcome worst = wording_worst(program);

	if (program->error)
		put_word(to->out, "ERROR   ", BAD, colored);
	else if (worst == OUTCOME_FAILED)
		put_word(to->out, "FAILED  ", BAD, colored);
	else if (worst == OUTCOME_NO_BASELINE)
		put_word(to->out, "NEW     ", WARN, colored);
	else if (worst == OUTCOME_NOT_JUDGED)
		put_word(to->out, "not judged  ", WARN, colored);
	else
		put_word(to->out, "passed  ", GOOD, colored);
	to->name(to->out, program->key);
	fputs(": ", to->out);
	if (program->error) {
		fputs("could not be judged: ", to->out);
		put_whole(to->out, program->error);
	} else {
		fputs("peak ", to->out);
		wording_value(to, FIGURE_PEAK, program->value[FIGURE_PEAK]);
		fputs(", leaked ", to->out);
		wording_value(to, FIGURE_LEAKED, program->value[FIGURE_LEAKED]);
		fprintf(to->out, ", %" PRIu64 " allocations", program->value[FIGURE_ALLOCATIONS]);
		if (program->process_count > 1)
			fprintf(to->out, ", each the most of any of %zu processes", program->process_count);
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
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++) {
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
		put_whole(to->out, program->note);
		fputc('\n', to->out);
	}
	for (size_t i = 0; i < program->verdict_count; i++)
		print_verdict(to, &program->verdicts[i], colored);
}

/* ---- the gate itself ------------------------------------------------------------------------------ */

static void print_complaint(const struct wording *to, const struct complaint *complaint, bool colored)
{
	if (complaint->fatal)
		put_word(to->out, "ERROR   ", BAD, colored);
	else
		put_word(to->out, "note    ", WARN, colored);
	to->name(to->out, complaint->about);
	fputs(": ", to->out);
	put_whole(to->out, complaint->what);
	fputc('\n', to->out);
}

/* ---- the end ---------------------------------------------------------------------------------- */

/* The same command would put in what has failed, too. */
static void print_baseline_advice(FILE *out, const struct check_result *result)
{
	const char *what = NULL;

	if (!result->update_command || result->outcome_count[OUTCOME_FAILED] > 0)
		return;
	if (result->outcome_count[OUTCOME_NO_BASELINE] > 0)
		what = "The baseline lacks what is new here; this puts it in: ";
	else if (result->outcome_count[OUTCOME_IMPROVED] > 0)
		what = "To hold what has improved: ";
	if (!what)
		return;
	fputs(what, out);
	put_whole(out, result->update_command);
	fputc('\n', out);
}

int check_text(FILE *out, const struct check_result *result, const struct check_style *style)
{
	struct wording to = {.out = out,
			     .name = wording_plain_name,
			     .precision = style->precision,
			     .indent = INDENT,
			     .also_frames = FRAMES_SHOWN};

	for (size_t i = 0; i < result->program_count; i++)
		print_program(&to, &result->programs[i], style->color);
	for (size_t i = 0; i < result->complaint_count; i++)
		print_complaint(&to, &result->complaints[i], style->color);
	print_baseline_advice(out, result);
	return 0;
}
