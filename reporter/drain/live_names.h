/*
 * live_names.h - where a session's live map may be.
 */
#ifndef MPROF_REPORTER_DRAIN_LIVE_NAMES_H
#define MPROF_REPORTER_DRAIN_LIVE_NAMES_H

#include "drain/livemap_file.h"

#include "trace/session.h"

struct live_names {
	char near[SESSION_PATH_BYTES], far[SESSION_PATH_BYTES];
	struct livemap_files files; /* these two, and the session's word; so this is not to be copied */
};

/* False: a path is too long. */
bool live_names_init(struct live_names *names, struct session_header *session, const char *session_path);

#endif
