/*
 * junit.c - JUnit's XML as Jenkins and GitLab read it: a suite for each program, a case for each
 * bound.
 *
 * A breach is a failure.  A program that could not be judged, or that the baseline lacks, is an error and not
 * skipped: GitLab's merge requests do not mention what is skipped, and Jenkins calls such a build stable,
 * while the check itself failed.  Skipped is what judged nothing and was let pass, and what the gate only
 * tells.  GitLab drops a case whose class and name it has seen: names are numbered where needed.
 */
#include "gate/formats/formats.h"

#include "base/clean.h"
#include "gate/formats/wording.h"

#include <errno.h>
#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* Remembers that something failed, which can only be memory. */
struct junit {
	xmlTextWriterPtr writer;
	bool failed;
	int precision;
	const char *update_command;
};

struct tally {
	size_t tests, failures, errors, skipped;
};

static void start(struct junit *junit, const char *element)
{
	junit->failed |= xmlTextWriterStartElement(junit->writer, (const xmlChar *)element) < 0;
}

static void end(struct junit *junit)
{
	junit->failed |= xmlTextWriterEndElement(junit->writer) < 0;
}

/* The value is clean already. */
static void attribute(struct junit *junit, const char *name, const char *value)
{
	junit->failed |= !value || xmlTextWriterWriteAttribute(junit->writer, (const xmlChar *)name,
							       (const xmlChar *)value) < 0;
}

static void name_attribute(struct junit *junit, const char *name, const char *value)
{
	char *clean = clean_copy(value, 0);

	attribute(junit, name, clean);
	free(clean);
}

static void count_attribute(struct junit *junit, const char *name, size_t count)
{
	char text[24];

	snprintf(text, sizeof(text), "%zu", count);
	attribute(junit, name, text);
}

static void time_attribute(struct junit *junit, double time_ns)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3f", time_ns / 1e9);
	attribute(junit, "time", text);
}

/* Not xmlTextWriterWriteString(): where it has no memory to escape the text, it writes none and does not say
 * so. */
static void body(struct junit *junit, const char *text)
{
	xmlChar *escaped = text ? xmlEncodeSpecialChars(NULL, (const xmlChar *)text) : NULL;

	junit->failed |= !escaped || xmlTextWriterWriteRaw(junit->writer, escaped) < 0;
	xmlFree(escaped);
}

static bool is_failure(const struct verdict *verdict)
{
	return verdict->outcome == OUTCOME_FAILED;
}

static bool is_error(const struct verdict *verdict)
{
	return verdict->outcome == OUTCOME_NO_BASELINE;
}

static struct tally tally_of(const struct checked_program *program)
{
	struct tally tally = {.tests = program->verdict_count};

	if (program->error)
		return (struct tally){.tests = 1, .errors = 1};
	if (program->verdict_count == 0)
		return (struct tally){.tests = 1, .skipped = 1};
	for (size_t i = 0; i < program->verdict_count; i++) {
		tally.skipped += program->verdicts[i].outcome == OUTCOME_NOT_JUDGED;
		tally.failures += is_failure(&program->verdicts[i]);
		tally.errors += is_error(&program->verdicts[i]);
	}
	return tally;
}

static void tally_attributes(struct junit *junit, struct tally tally)
{
	count_attribute(junit, "tests", tally.tests);
	count_attribute(junit, "failures", tally.failures);
	count_attribute(junit, "errors", tally.errors);
}

/* Its schema knows no message; some viewers show the one, some the other. */
static void skip(struct junit *junit, const char *text)
{
	static const char *const elements[] = {"skipped", "system-out"};

	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++) {
		start(junit, elements[i]);
		body(junit, text);
		end(junit);
	}
}

static bool same_case(const struct verdict *a, const struct verdict *b)
{
	return a->figure == b->figure && a->against_baseline == b->against_baseline &&
	       is_error(a) == is_error(b) &&
	       strcmp(a->pattern ? a->pattern : "", b->pattern ? b->pattern : "") == 0;
}

/* "peak heap of parse_* against limit": without values and sources, so that one run compares with the next.
 */
static void case_name(struct junit *junit, const struct checked_program *program,
		      const struct verdict *verdict)
{
	char *name = NULL;
	size_t length, before = 0;
	struct wording to = {.out = open_memstream(&name, &length), .name = wording_plain_name};

	if (!to.out) {
		junit->failed = true;
		return;
	}
	for (const struct verdict *other = program->verdicts; other < verdict; other++)
		before += same_case(other, verdict);
	if (!is_error(verdict)) {
		wording_subject(&to, verdict);
		fputs(" against ", to.out);
	}
	fputs(wording_against(verdict), to.out);
	if (before > 0)
		fprintf(to.out, " (%zu)", before + 1);
	junit->failed |= fclose(to.out) != 0;
	attribute(junit, "name", name);
	free(name);
}

/* A failure or an error; viewers show the message or the body, so both say what happened. */
static void complaint(struct junit *junit, const char *element, const char *type, const char *message,
		      const char *text)
{
	start(junit, element);
	attribute(junit, "message", message);
	attribute(junit, "type", type);
	body(junit, text);
	end(junit);
}

