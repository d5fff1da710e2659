/*
 * hand_made.c - see hand_made.h.
 */
#include "hand_made.h"

#include <stdio.h>
#include <string.h>

#define KB10 "0123456789abcdef"
#define X4(text) text text text text
#define MANY 25
#define PROGRAMS_MAX 64
#define OUTCOMES (OUTCOME_FAILED + 1)

const char *const hostile_names[] = {
	"a \"quoted\" 'name'",
	"two\nlines\r\nand a\ttab",
	"100%0A, 50%25: file=x,line=2::error title=t::m",
	"pipe | pipe \\| `tick` ``ticks`` *star* _under_ [link](http://x) ![i](y)",
	"a ``lone` tick",
	"a lone | bar",
	"ends with a backslash \\",
	"]]> <script>alert(1)</script> </pre> <!-- & &amp; &#124;",
	"controls \x01\x02\x1b[31m\x7f\x08 end",
	"invalid \xff\xfe \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82 utf-8",
	"unicode \xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80 non-characters \xef\xbf\xbe\xef\xbf\xbf",
	"right \xe2\x80\xae to \xe2\x81\xa6 left \xe2\x80\x8f mark",
	"::set-output name=x::y",
	"{0} {{1}} std::map<int, char *>::operator[](int&&)::{lambda()#1}",
	"/absolute/../path with spaces/\xc3\xa9?x#y:z.c",
	" ",
	"10 KB of \xe4\xb8\xad " X4(X4(X4(KB10))) X4(X4(X4(KB10))) X4(X4(X4(KB10))) X4(X4(X4(KB10)))
		X4(X4(X4(KB10))) X4(X4(X4(KB10))) X4(X4(X4(KB10))) X4(X4(X4(KB10))) X4(X4(X4(KB10)))
			X4(X4(X4(KB10))) "\xe4\xb8\xad end",
};
const size_t hostile_count = sizeof(hostile_names) / sizeof(*hostile_names);

/* A program, its verdicts, and the path that all of them blame. */
struct made {
	struct verdict_frame frames[3];
	struct contributor contributors[2];
	struct verdict verdicts[OUTCOMES + 2];
};

static struct made made[PROGRAMS_MAX];
static struct checked_program programs[PROGRAMS_MAX];
static char keys[MANY][16];
static struct complaint complaints[PROGRAMS_MAX];

static void make_path(struct made *to, const char *function, const char *file)
{
	to->frames[0] = (struct verdict_frame){function, file, 42, NULL, NULL, NULL};
	to->frames[1] = (struct verdict_frame){"read_all", "src/read.c", 7, NULL, NULL, NULL};
	to->frames[2] = (struct verdict_frame){"main", "", 0, "main (libc.so.6)", NULL, "libc.so.6"};
	to->contributors[0] = (struct contributor){.site = to->frames[0],
						   .now = 9437184,
						   .has_before = true,
						   .before = 1048576,
						   .frames = to->frames,
						   .frame_count = 3};
	to->contributors[1] = (struct contributor){.site = to->frames[1], .now = 4096};
}

static struct verdict make_verdict(const struct made *of, enum outcome outcome, const char *pattern,
				   const char *source)
{
	struct verdict verdict = {.outcome = outcome,
				  .figure = outcome == OUTCOME_ADVICE ? FIGURE_RSS : FIGURE_PEAK,
				  .pattern = pattern,
				  .against_baseline = true,
				  .source = source,
				  .value = 12582912,
				  .bound = 9437184,
				  .bound_share = -1,
				  .base_low = 8388608,
				  .base_high = 8454144};

	if (outcome == OUTCOME_PASSED)
		verdict.bound = verdict.value;
	if (outcome == OUTCOME_IMPROVED)
		verdict.value = 4194304;
	if (outcome == OUTCOME_NO_BASELINE)
		verdict.bound = 0;
	if (outcome == OUTCOME_FAILED || outcome == OUTCOME_ADVICE) {
		verdict.contributors = of->contributors;
		verdict.contributor_count = 2;
		verdict.more = "mprof report --sort peak 'a trace.mprof'";
	}
	return verdict;
}

