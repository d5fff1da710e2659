/*
 * arch_trampoline.c - see arch_trampoline.h.
 *
 * Opcodes: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2.
 */
#include "arch_trampoline.h"

#include "arch_call.h"
#include "arch_frame.h"

#include <cpuid.h>
#include <string.h>
#include <sys/syscall.h>

#ifndef ARCH_SHSTK_STATUS
#define ARCH_SHSTK_STATUS 0x5005
#endif

/* ---- whether ------------------------------------------------------------------------ */

/* A kernel that knows no shadow stacks has an error for it. */
static bool has_shadow_stack(void)
{
	unsigned long features = 0;
	const long arguments[ARCH_CALL_ARGUMENTS] = {ARCH_SHSTK_STATUS, (long)&features};

	return arch_call(SYS_arch_prctl, arguments) == 0 && features != 0;
}

/* CPUID Fn8000_0001_ECX bit 0: lahf and sahf in 64-bit mode. */
static bool keeps_flags(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & 1u);
}

const char *arch_trampoline_refusal(void)
{
	if (!keeps_flags())
		return "this processor has no lahf";
	if (has_shadow_stack())
		return "the program has a shadow stack";
	return NULL;
}

/* ---- the hit ------------------------------------------------------------------------- */

/* Before: steps over the red zone by lea, which leaves flags alone, and keeps these in rax. */
static const uint8_t before[] = {
	0x48, 0x8d, 0x64, 0x24, 0x80, /* lea -128(%rsp), %rsp */
	0x50,                         /* push %rax */
	0x9f,                         /* lahf */
	0x0f, 0x90, 0xc0,             /* seto %al */
	0x50,                         /* push %rax */
	0x57,                         /* push %rdi */
	0x56,                         /* push %rsi */
};

#define MOV_EDI 0xbf /* mov $number, %edi */
static const uint8_t lea_rsi[] = {0x48, 0x8d, 0xb4, 0x24};
#define PUSHED_BYTES (ARCH_RED_ZONE_BYTES + 4 * ARCH_WORD_BYTES)
static const uint8_t call_slot[] = {0xff, 0x15};

static const uint8_t after[] = {
	0x5e,                                           /* pop %rsi */
	0x5f,                                           /* pop %rdi */
	0x58,                                           /* pop %rax */
	0x04, 0x7f,                                     /* add $127, %al: overflows as the flag was */
	0x9e,                                           /* sahf */
	0x58,                                           /* pop %rax */
	0x48, 0x8d, 0xa4, 0x24, 0x80, 0x00, 0x00, 0x00, /* lea 128(%rsp), %rsp */
};

/* Where in it the stack pointer becomes what: up to so many bytes it is so far below the program's. */
static const struct {
	uint8_t end, below;
} depth[] = {
	{5, 0},    {6, 128},  {11, 136}, {12, 144}, {13, 152},
	{33, 160}, {34, 152}, {35, 144}, {39, 136}, {47, 128},
};

#define HIT_BYTES 47
_Static_assert(sizeof before + 5 + sizeof lea_rsi + 4 + sizeof call_slot + 4 + sizeof after == HIT_BYTES,
	       "as `depth` has it");

static uint32_t depth_at(size_t offset)
{
	size_t i = 0;

	/* An instruction that was not executed yet has changed nothing. */
	while (offset >= depth[i].end)
		i++;
	return depth[i].below;
}

/* ---- writing --------------------------------------------------------------------------- */

struct writer {
	uint8_t *at;
	bool out_of_reach;
};

static void put(struct writer *writer, const uint8_t *bytes, size_t count)
{
	memcpy(writer->at, bytes, count);
	writer->at += count;
}

static void put_byte(struct writer *writer, unsigned int byte)
{
	*writer->at++ = (uint8_t)byte;
}

static void put_word(struct writer *writer, uint32_t word)
{
	memcpy(writer->at, &word, sizeof word);
	writer->at += sizeof word;
}

static bool reach(uintptr_t from, uintptr_t to, int32_t *distance)
{
	int64_t far = (int64_t)(to - from);

	*distance = (int32_t)far;
	return *distance == far;
}

/* A displacement at `field`, of an instruction that ends at `end`. */
static void put_distance(struct writer *writer, uint8_t *field, const uint8_t *end, uintptr_t target)
{
	int32_t distance;

	if (!reach((uintptr_t)end, target, &distance))
		writer->out_of_reach = true;
	memcpy(field, &distance, sizeof distance);
}

static void put_jump(struct writer *writer, uintptr_t target)
{
	put_byte(writer, 0xe9);
	put_distance(writer, writer->at, writer->at + 4, target);
	writer->at += 4;
}

#define PUSH_BYTES 5 /* push $low half */
#define PUSHED_ADDRESS_BYTES (PUSH_BYTES + 8)

/* As the call would: the original's return address. */
static void put_pushed_address(struct writer *writer, uintptr_t address)
{
	static const uint8_t mov_high[] = {0xc7, 0x44, 0x24, 0x04};

	put_byte(writer, 0x68);
	put_word(writer, (uint32_t)address);
	put(writer, mov_high, sizeof mov_high);
	put_word(writer, (uint32_t)(address >> 32));
}