static void say_outcome(struct junit *junit, const struct verdict *verdict)
{
	char *claim = wording_claim_text(verdict, junit->precision);
	char *full = wording_full_text(verdict, junit->precision, junit->update_command);

	if (is_failure(verdict)) {
		complaint(junit, "failure", figure_infos[verdict->figure].name, claim, full);
	} else if (is_error(verdict)) {
		complaint(junit, "error", "no_baseline", claim, full);
	} else if (verdict->outcome == OUTCOME_NOT_JUDGED) {
		skip(junit, claim);
	} else {
		start(junit, "system-out");
		body(junit, full);
		end(junit);
	}
	free(full);
	free(claim);
}

/* GitLab adds up the times of cases, Jenkins takes the suite's: shares of the run are right for both. */
static void write_case(struct junit *junit, const struct checked_program *program,
		       const struct verdict *verdict)
{
	start(junit, "testcase");
	name_attribute(junit, "classname", program->key);
	case_name(junit, program, verdict);
	time_attribute(junit, (double)program->duration_ns / (double)program->verdict_count);
	say_outcome(junit, verdict);
	end(junit);
}

static void write_trouble(struct junit *junit, const struct checked_program *program)
{
	char *error = clean_copy(program->error, 0);

	start(junit, "testcase");
	name_attribute(junit, "classname", program->key);
	attribute(junit, "name", "trace");
	time_attribute(junit, (double)program->duration_ns);
	complaint(junit, "error", "unreadable", error, error);
	end(junit);
	free(error);
}

/* No bound means it. */
static void write_unjudged(struct junit *junit, const struct checked_program *program)
{
	start(junit, "testcase");
	name_attribute(junit, "classname", program->key);
	attribute(junit, "name", "bounds");
	time_attribute(junit, (double)program->duration_ns);
	skip(junit, "no bound was judged");
	end(junit);
}

static void write_property(struct junit *junit, const char *name, const char *value)
{
	start(junit, "property");
	attribute(junit, "name", name);
	name_attribute(junit, "value", value);
	end(junit);
}

static void write_properties(struct junit *junit, const struct checked_program *program)
{
	start(junit, "properties");
	if (program->trace)
		write_property(junit, "trace", program->trace);
	if (program->note)
		write_property(junit, "note", program->note);
	end(junit);
}

static void write_suite(struct junit *junit, const struct checked_program *program)
{
	start(junit, "testsuite");
	name_attribute(junit, "name", program->key);
	tally_attributes(junit, tally_of(program));
	count_attribute(junit, "skipped", tally_of(program).skipped);
	time_attribute(junit, (double)program->duration_ns);
	if (program->trace || program->note)
		write_properties(junit, program);
	if (program->error)
		write_trouble(junit, program);
	else if (program->verdict_count == 0)
		write_unjudged(junit, program);
	for (size_t i = 0; !program->error && i < program->verdict_count; i++)
		write_case(junit, program, &program->verdicts[i]);
	end(junit);
}

/* The gate's own suite: what kept it from guarding. */
static void write_complaint(struct junit *junit, const struct complaint *about)
{
	char *what = clean_copy(about->what, 0);

	start(junit, "testcase");
	attribute(junit, "classname", "gate");
	name_attribute(junit, "name", about->about);
	time_attribute(junit, 0);
	if (about->fatal)
		complaint(junit, "error", "gate", what, what);
	else
		skip(junit, what);
	end(junit);
	free(what);
}

static void write_gate(struct junit *junit, const struct check_result *result)
{
	struct tally tally = {.tests = result->complaint_count,
			      .errors = result->fatal_count,
			      .skipped = result->complaint_count - result->fatal_count};

	if (result->complaint_count == 0)
		return;
	start(junit, "testsuite");
	attribute(junit, "name", "gate");
	tally_attributes(junit, tally);
	count_attribute(junit, "skipped", tally.skipped);
	time_attribute(junit, 0);
	for (size_t i = 0; i < result->complaint_count; i++)
		write_complaint(junit, &result->complaints[i]);
	end(junit);
}

static void write_suites(struct junit *junit, const struct check_result *result)
{
	struct tally all = {.tests = result->complaint_count, .errors = result->fatal_count};
	double time_ns = 0;

	for (size_t i = 0; i < result->program_count; i++) {
		struct tally tally = tally_of(&result->programs[i]);

		all.tests += tally.tests;
		all.failures += tally.failures;
		all.errors += tally.errors;
		time_ns += (double)result->programs[i].duration_ns;
	}
	start(junit, "testsuites");
	attribute(junit, "name", "mprof check");
	tally_attributes(junit, all);
	time_attribute(junit, time_ns);
	for (size_t i = 0; i < result->program_count; i++)
		write_suite(junit, &result->programs[i]);
	write_gate(junit, result);
	end(junit);
}

int check_junit(FILE *out, const struct check_result *result, const struct check_style *style)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	struct junit junit = {.precision = style->precision, .update_command = result->update_command};

	if (buffer)
		junit.writer = xmlNewTextWriterMemory(buffer, 0);
	if (junit.writer) {
		junit.failed |= xmlTextWriterSetIndent(junit.writer, 1) < 0;
		junit.failed |= xmlTextWriterStartDocument(junit.writer, NULL, "UTF-8", NULL) < 0;
		write_suites(&junit, result);
		junit.failed |= xmlTextWriterEndDocument(junit.writer) < 0;
		xmlFreeTextWriter(junit.writer);
	}
	if (junit.writer && !junit.failed)
		fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), out);
	xmlBufferFree(buffer);
	return junit.writer && !junit.failed ? 0 : -ENOMEM;
}
