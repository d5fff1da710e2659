/*
 * elf_image.c - the few facts of an ELF file that decide whether a library can be preloaded.
 */
#include "launch/elf_image.h"

#include <elf.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#else
#error "this machine is not known to mprof"
#endif

static bool within(const struct elf_image *image, uint64_t offset, uint64_t size_bytes)
{
	return offset <= image->size_bytes && size_bytes <= image->size_bytes - offset;
}

static const Elf64_Phdr *segment(const struct elf_image *image, size_t index)
{
	const Elf64_Ehdr *header = (const void *)image->bytes;
	uint64_t offset = header->e_phoff + index * sizeof(Elf64_Phdr);

	if (index >= header->e_phnum || header->e_phentsize != sizeof(Elf64_Phdr) ||
	    header->e_phoff % 8 != 0 || !within(image, offset, sizeof(Elf64_Phdr)))
		return NULL;
	return (const void *)(image->bytes + offset);
}

static const Elf64_Phdr *segment_of_type(const struct elf_image *image, uint32_t type)
{
	const Elf64_Phdr *found;

	for (size_t i = 0; (found = segment(image, i)); i++)
		if (found->p_type == type && within(image, found->p_offset, found->p_filesz))
			return found;
	return NULL;
}

static const char *find_interpreter(const struct elf_image *image)
{
	const Elf64_Phdr *found = segment_of_type(image, PT_INTERP);
	const char *text = found ? (const char *)image->bytes + found->p_offset : NULL;

	return found && memchr(text, '\0', found->p_filesz) ? text : NULL;
}

/* ---- symbols ------------------------------------------------------------- */

/* False if there is no such section, or its bytes are not all in the file. */
static bool read_section(const struct elf_image *image, size_t index, Elf64_Shdr *section)
{
	const Elf64_Ehdr *header = (const void *)image->bytes;
	uint64_t offset = header->e_shoff + index * sizeof(*section);

	if (index >= header->e_shnum || header->e_shentsize != sizeof(*section) ||
	    !within(image, offset, sizeof(*section)))
		return false;
	memcpy(section, image->bytes + offset, sizeof(*section));
	return section->sh_type == SHT_NOBITS || within(image, section->sh_offset, section->sh_size);
}

/* The sanitizer whose runtime has this entry; all of these have a malloc of their own. */
static const char *sanitizer_of(const char *entry, size_t room)
{
	static const struct {
		const char *entry, *name;
	} known[] = {
		{"__asan_init", "AddressSanitizer"},
		{"__hwasan_init", "HWAddressSanitizer"},
		{"__msan_init", "MemorySanitizer"},
		{"__tsan_init", "ThreadSanitizer"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		size_t bytes = strlen(known[i].entry) + 1;

		if (bytes <= room && memcmp(known[i].entry, entry, bytes) == 0)
			return known[i].name;
	}
	return NULL;
}

/* A program that would tell a sanitizer something if there were one has a weak entry, defined nowhere. */
static const char *sanitizer_among(const struct elf_image *image, const Elf64_Shdr *symbols,
				   const Elf64_Shdr *names)
{
	const char *name, *strings = (const char *)image->bytes + names->sh_offset;

	for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size; at += sizeof(Elf64_Sym)) {
		Elf64_Sym symbol;

		memcpy(&symbol, image->bytes + symbols->sh_offset + at, sizeof(symbol));
		if (symbol.st_name >= names->sh_size ||
		    (symbol.st_shndx == SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) == STB_WEAK))
			continue;
		name = sanitizer_of(strings + symbol.st_name, names->sh_size - symbol.st_name);
		if (name)
			return name;
	}
	return NULL;
}

/* Dynamic symbols name a runtime that is a library, or that clang linked in; all symbols, which strip takes
 * away, one that gcc linked in. */
static const char *find_sanitizer(const struct elf_image *image)
{
	const char *found = NULL;
	Elf64_Shdr symbols, names;

	for (size_t i = 0; !found && read_section(image, i, &symbols); i++)
		if ((symbols.sh_type == SHT_SYMTAB || symbols.sh_type == SHT_DYNSYM) &&
		    read_section(image, symbols.sh_link, &names) && names.sh_type == SHT_STRTAB)
			found = sanitizer_among(image, &symbols, &names);
	return found;
}

/* ---- the image ----------------------------------------------------------- */

int elf_image_init(struct elf_image *image, int fd)
{
	const Elf64_Ehdr *header;
	struct stat status;
	void *bytes;

	*image = (struct elf_image){0};
	if (fstat(fd, &status) != 0)
		return -errno;
	if ((size_t)status.st_size < sizeof(Elf64_Ehdr))
		return -EINVAL;
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return -errno;
	image->bytes = bytes;
	image->size_bytes = (size_t)status.st_size;
	header = bytes;
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
		elf_image_finish(image);
		return -EINVAL;
	}
	image->machine_matches = header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_machine == OWN_MACHINE;
	if (image->machine_matches) {
		image->interpreter = find_interpreter(image);
		image->sanitizer = find_sanitizer(image);
	}
	return 0;
}

void elf_image_finish(struct elf_image *image)
{
	munmap((void *)(uintptr_t)image->bytes, image->size_bytes);
	*image = (struct elf_image){0};
}