/* The opcode's condition is its low half, behind a prefix or two (branch hints, bnd). */
static unsigned int condition_of(const struct plan_instruction *instruction)
{
	unsigned int i = 0;

	while (i + 1 < instruction->bytes &&
	       (instruction->original[i] == 0x2e || instruction->original[i] == 0x3e ||
		instruction->original[i] == 0xf2 || instruction->original[i] == 0x0f))
		i++;
	return instruction->original[i] & 0x0fu;
}

/* Index of the opcode ff of an indirect call. */
static unsigned int opcode_of(const struct plan_instruction *instruction)
{
	unsigned int i = 0;

	while (i < instruction->bytes && instruction->original[i] != 0xff)
		i++;
	return i;
}

static void put_copy(struct writer *writer, const struct plan_instruction *instruction, uintptr_t target)
{
	uint8_t *start = writer->at;

	put(writer, instruction->original, instruction->bytes);
	if (instruction->kind == PLAN_RELATIVE || instruction->field)
		put_distance(writer, start + instruction->field, writer->at, target);
}

/* call r/m is opcode ff with 2 in the middle of its next byte, jmp r/m with 4. */
static void make_jump_of_call(uint8_t *start, const struct plan_instruction *instruction)
{
	uint8_t *mode = start + opcode_of(instruction) + 1;

	*mode = (uint8_t)((*mode & 0xc7u) | 0x20u);
}

static void put_instruction(struct writer *writer, const struct plan_instruction *instruction,
			    uintptr_t address, uintptr_t bias)
{
	uintptr_t target = instruction->target + bias, next = address + instruction->bytes;
	uint8_t *start;

	switch ((enum plan_kind)instruction->kind) {
	case PLAN_CALL:
		put_pushed_address(writer, next);
		put_jump(writer, target);
		return;
	case PLAN_CALL_INDIRECT:
		put_pushed_address(writer, next);
		start = writer->at;
		put_copy(writer, instruction, target);
		make_jump_of_call(start, instruction);
		return;
	case PLAN_GOES:
		put_jump(writer, target);
		return;
	case PLAN_GOES_IF:
		put_byte(writer, 0x0f);
		put_byte(writer, 0x80u | condition_of(instruction));
		put_distance(writer, writer->at, writer->at + 4, target);
		writer->at += 4;
		return;
	case PLAN_PLAIN:
	case PLAN_RELATIVE:
	case PLAN_RETURNS:
	case PLAN_GOES_INDIRECT:
		put_copy(writer, instruction, target);
		return;
	}
}

static size_t bytes_anew(const struct plan_instruction *instruction)
{
	switch ((enum plan_kind)instruction->kind) {
	case PLAN_CALL:
		return PUSHED_ADDRESS_BYTES + ARCH_JUMP_BYTES;
	case PLAN_CALL_INDIRECT:
		return PUSHED_ADDRESS_BYTES + instruction->bytes;
	case PLAN_GOES:
		return ARCH_JUMP_BYTES;
	case PLAN_GOES_IF:
		return 6;
	case PLAN_PLAIN:
	case PLAN_RELATIVE:
	case PLAN_RETURNS:
	case PLAN_GOES_INDIRECT:
		break;
	}
	return instruction->bytes;
}

/* Of a site that is counted where this instruction is made anew. */
static size_t hit_before(const struct plan_instruction *instruction)
{
	return instruction->within ? HIT_BYTES : 0;
}

size_t arch_trampoline_bytes(const struct plan_instruction *instructions, uint32_t count)
{
	size_t bytes = HIT_BYTES + ARCH_JUMP_BYTES;

	for (uint32_t i = 0; i < count; i++)
		bytes += hit_before(&instructions[i]) + bytes_anew(&instructions[i]);
	return bytes;
}

static void put_hit(struct writer *writer, uint32_t number, const uintptr_t *slot)
{
	put(writer, before, sizeof before);
	put_byte(writer, MOV_EDI);
	put_word(writer, number);
	put(writer, lea_rsi, sizeof lea_rsi);
	put_word(writer, PUSHED_BYTES);
	put(writer, call_slot, sizeof call_slot);
	put_distance(writer, writer->at, writer->at + 4, (uintptr_t)slot);
	writer->at += 4;
	put(writer, after, sizeof after);
}

bool arch_trampoline_write(uint8_t *at, const struct arch_displaced *displaced, const uintptr_t *slot)
{
	struct writer writer = {at, false};
	uintptr_t address = displaced->address;

	put_hit(&writer, displaced->number, slot);
	for (uint32_t i = 0; i < displaced->count; i++) {
		if (displaced->instructions[i].within)
			put_hit(&writer, displaced->number + displaced->instructions[i].within, slot);
		put_instruction(&writer, &displaced->instructions[i], address, displaced->bias);
		address += displaced->instructions[i].bytes;
	}
	/* Never reached where the last of them goes elsewhere. */
	put_jump(&writer, address);
	return !writer.out_of_reach;
}

/* ---- checking ---------------------------------------------------------------------------- */

