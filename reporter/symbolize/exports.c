/*
 * exports.c - see exports.h.
 */
#include "exports.h"

#include "base/pool.h"
#include "unwind_table.h"

#include <stdlib.h>
#include <string.h>

#define JUMP 0xe9 /* jmp rel32 */
#define JUMP_BYTES 5
#define CONDITION_ESCAPE 0x0f /* before 0x80 to 0x8f: jcc rel32 */
#define SCANS_MAX 4           /* of all code: symbols overlap, but not much, or the file is hostile */

static void add_symbols(struct exports *exports, Elf_Scn *section, const GElf_Shdr *header, Elf *elf,
			GElf_Addr bias)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize > 0 ? data->d_size / header->sh_entsize : 0;

	for (size_t i = 1; i < count; i++) {
		GElf_Sym symbol;
		const char *name = gelf_getsym(data, (int)i, &symbol)
					   ? elf_strptr(elf, header->sh_link, symbol.st_name)
					   : NULL;
		if (name && GELF_ST_BIND(symbol.st_info) != STB_LOCAL)
			symbols_add(&exports->symbols, symbol.st_value + bias, &symbol, name);
	}
}

static void set_code(struct exports *exports, Elf_Scn *section, const GElf_Shdr *header, GElf_Addr bias)
{
	Elf_Data *data = elf_rawdata(section, NULL);

	if (!data || !data->d_buf)
		return;
	exports->code = data->d_buf;
	exports->code_address = header->sh_addr + bias;
	exports->code_bytes = data->d_size;
}

/* .plt, .plt.got and .plt.sec, which lie one behind the other. */
static void add_stubs(struct exports *exports, const GElf_Shdr *header, GElf_Addr bias)
{
	uint64_t start = header->sh_addr + bias, end = start + header->sh_size;

	if (exports->stubs_end == 0 || start < exports->stubs_start)
		exports->stubs_start = start;
	if (end > exports->stubs_end)
		exports->stubs_end = end;
}

void exports_init(struct exports *exports, struct object *object)
{
	GElf_Addr bias;
	Elf *elf = object->module ? dwfl_module_getelf(object->module, &bias) : NULL;
	size_t names;
	GElf_Shdr header;

	*exports = (struct exports){0};
	if (!elf || elf_getshdrstrndx(elf, &names) != 0)
		return;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		const char *name =
			gelf_getshdr(section, &header) ? elf_strptr(elf, names, header.sh_name) : NULL;

		if (name && header.sh_type == SHT_DYNSYM)
			add_symbols(exports, section, &header, elf, bias);
		else if (name && header.sh_type == SHT_PROGBITS && strcmp(name, ".text") == 0)
			set_code(exports, section, &header, bias);
		else if (name && header.sh_type == SHT_PROGBITS && strncmp(name, ".plt", 4) == 0)
			add_stubs(exports, &header, bias);
	}
	symbols_sort(&exports->symbols);
}

void exports_finish(struct exports *exports)
{
	symbols_finish(&exports->symbols);
	free(exports->jumps);
}

/* Where the jump whose distance stands at `at` leads to; 0 if there is no jump. */
static uint64_t jump_target(const struct exports *exports, uint64_t at)
{
	const unsigned char *code = exports->code + at;
	int32_t distance;

	if (code[-1] != JUMP && !(at > 1 && code[-2] == CONDITION_ESCAPE && code[-1] >> 4 == 8))
		return 0;
	memcpy(&distance, code, sizeof(distance));
	return exports->code_address + at + sizeof(distance) + (uint64_t)(int64_t)distance;
}

#define STUB_ALIGNMENT 8

uint64_t exports_jump_to_stub(const struct exports *exports, uint64_t from, uint64_t end)
{
	uint64_t code_end = exports->code_address + exports->code_bytes;

	if (from < exports->code_address || end > code_end)
		return 0;
	for (uint64_t address = from + 1; address + JUMP_BYTES - 1 <= end; address++) {
		uint64_t target = jump_target(exports, address - exports->code_address);
		if (target >= exports->stubs_start && target < exports->stubs_end &&
		    target % STUB_ALIGNMENT == 0)
			return address - 1;
	}
	return 0;
}

/* A jump from a symbol's code to the beginning of something, as distances from the code's own. */
struct jump {
	uint32_t target, symbol;
};

static int compare_jumps(const void *left, const void *right)
{
	const struct jump *a = left, *b = right;

	if (a->target != b->target)
		return a->target < b->target ? -1 : 1;
	return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

static void add_jumps(struct exports *exports, uint32_t index, size_t *capacity)
{
	const struct symbol *symbol = &exports->symbols.list[index];
	uint64_t begin = symbol->start - exports->code_address;

	if (symbol->start < exports->code_address || begin >= exports->code_bytes ||
	    symbol->size_bytes > exports->code_bytes - begin)
		return;
	for (uint64_t at = begin + 1; at + JUMP_BYTES - 1 <= begin + symbol->size_bytes; at++) {
		uint64_t target = jump_target(exports, at) - exports->code_address;

		if (target >= exports->code_bytes || target > UINT32_MAX ||
		    (target >= begin && target < begin + symbol->size_bytes))
			continue;
		exports->jumps =
			pool_grow(exports->jumps, capacity, exports->jump_count + 1, sizeof(*exports->jumps));
		exports->jumps[exports->jump_count++] = (struct jump){(uint32_t)target, index};
	}
}

/* All of them, once: a large library has many functions that are asked for. */
static void know_jumps(struct exports *exports)
{
	uint64_t left_bytes = SCANS_MAX * exports->code_bytes;
	size_t capacity = 0;

	exports->jumps_known = true;
	for (size_t i = 0; i < exports->symbols.count; i++) {
		if (exports->symbols.list[i].size_bytes > left_bytes)
			break;
		left_bytes -= exports->symbols.list[i].size_bytes;
		add_jumps(exports, (uint32_t)i, &capacity);
	}
	if (exports->jump_count > 0)
		qsort(exports->jumps, exports->jump_count, sizeof(*exports->jumps), compare_jumps);
}

/* The first symbol that jumps to this function; NULL: none does. */
static const struct symbol *find_jump(struct exports *exports, uint64_t start)
{
	uint64_t target = start - exports->code_address;
	size_t low = 0, high;

	if (!exports->jumps_known)
		know_jumps(exports);
	high = exports->jump_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (exports->jumps[middle].target < target)
			low = middle + 1;
		else
			high = middle;
	}
	return low < exports->jump_count && exports->jumps[low].target == target
		       ? &exports->symbols.list[exports->jumps[low].symbol]
		       : NULL;
}

const char *exports_find(struct exports *exports, struct object *object, uint64_t address)
{
	const struct symbol *symbol = symbols_find(&exports->symbols, address);
	uint64_t start;

	if (symbol)
		return symbol->name;
	if (exports->symbols.count == 0 || !unwind_table_function(object, address, &start))
		return NULL;
	symbol = find_jump(exports, start);
	return symbol ? symbol->name : NULL;
}
