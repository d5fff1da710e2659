/*
 * remembered.c - see remembered.h.
 */
#include "remembered.h"

#include <stdlib.h>
#include <string.h>

static bool know_warnings(struct symbolizer *symbolizer, const struct remembered *remembered)
{
	const struct names *names = remembered->names;

	symbolizer->warnings = calloc(names->warning_count + 1, sizeof(*symbolizer->warnings));
	if (!symbolizer->warnings)
		return false;
	symbolizer->warning_capacity = names->warning_count + 1;
	for (size_t i = 0; i < names->warning_count; i++)
		symbolizer->warnings[symbolizer->warning_count++] = remembered->texts[names->warnings[i]];
	return true;
}

static void index_pairs(struct remembered *remembered)
{
	const struct names *names = remembered->names;

	for (size_t i = 0; i < names->pair_count; i++)
		if (!map_get(&remembered->pairs, names->pairs[i].called, names->pairs[i].entered))
			map_put(&remembered->pairs, names->pairs[i].called, names->pairs[i].entered,
				&names->pairs[i]);
}

struct remembered *remembered_create(struct symbolizer *symbolizer, const struct names *names)
{
	struct remembered *made = calloc(1, sizeof(*made));

	if (!made)
		return NULL;
	made->symbolizer = symbolizer;
	made->names = names;
	made->texts = calloc(names->text_count + 1, sizeof(*made->texts));
	made->functions = calloc(names->function_count + 1, sizeof(*made->functions));
	made->frames = calloc(names->code_count + 1, sizeof(*made->frames));
	made->callees = calloc(names->callee_count + 1, sizeof(*made->callees));
	for (size_t i = 0; made->texts && i < names->text_count; i++)
		made->texts[i] = strings_intern(&symbolizer->strings, names->texts[i]);
	if (made->texts && made->functions && made->frames && made->callees &&
	    know_warnings(symbolizer, made)) {
		index_pairs(made);
		return made;
	}
	remembered_destroy(made);
	return NULL;
}

void remembered_destroy(struct remembered *remembered)
{
	if (!remembered)
		return;
	free(remembered->texts);
	free(remembered->functions);
	free(remembered->frames);
	free(remembered->callees);
	map_finish(&remembered->pairs);
	free(remembered);
}

/* ---- frames ------------------------------------------------------------------------------------ */

/* A part after what it is a part of, as it is when they are looked up. */
static struct source_function *function_of(struct remembered *remembered, uint32_t index)
{
	const struct names_function *told = &remembered->names->functions[index];
	struct source_function **known = &remembered->functions[index];

	if (*known)
		return *known;
	struct source_function function = {
		.name = remembered->texts[told->name],
		.file = remembered->texts[told->file],
		.module = remembered->texts[told->module],
		.part_of = told->part_of > 0 ? function_of(remembered, told->part_of - 1) : NULL,
		.first_line = told->first_line,
		.last_line = told->last_line,
		.nested = told->flags & NAMES_NESTED,
		.system = told->flags & NAMES_SYSTEM,
		.allocator = told->flags & NAMES_ALLOCATOR,
		.signature = told->signature <= SIGNATURE_ALLOCATES ? (enum signature)told->signature
								    : SIGNATURE_UNKNOWN,
	};
	*known = functions_add_known(&remembered->symbolizer->functions, &function);
	return *known;
}

static struct frames *make_frames(struct remembered *remembered, struct names_frames which)
{
	struct symbolizer *symbolizer = remembered->symbolizer;

	for (uint32_t i = 0; i < which.count; i++) {
		const struct names_frame *told = &remembered->names->frames[which.first + i];
		struct source_frame frame = {
			.function = function_of(remembered, told->function),
			.instance = told->instance > 0 ? remembered->texts[told->instance] : NULL,
			.offset = told->offset,
			.line = told->line,
			.inlined = told->inlined,
			.jumped = told->jumped,
		};

		symbolizer_push(symbolizer, &frame);
	}
	return symbolizer_made(symbolizer);
}

const struct frames *remembered_frames(struct remembered *remembered, const struct names_key *key)
{
	const struct names_code *code = names_find(remembered->names, key);
	struct frames **known = code ? &remembered->frames[code - remembered->names->codes] : NULL;

	if (!code)
		return NULL;
	if (!*known)
		*known = make_frames(remembered, code->frames);
	return *known;
}

/* ---- what jumps left out ----------------------------------------------------------------------- */

static const struct names_code *find(const struct remembered *remembered, const struct trace_code *code)
{
	const struct names_key key = {code->pc, code->module, code->exact_pc};

	return code->label ? NULL : names_find(remembered->names, &key);
}

/* Addresses that are told apart, and never followed. */
static const struct code_function *callee(const struct remembered *remembered, uint32_t number)
{
	return number > 0 ? (const struct code_function *)(const void *)&remembered->callees[number] : NULL;
}

static uint64_t number_of(const struct remembered *remembered, const struct code_function *function)
{
	return function ? (uint64_t)((const char *)(const void *)function - remembered->callees) : 0;
}

const struct code_function *remembered_called(const struct remembered *remembered,
					      const struct trace_code *code)
{
	const struct names_code *told = find(remembered, code);

	return told ? callee(remembered, told->called) : NULL;
}

const struct code_function *remembered_entered(const struct remembered *remembered,
					       const struct trace_code *code)
{
	const struct names_code *told = find(remembered, code);

	return told ? callee(remembered, told->entered) : NULL;
}

struct frames *remembered_left_out(struct remembered *remembered, const struct code_function *called,
				   const struct code_function *entered)
{
	const struct names_pair *pair =
		map_get(&remembered->pairs, number_of(remembered, called), number_of(remembered, entered));

	return make_frames(remembered, pair ? pair->frames : (struct names_frames){0});
}

/* ---- the rest ---------------------------------------------------------------------------------- */

const char *remembered_export(const struct remembered *remembered, const struct trace_code *code)
{
	const struct names_code *told = find(remembered, code);

	return told && told->exported > 0 ? remembered->texts[told->exported] : NULL;
}

unsigned remembered_runtimes(const struct remembered *remembered, const char *path)
{
	const struct symbolizer *symbolizer = remembered->symbolizer;
	unsigned runtimes = 0;

	for (size_t i = 1; i < remembered->names->module_count && i < symbolizer->module_count; i++)
		if (strcmp(symbolizer->modules[i].path, path) == 0)
			runtimes |= remembered->names->modules[i].runtimes;
	return runtimes;
}

size_t remembered_marks(struct remembered *remembered, const struct source_function *const **functions)
{
	struct symbolizer *symbolizer = remembered->symbolizer;
	const struct names *names = remembered->names;

	for (size_t i = 0; i < names->marked_count; i++) {
		struct source_function *function = function_of(remembered, names->marked[i]);

		if (function->marked)
			continue;
		function->marked = true;
		symbolizer_add_marked(symbolizer, function);
	}
	*functions = symbolizer->marked;
	return symbolizer->marked_count;
}

const unsigned char *remembered_md5(const struct remembered *remembered, const char *file)
{
	const struct names *names = remembered->names;

	for (size_t i = 0; i < names->source_count; i++)
		if (strcmp(remembered->texts[names->sources[i].file], file) == 0)
			return names->sources[i].md5;
	return NULL;
}
