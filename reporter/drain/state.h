/*
 * state.h - a drainer: its parts, and what its files do with them.
 *
 * open.c makes it, recover.c brings it back to the last commit point, merge.c takes records,
 * boundaries.c cuts the time line, notes.c takes those that are no blocks, commit.c writes, follow.c does all
 * that until the end.
 */
#ifndef MPROF_REPORTER_DRAIN_STATE_H
#define MPROF_REPORTER_DRAIN_STATE_H

#include "drain/batch.h"
#include "drain/cursor.h"
#include "drain/drain.h"
#include "drain/ledger.h"
#include "drain/lines.h"
#include "drain/live_names.h"
#include "drain/livemap.h"
#include "drain/mapping.h"
#include "drain/queue.h"
#include "drain/tables.h"
#include "drain/timebase.h"
#include "drain/watch.h"
#include "figures/intervals.h"
#include "base/diagnostic.h"

#include <stdbool.h>
#include <stdint.h>

/* A batch is committed when it has taken so many records, or an eighth of the recording so far: as long as
 * it has the chunks, the program needs others, and pages that are used for the first time cost it more than
 * their records.  Larger ones are smaller on disk.  An aggregate's, which writes all figures, may take more.
 */
#define DRAIN_BATCH_LEAST 65536u
#define DRAIN_BATCH_MOST 262144u
#define DRAIN_BATCH_SHARE 8u

/* Different moves between call paths, some 45 bytes each, that are worth their memory: in any trace, and in
 * the largest. */
#define DRAIN_MOVES_LEAST (UINT32_C(1) << 18)
#define DRAIN_MOVES_MAX (UINT32_C(1) << 22)

struct drain_progress;

struct drain {
	struct mapping mapping;
	struct live_names live;
	int trace_fd;
	uint64_t batch_number;  /* of the last CURSOR */
	uint64_t batch_records; /* taken since */
	uint64_t batch_before;  /* events up to it */
	uint32_t thread_count;  /* indices given out */
	struct batch batch;
	struct livemap *map;
	struct ledger ledger;
	struct figures figures;     /* the ledger's, while it counts */
	struct intervals intervals; /* beside figures */
	uint64_t boundary_stamp;    /* records up to here belong to the open interval */
	bool timeless;              /* there are figures, but no intervals */
	uint32_t moves_max;         /* that it may remember: DRAIN_MOVES_MAX */
	struct tables tables;
	struct timebase timebase;
	struct watch watch;
	struct lines lines;
	uint32_t since_look;     /* records since the last look for rounds (rounds.h), */
	uint32_t without_rounds; /* and looks since there were any */
	struct queue **queues;   /* by slot; NULL: not owned */
	uint32_t queues_open;
	struct queue **heap; /* those with records to merge, the earliest first */
	uint32_t heap_count;
	struct cursor recovered; /* where to begin with slots that are met again */
	uint64_t last_event_ns;
	uint64_t stuck_since_ns; /* an event has waited for its node since then; 0: none has */
	bool closed;             /* the batch is complete but not yet in the file */
	bool ending;             /* and it is the last */
	bool unwanted;           /* the trace was gone before it began: taken, and thrown away */
	/* Of the records that waited at first. */
	const struct drain_progress *progress; /* NULL: nobody wants to know */
	uint64_t records_done, records_total;
	/* RSS samples. */
	uint64_t rss_time_ns, rss_count, rss_next_ns, rss_peak_bytes, rss_peak_next_ns;
};

/* open.c: a drainer of a session that the caller has locked, recovered and ready to go on.
 * Takes over the mapping, on failure too.  1: the trace has its END already.  A daemon
 * whose trace is gone takes all the same, and throws away. */
int drain_open(struct drain *drain, struct mapping *mapping, enum drain_mode mode,
	       struct diagnostic *diagnostic);
void drain_close(struct drain *drain);

/* recover.c: reads the trace up to its last CURSOR, cuts off what is behind, restores all.
 * 0, 1 if there is an END, or -errno. */
int recover(struct drain *drain, struct diagnostic *diagnostic);

/* merge.c: how many slots were ever claimed: no queue is beyond, and memory for all others stays untouched.
 */
uint32_t merge_slots(const struct drain *drain);

/* Finds slots that were claimed since. */
void merge_refresh(struct drain *drain);

/* Takes records up to this stamp, in order, until there are no more or the batch is full.
 * `alive`: unfinished nodes are worth waiting for.  0, or -errno from the live map. */
int merge_take(struct drain *drain, uint64_t cutoff, bool alive);

/* From here on the queue is this thread's. */
void merge_name_thread(struct drain *drain, struct queue *queue, uint32_t tid, uint64_t started_ns);

/* Gives back slots whose threads are gone. */
void merge_sweep(struct drain *drain);

/* Lets producers use the drainer's reading of the clock while it is at work: see struct
 * session_clock.  Shown by merge_take, too. */
void merge_show_clock(struct drain *drain);
void merge_hide_clock(struct drain *drain);

/* notes.c: an event that concerns no block. */
void notes_take(struct drain *drain, struct queue *queue, const struct queue_event *event, uint64_t time_ns);

/* commit.c: how many records a batch may take. */
uint64_t commit_records_max(const struct drain *drain);

/* Whether the batch has to be committed before more is taken. */
bool commit_is_due(const struct drain *drain);

/* Writes the batch and gives back what it holds of the session.  -errno: try again later. */
int commit(struct drain *drain);

/* The last commit, with END. */
int commit_end(struct drain *drain, int end_kind, int by_signal);

/* boundaries.c: before the first record. */
void boundaries_init(struct drain *drain);

/* The next record is behind boundary_stamp, at this one: ends the interval if it is worth that. */
void boundaries_cross(struct drain *drain, uint64_t stamp);

/* At a mark, or where a phase begins or ends, here is a boundary that stays. */
void boundaries_mark(struct drain *drain, uint64_t time_ns);

/* After recovery, with figures restored: goes on from the time line by node, which is taken.  0, -EBADMSG or
 * -ENOMEM. */
int boundaries_restore(struct drain *drain, struct timeline *timeline);

/* Ends the open interval, so that figures have the peak of the whole run; false: there are no figures. */
bool boundaries_settle(struct drain *drain);

/* Adds the time line to the batch, and goes on after boundaries_settle. */
void boundaries_write(struct drain *drain);

/* rss.c: takes a sample if it is time to. */
void rss_sample(struct drain *drain);

#endif
