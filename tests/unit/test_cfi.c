/*
 * test_cfi.c - call frame instructions and expressions, on hand-made bytes, whole and cut.
 */
#include "preload/base/probe.h"
#include "preload/unwind/cfi.h"
#include "preload/unwind/expression.h"
#include "preload/unwind/readable.h"
#include "preload/unwind/row_rule.h"
#include "preload/unwind/rules.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <sys/mman.h>

#define START 0x1000u
#define BYTES(...) ((const uint8_t[]){__VA_ARGS__}), sizeof((const uint8_t[]){__VA_ARGS__})

static struct cfi_machine machine;

static struct bytes bytes_of(const uint8_t *data, size_t size)
{
	return (struct bytes){data, data + size, false};
}

/* What compilers put in a CIE: CFA = rsp + 8, return address at CFA - 8. */
static const uint8_t common[] = {0x0c, 7, 8, 0x90, 1};

static bool row_at(const uint8_t *program, size_t size, uintptr_t pc)
{
	const struct eh_frame_entry entry = {.start = START,
					     .end = START + 0x100,
					     .common = bytes_of(common, sizeof(common)),
					     .program = bytes_of(program, size),
					     .code_alignment = 1,
					     .data_alignment = -8,
					     .return_register = 16,
					     .pointer_encoding = 0x1b};
	return cfi_row_at(&machine, &entry, pc);
}

/* push rbp; mov rbp, rsp; body; pop rbp with remembered state */
static const uint8_t with_frame_pointer[] = {0x41, 0x0e, 16,   0x86, 2, 0x43, 0x0d, 6,
					     0x50, 0x0a, 0x0c, 7,    8, 0xc6, 0x41, 0x0b};

Test(cfi, rows_of_an_ordinary_function)
{
	const struct {
		uintptr_t pc;
		uint64_t rule;
	} expected[] = {{START, rule_make(RULE_SP, 8, RULE_FP_SAME)},
			{START + 1, rule_make(RULE_SP, 16, -2)},
			{START + 4, rule_make(RULE_FP, 16, -2)},
			{START + 0x13, rule_make(RULE_FP, 16, -2)},
			{START + 0x14, rule_make(RULE_SP, 8, RULE_FP_SAME)},
			{START + 0x15, rule_make(RULE_FP, 16, -2)}};
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		cr_assert(row_at(with_frame_pointer, sizeof(with_frame_pointer), expected[i].pc));
		cr_assert_eq(row_rule(&machine.row, false), expected[i].rule, "row at %#lx", expected[i].pc);
	}
	cr_assert_eq(rule_kind(row_rule(&machine.row, true)), RULE_FULL, "a signal frame never is ordinary");
}

Test(cfi, what_needs_all_registers)
{
	cr_assert(row_at(BYTES(0x0c, 10, 0), START)); /* CFA = r10 */
	cr_assert_eq(rule_kind(row_rule(&machine.row, false)), RULE_FULL);
	cr_assert(row_at(BYTES(0x14, 6, 2), START)); /* rbp is CFA - 16, not saved there */
	cr_assert_eq(machine.row.kind[6], CFI_VALUE_OFFSET);
	cr_assert_eq(machine.row.value[6], -16);
	cr_assert_eq(rule_kind(row_rule(&machine.row, false)), RULE_FULL);
	cr_assert(row_at(BYTES(0x0e, 0x80, 0x80, 0x80, 8), START)); /* 16 MiB */
	cr_assert_eq(rule_kind(row_rule(&machine.row, false)), RULE_FULL);
}

Test(cfi, realigned_frame)
{
	/* CFA = *(rbp - 8), rbp saved at rbp + 0.  The row points into the program. */
	static const uint8_t realigned[] = {0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0};
	cr_assert(row_at(realigned, sizeof(realigned), START));
	cr_assert_eq(row_rule(&machine.row, false), rule_make(RULE_REALIGNED, -8, 0));
	/* The same without the dereference is something else. */
	static const uint8_t plain[] = {0x0f, 2, 0x76, 0x78, 0x10, 6, 2, 0x76, 0};
	cr_assert(row_at(plain, sizeof(plain), START));
	cr_assert_eq(rule_kind(row_rule(&machine.row, false)), RULE_FULL);
}

