/*
 * sources.c - places in source files.
 *
 * libdw's own dwarf_decl_file is not used: it takes DWARF 5's file 0 for "none", which is clang's usual one.
 */
#include "sources.h"

#include "base/text.h"
#include "object.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* Hostile chains of references may be endless. */
#define REFERENCES_MAX 16

void sources_init(struct sources *sources, struct strings *strings)
{
	*sources = (struct sources){.strings = strings};
}

void sources_finish(struct sources *sources)
{
	map_finish(&sources->by_unit);
	map_finish(&sources->md5s);
	pool_finish(&sources->pool);
}

static const char *text_attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	const char *text = dwarf_formstring(dwarf_attr(die, name, &attribute));
	return text ? text : "";
}

struct source_files *sources_of_unit(struct sources *sources, Dwarf_Die *unit)
{
	struct source_files *known = map_get(&sources->by_unit, (uintptr_t)unit->addr, 0);
	if (known)
		return known;
	struct source_files *made = pool_alloc(&sources->pool, sizeof(*made));
	made->unit = *unit;
	made->folder = text_attribute(unit, DW_AT_comp_dir);
	if (dwarf_getsrcfiles(unit, &made->files, &made->count) != 0)
		made->count = 0;
	made->paths = pool_alloc(&sources->pool, (made->count + 1) * sizeof(*made->paths));
	map_put(&sources->by_unit, (uintptr_t)unit->addr, 0, made);
	return made;
}

static const char *absolute(struct sources *sources, const char *folder, const char *name)
{
	size_t length = strlen(folder);
	/* libdw has put a folder that is relative itself (glibc's is "./elf") before some names. */
	bool has_folder = strncmp(name, folder, length) == 0 && (length == 0 || name[length] == '/');
	if (name[0] == '/' || has_folder)
		return strings_path(sources->strings, name);
	char *joined = pool_grow(NULL, &(size_t){0}, length + strlen(name) + 2, 1);
	stpcpy(stpcpy(stpcpy(joined, folder), "/"), name);
	const char *path = strings_path(sources->strings, joined);
	free(joined);
	return path;
}

/* ---- checksums --------------------------------------------------------------- */

struct md5_reading {
	struct sources *sources;
	struct source_files *files;
};

static void take_md5(void *context, uint64_t file, const unsigned char md5[MD5_BYTES])
{
	struct md5_reading *reading = context;
	if (file < reading->files->count)
		reading->files->md5s[file] =
			memcpy(pool_alloc(&reading->sources->pool, MD5_BYTES), md5, MD5_BYTES);
}

static void read_md5s(struct sources *sources, struct source_files *files)
{
	Dwarf_Attribute attribute;
	Dwarf_Word offset;
	files->md5s = pool_alloc(&sources->pool, (files->count + 1) * sizeof(*files->md5s));
	if (!files->unit.cu || !dwarf_attr(&files->unit, DW_AT_stmt_list, &attribute) ||
	    dwarf_formudata(&attribute, &offset) != 0)
		return;
	Elf *elf = dwarf_getelf(dwarf_cu_getdwarf(files->unit.cu));
	Elf_Data *data = elf_getdata(object_elf_section(elf, ".debug_line"), NULL);
	if (data && data->d_buf)
		line_md5_read(data->d_buf, data->d_size, offset, take_md5,
			      &(struct md5_reading){sources, files});
}

struct checksum {
	unsigned char md5[MD5_BYTES];
	bool disputed; /* by another unit */
};

static void note_md5(struct sources *sources, struct source_files *files, size_t index)
{
	const char *path = files->paths[index];
	struct checksum *known = map_get(&sources->md5s, (uintptr_t)path, 0);
	if (!files->md5s)
		read_md5s(sources, files);
	if (!files->md5s[index])
		return;
	if (known) {
		known->disputed |= memcmp(known->md5, files->md5s[index], MD5_BYTES) != 0;
		return;
	}
	known = pool_alloc(&sources->pool, sizeof(*known));
	memcpy(known->md5, files->md5s[index], MD5_BYTES);
	map_put(&sources->md5s, (uintptr_t)path, 0, known);
}

const unsigned char *sources_md5(const struct sources *sources, const char *path)
{
	const struct checksum *known = map_get(&sources->md5s, (uintptr_t)path, 0);
	return known && !known->disputed ? known->md5 : NULL;
}

/* ---- paths ----------------------------------------------------------------------- */

/* What compilers call the source of code that they make up. */
static bool is_no_file(const char *path)
{
	static const char *const names[] = {"<no_file>", "<artificial>", "<built-in>"};
	const char *base = base_name(path);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(base, names[i]) == 0)
			return true;
	return false;
}

const char *sources_path(struct sources *sources, struct source_files *files, size_t index)
{
	if (index >= files->count)
		return "";
	if (!files->paths[index]) {
		/* libdw puts the compilation directory before some relative names, not before all (DWARF 5).
		 */
		const char *name = dwarf_filesrc(files->files, index, NULL, NULL);
		bool unknown = !name || strcmp(name, "???") == 0 || is_no_file(name);
		files->paths[index] = unknown ? "" : absolute(sources, files->folder, name);
		note_md5(sources, files, index);
	}
	return files->paths[index];
}

const char *sources_primary(struct sources *sources, Dwarf_Die *unit)
{
	const char *name = text_attribute(unit, DW_AT_name);
	return *name ? absolute(sources, text_attribute(unit, DW_AT_comp_dir), name) : "";
}

uint32_t sources_number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value;
	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &value) != 0 ||
	    value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

const char *sources_attribute(struct sources *sources, Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word index;
	Dwarf_Die unit;
	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &index) != 0 ||
	    !dwarf_diecu(die, &unit, NULL, NULL))
		return "";
	return sources_path(sources, sources_of_unit(sources, &unit), index);
}

bool sources_follow(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Die target;
	if (!dwarf_attr(die, name, &attribute) || !dwarf_formref_die(&attribute, &target))
		return false;
	*die = target;
	return true;
}

void sources_declaration(struct sources *sources, Dwarf_Die *die, const char **file, uint32_t *line)
{
	Dwarf_Die at = *die;
	*file = "";
	*line = 0;
	for (int i = 0; i < REFERENCES_MAX && (!**file || !*line); i++) {
		if (!**file)
			*file = sources_attribute(sources, &at, DW_AT_decl_file);
		if (!*line)
			*line = sources_number(&at, DW_AT_decl_line);
		if (!sources_follow(&at, DW_AT_specification) && !sources_follow(&at, DW_AT_abstract_origin))
			break;
	}
}

Dwarf_Die sources_origin(Dwarf_Die die)
{
	for (int i = 0; i < REFERENCES_MAX && sources_follow(&die, DW_AT_abstract_origin); i++)
		;
	return die;
}