/* A call through memory or a register, but for one that reads where the stack pointer is: by then the return
 * address stands there. */
static bool is_indirect_call(const struct plan_instruction *instruction)
{
	unsigned int at = opcode_of(instruction);

	if (at + 1 >= instruction->bytes || (instruction->original[at + 1] >> 3 & 7u) != 2)
		return false;
	unsigned int mode = instruction->original[at + 1];
	bool has_base = mode < 0xc0 && (mode & 7u) == 4 && at + 2 < instruction->bytes;
	bool is_extended = at > 0 && (instruction->original[at - 1] & 0xf1u) == 0x41; /* REX.B: r12 */
	return !has_base || is_extended || (instruction->original[at + 2] & 7u) != 4;
}

/* Which is 32 bits wide. */
static bool holds_field(const struct plan_instruction *instruction)
{
	return instruction->field >= 1 && instruction->field + 4u <= instruction->bytes;
}

bool arch_trampoline_takes(const struct plan_instruction *instruction)
{
	if (instruction->bytes == 0 || instruction->bytes > PLAN_INSTRUCTION_MAX)
		return false;
	switch ((enum plan_kind)instruction->kind) {
	case PLAN_PLAIN:
	case PLAN_RETURNS:
		return instruction->field == 0;
	case PLAN_RELATIVE:
		return holds_field(instruction);
	case PLAN_CALL:
	case PLAN_GOES:
	case PLAN_GOES_IF:
		return true;
	case PLAN_CALL_INDIRECT:
		return is_indirect_call(instruction) && (!instruction->field || holds_field(instruction));
	case PLAN_GOES_INDIRECT:
		return !instruction->field || holds_field(instruction);
	}
	return false;
}

/* ---- what was done --------------------------------------------------------------------------- */

struct arch_done arch_trampoline_done(const struct plan_instruction *instructions, uint32_t count,
				      size_t offset)
{
	uint32_t bytes = 0;

	if (offset < HIT_BYTES)
		return (struct arch_done){0, depth_at(offset)};
	offset -= HIT_BYTES;
	for (uint32_t i = 0; i < count; i++) {
		const struct plan_instruction *instruction = &instructions[i];
		size_t length = bytes_anew(instruction);
		bool calls = instruction->kind == PLAN_CALL || instruction->kind == PLAN_CALL_INDIRECT;
		size_t hit = hit_before(instruction);
		if (offset < hit)
			return (struct arch_done){bytes, depth_at(offset)};
		offset -= hit;
		if (offset < length)
			return (struct arch_done){bytes, calls && offset >= PUSH_BYTES ? ARCH_WORD_BYTES : 0};
		offset -= length;
		bytes += instruction->bytes;
	}
	return (struct arch_done){bytes, 0};
}

/* ---- jumps ------------------------------------------------------------------------------------- */

bool arch_jump(uint8_t bytes[ARCH_JUMP_BYTES], uintptr_t place, uintptr_t target)
{
	int32_t distance;
	bool reached = reach(place + ARCH_JUMP_BYTES, target, &distance);

	bytes[0] = 0xe9;
	memcpy(bytes + 1, &distance, sizeof distance);
	return reached;
}

/* What may stand behind a function: nops of all lengths, and int3. */
static bool is_filler(const uint8_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strchr("\x0f\x1f\x2e\x40\x44\x66\x80\x84\x90\xcc", at[i]) && at[i] != 0)
			return false;
	return at[0] == 0x66 || at[0] == 0x0f || at[0] == 0x90 || at[0] == 0xcc;
}

uintptr_t arch_turn(uintptr_t function, uint8_t *stub, void (*target)(void), uint8_t jump[ARCH_JUMP_BYTES])
{
	static const uint8_t landing[] = {0xf3, 0x0f, 0x1e, 0xfa};         /* endbr64 */
	static const uint8_t far[] = {0xff, 0x25, 0x00, 0x00, 0x00, 0x00}; /* jmp *0(%rip) */
	const uint8_t *code = (const uint8_t *)function;
	size_t skipped = memcmp(code, landing, sizeof landing) == 0 ? sizeof landing : 0;

	if (code[skipped] != 0xc3 /* ret */ || !is_filler(code + skipped + 1, ARCH_JUMP_BYTES - 1))
		return 0;
	memcpy(stub, far, sizeof far);
	memcpy(stub + sizeof far, &target, sizeof target);
	return arch_jump(jump, function + skipped, (uintptr_t)stub) ? function + skipped : 0;
}

bool arch_short_jump(uint8_t bytes[ARCH_SHORT_JUMP_BYTES], uintptr_t place, uintptr_t target)
{
	int64_t distance = (int64_t)(target - (place + ARCH_SHORT_JUMP_BYTES));

	bytes[0] = 0xeb;
	bytes[1] = (uint8_t)distance;
	return distance == (int8_t)distance;
}

/* Volume 3, 9.1.3: after a change by another linear address a serializing instruction is due. */
void arch_code_changed(void)
{
	unsigned int a, b, c, d;

	__cpuid(0, a, b, c, d);
	__asm__ volatile("" : : "r"(a), "r"(b), "r"(c), "r"(d) : "memory");
}
