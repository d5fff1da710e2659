/*
 * plan_check.c - a judge of plans that shares no code with the planner: it decodes all of an object's code
 * sections and reads all rows of its line tables.
 */
#include "plan_check.h"

#include <Zydis/Zydis.h>
#include <criterion/criterion.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BEGINS = 1, TARGET = 2, STATEMENT = 4, CALL = 8, LANDMARK = 16 };

/* Facts of each address of code. */
struct facts {
	uint64_t from, to;
	unsigned char *of, *code;
};

/* ---- plans ----------------------------------------------------------------------- */

static const void *table(const struct plan_file *plan, const struct plan_table *table, size_t entry_bytes)
{
	cr_assert_eq(table->entry_bytes, entry_bytes);
	cr_assert_leq(table->offset + (uint64_t)table->count * entry_bytes, plan->size);
	return plan->bytes + table->offset;
}

void plan_file_open(struct plan_file *plan, const char *path)
{
	struct stat status;
	int fd = open(path, O_RDONLY);
	cr_assert_geq(fd, 0, "%s", path);
	cr_assert_eq(fstat(fd, &status), 0);
	cr_assert_eq(status.st_mode & 0777, 0600);
	plan->size = (size_t)status.st_size;
	plan->bytes = mmap(NULL, plan->size, PROT_READ, MAP_PRIVATE, fd, 0);
	cr_assert_neq((const void *)plan->bytes, MAP_FAILED);
	close(fd);
	const struct plan_header *header = plan->header = (const void *)plan->bytes;
	cr_assert_eq(header->magic, PLAN_MAGIC);
	cr_assert_eq(header->version, PLAN_VERSION);
	cr_assert_eq(header->file_bytes, plan->size);
	cr_assert_geq(header->counts_bytes, header->rows.count * sizeof(struct plan_count));
	cr_assert_eq(header->memory_offset, header->counts_offset + PLAN_SHARDS * header->counts_bytes);
	cr_assert_eq(header->memory_offset + header->rows.count * sizeof(struct plan_memory), plan->size);
	plan->modules = table(plan, &header->modules, sizeof(*plan->modules));
	plan->functions = table(plan, &header->functions, sizeof(*plan->functions));
	plan->rows = table(plan, &header->rows, sizeof(*plan->rows));
	plan->sites = table(plan, &header->sites, sizeof(*plan->sites));
	plan->instructions = table(plan, &header->instructions, sizeof(*plan->instructions));
	plan->text = plan->bytes + header->text_offset;
	cr_assert_eq(plan->text[0], '\0');
	cr_assert_eq(plan->text[header->text_bytes - 1], '\0');
}

void plan_file_close(struct plan_file *plan)
{
	munmap((void *)(uintptr_t)plan->bytes, plan->size);
}

const struct plan_function *plan_file_function(const struct plan_file *plan, const char *name)
{
	for (uint32_t i = 0; i < plan->header->functions.count; i++)
		if (strcmp(plan->text + plan->functions[i].name, name) == 0)
			return &plan->functions[i];
	return NULL;
}

const struct plan_row *plan_file_row(const struct plan_file *plan, const struct plan_function *function,
				     uint32_t line)
{
	for (uint32_t i = 0; i < function->row_count; i++)
		if (plan->rows[function->first_row + i].line == line)
			return &plan->rows[function->first_row + i];
	return NULL;
}

/* ---- facts ----------------------------------------------------------------------- */

static void note(struct facts *facts, uint64_t address, unsigned char fact)
{
	if (address >= facts->from && address < facts->to)
		facts->of[address - facts->from] |= fact;
}

