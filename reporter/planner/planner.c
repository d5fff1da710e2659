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
#include "symbolize/symbols.h"

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
	uint32_t copies; /* numbers given to copies */
};

/* A function that was chosen. */
struct chosen_function {
	struct told told;
	struct body body;
};

/* An object that is being planned. */
struct planning {
	struct planner *planner;
	struct ledger ledger;
	struct copies copies;
	struct object object;
	struct object_code code;
	struct sources sources;
	struct covered covered;
	struct units units;
	struct symbols symbols; /* read when first asked for */
	bool has_symbols;
	uint32_t module;
	struct map known; /* (name and line, file) of functions met -> their number + 1 */
	struct chosen_function *chosen;
	size_t chosen_count, chosen_capacity;
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
	struct told told = {.unit = unit, .die = *die, .number = FUNCTION_NONE};
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

static uintptr_t known(const struct planning *planning, const struct told *told)
{
	return (uintptr_t)map_get(&planning->known, key_of(told), (uintptr_t)told->file);
}

static void add_function(struct planning *planning, struct told *told)
{
	struct tables *tables = &planning->planner->tables;
	const struct plan_function function = {.name = tables_text(tables, told->name),
					       .file = tables_text(tables, told->file),
					       .module = planning->module,
					       .first_line = told->line,
					       .last_line = told->line,
					       .refusal = PLAN_INLINED};
	const struct ledger_function noted = {told->unit, told->file};
	told->number = (uint32_t)tables->function_count;
	tables_add_function(tables, &function);
	ledger_add_function(&planning->ledger, &noted);
	if (!known(planning, told))
		map_put(&planning->known, key_of(told), (uintptr_t)told->file,
			(void *)(uintptr_t)tables->function_count); // NOLINT
}

static void choose(void *context, struct unit *unit, Dwarf_Die *die)
{
	struct planning *planning = context;
	planning->chosen = pool_grow(planning->chosen, &planning->chosen_capacity, planning->chosen_count + 1,
				     sizeof(*planning->chosen));
	planning->chosen[planning->chosen_count++] =
		(struct chosen_function){.told = tell(planning, unit, die)};
}

static struct function_object function_object(struct planning *planning)
{
	return (struct function_object){
		&planning->planner->tables,   &planning->ledger,  &planning->code,
		planning->object.dwarf_shift, &planning->sources, &planning->planner->copies};
}

/* Where gcc inlines the beginning of a function alone, the rest of it is a function `name.part.N`. */
static bool goes_on(struct planning *planning, struct told *told, uint64_t entry)
{
	if (!dwarf_hasattr(&told->die, DW_AT_abstract_origin))
		return false;
	if (!planning->has_symbols)
		symbols_init(&planning->symbols, &planning->object);
	planning->has_symbols = true;
	const struct symbol *symbol = symbols_find(&planning->symbols, entry);
	return symbol && strstr(symbol->name, ".part.");
}

/* Those with code come first.  One without is that one of its name and place which has some, if there is one.
 */
static void number_chosen(struct planning *planning)
{
	const struct function_object object = function_object(planning);
	for (size_t i = 0; i < planning->chosen_count; i++) {
		struct chosen_function *chosen = &planning->chosen[i];
		if (function_claim(&chosen->body, &chosen->told, &object)) {
			add_function(planning, &chosen->told);
			chosen->told.goes_on = goes_on(planning, &chosen->told, chosen->body.entry);
			copies_want(&planning->copies, chosen->told.unit, &chosen->told.die,
				    chosen->told.number);
		} else {
			body_finish(&chosen->body);
		}
	}
	for (size_t i = 0; i < planning->chosen_count; i++) {
		struct told *told = &planning->chosen[i].told;
		if (told->number != FUNCTION_NONE || !copies_may_be(told->unit, &told->die))
			continue;
		if (known(planning, told))
			told->number = (uint32_t)known(planning, told) - 1;
		else
			add_function(planning, told);
		copies_want(&planning->copies, told->unit, &told->die, told->number);
	}
}

static void plan_chosen(struct planning *planning)
{
	const struct function_object object = function_object(planning);
	for (size_t i = 0; i < planning->chosen_count; i++) {
		struct chosen_function *chosen = &planning->chosen[i];
		size_t count;
		if (chosen->body.range_count == 0)
			continue;
		struct copy *copies = copies_in(&planning->copies, &chosen->told.die, &count);
		function_plan(&chosen->body, &chosen->told, copies, count, &object);
		body_finish(&chosen->body);
	}
}

/* Functions that were not chosen, but have copies of those that were. */
static void plan_hosts(struct planning *planning)
{
	const struct function_object object = function_object(planning);
	for (size_t i = 0, count; i < planning->copies.count; i += count) {
		struct copy *copies = &planning->copies.list[i];
		struct told host = {.unit = copies->unit,
				    .die = copies->unit->scopes[copies->host].die,
				    .name = "",
				    .file = "",
				    .number = FUNCTION_NONE};
		struct body body = {0};
		copies_in(&planning->copies, &host.die, &count);
		if (function_claim(&body, &host, &object))
			function_plan(&body, &host, copies, count, &object);
		body_finish(&body);
	}
}

/* A function of which something is counted, but not all, says so. */
static void tell_uncounted(struct planning *planning)
{
	struct plan_function *functions = planning->planner->tables.functions;
	for (size_t i = 0; i < planning->copies.count; i++) {
		const struct copy *copy = &planning->copies.list[i];
		uint32_t *refusal = &functions[copy->function].refusal;
		if (copy->number > 0 && *refusal == PLAN_INLINED)
			*refusal = PLAN_TRACED;
	}
	for (size_t i = 0; i < planning->copies.count; i++) {
		const struct copy *copy = &planning->copies.list[i];
		uint32_t *refusal = &functions[copy->function].refusal;
		if (copy->number == 0 && (*refusal == PLAN_TRACED || *refusal == PLAN_REPEATED))
			*refusal = PLAN_COPIES;
		else if (copy->repeated && *refusal == PLAN_TRACED)
			*refusal = PLAN_REPEATED;
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
	choose(planning, unit, &origin->die);
	for (uint32_t copy = origin->copies; copy > 0; copy = unit->scopes[copy - 1].next_copy)
		choose(planning, unit, &unit->scopes[copy - 1].die);
}

/* ---- objects --------------------------------------------------------------------- */

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
	tables_add_module(tables, &module);
}

static void plan_marks(struct planning *planning)
{
	Elf_Data *section = object_section(&planning->object, MARKS_SECTION);
	if (section && section->d_buf)
		marks_resolve(section->d_buf, section->d_size, &planning->units, &planning->sources,
			      plan_marked, planning);
}

static void plan_all(struct planning *planning)
{
	number_chosen(planning);
	copies_find(&planning->copies, &planning->units, &planning->sources);
	plan_chosen(planning);
	plan_hosts(planning);
	tell_uncounted(planning);
	ledger_file(&planning->ledger, &planning->planner->tables, &planning->sources, &planning->covered);
}

static void plan_object(struct planning *planning, const char *path, const struct wanted *wanted)
{
	struct tables *tables = &planning->planner->tables;
	size_t first_site = tables->site_count;
	planning->ledger.first_function = tables->function_count;
	planning->module = (uint32_t)tables->module_count;
	sources_init(&planning->sources, &planning->planner->strings);
	units_init(&planning->units, object_dwarf(&planning->object));
	if (wanted_marks(wanted))
		plan_marks(planning);
	if (wanted_names(wanted))
		chosen_by_name(wanted, &planning->units, &planning->planner->functions, choose, planning);
	plan_all(planning);
	if (planning->ledger.function_count > 0)
		add_module(planning, path, first_site);
	ledger_finish(&planning->ledger);
	covered_finish(&planning->covered);
	copies_finish(&planning->copies);
	units_finish(&planning->units);
	sources_finish(&planning->sources);
	map_finish(&planning->known);
	free(planning->chosen);
	if (planning->has_symbols)
		symbols_finish(&planning->symbols);
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
