/*
 * format.h - the trace file, NAME.PID.mprof: the one place where it is defined.
 *
 * A file is a file header, then blocks, then nothing.  Each block is a block
 * header and a payload, zstd-compressed unless BLOCK_STORED, protected by a
 * CRC-32 (ISO-HDLC, as zlib's) over header (crc field zero) and stored payload.
 * Integers in payloads are LEB128 varints ("v") or zigzag varints ("z") unless
 * said otherwise; "text" is a v length and that many bytes.
 *
 * No addresses and no per-event clock are stored: an event is an index into a
 * dictionary of operations, a free's names the allocation's, and time is a mark
 * every millisecond or so.
 *
 * Change policy.  A new block kind, and a new varint at the end of a block
 * other than EVENTS, may be added without a new version: readers skip what
 * they do not know.  Any other change bumps FORMAT_VERSION; a reader accepts
 * FORMAT_OLDEST..FORMAT_VERSION and names the version that it refuses.  A
 * stored trace of each released version stays in tests/data and readable.
 */
#ifndef MPROF_TRACE_FORMAT_H
#define MPROF_TRACE_FORMAT_H

#include <stdint.h>

#define FORMAT_MAGIC "MPROF\r\n\x1a" /* 8 bytes: detects text-mode transfer */
#define FORMAT_VERSION 3
#define FORMAT_OLDEST 2

/* Written by the shim as it starts, before any drainer: so a trace is found,
 * and its session with it, whatever dies. */
struct format_file_header {
	char magic[8];
	uint16_t version;
	uint16_t header_bytes; /* of this struct plus session_path_bytes; blocks start there */
	uint32_t pid;
	uint64_t started_realtime_ns;
	uint32_t session_path_bytes; /* path of the session file follows, no NUL, padded to 8 */
	uint32_t crc;                /* of this struct (crc zero) and the path with its padding */
};
_Static_assert(sizeof(struct format_file_header) == 32, "file header size");

struct format_block_header {
	uint16_t kind;
	uint16_t flags;
	uint32_t stored_bytes; /* payload as in the file */
	uint32_t raw_bytes;    /* payload after decompression; at most FORMAT_BLOCK_MAX */
	uint32_t crc;
};
_Static_assert(sizeof(struct format_block_header) == 16, "block header size");

#define FORMAT_BLOCK_MAX (16u << 20)
#define BLOCK_STORED 1u

#define FORMAT_STRAYS_MAX (UINT64_C(1) << 22)

