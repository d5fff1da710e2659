/*
 * rule.h - how to leave a frame, in eight bytes.
 */
#ifndef MPROF_PRELOAD_UNWIND_RULE_H
#define MPROF_PRELOAD_UNWIND_RULE_H

#include "arch_frame.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * rule: CFA offset in bytes (24, signed) | kind (8) | saved frame pointer's offset from the CFA
 * in words (16, signed) | module index + 1 (16).  Never 0, so that 0 is an empty place.
 */
enum rule_kind {
	RULE_NONE = 0,  /* no unwind information; remembered of modules only: another object may come later */
	RULE_SP = 1,    /* CFA = sp + offset */
	RULE_FP = 2,    /* CFA = fp + offset */
	RULE_REALIGNED, /* CFA stands in memory at fp + offset; fp's slot is relative to fp */
	RULE_END,       /* outermost frame */
	RULE_CUT,       /* RULE_NONE in a place from where no guess leads on; never remembered for a pc */
	RULE_FULL,      /* needs full registers */
};

#define RULE_CFA_SHIFT 40
#define RULE_CFA_MAX ((INT64_C(1) << 23) - 1)
#define RULE_FP_SAME INT16_MAX /* fp is not saved: the caller's is the same */

static inline uint64_t rule_make(enum rule_kind kind, int64_t cfa_offset, int16_t fp_words)
{
	return (uint64_t)cfa_offset << RULE_CFA_SHIFT | (uint64_t)kind << 32 |
	       (uint64_t)(uint16_t)fp_words << 16;
}

static inline uint32_t rule_module(uint64_t rule)
{
	return (uint32_t)rule & 0xffff;
}

static inline int64_t rule_fp_words(uint64_t rule)
{
	return (int16_t)(rule >> 16);
}

static inline enum rule_kind rule_kind(uint64_t rule)
{
	return (enum rule_kind)(rule >> 32 & 0xff);
}

/* Whether no walk goes on from there. */
static inline bool rule_ends(uint64_t rule)
{
	return rule_kind(rule) == RULE_END || rule_kind(rule) == RULE_CUT;
}

static inline int64_t rule_cfa_offset(uint64_t rule)
{
	return (int64_t)rule >> RULE_CFA_SHIFT;
}

#endif