static void decode_section(struct facts *facts, const GElf_Shdr *header)
{
	ZydisDecoder decoder;
	ZydisDecodedInstruction one;
	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	for (uint64_t at = header->sh_addr, end = at + header->sh_size; at < end; at += one.length) {
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(
			    &decoder, NULL, facts->code + (at - facts->from), end - at, &one))) {
			one.length = 1;
			continue;
		}
		note(facts, at, BEGINS);
		if (one.meta.category == ZYDIS_CATEGORY_CALL)
			note(facts, at, CALL);
		if (one.mnemonic == ZYDIS_MNEMONIC_ENDBR64)
			note(facts, at, LANDMARK);
		if (one.raw.imm[0].is_relative && one.meta.category != ZYDIS_CATEGORY_CALL)
			note(facts, at + one.length + (uint64_t)one.raw.imm[0].value.s, TARGET);
	}
}

typedef void section_fn(struct facts *facts, Elf_Scn *section, const GElf_Shdr *header);

static void each_code_section(struct facts *facts, Elf *elf, section_fn *visit)
{
	GElf_Shdr header;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_PROGBITS &&
		    header.sh_flags & SHF_EXECINSTR)
			visit(facts, section, &header);
}

static void widen(struct facts *facts, Elf_Scn *section, const GElf_Shdr *header)
{
	(void)section;
	facts->from = header->sh_addr < facts->from ? header->sh_addr : facts->from;
	facts->to =
		header->sh_addr + header->sh_size > facts->to ? header->sh_addr + header->sh_size : facts->to;
}

static void take_code(struct facts *facts, Elf_Scn *section, const GElf_Shdr *header)
{
	Elf_Data *data = elf_rawdata(section, NULL);
	memcpy(facts->code + (header->sh_addr - facts->from), data->d_buf, data->d_size);
	decode_section(facts, header);
}

static void read_rows(struct facts *facts, Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;
	Dwarf_Die die;
	while (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
		Dwarf_Lines *lines;
		size_t count;
		if (dwarf_getsrclines(&die, &lines, &count) != 0)
			continue;
		for (size_t i = 0; i < count; i++) {
			Dwarf_Line *row = dwarf_onesrcline(lines, i);
			Dwarf_Addr address;
			bool statement, ends;
			dwarf_lineaddr(row, &address);
			dwarf_linebeginstatement(row, &statement);
			dwarf_lineendsequence(row, &ends);
			if (statement && !ends)
				note(facts, address, STATEMENT);
		}
	}
}

static void facts_read(struct facts *facts, const char *object)
{
	elf_version(EV_CURRENT);
	int fd = open(object, O_RDONLY);
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	Dwarf *dwarf = dwarf_begin(fd, DWARF_C_READ);
	cr_assert_not_null(elf);
	cr_assert_not_null(dwarf);
	*facts = (struct facts){.from = UINT64_MAX};
	each_code_section(facts, elf, widen);
	cr_assert_lt(facts->from, facts->to);
	facts->of = calloc(2, facts->to - facts->from);
	facts->code = facts->of + (facts->to - facts->from);
	each_code_section(facts, elf, take_code);
	read_rows(facts, dwarf);
	dwarf_end(dwarf);
	elf_end(elf);
	close(fd);
}

/* ---- what must be true ------------------------------------------------------------ */

struct checking {
	const struct plan_file *plan;
	const char *how;
	struct facts facts;
	uint32_t *owners; /* of each address: the site that displaces it, as index + 1 */
	bool *springs;    /* whether a springboard has it */
	size_t within;    /* sites that another's trampoline counts */
};

/* What is counted before an instruction is a site behind the one that displaces it, and stands there. */
static void check_within(struct checking *checking, const struct plan_site *site,
			 const struct plan_instruction *one, uint64_t at)
{
	const struct plan_site *within = site + one->within;
	if (one->within == 0)
		return;
	cr_assert_lt(within - checking->plan->sites, checking->plan->header->sites.count);
	cr_expect(within->way == PLAN_WITHIN && within->address == at, "%s: within at %#lx", checking->how,
		  at);
	checking->within++;
}

