/*
 * gate.c - limits and tolerances, kept in the order in which they were given.
 */
#include "gate/gate.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE_DEFAULT 0.05

#define APPEND(gate, list, item)                                                                             \
	((gate)->list##s = pool_grow((gate)->list##s, &(gate)->list##_capacity, (gate)->list##_count + 1,    \
				     sizeof(*(gate)->list##s)),                                              \
	 (gate)->list##s[(gate)->list##_count++] = (item))

void gate_init(struct gate *gate)
{
	*gate = (struct gate){.tolerance = TOLERANCE_DEFAULT};
	strings_init(&gate->strings);
	for (enum figure figure = 0; figure < FIGURES_JUDGED; figure++)
		gate->floor[figure] = figure_infos[figure].floor;
	APPEND(gate, subject, (struct subject){0});
}

void gate_finish(struct gate *gate)
{
	if (gate->subjects)
		strings_finish(&gate->strings);
	free(gate->subjects);
	free(gate->wrappers);
	free(gate->wrapper_sources);
	suppressions_finish(&gate->suppressions);
	free(gate->limits);
	free(gate->rules);
	*gate = (struct gate){0};
}

const char *gate_text(struct gate *gate, const char *format, ...)
{
	va_list arguments;
	char *text;
	const char *kept;

	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	kept = strings_intern(&gate->strings, length < 0 ? "" : text);
	if (length >= 0)
		free(text);
	return kept;
}

/* ---- whose figures --------------------------------------------------------------------- */

/* The colon before the line number of "json.c:42"; NULL if it is a function's name. */
static const char *line_colon(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t digits = colon ? strspn(colon + 1, "0123456789") : 0;

	return digits > 0 && digits < 10 && !colon[1 + digits] && colon > text && colon[-1] != ':' ? colon
												   : NULL;
}

/* A subject's globs lie within it, and it moves as the list grows. */
static void fix_places(struct gate *gate)
{
	for (size_t i = 1; i < gate->subject_count; i++) {
		struct subject *subject = &gate->subjects[i];
		struct selection *selection = &subject->place.selection;

		*(subject->place.line > 0 ? &selection->files : &selection->functions) = subject->globs;
	}
}

size_t gate_subject(struct gate *gate, const char *text, bool own)
{
	const char *colon = line_colon(text);
	struct subject subject = {.text = strings_intern(&gate->strings, text), .own = own};

	for (size_t i = 1; i < gate->subject_count; i++)
		if (gate->subjects[i].text == subject.text && gate->subjects[i].own == own)
			return i;
	subject.globs[0] = subject.text;
	if (colon) {
		subject.place.line = (uint32_t)strtoul(colon + 1, NULL, 10);
		subject.globs[0] = strings_intern_bytes(&gate->strings, text, (size_t)(colon - text));
	}
	APPEND(gate, subject, subject);
	fix_places(gate);
	return gate->subject_count - 1;
}

void gate_add_wrapper(struct gate *gate, const char *glob, const char *source)
{
	gate->wrapper_sources = pool_grow(gate->wrapper_sources, &gate->wrapper_source_capacity,
					  gate->wrapper_count + 1, sizeof(*gate->wrapper_sources));
	gate->wrapper_sources[gate->wrapper_count] = source;
	APPEND(gate, wrapper, strings_intern(&gate->strings, glob));
	gate->wrappers = pool_grow(gate->wrappers, &gate->wrapper_capacity, gate->wrapper_count + 1,
				   sizeof(*gate->wrappers));
	gate->wrappers[gate->wrapper_count] = NULL;
	gate->wrapper_selection.functions = gate->wrappers;
}

struct measure_place gate_place(const struct gate *gate, size_t subject)
{
	struct measure_place place = {0};

	if (!gate->subjects[subject].own)
		place = gate->subjects[subject].place;
	place.wrappers = &gate->wrapper_selection;
	return place;
}

/* ---- what is asked of them --------------------------------------------------------------- */

void gate_add_limit(struct gate *gate, struct limit limit)
{
	APPEND(gate, limit, limit);
}

void gate_add_rule(struct gate *gate, struct rule rule)
{
	APPEND(gate, rule, rule);
}

bool gate_empty(const struct gate *gate)
{
	return gate->limit_count == 0 && !gate->baseline_path;
}

static bool means(const char *glob, const char *key)
{
	size_t length = strcspn(key, " ");
	char name[256];

	if (strcmp(glob, key) == 0 || fnmatch(glob, key, 0) == 0)
		return true;
	if (length >= sizeof(name))
		return false;
	memcpy(name, key, length);
	name[length] = '\0';
	return strcmp(glob, name) == 0 || fnmatch(glob, name, 0) == 0;
}

bool gate_means(const char *glob, const char *key)
{
	const char *slash = memrchr(key, '/', strcspn(key, " "));

	return !glob || means(glob, key) || (slash && means(glob, slash + 1));
}

bool gate_is_general(const char *glob)
{
	return !glob || !glob[strspn(glob, "*")];
}

static bool names(const char *glob, const char *key)
{
	return !gate_is_general(glob) && gate_means(glob, key);
}

bool gate_limits_by_name(const struct gate *gate, const char *key)
{
	for (size_t i = 0; i < gate->limit_count; i++)
		if (names(gate->limits[i].program, key))
			return true;
	return false;
}

bool gate_compares_by_name(const struct gate *gate, const char *key)
{
	for (size_t i = 0; i < gate->rule_count; i++)
		if (names(gate->rules[i].program, key))
			return true;
	return false;
}

bool gate_limit_holds(const struct gate *gate, size_t limit, const char *key)
{
	const struct limit *this = &gate->limits[limit];

	if (!gate_means(this->program, key))
		return false;
	for (size_t i = limit + 1; i < gate->limit_count; i++) {
		const struct limit *later = &gate->limits[i];

		if (later->figure == this->figure && later->subject == this->subject &&
		    gate_means(later->program, key))
			return false;
	}
	return true;
}

static bool rule_means(const struct rule *rule, const char *key, size_t subject, enum figure figure)
{
	return (rule->subject == subject || rule->subject == 0) &&
	       (rule->figure == figure || rule->figure == FIGURES_JUDGED) && gate_means(rule->program, key);
}

void gate_margin(const struct gate *gate, const char *key, size_t subject, enum figure figure,
		 double *tolerance, uint64_t *floor)
{
	*tolerance = gate->tolerance;
	*floor = gate->floor[figure];
	for (size_t i = 0; i < gate->rule_count; i++) {
		const struct rule *rule = &gate->rules[i];

		if (!rule_means(rule, key, subject, figure))
			continue;
		*tolerance = rule->tolerance >= 0 ? rule->tolerance : *tolerance;
		*floor = rule->has_floor ? rule->floor : *floor;
	}
}

bool gate_compares(const struct gate *gate, const char *key, size_t subject, enum figure figure)
{
	for (size_t i = 0; i < gate->rule_count; i++)
		if (gate->rules[i].subject == subject && rule_means(&gate->rules[i], key, subject, figure))
			return true;
	return false;
}
