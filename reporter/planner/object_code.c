/*
 * object_code.c - the object's own .eh_frame, and its relative relocations.
 */
#include "object_code.h"

#include "base/pool.h"

#include <dwarf.h>
#include <stdlib.h>

#define REGISTER_RSP 7

bool object_code_open(struct object_code *object, Elf *elf)
{
	*object = (struct object_code){.elf = elf};
	return code_open(&object->code, elf);
}

void object_code_close(struct object_code *object)
{
	if (object->frames)
		dwarf_cfi_end(object->frames);
	free(object->moved);
	code_close(&object->code);
}

uint32_t object_code_stack_depth(struct object_code *object, uint64_t address)
{
	Dwarf_Frame *frame;
	Dwarf_Op *operations;
	size_t count;
	if (!object->frames_sought)
		object->frames = dwarf_getcfi_elf(object->elf);
	object->frames_sought = true;
	if (!object->frames || dwarf_cfi_addrframe(object->frames, address, &frame) != 0)
		return 0;
	bool known = dwarf_frame_cfa(frame, &operations, &count) == 0 && count == 1 &&
		     operations[0].atom == DW_OP_bregx && operations[0].number == REGISTER_RSP &&
		     operations[0].number2 <= UINT32_MAX;
	uint32_t depth = known ? (uint32_t)operations[0].number2 : 0;
	free(frame);
	return depth;
}

bool object_code_stack_is_empty(struct object_code *object, uint64_t address)
{
	return object_code_stack_depth(object, address) == 8;
}

static int by_value(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void read_section(struct object_code *object, Elf_Scn *section)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Rela one;
	for (int i = 0; data && gelf_getrela(data, i, &one); i++) {
		if (GELF_R_TYPE(one.r_info) != R_X86_64_RELATIVE)
			continue;
		object->moved = pool_grow(object->moved, &object->moved_capacity, object->moved_count + 1,
					  sizeof(*object->moved));
		object->moved[object->moved_count++] = (uint64_t)one.r_addend;
	}
}

static void read_moved(struct object_code *object)
{
	GElf_Shdr header;
	for (Elf_Scn *section = elf_nextscn(object->elf, NULL); section;
	     section = elf_nextscn(object->elf, section))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_RELA &&
		    header.sh_flags & SHF_ALLOC)
			read_section(object, section);
	if (object->moved_count > 0)
		qsort(object->moved, object->moved_count, sizeof(*object->moved), by_value);
}

bool object_code_has_pointer_into(struct object_code *object, uint64_t from, uint64_t to)
{
	size_t low = 0;
	if (!object->moved_sought)
		read_moved(object);
	object->moved_sought = true;
	for (size_t high = object->moved_count; low < high;) {
		size_t middle = low + (high - low) / 2;
		if (object->moved[middle] <= from)
			low = middle + 1;
		else
			high = middle;
	}
	return low < object->moved_count && object->moved[low] < to;
}
