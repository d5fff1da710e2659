/*
 * row_rule.h - from a row of unwind information to a rule.
 */
#ifndef MPROF_PRELOAD_UNWIND_ROW_RULE_H
#define MPROF_PRELOAD_UNWIND_ROW_RULE_H

#include "preload/unwind/cfi.h"

/* Packs a CFI row into a rule (rule.h) without module; `signal_frame` as in eh_frame.h. */
uint64_t row_rule(const struct cfi_row *row, bool signal_frame);

#endif
