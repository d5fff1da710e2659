/*
 * branches.c - targets of direct jumps, landing pads, and tables of switches.
 *
 * A table is read from wherever code of the function takes an address: what is none ends at once, since its
 * first entry leads nowhere into the function.  What is no table's jump is a call in place of a return, if
 * the stack is as at entry and nobody has taken an address within the function; else it may go anywhere.
 */
#include "branches.h"

#include "frames.h"

#include <string.h>

#define TABLE_MAX 65536
#define LOOK_BACK_MAX 12
#define OPCODE_ADD_RM 0x01
#define OPCODE_ADD_R 0x03
#define OPCODE_MOV_R 0x8b
#define OPCODE_LEA 0x8d
#define NO_BASE 5 /* SIB with mod 0: displacement and index alone */

struct reading {
	struct body *body;
	struct object_code *object;
	bool offsets;  /* a table of offsets was met */
	bool labelled; /* an address within the function is taken, other than by a table */
};

/* ---- direct ---------------------------------------------------------------------- */

/* Someone may jump here; into the middle of an instruction as well. */
static bool lead(struct body *body, uint64_t target)
{
	struct instruction *found = body_has(body, target) ? body_around(body, target) : NULL;
	if (!found)
		return false;
	found->leader = true;
	found->dead = false;
	if (found->at != target)
		found->fixed = true;
	return true;
}

static void land(void *context, const struct frames_landing *landing)
{
	lead(context, landing->at);
}

static void read_direct(struct body *body)
{
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->direct && !one->dead && !lead(body, one->target) && one->kind == PLAN_GOES)
			one->does |= PLAN_LEAVES;
		if (one->kind == PLAN_RETURNS)
			one->does |= PLAN_LEAVES;
	}
}

/* Behind what does not go on, only a jump leads on; fillers there are reached by none that is known. */
static void read_ends(struct body *body)
{
	for (size_t i = 1; i < body->count; i++) {
		struct instruction *one = &body->list[i], *before = one - 1;
		bool unreached = before->ends || before->dead || !body_joined(body, i);
		if (unreached && body_joined(body, i) && one->filler && !one->statement && !one->leader)
			one->dead = true;
		else if (unreached && !one->dead)
			one->leader = true;
	}
}

/* ---- tables ---------------------------------------------------------------------- */

/* Entries of 4 bytes, from the table's beginning, or of 8, absolute.  How many lead into the function. */
static size_t read_table(struct reading *reading, uint64_t table, size_t entry_bytes)
{
	size_t count = 0, left;
	const uint8_t *bytes = code_at(&reading->object->code, table, &left);
	for (; bytes && count < TABLE_MAX && (count + 1) * entry_bytes <= left; count++) {
		int32_t offset = 0;
		uint64_t target = 0;
		memcpy(entry_bytes == 4 ? (void *)&offset : (void *)&target, bytes + count * entry_bytes,
		       entry_bytes);
		if (entry_bytes == 4)
			target = table + (uint64_t)(int64_t)offset;
		if (!body_has(reading->body, target) || !body_find(reading->body, target))
			break;
		lead(reading->body, target);
	}
	return count;
}

static bool is_inside(const struct reading *reading, uint64_t address)
{
	return address != reading->body->entry && body_has(reading->body, address);
}

static void read_address(struct reading *reading, uint64_t address)
{
	if (is_inside(reading, address)) {
		lead(reading->body, address);
		reading->labelled = true;
	} else {
		reading->offsets |= read_table(reading, address, 4) > 0;
		reading->labelled |= read_table(reading, address, 8) > 0;
	}
}

/* The table in `disp32(, index, 8)`; 0: it has another form. */
static uint64_t indexed_table(const ZydisDecodedInstruction *decoded)
{
	bool indexed = (decoded->attributes & ZYDIS_ATTRIB_HAS_SIB) && decoded->raw.modrm.mod == 0 &&
		       decoded->raw.sib.base == NO_BASE && decoded->raw.sib.scale == 3;
	return indexed && decoded->raw.disp.value > 0 ? (uint64_t)decoded->raw.disp.value : 0;
}

/* What of an instruction's constants may be an address of the function or of a table.  Absolute ones are only
 * where nothing is relocated. */
static void read_constants(struct reading *reading, const struct instruction *one)
{
	ZydisDecodedInstruction decoded;
	if (one->kind == PLAN_RELATIVE)
		read_address(reading, one->target);
	if (!reading->object->code.relocated &&
	    (one->kind == PLAN_PLAIN || one->kind == PLAN_GOES_INDIRECT) && !one->filler &&
	    instruction_decode(&reading->object->code, one->at, &decoded)) {
		if (indexed_table(&decoded))
			read_table(reading, indexed_table(&decoded), 8);
		else if (decoded.raw.disp.size == 32 && decoded.raw.disp.value > 0)
			read_address(reading, (uint64_t)decoded.raw.disp.value);
		if (decoded.raw.imm[0].size >= 32 && !decoded.raw.imm[0].is_relative)
			read_address(reading, decoded.raw.imm[0].value.u);
	}
}