enum block_kind {
	/* JSON object (UTF-8): command [], exe, cwd, environment {}, host, kernel, pid,
	 * parent_pid, parent_trace, fork_id, started_realtime_ns, page_bytes, mprof_version, sample_bytes
	 * (mean interval of Poisson sampling by bytes; 0: every block is recorded), aggregate (true: the
	 * trace has no EVENTS, but all other blocks as if it had), undrained (why no drainer worked while
	 * the program ran; absent: one did). */
	BLOCK_META = 1,
	/* v count, then per module: v index, v start, v size, z bias - start, v loaded_ns,
	 * text path, text build-id.  Indices start at 1. */
	BLOCK_MODULES = 2,
	/* v module index, v unloaded_ns. */
	BLOCK_UNLOADED = 3,
	/* v first id, v count, then per node: v id - parent, v module | flags << 16 (flags:
	 * 1 exact pc, 2 truncated, 4 label: pc is a label's id, the type of blocks that its parent
	 * allocates), z pc - pc of the node before it in this block.  Version 2 has no label nodes. */
	BLOCK_NODES = 4,
	/* v count, then per label: v id, text. */
	BLOCK_LABELS = 5,
	/* v count, then per thread: v index (from 0, in order of first event), v tid, v started_ns. */
	BLOCK_THREADS = 6,
	BLOCK_EVENTS = 7,
	/* v count, then per note: v events before it, v thread, v node, v note kind (enum note_kind),
	 * v time_ns, v number of values, values v. */
	BLOCK_NOTES = 8,
	/* v count, then per sample: v time_ns since the sample before (first: since start), v RSS in pages.
	 */
	BLOCK_RSS = 9,
	/* The live set as a fork child inherits it: v fork id, v events before it, v count, then per
	 * block, by address: v address - address before it, v size_bytes, v node.  A large set is several
	 * blocks of the same fork id, each from address 0. */
	BLOCK_SNAPSHOT = 10,
	/* Commit point of the drainer, of no interest to reports: v batch, v events, v allocations,
	 * v hidden allocations, v nodes, v modules, v threads, v frees, v allocated bytes, v freed
	 * bytes, v peak bytes, v time_ns of the last RSS sample, v RSS samples; v count, then per
	 * thread slot: v slot, v incarnation, v records taken, v side records taken, v thread index,
	 * v last stamp, v collections that it is in; v count, then per waiting record: v kind, v thread
	 * index, v side, v key, v known (0, or 1 + the operation of the block's allocation), v block, v
	 * size_bytes, v born, v node, v flags, v stamp; v count, then per thread index: v ordinal of its last
	 * allocation + 1, v node of its last event, v live bytes after that (only an aggregate trace knows
	 * the last two). */
	BLOCK_CURSOR = 11,
	/* What the events amount to, so that a report need not replay them; just before END, and only
	 * if one drainer took all events.  An aggregate trace has one at any time, with MOVES and CURSOR
	 * behind; it is replaced as a whole, as a new file.  v peak time_ns, v peak event (from 0), v lost
	 * frees, v inherited frees, v inherited freed bytes (these two 0), v nodes with figures in all, v of
	 * them in SUMMARY blocks before, v first id; then per node v id - the one expected + 1 (the
	 * first id, then one more than the last), v allocations, v allocated bytes, v frees, v freed
	 * bytes (of blocks that ended here), v frees, v freed bytes (of blocks that began here), v
	 * peak bytes, v peak blocks, v temporary, v stray frees, v sum of lifetimes in ns, v frees, v freed
	 * bytes by a collector (these three of blocks that began here; version 2 has not the last two); and
	 * a 0.  Large ones are several blocks with the same head, but for the place.
	 * Where blocks are sampled all these are estimates, counts of blocks in parts (figures/weight.h),
	 * and behind the 0 stand v sample_bytes, v events, v spread. */
	BLOCK_SUMMARY = 12,
	/* v how (enum end_kind), v duration_ns, v events, v allocations, v frees, v allocated bytes,
	 * v freed bytes, v peak bytes, v peak RSS bytes, v lost events, v flags (enum end_flags),
	 * v bytes of that RSS that the recording itself took, at least, v 1 + time_ns from which on nothing
	 * was recorded (0: never), v why (enum blind_reason), v call paths that were cut short for want of
	 * room, v programs that it started and that went unrecorded, v signal that killed
	 * it, 0 if none or unknown (the last six may be missing).
	 * Where blocks are sampled, bytes are estimates, counts those of what is recorded. */
	BLOCK_END = 13,
	/* From which node to which the threads' successive events went; with SUMMARY, unless there were too
	 * many: v moves in all, v of them in blocks before, v of them here; then per move
	 * z from - from before it in this block, z to - from, v how often, v greatest live bytes after the
	 * last event at from, v greatest live bytes before the first at to.  Node 0 is before a thread's
	 * first event and after its last. */
	BLOCK_MOVES = 14,
	/* The heap over time as older drainers sampled it: not written any more, nor read; see INTERVALS. */
	BLOCK_SERIES = 15,
	/* In a fork child's trace: which addresses were freed that it does not know, so that a report finds
	 * them in its parent's SNAPSHOT: v count, then per STRAY_FREE z address / 8 - the one before it in
	 * this block. Only the first FORMAT_STRAYS_MAX. */
	BLOCK_STRAYS = 16,
	/* What the symbolizer of the machine said of the code of all nodes, behind END, by whoever reported
	 * the trace first or waited for it: so it can be reported where program and debug information are
	 * not.  No part of the recording: nothing that was counted depends on it.  v bytes in all, v of them
	 * in blocks before, then these bytes; blocks that do not continue those before begin anew, and the
	 * last complete sequence holds.  The bytes: v hash of what the executable was made of, v CRC-32 of
	 * the code that codes below are about; and tables, each with its v count before it: texts: text,
	 * sorted; from here on "t" is a v index, from 1, 0 being the empty one functions: t name, t file, t
	 * module, v 0 or 1 + the function that it is a part of, z first line - that of the function before, z
	 * last line - first line, v flags (1 nested, 2 marked, 4 system, 8 allocator) | what its type says
	 * (enum signature) << 4 codes, of all nodes by module, pc, exactness, each once, labels apart: v
	 * flags (1 called, 2 entered, 4 exported) | frames << 3, v called, v entered (numbers of pairs), t
	 * exported name (these three by flag; without the last that of the code before), frames pairs, of a
	 * function called and the one entered where jumps left frames out: v called, v entered, v frames,
	 * frames modules, of all MODULES and the unknown one: v runtimes (enum runtime) << 1 | has debug
	 * information sources: t file, v bytes, v time of its last change in ns, 16 bytes MD5 marked
	 * functions: v function;  warnings: t Frames, innermost first, each: v flags (1 inlined, 2 jumped, 4
	 * instance, 8 offset, 16 line), z function - that of the frame before, t instance, z offset - that
	 * before, z line - that before (these three by flag, and against the last frame of the same
	 * function). */
	BLOCK_NAMES = 17,
	/* Source text of functions, from `mprof pack`; in pieces as NAMES.  The bytes: v files, then per
	 * file: text path, 16 bytes MD5 of the whole file, v ranges, and per range v lines that are not here
	 * since the last that is, v lines, and each line as a text. */
	BLOCK_SOURCES = 18,
	/* The heap over time by call path, exact at the boundaries of intervals and at the highest point
	 * within each; beside SUMMARY, and with the same rules; in pieces as NAMES, and an aggregate trace's
	 * last are those that count.  The bytes: v intervals, and then per interval v length_ns (the first
	 * begins at 0), v ns from its beginning to its highest point, v events (0: an idle time), z live
	 * bytes and z blocks from beginning to end, z bytes and z blocks from beginning to highest point, v
	 * greatest RSS in pages that was seen (0: none was), v flags (1: its end is at a mark, or where a
	 * phase begins or ends), v call paths that changed in it, v bytes of these. Per path, in order of
	 * nodes: v (node - the one expected: first 0, then one more than the last) << 5 | how << 3 | peak <<
	 * 1 | 1 if the next two are there; z bytes and z blocks from beginning to end; z bytes and z blocks
	 * to the highest point, if peak is 2 (0: nothing, 1: the two before); v bytes and v blocks that were
	 * allocated in it, if how is 2 (0: none, 1: as from beginning to end).  Blocks as in SUMMARY. */
	BLOCK_INTERVALS = 19,
	/* Call paths' figures by the kind of block (class of size, allocating thread), by where blocks were
	 * freed and by how long they lived, and figures of threads; beside SUMMARY, with the same rules, and
	 * in pieces as NAMES.  What has one key only is told from SUMMARY, and so is each path's first key:
	 * it has what the others leave.  A class c is of the numbers from 2^c to 2^(c + 1) - 1, 0 being in
	 * the first; lifetimes count steps of 2^16 ns, and allocations from the block's own, to the free. The
	 * bytes: columns, each with its v length before it.  Per path with allocations, in order of nodes: 1
	 * v kinds beside the first; 2 z class of the first - that of the average size; 3 z thread index of
	 * the first - that of the path before; 4 per other kind v class, v thread index + 1 (0: of several),
	 * v allocations, v allocated bytes, v live blocks and bytes, v blocks and bytes at the peak, v
	 * temporary. Per path of whose blocks some ended: 5 v places beside the first where they did; 6 z
	 * node of the first - that of the path before; 7 per other place z node - that of the first; 8 v
	 * blocks; 9 z bytes - the path's freed bytes times these blocks / its freed blocks; 10 v lifetimes
	 * beside the first; 11 z class in time of the first - that of the average; 12 v class in allocations
	 * of the first; 13 per other lifetime v class in time, v class in allocations, v blocks. 14 per
	 * thread, 65536 at most, the last being all behind, too: v allocations, v allocated bytes, v frees, v
	 * freed bytes, v live bytes and v greatest live bytes of what it allocated, v blocks and v bytes of
	 * that which others freed, v blocks and v bytes that it freed of others'. */
	BLOCK_BREAKDOWN = 20,
	/* What traced lines did; just before END, in pieces as NAMES.  The bytes: v functions, each: text
	 * name, text file, text module's path, v line of its declaration, v last line, v why it is not traced
	 * (enum plan_refusal of plan.h), v rows, each: v line - the one before (first: that of the
	 * declaration) as z, v why it is not traced, v visits (of the first row: calls), v ns in them, v ns
	 * less those of traced functions that were called, v most live bytes after it + 1 (0: not known), v
	 * most resident bytes (0: not known). */
	BLOCK_LINES = 21,
};