Test(cfi, outermost_frame)
{
	cr_assert(row_at(BYTES(0x07, 16), START));
	cr_assert_eq(rule_kind(row_rule(&machine.row, false)), RULE_END);
}

Test(cfi, malformed_instructions_are_refused)
{
	cr_assert_not(row_at(BYTES(0x0b), START), "nothing was remembered");
	cr_assert_not(row_at(BYTES(0x3f), START), "no such instruction");
	cr_assert_not(row_at(BYTES(0x0e, 0x80), START), "operand cut");
	cr_assert_not(row_at(BYTES(0x0f, 200, 1), START), "expression longer than the program");
	uint8_t remember[20];
	memset(remember, 0x0a, sizeof(remember));
	cr_assert_not(row_at(remember, sizeof(remember), START), "remembered too often");
}

/* Bytes at the very end of readable memory: a read too many is a crash. */
Test(cfi, never_reads_beyond_the_end)
{
	uint8_t *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert_eq(mprotect(pages + 4096, 4096, PROT_NONE), 0);
	unsigned seed = 7, accepted = 0;
	for (unsigned round = 0; round < 300000; round++) {
		size_t size = (size_t)rand_r(&seed) % 24;
		uint8_t *program = pages + 4096 - size;
		for (size_t i = 0; i < size; i++)
			program[i] = (uint8_t)(rand_r(&seed) >> 8);
		accepted += row_at(program, size, START + 0x80);
	}
	cr_assert(accepted > 1000 && accepted < 299000, "%u", accepted);
}

/* ---- expressions ------------------------------------------------------------------ */

static struct readable readable;
static struct unwind_registers registers = {.valid = 1u << 6 | 1u << 7};

static bool evaluate(const uint8_t *operations, size_t size, uint64_t *result)
{
	const uint64_t initial = 1000;
	return expression_evaluate(bytes_of(operations, size), &registers, &readable, &initial, result);
}

#define EXPECT(expected, ...)                                                                                \
	do {                                                                                                 \
		uint64_t result_ = 0;                                                                        \
		cr_assert(evaluate(BYTES(__VA_ARGS__), &result_));                                           \
		cr_assert_eq(result_, (uint64_t)(expected), "%#lx", result_);                                \
	} while (0)

#define REFUSED(...)                                                                                         \
	do {                                                                                                 \
		uint64_t result_ = 0;                                                                        \
		cr_assert_not(evaluate(BYTES(__VA_ARGS__), &result_));                                       \
	} while (0)

Test(expression, arithmetic)
{
	EXPECT(1000, 0x96);
	EXPECT(1005, 0x35, 0x22);                /* + 5 */
	EXPECT(1128, 0x23, 0x80, 0x01);          /* plus_uconst 128 */
	EXPECT(-995, 0x35, 0x16, 0x1c);          /* 5 - 1000 */
	EXPECT(-7, 0x09, 0xf9);                  /* const1s */
	EXPECT(0xfffe, 0x0a, 0xfe, 0xff);        /* const2u */
	EXPECT(-2, 0x09, 0xf9, 0x33, 0x1b);      /* -7 / 3 */
	EXPECT(1, 0x37, 0x33, 0x1d);             /* 7 mod 3 */
	EXPECT(-1, 0x09, 0xff, 0x08, 70, 0x26);  /* sign shifted out */
	EXPECT(0, 0x31, 0x08, 64, 0x24);         /* 1 << 64 */
	EXPECT(7, 0x09, 0xf9, 0x19);             /* abs */
	EXPECT(1, 0x09, 0xff, 0x31, 0x2d);       /* -1 < 1 */
	EXPECT(1, 0x31, 0x32, 0x33, 0x17, 0x13); /* 1 2 3 rot -> 3 1 2, drop */
	EXPECT(1, 0x31, 0x32, 0x33, 0x15, 2);    /* pick the third */
}

