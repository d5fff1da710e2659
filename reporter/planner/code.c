/*
 * code.c - by program headers: section headers may be gone, and in debug files they lie.
 */
#include "code.h"

#include "base/memory.h"

#include <stdlib.h>

static void add_segment(struct code *code, const GElf_Phdr *header, const char *file, size_t file_bytes)
{
	if (header->p_type == PT_GNU_EH_FRAME)
		code->unwind_table = header->p_vaddr;
	if (header->p_type != PT_LOAD || code->segment_count == CODE_SEGMENTS_MAX ||
	    header->p_offset > file_bytes || header->p_filesz > file_bytes - header->p_offset ||
	    header->p_filesz == 0 || header->p_vaddr > UINT64_MAX - header->p_filesz)
		return;
	code->segments[code->segment_count++] = (struct code_segment){
		.bytes = (const uint8_t *)file + header->p_offset,
		.from = header->p_vaddr,
		.to = header->p_vaddr + header->p_filesz,
		.executable = header->p_flags & PF_X,
	};
}

bool code_open(struct code *code, Elf *elf)
{
	GElf_Ehdr header;
	size_t count, file_bytes;
	GElf_Phdr program;
	bool executable = false;
	*code = (struct code){0};
	if (!elf || !gelf_getehdr(elf, &header) || header.e_machine != EM_X86_64 ||
	    gelf_getclass(elf) != ELFCLASS64 || (header.e_type != ET_EXEC && header.e_type != ET_DYN) ||
	    elf_getphdrnum(elf, &count) != 0)
		return false;
	code->relocated = header.e_type == ET_DYN;
	const char *file = elf_rawfile(elf, &file_bytes);
	for (size_t i = 0; file && i < count && i < INT32_MAX; i++)
		if (gelf_getphdr(elf, (int)i, &program))
			add_segment(code, &program, file, file_bytes);
	for (size_t i = 0; i < code->segment_count; i++)
		executable |= code->segments[i].executable;
	return executable;
}

void code_close(struct code *code)
{
	for (size_t i = 0; i < code->segment_count; i++)
		free(code->segments[i].claimed);
	*code = (struct code){0};
}

static const struct code_segment *segment_at(const struct code *code, uint64_t address)
{
	for (size_t i = 0; i < code->segment_count; i++)
		if (address >= code->segments[i].from && address < code->segments[i].to)
			return &code->segments[i];
	return NULL;
}

const uint8_t *code_at(const struct code *code, uint64_t address, size_t *left_bytes)
{
	const struct code_segment *segment = segment_at(code, address);
	if (!segment)
		return NULL;
	*left_bytes = segment->to - address;
	return segment->bytes + (address - segment->from);
}

struct code_segment *code_segment_at(struct code *code, uint64_t address)
{
	for (size_t i = 0; i < code->segment_count; i++) {
		struct code_segment *segment = &code->segments[i];
		if (segment->executable && address >= segment->from && address < segment->to)
			return segment;
	}
	return NULL;
}

bool code_claim(struct code *code, uint64_t from, uint64_t to)
{
	struct code_segment *segment = code_segment_at(code, from);
	if (!segment || to > segment->to || to <= from)
		return false;
	if (!segment->claimed)
		segment->claimed = memory_zeroed((segment->to - segment->from) / 8 + 1, 1);
	for (uint64_t i = from - segment->from; i < to - segment->from; i++)
		if (segment->claimed[i / 8] & 1u << i % 8)
			return false;
	for (uint64_t i = from - segment->from; i < to - segment->from; i++)
		segment->claimed[i / 8] |= (uint8_t)(1u << i % 8);
	return true;
}

void code_extent(const struct code *code, uint64_t *from, uint64_t *to)
{
	*from = UINT64_MAX;
	*to = 0;
	for (size_t i = 0; i < code->segment_count; i++) {
		const struct code_segment *segment = &code->segments[i];
		if (!segment->executable)
			continue;
		*from = segment->from < *from ? segment->from : *from;
		*to = segment->to > *to ? segment->to : *to;
	}
}