static void check_instruction(struct checking *checking, const struct plan_site *site,
			      const struct plan_instruction *one, uint64_t at, bool first, bool last)
{
	struct facts *facts = &checking->facts;
	cr_assert(at >= facts->from && at + one->bytes <= facts->to, "%s: %#lx is no code", checking->how,
		  at);
	unsigned char fact = facts->of[at - facts->from];
	cr_expect(fact & BEGINS, "%s: no instruction at %#lx", checking->how, at);
	cr_expect(first || !(fact & TARGET), "%s: %#lx is jumped to", checking->how, at);
	check_within(checking, site, one, at);
	cr_expect(last || !(fact & CALL), "%s: a call at %#lx within a window", checking->how, at);
	cr_expect(!(fact & LANDMARK), "%s: endbr64 displaced at %#lx", checking->how, at);
	cr_expect(memcmp(one->original, facts->code + (at - facts->from), one->bytes) == 0,
		  "%s: other bytes at %#lx", checking->how, at);
	for (size_t i = 0; i < one->bytes; i++) {
		uint32_t *owner = &checking->owners[at - facts->from + i];
		cr_expect_eq(*owner, 0, "%s: windows overlap at %#lx", checking->how, at);
		*owner = (uint32_t)(site - checking->plan->sites) + 1;
		cr_expect(i == 0 || !(facts->of[at - facts->from + i] & BEGINS), "%s: length at %#lx",
			  checking->how, at);
	}
}

static void check_site(struct checking *checking, const struct plan_site *site)
{
	const struct plan_file *plan = checking->plan;
	uint64_t at = site->address;
	cr_assert_lt(site->row, plan->header->rows.count);
	cr_assert_leq((uint64_t)site->first_instruction + site->instruction_count,
		      plan->header->instructions.count);
	cr_expect_gt(site->does, 0);
	cr_expect_leq(site->way, PLAN_ALSO);
	cr_expect_leq(site->copy, plan->header->sites.count);
	cr_expect(site->outer == 0 || (site->copy != 0 && site->outer != site->copy));
	for (size_t i = 0; i < site->instruction_count; i++) {
		const struct plan_instruction *one = &plan->instructions[site->first_instruction + i];
		cr_assert(one->bytes > 0 && one->bytes <= PLAN_INSTRUCTION_MAX);
		check_instruction(checking, site, one, at, i == 0, i + 1u == site->instruction_count);
		at += one->bytes;
	}
	cr_expect_eq(at - site->address, site->bytes, "%s: bytes at %#lx", checking->how, site->address);
	size_t least = site->way == PLAN_JUMP ? 5 : site->way == PLAN_SHORT_JUMP ? 2 : 0;
	cr_expect(site->bytes >= least && (least > 0 || site->bytes == 0), "%s: %u bytes at %#lx",
		  checking->how, site->bytes, site->address);
}

static void check_springboard(struct checking *checking, const struct plan_site *site)
{
	struct facts *facts = &checking->facts;
	int64_t far = (int64_t)(site->springboard - site->address - 2);
	cr_expect(far >= INT8_MIN && far <= INT8_MAX, "%s: out of reach at %#lx", checking->how,
		  site->address);
	cr_assert(site->springboard >= facts->from && site->springboard + 5 <= facts->to);
	uint32_t owner = checking->owners[site->springboard - facts->from];
	cr_assert_gt(owner, 0, "%s: springboard of %#lx in nobody's bytes", checking->how, site->address);
	const struct plan_site *host = &checking->plan->sites[owner - 1];
	cr_expect(host->way == PLAN_JUMP && site->springboard >= host->address + 5 &&
			  site->springboard + 5 <= host->address + host->bytes,
		  "%s: springboard of %#lx", checking->how, site->address);
	for (size_t i = 0; i < 5; i++) {
		bool *taken = &checking->springs[site->springboard - facts->from + i];
		cr_expect(!*taken, "%s: two springboards at %#lx", checking->how, site->springboard);
		*taken = true;
	}
}

