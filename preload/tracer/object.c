/*
 * object.c - see object.h.
 */
#include "preload/tracer/object.h"

#include "preload/base/build_id.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

struct search {
	const struct plan_module *module;
	uintptr_t bias;
	struct object *found;
};

/* The segment that holds so much from an address before relocation; NULL if none does. */
static const ElfW(Phdr) *
	segment_of(const struct dl_phdr_info *info, uint64_t from, uint64_t to, ElfW(Word) flags)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		if (segment->p_type == PT_LOAD && (segment->p_flags & flags) == flags &&
		    from >= segment->p_vaddr && to >= from && to - segment->p_vaddr <= segment->p_filesz)
			return segment;
	}
	return NULL;
}

static bool is_it(const struct dl_phdr_info *info, const ElfW(Phdr) * segment,
		  const struct plan_module *module)
{
	const uint8_t *notes = (const uint8_t *)(info->dlpi_addr + segment->p_vaddr);
	size_t bytes;

	if (segment->p_type != PT_NOTE ||
	    !segment_of(info, segment->p_vaddr, segment->p_vaddr + segment->p_filesz, PF_R))
		return false;
	const uint8_t *id = build_id_find(notes, segment->p_filesz, segment->p_align == 8 ? 8 : 4, &bytes);
	return id && bytes == module->build_id_bytes && memcmp(id, module->build_id, bytes) == 0;
}

static bool has_build_id(const struct dl_phdr_info *info, const struct plan_module *module)
{
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (is_it(info, &info->dlpi_phdr[i], module))
			return true;
	return false;
}

static struct object object_of(const struct dl_phdr_info *info, const ElfW(Phdr) * code)
{
	struct object object = {info->dlpi_addr, UINTPTR_MAX, 0,
				PROT_READ | PROT_EXEC | (code->p_flags & PF_W ? PROT_WRITE : 0)};

	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + segment->p_vaddr, to = from + segment->p_memsz;
		if (segment->p_type != PT_LOAD)
			continue;
		object.from = from < object.from ? from : object.from;
		object.to = to > object.to ? to : object.to;
	}
	return object;
}

static int look_at(struct dl_phdr_info *info, size_t bytes, void *argument)
{
	struct search *search = argument;

	(void)bytes;
	if ((search->bias != OBJECT_ANY && search->bias != info->dlpi_addr) ||
	    !has_build_id(info, search->module))
		return 0;
	const ElfW(Phdr) *code =
		segment_of(info, search->module->code_from, search->module->code_to, PF_R | PF_X);
	if (!code)
		return 0;
	*search->found = object_of(info, code);
	return 1;
}

bool object_find(const struct plan_module *module, uintptr_t bias, struct object *object)
{
	struct search search = {module, bias, object};

	return module->build_id_bytes != 0 && dl_iterate_phdr(look_at, &search) == 1;
}
