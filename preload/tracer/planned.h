/*
 * planned.h - the lines of chosen functions are traced: from before the program's own code begins, and in
 * what it opens, from before that begins.
 */
#ifndef MPROF_PRELOAD_TRACER_PLANNED_H
#define MPROF_PRELOAD_TRACER_PLANNED_H

#include <stdbool.h>

struct process;
struct session_header;

/* At load, once the session is there: if lines are wanted, waits for the drainer's plan of them and has it
 * carried out; and so again whenever the program opens an object.  What keeps it from that is said in one
 * line, and the program goes on as it is. */
void planned_begin(struct process *process);

/* In a fork child whose session is at this path, before it is ready: whether lines go on being counted. */
bool planned_continue(struct session_header *session, const char *session_path);

#endif
