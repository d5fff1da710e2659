/*
 * bounds.c - bounds as people write them.
 */
#include "gate/bounds.h"
#include "trace/size.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PERCENT_MAX 1000 /* what may rise to eleven times its value is held by nothing */
#define NUMBER_MAX 64    /* characters; longer texts are no numbers */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without blanks around it, and one between number and unit: "3 MiB" as "3MiB". */
static bool squeeze(const char *text, char out[NUMBER_MAX])
{
	size_t digits, length;

	while (is_blank(*text))
		text++;
	digits = strspn(text, "0123456789.");
	length = strlen(text);
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	size_t gap = length > digits && is_blank(text[digits]);
	if (length >= NUMBER_MAX || digits == 0)
		return false;
	memcpy(out, text, digits);
	memcpy(out + digits, text + digits + gap, length - digits - gap);
	out[length - gap] = '\0';
	return true;
}

static bool only_digits(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

int limit_parse_number(enum figure figure, const char *text, uint64_t *out, struct diagnostic *diagnostic)
{
	bool bytes = figure_infos[figure].bytes;
	char squeezed[NUMBER_MAX];

	if (squeeze(text, squeezed) && (bytes || only_digits(squeezed)) && size_parse(squeezed, out))
		return 0;
	return diagnostic_set(diagnostic, EINVAL, "%s takes a whole %s, not '%.200s'",
			      figure_infos[figure].name, bytes ? "size such as 3MiB" : "number", text);
}

static bool counts_allocations(enum figure figure)
{
	return figure == FIGURE_TEMPORARY || figure == FIGURE_LEAKED_BLOCKS;
}

int limit_parse_amount(enum figure figure, const char *text, struct amount *out,
		       struct diagnostic *diagnostic)
{
	*out = (struct amount){.share = -1};
	if (!strchr(text, '%'))
		return limit_parse_number(figure, text, &out->number, diagnostic);
	if (!counts_allocations(figure))
		return diagnostic_set(diagnostic, EINVAL,
				      "%s takes no percentage: only temporary and leaked_blocks are parts "
				      "of all allocations",
				      figure_infos[figure].name);
	int error = limit_parse_share(text, &out->share, diagnostic);
	if (!error && out->share > 1)
		error = diagnostic_set(diagnostic, EINVAL,
				       "%s is a part of all allocations: no more than 100%%, not '%.200s'",
				       figure_infos[figure].name, text);
	return error;
}

int limit_parse_share(const char *text, double *out, struct diagnostic *diagnostic)
{
	char squeezed[NUMBER_MAX] = "", *end = squeezed;
	double percent = -1;

	/* strtod alone would take hexadecimal numbers and names too. */
	if (squeeze(text, squeezed) && strcmp(squeezed + strspn(squeezed, "0123456789."), "%") == 0)
		percent = strtod(squeezed, &end);
	if (percent > PERCENT_MAX && *end == '%')
		return diagnostic_set(diagnostic, EINVAL,
				      "'%.200s' is more than %d%%: nothing would exceed it", text,
				      PERCENT_MAX);
	if (percent < 0 || *end != '%')
		return diagnostic_set(diagnostic, EINVAL, "'%.200s' is no percentage such as 5%%", text);
	*out = percent / 100;
	return 0;
}

static int parse_figure(const char *name, enum figure end, enum figure *out, struct diagnostic *diagnostic)
{
	char names[256];
	size_t used = 0;

	*out = figure_find(name);
	if (*out < FIGURES_JUDGED)
		return 0;
	for (enum figure figure = 0; figure < end; figure++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", figure > 0 ? ", " : "",
					 figure_infos[figure].name);
	return diagnostic_set(diagnostic, EINVAL, "unknown figure '%.200s'; one of: %s", name, names);
}

int limit_parse_figure(const char *name, enum figure *out, struct diagnostic *diagnostic)
{
	return parse_figure(name, FIGURES_JUDGED, out, diagnostic);
}

int limit_parse_limited(const char *name, bool whole, enum figure *out, struct diagnostic *diagnostic)
{
	int error = 0;

	if (figure_find(name) == FIGURE_HITS)
		*out = FIGURE_HITS;
	else
		error = parse_figure(name, whole ? FIGURES_JUDGED : FIGURES_LIMITED, out, diagnostic);
	if (!error && !whole && figure_infos[*out].advisory)
		return diagnostic_set(diagnostic, EINVAL, "%s is a figure of the whole program",
				      figure_infos[*out].name);
	if (!error && whole && *out == FIGURE_HITS)
		return diagnostic_set(diagnostic, EINVAL,
				      "hits is a figure of functions and lines: 'parse.c:12:hits<=1000'");
	return error;
}

/* The figure's name begins after the last colon before "<=". */
static const char *pattern_end(const char *text, const char *relation)
{
	for (const char *c = relation; c > text; c--)
		if (c[-1] == ':')
			return c - 1;
	return NULL;
}

int limit_parse(struct gate *gate, const char *text, struct limit *out, struct diagnostic *diagnostic)
{
	const char *relation = strstr(text, "<="), *colon, *name = text;
	int error;

	*out = (struct limit){.source = gate_text(gate, "--limit %s", text)};
	/* A function may be named operator<=. */
	for (const char *next = relation; next && (next = strstr(next + 1, "<="));)
		relation = next;
	if (!relation)
		return diagnostic_set(diagnostic, EINVAL, "'%.200s' is no limit such as 'parse_*:peak<=3MiB'",
				      text);
	colon = pattern_end(text, relation);
	if (colon) {
		if (colon == text)
			return diagnostic_set(diagnostic, EINVAL,
					      "'%.200s' names no function or line before its ':'", text);
		out->subject = gate_subject(gate, gate_text(gate, "%.*s", (int)(colon - text), text), false);
		name = colon + 1;
	}
	error = limit_parse_limited(gate_text(gate, "%.*s", (int)(relation - name), name), !colon,
				    &out->figure, diagnostic);
	return error ? error : limit_parse_amount(out->figure, relation + 2, &out->most, diagnostic);
}
