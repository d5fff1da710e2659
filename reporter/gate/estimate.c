/*
 * estimate.c - figures of sampled recordings: how far they may be off, and what may be held against what.
 */
#include "gate/private.h"
#include "figures/weight.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>

/* Blocks so small that none was sampled show in no estimate of its own error.  They may be as many as the
 * bytes that may have gone unseen, since a block without bytes is sampled as one of a byte is. */
static uint64_t count_margin(const struct input *input)
{
	uint64_t unseen = weight_error_bytes(0, input->sample_bytes);

	return input->blocks_error > unseen ? input->blocks_error : unseen;
}

/* How many of so many bytes are vague, as of the recording's own. */
static uint64_t vague_of(const struct tally *tally, enum figure figure, uint64_t value)
{
	uint64_t own = tally->of[figure], vague = tally->vague[figure];

	return own > vague ? (uint64_t)((unsigned __int128)value * vague / own) : value;
}

uint64_t figure_margin(const struct input *input, size_t subject, enum figure figure, uint64_t value)
{
	if (input->sample_bytes == 0 || figure_infos[figure].exact)
		return 0;
	if (!figure_infos[figure].bytes)
		return count_margin(input);
	return weight_error_bytes(vague_of(&input->tallies[subject], figure, value), input->sample_bytes);
}

static const char *value_text(struct check *check, enum figure figure, uint64_t value)
{
	char text[NUMBER_BYTES];

	if (figure_infos[figure].bytes)
		number_size(text, sizeof(text), value, NUMBER_PRECISION_DEFAULT);
	else
		snprintf(text, sizeof(text), "%" PRIu64, value);
	return check_string(check, "%s", text);
}

static const char *rate_text(struct check *check, uint64_t sample_bytes)
{
	char mean[NUMBER_BYTES];

	number_size(mean, sizeof(mean), sample_bytes, 0);
	return sample_bytes == 0 ? "whole" : check_string(check, "by one byte in %s", mean);
}

void complain_of_vague(struct check *check, const struct limit *limit, const char *key,
		       const struct verdict *verdict, uint64_t sample_bytes)
{
	enum figure figure = verdict->figure;

	complain(check, true, limit->source,
		 "cannot judge %s: %s%s%s is %s +/- %s, recorded %s, and the limit %s; record it without "
		 "MPROF_SAMPLE",
		 key, figure_infos[figure].title, verdict->pattern ? " of " : "",
		 verdict->pattern ? verdict->pattern : "", value_text(check, figure, verdict->value),
		 value_text(check, figure, verdict->margin), rate_text(check, sample_bytes),
		 value_text(check, figure, verdict->bound));
}

bool sampled_alike(const struct program *program)
{
	for (size_t i = 1; i < program->count; i++)
		if (program->inputs[i].sample_bytes != program->inputs->sample_bytes)
			return false;
	return true;
}

bool sampled_like_baseline(struct check *check, const struct program *program)
{
	const char *key = program->inputs->key;
	uint64_t before = baseline_sample_bytes(check->baseline, key), now = program->inputs->sample_bytes;
	bool alike = sampled_alike(program);

	if (alike && before == now)
		return true;
	complain(check, true, check->options->gate->baseline_path,
		 "%s was recorded %s for the baseline, and %s here: such figures are not compared", key,
		 rate_text(check, before), alike ? rate_text(check, now) : "in several ways");
	return false;
}
