/*
 * session.h - the memory that recorder and drainer share.
 *
 * One sparse file per recorded process, mapped MAP_SHARED: whole by the drainer
 * (consumer), in pieces as they are needed by the shim (producer), which gets
 * each from the one before.  So a program which closes all its descriptors,
 * changes root or drops privileges goes on being recorded; and since it is a
 * file, what was committed outlives SIGKILL of either side.
 *
 * Layout: header | thread slots | modules | text | nodes | chunks, each region
 * at the offset that the header names.  Fixed-width fields, little endian,
 * both sides are always the same build: SESSION_VERSION is bumped with every
 * change, and a drainer refuses any other version.
 *
 * This header knows nobody.  It may be included from the shim: no libc calls.
 */
#ifndef MPROF_TRACE_SESSION_H
#define MPROF_TRACE_SESSION_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_MAGIC UINT64_C(0x3130534553504d) /* "MPSES01" */
#define SESSION_VERSION 11

/* ---- records: 16 bytes, committed in order per thread -------------------- */

/* w0: address / 8 (44 bits) | size_bytes (17) | type (3)
 * w1: node (28) | stamp (36), stamp = ticks >> header.stamp_shift, low 36 bits */
struct session_record {
	uint64_t w0, w1;
};

enum record_type {
	RECORD_NONE = 0,        /* never committed: zero memory is not a record */
	RECORD_ALLOC = 1,       /* a block came into being; stamped after the real call */
	RECORD_FREE = 2,        /* a block ends; stamped and committed before the real call */
	RECORD_TRACK_ALLOC = 3, /* the same two for mprof_track_*: a key space of their own */
	RECORD_TRACK_FREE = 4,
	RECORD_REALLOC_FREE = 5, /* realloc's old block; the same thread's next record is an
				    ALLOC (it ended), REALLOC_UNSAMPLED (so it did) or
				    REALLOC_FAILED (it lives on) */
	RECORD_EXT = 6,          /* subtype (8 bits at 53) | payload (53); see ext_type */
	RECORD_HIDDEN_ALLOC = 7, /* allocated while paused: its free must not surprise */
};

/* A PREFIX qualifies the thread's next record and carries 64 bits in w1.  The
 * others are events of their own: w1 = node | stamp, payload in w0. */
enum ext_type {
	EXT_SIZE = 1,           /* prefix: size_bytes that does not fit 17 bits */
	EXT_ADDRESS = 2,        /* prefix: address that does not fit a record */
	EXT_EPOCH = 3,          /* prefix: full ticks >> stamp_shift of the next record */
	EXT_VALUE = 4,          /* prefix: one more argument of the next note */
	EXT_REALLOC_FAILED = 5, /* undoes this thread's last REALLOC_FREE */
	EXT_MARK = 6,           /* payload: label's text offset (session_text) */
	EXT_BEGIN = 7,          /* payload: label */
	EXT_END = 8,            /* payload: label */
	EXT_PAUSE = 9,
	EXT_RESUME = 10,
	EXT_FORK = 11, /* payload: fork id; the live set of now is the child's */
	EXT_SYNC = 12, /* payload: sequence number; answered in header.synced */
	EXT_REALLOC_UNSAMPLED =
		13,        /* this thread's last REALLOC_FREE ended its block; the new one is not recorded */
	EXT_GC_BEGIN = 14, /* payload: generation */
	EXT_GC_END = 15,   /* payload: generation; values: candidates, collected, uncollectable, freed
			      bytes, duration_ns */
	EXT_CACHE = 16,    /* payload: label; values: entries, hits, misses, size_bytes */
	EXT_THREAD = 17,   /* payload: tid; from here on the queue is that thread's, which has begun now */
	EXT_LINE = 18,     /* payload: row of the plan; a visit of the line has ended */
};

#define RECORD_ADDRESS_SHIFT 3
#define RECORD_ADDRESS_BITS 44
/* Blocks lie below 2 to this, or each of their records takes a prefix: so it is on x86-64.  aarch64 has more.
 */
