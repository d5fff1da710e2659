/*
 * arch_frame.h - how frames lie on the stack.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_FRAME_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define ARCH_WORD_BYTES 8
#define ARCH_RED_ZONE_BYTES 128
#define ARCH_RETURN_OFFSET (-ARCH_WORD_BYTES) /* where a return address stands, from the CFA */
#define ARCH_ADDRESS_BITS 47                  /* of a program's own addresses */
#define ARCH_LOWEST_CODE 4096
#define ARCH_DW_OP_BREG_FP 0x76 /* DWARF: the frame pointer plus an offset */

/* Of the caller of a function that has a frame pointer: where that returns to, and the caller's stack
 * pointer, just after the return, and frame pointer. */
static inline __attribute__((always_inline)) uintptr_t arch_frame_pc(const void *frame)
{
	return ((const uintptr_t *)frame)[1];
}

static inline __attribute__((always_inline)) uintptr_t arch_frame_sp(const void *frame)
{
	return (uintptr_t)((const uintptr_t *)frame + 2);
}

/* The other way round. */
static inline __attribute__((always_inline)) const void *arch_frame_of_sp(uintptr_t sp)
{
	return (const uintptr_t *)sp - 2;
}

static inline __attribute__((always_inline)) const uintptr_t *arch_frame_fp_place(const void *frame)
{
	return frame;
}

static inline __attribute__((always_inline)) uintptr_t arch_frame_fp(const void *frame)
{
	return *arch_frame_fp_place(frame);
}

/* 0, the outermost frame's, is one. */
static inline bool arch_may_be_return_address(uintptr_t address)
{
	return (address == 0 || address >= ARCH_LOWEST_CODE) && address >> ARCH_ADDRESS_BITS == 0;
}

#endif
