/*
 * live_names.c - see live_names.h.
 */
#include "drain/live_names.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Beside the session, or hidden beside the trace, by a name that no other session has: pids come again, and
 * other machines and containers may write to the same folder. */
bool live_names_init(struct live_names *names, struct session_header *session, const char *session_path)
{
	const char *trace = session->trace_path;
	int near = snprintf(names->near, sizeof(names->near), "%s.live", session_path);
	int far = snprintf(names->far, sizeof(names->far), "%.*s.%s.%" PRIx64 ".live",
			   (int)(base_name(trace) - trace), trace, base_name(session_path),
			   session->started_realtime_ns);
	names->files = (struct livemap_files){{names->near, names->far}, &session->live_place};
	return near > 0 && (size_t)near < sizeof(names->near) && far > 0 && (size_t)far < sizeof(names->far);
}
