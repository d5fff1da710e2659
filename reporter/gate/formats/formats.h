/*
 * formats.h - a check's result as text, JSON, Markdown, GitHub's lines, JUnit, SARIF, benchmark files and a
 * page.
 */
#ifndef MPROF_REPORTER_GATE_FORMATS_FORMATS_H
#define MPROF_REPORTER_GATE_FORMATS_FORMATS_H

#include "gate/verdict.h"

#include <stdbool.h>
#include <stdio.h>

struct document;

struct check_style {
	bool color; /* text only */
	int precision;
	/* Writes the recordings that were judged as a page, and this verdict; returns what formats do. */
	int (*page)(FILE *out, const struct document *verdict, const void *context);
	const void *page_context;
};

/* Prints the whole result.  0, or -ENOMEM; errors of the stream are left in the stream. */
typedef int check_format_fn(FILE *out, const struct check_result *result, const struct check_style *style);

struct check_format {
	const char *name;
	check_format_fn *print;
	bool figures_only; /* it does not say what failed, nor what could not be judged */
	bool alone;        /* what reads it takes nothing else beside it */
};

check_format_fn check_text, check_json, check_markdown, check_github, check_junit, check_sarif,
	check_action_benchmark, check_bencher, check_html;

/* All formats, ending with a NULL name; the one list of them. */
extern const struct check_format check_formats[];

/* "text, json, ..." */
const char *check_format_names(void);

/* By name; NULL if there is none. */
const struct check_format *check_format_find(const char *name);

#endif
