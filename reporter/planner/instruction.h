/*
 * instruction.h - one instruction: how it is made anew elsewhere, and where control goes from it.
 */
#ifndef MPROF_REPORTER_PLANNER_INSTRUCTION_H
#define MPROF_REPORTER_PLANNER_INSTRUCTION_H

#include "code.h"

#include <Zydis/Zydis.h>

struct instruction {
	uint64_t at, target; /* target: of a direct jump or call, or of a relative displacement */
	uint32_t line;       /* 0: of none */
	uint32_t copy;       /* of another function, which it is code of; 0: of none */
	uint32_t begun;      /* the line that begins here, where does says that one does */
	uint8_t bytes;
	uint8_t kind, field; /* as in struct plan_instruction */
	uint8_t does;        /* enum plan_does, or-ed; 0: no site is here */
	bool fixed;          /* it cannot be moved */
	bool goes;   /* control may go from it to elsewhere but for calls: what is behind it begins a block */
	bool ends;   /* what is behind it is not reached from it */
	bool calls;  /* whatever is called may change memory: no site moves across */
	bool lasts;  /* others see what it does: no other line's code does for it */
	bool direct; /* a jump to target, even where it cannot be moved */
	bool landmark;  /* endbr64 */
	bool filler;    /* nop or int3 */
	bool dead;      /* filler that nothing reaches */
	bool leader;    /* something may jump here */
	bool row;       /* a statement begins here that has a line */
	bool silent;    /* the line table says nothing here: it goes on with the line before */
	bool unseen;    /* code of its line begins here that is not counted */
	bool comes;     /* of a copy's code: control comes here from outside of it */
	bool opens;     /* of a copy's code: the line table has the function's declaration here */
	bool statement; /* one begins here by the line table, of whatever file or line */
};

/* Decodes what stands at an address of code; false: no instruction. */
bool instruction_decode(const struct code *code, uint64_t address, ZydisDecodedInstruction *decoded);

/* The same, as what is needed of it. */
bool instruction_read(const struct code *code, uint64_t address, struct instruction *out);

#endif
