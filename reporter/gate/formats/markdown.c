/*
 * markdown.c - the result as GitHub-flavoured Markdown: for job summaries, comments and wikis.
 *
 * Names of others stand in code spans, where Markdown does nothing, or with every special character as a
 * numeric reference; details stand in <pre>, escaped as HTML.
 */
#include "gate/formats/formats.h"

#include "base/clean.h"
#include "formats/markdown.h"
#include "gate/formats/wording.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct section {
	const char *title;
	enum outcome outcome;
	bool details;
};

static void print_html(FILE *out, const char *text)
{
	for (; *text; text++)
		if (strchr("&<>", *text))
			fprintf(out, "&#%d;", *text);
		else
			putc(*text, out);
}

static bool has_figure(const struct check_result *result, enum figure figure)
{
	for (size_t i = 0; i < result->program_count; i++)
		for (size_t j = 0; j < result->programs[i].verdict_count; j++)
			if (result->programs[i].verdicts[j].figure == figure)
				return true;
	return false;
}

static void print_table_head(FILE *out, const struct check_result *result)
{
	fputs("| program |", out);
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		if (has_figure(result, figure))
			fprintf(out, " %s |", figure_infos[figure].title);
	fputs("\n| --- |", out);
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		if (has_figure(result, figure))
			fputs(" ---: |", out);
	putc('\n', out);
}

/* The whole program's value, and the worst verdict of the figure. */
static void print_cell(const struct wording *to, const struct checked_program *program, enum figure figure)
{
	static const char *const marks[] = {
		[OUTCOME_NOT_JUDGED] = "",
		[OUTCOME_PASSED] = "",
		[OUTCOME_IMPROVED] = ", improved",
		[OUTCOME_ADVICE] = ", *advice*",
		[OUTCOME_NO_BASELINE] = ", **no baseline**",
		[OUTCOME_FAILED] = ", **failed**",
	};
	enum outcome worst = OUTCOME_NOT_JUDGED;

	for (size_t i = 0; i < program->verdict_count; i++)
		if (program->verdicts[i].figure == figure && program->verdicts[i].outcome > worst)
			worst = program->verdicts[i].outcome;
	putc(' ', to->out);
	if (!program->error) {
		wording_value(to, figure, program->value[figure]);
		fputs(marks[worst], to->out);
	}
	fputs(" |", to->out);
}

static void print_table(const struct wording *to, const struct check_result *result)
{
	if (result->program_count == 0)
		return;
	print_table_head(to->out, result);
	for (size_t i = 0; i < result->program_count; i++) {
		const struct checked_program *program = &result->programs[i];

		fputs("| ", to->out);
		markdown_name(to->out, program->key);
		fputs(wording_worst(program) == OUTCOME_NOT_JUDGED ? ", **not judged** |" : " |", to->out);
		for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
			if (has_figure(result, figure))
				print_cell(to, program, figure);
		putc('\n', to->out);
	}
	putc('\n', to->out);
}

static int print_details(const struct wording *to, const struct verdict *verdict)
{
	char *details = wording_full_text(verdict, to->precision, NULL);
	const char *lines = details ? strchr(details, '\n') : NULL;

	if (lines) {
		fputs("\n<pre>", to->out);
		print_html(to->out, lines);
		fputs("</pre>\n\n", to->out);
	}
	free(details);
	return details ? 0 : -ENOMEM;
}

static int print_finding(const struct wording *to, const struct checked_program *program,
			 const struct verdict *verdict, bool details)
{
	fputs(details ? "" : "- ", to->out);
	markdown_name(to->out, program->key);
	fputs(": ", to->out);
	wording_claim(to, verdict);
	putc('\n', to->out);
	return details ? print_details(to, verdict) : 0;
}

static int print_section(const struct wording *to, const struct check_result *result,
			 const struct section *section)
{
	int error = 0;

	if (result->outcome_count[section->outcome] == 0)
		return 0;
	fprintf(to->out, "### %s\n\n", section->title);
	for (size_t i = 0; i < result->program_count; i++) {
		const struct checked_program *program = &result->programs[i];

		for (size_t j = 0; !error && j < program->verdict_count; j++)
			if (program->verdicts[j].outcome == section->outcome)
				error = print_finding(to, program, &program->verdicts[j], section->details);
	}
	fputs(section->details ? "" : "\n", to->out);
	return error;
}

static void print_remark(const struct wording *to, const char *key, const char *remark)
{
	fputs("- ", to->out);
	markdown_name(to->out, key);
	fputs(": ", to->out);
	markdown_name(to->out, remark);
	putc('\n', to->out);
}

static void print_troubles(const struct wording *to, const struct check_result *result)
{
	if (result->error_count == 0 && result->complaint_count == 0)
		return;
	fputs("### Not judged\n\n", to->out);
	for (size_t i = 0; i < result->program_count; i++)
		if (result->programs[i].error)
			print_remark(to, result->programs[i].key, result->programs[i].error);
	for (size_t i = 0; i < result->complaint_count; i++)
		print_remark(to, result->complaints[i].about, result->complaints[i].what);
	putc('\n', to->out);
}

static void print_notes(const struct wording *to, const struct check_result *result)
{
	bool any = false;

	for (size_t i = 0; i < result->program_count; i++) {
		if (!result->programs[i].note)
			continue;
		print_remark(to, result->programs[i].key, result->programs[i].note);
		any = true;
	}
	fputs(any ? "\n" : "", to->out);
}

static void print_summary(FILE *out, const struct check_result *result)
{
	fprintf(out, "## mprof check: %s\n\n", wording_status(result));
	wording_counts(out, result);
	fputs(".\n\n", out);
}

static int print_update(FILE *out, const struct check_result *result)
{
	bool failed = result->outcome_count[OUTCOME_FAILED] > 0;
	char *command;

	if (!result->update_command)
		return 0;
	command = clean_copy(result->update_command, 0);
	if (!command)
		return -ENOMEM;
	fprintf(out, "%s these figures as the baseline:\n\n<pre>\n",
		failed ? "If the breaches are meant, this takes" : "To take");
	print_html(out, command);
	fputs("\n</pre>\n", out);
	free(command);
	return 0;
}

int check_markdown(FILE *out, const struct check_result *result, const struct check_style *style)
{
	static const struct section sections[] = {
		{"Breaches", OUTCOME_FAILED, .details = true},
		{"No baseline", OUTCOME_NO_BASELINE, .details = false},
		{"Advice", OUTCOME_ADVICE, .details = true},
		{"Improvements", OUTCOME_IMPROVED, .details = false},
	};
	struct wording to = {.out = out, .name = markdown_name, .precision = style->precision};
	int error = 0;

	print_summary(out, result);
	print_table(&to, result);
	print_notes(&to, result);
	print_troubles(&to, result);
	for (size_t i = 0; !error && i < sizeof(sections) / sizeof(*sections); i++)
		error = print_section(&to, result, &sections[i]);
	return error ? error : print_update(out, result);
}
