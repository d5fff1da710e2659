/*
 * functions.c - identity, names and kinds of source functions.
 *
 * A function is where it is defined: file, line, and its name without template arguments, since a macro may
 * define several on one line.  Without such a place it is its module and symbol.
 */
#include "functions.h"

#include "base/text.h"
#include "classify.h"
#include "names.h"
#include "signature.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void functions_init(struct functions *functions, struct strings *strings)
{
	*functions = (struct functions){.strings = strings};
}

void functions_finish(struct functions *functions)
{
	free(functions->list);
	free(functions->runtime);
	map_finish(&functions->known);
	map_finish(&functions->parts);
	pool_finish(&functions->pool);
}

void functions_know_runtime(struct functions *functions, const char *path)
{
	while (strncmp(path, "../", 3) == 0 || strncmp(path, "./", 2) == 0)
		path = strchr(path, '/') + 1;
	if (!*path)
		return;
	functions->runtime = pool_grow(functions->runtime, &functions->runtime_capacity,
				       functions->runtime_count + 1, sizeof(*functions->runtime));
	functions->runtime[functions->runtime_count++] = strings_intern(functions->strings, path);
}

static bool is_runtime(const struct functions *functions, const char *file)
{
	size_t length = strlen(file);
	for (size_t i = 0; i < functions->runtime_count; i++) {
		size_t tail = strlen(functions->runtime[i]);
		if (length >= tail && strcmp(file + length - tail, functions->runtime[i]) == 0 &&
		    (length == tail || functions->runtime[i][0] == '/' || file[length - tail - 1] == '/'))
			return true;
	}
	return false;
}

struct source_function *functions_add_known(struct functions *functions,
					    const struct source_function *function)
{
	struct source_function *made = pool_alloc(&functions->pool, sizeof(*made));
	*made = *function;
	made->id = (uint32_t)functions->count;
	functions->list = pool_grow(functions->list, &functions->capacity, functions->count + 1,
				    sizeof(struct source_function *));
	functions->list[functions->count++] = made;
	return made;
}

static struct source_function *add(struct functions *functions, struct source_function function, bool rust)
{
	function.system = is_system_code(function.name, function.file, function.module, rust) ||
			  is_runtime(functions, function.file);
	function.allocator = is_allocator(function.name, function.first_line > 0, function.system);
	return functions_add_known(functions, &function);
}

const char *functions_linkage_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute));
	if (!name)
		name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute));
	return name;
}

bool functions_have_scopes(Dwarf_Die *die)
{
	Dwarf_Die unit;
	switch (dwarf_diecu(die, &unit, NULL, NULL) ? dwarf_srclang(&unit) : 0) {
	case DW_LANG_C_plus_plus:
	case DW_LANG_C_plus_plus_03:
	case DW_LANG_C_plus_plus_11:
	case DW_LANG_C_plus_plus_14:
	case 0x2a: /* C++17, which <dwarf.h> does not know yet */
	case 0x2b: /* C++20 */
	case DW_LANG_D:
	case DW_LANG_Rust:
		return true;
	default:
		return false;
	}
}

bool functions_want_symbol(Dwarf_Die *die)
{
	return !dwarf_diename(die) || (functions_have_scopes(die) && !functions_linkage_name(die));
}

/* The name of an enclosing scope with "::" after it, put before `name`; frees that. */
static char *qualify(struct functions *functions, Dwarf_Die *scope, char *name)
{
	const char *plain = dwarf_diename(scope);
	char *qualified = NULL;
	switch (dwarf_tag(scope)) {
	case DW_TAG_namespace:
		plain = plain ? plain : "(anonymous namespace)";
		break;
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_subprogram:
		break;
	default:
		return name;
	}
	if (!plain ||
	    asprintf(&qualified, "%s::%s", name_without_arguments(functions->strings, plain), name) < 0)
		return name;
	free(name);
	return qualified;
}

/* For functions that no other file can name (anonymous namespaces, local classes), which have no symbol in
 * DWARF. Walks the unit, but there are few of them. */
static const char *qualified_name(struct functions *functions, Dwarf_Die *die, const char *plain)
{
	Dwarf_Die declaration = sources_origin(*die);
	Dwarf_Die *scopes = NULL;
	sources_follow(&declaration, DW_AT_specification);
	int count = functions_have_scopes(die) ? dwarf_getscopes_die(&declaration, &scopes) : 0;
	char *name = strdup(name_without_arguments(functions->strings, plain));
	for (int i = 1; name && i < count; i++)
		name = qualify(functions, &scopes[i], name);
	const char *interned = strings_intern(functions->strings, name ? name : plain);
	free(name);
	free(scopes);
	return interned;
}

/* One key for name and line; lines do not fit beside a pointer. */
static uint64_t key_of(struct functions *functions, const char *name, uint32_t line)
{
	char *text;
	if (line == 0 || asprintf(&text, "%s:%u", name, line) < 0)
		return (uintptr_t)name;
	const char *key = strings_intern(functions->strings, text);
	free(text);
	return (uintptr_t)key;
}

