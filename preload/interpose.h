/*
 * interpose.h - the little that others need to know about the interposing functions.
 */
#ifndef MPROF_PRELOAD_INTERPOSE_H
#define MPROF_PRELOAD_INTERPOSE_H

/* The address of our own malloc, whoever's malloc the program calls. */
const void *interpose_own_malloc(void);

/* From now on operator new and delete record: they do not come by our malloc. */
void interpose_record_operators(void);

#endif
