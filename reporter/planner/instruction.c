/*
 * instruction.c - Zydis decodes, without operands: what matters stands in the raw bytes.
 */
#include "instruction.h"

#include "trace/plan.h"

#define RM_SIB 4 /* ModRM.rm: an SIB byte follows */
#define RM_RIP 5 /* with mod 0: relative to the instruction's end */
#define MOD_REGISTER 3
#define RSP 4
#define RBP 5

/* mov to a register or memory */
#define OPCODE_MOV_TO_8 0x88
#define OPCODE_MOV_TO 0x89
#define OPCODE_MOV_CONSTANT_TO_8 0xc6
#define OPCODE_MOV_CONSTANT_TO 0xc7

static ZydisDecoder decoder;

bool instruction_decode(const struct code *code, uint64_t address, ZydisDecodedInstruction *decoded)
{
	size_t left;
	const uint8_t *bytes = code_at(code, address, &left);
	if (decoder.machine_mode != ZYDIS_MACHINE_MODE_LONG_64 || decoder.stack_width == 0)
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	return bytes && ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, bytes, left, decoded));
}

static bool has_modrm(const ZydisDecodedInstruction *decoded)
{
	return decoded->attributes & ZYDIS_ATTRIB_HAS_MODRM;
}

static bool is_rip_relative(const ZydisDecodedInstruction *decoded)
{
	return has_modrm(decoded) && decoded->raw.modrm.mod == 0 && decoded->raw.modrm.rm == RM_RIP &&
	       decoded->raw.disp.size == 32;
}

/* The value of rsp, which the pushed return address changes, is part of where it goes. */
static bool goes_by_rsp(const ZydisDecodedInstruction *decoded)
{
	if (!has_modrm(decoded) || decoded->raw.rex.B || decoded->raw.modrm.rm != RM_SIB)
		return false;
	return decoded->raw.modrm.mod == MOD_REGISTER || decoded->raw.sib.base == RM_SIB;
}

static uint64_t branch_target(const ZydisDecodedInstruction *decoded, uint64_t address)
{
	return address + decoded->length + (uint64_t)decoded->raw.imm[0].value.s;
}

static bool is_relative(const ZydisDecodedInstruction *decoded)
{
	return decoded->raw.imm[0].is_relative;
}

/* Far ones, and those with another operand size, are no compiler's. */
static bool is_odd_branch(const ZydisDecodedInstruction *decoded)
{
	return decoded->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR || decoded->operand_width == 16 ||
	       (decoded->attributes & ZYDIS_ATTRIB_HAS_ADDRESSSIZE);
}

static void read_call(const ZydisDecodedInstruction *decoded, struct instruction *out)
{
	out->calls = out->lasts = true;
	out->fixed = is_odd_branch(decoded);
	if (is_relative(decoded)) {
		out->kind = PLAN_CALL;
		out->field = 0;
		out->target = branch_target(decoded, out->at);
		return;
	}
	out->kind = PLAN_CALL_INDIRECT;
	out->fixed |= goes_by_rsp(decoded);
}

static void read_jump(const ZydisDecodedInstruction *decoded, struct instruction *out)
{
	out->goes = out->ends = true;
	out->fixed = is_odd_branch(decoded);
	out->kind = PLAN_GOES_INDIRECT;
	if (is_relative(decoded)) {
		out->kind = PLAN_GOES;
		out->direct = true;
		out->target = branch_target(decoded, out->at);
	}
}

/* Only jcc has a form with a long displacement. */
static void read_condition(const ZydisDecodedInstruction *decoded, struct instruction *out)
{
	bool is_loop = decoded->opcode_map == ZYDIS_OPCODE_MAP_DEFAULT && decoded->opcode >= 0xe0 &&
		       decoded->opcode <= 0xe3;
	out->goes = out->direct = true;
	out->kind = PLAN_GOES_IF;
	out->fixed = is_loop || is_odd_branch(decoded) || !is_relative(decoded);
	out->target = branch_target(decoded, out->at);
}

static void read_others(const ZydisDecodedInstruction *decoded, struct instruction *out)
{
	switch (decoded->mnemonic) {
	case ZYDIS_MNEMONIC_ENDBR64:
	case ZYDIS_MNEMONIC_ENDBR32:
		out->landmark = out->fixed = true;
		return;
	case ZYDIS_MNEMONIC_NOP:
		out->filler = true;
		return;
	case ZYDIS_MNEMONIC_INT3:
		out->filler = out->fixed = true;
		return;
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
	case ZYDIS_MNEMONIC_SYSEXIT:
	case ZYDIS_MNEMONIC_SYSRET:
		out->fixed = out->goes = out->ends = true;
		return;
	case ZYDIS_MNEMONIC_XBEGIN:
		out->fixed = out->goes = out->direct = true;
		out->target = branch_target(decoded, out->at);
		return;
	default:
		break;
	}
	/* Where the kernel or the processor takes the address of what comes next. */
	if (decoded->meta.category == ZYDIS_CATEGORY_INTERRUPT ||
	    decoded->meta.category == ZYDIS_CATEGORY_SYSCALL || decoded->meta.category == ZYDIS_CATEGORY_VTX)
		out->fixed = out->calls = out->lasts = true;
	out->fixed |= is_relative(decoded);
}

/* A plain store to what is not below the stack or frame pointer, where the function's own variables are. */
static bool is_store(const ZydisDecodedInstruction *decoded)
{
	bool has_sib = decoded->attributes & ZYDIS_ATTRIB_HAS_SIB;
	unsigned base =
		(has_sib ? decoded->raw.sib.base : decoded->raw.modrm.rm) | (unsigned)decoded->raw.rex.B << 3;
	if (decoded->mnemonic != ZYDIS_MNEMONIC_MOV || decoded->raw.modrm.mod == MOD_REGISTER)
		return false;
	switch (decoded->opcode) {
	case OPCODE_MOV_TO_8:
	case OPCODE_MOV_TO:
	case OPCODE_MOV_CONSTANT_TO_8:
	case OPCODE_MOV_CONSTANT_TO:
		return is_rip_relative(decoded) || (base != RSP && base != RBP);
	default:
		return false;
	}
}

bool instruction_read(const struct code *code, uint64_t address, struct instruction *out)
{
	ZydisDecodedInstruction decoded;
	if (!instruction_decode(code, address, &decoded))
		return false;
	*out = (struct instruction){.at = address, .bytes = decoded.length, .kind = PLAN_PLAIN};
	if (is_rip_relative(&decoded)) {
		out->kind = PLAN_RELATIVE;
		out->field = decoded.raw.disp.offset;
		out->target = address + decoded.length + (uint64_t)decoded.raw.disp.value;
		out->fixed = decoded.attributes & ZYDIS_ATTRIB_HAS_ADDRESSSIZE;
	}
	out->lasts = is_store(&decoded);
	switch (decoded.meta.category) {
	case ZYDIS_CATEGORY_CALL:
		read_call(&decoded, out);
		break;
	case ZYDIS_CATEGORY_UNCOND_BR:
		read_jump(&decoded, out);
		break;
	case ZYDIS_CATEGORY_COND_BR:
		read_condition(&decoded, out);
		break;
	case ZYDIS_CATEGORY_RET:
		out->kind = PLAN_RETURNS;
		out->goes = out->ends = true;
		out->fixed = is_odd_branch(&decoded) || decoded.mnemonic != ZYDIS_MNEMONIC_RET;
		break;
	default:
		read_others(&decoded, out);
		break;
	}
	return true;
}
