/*
 * plan_file.c - see plan_file.h.
 *
 * Plans are files, so that nothing in them is taken on trust: whoever reads the tables later on need not look
 * at bounds any more.  That instructions are what stands in memory is looked at where they are replaced.
 */
#include "preload/tracer/plan_file.h"

#include "preload/base/kernel.h"

#include "arch_trampoline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE_BYTES 4096u

static bool lies_in(uint64_t offset, uint64_t bytes, uint64_t from, uint64_t to)
{
	return offset >= from && offset <= to && bytes <= to - offset;
}

/* ---- entries ------------------------------------------------------------------------------ */

static bool functions_fit(const struct plan_file *plan)
{
	const struct plan_header *header = plan->header;

	for (uint32_t i = 0; i < header->functions.count; i++) {
		const struct plan_function *function = &plan->functions[i];
		if (function->module >= header->modules.count || function->name >= header->text_bytes ||
		    function->file >= header->text_bytes ||
		    !lies_in(function->first_row, function->row_count, 0, header->rows.count))
			return false;
	}
	return true;
}

static bool rows_fit(const struct plan_file *plan)
{
	for (uint32_t i = 0; i < plan->header->rows.count; i++) {
		uint32_t function = plan->rows[i].function;
		if (function >= plan->header->functions.count ||
		    i - plan->functions[function].first_row >= plan->functions[function].row_count)
			return false;
	}
	return true;
}

/* The next site behind one and those that are counted with it. */
static uint32_t behind(const struct plan_file *plan, const struct plan_module *module, uint32_t index)
{
	const struct plan_site *sites = &plan->sites[module->first_site];

	do
		index++;
	while (index < module->site_count && sites[index].way == PLAN_ALSO);
	return index;
}

/* Whether each that is counted among a site's instructions is one of the sites behind it, in their order. */
static bool within_fits(const struct plan_file *plan, const struct plan_module *module, uint32_t index)
{
	const struct plan_site *sites = &plan->sites[module->first_site], *site = &sites[index];
	uint64_t address = site->address;
	uint32_t next = behind(plan, module, index);

	for (uint32_t i = 0; i < site->instruction_count; i++) {
		const struct plan_instruction *instruction = &plan->instructions[site->first_instruction + i];
		if (instruction->within != 0) {
			if (i == 0 || instruction->within != next - index || next >= module->site_count ||
			    sites[next].way != PLAN_WITHIN || sites[next].address != address)
				return false;
			next = behind(plan, module, next);
		}
		address += instruction->bytes;
	}
	return next >= module->site_count || sites[next].way != PLAN_WITHIN;
}

static bool is_jump(const struct plan_site *site)
{
	return site->way != PLAN_NOT && !plan_is_behind_another(site);
}

/* Sites that are none by themselves come behind one. */
static bool order_fits(const struct plan_file *plan, const struct plan_module *module, uint32_t index)
{
	const struct plan_site *site = &plan->sites[module->first_site + index];

	if (site->way == PLAN_ALSO)
		return index > 0 && site->address == site[-1].address;
	return site->way == PLAN_WITHIN ? index > 0 : within_fits(plan, module, index);
}

static bool way_fits(const struct plan_site *site)
{
	if (site->way == PLAN_JUMP)
		return site->bytes >= ARCH_JUMP_BYTES;
	return site->way == PLAN_SHORT_JUMP && site->bytes >= ARCH_SHORT_JUMP_BYTES;
}

static bool instructions_fit(const struct plan_file *plan, const struct plan_site *site)
{
	unsigned int bytes = 0;

	if (!lies_in(site->first_instruction, site->instruction_count, 0, plan->header->instructions.count))
		return false;
	for (uint32_t i = 0; i < site->instruction_count; i++) {
		const struct plan_instruction *instruction = &plan->instructions[site->first_instruction + i];
		if (!arch_trampoline_takes(instruction))
			return false;
		bytes += instruction->bytes;
	}
	return bytes == site->bytes;
}

/* Of a module: `from` is the end of the site before. */
static bool site_fits(const struct plan_file *plan, const struct plan_module *module,
		      const struct plan_site *site, uint64_t from)
{
	const unsigned int known = PLAN_ENTERS | PLAN_BEGINS | PLAN_LEAVES;

	if (site->row >= plan->header->rows.count || (site->does & ~known) ||
	    site->copy > plan->header->sites.count || site->outer > plan->header->sites.count)
		return false;
	uint32_t function = plan->rows[site->row].function;
	if (&plan->modules[plan->functions[function].module] != module)
		return false;
	if (!is_jump(site))
		return site->instruction_count == 0 && site->bytes == 0 &&
		       (site->way != PLAN_NOT || lies_in(site->address, 0, from, module->code_to));
	return way_fits(site) && instructions_fit(plan, site) &&
	       lies_in(site->address, site->bytes, from, module->code_to);
}

