/*
 * private.h - what the reader's parts share: the open trace and how its blocks are reached.
 *
 * file.c knows bytes and blocks, tables.c and meta.c what is in them, replay.c events,
 * snapshot.c live sets at forks, open.c puts them together.
 */
#ifndef MPROF_REPORTER_READER_PRIVATE_H
#define MPROF_REPORTER_READER_PRIVATE_H

#include "figures/breakdown_tables.h"
#include "figures/summary.h"
#include "figures/timeline.h"
#include "names/names.h"
#include "reader/codes.h"
#include "reader/pool.h"
#include "reader/reader.h"
#include "base/vector.h"
#include "trace/block.h"
#include "trace/events.h"
#include "trace/format.h"
#include "trace/varint.h"

#define PAGE_BYTES_MAX (1 << 20)
#define WINDOW_BYTES 65536

struct trace_text_label {
	uint64_t id;
	const char *text;
};

/* A sequence of bytes in several blocks; of two sequences the last one that is complete. */
struct extra {
	struct buffer whole, begun;
	uint64_t begun_bytes; /* when complete */
};

struct trace {
	struct trace_info info; /* points into the tables, once they are complete */
	int fd;
	bool opened;         /* all blocks were passed once: where they end is known */
	uint64_t blocks_at;  /* where the first block starts */
	uint64_t blocks_end; /* where the last whole one ends; the file's end until that is known */
	uint64_t page_bytes;
	uint64_t node_pc;   /* of the node before, within a block */
	uint64_t sample_ns; /* of the sample before, which may be in an earlier block */
	uint64_t stray;     /* the address before, within a block */
	struct summary_decoder summary;
	struct figures_summary figures; /* of it, once it is complete */
	struct vector modules, nodes, threads, labels, samples, strays, notes;
	struct codes codes;
	struct pool pool;
	uint8_t window[WINDOW_BYTES]; /* of the file, from window_at on */
	uint64_t window_at;
	size_t window_bytes;
	struct block_codec *codec;
	struct buffer stored, raw; /* the block being read; raw is its payload */
	struct events_decoder *decoder;
	struct extra names_bytes, source_bytes, interval_bytes, breakdown_bytes, line_bytes;
	const struct traced_function *traced;
	size_t traced_count;
	bool lines_asked;
	int lines_error;
	struct timeline timeline;
	bool timeline_asked;
	int timeline_error;
	struct breakdown_tables breakdown;
	bool breakdown_asked;
	int breakdown_error;
	struct names names;
	struct names_key *keys;
	bool names_asked;
};

/* ---- file.c -------------------------------------------------------------- */

/* A block on the way through the file. */
struct block_at {
	uint64_t at;   /* its header's offset */
	uint64_t next; /* the next block's: set this to trace->blocks_at to begin */
	struct format_block_header header;
};

/* Opens the file and reads its heading.  On failure too, trace->fd is trace_close's to close. */
int file_open(struct trace *trace, const char *path, struct diagnostic *diagnostic);

/* Goes to the next block: 1, or 0 at the end, or a negative errno.  Where the file is cut off
 * counts as its end, and info.damaged_at says so. */
int file_next(struct trace *trace, struct block_at *block, struct diagnostic *diagnostic);

/* Reads and checks the block's payload into trace->raw. */
int file_load(struct trace *trace, const struct block_at *block, struct diagnostic *diagnostic);

/* Says that the block's contents make no sense, or that memory ran out; returns `error`. */
int file_bad_block(const struct trace *trace, const struct block_at *block, int error,
		   struct diagnostic *diagnostic);

/* ---- tables.c, meta.c ---------------------------------------------------- */

/* Take the payload of one block each.  0, -EBADMSG or -ENOMEM. */
typedef int table_parser(struct trace *trace, struct varint_cursor *payload);
table_parser table_modules, table_unloaded, table_nodes, table_labels, table_threads, table_notes, table_rss,
	table_summary, table_moves, table_strays, table_end, table_meta, table_names, table_sources,
	table_intervals, table_breakdown, table_lines;

/* An aggregate trace's figures as of its last batch.  0 or -EBADMSG. */
int tables_without_end(struct trace *trace);

/* Once all blocks are read: sorts labels, turns pages into bytes, publishes all in info. */
void tables_complete(struct trace *trace);

/* ---- names.c ------------------------------------------------------------- */

void extras_finish(struct trace *trace);

/* ---- replay.c ------------------------------------------------------------ */

/* Without an END block: event count and duration from the last EVENTS block, loaded in trace->raw. */
int replay_extent(struct trace *trace);

#endif
