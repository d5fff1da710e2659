/*
 * operators.c - see operators.h.
 *
 * Symbols without a value are no definitions to the dynamic linker.  So the values are taken out of this
 * library's own table of symbols, which is private memory, and may be written to once that is asked for.
 */
#include "operators.h"

#include "base/kernel.h"
#include "libc/exported.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#define PAGE_BYTES ((uintptr_t)4096)

/* The linker's: this library's own head. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static const char *const names[] = {
#define HOOK(name, result, parameters)
#define HOOK_OPTIONAL(name, result, parameters)
#define HOOK_OPERATOR(name, result, parameters) #name,
#include "hooks.def"
};

#define NAMES (sizeof names / sizeof *names)

/* Whether all of this lies in one part that is only read: nothing is executed there meanwhile. */
static bool is_read_only(uintptr_t from, uintptr_t end)
{
	uintptr_t base = (uintptr_t)&__ehdr_start;
	const ElfW(Phdr) *segment = (const void *)(base + __ehdr_start.e_phoff);
	const ElfW(Phdr) *last = segment + __ehdr_start.e_phnum;

	for (; segment < last; segment++)
		if (segment->p_type == PT_LOAD && from >= base + segment->p_vaddr &&
		    end <= base + segment->p_vaddr + segment->p_memsz)
			return segment->p_flags == PF_R;
	return false;
}

static bool protect(uintptr_t from, uintptr_t end, int protection)
{
	uintptr_t page = from & ~(PAGE_BYTES - 1);

	return kernel_call(SYS_mprotect, page, end - page, protection) == 0;
}

/* The symbols and where they lie; false if one is missing. */
static bool find_symbols(ElfW(Sym) * symbols[NAMES], uintptr_t *from, uintptr_t *end)
{
	struct dl_find_object found;

	if (_dl_find_object((void *)(uintptr_t)&__ehdr_start, &found) != 0)
		return false;
	*from = UINTPTR_MAX;
	*end = 0;
	for (size_t i = 0; i < NAMES; i++) {
		uintptr_t symbol = (uintptr_t)exported_by(found.dlfo_link_map, names[i]);
		if (!symbol)
			return false;
		symbols[i] = (ElfW(Sym) *)symbol;
		*from = symbol < *from ? symbol : *from;
		*end = symbol + sizeof(ElfW(Sym)) > *end ? symbol + sizeof(ElfW(Sym)) : *end;
	}
	return true;
}

void operators_withdraw(void)
{
	ElfW(Sym) * symbols[NAMES];
	uintptr_t from, end;
	int saved = errno;

	if (find_symbols(symbols, &from, &end) && is_read_only(from, end) &&
	    protect(from, end, PROT_READ | PROT_WRITE)) {
		for (size_t i = 0; i < NAMES; i++)
			/* Relaxed, at once: another thread may be looking for it, and finds it or does not.
			 */
			__atomic_store_n(&symbols[i]->st_value, 0, __ATOMIC_RELAXED);
		protect(from, end, PROT_READ);
	}
	errno = saved;
}