static bool module_fits(const struct plan_file *plan, const struct plan_module *module)
{
	uint64_t end = module->code_from;

	if (module->path >= plan->header->text_bytes || module->build_id_bytes > PLAN_BUILD_ID_MAX ||
	    module->code_from > module->code_to ||
	    module->code_to - module->code_from >= ARCH_JUMP_REACH / 2 ||
	    !lies_in(module->first_site, module->site_count, 0, plan->header->sites.count))
		return false;
	for (uint32_t i = 0; i < module->site_count; i++) {
		const struct plan_site *site = &plan->sites[module->first_site + i];
		if (!site_fits(plan, module, site, end) || !order_fits(plan, module, i))
			return false;
		if (!plan_is_behind_another(site))
			end = site->address + site->bytes;
	}
	return true;
}

static void find_tables(struct plan_file *plan, const void *bytes)
{
	const struct plan_header *header = bytes;
	const char *start = bytes;

	plan->header = header;
	plan->modules = (const void *)(start + header->modules.offset);
	plan->functions = (const void *)(start + header->functions.offset);
	plan->rows = (const void *)(start + header->rows.offset);
	plan->sites = (const void *)(start + header->sites.offset);
	plan->instructions = (const void *)(start + header->instructions.offset);
}

const char *plan_file_check(struct plan_file *plan, const void *bytes, size_t count)
{
	const char *wrong = plan_outline_check(bytes, count);

	if (wrong)
		return wrong;
	find_tables(plan, bytes);
	if (!functions_fit(plan) || !rows_fit(plan))
		return "the plan's functions do not fit its rows";
	for (uint32_t i = 0; i < plan->header->modules.count; i++)
		if (!module_fits(plan, &plan->modules[i]))
			return "the plan's sites do not fit";
	return NULL;
}

/* ---- the file ------------------------------------------------------------------------------- */

static const void *map_plan(int fd, size_t bytes)
{
	long plan = kernel_call(SYS_mmap, NULL, bytes, PROT_READ, MAP_SHARED, fd, 0L);

	return plan == -1 ? NULL : (const void *)plan;
}

/* Of states and counters, in the file. */
static uint64_t shared_bytes(const struct plan_header *header)
{
	return header->counts_offset + header->counts_bytes * PLAN_SHARDS - header->states_offset;
}

static bool map_shared(struct plan_file *plan, int fd)
{
	uint64_t offset = plan->header->states_offset, skipped = offset % PAGE_BYTES;
	size_t bytes = shared_bytes(plan->header) + skipped;
	long pages = kernel_call(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				 (long)(offset - skipped));

	if (pages == -1)
		return false;
	plan->shared_pages = (void *)pages;
	plan->shared_pages_bytes = bytes;
	plan->states = (uint32_t *)((char *)plan->shared_pages + skipped);
	plan->counts = (struct plan_count *)((char *)plan->states + (plan->header->counts_offset - offset));
	return true;
}

static int map_checked(struct plan_file *plan, int fd, const char **refusal)
{
	struct stat status;

	if (kernel_call(SYS_fstat, fd, &status) != 0)
		return -errno;
	size_t bytes = (size_t)status.st_size;
	if (bytes < sizeof *plan->header) {
		*refusal = "it is no plan";
		return -EINVAL;
	}
	const void *mapped = map_plan(fd, bytes);
	if (!mapped)
		return -errno;
	*refusal = plan_file_check(plan, mapped, bytes);
	int failed = *refusal ? -EINVAL : 0;
	if (!failed && !map_shared(plan, fd))
		failed = -errno;
	if (failed)
		kernel_call(SYS_munmap, mapped, bytes);
	plan->bytes = bytes;
	return failed;
}

int plan_file_open(struct plan_file *plan, const char *path, const char **refusal)
{
	int fd = (int)kernel_call(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int failed = map_checked(plan, fd, refusal);
	kernel_call(SYS_close, fd);
	return failed;
}

static bool write_whole(int fd, const void *bytes, size_t count, uint64_t offset)
{
	while (count > 0) {
		long written = kernel_call(SYS_pwrite64, fd, bytes, count, offset);
		if (written <= 0)
			return false;
		bytes = (const char *)bytes + written;
		count -= (size_t)written;
		offset += (uint64_t)written;
	}
	return true;
}

/* All pages are there from the start: a write to one that is not would be SIGBUS. */
static bool write_plan(const struct plan_file *plan, int fd)
{
	const struct plan_header *header = plan->header;

	return kernel_call(SYS_fallocate, fd, 0, 0L, (long)header->file_bytes) == 0 &&
	       write_whole(fd, header, header->states_offset, 0) &&
	       write_whole(fd, plan->states, shared_bytes(header), header->states_offset);
}

int plan_file_move(const struct plan_file *plan, const char *path)
{
	int fd = (int)kernel_call(SYS_openat, AT_FDCWD, path,
				  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	uint64_t offset = plan->header->states_offset & ~(uint64_t)(PAGE_BYTES - 1);

	if (fd < 0)
		return -errno;
	bool moved = write_plan(plan, fd) &&
		     kernel_call(SYS_mmap, plan->shared_pages, plan->shared_pages_bytes,
				 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, (long)offset) != -1;
	int failed = moved ? 0 : -errno;
	kernel_call(SYS_close, fd);
	if (!moved)
		kernel_call(SYS_unlinkat, AT_FDCWD, path, 0);
	return failed;
}

void plan_file_close(struct plan_file *plan)
{
	kernel_call(SYS_munmap, plan->shared_pages, plan->shared_pages_bytes);
	kernel_call(SYS_munmap, plan->header, plan->bytes);
}
