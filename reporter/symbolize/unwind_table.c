/*
 * unwind_table.c - binary search in .eh_frame_hdr (Linux Standard Base Core, "Exception Frames").
 *
 * Reads only the layout that every linker writes: a table of 32-bit offsets from the section's start.
 */
#include "unwind_table.h"

#include <string.h>

#define ENCODING_UDATA4 0x03
#define ENCODING_DATAREL_SDATA4 0x3b
#define ENCODING_PCREL_SDATA4 0x1b
#define HEAD_BYTES 12 /* version, three encodings, .eh_frame's place, number of entries */
#define ENTRY_BYTES 8

struct table {
	const unsigned char *bytes;
	uint64_t address; /* of the section in the file's address space */
	size_t count;
};

static bool find_section(struct object *object, struct table *table)
{
	GElf_Addr bias;
	Elf *elf = object->module ? dwfl_module_getelf(object->module, &bias) : NULL;
	size_t names;
	GElf_Shdr header;
	if (!elf || elf_getshdrstrndx(elf, &names) != 0)
		return false;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		const char *name =
			gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;
		Elf_Data *data =
			name && strcmp(name, ".eh_frame_hdr") == 0 ? elf_rawdata(section, NULL) : NULL;
		if (!data || !data->d_buf || data->d_size < HEAD_BYTES)
			continue;
		*table = (struct table){data->d_buf, header.sh_addr + bias,
					(data->d_size - HEAD_BYTES) / ENTRY_BYTES};
		return true;
	}
	return false;
}

static bool is_known_layout(struct table *table)
{
	uint32_t count;
	memcpy(&count, table->bytes + 8, sizeof(count));
	if (count < table->count)
		table->count = count;
	return table->bytes[0] == 1 && table->bytes[1] == ENCODING_PCREL_SDATA4 &&
	       table->bytes[2] == ENCODING_UDATA4 && table->bytes[3] == ENCODING_DATAREL_SDATA4;
}

static uint64_t entry_start(const struct table *table, size_t i)
{
	int32_t offset;
	memcpy(&offset, table->bytes + HEAD_BYTES + i * ENTRY_BYTES, sizeof(offset));
	return table->address + (uint64_t)(int64_t)offset;
}

bool unwind_table_function(struct object *object, uint64_t address, uint64_t *start)
{
	struct table table;
	if (!find_section(object, &table) || !is_known_layout(&table))
		return false;
	size_t low = 0, high = table.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (entry_start(&table, middle) <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	*start = entry_start(&table, low - 1);
	return true;
}
