/*
 * private.h - what the files of reporter/profile share; nobody else includes it.
 */
#ifndef MPROF_REPORTER_PROFILE_PRIVATE_H
#define MPROF_REPORTER_PROFILE_PRIVATE_H

#include "figures/breakdown_tables.h"
#include "figures/summary.h"
#include "figures/timeline.h"
#include "replay/model.h"
#include "profile/ownership.h"
#include "profile/profile.h"
#include "profile/scopes.h"
#include "base/map.h"
#include "base/pool.h"

/* What there is of collections and the like, and what it is made from. */
struct gc_figures {
	struct collections result;
	struct collection *collections;
	struct collection_group *generations, *lines;
	struct collection_sum *scopes; /* one per scope; NULL: there are none */
	struct collected_site *sites;
	struct typed_blocks *types;
	struct cache *caches;
	bool known, all_known; /* the collections; and the rest */
};

/* Call sites: each once, and whose each call path is. */
struct site_list {
	struct site *sites;
	size_t count, capacity;
	uint32_t *of_node;     /* by node: index of its site + 1; 0: it began no blocks, or has no name yet */
	struct map known;      /* by function and spot: index + 1 */
	bool collected, named; /* all but those within the C library; these too */
};

/* The call-path tree with the frames that jumps left out; all zero: not asked for, or none were. */
struct put_back {
	bool done;
	struct trace_info info;
	struct trace_node *nodes;
	struct trace_code *codes;
	struct pool frames;
};

/* What the symbolizer said of code; NULL: it was not asked. */
struct code_frames {
	const struct source_frame *list;
	size_t count;
};

struct profile {
	const struct profile_options *options;
	struct suppressions suppressions; /* those of the options first */
	struct trace *trace;
	const struct trace_info *info;
	struct pool pool;                  /* results that need no end of their own */
	const struct trace_info *recorded; /* as it was before frames were put back */
	struct symbolizer_options symbols;
	struct trace_module *modules; /* the trace's, and the executable if no path leads there; or NULL */
	struct symbolizer *symbolizer;
	struct code_frames *frames; /* by trace_code */
	struct put_back put_back;
	struct sources *sources;
	struct model *model; /* figures; may borrow from the next two */
	struct summary_decoder kept;
	struct figures_summary kept_summary;
	const struct timeline *timeline; /* the trace's, or the next; NULL: not asked for, or there is none */
	struct timeline replayed;
	bool windowed;       /* the model's figures are the window's, */
	struct model *whole; /* and these the whole run's; NULL: the model's are */
	struct window window;
	struct block_selection blocks;
	const struct breakdown_tables *breakdown; /* the trace's, or the next; NULL: not asked for */
	struct breakdown_tables replayed_breakdown;
	struct figures_nodes window_nodes;
	struct figures_summary window_summary;
	struct phase *phases; /* NULL: not asked for */
	size_t phase_count;
	bool phases_measured;
	bool replay_complete; /* the last replay knew all that it could have known */
	struct ownership ownership;
	bool *passing;            /* by node: what a view is of; NULL: all */
	bool nothing_passes;      /* and it is told that none is */
	bool names_known;         /* all code is looked up, but for what is skipped */
	struct overview overview; /* what remains of blocks: once remains are known */
	struct site_list sites;
	uint8_t *begins; /* by function id, whether programs or threads begin in it: 0: not asked yet */
	size_t begins_capacity;
	struct path_tree *paths; /* groups.c's; NULL: not asked for */
	struct gc_figures gc;
	char **warnings;
	size_t warning_count;
	size_t modules_warned; /* of the warnings, those of modules; all at the end */

	/* Line tables. */
	struct table_choice choice;
	struct scope_map scopes;    /* of what is shown */
	struct amounts *sums;       /* one per scope */
	struct model_scope *visits; /* one per scope; NULL: not asked for */
	struct selection selection; /* of the options, or recorded */
	bool own_code;              /* no other functions than the program's own may be chosen */
	bool *chosen;               /* by function id */
	size_t function_count;      /* functions that may be chosen: those met on call paths */
	bool *inner;            /* by function id: chosen for the lines that it has in another one's table */
	const char **instances; /* by function id: the name of those instances that are chosen; NULL: all */
	bool chosen_by_figures; /* nobody named a function */
	bool nothing_matched;   /* of what was selected */
	size_t limit;           /* how many of the chosen are shown; 0: all */
	const char **globs;     /* of the recorded MPROF_FUNCTIONS, in one allocation */
	struct line_table *tables;
	size_t table_count;
	bool tables_known;
	const struct traced_function *traced; /* the trace's */
	size_t traced_count;
};

/* What traced lines did: reads it; chooses the functions that ran, and says how many; adds it to the tables,
 * and tables of those that allocated nothing.  traced.c */
void profile_know_traced(struct profile *profile);
size_t profile_choose_traced(struct profile *profile);
void profile_add_traced(struct profile *profile);

/* The line at which a function's own text includes a line of another file; 0: unknown.  included.c */
uint32_t profile_inclusion(void *profile, const struct source_function *function, const char *file,
			   uint32_t line);

/* Opens the trace, and what is asked about its code and sources.  0, or -errno with a diagnostic. */
int profile_open_inputs(struct profile *profile, const char *path, struct diagnostic *diagnostic);

