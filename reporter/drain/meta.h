/*
 * meta.h - the META block: who was recorded, as JSON.
 */
#ifndef MPROF_REPORTER_DRAIN_META_H
#define MPROF_REPORTER_DRAIN_META_H

#include "drain/mapping.h"

#include "trace/buffer.h"

/* Appends the JSON object to `to`.  `undrained`: why no drainer worked while the program ran; NULL: one did.
 * 0 or -ENOMEM. */
int meta_encode(const struct mapping *mapping, const char *undrained, struct buffer *to);

#endif
