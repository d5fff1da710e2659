/*
 * arch_trampoline.h - the code that a traced place leads to: a hit, then what stood at the place, then back.
 *
 * Makes bytes, and knows afterwards what each of them does.  Changes no memory but what it is given; no
 * system calls, no allocation.  What it is asked about later may be asked in a signal handler.
 */
#ifndef MPROF_PRELOAD_ARCH_X86_64_ARCH_TRAMPOLINE_H
#define MPROF_PRELOAD_ARCH_X86_64_ARCH_TRAMPOLINE_H

#include "trace/plan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCH_JUMP_BYTES 5
#define ARCH_SHORT_JUMP_BYTES 2
#define ARCH_SHORT_JUMP_REACH UINT64_C(130)  /* at most, from where it begins */
#define ARCH_JUMP_REACH UINT64_C(0x7fffffff) /* how far away a jump's target may be */
#define ARCH_FILLER 0xcc                     /* what is left of displaced instructions; never executed */

/* Instructions that lie one behind the other, to be made anew somewhere else. */
struct arch_displaced {
	const struct plan_instruction *instructions;
	uint32_t count;
	uint32_t number;   /* what the handler is told; so much and `within` before other instructions */
	uintptr_t address; /* of the first, where it stood */
	uintptr_t bias;    /* of targets */
};

/* Whether the processor can do what trampolines need, and nothing forbids return addresses that no call has
 * pushed.  If not, why. */
const char *arch_trampoline_refusal(void);

/* Whether such an instruction can be: lengths, fields and opcodes fit its kind. */
bool arch_trampoline_takes(const struct plan_instruction *instruction);

size_t arch_trampoline_bytes(const struct plan_instruction *instructions, uint32_t count);

/* Writes the trampoline to `at`, where it will be executed.  `slot`: where the address of arch_hit is kept,
 * as near.  False if something is out of reach. */
bool arch_trampoline_write(uint8_t *at, const struct arch_displaced *displaced, const uintptr_t *slot);

/* What the program has done where a trampoline was interrupted: which bytes of the displaced ones are behind
 * it, and what must be added to the stack pointer to get the program's own. */
struct arch_done {
	uint32_t bytes, stack_bytes;
};

struct arch_done arch_trampoline_done(const struct plan_instruction *instructions, uint32_t count,
				      size_t offset);

/* A jump that will stand at `place`, as bytes; false if the target is out of reach. */
bool arch_jump(uint8_t bytes[ARCH_JUMP_BYTES], uintptr_t place, uintptr_t target);
bool arch_short_jump(uint8_t bytes[ARCH_SHORT_JUMP_BYTES], uintptr_t place, uintptr_t target);

/* A function that does nothing but return is to go to another one: the jump to put at its place, which may
 * lie behind where it begins, by way of ARCH_STUB_BYTES of code at `stub`, which is written.  0: it is
 * another function, or has no room.  The bytes from there on are read. */
#define ARCH_STUB_BYTES 16
uintptr_t arch_turn(uintptr_t function, uint8_t *stub, void (*target)(void), uint8_t jump[ARCH_JUMP_BYTES]);

/* After code was changed: this processor executes what is there now. */
void arch_code_changed(void);

/* What trampolines call: keeps all registers, and calls tracer_hit(number, stack pointer). */
void arch_hit(void);

/* Calls what is compiled with vector registers where they are the program's: keeps them, but for the parts
 * that only newer instructions than those of the oldest processors touch, which nothing of the shim has. */
void arch_call_out(void (*function)(uint32_t argument), uint32_t argument);

#endif
