/*
 * sanitized.c - see sanitized.h.  Reads a file by a few small reads; everything in it is untrusted.
 */
#include "sanitized.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#define SEGMENTS_MAX 32
#define ENTRIES_MAX 64 /* of the dynamic section: the libraries come first, and tables soon */
#define NAME_BYTES 32
#define CHAIN_MAX 64u

struct program {
	int fd;
	ElfW(Phdr) segments[SEGMENTS_MAX];
	unsigned segment_count;
	ElfW(Dyn) entries[ENTRIES_MAX];
	unsigned entry_count;
	uint64_t strings, symbols, hash; /* addresses, 0: none */
};

static bool read_at(int fd, uint64_t offset, void *to, size_t bytes)
{
	return offset <= INT64_MAX && pread(fd, to, bytes, (off_t)offset) == (ssize_t)bytes;
}

/* Reads what is loaded at an address. */
static bool read_loaded(const struct program *program, uint64_t address, void *to, size_t bytes)
{
	for (unsigned i = 0; i < program->segment_count; i++) {
		const ElfW(Phdr) *segment = &program->segments[i];
		if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
		    address - segment->p_vaddr < segment->p_filesz)
			return read_at(program->fd, segment->p_offset + (address - segment->p_vaddr), to,
				       bytes);
	}
	return false;
}

static bool read_dynamic(struct program *program)
{
	for (unsigned i = 0; i < program->segment_count; i++) {
		const ElfW(Phdr) *segment = &program->segments[i];
		size_t count = segment->p_filesz / sizeof *program->entries;
		if (segment->p_type != PT_DYNAMIC)
			continue;
		program->entry_count = count < ENTRIES_MAX ? (unsigned)count : ENTRIES_MAX;
		return read_at(program->fd, segment->p_offset, program->entries,
			       program->entry_count * sizeof *program->entries);
	}
	return false;
}

static void find_tables(struct program *program)
{
	for (unsigned i = 0; i < program->entry_count && program->entries[i].d_tag != DT_NULL; i++) {
		uint64_t address = program->entries[i].d_un.d_ptr;
		switch (program->entries[i].d_tag) {
		case DT_STRTAB:
			program->strings = address;
			break;
		case DT_SYMTAB:
			program->symbols = address;
			break;
		case DT_GNU_HASH:
			program->hash = address;
			break;
		default:
			break;
		}
	}
}

/* Its beginning, as far as NAME_BYTES go. */
static bool read_name(const struct program *program, uint64_t at, char name[NAME_BYTES + 1])
{
	for (size_t bytes = NAME_BYTES; bytes >= 16; bytes -= 4) /* it may stand at the end of the file */
		if (read_loaded(program, program->strings + at, name, bytes)) {
			name[bytes] = '\0';
			return true;
		}
	return false;
}

static bool needs_runtime(const struct program *program)
{
	static const char *const runtimes[] = {"libasan.",         "libhwasan.",         "libtsan.",
					       "libclang_rt.asan", "libclang_rt.hwasan", "libclang_rt.tsan"};
	char name[NAME_BYTES + 1];

	for (unsigned i = 0; i < program->entry_count && program->entries[i].d_tag != DT_NULL; i++) {
		if (program->entries[i].d_tag != DT_NEEDED ||
		    !read_name(program, program->entries[i].d_un.d_val, name))
			continue;
		for (size_t k = 0; k < sizeof runtimes / sizeof *runtimes; k++)
			if (strncmp(name, runtimes[k], strlen(runtimes[k])) == 0)
				return true;
	}
	return false;
}

/* ---- symbols, by the GNU hash table --------------------------------------------------------- */

static uint32_t hash_of(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

struct hash_table {
	uint32_t bucket_count, first_symbol, bloom_words, bloom_shift;
};

static bool is_called(const struct program *program, uint32_t index, const char *name)
{
	char found[NAME_BYTES + 1];
	ElfW(Sym) symbol;

	return read_loaded(program, program->symbols + (uint64_t)index * sizeof symbol, &symbol,
			   sizeof symbol) &&
	       read_name(program, symbol.st_name, found) && strcmp(found, name) == 0;
}

static bool exports(const struct program *program, const struct hash_table *table, const char *name)
{
	uint32_t hash = hash_of(name), index, chained;
	uint64_t buckets = program->hash + sizeof *table + (uint64_t)table->bloom_words * sizeof(ElfW(Addr));
	uint64_t chains = buckets + 4ull * table->bucket_count;

	if (!read_loaded(program, buckets + 4ull * (hash % table->bucket_count), &index, sizeof index) ||
	    index < table->first_symbol)
		return false;
	for (unsigned i = 0; i < CHAIN_MAX; i++, index++) {
		if (!read_loaded(program, chains + 4ull * (index - table->first_symbol), &chained,
				 sizeof chained))
			return false;
		if ((chained | 1) == (hash | 1) && is_called(program, index, name))
			return true;
		if (chained & 1)
			return false;
	}
	return false;
}

static bool exports_runtime(const struct program *program)
{
	static const char *const entries[] = {"__asan_init", "__hwasan_init", "__tsan_init", "__msan_init"};
	struct hash_table table;

	if (!program->hash || !program->symbols ||
	    !read_loaded(program, program->hash, &table, sizeof table) || table.bucket_count == 0)
		return false;
	for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
		if (exports(program, &table, entries[i]))
			return true;
	return false;
}

bool sanitized(int fd, const ElfW(Ehdr) * header)
{
	struct program program = {.fd = fd};

	program.segment_count = header->e_phnum < SEGMENTS_MAX ? header->e_phnum : SEGMENTS_MAX;
	if (header->e_phentsize != sizeof *program.segments ||
	    !read_at(fd, header->e_phoff, program.segments,
		     program.segment_count * sizeof *program.segments) ||
	    !read_dynamic(&program))
		return false;
	find_tables(&program);
	return program.strings && (needs_runtime(&program) || exports_runtime(&program));
}