/* ---- indirect jumps -------------------------------------------------------------- */

static unsigned register_in_rm(const ZydisDecodedInstruction *decoded)
{
	return decoded->raw.modrm.rm | (unsigned)decoded->raw.rex.B << 3;
}

static unsigned register_in_reg(const ZydisDecodedInstruction *decoded)
{
	return decoded->raw.modrm.reg | (unsigned)decoded->raw.rex.R << 3;
}

/* Whether the instruction makes the target in the register out of a table that was read. */
static bool makes_target(struct reading *reading, const ZydisDecodedInstruction *decoded, unsigned target)
{
	bool registers = decoded->raw.modrm.mod == 3;
	if (decoded->opcode_map != ZYDIS_OPCODE_MAP_DEFAULT ||
	    !(decoded->attributes & ZYDIS_ATTRIB_HAS_MODRM))
		return false;
	switch (decoded->opcode) {
	case OPCODE_ADD_RM:
		return registers && register_in_rm(decoded) == target && reading->offsets &&
		       !reading->labelled;
	case OPCODE_ADD_R:
		return registers && register_in_reg(decoded) == target && reading->offsets &&
		       !reading->labelled;
	case OPCODE_MOV_R:
		return register_in_reg(decoded) == target && indexed_table(decoded) &&
		       read_table(reading, indexed_table(decoded), 8) > 0;
	default:
		return false;
	}
}

/* A jump to a register, which instructions before it in its block have made out of a table. */
static bool is_switch_by_register(struct reading *reading, size_t i, unsigned target)
{
	const struct body *body = reading->body;
	ZydisDecodedInstruction decoded;
	for (size_t back = 0; back < LOOK_BACK_MAX && body_joined(body, i) && !body->list[i].leader; back++) {
		i--;
		if (body->list[i].goes || body->list[i].calls)
			return false;
		if (instruction_decode(&reading->object->code, body->list[i].at, &decoded) &&
		    makes_target(reading, &decoded, target))
			return true;
	}
	return false;
}

static bool is_switch(struct reading *reading, size_t i)
{
	ZydisDecodedInstruction decoded;
	if (!instruction_decode(&reading->object->code, reading->body->list[i].at, &decoded))
		return false;
	if (decoded.raw.modrm.mod == 3)
		return is_switch_by_register(reading, i, register_in_rm(&decoded));
	return indexed_table(&decoded) && read_table(reading, indexed_table(&decoded), 8) > 0;
}

static bool has_labels(struct reading *reading)
{
	const struct body *body = reading->body;
	for (size_t i = 0; i < body->range_count && !reading->labelled; i++)
		reading->labelled = object_code_has_pointer_into(reading->object, body->ranges[i].from,
								 body->ranges[i].to);
	return reading->labelled;
}

static enum plan_refusal read_indirect(struct reading *reading)
{
	const struct body *body = reading->body;
	for (size_t i = 0; i < body->count; i++)
		read_constants(reading, &body->list[i]);
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->kind != PLAN_GOES_INDIRECT || one->field != 0 || is_switch(reading, i))
			continue;
		if (has_labels(reading) || !object_code_stack_is_empty(reading->object, one->at))
			return PLAN_COMPUTED_GOTO;
		one->does |= PLAN_LEAVES;
	}
	return PLAN_TRACED;
}

/* Through a word of the linker's (`jmp *f@GOT`) the jump leaves in any case. */
static bool has_indirect(struct body *body)
{
	bool found = false;
	for (size_t i = 0; i < body->count; i++) {
		struct instruction *one = &body->list[i];
		if (one->kind == PLAN_GOES_INDIRECT && one->field != 0)
			one->does |= PLAN_LEAVES;
		found |= one->kind == PLAN_GOES_INDIRECT && one->field == 0;
	}
	return found;
}

enum plan_refusal branches_read(struct body *body, struct object_code *object)
{
	struct reading reading = {.body = body, .object = object};
	read_direct(body);
	for (size_t i = 0; i < body->range_count; i++)
		frames_landings(&object->code, body->ranges[i].from, body->ranges[i].to, land, body);
	body->switches = has_indirect(body);
	enum plan_refusal refusal = body->switches ? read_indirect(&reading) : PLAN_TRACED;
	read_ends(body);
	return refusal;
}
