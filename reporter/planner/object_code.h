/*
 * object_code.h - the code of an opened object with what else of its file the planner asks, each read when
 * first asked for.
 */
#ifndef MPROF_REPORTER_PLANNER_OBJECT_CODE_H
#define MPROF_REPORTER_PLANNER_OBJECT_CODE_H

#include "code.h"

#include <elfutils/libdw.h>

struct object_code {
	struct code code;
	Elf *elf;
	Dwarf_CFI *frames; /* NULL: none, or not asked for yet */
	uint64_t *moved;   /* ascending: addresses that relocation puts somewhere */
	size_t moved_count, moved_capacity;
	bool frames_sought, moved_sought;
};

/* False: not for x86-64, or no code.  `elf` must outlive it. */
bool object_code_open(struct object_code *object, Elf *elf);
void object_code_close(struct object_code *object);

/* Whether the stack is at an instruction as it was at the function's entry: only then can a jump be a call of
 * another function in place of a return. */
bool object_code_stack_is_empty(struct object_code *object, uint64_t address);

/* So many bytes the stack pointer is at an instruction below where it was before the function's caller pushed
 * the return address; 0: not known. */
uint32_t object_code_stack_depth(struct object_code *object, uint64_t address);

/* Whether some datum holds an address within from..to: both excluded. */
bool object_code_has_pointer_into(struct object_code *object, uint64_t from, uint64_t to);

#endif
