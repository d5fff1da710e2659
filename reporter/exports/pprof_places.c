/*
 * pprof_places.c - where call paths of pprof's profiles lead: places of code, functions and modules.
 */
#include "exports/pprof.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- places ---------------------------------------------------------------- */

static uint64_t function_of(struct pprof *writing, const struct source_function *function)
{
	uintptr_t known = (uintptr_t)map_get(&writing->function_ids, (uintptr_t)function, 0);
	struct buffer *part = &writing->inner;

	if (known > 0)
		return known;
	map_put(&writing->function_ids, (uintptr_t)function, 0, (void *)++writing->function_count); // NOLINT
	buffer_clear(part);
	pprof_put_number(part, FUNCTION_ID, writing->function_count);
	pprof_put_number(part, FUNCTION_NAME, pprof_text(writing, function->name));
	pprof_put_number(part, FUNCTION_SYSTEM_NAME, pprof_text(writing, function->name));
	pprof_put_number(part, FUNCTION_FILE, pprof_text(writing, function->file));
	pprof_put_number(part, FUNCTION_LINE, function->first_line);
	pprof_put_bytes(&writing->functions, FUNCTION, part);
	return writing->function_count;
}

static void put_line(struct pprof *writing, struct buffer *location, const struct tree_frame *frame)
{
	uint64_t function = function_of(writing, frame->function);
	struct buffer *line = &writing->inner;

	buffer_clear(line);
	pprof_put_number(line, LINE_FUNCTION, function);
	pprof_put_number(line, LINE_NUMBER, frame->line);
	pprof_put_bytes(location, LOCATION_LINE, line);
}

uint32_t pprof_run_end(const struct tree *tree, uint32_t node)
{
	const struct tree_frame *frame, *outer = tree_frame(tree, node);

	do {
		frame = outer;
		node = tree->parent[node];
		outer = tree_frame(tree, node);
	} while (node != 0 && frame->code > 0 && outer->code == frame->code && outer->within > frame->within);
	return node;
}

/* A number for these frames, one after the other. */
static uint64_t run_of(struct pprof *writing, uint32_t node, uint32_t end)
{
	const struct tree *tree = writing->source->tree;
	uintptr_t run = 0;

	for (; node != end; node = tree->parent[node]) {
		uintptr_t longer = (uintptr_t)map_get(&writing->runs, run, tree->frame[node]);

		if (longer == 0) {
			longer = ++writing->run_count;
			map_put(&writing->runs, run, tree->frame[node], (void *)longer); // NOLINT
		}
		run = longer;
	}
	return run;
}

static void write_location(struct pprof *writing, uint32_t node, uint32_t end)
{
	const struct tree *tree = writing->source->tree;
	const struct trace_code *code = &writing->info->codes[tree_frame(tree, node)->code];
	struct buffer location = {0};

	pprof_put_number(&location, LOCATION_ID, writing->location_count);
	pprof_put_number(&location, LOCATION_MAPPING, writing->mappings[code->module]);
	pprof_put_number(&location, LOCATION_ADDRESS, code->pc - (code->pc > 0 && !code->exact_pc));
	for (; node != end; node = tree->parent[node])
		put_line(writing, &location, tree_frame(tree, node));
	pprof_put_bytes(&writing->locations, LOCATION, &location);
	buffer_finish(&location);
}

uint64_t pprof_location(struct pprof *writing, uint32_t node, uint32_t end)
{
	uint64_t run = run_of(writing, node, end);
	uintptr_t known = (uintptr_t)map_get(&writing->location_ids, run, 0);

	if (known > 0)
		return known;
	map_put(&writing->location_ids, run, 0, (void *)++writing->location_count); // NOLINT
	write_location(writing, node, end);
	return writing->location_count;
}

/* ---- modules --------------------------------------------------------------- */

static size_t executable_of(const struct trace_info *info)
{
	size_t module = 1;

	while (module < info->module_count && strcmp(info->modules[module].path, info->exe) != 0)
		module++;
	return module;
}

static uint64_t build_id_text(struct pprof *writing, const struct trace_module *module)
{
	char *text = memory_zeroed(2 * module->build_id_bytes + 1, 1);
	uint64_t number;

	for (size_t i = 0; i < module->build_id_bytes; i++)
		sprintf(text + 2 * i, "%02x", module->build_id[i]);
	number = pprof_text(writing, text);
	free(text);
	return number;
}

static void write_mapping(struct pprof *writing, uint64_t id, const struct trace_module *module)
{
	struct buffer *part = &writing->part;

	buffer_clear(part);
	pprof_put_number(part, MAPPING_ID, id);
	pprof_put_number(part, MAPPING_START, module->start);
	pprof_put_number(part, MAPPING_LIMIT, module->end);
	pprof_put_number(part, MAPPING_OFFSET, module->start - module->bias);
	pprof_put_number(part, MAPPING_FILE, pprof_text(writing, module->path));
	pprof_put_number(part, MAPPING_BUILD_ID, build_id_text(writing, module));
	for (uint32_t field = MAPPING_HAS_FUNCTIONS; field <= MAPPING_HAS_INLINE_FRAMES; field++)
		pprof_put_number(part, field, true);
	pprof_write_part(writing, MAPPING);
}

void pprof_write_mappings(struct pprof *writing)
{
	const struct trace_info *info = writing->info;
	const struct trace_module missing = {.path = info->exe};
	size_t executable = executable_of(info);
	uint64_t id = 1;

	writing->mappings = memory_zeroed(info->module_count + 1, sizeof(*writing->mappings));
	writing->mappings[executable] = id;
	write_mapping(writing, id, executable < info->module_count ? &info->modules[executable] : &missing);
	for (size_t module = 1; module < info->module_count; module++) {
		if (module == executable)
			continue;
		writing->mappings[module] = ++id;
		write_mapping(writing, id, &info->modules[module]);
	}
}