static void check_function(struct checking *checking, uint32_t index)
{
	const struct plan_file *plan = checking->plan;
	const struct plan_function *function = &plan->functions[index];
	cr_assert_lt(function->name, plan->header->text_bytes);
	cr_assert_lt(function->file, plan->header->text_bytes);
	cr_assert_gt(function->row_count, 0);
	cr_assert_leq((uint64_t)function->first_row + function->row_count, plan->header->rows.count);
	const struct plan_row *rows = &plan->rows[function->first_row];
	cr_expect_eq(rows[0].line, function->first_line);
	cr_expect(plan_has_sites(function->refusal) || function->row_count == 1);
	for (uint32_t i = 0; i < function->row_count; i++) {
		cr_expect_eq(rows[i].function, index);
		cr_expect_leq(rows[i].line, function->last_line);
		cr_expect(i < 2 || rows[i].line > rows[i - 1].line, "%s: rows of %s", checking->how,
			  plan->text + function->name);
	}
}

/* Traced is a row whose beginnings all have room, and calls are if each copy's entry is a place; without code
 * one that begins nowhere; all are counted that another's trampoline is to count. */
static void check_rows(struct checking *checking)
{
	const struct plan_file *plan = checking->plan;
	bool *lacks = calloc(plan->header->rows.count + 1, sizeof(bool));
	bool *begins = calloc(plan->header->rows.count + 1, sizeof(bool));
	bool *has_copies = calloc(plan->header->rows.count + 1, sizeof(bool));
	size_t within = 0;
	uint8_t way = PLAN_JUMP;
	for (uint32_t i = 0; i < plan->header->sites.count; i++) {
		const struct plan_site *site = &plan->sites[i];
		bool first = site->row == plan->functions[plan->rows[site->row].function].first_row;
		if (site->way != PLAN_ALSO)
			way = site->way;
		lacks[site->row] |= site->does & (first ? PLAN_ENTERS : PLAN_BEGINS) && way == PLAN_NOT;
		has_copies[plan->functions[plan->rows[site->row].function].first_row] |= site->copy > 0;
		begins[site->row] |= site->does & PLAN_BEGINS;
		within += site->way == PLAN_WITHIN;
	}
	cr_expect_eq(within, checking->within, "%s: sites within others", checking->how);
	for (uint32_t i = 0; i < plan->header->rows.count; i++)
		if (plan->functions[plan->rows[i].function].refusal == PLAN_TRACED)
			cr_expect(plan->rows[i].refusal == (lacks[i] ? PLAN_NO_ROOM : PLAN_TRACED) ||
					  (!lacks[i] && plan->rows[i].refusal == PLAN_NOT_ALL) ||
					  (has_copies[i] && plan->rows[i].refusal == PLAN_NO_ROOM) ||
					  (!begins[i] && plan->rows[i].refusal == PLAN_NO_CODE),
				  "%s: line %u", checking->how, plan->rows[i].line);
	free(lacks);
	free(begins);
	free(has_copies);
}

void plan_check(const struct plan_file *plan, const char *object, const char *how)
{
	struct checking checking = {.plan = plan, .how = how};
	facts_read(&checking.facts, object);
	size_t bytes = checking.facts.to - checking.facts.from;
	checking.owners = calloc(bytes, sizeof(*checking.owners));
	checking.springs = calloc(bytes, sizeof(*checking.springs));
	cr_assert_eq(plan->header->modules.count, 1);
	cr_expect_eq(plan->modules[0].first_site, 0);
	cr_expect_eq(plan->modules[0].site_count, plan->header->sites.count);
	for (uint32_t i = 0; i < plan->header->functions.count; i++)
		check_function(&checking, i);
	for (uint32_t i = 0; i < plan->header->sites.count; i++) {
		cr_expect(i == 0 || (plan->sites[i].way == PLAN_ALSO
					     ? plan->sites[i].address == plan->sites[i - 1].address
					     : plan->sites[i].address > plan->sites[i - 1].address));
		check_site(&checking, &plan->sites[i]);
	}
	for (uint32_t i = 0; i < plan->header->sites.count; i++)
		if (plan->sites[i].way == PLAN_SHORT_JUMP)
			check_springboard(&checking, &plan->sites[i]);
	check_rows(&checking);
	free(checking.owners);
	free(checking.springs);
	free(checking.facts.of);
}