/* A limit of an absolute number, and one of a share that counts blocks. */
static void make_limits(struct made *to, const char *pattern)
{
	struct verdict *absolute = &to->verdicts[OUTCOMES], *share = &to->verdicts[OUTCOMES + 1];

	*absolute = make_verdict(to, OUTCOME_FAILED, pattern, "--max-peak");
	absolute->against_baseline = false;
	*share = *absolute;
	share->figure = FIGURE_TEMPORARY;
	share->source = "mprof.gate:7";
	share->value = 200;
	share->bound = 100;
	share->bound_share = 0.1;
}

static void make_program(size_t index, const char *key, const char *function, const char *file,
			 const char *pattern, const char *source)
{
	struct made *to = &made[index];

	make_path(to, function, file);
	for (enum outcome outcome = 0; outcome < OUTCOMES; outcome++)
		to->verdicts[outcome] = make_verdict(to, outcome, pattern, source);
	make_limits(to, pattern);
	programs[index] = (struct checked_program){.key = key,
						   .trace = "a trace.mprof",
						   .note = source,
						   .duration_ns = 1500000000,
						   .run_count = 3,
						   .verdicts = to->verdicts,
						   .verdict_count = OUTCOMES + 2};
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++) {
		programs[index].value[figure] = 1000 + figure;
		programs[index].low[figure] = 1000 + figure - (figure == FIGURE_PEAK);
		programs[index].high[figure] = 1000 + figure + (figure == FIGURE_PEAK);
	}
}

static void make_trouble(size_t index, const char *key, const char *error)
{
	programs[index] = (struct checked_program){.key = key, .trace = "broken.mprof", .error = error};
}

static size_t make_plain(void)
{
	make_program(0, "./test parse", "parse_line", "src/parse.c", "parse_*", "mprof-baseline.json");
	make_trouble(1, "./test broken", "broken.mprof: not a trace");
	return 2;
}

static size_t make_hostile(void)
{
	size_t count = 0;

	for (size_t i = 0; i < hostile_count; i++) {
		const char *name = hostile_names[i];

		make_program(count++, name, name, name, name, name);
		make_trouble(count++, name, name);
	}
	return count;
}

static size_t make_many(void)
{
	for (size_t i = 0; i < MANY; i++) {
		snprintf(keys[i], sizeof(keys[i]), "./test %zu", i);
		make_program(i, keys[i], "parse_line", "src/parse.c", NULL, "mprof-baseline.json");
	}
	return MANY;
}

/* With plain or hostile names. */
static size_t make_complaints(bool plain, bool hostile)
{
	size_t count = 0;

	if (plain) {
		complaints[count++] = (struct complaint){"mprof.gate:7", "judged nothing: parze", true};
		complaints[count++] = (struct complaint){"mprof.gate:9", "judged nothing: other", false};
	}
	for (size_t i = 0; hostile && i < hostile_count; i++)
		complaints[count++] = (struct complaint){hostile_names[i], hostile_names[i], i % 2 == 0};
	return count;
}

const struct check_result *hand_made(const char *name)
{
	static struct check_result result;
	bool plain = strcmp(name, "plain") == 0, hostile = strcmp(name, "hostile") == 0,
	     many = strcmp(name, "many") == 0;

	if (!plain && !hostile && !many && strcmp(name, "empty") != 0)
		return NULL;
	result = (struct check_result){.programs = programs,
				       .gate_path = "mprof.gate",
				       .baseline_path = "mprof-baseline.json",
				       .update_command = "mprof check --update-baseline"};
	result.program_count = plain ? make_plain() : hostile ? make_hostile() : many ? make_many() : 0;
	for (size_t i = 0; i < result.program_count; i++) {
		result.error_count += programs[i].error != NULL;
		for (size_t j = 0; j < programs[i].verdict_count; j++)
			result.outcome_count[programs[i].verdicts[j].outcome]++;
	}
	result.complaints = complaints;
	result.complaint_count = make_complaints(plain, hostile);
	for (size_t i = 0; i < result.complaint_count; i++)
		result.fatal_count += complaints[i].fatal;
	result.status = result.program_count > 0;
	return &result;
}