/* What is added to a recording, and is none of it. */
static inline int format_is_extra(unsigned kind)
{
	return kind == BLOCK_NAMES || kind == BLOCK_SOURCES;
}

/*
 * BLOCK_EVENTS.  Head: v first event, v events, v allocations before, v time_ns of the
 * first, v threads' current index at the start, v operations known before, then seven
 * columns, each preceded by its v length in bytes:
 *   1 new operations: per operation v type (enum operation_type | flags), z node - node of
 *     the operation before it in this column, then v size_bytes (FIXED), or v its own index -
 *     that of the allocation whose block it ends (FREE and LOST, but for LOOSE ones);
 *     they get the next free operation indices
 *   2 operation index of each event, v
 *   3 per LOOSE FREE or LOST: v index of the allocation's operation
 *   4 per ALLOC that is not FIXED, and per end of such a block: v size_bytes
 *   5 per STRAY_FREE: z address / 8 - the one before it in this block (address % 8 is not kept)
 *   6 thread switches: per switch v events since the switch before (first: block start), v thread index
 *   7 time marks: per mark v events since the mark before, v nanoseconds since the mark before
 * An event's time is interpolated between marks.  Operations live for the whole file.  So an end says
 * where its block came from and how large it was, not which of such blocks it was: nothing that is
 * summed by call path depends on that, and it would cost more than all the rest.
 */