#define RECORD_ADDRESS_LIMIT_BITS (RECORD_ADDRESS_BITS + RECORD_ADDRESS_SHIFT)
#define RECORD_SIZE_BITS 17
#define RECORD_SIZE_MAX ((UINT64_C(1) << RECORD_SIZE_BITS) - 1)
#define RECORD_TEMPORARY 1u /* in size_bytes of a sampled block's FREE, REALLOC_FREE and TRACK_FREE */
#define RECORD_NODE_BITS 28
#define RECORD_STAMP_BITS 36
#define EXT_PAYLOAD_BITS 53

static inline int record_address_fits(uint64_t address)
{
	return (address & 7) == 0 && address >> RECORD_ADDRESS_LIMIT_BITS == 0;
}

static inline uint64_t record_w0(enum record_type type, uint64_t address, uint64_t size_bytes)
{
	return address >> RECORD_ADDRESS_SHIFT | size_bytes << RECORD_ADDRESS_BITS |
	       (uint64_t)type << (RECORD_ADDRESS_BITS + RECORD_SIZE_BITS);
}

static inline uint64_t record_ext_w0(enum ext_type ext, uint64_t payload)
{
	return (payload & ((UINT64_C(1) << EXT_PAYLOAD_BITS) - 1)) | (uint64_t)ext << EXT_PAYLOAD_BITS |
	       (uint64_t)RECORD_EXT << (RECORD_ADDRESS_BITS + RECORD_SIZE_BITS);
}

static inline uint64_t record_w1(uint32_t node, uint64_t stamp)
{
	return (uint64_t)node | stamp << RECORD_NODE_BITS;
}

static inline enum record_type record_type_of(const struct session_record *r)
{
	return (enum record_type)(r->w0 >> (RECORD_ADDRESS_BITS + RECORD_SIZE_BITS));
}

static inline enum ext_type record_ext_of(const struct session_record *r)
{
	return (enum ext_type)(r->w0 >> EXT_PAYLOAD_BITS & 0xff);
}

static inline uint64_t record_ext_payload(const struct session_record *r)
{
	return r->w0 & ((UINT64_C(1) << EXT_PAYLOAD_BITS) - 1);
}

static inline uint64_t record_address(const struct session_record *r)
{
	return (r->w0 & ((UINT64_C(1) << RECORD_ADDRESS_BITS) - 1)) << RECORD_ADDRESS_SHIFT;
}

static inline uint64_t record_size_bytes(const struct session_record *r)
{
	return r->w0 >> RECORD_ADDRESS_BITS & RECORD_SIZE_MAX;
}

static inline uint32_t record_node(const struct session_record *r)
{
	return (uint32_t)(r->w1 & ((UINT64_C(1) << RECORD_NODE_BITS) - 1));
}

static inline uint64_t record_stamp(const struct session_record *r)
{
	return r->w1 >> RECORD_NODE_BITS;
}

/* ---- chunks: a thread's ring is a linked queue of these ------------------ */

#ifndef SESSION_CHUNK_BYTES /* tests/model has tiny ones */
#define SESSION_CHUNK_BYTES 65536
#endif
/* So many are mapped from the start. */
#define SESSION_CHUNKS_FIRST 16u

#define SESSION_CHUNK_RECORDS ((SESSION_CHUNK_BYTES - 64) / 16)

/* Single producer (the owning thread), single consumer (the drainer).  The
 * producer closes a chunk by storing `next`; the consumer then moves on, and
 * pushes the closed one on header.free_chunks once its events are on disk. */
struct session_chunk {
	uint64_t first_record;      /* ordinal of records[0] in the thread's stream */
	_Atomic uint32_t committed; /* records that the consumer may read */
	_Atomic uint32_t next;      /* chunk index + 1; 0 while this one is open */
	_Atomic uint32_t free_next; /* chunk index + 1, while on the free stack */
	uint32_t thread;            /* slot that filled it, for diagnostics */
	uint8_t pad[40];
	struct session_record records[SESSION_CHUNK_RECORDS];
};
_Static_assert(sizeof(struct session_chunk) == SESSION_CHUNK_BYTES, "chunk size");
_Static_assert(offsetof(struct session_chunk, records) == 64, "chunk header size");

