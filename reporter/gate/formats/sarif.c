/*
 * sarif.c - the result as SARIF 2.1.0: a rule for each figure and kind of bound, a result for each
 * verdict that is not a plain pass; what could not be judged is a notification.
 *
 * A result's fingerprint is of rule, program, pattern and the functions of the call path: moved lines and
 * renamed files leave it alone.
 */
#include "gate/formats/formats.h"

#include "base/clean.h"
#include "gate/formats/json_out.h"
#include "gate/formats/place.h"
#include "gate/formats/wording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_URI "https://json.schemastore.org/sarif-2.1.0.json"
#define RULE_COUNT ((size_t)FIGURES_LIMITED * 2)
#define ID_BYTES 40

/* Rules are numbered: each figure against a limit, and against a baseline. */
static size_t rule_index(enum figure figure, bool against_baseline)
{
	return (size_t)figure * 2 + against_baseline;
}

static void rule_id(char *id, size_t index)
{
	snprintf(id, ID_BYTES, "%s-%s", figure_infos[index / 2].name, index % 2 ? "baseline" : "limit");
	for (char *at = id; *at; at++)
		if (*at == '_')
			*at = '-';
}

static json_t *rule_json(size_t index)
{
	const struct figure_info *info = &figure_infos[index / 2];
	const char *level = info->advisory ? "warning" : "error";
	char id[ID_BYTES], text[120];

	rule_id(id, index);
	snprintf(text, sizeof(text), "Over the %s: %s of a program or of a part of it.",
		 index % 2 ? "baseline" : "limit", info->title);
	return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "id", id, "shortDescription", "text",
			 text, "fullDescription", "text", text, "help", "text",
			 "mprof report and mprof peak show which lines of source hold or allocate it.",
			 "defaultConfiguration", "level", level);
}

static json_t *rules_json(void)
{
	json_t *rules = json_array();

	for (size_t i = 0; rules && i < RULE_COUNT; i++)
		if (json_array_append_new(rules, rule_json(i)) != 0) {
			json_decref(rules);
			rules = NULL;
		}
	return rules;
}

/* In messages, braces enclose placeholders: those that are meant are doubled. */
static json_t *message_json(const char *text)
{
	char *escaped = NULL;
	size_t length;
	FILE *out = text ? open_memstream(&escaped, &length) : NULL;
	json_t *message = NULL;

	if (!out)
		return NULL;
	for (; *text; text++) {
		if (*text == '{' || *text == '}')
			putc(*text, out);
		putc(*text, out);
	}
	if (fclose(out) == 0)
		message = json_pack("{s:o}", "text", json_out_text(escaped));
	free(escaped);
	return message;
}

/* As a URI: bytes other than a path's plain letters in percent. */
static char *uri_of(const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	char *uri = NULL;
	size_t length;
	FILE *out = open_memstream(&uri, &length);

	if (!out)
		return NULL;
	fputs(*path == '/' ? "file://" : "", out);
	for (; *path; path++)
		if (strchr(plain, *path))
			putc(*path, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*path);
	if (fclose(out) != 0) {
		free(uri);
		uri = NULL;
	}
	return uri;
}

static json_t *artifact_json(const char *file)
{
	char *place = place_in_repository(file), *uri = place ? uri_of(place) : NULL;
	json_t *artifact = uri ? json_pack("{s:s}", "uri", uri) : NULL;

	if (artifact && *place != '/' &&
	    json_object_set_new(artifact, "uriBaseId", json_string("%SRCROOT%")) != 0) {
		json_decref(artifact);
		artifact = NULL;
	}
	free(uri);
	free(place);
	return artifact;
}

static json_t *physical_json(const char *file, uint32_t line)
{
	if (line == 0)
		return json_pack("{s:o}", "artifactLocation", artifact_json(file));
	return json_pack("{s:o, s:{s:I}}", "artifactLocation", artifact_json(file), "region", "startLine",
			 (json_int_t)line);
}

