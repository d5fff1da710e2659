/*
 * plan.h - where the lines of chosen functions are counted, and what was counted: files that mprof-plan
 * makes, the shim carries out, and the drainer reads.
 *
 * They lie beside the session file, in shared memory.  Each is a header, tables, text, and then what has
 * become of each module, PLAN_SHARDS equal arrays of counters, and what the drainer knows of memory, whose
 * pages are there (a write to one that is not would be SIGBUS in the host).  Everything but these is constant
 * once the file is made.
 * All integers are native; every index and offset is checked by whoever reads it, since plans are files.
 */
#ifndef MPROF_TRACE_PLAN_H
#define MPROF_TRACE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define PLAN_MAGIC UINT64_C(0x6e616c702d66726d) /* "mrf-plan" backwards */
#define PLAN_VERSION 3u
#define PLAN_BUILD_ID_MAX 32u
#define PLAN_ENDING ".lines" /* behind the session file's path; of others than the first then ".NUMBER" */
#define PLAN_ENDING_BYTES (sizeof(PLAN_ENDING) + 4) /* with a number, and the NUL */
#define PLANS_MAX 64u /* of a process: that of its start, and those of objects that it opens */

/* How mprof-plan ends where the object that it was asked about has none of the functions. */
#define PLAN_EXIT_EMPTY 3

/* A row's number in records is that in its plan, and those of all plans before it. */

/* Threads add to the counters of their slot's number modulo this, by atomic additions. */
#define PLAN_SHARDS 8u

/* A table: where it begins in the file, and how many entries it has. */
struct plan_table {
	uint64_t offset;
	uint32_t count, entry_bytes;
};

struct plan_header {
	uint64_t magic;
	uint32_t version, header_bytes;
	uint64_t file_bytes;
	struct plan_table modules, functions, rows, sites, instructions;
	uint64_t text_offset, text_bytes; /* NUL-terminated strings, by offset; at 0 an empty one */
	uint64_t states_offset;           /* modules.count words: enum plan_state */
	/* Of the first shard; each has rows.count struct plan_count, and is filled up to a multiple of 64
	 * bytes; the next is behind it. */
	uint64_t counts_offset, counts_bytes;
	uint64_t memory_offset; /* rows.count struct plan_memory, behind all counters */
};

/* An object in which something is traced. */
struct plan_module {
	uint32_t path;           /* text: as /proc/PID/maps has it */
	uint32_t build_id_bytes; /* 0: none, then it is not patched */
	uint8_t build_id[PLAN_BUILD_ID_MAX];
	uint64_t code_from, code_to;     /* addresses of what sites may lie in, before relocation: what the
					  * file has of its executable segments */
	uint32_t first_site, site_count; /* sites of a module lie together, by address */
};

/* What the shim has made of a module.  Where it is not all carried out, counters do not tell. */
enum plan_state {
	PLAN_LEFT = 0, /* its code is as it was */
	PLAN_CARRIED_OUT = 1,
	PLAN_IN_PART = 2, /* it has run as it was, too: where it was loaded again, or twice */
};

/* Why a function, or a row, has no sites. */
enum plan_refusal {
	PLAN_TRACED = 0,
	PLAN_NO_ROOM = 1, /* of a row: at one of its places, or all, no jump fits: its counters do not tell */
	PLAN_COMPUTED_GOTO = 2, /* of a function: jumps whose targets are not known */
	PLAN_UNDECODED = 3,     /* it has what is no instruction */
	PLAN_INLINED = 4,       /* of a function: it has copies in others alone, none of which has sites */
	PLAN_NOT_ALL = 5,  /* of a row: it may run without a count, by code that is come to where no statement
			    * begins or that optimization made another line's: no hits say nothing */
	PLAN_NO_CODE = 6,  /* of a row: no code of the unit is of the line; it may be no statement */
	PLAN_COPIES = 7,   /* of a function: it has sites, but some of its copies in others have none */
	PLAN_NOT_DONE = 8, /* of a function, to readers: its module's plan was not carried out, or in part */
	PLAN_REPEATED = 9, /* of a function: it has sites, but a copy of it may be several calls' */
};

struct plan_function {
	uint32_t name, file; /* text; file is absolute where DWARF tells */
	uint32_t module;
	uint32_t first_line, last_line; /* of its declaration; the last that has a row */
	uint32_t first_row, row_count;  /* rows of a function lie together: first that of the line of its
					 * declaration, which counts calls; then the others, by line */
	uint32_t refusal;               /* enum plan_refusal; see plan_has_sites */
};

/* Whether something of a function with this refusal is counted, though perhaps not all. */
static inline int plan_has_sites(uint32_t refusal)
{
	return refusal == PLAN_TRACED || refusal == PLAN_COPIES || refusal == PLAN_REPEATED;
}

/* A line of a function.  The first row has no room where the function's entry has none: then nothing tells
 * that the function is entered, or where a copy may be entered without being counted.  A function that is not
 * traced has its first row alone, or what its copies have. */
