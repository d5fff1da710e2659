/*
 * exported.c - see exported.h.
 */
#include "preload/libc/exported.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LIBC_NAME "libc.so.6"
#define VERSION_IS_HIDDEN 0x8000 /* an older one, not for who is linked now */

/* An object's symbols, and the table that finds them by name (DT_GNU_HASH): a header, a Bloom filter,
 * buckets, and chains of hashes whose last has bit 0. */
struct symbols {
	const ElfW(Sym) * table;
	const char *strings;
	const ElfW(Half) * versions;
	const uint32_t *hash;
};

/* The first object is the program; a loader that knows libc by another name shows it by what libc alone has.
 */
static const struct link_map *find_libc(void)
{
	const size_t length = sizeof LIBC_NAME - 1;
	struct dl_find_object found;

	for (const struct link_map *object = _r_debug.r_map; object; object = object->l_next) {
		size_t path_length = strlen(object->l_name);
		if (path_length > length && object->l_name[path_length - length - 1] == '/' &&
		    strcmp(object->l_name + path_length - length, LIBC_NAME) == 0)
			return object;
	}
	return _dl_find_object((void *)(uintptr_t)__errno_location, &found) == 0 ? found.dlfo_link_map : NULL;
}

/* The dynamic linker has made them addresses, where it may write to the section. */
static const void *address_in(const struct link_map *object, ElfW(Addr) value)
{
	return (const void *)(value < object->l_addr ? object->l_addr + value : value);
}

static bool read_symbols(const struct link_map *object, struct symbols *symbols)
{
	*symbols = (struct symbols){0};
	for (const ElfW(Dyn) *entry = object->l_ld; entry->d_tag != DT_NULL; entry++) {
		const void *address = address_in(object, entry->d_un.d_ptr);
		if (entry->d_tag == DT_SYMTAB)
			symbols->table = address;
		else if (entry->d_tag == DT_STRTAB)
			symbols->strings = address;
		else if (entry->d_tag == DT_VERSYM)
			symbols->versions = address;
		else if (entry->d_tag == DT_GNU_HASH)
			symbols->hash = address;
	}
	return symbols->table && symbols->strings && symbols->versions && symbols->hash;
}

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static bool is_wanted(const struct symbols *symbols, uint32_t index, const char *name)
{
	const ElfW(Sym) *symbol = &symbols->table[index];

	return symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
	       !(symbols->versions[index] & VERSION_IS_HIDDEN) &&
	       strcmp(symbols->strings + symbol->st_name, name) == 0;
}

static const ElfW(Sym) * find_symbol(const struct symbols *symbols, const char *name)
{
	uint32_t count = symbols->hash[0], first = symbols->hash[1], filter_words = symbols->hash[2];
	const uint32_t *buckets = symbols->hash + 4 + filter_words * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
	const uint32_t *chains = buckets + count, hash = hash_of(name);
	uint32_t index = buckets[hash % count];

	if (index < first)
		return NULL;
	for (;; index++) {
		uint32_t other = chains[index - first];
		if ((other | 1) == (hash | 1) && is_wanted(symbols, index, name))
			return &symbols->table[index];
		if (other & 1)
			return NULL;
	}
}

const ElfW(Sym) * exported_by(const struct link_map *object, const char *name)
{
	struct symbols symbols;

	return read_symbols(object, &symbols) ? find_symbol(&symbols, name) : NULL;
}

void *exported_by_libc(const char *name)
{
	const struct link_map *libc = find_libc();
	const ElfW(Sym) *symbol = libc ? exported_by(libc, name) : NULL;

	return symbol ? (void *)(libc->l_addr + symbol->st_value) : NULL;
}