static json_t *logical_json(const char *name, const char *kind)
{
	return json_pack("[{s:o, s:s}]", "fullyQualifiedName", json_out_text(name), "kind", kind);
}

static json_t *location_json(const struct verdict_frame *frame)
{
	json_t *logical = logical_json(frame->function, "function");

	if (!*frame->file)
		return json_pack("{s:o}", "logicalLocations", logical);
	return json_pack("{s:o, s:o}", "physicalLocation", physical_json(frame->file, frame->line),
			 "logicalLocations", logical);
}

/* Where no line is known: the file that set the bound, so that services which want a file show the result. */
static json_t *fallback_location(const struct check_result *result, const struct checked_program *program)
{
	const char *file = result->gate_path ? result->gate_path : result->baseline_path;
	json_t *logical = logical_json(program->key, "module");

	if (!file)
		return json_pack("{s:o}", "logicalLocations", logical);
	return json_pack("{s:o, s:o}", "physicalLocation", physical_json(file, 0), "logicalLocations",
			 logical);
}

/* FNV-1a, with the NUL between texts. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	} while (*text++);
	return hash;
}

static json_t *fingerprint_json(const struct checked_program *program, const struct verdict *verdict,
				const char *rule)
{
	uint64_t hash = hash_text(UINT64_C(0xcbf29ce484222325), rule);
	char text[20];

	hash = hash_text(hash, program->key);
	hash = hash_text(hash, verdict->pattern ? verdict->pattern : "");
	if (verdict->contributor_count > 0) {
		const struct contributor *first = &verdict->contributors[0];

		hash = hash_text(hash, first->site.function);
		for (size_t i = 0; i < first->frame_count; i++)
			hash = hash_text(hash, first->frames[i].function);
	}
	snprintf(text, sizeof(text), "%016" PRIx64, hash);
	return json_pack("{s:s}", "mprofCallPath/v1", text);
}

/* Calls in the order they were made: outermost first. */
static json_t *path_json(const struct contributor *contributor)
{
	json_t *steps = json_array();

	for (size_t i = contributor->frame_count; steps && i > 0; i--)
		if (json_array_append_new(steps, json_pack("{s:o}", "location",
							   location_json(&contributor->frames[i - 1]))) !=
		    0) {
			json_decref(steps);
			steps = NULL;
		}
	return json_pack("[{s:[{s:o}]}]", "threadFlows", "locations", steps);
}

static json_t *related_json(const struct verdict *verdict)
{
	json_t *related = json_array();

	for (size_t i = 1; related && i < verdict->contributor_count; i++)
		if (json_array_append_new(related, location_json(&verdict->contributors[i].site)) != 0) {
			json_decref(related);
			related = NULL;
		}
	return related;
}

static json_t *result_location(const struct check_result *result, const struct checked_program *program,
			       const struct verdict *verdict)
{
	const struct verdict_frame *site = wording_site(verdict);

	return site ? location_json(site) : fallback_location(result, program);
}

static const char *level_of(enum outcome outcome)
{
	return outcome == OUTCOME_FAILED ? "error" : outcome == OUTCOME_ADVICE ? "warning" : "note";
}

static int add_paths(json_t *object, const struct verdict *verdict)
{
	if (verdict->contributor_count > 1 &&
	    json_object_set_new(object, "relatedLocations", related_json(verdict)) != 0)
		return -ENOMEM;
	if (verdict->contributor_count > 0 && verdict->contributors[0].frame_count > 0 &&
	    json_object_set_new(object, "codeFlows", path_json(&verdict->contributors[0])) != 0)
		return -ENOMEM;
	return 0;
}

static json_t *result_json(const struct check_result *result, const struct checked_program *program,
			   const struct verdict *verdict, int precision)
{
	size_t rule = rule_index(verdict->figure, verdict->against_baseline);
	char *text = wording_full_text(verdict, precision, NULL);
	char id[ID_BYTES];
	json_t *object;

	rule_id(id, rule);
	object = json_pack("{s:s, s:I, s:s, s:o, s:[o], s:o, s:{s:o, s:o, s:o}}", "ruleId", id, "ruleIndex",
			   (json_int_t)rule, "level", level_of(verdict->outcome), "message",
			   message_json(text), "locations", result_location(result, program, verdict),
			   "partialFingerprints", fingerprint_json(program, verdict, id), "properties",
			   "program", json_out_text(program->key), "value", json_out_number(verdict->value),
			   "bound", json_out_number(verdict->bound));
	free(text);
	if (object && add_paths(object, verdict) != 0) {
		json_decref(object);
		object = NULL;
	}
	return object;
}