enum operation_type {
	OPERATION_ALLOC = 0,
	OPERATION_FREE = 1,
	OPERATION_STRAY_FREE = 2, /* of a block that this trace does not know */
	OPERATION_LOST = 3,       /* the block's address was handed out again with no free seen between */
};
#define OPERATION_TYPE_MASK 7u
#define OPERATION_FIXED 8u       /* ALLOC whose size_bytes is part of the operation */
#define OPERATION_TRACKED 16u    /* by mprof_track_*, not by malloc */
#define OPERATION_REALLOC 32u    /* half of a realloc */
#define OPERATION_TEMPORARY 64u  /* FREE by the allocating thread before its next allocation */
#define OPERATION_LOOSE 128u     /* FREE or LOST that names the allocation's operation per event */
#define OPERATION_COLLECTED 256u /* FREE by a thread while it collected garbage; not in version 2 */
#define OPERATION_KNOWN 511u

enum note_kind {                 /* values */
		 NOTE_MARK = 1,  /* label */
		 NOTE_BEGIN = 2, /* label */
		 NOTE_END = 3,   /* label */
		 NOTE_PAUSE = 4,
		 NOTE_RESUME = 5,
		 NOTE_FORK = 6, /* fork id */
		 /* Collections of a thread nest.  Version 2 has none of these. */
		 NOTE_GC_BEGIN = 7, /* generation */
		 NOTE_GC_END = 8,   /* generation, candidates, collected, uncollectable, freed bytes, pause in
				       ns   (0: as long as it took) */
		 NOTE_CACHE = 9,    /* label, entries, hits, misses, size_bytes */
};

enum end_kind {
	END_EXITED = 1,   /* by itself, with whatever status */
	END_REPLACED = 2, /* it went on as another program */
	END_KILLED = 3,   /* by a signal */
	END_UNKNOWN = 4,  /* by itself or by a signal: in the file it is KILLED with END_HOW_UNKNOWN */
};

/* Why a recording ended before its program. */
enum blind_reason {
	BLIND_NOT = 0,
	BLIND_NO_DRAIN = 1,  /* nobody took the events, and all the memory there is for them was full */
	BLIND_NO_ROOM = 2,   /* memory or disk refused the little that is needed in any case */
	BLIND_CONFINED = 3,  /* the same, of what was reserved before system calls were filtered */
	BLIND_NO_THREAD = 4, /* too many threads at a time */
};

enum end_flags { END_FOREIGN_MALLOC = 1, END_HOW_UNKNOWN = 2 };

#endif
