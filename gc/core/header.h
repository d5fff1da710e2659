/*
 * header.h - the words before and at the start of an object, and what a type says of its references.  Looks
 * at one object: knows no heap, and makes and ends nothing.
 *
 * A block is [link][object]; the link exists for types that have references or a finalizer.  Shared objects
 * have a count of their own before the object instead (shared.c), whose last part is a link too.
 */
#ifndef RGC_GC_CORE_HEADER_H
#define RGC_GC_CORE_HEADER_H

#include "links.h"

#include <mprof/rgc.h>

MPROF_RUNTIME

/* rgc_object.flags */
enum {
	OBJECT_LINKED = 1u << 0,      /* a link precedes it */
	OBJECT_TRACKED = 1u << 1,     /* the link is in a list of its heap */
	OBJECT_COLLECTING = 1u << 2,  /* being examined: the link has `external` in place of `prev` */
	OBJECT_UNREACHABLE = 1u << 3, /* found unreachable by the running collection */
	OBJECT_FINALIZED = 1u << 4,
	OBJECT_WEAK_TARGET = 1u << 5, /* has weak references */
	OBJECT_SHARED = 1u << 6,
	OBJECT_ENDING = 1u << 7, /* in the list of a drop: `external` is the next field to be dropped */
	OBJECT_HEAP_SHIFT = 8,   /* 16 bits: number of its heap, modulo 2^16; librgc-debug checks it */
	OBJECT_CLASS_SHIFT = 24, /* 7 bits: size class in the pool, 0 for malloc and recorded.c */
};
#define OBJECT_SIMPLE (1u << 31) /* type_is_simple */

/* rgc_type.flags of the library's own types, whose functions are known to return (call.h). */
#define TYPE_IS_OURS (1u << 17)

/* rgc_object.refs of objects that are not counted there; what is counted too often comes to the last of them.
 */
enum { REFS_IMMORTAL = -1, REFS_SHARED = -2, REFS_DEAD = -3, REFS_TOO_MANY = INT32_MIN };

static inline bool object_is_pooled(const rgc_object *object)
{
	return object->flags & (uint32_t)127 << OBJECT_CLASS_SHIFT;
}

static inline bool object_is_shared(const rgc_object *object)
{
	return object->flags & OBJECT_SHARED;
}

static inline struct link *link_of(rgc_object *object)
{
	return (struct link *)(void *)object - 1;
}

static inline rgc_object *object_of(struct link *link)
{
	return (rgc_object *)(void *)(link + 1);
}

/* Members have the types that the program gave them. */
typedef rgc_object *object_pointer __attribute__((may_alias));

/* The member at the type's nth offset. */
static inline object_pointer *object_field(rgc_object *object, uint32_t number)
{
	return (object_pointer *)(void *)((char *)object + object->type->fields[number]);
}

static inline bool type_is_ours(const struct rgc_type *type)
{
	return type->flags & TYPE_IS_OURS;
}

static inline bool type_has_references(const struct rgc_type *type)
{
	return type->field_count || type->traverse;
}

static inline bool type_is_linked(const struct rgc_type *type)
{
	return type_has_references(type) || type->clear || type->finalize;
}

/* Whether objects are a fixed number of members, of which some are references, and no function of the
 * program's takes part in their end: what is done to them then, and in which order, cannot be observed. */
static inline bool type_is_simple(const struct rgc_type *type)
{
	/* One test, as it almost always holds. */
	uintptr_t functions = (uintptr_t)type->traverse | (uintptr_t)type->clear | (uintptr_t)type->finalize;
	return type->field_count && !(functions | type->item_size | (type->flags & RGC_TYPE_LAZY));
}

/* Bytes of the object's block that are in use: link, head, members, items. */
static inline size_t object_bytes(const rgc_object *object)
{
	const struct rgc_type *type = object->type;
	size_t bytes = type->size;
	if (object->flags & OBJECT_LINKED)
		bytes += sizeof(struct link);
	if (type->item_size)
		bytes += type->item_size * ((const rgc_var *)object)->count;
	return bytes;
}

#endif
