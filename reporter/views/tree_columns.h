/*
 * tree_columns.h - what views of the call tree have in common: the columns of frames and figures for
 * programs, the line above for people, and how frames are named to them.
 */
#ifndef MPROF_REPORTER_VIEWS_TREE_COLUMNS_H
#define MPROF_REPORTER_VIEWS_TREE_COLUMNS_H

#include "figures/weight.h"
#include "profile/tree.h"
#include "views/parts.h"

/* Defines columns of a struct amounts, `of`, named prefix_peak_bytes and so on, with `key` before the
 * names for programs, and of errors where one byte in `sampled` was; TREE_FIGURES and TREE_ERRORS list them.
 */
#define TREE_COUNT(prefix, key, field, of)                                                                   \
	TABLE_COLUMN(prefix##_##field, key #field, NULL, 0, 0, cell_count((of).field))
#define TREE_ERROR(prefix, key, field, vague, of, sampled)                                                   \
	TABLE_COLUMN(prefix##_##field##_error, key #field "_error", NULL, 0, 0,                              \
		     cell_count(weight_error_bytes((of).vague, sampled)))
#define TREE_FIGURE_COLUMNS(prefix, key, of, sampled)                                                        \
	TREE_COUNT(prefix, key, peak_bytes, of)                                                              \
	TREE_COUNT(prefix, key, peak_blocks, of)                                                             \
	TREE_COUNT(prefix, key, leaked_bytes, of)                                                            \
	TREE_COUNT(prefix, key, leaked_blocks, of)                                                           \
	TREE_COUNT(prefix, key, kept_bytes, of)                                                              \
	TREE_COUNT(prefix, key, allocated_bytes, of)                                                         \
	TREE_COUNT(prefix, key, allocations, of)                                                             \
	TREE_COUNT(prefix, key, temporary, of)                                                               \
	TREE_ERROR(prefix, key, peak_bytes, peak_vague, of, sampled)                                         \
	TREE_ERROR(prefix, key, leaked_bytes, leaked_vague, of, sampled)                                     \
	TREE_ERROR(prefix, key, allocated_bytes, allocated_vague, of, sampled)
#define TREE_FIGURES(prefix)                                                                                 \
	&prefix##_peak_bytes, &prefix##_peak_blocks, &prefix##_leaked_bytes, &prefix##_leaked_blocks,        \
		&prefix##_kept_bytes, &prefix##_allocated_bytes, &prefix##_allocations, &prefix##_temporary
#define TREE_ERRORS(prefix)                                                                                  \
	&prefix##_peak_bytes_error, &prefix##_leaked_bytes_error, &prefix##_allocated_bytes_error

/* The same of a frame, with "key." before each name, or nothing. */
#define TREE_FRAME_COLUMNS(key, frame)                                                                       \
	TABLE_COLUMN(frame_function, key "function", NULL, 0, 0, cell_text((frame)->function->name))         \
	TABLE_COLUMN(frame_place, key "place", NULL, 0, 0, cell_text((frame)->place))                        \
	TABLE_COLUMN(frame_file, key "file", NULL, 0, 0, cell_text((frame)->function->file))                 \
	TABLE_COLUMN(frame_line, key "line", NULL, 0, 0, cell_count((frame)->line))                          \
	TABLE_COLUMN(frame_module, key "module", NULL, 0, 0, cell_text((frame)->function->module))           \
	TABLE_COLUMN(frame_inlined, key "inlined", NULL, 0, 0, cell_truth((frame)->inlined))                 \
	TABLE_COLUMN(frame_system, key "system", NULL, 0, 0, cell_truth((frame)->system))
#define TREE_FRAME                                                                                           \
	&frame_function, &frame_place, &frame_file, &frame_line, &frame_module, &frame_inlined, &frame_system

/* The figure as people see it. */
struct cell tree_figure_cell(const struct amounts *amounts, enum figure figure);

/* "Peak heap 340.5 MiB at 0.921 s: self.mprof"; of a part "main: peak heap 12.0 MiB of 340.5 MiB (3.5%) ...".
 * `place` may be "". */
void part_tree_title(struct document *document, struct profile *profile, const struct request *request,
		     const char *place, const struct amounts *part, const struct amounts *whole);

/* "total" of what is shown; for programs. */
void part_tree_total(struct document *document, const struct amounts *whole, uint64_t sample_bytes);

/* "name", of a library's code without one "0x12f0 (libx.so)"; with `lines` "name file.c:12".  The name is at
 * most so wide. */
const char *part_frame(struct document *document, struct profile *profile, const struct tree_frame *frame,
		       bool lines, size_t width);

#endif
