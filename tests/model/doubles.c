/*
 * doubles.c - what the code under test asks the rest of the shim, answered as a process would that records.
 */
#include "preload/arena.h"
#include "preload/process.h"
#include "preload/session.h"

extern struct process model_process;

struct process *process_get(void)
{
	return &model_process;
}

bool session_ensure(struct process *process)
{
	(void)process;
	return true;
}

bool arena_reserve(struct session_header *session, _Atomic uint64_t *reserved, uint64_t end_offset)
{
	(void)reserved;
	return end_offset <= session->file_bytes;
}

struct session_header *arena_session(void)
{
	return model_process.session;
}

uint32_t arena_text(struct session_header *session, const char *text, size_t bytes)
{
	(void)session, (void)text, (void)bytes;
	return 0;
}