/* ---- thread slots -------------------------------------------------------- */

#ifndef SESSION_SIDE_RECORDS /* as above; a slot has the size of half a page */
#define SESSION_SIDE_RECORDS 58
#endif
/* What the shim has besides, for the drainer to tell about how much memory the recording took. */
#define SESSION_THREAD_PRIVATE_BYTES 65536 /* what a thread's rules and scratch space touch, about */
#define SESSION_RULES_BYTES (2u << 20)     /* table of all threads' rules; sparse */
#define SESSION_INDEX_BYTES_LEAST 65536u   /* of nodes_indexed; twice as large whenever it is half full */

enum thread_state {
	THREAD_FREE = 0,
	THREAD_OWNED = 1,
	THREAD_VACANT = 2,   /* its thread has ended, and the next one takes over slot and queue */
	THREAD_RETIRING = 3, /* the drainer gives it back */
};

/*
 * Claimed by a thread at its first event.  A thread that sees its end leaves the slot, queue and all, to the
 * next one.  What other threads leave behind the drainer gives back, when the thread is gone and all its
 * events are taken.
 *
 * owner: tid (32 bits) | how often the slot was taken over (24) | enum thread_state (8).  In one word, so
 * that the drainer cannot give back a slot that has changed hands since it asked whether the thread lives.
 */
struct session_thread {
	_Atomic uint64_t owner;
	_Atomic uint64_t incarnation; /* how many times this slot was claimed */
	uint64_t started_ticks;       /* of who claimed it */
	_Atomic uint64_t lost_events; /* of its threads; written by them alone */
	_Atomic uint32_t first_chunk; /* index + 1; the consumer's from the claim on */
	_Atomic uint32_t free_next;   /* slot index + 1, while on the free stack */
	uint32_t claimed_tid;         /* of who claimed it */
	uint8_t pad0[20];
	/* Side ring: events of signal handlers that interrupted the shim itself.  One writer
	 * at a time, since it blocks signals; w0 is stored last, then the head moves; the
	 * consumer zeroes w0 and advances side_tail. */
	_Atomic uint64_t side_head;
	uint8_t pad1[56];
	_Atomic uint64_t side_tail;
	uint8_t pad2[56];
	struct {
		_Atomic uint64_t w0, w1; /* as session_record, but w1 = full ticks >> stamp_shift */
		_Atomic uint64_t size_bytes, address;
	} side[SESSION_SIDE_RECORDS];
};
_Static_assert(sizeof(struct session_thread) % 64 == 0, "slots keep cache lines apart");

static inline uint64_t thread_owner(uint32_t tid, uint64_t hands, enum thread_state state)
{
	return (uint64_t)tid << 32 | (hands & 0xffffff) << 8 | (uint64_t)state;
}

static inline enum thread_state thread_owner_state(uint64_t owner)
{
	return (enum thread_state)(owner & 0xff);
}

static inline uint32_t thread_owner_tid(uint64_t owner)
{
	return (uint32_t)(owner >> 32);
}

static inline uint64_t thread_owner_hands(uint64_t owner)
{
	return owner >> 8 & 0xffffff;
}

/* ---- modules, nodes, text ------------------------------------------------ */

#define SESSION_BUILD_ID_BYTES 32

/* A loaded object, written once by the shim when it first meets code of it. */
struct session_module {
	uint64_t start, end; /* addresses it covers */
	uint64_t bias;       /* load bias: address = bias + p_vaddr */
	uint64_t loaded_ticks;
	_Atomic uint64_t unloaded_ticks; /* 0 while loaded */
	uint32_t path;                   /* text offset; 0: anonymous code (JIT) */
	uint32_t build_id_bytes;
	uint8_t build_id[SESSION_BUILD_ID_BYTES];
	_Atomic uint32_t ready; /* stored last (release) */
	uint8_t pad[44];
};
_Static_assert(sizeof(struct session_module) == 128, "module size");

