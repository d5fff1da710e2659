/*
 * planner.c - opens objects and goes through the functions that were chosen in them.
 */
#include "planner.h"

#include "base/memory.h"
#include "chosen.h"
#include "copies.h"
#include "function.h"
#include "loaded.h"
#include "symbolize/marks.h"
#include "symbolize/object.h"

#include <dwarf.h>
#include <elfutils/libdwelf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct planner {
	struct wanted wanted;
	struct tables tables;
	struct strings strings;
	struct functions functions;
	struct symbolizer_options options;
	struct places places;
};

/* An object that is being planned. */
struct planning {
	struct planner *planner;
	struct copies copies;
	struct object object;
	struct object_code code;
	struct sources sources;
	struct covered covered;
	struct units units;
	uint32_t module;
	struct map known; /* (name and line, file) of functions met -> their number + 1, if they have code */
	struct told *inlined; /* functions that have had no code so far */
	size_t inlined_count, inlined_capacity;
};

struct planner *planner_create(const char *const *globs, size_t glob_count)
{
	struct planner *planner = memory_zeroed(1, sizeof(*planner));
	planner->wanted = (struct wanted){globs, glob_count};
	strings_init(&planner->strings);
	strings_init(&planner->tables.strings);
	functions_init(&planner->functions, &planner->strings);
	if (places_init(&planner->places, &planner->options) != 0)
		memory_exhausted();
	return planner;
}

void planner_destroy(struct planner *planner)
{
	if (!planner)
		return;
	places_finish(&planner->places);
	functions_finish(&planner->functions);
	tables_finish(&planner->tables);
	strings_finish(&planner->strings);
	free(planner);
}

/* ---- functions ------------------------------------------------------------------- */

static struct told tell(struct planning *planning, struct unit *unit, Dwarf_Die *die)
{
	struct functions *functions = &planning->planner->functions;
	struct told told = {.unit = unit, .die = *die};
	Dwarf_Die origin = sources_origin(*die);
	told.name = functions_display_name(functions, die, functions_linkage_name(die));
	sources_declaration(&planning->sources, &origin, &told.file, &told.line);
	return told;
}

/* Lines do not fit beside the name's address. */
static uint64_t key_of(const struct told *told)
{
	return (uintptr_t)told->name + ((uint64_t)told->line << 48 | told->line >> 16);
}

/* The function that was added last is of these. */
static void note_code(struct planning *planning, const struct told *told)
{
	uintptr_t number = planning->planner->tables.function_count;
	if (!map_get(&planning->known, key_of(told), (uintptr_t)told->file))
		map_put(&planning->known, key_of(told), (uintptr_t)told->file, (void *)number); // NOLINT
}

/* Hits of its own code are not all that there are. */
static void note_copies(struct planning *planning, struct told *told, size_t function)
{
	uint32_t *refusal = &planning->planner->tables.functions[function].refusal;
	if (*refusal == PLAN_TRACED &&
	    copies_has(&planning->copies, told->unit, &planning->sources, &told->die))
		*refusal = PLAN_COPIES;
}

static void plan_die(void *context, struct unit *unit, Dwarf_Die *die)
{
	struct planning *planning = context;
	struct told told = tell(planning, unit, die);
	const struct function_object object = {&planning->code, planning->object.dwarf_shift,
					       &planning->sources, &planning->covered};
	if (function_plan(&planning->planner->tables, planning->module, &told, &object)) {
		note_code(planning, &told);
		note_copies(planning, &told, planning->planner->tables.function_count - 1);
		return;
	}
	if (!dwarf_hasattr(die, DW_AT_inline))
		return;
	planning->inlined = pool_grow(planning->inlined, &planning->inlined_capacity,
				      planning->inlined_count + 1, sizeof(*planning->inlined));
	planning->inlined[planning->inlined_count++] = told;
}

static void plan_inlined(struct planning *planning)
{
	for (size_t i = 0; i < planning->inlined_count; i++) {
		struct told *told = &planning->inlined[i];
		uintptr_t known = (uintptr_t)map_get(&planning->known, key_of(told), (uintptr_t)told->file);
		if (known > 0) {
			note_copies(planning, told, known - 1);
			continue;
		}
		function_plan_inlined(&planning->planner->tables, planning->module, told);
		note_code(planning, told);
	}
}

static struct unit *unit_of(const struct planning *planning, const struct unit_origin *origin)
{
	for (size_t i = 0; i < planning->units.count; i++) {
		struct unit *unit = &planning->units.list[i];
		if (unit->origin_count > 0 && origin >= unit->origins &&
		    origin < unit->origins + unit->origin_count)
			return unit;
	}
	return NULL;
}

static void plan_marked(void *context, struct unit_origin *origin)
{
	struct planning *planning = context;
	struct unit *unit = unit_of(planning, origin);
	if (!unit)
		return;
	plan_die(planning, unit, &origin->die);
	for (uint32_t copy = origin->copies; copy > 0; copy = unit->scopes[copy - 1].next_copy)
		plan_die(planning, unit, &unit->scopes[copy - 1].die);
}

