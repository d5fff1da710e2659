/*
 * symbols.c - dwfl_module_addrinfo scans all symbols at each call; this sorts them once.
 */
#include "symbols.h"

#include "names.h"
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

/* How many symbols before the nearest one may be asked whether they cover the address: labels inside
 * hand-written functions are that many at most, and a bound keeps hostile tables cheap. */
#define SYMBOLS_BACK_MAX 64

/* Least is best: functions before untyped labels, sized before unsized, global before local, public
 * spellings before reserved ones (malloc before __libc_malloc). */
static int rank_of(const GElf_Sym *symbol, const char *name)
{
	int type = GELF_ST_TYPE(symbol->st_info);
	int rank = type == STT_NOTYPE ? 16 : 0;
	rank += symbol->st_size == 0 ? 8 : 0;
	rank += GELF_ST_BIND(symbol->st_info) == STB_LOCAL ? 4 : 0;
	return rank + (name[0] == '_' && name[1] == '_' ? 2 : name[0] == '_');
}

static bool is_code(const GElf_Sym *symbol, const char *name)
{
	int type = GELF_ST_TYPE(symbol->st_info);
	return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS && name && name[0] != '\0' &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

void symbols_add(struct symbols *symbols, uint64_t address, const GElf_Sym *symbol, const char *name)
{
	if (!is_code(symbol, name))
		return;
	symbols->list =
		pool_grow(symbols->list, &symbols->capacity, symbols->count + 1, sizeof(struct symbol));
	symbols->list[symbols->count++] = (struct symbol){
		.start = address,
		.size_bytes = symbol->st_size,
		.name = name,
		.rank = rank_of(symbol, name),
		.local = GELF_ST_BIND(symbol->st_info) == STB_LOCAL,
		.chosen_at_load = GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC,
	};
}

static int by_address(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->rank != b->rank ? a->rank - b->rank : strcmp(a->name, b->name);
}

void symbols_sort(struct symbols *symbols)
{
	if (symbols->count > 0)
		qsort(symbols->list, symbols->count, sizeof(struct symbol), by_address);
}

void symbols_init(struct symbols *symbols, struct object *object)
{
	*symbols = (struct symbols){0};
	int count = object->module ? dwfl_module_getsymtab(object->module) : 0;
	for (int i = 1; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		const char *name =
			dwfl_module_getsym_info(object->module, i, &symbol, &address, NULL, NULL, NULL);
		symbols_add(symbols, address, &symbol, name);
	}
	symbols_sort(symbols);
}

void symbols_finish(struct symbols *symbols)
{
	free(symbols->list);
	*symbols = (struct symbols){0};
}

/* Index of the first symbol above the address. */
static size_t first_above(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (symbols->list[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct symbol *best_at(const struct symbols *symbols, size_t i)
{
	while (i > 0 && symbols->list[i - 1].start == symbols->list[i].start)
		i--;
	return &symbols->list[i];
}

const struct symbol *symbols_find(const struct symbols *symbols, uint64_t address)
{
	size_t above = first_above(symbols, address),
	       last = above > SYMBOLS_BACK_MAX ? above - SYMBOLS_BACK_MAX : 0;
	for (size_t i = above; i-- > last;) {
		const struct symbol *symbol = &symbols->list[i];
		if (address - symbol->start < symbol->size_bytes)
			return best_at(symbols, i);
	}
	/* No sized one covers it: an unsized one reaches up to its successor. */
	if (above == 0)
		return NULL;
	const struct symbol *nearest = best_at(symbols, above - 1);
	return nearest->size_bytes == 0 ? nearest : NULL;
}

const struct symbol *symbols_whole(const struct symbols *symbols, const struct symbol *symbol)
{
	size_t length = name_length_without_clone(symbol->name);
	if (symbol->name[length] != '.')
		return symbol;
	for (size_t i = 0; i < symbols->count; i++)
		if (strncmp(symbols->list[i].name, symbol->name, length) == 0 &&
		    symbols->list[i].name[length] == '\0')
			return &symbols->list[i];
	return symbol;
}