Test(expression, registers_and_memory)
{
	static const uint64_t words[] = {11, 0x2222222222222222};
	registers.value[7] = (uintptr_t)words;
	EXPECT(11, 0x77, 0, 0x06);        /* *(rsp + 0) */
	EXPECT(0x2222, 0x77, 8, 0x94, 2); /* two bytes of *(rsp + 8) */
	REFUSED(0x73, 0);                 /* rbx is not known */
	REFUSED(0x92, 99, 0);             /* no such register */
	REFUSED(0x31, 0x06);              /* address 1 */
}

Test(expression, branches_end)
{
	EXPECT(3, 0x31, 0x28, 1, 0, 0x32, 0x33); /* taken: over the first literal */
	EXPECT(2, 0x30, 0x28, 1, 0, 0x32);       /* not taken */
	REFUSED(0x2f, 0xfd, 0xff);               /* to itself, for ever */
	REFUSED(0x2f, 0, 0x80);                  /* out of bounds */
}

Test(expression, malformed_operations_are_refused)
{
	REFUSED(0x13, 0x13); /* empty stack */
	REFUSED(0x13);       /* no result */
	REFUSED(0x30, 0x1b); /* division by zero */
	REFUSED(0x9f);       /* makes no sense here */
	REFUSED(0x0e, 1, 2); /* operand cut */
	uint8_t pushes[40];
	uint64_t result;
	memset(pushes, 0x31, sizeof(pushes));
	cr_assert_not(evaluate(pushes, sizeof(pushes), &result), "too deep");
}

/* ---- .eh_frame -------------------------------------------------------------------- */

Test(eh_frame, finds_the_function)
{
	struct dl_find_object object;
	struct eh_frame_entry entry;
	uintptr_t function = (uintptr_t)row_at;
	cr_assert_eq(_dl_find_object((void *)function, &object), 0);
	cr_assert(eh_frame_find(function, &object, &entry));
	cr_assert_eq(entry.start, function);
	cr_assert(eh_frame_find(entry.end - 1, &object, &entry));
	cr_assert_eq(entry.start, function);
	cr_assert_not(entry.signal_frame);
	cr_assert_eq(entry.return_register, 16);
	cr_assert_not(eh_frame_find((uintptr_t)object.dlfo_map_start, &object, &entry));
}

/* What is mapped there, red zones of the sanitizers included. */
READS_STACK static void copy_page(char *to, uintptr_t from)
{
	for (size_t at = 0; at < 4096; at += 8)
		*(volatile uint64_t *)(to + at) = stack_word(from + at);
}

/* The table damaged in every byte: any answer but a crash. */
Test(eh_frame, damaged_table_does_no_harm)
{
	struct dl_find_object object;
	struct eh_frame_entry entry;
	cr_assert_eq(_dl_find_object((void *)(uintptr_t)row_at, &object), 0);
	size_t size = (size_t)((char *)object.dlfo_map_end - (char *)object.dlfo_map_start);
	uintptr_t header = (uintptr_t)object.dlfo_eh_frame, old = (uintptr_t)object.dlfo_map_start;
	char *copy = mmap(NULL, size + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert_eq(mprotect(copy + ((size + 4095) & ~(size_t)4095), 4096, PROT_NONE), 0);
	struct dl_find_object damaged = object;
	unsigned seed = 3, found = 0;
	for (unsigned round = 0; round < 2000; round++) {
		if (round % 16 == 0)
			for (size_t at = 0; at + 4096 <= size; at += 4096)
				if (probe_word(old + at))
					copy_page(copy + at, old + at);
		damaged.dlfo_map_start = copy;
		damaged.dlfo_map_end = copy + size;
		damaged.dlfo_eh_frame = copy + (header - old);
		copy[header - old + (round < 12 ? round : (unsigned)rand_r(&seed) % 4096)] ^=
			(char)(1 + round % 255);
		for (uintptr_t pc = 0; pc < size; pc += 64)
			found += eh_frame_find((uintptr_t)copy + pc, &damaged, &entry) &&
				 cfi_row_at(&machine, &entry, (uintptr_t)copy + pc);
	}
	cr_assert_gt(found, 0);
}
