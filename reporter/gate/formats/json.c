/*
 * json.c - a check's result as JSON: everything, for other tools and to merge with others.
 *
 * "schema" counts changes that break readers; keys may be added without one.
 */
#include "gate/formats/formats.h"

#include "gate/formats/json_out.h"
#include "gate/formats/wording.h"

#define SCHEMA 1

static json_t *frame_json(const void *item)
{
	const struct verdict_frame *frame = item;

	return json_pack("{s:o, s:o, s:I, s:o}", "function", json_out_text(frame->function), "file",
			 json_out_text(frame->file), "line", (json_int_t)frame->line, "module",
			 json_out_text(frame->module));
}

static json_t *frames_json(const struct verdict_frame *frames, size_t count)
{
	return json_out_list(frames, count, sizeof(*frames), frame_json);
}

static json_t *path_json(const void *item)
{
	const struct contributing_path *path = item;

	return json_pack("{s:o, s:o}", "value", json_out_number(path->value), "frames",
			 frames_json(path->frames, path->frame_count));
}

static json_t *paths_json(const struct contributor *contributor)
{
	return json_out_list(contributor->paths, contributor->path_count, sizeof(*contributor->paths),
			     path_json);
}

static json_t *contributor_json(const void *item)
{
	const struct contributor *contributor = item;
	bool known = contributor->has_before && contributor->before_below == 0;
	json_t *before = known ? json_out_number(contributor->before) : json_null();
	json_t *below = contributor->before_below ? json_out_number(contributor->before_below) : json_null();

	return json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o}", "function",
			 json_out_text(contributor->site.function), "file",
			 json_out_text(contributor->site.file), "line", (json_int_t)contributor->site.line,
			 "module", json_out_text(contributor->site.module), "now",
			 json_out_number(contributor->now), "before", before, "before_below", below, "frames",
			 frames_json(contributor->frames, contributor->frame_count), "paths",
			 paths_json(contributor), "other_paths", (json_int_t)contributor->other_paths,
			 "other_value", json_out_number(contributor->other_value));
}

static json_t *contributors_json(const struct verdict *verdict)
{
	return json_out_list(verdict->contributors, verdict->contributor_count,
			     sizeof(*verdict->contributors), contributor_json);
}

static json_t *baseline_json(const struct verdict *verdict)
{
	if (!verdict->against_baseline || verdict->outcome == OUTCOME_NO_BASELINE)
		return json_null();
	return json_pack("{s:o, s:o}", "low", json_out_number(verdict->base_low), "high",
			 json_out_number(verdict->base_high));
}

static json_t *verdict_json(const void *item)
{
	const struct verdict *verdict = item;
	json_t *share = verdict->bound_share >= 0 ? json_real(verdict->bound_share) : json_null();

	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "outcome",
			 wording_outcome(verdict->outcome), "figure", figure_infos[verdict->figure].name,
			 "pattern", json_out_text(verdict->pattern), "against", wording_against(verdict),
			 "source", json_out_text(verdict->source), "value", json_out_number(verdict->value),
			 "margin", json_out_number(verdict->margin), "bound", json_out_number(verdict->bound),
			 "bound_share", share, "baseline", baseline_json(verdict), "contributors",
			 contributors_json(verdict), "more", json_out_text(verdict->more));
}

static json_t *verdicts_json(const struct checked_program *program)
{
	return json_out_list(program->verdicts, program->verdict_count, sizeof(*program->verdicts),
			     verdict_json);
}

static json_t *figures_json(const struct checked_program *program)
{
	json_t *figures = json_object();

	for (size_t i = 0; i < FIGURES_JUDGED; i++) {
		json_t *range = json_pack("{s:o, s:o, s:o}", "value", json_out_number(program->value[i]),
					  "low", json_out_number(program->low[i]), "high",
					  json_out_number(program->high[i]));

		if (json_object_set_new(figures, figure_infos[i].name, range) != 0) {
			json_decref(figures);
			return NULL;
		}
	}
	return figures;
}

static json_t *suppressed_json(const void *item)
{
	const struct suppressed_leaks *leaks = item;

	return json_pack("{s:o, s:o, s:o}", "pattern", json_out_text(leaks->pattern), "bytes",
			 json_out_number(leaks->bytes), "blocks", json_out_number(leaks->blocks));
}

static json_t *program_json(const void *item)
{
	const struct checked_program *program = item;
	json_t *figures = program->error ? json_null() : figures_json(program);

	return json_pack("{s:o, s:b, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "key",
			 json_out_text(program->key), "judged", wording_is_judged(program), "trace",
			 json_out_text(program->trace), "error", json_out_text(program->error), "note",
			 json_out_text(program->note), "duration_ns", json_out_number(program->duration_ns),
			 "runs", (json_int_t)program->run_count, "processes",
			 (json_int_t)program->process_count, "sample_bytes",
			 json_out_number(program->sample_bytes), "suppressed",
			 json_out_list(program->suppressed, program->suppressed_count,
				       sizeof(*program->suppressed), suppressed_json),
			 "figures", figures, "verdicts", verdicts_json(program));
}

static json_t *programs_json(const struct check_result *result)
{
	return json_out_list(result->programs, result->program_count, sizeof(*result->programs),
			     program_json);
}

static json_t *complaint_json(const void *item)
{
	const struct complaint *complaint = item;

	return json_pack("{s:o, s:o, s:b}", "about", json_out_text(complaint->about), "what",
			 json_out_text(complaint->what), "fatal", complaint->fatal);
}

static json_t *complaints_json(const struct check_result *result)
{
	return json_out_list(result->complaints, result->complaint_count, sizeof(*result->complaints),
			     complaint_json);
}

static json_t *outcomes_json(const struct check_result *result)
{
	json_t *outcomes = json_object();

	for (enum outcome outcome = 0; outcome <= OUTCOME_FAILED; outcome++)
		if (json_object_set_new(outcomes, wording_outcome(outcome),
					json_out_number(result->outcome_count[outcome])) != 0) {
			json_decref(outcomes);
			return NULL;
		}
	return outcomes;
}

int check_json(FILE *out, const struct check_result *result, const struct check_style *style)
{
	(void)style;
	return json_out_print(out, json_pack("{s:i, s:s, s:i, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "schema",
					     SCHEMA, "mprof_version", MPROF_VERSION, "status", result->status,
					     "gate", json_out_text(result->gate_path), "baseline",
					     json_out_text(result->baseline_path), "update_command",
					     json_out_text(result->update_command), "outcomes",
					     outcomes_json(result), "errors", (json_int_t)result->error_count,
					     "complaints", complaints_json(result), "programs",
					     programs_json(result)));
}