/* One edge of the calling context tree.  Node 0 is the root: no stack. */
#define NODE_MODULE_MASK 0xffffu
#define NODE_EXACT_PC 0x80000000u  /* pc was interrupted, not returned to: look up pc, not pc - 1 */
#define NODE_TRUNCATED 0x40000000u /* outer frames are missing: too deep, or no unwind information */
#define NODE_LABEL 0x20000000u     /* no code: pc is the text offset of what its parent's blocks are */

struct session_node {
	uint64_t pc;
	uint32_t parent;
	uint32_t module; /* module index + 1 (0: none known) | NODE_* flags */
};
_Static_assert(sizeof(struct session_node) == 16, "node size");

/* Text: append-only; each entry is a uint32_t length and that many bytes, 4-aligned,
 * with a terminating NUL.  Offsets are relative to the region; 0 is no text. */

/* ---- header -------------------------------------------------------------- */

#define SESSION_PATH_BYTES 4096

/* The number of the drainer's pidfd of the host, if it was given one: by itself it may come too late to open
 * one, and then could not tell how a short-lived host ended. */
#define SESSION_PIDFD 3

enum session_end {
	SESSION_RUNNING = 0,
	SESSION_EXITED = 1,    /* exit, _exit, quick_exit or return from main */
	SESSION_REPLACED = 2,  /* execve put another program in its place */
	SESSION_EXECUTING = 3, /* in execve, which may fail: goes on until the memory is gone */
};

enum session_flags {
	SESSION_TSC = 1,            /* ticks are rdtsc, not CLOCK_MONOTONIC nanoseconds */
	SESSION_FOREIGN_MALLOC = 2, /* the program brings a malloc that hides ours */
	SESSION_FORKED = 4,         /* began in a fork child, not at exec */
	SESSION_AGGREGATE = 8,      /* the trace is to hold sums, no events */
};

/* What the drainer does; who rings makes it AWAKE.  From a nap it comes back by itself, before anybody needs
 * room. */
enum session_doorbell { DOORBELL_AWAKE = 0, DOORBELL_ASLEEP = 1, DOORBELL_NAPPING = 2 };

/* Of the plan of traced lines (plan.h), which the drainer has made, and for which the program waits: at its
 * start, and at each object that it opens later on. */
enum session_plan {
	SESSION_PLAN_WANTED = 0,
	SESSION_PLAN_READY = 1,
	SESSION_PLAN_FAILED = 2,
	SESSION_PLAN_EMPTY = 3, /* of an object: it has none of the functions, and there is no file */
};

/* The time as the drainer last saw it: see preload/record/ordinary.h for who may use it.  Stored without
 * order, since any value that is seen was true once. */
struct session_clock {
	_Atomic uint64_t stamp; /* 0 while the drainer does not look at the clock */
	_Atomic uint64_t age;   /* how many stamps old it may be and still serve */
};

struct session_header {
	/* Written before `ready`, constant afterwards. */
	uint64_t magic;
	uint32_t version;
	_Atomic uint32_t ready;
	uint64_t file_bytes;
	uint64_t mapped_at, mapped_bytes; /* of this header in the recorded process */
	uint64_t threads_offset, modules_offset, text_offset, nodes_offset, chunks_offset;
	uint32_t threads_max, modules_max, nodes_max, chunks_max;
	uint32_t text_max, stamp_shift;
	uint32_t chunks_soft, chunks_hard; /* from so many on producers wait; more there never are */
	uint32_t flags;                    /* enum session_flags */
	uint32_t filters;                  /* of system calls, that there were at the start */
	int32_t pid, parent_pid;
	uint32_t fork_id; /* with SESSION_FORKED: which EXT_FORK of the parent */
	uint64_t started_ticks, started_monotonic_ns, started_realtime_ns;
	uint64_t sample_bytes;   /* mean interval between sampled bytes; 0: every block is recorded */
	uint64_t pid_start_time; /* field 22 of /proc/PID/stat: tells reused pids apart */
	uint64_t root_device,
		root_inode; /* of its "/": paths mean something there alone; both 0: not known */
	uint32_t command, exe, cwd,
		environment; /* text offsets; command and environment: NUL-separated lists */
	uint32_t lines; /* text: names of the functions whose lines are traced, commas between; 0: none */
	char trace_path[SESSION_PATH_BYTES];        /* absolute */
	char parent_trace_path[SESSION_PATH_BYTES]; /* empty: no recorded parent */
	char link_path[64]; /* of a link to this file, where children look for it; empty: it is there itself
			     */

