/*
 * visits.h - librgc-debug's check of `traverse` functions, before a collection believes them.
 */
#ifndef RGC_GC_CORE_VISITS_H
#define RGC_GC_CORE_VISITS_H

#ifdef RGC_DEBUG

#include "links.h"

#pragma GCC visibility push(hidden)

/* Aborts if the traverse of one of the candidates visits a reference twice that lies in the object itself. */
void rgc__visits_check(struct link *candidates);

#pragma GCC visibility pop

#endif

#endif