/* Best from the symbol, which is there for whatever can be named from other files. */
const char *functions_display_name(struct functions *functions, Dwarf_Die *die, const char *symbol)
{
	const char *plain = dwarf_diename(die);
	if (symbol && name_is_mangled(symbol))
		return name_of_symbol(functions->strings, symbol);
	if (plain)
		return qualified_name(functions, die, plain);
	return symbol ? name_of_symbol(functions->strings, symbol) : "[unnamed function]";
}

/* Of functions that may have template arguments: a symbol, else a name without what it stands in. */
static const char *instance_name(Dwarf_Die *die, const char *symbol)
{
	const char *plain = dwarf_diename(die);
	if (symbol && name_is_mangled(symbol))
		return symbol;
	return plain && strchr(plain, '<') ? plain : NULL;
}

/* The function with this key, new or known. */
static struct source_function *find_or_add(struct functions *functions, const char *key,
					   const struct source_function *like, bool rust)
{
	uint64_t a = key_of(functions, key, like->first_line);
	uint64_t b = *like->file ? (uintptr_t)like->file : (uintptr_t)like->module;
	struct source_function *function = map_get(&functions->known, a, b);
	if (!function) {
		function = add(functions, *like, rust);
		map_put(&functions->known, a, b, function);
	}
	if (like->last_line > function->last_line)
		function->last_line = like->last_line;
	return function;
}

/* Where DWARF does not place a function, several of one name may begin on a line: lambdas. */
static struct source_function *identify(struct functions *functions, const struct unit_origin *origin,
					Dwarf_Die *die, const char *symbol, const char *module)
{
	const char *plain = dwarf_diename(die);
	struct source_function like = {.file = origin->file,
				       .module = module,
				       .first_line = origin->first_line,
				       .nested = origin->nested};
	like.name = functions_display_name(functions, die, symbol);
	like.signature = signature_of(die);
	const char *key = origin->declared
				  ? name_without_arguments(functions->strings, plain ? plain : like.name)
				  : like.name;
	return find_or_add(functions, key, &like, symbol && name_is_rust(symbol));
}

struct source_function *functions_of_origin(struct functions *functions, struct unit_origin *origin,
					    Dwarf_Die *die, const char *symbol, const char *module)
{
	if (!origin->function) {
		const char *linkage = functions_linkage_name(die);
		symbol = linkage ? linkage : symbol;
		origin->function = identify(functions, origin, die, symbol, module);
		origin->function->system |= origin->generated;
		origin->instance = instance_name(die, symbol);
	}
	struct source_function *function = origin->function;
	if (origin->last_line > function->last_line)
		function->last_line = origin->last_line;
	return function;
}

struct source_function *functions_of_code(struct functions *functions, const char *symbol,
					  const struct unit_extent *extent, const char *module)
{
	struct source_function like = {.name = name_of_symbol(functions->strings, symbol),
				       .file = extent->file,
				       .module = module,
				       .first_line = extent->first_line,
				       .last_line = extent->last_line,
				       .nested = name_is_nested(symbol)};
	struct source_function *function = find_or_add(functions, like.name, &like, name_is_rust(symbol));
	function->system |=
		extent->first_line == 0; /* of a unit, which says nothing of it: the compiler's own */
	return function;
}

struct source_function *functions_of_part(struct functions *functions, const struct source_function *whole,
					  const char *file, uint32_t first_line, uint32_t last_line)
{
	struct source_function *part = map_get(&functions->parts, (uintptr_t)whole, (uintptr_t)file);
	if (!part) {
		struct source_function like = *whole;
		like.part_of = whole;
		like.file = file;
		like.first_line = first_line;
		like.last_line = last_line;
		part = add(functions, like, false);
		part->system |= whole->system;
		map_put(&functions->parts, (uintptr_t)whole, (uintptr_t)file, part);
	}
	if (first_line < part->first_line)
		part->first_line = first_line;
	if (last_line > part->last_line)
		part->last_line = last_line;
	return part;
}

struct source_function *functions_of_symbol(struct functions *functions, const char *symbol,
					    const char *module)
{
	const char *name = name_of_symbol(functions->strings, symbol);
	struct source_function *function = map_get(&functions->known, (uintptr_t)name, (uintptr_t)module);
	if (!function) {
		function =
			add(functions, (struct source_function){.name = name, .file = "", .module = module},
			    name_is_rust(symbol));
		map_put(&functions->known, (uintptr_t)name, (uintptr_t)module, function);
	}
	return function;
}

struct source_function *functions_of_module(struct functions *functions, const char *module)
{
	const char *name = *module ? base_name(module) : "[anonymous code]";
	name = strings_intern(functions->strings, name);
	struct source_function *function = map_get(&functions->known, (uintptr_t)name, (uintptr_t)module);
	if (!function) {
		function = add(functions,
			       (struct source_function){.name = name, .file = "", .module = module}, false);
		map_put(&functions->known, (uintptr_t)name, (uintptr_t)module, function);
	}
	return function;
}