/* ---- objects --------------------------------------------------------------------- */

static int by_address(const void *left, const void *right)
{
	const struct plan_site *a = left, *b = right;
	return (a->address > b->address) - (a->address < b->address);
}

static void add_module(struct planning *planning, const char *path, size_t first_site)
{
	struct tables *tables = &planning->planner->tables;
	struct plan_module module = {.path = tables_text(tables, path),
				     .first_site = (uint32_t)first_site,
				     .site_count = (uint32_t)(tables->site_count - first_site)};
	const void *build_id;
	ssize_t bytes = dwelf_elf_gnu_build_id(planning->code.elf, &build_id);
	if (bytes > 0 && bytes <= (ssize_t)sizeof(module.build_id)) {
		module.build_id_bytes = (uint32_t)bytes;
		memcpy(module.build_id, build_id, (size_t)bytes);
	}
	code_extent(&planning->code.code, &module.code_from, &module.code_to);
	if (module.site_count > 0)
		qsort(tables->sites + first_site, module.site_count, sizeof(*tables->sites), by_address);
	tables_add_module(tables, &module);
}

static void plan_marks(struct planning *planning)
{
	Elf_Data *section = object_section(&planning->object, MARKS_SECTION);
	if (section && section->d_buf)
		marks_resolve(section->d_buf, section->d_size, &planning->units, &planning->sources,
			      plan_marked, planning);
}

static void plan_object(struct planning *planning, const char *path, const struct wanted *wanted)
{
	struct tables *tables = &planning->planner->tables;
	size_t first_site = tables->site_count, first_function = tables->function_count;
	planning->module = (uint32_t)tables->module_count;
	sources_init(&planning->sources, &planning->planner->strings);
	units_init(&planning->units, object_dwarf(&planning->object));
	if (wanted_marks(wanted))
		plan_marks(planning);
	if (wanted_names(wanted))
		chosen_by_name(wanted, &planning->units, &planning->planner->functions, plan_die, planning);
	plan_inlined(planning);
	if (tables->function_count > first_function)
		add_module(planning, path, first_site);
	covered_finish(&planning->covered);
	copies_finish(&planning->copies);
	units_finish(&planning->units);
	sources_finish(&planning->sources);
	map_finish(&planning->known);
	free(planning->inlined);
}

static bool open_object(struct planning *planning, const char *path)
{
	struct trace_module module = {.path = path};
	GElf_Addr bias;
	object_open(&planning->object, &module, &planning->planner->places);
	if (planning->object.state != OBJECT_FOUND)
		return false;
	Elf *elf = dwfl_module_getelf(planning->object.module, &bias);
	return bias == 0 && object_code_open(&planning->code, elf);
}

static bool add_object(struct planner *planner, const char *path, const struct wanted *wanted)
{
	struct planning planning = {.planner = planner};
	bool opened = open_object(&planning, path);
	if (opened)
		plan_object(&planning, path, wanted);
	object_code_close(&planning.code);
	object_close(&planning.object);
	return opened;
}

int planner_add_object(struct planner *planner, const char *path, struct diagnostic *diagnostic)
{
	char *absolute = realpath(path, NULL);
	if (!absolute)
		return diagnostic_set(diagnostic, errno, "%s: %s", path, strerror(errno));
	bool added = add_object(planner, absolute, &planner->wanted);
	free(absolute);
	return added ? 0
		     : diagnostic_set(diagnostic, ENOEXEC, "%s is no program or library for x86-64", path);
}

/* ---- processes ------------------------------------------------------------------- */

static void add_loaded(void *context, const char *path, bool is_program)
{
	struct planner *planner = context;
	struct wanted wanted;
	if (is_program || !loaded_is_systems(path)) {
		add_object(planner, path, &planner->wanted);
		return;
	}
	const char **globs = memory_zeroed(planner->wanted.glob_count, sizeof(*globs));
	wanted = (struct wanted){globs, 0};
	for (size_t i = 0; i < planner->wanted.glob_count; i++)
		if (loaded_exports(path, planner->wanted.globs[i]))
			globs[wanted.glob_count++] = planner->wanted.globs[i];
	if (wanted.glob_count > 0)
		add_object(planner, path, &wanted);
	free(globs);
}

int planner_add_process(struct planner *planner, pid_t pid, struct diagnostic *diagnostic)
{
	return loaded_each(pid, add_loaded, planner, diagnostic);
}

int planner_add_opened(struct planner *planner, pid_t pid, uint64_t address, struct diagnostic *diagnostic)
{
	return loaded_at(pid, address, add_loaded, planner, diagnostic);
}

size_t planner_functions(const struct planner *planner)
{
	return planner->tables.function_count;
}

int planner_write(struct planner *planner, const char *path, struct diagnostic *diagnostic)
{
	return tables_write(&planner->tables, path, diagnostic);
}
