/*
 * row_rule.c - see row_rule.h.
 */
#include "preload/unwind/row_rule.h"

#include "preload/unwind/rule.h"

enum { DW_OP_deref = 0x06 };

/* An expression "fp + offset", dereferenced or not. */
static bool frame_pointer_expression(int64_t block_address, bool dereferenced, int64_t *offset)
{
	struct bytes in = cfi_expression(block_address);
	if (bytes_unsigned(&in, 1) != ARCH_DW_OP_BREG_FP)
		return false;
	*offset = bytes_sleb(&in);
	if (dereferenced && bytes_unsigned(&in, 1) != DW_OP_deref)
		return false;
	return !in.bad && in.at == in.end;
}

static uint64_t pack(enum rule_kind kind, int64_t cfa_offset, int64_t fp_offset)
{
	if (cfa_offset > RULE_CFA_MAX || cfa_offset < -RULE_CFA_MAX || fp_offset % ARCH_WORD_BYTES != 0 ||
	    fp_offset / ARCH_WORD_BYTES >= INT16_MAX || fp_offset / ARCH_WORD_BYTES < INT16_MIN)
		return rule_make(RULE_FULL, 0, 0);
	return rule_make(kind, cfa_offset, (int16_t)(fp_offset / ARCH_WORD_BYTES));
}

/* Functions that align their stack (gcc's DRAP) keep the CFA in a slot below fp. */
static uint64_t realigned_rule(const struct cfi_row *row)
{
	int64_t cfa_slot, fp_slot;
	if (row->kind[ARCH_FP] == CFI_EXPRESSION &&
	    frame_pointer_expression(row->cfa_value, true, &cfa_slot) &&
	    frame_pointer_expression(row->value[ARCH_FP], false, &fp_slot))
		return pack(RULE_REALIGNED, cfa_slot, fp_slot);
	return rule_make(RULE_FULL, 0, 0);
}

uint64_t row_rule(const struct cfi_row *row, bool signal_frame)
{
	if (row->kind[ARCH_PC] == CFI_UNDEFINED)
		return rule_make(RULE_END, 0, 0);
	bool plain = row->kind[ARCH_PC] == CFI_OFFSET && row->value[ARCH_PC] == ARCH_RETURN_OFFSET &&
		     row->kind[ARCH_SP] == CFI_SAME;
	if (!plain || signal_frame)
		return rule_make(RULE_FULL, 0, 0);
	if (row->cfa_kind == CFI_VALUE_EXPRESSION)
		return realigned_rule(row);
	if (row->cfa_register != ARCH_SP && row->cfa_register != ARCH_FP)
		return rule_make(RULE_FULL, 0, 0);
	enum rule_kind kind = row->cfa_register == ARCH_SP ? RULE_SP : RULE_FP;
	if (row->kind[ARCH_FP] == CFI_OFFSET)
		return pack(kind, row->cfa_value, row->value[ARCH_FP]);
	if (row->kind[ARCH_FP] == CFI_SAME)
		return pack(kind, row->cfa_value, 0) | rule_make(RULE_NONE, 0, RULE_FP_SAME);
	return rule_make(RULE_FULL, 0, 0);
}
