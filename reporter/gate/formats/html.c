/*
 * html.c - the recordings that were judged as a page for browsers: whoever judges knows how to write it, and
 * has the verdict from here.
 */
#include "base/memory.h"
#include "formats/document.h"
#include "gate/formats/formats.h"
#include "gate/formats/wording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct line {
	const char *outcome, *program, *what;
	const char *trace;   /* NULL: of none */
	const char *details; /* more lines; NULL: none */
};

struct lines {
	struct document document;
	struct line *list;
	size_t count, capacity;
};

#define LINE ((const struct line *)row)
TABLE_COLUMN(line_outcome, "outcome", NULL, 0, 0, cell_text(LINE->outcome))
TABLE_COLUMN(line_program, "program", NULL, 0, 0, cell_text(LINE->program))
TABLE_COLUMN(line_what, "verdict", NULL, 0, 0, cell_text(LINE->what))
TABLE_COLUMN(line_trace, "trace", NULL, 0, 0, cell_text(LINE->trace))
TABLE_COLUMN(line_details, "details", NULL, 0, 0, cell_text(LINE->details))
static const struct column *const line_columns[] = {&line_outcome, &line_program, &line_what,
						    &line_trace,   &line_details, NULL};

struct summary {
	const char *status, *counts, *update;
};

#define SUMMARY ((const struct summary *)row)
TABLE_COLUMN(summary_status, "status", NULL, 0, 0, cell_text(SUMMARY->status))
TABLE_COLUMN(summary_counts, "counts", NULL, 0, 0, cell_text(SUMMARY->counts))
TABLE_COLUMN(summary_update, "update_command", NULL, 0, 0, cell_text(SUMMARY->update))
static const struct column *const summary_columns[] = {&summary_status, &summary_counts, &summary_update,
						       NULL};

static void add(struct lines *lines, const struct line *line)
{
	lines->list = pool_grow(lines->list, &lines->capacity, lines->count + 1, sizeof(*lines->list));
	lines->list[lines->count++] = *line;
}

static const char *word_of(enum outcome outcome)
{
	static const char *const words[] = {
		[OUTCOME_NOT_JUDGED] = "not judged",   [OUTCOME_PASSED] = "passed",
		[OUTCOME_IMPROVED] = "improved",       [OUTCOME_ADVICE] = "advice",
		[OUTCOME_NO_BASELINE] = "no baseline", [OUTCOME_FAILED] = "failed",
	};

	return words[outcome];
}

/* A copy of a text that is then freed: what comes before its first line's end, and the rest. */
static void split(struct lines *lines, char *text, struct line *line)
{
	if (!text)
		memory_exhausted();
	char *copy = pool_format(&lines->document.pool, "%s", text), *end = strchr(copy, '\n');

	free(text);
	if (end)
		*end = '\0';
	line->what = copy;
	line->details = end && end[1] ? end + 1 : NULL;
}

static void add_verdicts(struct lines *lines, const struct checked_program *program, enum outcome outcome,
			 int precision)
{
	for (size_t i = 0; i < program->verdict_count; i++) {
		const struct verdict *verdict = &program->verdicts[i];
		struct line line = {
			.outcome = word_of(outcome), .program = program->key, .trace = program->trace};

		if (verdict->outcome != outcome)
			continue;
		split(lines, wording_full_text(verdict, precision, NULL), &line);
		add(lines, &line);
	}
}

static void add_remarks(struct lines *lines, const struct check_result *result)
{
	for (size_t i = 0; i < result->complaint_count; i++)
		add(lines, &(struct line){.outcome = result->complaints[i].fatal ? "error" : "note",
					  .program = result->complaints[i].about,
					  .what = result->complaints[i].what});
	for (size_t i = 0; i < result->program_count; i++)
		if (result->programs[i].error)
			add(lines, &(struct line){.outcome = "error",
						  .program = result->programs[i].key,
						  .what = result->programs[i].error});
	for (size_t i = 0; i < result->program_count; i++)
		if (result->programs[i].note)
			add(lines, &(struct line){.outcome = "note",
						  .program = result->programs[i].key,
						  .what = result->programs[i].note,
						  .trace = result->programs[i].trace});
}

static const char *counts(struct lines *lines, const struct check_result *result)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		memory_exhausted();
	wording_counts(out, result);
	if (fclose(out) != 0)
		memory_exhausted();
	const char *copy = pool_format(&lines->document.pool, "%s", text);

	free(text);
	return copy;
}

/* What is worst comes first. */
static void fill(struct lines *lines, const struct check_result *result, int precision)
{
	const struct summary summary = {wording_status(result), counts(lines, result),
					result->update_command};

	for (int outcome = OUTCOME_FAILED; outcome >= OUTCOME_NOT_JUDGED; outcome--) {
		for (size_t i = 0; i < result->program_count; i++)
			add_verdicts(lines, &result->programs[i], (enum outcome)outcome, precision);
		if (outcome == OUTCOME_FAILED)
			add_remarks(lines, result);
	}
	document_add(&lines->document,
		     &(struct section){.name = "summary",
				       .layout = LAYOUT_FACTS,
				       .table = {summary_columns,
						 document_keep(&lines->document, &summary, sizeof(summary)),
						 1, sizeof(summary), NULL}});
	document_add(&lines->document, &(struct section){.name = "verdicts",
							 .title = "Bounds",
							 .table = {line_columns, lines->list, lines->count,
								   sizeof(*lines->list), NULL}});
}

int check_html(FILE *out, const struct check_result *result, const struct check_style *style)
{
	struct lines lines = {0};
	int error;

	if (!style->page)
		return 0;
	fill(&lines, result, style->precision);
	error = style->page(out, &lines.document, style->page_context);
	document_finish(&lines.document);
	free(lines.list);
	return error;
}
