/*
 * links.h - the lists that the collector keeps objects in: circular, both ways, with a head that is no
 * object.  They never allocate.
 */
#ifndef RGC_GC_CORE_LINKS_H
#define RGC_GC_CORE_LINKS_H

#include "base.h"

#include <stdbool.h>
#include <stdint.h>

MPROF_RUNTIME

struct link {
	struct link *next;
	union {
		struct link *prev;
		struct {                  /* with OBJECT_COLLECTING */
			int32_t external; /* references from outside the candidates */
			int32_t ahead;    /* grains to a link that comes some time later, or 0 */
		};
	};
};

static inline void links_init(struct link *head)
{
	head->next = head->prev = head;
}

static inline bool links_are_empty(const struct link *head)
{
	return head->next == head;
}

static inline void links_append(struct link *head, struct link *link)
{
	struct link *last = head->prev;
	link->prev = last;
	link->next = head;
	last->next = link;
	head->prev = link;
}

static inline void links_remove(struct link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
}

/* Moves all of `from` to the end of `to`. */
static inline void links_splice(struct link *from, struct link *to)
{
	if (links_are_empty(from))
		return;
	to->prev->next = from->next;
	from->next->prev = to->prev;
	to->prev = from->prev;
	to->prev->next = to;
	links_init(from);
}

#endif
