/*
 * patch.c - see patch.h.
 *
 * A copy of the pages is changed, and what differs from it is then written.  First by way of /proc/self/mem,
 * which changes no protection: code is never writable, mappings stay whole.  Where that is refused, the pages
 * are made writable for the moment, and stay executable meanwhile: a system that forbids changed code to be
 * made executable (SELinux's execmod) would otherwise leave them as data.
 */
#include "preload/tracer/patch.h"

#include "preload/base/kernel.h"

#include "arch_trampoline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE_BYTES ((uintptr_t)4096)

/* ---- the copy ------------------------------------------------------------------------------ */

struct copy {
	uintptr_t from, to; /* whole pages of code */
	uint8_t *bytes;     /* the same, to be changed */
	uint8_t *original;  /* the same, as they were */
};

static uint8_t *in_copy(const struct copy *copy, uintptr_t address)
{
	return copy->bytes + (address - copy->from);
}

/* Of the pages that have any of these bytes. */
static bool make_copy(struct copy *copy, uintptr_t from, uintptr_t to)
{
	copy->from = from & ~(PAGE_BYTES - 1);
	copy->to = (to + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
	long bytes = kernel_call(SYS_mmap, NULL, 2 * (copy->to - copy->from), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
	if (bytes == -1)
		return false;
	copy->bytes = (uint8_t *)bytes;
	copy->original = copy->bytes + (copy->to - copy->from);
	memcpy(copy->bytes, (const void *)copy->from, copy->to - copy->from);
	memcpy(copy->original, copy->bytes, copy->to - copy->from);
	return true;
}

static void drop_copy(const struct copy *copy)
{
	kernel_call(SYS_munmap, copy->bytes, 2 * (copy->to - copy->from));
}

/* ---- what is put there ------------------------------------------------------------------------ */

struct patching {
	const struct plan_file *plan;
	const struct plan_module *module;
	const struct plan_site *sites; /* the module's */
	const struct area *area;
	uintptr_t bias;
	struct copy copy;
};

/* Whether what stands there is what the plan was made of. */
static bool stands_there(const struct patching *patching, const struct plan_site *site)
{
	const uint8_t *at = in_copy(&patching->copy, site->address + patching->bias);

	for (uint32_t i = 0; i < site->instruction_count; i++) {
		const struct plan_instruction *instruction =
			&patching->plan->instructions[site->first_instruction + i];
		if (memcmp(at, instruction->original, instruction->bytes) != 0)
			return false;
		at += instruction->bytes;
	}
	return true;
}

static uintptr_t trampoline_of(const struct patching *patching, uint32_t i)
{
	return (uintptr_t)patching->area->first + patching->area->starts[i];
}

static bool put_jump(const struct patching *patching, uintptr_t place, uint32_t i)
{
	return arch_jump(in_copy(&patching->copy, place), place, trampoline_of(patching, i));
}

/* The site whose bytes end behind the address: the first that does. */
static const struct plan_site *site_around(const struct patching *patching, uint64_t address)
{
	uint32_t low = 0, high = patching->module->site_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		while (middle > low && plan_is_behind_another(&patching->sites[middle]))
			middle--;
		const struct plan_site *site = &patching->sites[middle];
		if (site->address + site->bytes <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < patching->module->site_count ? &patching->sites[low] : NULL;
}

/* Whether five bytes there are left over of another site, and nobody has taken them yet. */
static bool is_spare(const struct patching *patching, uint64_t address)
{
	static const uint8_t filler[ARCH_JUMP_BYTES] = {ARCH_FILLER, ARCH_FILLER, ARCH_FILLER, ARCH_FILLER,
							ARCH_FILLER};
	const struct plan_site *host = site_around(patching, address);

	return host && host->way == PLAN_JUMP && address >= host->address + ARCH_JUMP_BYTES &&
	       address + ARCH_JUMP_BYTES <= host->address + host->bytes &&
	       memcmp(in_copy(&patching->copy, address + patching->bias), filler, sizeof filler) == 0;
}

static bool put_springboard(const struct patching *patching, const struct plan_site *site, uint32_t i)
{
	uintptr_t place = site->address + patching->bias, spring = site->springboard + patching->bias;

	return is_spare(patching, site->springboard) &&
	       arch_short_jump(in_copy(&patching->copy, place), place, spring) &&
	       put_jump(patching, spring, i);
}

/* Of all sites that jump so.  Springboards come last: they lie in what jumps have left over. */
static const char *put_sites(const struct patching *patching, enum plan_way way)
{
	for (uint32_t i = 0; i < patching->module->site_count; i++) {
		const struct plan_site *site = &patching->sites[i];
		uintptr_t place = site->address + patching->bias;
		if (site->way != way)
			continue;
		if (!stands_there(patching, site))
			return "the code is not what it was planned for";
		memset(in_copy(&patching->copy, place), ARCH_FILLER, site->bytes);
		if (!(way == PLAN_JUMP ? put_jump(patching, place, i) : put_springboard(patching, site, i)))
			return "a jump does not reach";
	}
	return NULL;
}

/* ---- writing ------------------------------------------------------------------------------------ */

static bool write_page_by_file(int fd, uintptr_t page, const uint8_t *bytes)
{
	return kernel_call(SYS_pwrite64, fd, bytes, PAGE_BYTES, page) == (long)PAGE_BYTES;
}

static bool write_page_in_place(int fd, uintptr_t page, const uint8_t *bytes)
{
	(void)fd;
	memcpy((void *)page, bytes, PAGE_BYTES);
	return true;
}

/* Those pages that are to differ from what they were. */
static bool write_pages(const struct copy *copy, const uint8_t *bytes, int fd,
			bool (*write_page)(int fd, uintptr_t page, const uint8_t *bytes))
{
	bool written = true;

	for (size_t at = 0; at < copy->to - copy->from && written; at += PAGE_BYTES)
		written = memcmp(copy->bytes + at, copy->original + at, PAGE_BYTES) == 0 ||
			  (write_page(fd, copy->from + at, bytes + at) &&
			   memcmp((const void *)(copy->from + at), bytes + at, PAGE_BYTES) == 0);
	return written;
}

/* False: nothing is changed. */
static bool write_by_file(const struct copy *copy)
{
	int fd = (int)kernel_call(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	bool written = write_pages(copy, copy->bytes, fd, write_page_by_file);
	if (!written)
		write_pages(copy, copy->original, fd, write_page_by_file);
	kernel_call(SYS_close, fd);
	return written;
}

static bool protect(const struct copy *copy, int protection)
{
	return kernel_call(SYS_mprotect, copy->from, copy->to - copy->from, protection) == 0;
}

static bool write_in_place(const struct copy *copy, int protection)
{
	bool written = protect(copy, PROT_READ | PROT_WRITE | PROT_EXEC) &&
		       write_pages(copy, copy->bytes, -1, write_page_in_place);

	protect(copy, protection);
	return written;
}

/* `protection`: what the pages have. */
static bool write_copy(const struct copy *copy, int protection)
{
	bool written = write_by_file(copy) || write_in_place(copy, protection);

	arch_code_changed();
	return written;
}

const char *patch_module(const struct plan_file *plan, const struct plan_module *module,
			 const struct object *object, const struct area *area)
{
	struct patching patching = {.plan = plan,
				    .module = module,
				    .sites = &plan->sites[module->first_site],
				    .area = area,
				    .bias = object->bias};
	/* They lie by address. */
	const struct plan_site *first = patching.sites, *last = &first[module->site_count - 1];

	while (last > first && plan_is_behind_another(last))
		last--;
	if (!make_copy(&patching.copy, first->address + object->bias,
		       last->address + last->bytes + object->bias))
		return "there is no memory for a copy of the code";
	const char *refusal = put_sites(&patching, PLAN_JUMP);
	if (!refusal)
		refusal = put_sites(&patching, PLAN_SHORT_JUMP);
	if (!refusal && !write_copy(&patching.copy, object->protection))
		refusal = "the system lets no code be changed";
	drop_copy(&patching.copy);
	return refusal;
}

bool patch_bytes(uintptr_t place, const uint8_t *bytes, size_t count)
{
	struct copy copy;

	if (!make_copy(&copy, place, place + count))
		return false;
	memcpy(in_copy(&copy, place), bytes, count);
	bool written = write_copy(&copy, PROT_READ | PROT_EXEC);
	drop_copy(&copy);
	return written;
}
