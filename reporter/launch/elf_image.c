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

/* The bytes at a virtual address; NULL unless all are in the file. */
static const unsigned char *at_address(const struct elf_image *image, uint64_t address, uint64_t size_bytes)
{
	const Elf64_Phdr *load;

	for (size_t i = 0; (load = segment(image, i)); i++) {
		uint64_t into = address - load->p_vaddr;

		if (load->p_type == PT_LOAD && address >= load->p_vaddr && into <= load->p_filesz &&
		    size_bytes <= load->p_filesz - into && within(image, load->p_offset, load->p_filesz))
			return image->bytes + load->p_offset + into;
	}
	return NULL;
}

/* The dynamic section's own words, 0 where it has none. */
struct dynamic {
	uint64_t strings, strings_bytes, symbols;
};

static struct dynamic read_dynamic(const struct elf_image *image)
{
	const Elf64_Phdr *found = segment_of_type(image, PT_DYNAMIC);
	struct dynamic dynamic = {0};

	for (uint64_t at = 0; found && at + sizeof(Elf64_Dyn) <= found->p_filesz; at += sizeof(Elf64_Dyn)) {
		Elf64_Dyn item;

		memcpy(&item, image->bytes + found->p_offset + at, sizeof(item));
		if (item.d_tag == DT_STRTAB)
			dynamic.strings = item.d_un.d_ptr;
		else if (item.d_tag == DT_STRSZ)
			dynamic.strings_bytes = item.d_un.d_val;
		else if (item.d_tag == DT_SYMTAB)
			dynamic.symbols = item.d_un.d_ptr;
	}
	return dynamic;
}

/* Whether a symbol of this name must be there: is defined here, or wanted from elsewhere.  Linkers put the
 * names behind the symbols, whose number stands nowhere. */
static bool has_symbol(const struct elf_image *image, const struct dynamic *dynamic, uint64_t name)
{
	uint64_t bytes = dynamic->strings > dynamic->symbols ? dynamic->strings - dynamic->symbols : 0;
	const unsigned char *table = at_address(image, dynamic->symbols, bytes);

	for (uint64_t at = 0; table && at + sizeof(Elf64_Sym) <= bytes; at += sizeof(Elf64_Sym)) {
		Elf64_Sym symbol;

		memcpy(&symbol, table + at, sizeof(symbol));
		if (symbol.st_name == name &&
		    (symbol.st_shndx != SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) != STB_WEAK))
			return true;
	}
	return false;
}

/* Whether the sanitizer's runtime is needed as a library, or linked in as clang does it, its entry is a
 * dynamic symbol.  A program that would tell a sanitizer something if there were one has a weak one, defined
 * nowhere. */
static bool names_sanitizer(const struct elf_image *image)
{
	static const char entry[] = "\0__asan_init";
	struct dynamic dynamic = read_dynamic(image);
	const unsigned char *strings = at_address(image, dynamic.strings, dynamic.strings_bytes);
	const unsigned char *found =
		strings ? memmem(strings, dynamic.strings_bytes, entry, sizeof(entry)) : NULL;

	return found && has_symbol(image, &dynamic, (uint64_t)(found + 1 - strings));
}

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
		image->sanitized = names_sanitizer(image);
	}
	return 0;
}

void elf_image_finish(struct elf_image *image)
{
	munmap((void *)(uintptr_t)image->bytes, image->size_bytes);
	*image = (struct elf_image){0};
}
