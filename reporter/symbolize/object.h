/*
 * object.h - the ELF file behind a module of the trace, and its debug information wherever that lies.
 *
 * Files are looked for on this machine and judged by build-id: a file that is not the one that ran is
 * worse than none.  Everything in them is untrusted.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_OBJECT_H
#define MPROF_REPORTER_SYMBOLIZE_OBJECT_H

#include "symbolize/symbolize.h"

#include <elfutils/libdwfl.h>

enum object_state {
	OBJECT_ABSENT, /* no file with this name, or none that is ELF */
	OBJECT_STALE,  /* there is one, but of another build */
	OBJECT_FOUND,
};

struct object {
	enum object_state state;
	Dwfl *dwfl; /* a session with this one module, at load bias 0: addresses are those of the file */
	Dwfl_Module *module;
	Dwarf *dwarf;         /* NULL: no debug information, or not asked for yet */
	uint64_t dwarf_shift; /* address in the file - address in dwarf */
	bool dwarf_sought;
};

/* Where to look; built once from the options. */
struct places {
	Dwfl_Callbacks callbacks;
	char *search_path;     /* callbacks' */
	char **build_id_roots; /* folders that hold .build-id/, NULL-terminated */
	const struct symbolizer_options *options;
};

int places_init(struct places *places, const struct symbolizer_options *options);
void places_finish(struct places *places);

/* Finds and opens the file; `places` must outlive the object. */
void object_open(struct object *object, const struct trace_module *module, struct places *places);

/* Finds its debug information, at the first call.  May take long where debuginfod is asked. */
Dwarf *object_dwarf(struct object *object);

void object_close(struct object *object);

/* Whether it is a program, whose own definitions go before those of all libraries. */
bool object_is_program(const struct object *object);

/* The section of this name with contents, or NULL; `elf` may be NULL. */
Elf_Scn *object_elf_section(Elf *elf, const char *name);

/* The section of this name in the object's file or, once that has been found, in its debug file; NULL if
 * neither has it. */
Elf_Scn *object_find_section(const struct object *object, const char *name);

/* The contents of the section of this name in the object's file or, once that has been found, in its debug
 * file; NULL if neither has it.  Lives as long as the object. */
Elf_Data *object_section(const struct object *object, const char *name);

#endif