struct plan_row {
	uint32_t function, line;
	uint32_t refusal; /* of it alone */
};

/* A site that enters belongs to the function's first row, which counts at no other: one there that only
 * begins ends the line before, and no more.  An entry that a jump within the function leads back to begins,
 * too.  A site that only leaves may be of any row.  Not every end of a function is a site: conditional jumps
 * that leave it are none. */
enum plan_does {
	PLAN_ENTERS = 1, /* the function's first instruction: [rsp] is the return address; or a copy begins */
	PLAN_BEGINS = 2, /* a line begins */
	PLAN_LEAVES = 4, /* the function ends: a return, or a jump out of it; or where control comes to from
			  * a copy, if it does */
};

enum plan_way {
	PLAN_JUMP = 0,       /* jmp rel32 */
	PLAN_SHORT_JUMP = 1, /* jmp rel8 to a springboard: a jmp rel32 in bytes that a PLAN_JUMP displaces
			      * beyond its own five */
	PLAN_NOT = 2,        /* no room; it has no instructions */
	PLAN_WITHIN = 3, /* no jump: counted in the trampoline of the site before it that has one, among whose
			  * instructions it stands; it has none of its own */
	PLAN_ALSO = 4,   /* no jump: counted right behind the site before it, which is at the same address */
};

/* A place of code that becomes a jump.  It is of the row's function: of its own code, or of a copy of it that
 * is inlined in another function, the host, whose frame it runs in. */
struct plan_site {
	uint64_t address;                 /* before relocation */
	uint64_t springboard;             /* of a PLAN_SHORT_JUMP: address of five bytes */
	uint32_t row;                     /* in the table of all rows */
	uint32_t first_instruction;       /* those that are moved into the trampoline */
	uint8_t instruction_count, bytes; /* whole instructions */
	uint8_t does, way;                /* enum plan_does, or-ed; enum plan_way */
	uint32_t copy;  /* of a copy: its number, from 1 up to that of all sites; 0: own code */
	uint32_t outer; /* the copy around this one, of all that have sites; 0: none */
	uint32_t depth; /* of a copy: so far below what the host's caller has pushed the stack pointer is; 0:
			 * not known */
};

/* Whether a site is counted in the trampoline of one before it, and has no bytes of its own. */
static inline int plan_is_behind_another(const struct plan_site *site)
{
	return site->way == PLAN_WITHIN || site->way == PLAN_ALSO;
}

/* How an instruction is made anew somewhere else.  Behind one that nothing comes behind there may be nops and
 * int3s, which nothing reaches: they only give room. */
enum plan_kind {
	PLAN_PLAIN = 0,         /* copied */
	PLAN_RELATIVE = 1,      /* its 32-bit displacement, at `field`, is relative to its end: target */
	PLAN_CALL = 2,          /* call target: pushes the original's return address, then jumps */
	PLAN_CALL_INDIRECT = 3, /* call r/m: the same; `field`: of a relative displacement, or 0 */
	PLAN_GOES = 4,          /* jmp target */
	PLAN_GOES_IF = 5,       /* jcc target */
	PLAN_RETURNS = 6,       /* copied: nothing comes behind it */
	PLAN_GOES_INDIRECT =
		7, /* jmp r/m, copied (`field` as of PLAN_CALL_INDIRECT): nothing comes behind it */
};

#define PLAN_INSTRUCTION_MAX 15u

struct plan_instruction {
	uint64_t target; /* before relocation */
	uint8_t bytes, kind, field;
	uint8_t original[PLAN_INSTRUCTION_MAX]; /* what stands there; checked before anything is patched */
	uint8_t unused[2];
	uint32_t within; /* so many sites behind the one that displaces it, a PLAN_WITHIN is counted before
			  * it; 0: none is */
};

/*
 * Of a row.  Ticks are those of the processor's counter, and there are none where it does not run at one
 * rate. Of a line within which its own function runs again (recursion) `ticks` has the inner visits' time
 * once more for each activation around them; `own_ticks` has all time once, so that sums of it mean
 * something.  A visit that is not over is in neither.
 */
struct plan_count {
	uint64_t hits;      /* visits; of a function's first row: calls */
	uint64_t ticks;     /* from where a visit began to the next line, what it called included */
	uint64_t own_ticks; /* less what it called that is traced, too */
};

/* The most there was after any visit of a row, in bytes.  The drainer's: it alone knows what lives.  It
 * stands here so that the next drainer finds it. */
struct plan_memory {
	uint64_t live; /* plus 1; 0: not known */
	uint64_t rss;  /* 0: not known */
};

/*
 * What is wrong with the outline of a plan of `count` bytes: NULL if it is whole, of this version, and its
 * tables, text, counters and memory lie within it, those two behind all else, so that what is written there
 * changes nothing that was checked.  Says nothing of what stands in the tables.  O(1); calls nothing: the
 * shim has it, too.
 */
const char *plan_outline_check(const void *bytes, size_t count);

#endif