	/* Counters that both sides watch; each on a line of its own. */
	_Alignas(64) _Atomic uint64_t free_chunks;  /* tag << 32 | (index + 1) */
	_Alignas(64) _Atomic uint64_t free_threads; /* tag << 32 | (index + 1) */
	_Alignas(64) _Atomic uint32_t chunks_used;  /* high-water mark */
	_Atomic uint32_t threads_used;
	_Atomic uint32_t modules_used;
	_Atomic uint32_t text_used;
	_Alignas(64) _Atomic uint32_t nodes_used; /* ids handed out; starts at 1 */
	_Atomic uint32_t nodes_indexed;           /* those of them that the shim's index has to know */
	_Atomic uint64_t memo_bytes; /* of threads' stacks, beyond SESSION_THREAD_PRIVATE_BYTES */
	/* Producer to consumer. */
	_Alignas(64) _Atomic uint32_t end_state; /* enum session_end */
	_Atomic uint64_t end_ticks;
	_Atomic uint64_t peak_rss_bytes;      /* with end_ticks; 0: not known */
	_Atomic uint64_t lost_events;         /* by threads without a slot; see the slots for others' */
	_Atomic uint64_t cut_paths;           /* new call paths that there was no room for: cut short */
	_Atomic uint64_t blind_ticks;         /* from when on nothing is recorded any more; 0: never */
	_Atomic uint32_t blind_reason;        /* enum blind_reason of format.h */
	_Atomic uint32_t starving;            /* producers that wait for a chunk */
	_Atomic uint32_t flush_requests;      /* a report wants what is there */
	_Atomic uint32_t unrecorded_children; /* programs started that go unrecorded */
	/* Consumer to producer. */
	_Alignas(64) _Atomic uint32_t
		heartbeat;         /* advances while the drainer lives; futex for starving producers */
	_Atomic uint32_t doorbell; /* futex: enum session_doorbell */
	struct session_clock clock;
	_Atomic uint32_t plan_state; /* futex: enum session_plan; the program asks by SESSION_PLAN_WANTED */
	_Atomic int32_t drainer_pid; /* -errno: why it could not be started */
	_Atomic uint32_t flushes_done;
	_Atomic uint64_t synced;        /* last EXT_SYNC answered */
	_Atomic int64_t live_bytes;     /* as of `synced` */
	_Atomic uint64_t events_taken;  /* of blocks, of all threads */
	_Atomic uint32_t confined;      /* the program filters its system calls: the shim makes none */
	_Atomic uint32_t chunks_backed; /* then: chunks whose pages are there, thanks to the drainer */
	/* Where the drainer's live map is (drain/livemap_file.h); for the next drainer. */
	_Atomic uint32_t live_place;
	_Atomic int32_t drainer_lacks; /* the error number of what it cannot write for; 0: nothing */
	/* Of what plan is wanted, written before it is: its number, and an address of the object in the
	 * program; 0: of all that is loaded. */
	uint32_t plan_number;
	uint64_t plan_at;
};

/* Region accessors where the file is mapped whole; `index` must be below the header's limit. */
static inline struct session_thread *session_thread(struct session_header *s, uint32_t index)
{
	return (struct session_thread *)((char *)s + s->threads_offset) + index;
}

static inline struct session_module *session_module(struct session_header *s, uint32_t index)
{
	return (struct session_module *)((char *)s + s->modules_offset) + index;
}

static inline struct session_node *session_node(struct session_header *s, uint32_t index)
{
	return (struct session_node *)((char *)s + s->nodes_offset) + index;
}

static inline struct session_chunk *session_chunk(struct session_header *s, uint32_t index)
{
	return (struct session_chunk *)((char *)s + s->chunks_offset) + index;
}

static inline char *session_text(struct session_header *s, uint32_t offset)
{
	return (char *)s + s->text_offset + offset;
}

#endif
