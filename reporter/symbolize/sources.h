/*
 * sources.h - what DWARF says about places in source files: file tables, declarations, call sites.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_SOURCES_H
#define MPROF_REPORTER_SYMBOLIZE_SOURCES_H

#include "base/strings.h"
#include "line_md5.h"

#include <elfutils/libdw.h>

/* The file table of a compilation unit, as interned absolute paths (made when first asked for). */
struct source_files {
	Dwarf_Files *files;
	size_t count;
	const char **paths;
	const char *folder;         /* DW_AT_comp_dir, "" if there is none */
	const unsigned char **md5s; /* by index, NULL where there is none; NULL until asked for */
	Dwarf_Die unit;
};

/* The tables of one object's units. */
struct sources {
	struct strings *strings;
	struct pool pool;
	struct map by_unit;
	struct map md5s; /* by path, of those that paths were asked for of */
};

void sources_init(struct sources *sources, struct strings *strings);
void sources_finish(struct sources *sources);

/* The table of the unit with this DIE; empty if it has none.  Never NULL. */
struct source_files *sources_of_unit(struct sources *sources, Dwarf_Die *unit);

/* "" for an index that is not in the table. */
const char *sources_path(struct sources *sources, struct source_files *files, size_t index);

/* The checksum of an interned path's file when it was compiled, MD5_BYTES; NULL if no compiler said, or two
 * said different things. */
const unsigned char *sources_md5(const struct sources *sources, const char *path);

/* The unit's primary source file, "" if unknown. */
const char *sources_primary(struct sources *sources, Dwarf_Die *unit);

/* Value of a file attribute (DW_AT_decl_file, DW_AT_call_file) that stands on this very DIE: "" if it does
 * not. */
const char *sources_attribute(struct sources *sources, Dwarf_Die *die, unsigned name);

/* Where a function is defined: the DIE's own declaration attributes, else those of what it specifies.
 * *file is "" and *line 0 where nothing is said. */
void sources_declaration(struct sources *sources, Dwarf_Die *die, const char **file, uint32_t *line);

/* The DIE at the end of the DW_AT_abstract_origin chain: what all copies of a function share. */
Dwarf_Die sources_origin(Dwarf_Die die);

/* Replaces the DIE by the one that a reference on it names (DW_AT_specification...); false if it has none. */
bool sources_follow(Dwarf_Die *die, unsigned name);

/* An unsigned attribute on this very DIE, 0 if absent. */
uint32_t sources_number(Dwarf_Die *die, unsigned name);

#endif