static bool is_result(const struct verdict *verdict)
{
	return verdict->outcome == OUTCOME_FAILED || verdict->outcome == OUTCOME_ADVICE ||
	       verdict->outcome == OUTCOME_IMPROVED;
}

static json_t *results_json(const struct check_result *result, int precision)
{
	json_t *results = json_array();
	int error = results ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < result->program_count; i++) {
		const struct checked_program *program = &result->programs[i];

		for (size_t j = 0; !error && j < program->verdict_count; j++)
			if (is_result(&program->verdicts[j]) &&
			    json_array_append_new(results, result_json(result, program, &program->verdicts[j],
								       precision)) != 0)
				error = -ENOMEM;
	}
	if (!error)
		return results;
	json_decref(results);
	return NULL;
}

/* "KEY: what is wrong" */
static int add_notification(json_t *notifications, const char *level, const char *key, const char *what)
{
	char *text = NULL;
	size_t length;
	FILE *out = what ? open_memstream(&text, &length) : NULL;
	int error = -ENOMEM;

	if (!out)
		return error;
	clean_print(out, key, CLEAN_NAME_BYTES);
	fputs(": ", out);
	clean_print(out, what, 0);
	if (fclose(out) == 0 &&
	    json_array_append_new(notifications, json_pack("{s:s, s:o}", "level", level, "message",
							   message_json(text))) == 0)
		error = 0;
	free(text);
	return error;
}

static int add_notifications(json_t *notifications, const struct checked_program *program, int precision)
{
	int error =
		program->error ? add_notification(notifications, "error", program->key, program->error) : 0;

	for (size_t i = 0; !error && i < program->verdict_count; i++) {
		const struct verdict *verdict = &program->verdicts[i];
		char *claim = verdict->outcome == OUTCOME_NO_BASELINE ? wording_claim_text(verdict, precision)
								      : NULL;

		if (verdict->outcome == OUTCOME_NO_BASELINE)
			error = add_notification(notifications, "error", program->key, claim);
		free(claim);
	}
	return error;
}

static int add_complaints(json_t *notifications, const struct check_result *result)
{
	int error = 0;

	for (size_t i = 0; !error && i < result->complaint_count; i++) {
		const struct complaint *complaint = &result->complaints[i];

		error = add_notification(notifications, complaint->fatal ? "error" : "note", complaint->about,
					 complaint->what);
	}
	return error;
}

static json_t *invocation_json(const struct check_result *result, int precision)
{
	json_t *notifications = json_array();
	bool successful = result->error_count == 0 && result->fatal_count == 0 &&
			  result->outcome_count[OUTCOME_NO_BASELINE] == 0;
	int error = notifications ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < result->program_count; i++)
		error = add_notifications(notifications, &result->programs[i], precision);
	if (!error)
		error = add_complaints(notifications, result);
	if (error) {
		json_decref(notifications);
		return NULL;
	}
	return json_pack("{s:b, s:i, s:o}", "executionSuccessful", successful, "exitCode", result->status,
			 "toolExecutionNotifications", notifications);
}

int check_sarif(FILE *out, const struct check_result *result, const struct check_style *style)
{
	json_t *invocation = invocation_json(result, style->precision);
	json_t *results = results_json(result, style->precision);

	return json_out_print(out, json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[o], s:o}]}", "$schema",
					     SCHEMA_URI, "version", "2.1.0", "runs", "tool", "driver", "name",
					     "mprof", "version", MPROF_VERSION, "rules", rules_json(),
					     "invocations", invocation, "results", results));
}
