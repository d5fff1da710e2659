/*
 * meta.h - the META block: who was recorded, as JSON.
 */
#ifndef MPROF_REPORTER_DRAIN_META_H
#define MPROF_REPORTER_DRAIN_META_H

#include "drain/mapping.h"

#include "trace/buffer.h"

/* Appends the JSON object to `to`.  0 or -ENOMEM. */
int meta_encode(const struct mapping *mapping, struct buffer *to);

#endif