/* Adds names to the trace if it has none.  remember.c */
void profile_remember(struct profile *profile);

/* Adds a line to the warnings; 0 or -ENOMEM. */
int profile_warn(struct profile *profile, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The frames of a node, innermost first; 0 for the root, and where there is no code. */
size_t profile_frames(struct profile *profile, uint32_t node, const struct source_frame **frames);

/* Whether nothing of the node's code can be the user's, and so its names are not looked up. */
bool profile_skips(const struct profile *profile, uint32_t node);

/* The frames of a node but for one that is skipped: of all others, the functions' ids index profile->chosen.
 */
size_t profile_met_frames(struct profile *profile, uint32_t node, const struct source_frame **frames);

/* Whether a frame of a chosen function is of an instance that is chosen: as a frame_source's `counts`. */
bool profile_counts(void *profile, const struct source_frame *frame);

/* The frames of code itself; and as a frames_fn, whose context is the profile, but for what is skipped. */
size_t profile_code(struct profile *profile, uint32_t code, const struct source_frame **frames);
size_t profile_met_code(void *profile, uint32_t code, const struct source_frame **frames);

/* Replaces the model's figures by those of the window that the options ask for, if they do.  0, or -errno
 * with a diagnostic.  window.c */
int profile_open_window(struct profile *profile, struct diagnostic *diagnostic);

/* Takes what the options say of blocks; and leaves the model the figures of these alone, unless all events
 * were read for them, which is the window's to do.  0, or -errno with a diagnostic.  blocks.c */
int profile_parse_blocks(struct profile *profile, struct diagnostic *diagnostic);
int profile_open_blocks(struct profile *profile, struct diagnostic *diagnostic);
bool profile_replays_sizes(const struct profile *profile);

/* Puts the frames that jumps left out into profile->info.  Looks up all code but the C library's; does
 * nothing the second time.  0 or -ENOMEM.  put_back.c */
int profile_put_back(struct profile *profile);
void put_back_finish(struct put_back *put_back);

void path_tree_free(struct path_tree *tree); /* groups.c; NULL is fine */

/* Gives the model the blocks of a fork's parent, if there was one.  Without the parent's trace the child's
 * frees of inherited blocks stay unmatched: counted, not fatal.  0 or -ENOMEM.  replay.c */
int profile_inherit(struct profile *profile, struct model *model, struct diagnostic *diagnostic);

/* Replays the trace into a new model, the blocks of a fork's parent included.  replay.c */
int profile_replay(struct profile *profile, struct model **model, struct diagnostic *diagnostic);

/* Makes profile->model.  known.c */
int profile_know_figures(struct profile *profile, struct diagnostic *diagnostic);

/* Each of these does nothing the second time.  known.c, handle.c */
void profile_know_remains(struct profile *profile);  /* what becomes of blocks that were not freed */
void profile_know_names(struct profile *profile);    /* of all code but what is skipped */
void profile_know_wrappers(struct profile *profile); /* with the frames that jumps left out put back */

/* With scopes and model there: the visits of all scopes. */
int profile_know_visits(struct profile *profile);

/* Ends the process where there is no memory: a reporter has nothing to save. */
void profile_must(int error);

/* The visits of a chosen function's line, or with line 0 of the function. */
const struct model_scope *profile_visits(const struct profile *profile, uint32_t function, uint32_t line);

/* Finds out what the user asks for: profile->selection and ->own_code.  0 or -ENOMEM.  choose.c */
int profile_select(struct profile *profile);

/* Fills profile->chosen and ->limit, from names alone. */
int profile_choose(struct profile *profile);

/* Keeps the greatest ->limit of the chosen, by figures. */
int profile_narrow(struct profile *profile);

/* Chooses what stands within the chosen functions, too. */
int profile_choose_inner(struct profile *profile);

/* Whether a function stands in the body of another one: a lambda, a local class's method. */
bool profile_lies_within(const struct source_function *inner, const struct source_function *outer);

/* The program's own: what its authors can change, with lines to show. */
bool profile_is_own(struct profile *profile, const struct source_function *function);

/* The innermost frame of the program's own on a call path, but for the wrappers (NULL: none); where all are
 * library code, the innermost.  sites.c */
struct source_frame profile_site(struct profile *profile, uint32_t leaf, const struct selection *wrappers);

/* What there is to say of a frame that the path of `leaf` has its site at; no amounts.  sites.c */
void profile_describe_site(struct profile *profile, const struct source_frame *frame, uint32_t leaf,
			   struct site *site);

/* By file, line, place and module.  sites.c */
int profile_compare_sites(const struct site *a, const struct site *b);

/* Makes the call sites; with `all` also those within the C library, which takes the names of its code. */
void profile_collect_sites(struct profile *profile, bool all);

/* Fills profile->tables; 0 or -ENOMEM.  tables.c */
int profile_fill_tables(struct profile *profile);

/* Fills profile->overview but for what remains, and the warnings.  overview.c */
void profile_fill_overview(struct profile *profile);

/* Finds the collections, with scopes there also by scope.  gc_notes.c */
void profile_know_collections(struct profile *profile);
int profile_sum_collections(struct profile *profile);
void profile_gc_finish(struct gc_figures *gc);

/* types.c */
int profile_fill_types(struct profile *profile);
int profile_fill_collected_sites(struct profile *profile);
int profile_fill_caches(struct profile *profile);

#endif
