/* instant.c - see instant.h. */
#include "profile/instant.h"

#include "base/nearest.h"
#include "base/number.h"
#include "profile/phases.h"
#include "profile/private.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *suffix;
	double ns;
} units[] = {{"", 1e9}, {"s", 1e9},  {"ms", 1e6},   {"us", 1e3},
	     {"ns", 1}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}};

/* False: it is no time. */
static bool parse_time(const char *text, uint64_t duration_ns, double *time_ns)
{
	char *end;
	double number = strtod(text, &end);

	if (!isdigit((unsigned char)text[*text == '.']) || strpbrk(text, "xX") || !(number >= 0))
		return false;
	if (strcmp(end, "%") == 0) {
		*time_ns = number / 100 * (double)duration_ns;
		return number <= 100;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(end, units[i].suffix) == 0) {
			*time_ns = number * units[i].ns;
			return true;
		}
	return false;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* "load#3:end" in parts. */
struct phase_name {
	const char *name;
	size_t length;
	unsigned long number; /* 0: none was given */
	bool end;
};

static struct phase_name split(const char *text, bool numbered)
{
	struct phase_name parts = {.name = text, .length = strlen(text)};
	const char *colon = strrchr(text, ':'), *hash;
	char *end;

	if (colon && (strcmp(colon, ":end") == 0 || strcmp(colon, ":begin") == 0)) {
		parts.end = strcmp(colon, ":end") == 0;
		parts.length = (size_t)(colon - text);
	}
	hash = numbered ? memrchr(text, '#', parts.length) : NULL;
	if (!hash || !isdigit((unsigned char)hash[1]))
		return parts;
	unsigned long number = strtoul(hash + 1, &end, 10);
	if (number > 0 && end == text + parts.length) {
		parts.number = number;
		parts.length = (size_t)(hash - text);
	}
	return parts;
}

static bool has_name(const struct phase *phase, const char *name, size_t length)
{
	return strncmp(phase->name, name, length) == 0 && phase->name[length] == '\0';
}

static const struct phase *find(const struct phase *phases, size_t count, const struct phase_name *wanted,
				size_t *found)
{
	const struct phase *phase = NULL;

	*found = 0;
	for (size_t i = 0; i < count; i++)
		if (has_name(&phases[i], wanted->name, wanted->length) &&
		    ++*found == (wanted->number > 0 ? wanted->number : 1))
			phase = &phases[i];
	return phase;
}

static int explain(const struct phase *phases, size_t count, const char *option, const char *text,
		   size_t found, struct diagnostic *diagnostic)
{
	struct nearest nearest = nearest_to(text);

	if (found > 0)
		return diagnostic_set(diagnostic, EINVAL, "%s %s: there %s only %zu of that name", option,
				      text, found == 1 ? "is" : "are", found);
	for (size_t i = 0; i < count; i++)
		nearest_try(&nearest, phases[i].name);
	if (count > 0 && !nearest.found)
		return diagnostic_set(diagnostic, EINVAL,
				      "%s takes %s; not '%s'; there are %zu marks and phases, as '%s'",
				      option, INSTANT_TIMES, text, count, phases[0].name);
	if (nearest.found)
		return diagnostic_set(diagnostic, EINVAL,
				      "%s %s: no mark or phase has that name; is it '%s'?", option, text,
				      nearest.found);
	return diagnostic_set(diagnostic, EINVAL, "%s takes %s; not '%s'", option, INSTANT_TIMES, text);
}

static int parse_name(struct profile *profile, const char *option, const char *text, struct instant *out,
		      struct diagnostic *diagnostic)
{
	size_t count, found;
	const struct phase *phases = phases_list(profile, &count);
	struct phase_name wanted = {.name = text, .length = strlen(text)};
	const struct phase *phase = find(phases, count, &wanted, &found);

	/* Names may have such endings themselves. */
	for (int numbered = 0; !phase && numbered < 2; numbered++) {
		wanted = split(text, numbered);
		phase = find(phases, count, &wanted, &found);
	}
	if (!phase)
		return explain(phases, count, option, text, found, diagnostic);
	if (wanted.end && phase->mark)
		return diagnostic_set(diagnostic, EINVAL, "%s %s: that is a mark, which has no end", option,
				      text);
	*out = (struct instant){phase->begin_ns, phase->begin_event, false};
	if (wanted.end)
		*out = (struct instant){phase->begin_ns + phase->duration_ns, phase->end_event, false};
	return 0;
}

int instant_parse(struct profile *profile, const char *option, const char *text, struct instant *out,
		  struct diagnostic *diagnostic)
{
	uint64_t duration_ns = profile->info->duration_ns;
	char duration[NUMBER_BYTES];
	double time_ns;

	*out = (struct instant){0, 0, false};
	if (strcmp(text, "start") == 0)
		return 0;
	out->events = INSTANT_BY_TIME;
	out->time_ns = duration_ns;
	if (strcmp(text, "end") == 0) {
		out->events = profile->info->event_count;
		return 0;
	}
	out->peak = strcmp(text, "peak") == 0;
	if (out->peak) {
		/* The peak's own event is behind it. */
		out->time_ns = model_totals(profile->model)->peak_time_ns;
		out->events = model_totals(profile->model)->peak_bytes > 0
				      ? model_totals(profile->model)->peak_event + 1
				      : 0;
		return 0;
	}
	if (!parse_time(text, duration_ns, &time_ns))
		return parse_name(profile, option, text, out, diagnostic);
	number_duration(duration, sizeof(duration), duration_ns);
	if (time_ns > (double)duration_ns)
		return diagnostic_set(diagnostic, EINVAL, "%s %s: the run took %s", option, text, duration);
	out->time_ns = (uint64_t)time_ns;
	if (out->time_ns >= duration_ns)
		out->events = profile->info->event_count;
	return 0;
}
