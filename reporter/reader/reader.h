/*
 * reader.h - a trace file, read and checked: tables, then events in order.
 *
 * Input is untrusted: every length, index and checksum is checked, and damage is a
 * diagnostic with file and offset.  A cut-off tail is not damage: what is whole is read,
 * and trace_info says how much is missing.  Knows trace/, knows nothing of the layers above.
 * Not thread-safe per trace; memory is bounded by tables (nodes, modules, operations), never by events.
 */
#ifndef MPROF_REPORTER_READER_H
#define MPROF_REPORTER_READER_H

#include "base/diagnostic.h"
#include "figures/figures.h"
#include "names/names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace;

struct trace_module {
	uint64_t start, end, bias;       /* 0 < start < end where known */
	uint64_t loaded_ns, unloaded_ns; /* since the start of the run; unloaded 0: never */
	const char *path;                /* "" for anonymous code */
	const uint8_t *build_id;
	size_t build_id_bytes;
};

/* One node of the calling context tree.  parent < own id; node 0 is the root. */
struct trace_node {
	uint32_t parent;
	uint32_t code; /* index into trace_code; only the root's is 0 */
};

/* What nodes stand at; each once, in the order in which nodes bring it. */
struct trace_code {
	uint64_t pc;
	uint16_t module;    /* index into trace_module; 0: unknown code */
	bool exact_pc : 1;  /* look up pc itself, not pc - 1 */
	bool truncated : 1; /* outer frames are missing */
	bool label : 1; /* no code: pc is the label of the type of blocks that a node's parent allocates */
};

struct trace_sample {
	uint64_t time_ns, rss_bytes;
};

struct trace_thread {
	uint32_t tid;
	uint64_t started_ns;
};

struct trace_note {
	uint64_t events_before, time_ns;
	uint32_t thread, node, kind; /* enum note_kind */
	uint32_t value_count;
	const uint64_t *values;
};

/* Everything but the events, valid until trace_close. */
struct trace_info {
	const char *path;
	uint64_t file_bytes;
	/* From META; strings are never NULL ("" if absent), lists end with NULL. */
	const char *const *command; /* argv */
	const char *exe, *cwd, *host, *kernel, *parent_trace;
	const char *undrained;          /* why no drainer worked while the program ran; "": one did */
	const char *const *environment; /* "NAME=value" */
	int pid, parent_pid;
	uint64_t sample_bytes; /* mean interval between sampled bytes; 0: every block was recorded */
	uint32_t fork_id;      /* 0: not a fork child */
	bool aggregate;        /* sums are all there is: nothing to replay */
	uint64_t started_realtime_ns;
	const struct trace_module *modules; /* [0] is the unknown module */
	size_t module_count;
	const struct trace_node *nodes; /* [0] is the root */
	size_t node_count;
	size_t inserted_count; /* nodes behind these, at which no event is: a report puts them between others,
				  and then a parent's id is not less, but its parent's is */
	const struct trace_code *codes;
	size_t code_count;
	const struct trace_thread *threads;
	size_t thread_count;
	uint64_t page_bytes; /* unit of rss_pages in intervals */
	const struct trace_sample *samples;
	size_t sample_count;
	const struct trace_note *notes;
	size_t note_count;
	/* How the run ended. */
	bool ended;           /* there is an END block */
	bool recording;       /* there is none yet: the process lives, and is being recorded */
	bool complete;        /* ended, and by exit or execve, and not blind: nothing was cut off */
	int end_kind;         /* enum end_kind, 0 without END */
	uint64_t end_signal;  /* that killed it; 0: none, or not known */
	uint32_t end_flags;   /* enum end_flags */
	uint64_t duration_ns; /* without END: up to the last time mark */
	uint64_t event_count;
	uint64_t lost_events;
	uint64_t blind_since_ns; /* 1 + when the recording ended, if before its program; 0: it did not */
	uint64_t blind_reason;   /* enum blind_reason, or one that is not known yet */
	uint64_t cut_paths;      /* call paths without their innermost frames, for want of room */
	uint64_t peak_rss_bytes;
	uint64_t recorder_bytes;      /* of peak_rss_bytes: taken by the recording itself, about */
	uint64_t unrecorded_children; /* programs started that went unrecorded */
	uint64_t damaged_at;          /* file offset of a cut-off tail; 0: none */
	uint64_t foreign_bytes;       /* behind the end, of whoever put them there; not read */
	uint64_t torn_bytes;          /* behind the end, of names that somebody began to add */
	uint64_t recorded_bytes;      /* of the file up to the end of the recording, before any names */
	uint64_t blocks_end;          /* where the last block ends */
	/* What the events amount to, as the drainer counted; NULL: only a replay can tell.  Blocks that a
	 * fork child inherited are not resolved in it. */
	const struct figures_summary *summary;
	const uint64_t *strays; /* addresses of a fork child's STRAY_FREEs, the first of them at least */
	size_t stray_count;
	uint64_t fingerprint; /* of what was recorded, wherever it lies */
};

enum trace_event_type {
	EVENT_ALLOC,      /* a block comes into being */
	EVENT_FREE,       /* a block ends */
	EVENT_STRAY_FREE, /* one that this trace does not know */
	EVENT_LOST,       /* a block ended unseen before this point */
};

