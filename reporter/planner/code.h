/*
 * code.h - the bytes of an ELF file by address, as they are before relocation, and which of its code is
 * spoken for.
 *
 * Everything in the file is untrusted: no address leads out of it.
 */
#ifndef MPROF_REPORTER_PLANNER_CODE_H
#define MPROF_REPORTER_PLANNER_CODE_H

#include <gelf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_SEGMENTS_MAX 32

struct code_segment {
	const uint8_t *bytes;
	uint64_t from, to; /* addresses that the file has bytes for */
	bool executable;
	uint8_t *claimed; /* a bit for each byte, of executable ones; NULL until something is claimed */
};

struct code {
	struct code_segment segments[CODE_SEGMENTS_MAX];
	size_t segment_count;
	uint64_t unwind_table; /* address of .eh_frame_hdr; 0: none */
	bool relocated;        /* it may be loaded anywhere: no constant in it is an address */
};

/* False: it is no program or library for x86-64, or has no code.  The bytes live as long as `elf`. */
bool code_open(struct code *code, Elf *elf);
void code_close(struct code *code);

/* The bytes at an address and how many follow in its segment; NULL: the file has none. */
const uint8_t *code_at(const struct code *code, uint64_t address, size_t *left_bytes);

/* The executable segment with this address, or NULL. */
struct code_segment *code_segment_at(struct code *code, uint64_t address);

/* Takes addresses of one executable segment; false, and nothing is taken, if some have been, or are not
 * there. */
bool code_claim(struct code *code, uint64_t from, uint64_t to);

/* The lowest and the highest address of code. */
void code_extent(const struct code *code, uint64_t *from, uint64_t *to);

#endif
