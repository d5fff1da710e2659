/*
 * github.c - workflow commands of GitHub Actions, which become annotations on lines of source.
 *
 * GitHub shows ten of each level and step and drops the rest without a word: so the tenth says how many are
 * left.
 */
#include "gate/formats/formats.h"

#include "base/clean.h"
#include "gate/formats/place.h"
#include "gate/formats/wording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL_LIMIT 10

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_NOTICE, LEVEL_COUNT };

static const char *const level_names[] = {
	[LEVEL_ERROR] = "error",
	[LEVEL_WARNING] = "warning",
	[LEVEL_NOTICE] = "notice",
};

struct github {
	FILE *out;
	int precision;
	const char *update_command;
};

static enum level level_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_FAILED:
	case OUTCOME_NO_BASELINE:
		return LEVEL_ERROR;
	case OUTCOME_ADVICE:
		return LEVEL_WARNING;
	case OUTCOME_IMPROVED:
		return LEVEL_NOTICE;
	default:
		return LEVEL_COUNT;
	}
}

/* The runner's rules: it reads a command up to the line's end and decodes these. */
static void print_escaped(FILE *out, const char *text, const char *special)
{
	for (; *text; text++)
		if (strchr(special, *text))
			fprintf(out, "%%%02X", (unsigned char)*text);
		else
			putc(*text, out);
}

static void print_data(FILE *out, const char *text)
{
	print_escaped(out, text, "%\r\n");
}

static void print_property(FILE *out, const char *text)
{
	print_escaped(out, text, "%\r\n:,");
}

/* "file=src/parse.c,line=12,endLine=12,", or nothing.  0 or -ENOMEM. */
static int print_place(FILE *out, const struct verdict *verdict)
{
	const struct verdict_frame *site = wording_site(verdict);
	char *place, *file;

	if (!site)
		return 0;
	place = place_in_repository(site->file);
	file = place ? clean_copy(place, 0) : NULL;
	free(place);
	if (!file)
		return -ENOMEM;
	fputs("file=", out);
	print_property(out, file);
	fprintf(out, ",line=%" PRIu32 ",endLine=%" PRIu32 ",", site->line, site->line);
	free(file);
	return 0;
}

/* "title=…::message" and the line's end.  0 or -ENOMEM. */
static int print_rest(FILE *out, const char *key, const char *message)
{
	char *name = clean_copy(key, CLEAN_NAME_BYTES);

	if (!name)
		return -ENOMEM;
	fputs("title=mprof check%3A ", out);
	print_property(out, name);
	fputs("::", out);
	print_data(out, message);
	putc('\n', out);
	free(name);
	return 0;
}

static int print_verdict(const struct github *to, const struct checked_program *program,
			 const struct verdict *verdict)
{
	char *message = wording_full_text(verdict, to->precision, to->update_command);
	FILE *out = to->out;
	int error = message ? 0 : -ENOMEM;

	if (!error) {
		fprintf(out, "::%s ", level_names[level_of(verdict->outcome)]);
		error = print_place(out, verdict);
	}
	if (!error)
		error = print_rest(out, program->key, message);
	free(message);
	return error;
}

static int print_trouble(FILE *out, enum level level, const char *about, const char *what)
{
	char *message = clean_copy(what, 0);
	int error = -ENOMEM;

	if (message) {
		fprintf(out, "::%s ", level_names[level]);
		error = print_rest(out, about, message);
	}
	free(message);
	return error;
}

/* The annotations of a level that a program has, up to `room` of them, which it takes from it; 0 or -ENOMEM.
 */
static int print_program(const struct github *to, const struct checked_program *program, enum level level,
			 size_t *room)
{
	int error = 0;

	if (program->error && level == LEVEL_ERROR && *room > 0) {
		error = print_trouble(to->out, LEVEL_ERROR, program->key, program->error);
		(*room)--;
	}
	for (size_t i = 0; !error && *room > 0 && i < program->verdict_count; i++)
		if (level_of(program->verdicts[i].outcome) == level) {
			error = print_verdict(to, program, &program->verdicts[i]);
			(*room)--;
		}
	return error;
}

static enum level level_of_complaint(const struct complaint *complaint)
{
	return complaint->fatal ? LEVEL_ERROR : LEVEL_NOTICE;
}

/* The same of the complaints. */
static int print_complaints(const struct github *to, const struct check_result *result, enum level level,
			    size_t *room)
{
	int error = 0;

	for (size_t i = 0; !error && *room > 0 && i < result->complaint_count; i++) {
		const struct complaint *complaint = &result->complaints[i];

		if (level_of_complaint(complaint) != level)
			continue;
		error = print_trouble(to->out, level, complaint->about, complaint->what);
		(*room)--;
	}
	return error;
}

static size_t count_level(const struct check_result *result, enum level level)
{
	size_t count = level == LEVEL_ERROR ? result->error_count : 0;

	for (size_t i = 0; i < result->complaint_count; i++)
		count += level_of_complaint(&result->complaints[i]) == level;
	for (enum outcome outcome = 0; outcome <= OUTCOME_FAILED; outcome++)
		if (level_of(outcome) == level)
			count += result->outcome_count[outcome];
	return count;
}

static int print_level(const struct github *to, const struct check_result *result, enum level level)
{
	size_t count = count_level(result, level);
	size_t shown = count > LEVEL_LIMIT ? LEVEL_LIMIT - 1 : count, room = shown;
	int error = 0;

	for (size_t i = 0; !error && i < result->program_count; i++)
		error = print_program(to, &result->programs[i], level, &room);
	if (!error)
		error = print_complaints(to, result, level, &room);
	if (!error && count > shown)
		fprintf(to->out, "::%s title=mprof check::%zu more like these: see the summary or the log\n",
			level_names[level], count - shown);
	return error;
}

int check_github(FILE *out, const struct check_result *result, const struct check_style *style)
{
	struct github to = {out, style->precision, result->update_command};
	int error = 0;

	for (enum level level = 0; !error && level < LEVEL_COUNT; level++)
		error = print_level(&to, result, level);
	return error;
}