struct trace_event {
	uint64_t size_bytes; /* of the block; STRAY_FREE: its address instead, a multiple of 8 */
	uint64_t time_ns;    /* since the start of the run, interpolated */
	uint32_t node;       /* call path of the allocation or the free */
	uint32_t origin;     /* FREE, LOST: call path of the block's allocation */
	uint32_t thread;     /* index into threads */
	uint8_t type;        /* enum trace_event_type */
	bool tracked;        /* mprof_track_*, not malloc */
	bool reallocated;    /* half of a realloc */
	bool temporary;      /* FREE by the allocating thread before its next allocation */
	bool collected;      /* FREE by a thread while it collected garbage */
};

/* Called with up to a few thousand consecutive events; return non-zero to stop (passed through). */
typedef int trace_events_fn(void *context, const struct trace_event *events, size_t count);

/*
 * Opens and indexes a trace: header, META, tables, END; events are skipped over.
 * Errors: -ENOENT/-EACCES..., -ENODATA (empty), -EINVAL (not a trace), -ENOTSUP (version),
 * -EBADMSG (damaged at offset).  On failure *out is NULL.
 */
int trace_open(const char *path, struct trace **out, struct diagnostic *diagnostic);
void trace_close(struct trace *trace); /* NULL is fine */

const struct trace_info *trace_info(const struct trace *trace);

static inline const struct trace_code *trace_code(const struct trace_info *info, uint32_t node)
{
	return &info->codes[info->nodes[node].code];
}

/* What was said of the trace's code when it was recorded, or reported first; NULL if nothing was, or it makes
 * no sense.  Lives as long as the trace. */
const struct names *trace_names(struct trace *trace);

/* Whether there are names, be they of use or not. */
bool trace_has_names(const struct trace *trace);

/* The same of source text: its bytes as they are stored, 0 of them if there is none. */
const uint8_t *trace_sources(const struct trace *trace, size_t *bytes);

/* A line of a function that was traced; the first is that of its declaration, and its hits are calls. */
struct traced_line {
	uint32_t line, refusal; /* why it is not traced: enum plan_refusal of trace/plan.h */
	uint64_t hits;
	uint64_t ns, own_ns; /* in it, and less what traced functions took that it called */
	/* The most after any visit; 0: not known. */
	uint64_t live_bytes_and_one, rss_bytes;
};

struct traced_function {
	const char *name, *file, *module;
	uint32_t first_line, last_line, refusal;
	const struct traced_line *lines; /* by line */
	size_t line_count;
};

/* Functions whose lines were traced, if any were; they live as long as the trace.  0, -EBADMSG or -ENOMEM. */
int trace_lines(struct trace *trace, const struct traced_function **functions, size_t *count);

/* What the codes of names are about: all code, each once and sorted, `*count` of them.  The caller's to
 * free(); NULL: no memory. */
struct names_key *trace_names_keys(const struct trace_info *info, size_t *count);

/* The label with this id, "" if there is none. */
const char *trace_label(const struct trace *trace, uint64_t id);

/* The value of a variable that the program was started with, as far as the recording keeps them; NULL: none.
 */
const char *trace_variable(const struct trace_info *info, const char *name);

/* 0, or -ENOTSUP: an aggregate trace has sums only. */
int trace_has_events(const struct trace *trace, struct diagnostic *diagnostic);

/* Streams all events in order; may be called again.  Whether a block that ends lives is the model's
 * to check.  -ENOTSUP: there are none. */
int trace_replay(struct trace *trace, trace_events_fn *events, void *context, struct diagnostic *diagnostic);

/* The same, but as the decoder has them: for who looks at every event and is in a hurry. */
struct events_run; /* trace/events_run.h */
typedef int trace_run_fn(void *context, struct events_run *run);
int trace_replay_runs(struct trace *trace, trace_run_fn *run, void *context, struct diagnostic *diagnostic);

/* The heap over time by call path, checked against the summary when it is asked for first; the trace's.  *out
 * is NULL where there is none: an older trace, or one whose drainer did not see it to its end.  0, or
 * -EBADMSG or -ENOMEM with a diagnostic. */
struct timeline; /* figures/timeline.h */
int trace_timeline(struct trace *trace, const struct timeline **out, struct diagnostic *diagnostic);

/* Figures by kinds of blocks, places of freeing, lifetimes and threads, checked against the summary when they
 * are asked for first; the trace's.  *out is NULL where there are none, as above; -EBADMSG or -ENOMEM too. */
struct breakdown_tables; /* figures/breakdown_tables.h */
int trace_breakdown(struct trace *trace, const struct breakdown_tables **out, struct diagnostic *diagnostic);

/* A live block at the moment of a fork, by address. */
struct trace_inherited {
	uint64_t address, size_bytes;
	uint32_t node; /* in the parent's trace: where it was allocated */
};

/* The parent's live set at the fork with this id, maybe of no block.  The array is the caller's to free().
 * 0, or with a diagnostic -ENOENT (the trace does not tell of that fork, maybe not yet), -EBADMSG or -ENOMEM.
 */
int trace_snapshot(struct trace *trace, uint32_t fork_id, struct trace_inherited **blocks, size_t *count,
		   struct diagnostic *diagnostic);

/* Only the file header, without checking the rest: what `list` needs and how a trace still
 * being recorded names its session file.  session_path is "" if the header has none. */
struct trace_heading {
	int pid;
	uint64_t started_realtime_ns;
	char session_path[4096];
};
int trace_read_heading(const char *path, struct trace_heading *out, struct diagnostic *diagnostic);

/* Whether a file begins as traces of all versions do, be it damaged further on. */
bool trace_is_at(const char *path);

#endif
