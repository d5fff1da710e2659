/*
 * type.h - the head of an object, and types: what the collector must know of a struct.  Part of mprof/rgc.h.
 */
#ifndef MPROF_RGC_TYPE_H
#define MPROF_RGC_TYPE_H

#include <stddef.h>
#include <stdint.h>

#define RGC_API __attribute__((visibility("default")))
#define RGC_WARN_UNUSED __attribute__((warn_unused_result))

struct rgc_type;
struct rgc_str;

/* The first 16 bytes of every object.  `flags` belongs to the library; `refs` is negative for shared and
 * immortal objects. */
typedef struct rgc_object {
	const struct rgc_type *type;
	int32_t refs;
	uint32_t flags;
} rgc_object;

/* The head of objects with trailing items. */
typedef struct rgc_var {
	rgc_object object;
	size_t count;
} rgc_var;

/* The first member of every struct that is an object; RGC_VAR_HEAD if items follow the struct. */
#define RGC_HEAD rgc_object rgc_head
#define RGC_VAR_HEAD rgc_var rgc_head

/* Called for each object that `traverse` finds.  Non-zero ends the traversal. */
typedef int (*rgc_visit)(rgc_object *child, void *argument);

/* The collector does not see the type's objects until rgc_track_child: for containers. */
#define RGC_TYPE_LAZY 1u
/* rgc_hash fails with ENOTSUP, as for mutable containers. */
#define RGC_TYPE_UNHASHABLE 2u
/* Its references never change once others can see it: one that is not tracked by then never will be. */
#define RGC_TYPE_IMMUTABLE 4u

/*
 * All there is to know of a type.  Usually made by RGC_DEFINE_TYPE; must outlive its objects.  Everything but
 * name and size may be 0.
 *
 * A type's references are those at the offsets `fields`, and those that `traverse` visits.  A type with
 * neither is acyclic: never tracked, never traversed.
 */
struct rgc_type {
	const char *name;
	uint32_t size;          /* bytes, head included */
	uint32_t item_size;     /* bytes per trailing item; not 0 requires RGC_VAR_HEAD */
	uint32_t flags;         /* RGC_TYPE_* */
	uint32_t field_count;   /* length of `fields` */
	const uint32_t *fields; /* offsets of members that own a reference or are NULL */

	/* Calls visit(child, argument) for every reference (not NULL) that the object owns besides `fields`,
	 * once per reference; returns non-zero at once if visit does, 0 otherwise.  Must not change anything.
	 */
	int (*traverse)(void *self, rgc_visit visit, void *argument);
	/* Drops the references that `traverse` visits (slot first, reference last: rgc_clear) and frees
	 * memory of its own.  Called at the object's end, and before that if it is in a cycle: it must bear
	 * being called twice, and leave an object that can still be used. */
	void (*clear)(void *self);
	/* Called once, when the object has become unreachable and before anything is cleared; may make it
	 * reachable again.  errno is preserved around it. */
	void (*finalize)(void *self);

	/* 0, or -1 with errno.  Equal objects must have equal hashes. */
	int (*hash)(const void *self, size_t *hash);
	/* 1, 0, or -1 with errno.  `other` may be of any type. */
	int (*equal)(const void *self, const void *other);
	/* A new string, or NULL with errno. */
	struct rgc_str *(*repr)(const void *self);
};

/* The type object of a struct that was given to RGC_DEFINE_TYPE. */
#define RGC_TYPE(name) name##_rgc_type

/* Whether `object` (not NULL) is of that very type. */
#define RGC_IS(object, name) (((const rgc_object *)(object))->type == &RGC_TYPE(name))

/* Inside `traverse`: visits one reference. */
#define RGC_VISIT(child)                                                                                     \
	do {                                                                                                 \
		rgc_object *rgc_child_ = (rgc_object *)(child);                                              \
		int rgc_stop_ = rgc_child_ ? visit(rgc_child_, argument) : 0;                                \
		if (rgc_stop_)                                                                               \
			return rgc_stop_;                                                                    \
	} while (0)

/*
 * Defines the type of struct `name` for this source file.  The rest of the arguments name its members that
 * own a reference (at most 16); traversal and clearing follow from them.  Without any, the type is acyclic.
 *
 *     RGC_DEFINE_TYPE(node, next, prev);
 */
#define RGC_DEFINE_TYPE(...) RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, NULL), __VA_ARGS__)

/*
 * The same with functions of its own: (finalize, hash, equal, repr), NULL for none.
 *
 *     RGC_DEFINE_TYPE_WITH((node_finalize, NULL, NULL, NULL), node, next, prev);
 */
#define RGC_DEFINE_TYPE_WITH(methods, ...)                                                                   \
	RGC_DEFINE_TYPE_(static, RGC_COUNT_(__VA_ARGS__), methods, __VA_ARGS__)

/* For a type that several files use: RGC_DECLARE_TYPE(name); in a header, RGC_DEFINE_PUBLIC_TYPE in one file.
 */
#define RGC_DECLARE_TYPE(name) extern const struct rgc_type RGC_TYPE(name)
#define RGC_DEFINE_PUBLIC_TYPE(methods, ...) RGC_DEFINE_TYPE_(, RGC_COUNT_(__VA_ARGS__), methods, __VA_ARGS__)

/* The machinery: `number` counts the name and the fields. */
#define RGC_DEFINE_TYPE_(storage, number, methods, ...)                                                      \
	RGC_DEFINE_TYPE_1_(storage, number, methods, __VA_ARGS__)
#define RGC_DEFINE_TYPE_1_(storage, number, methods, ...)                                                    \
	RGC_DEFINE_TYPE_2_(storage, number, methods, RGC_FIRST_(__VA_ARGS__, 0),                             \
			   RGC_OFFSETS_##number(__VA_ARGS__))
#define RGC_DEFINE_TYPE_2_(...) RGC_DEFINE_TYPE_3_(__VA_ARGS__)
#define RGC_DEFINE_TYPE_3_(storage, number, methods, name, ...)                                              \
	static const uint32_t name##_rgc_fields[] = {__VA_ARGS__};                                           \
	storage const struct rgc_type RGC_TYPE(name) = {                                                     \
		#name, sizeof(name), 0, 0, (number)-1, name##_rgc_fields, NULL, NULL, RGC_UNWRAP_ methods}

#define RGC_UNWRAP_(...) __VA_ARGS__
#define RGC_FIRST_(first, ...) first
#define RGC_COUNT_(...)                                                                                      \
	RGC_SEVENTEENTH_(__VA_ARGS__, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define RGC_SEVENTEENTH_(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, number, ...) number
/* Each list ends with a 0, so that none is empty. */
#define RGC_OFFSETS_1(t) 0
#define RGC_OFFSETS_2(t, f) offsetof(t, f), 0
#define RGC_OFFSETS_3(t, f, ...) offsetof(t, f), RGC_OFFSETS_2(t, __VA_ARGS__)
#define RGC_OFFSETS_4(t, f, ...) offsetof(t, f), RGC_OFFSETS_3(t, __VA_ARGS__)
#define RGC_OFFSETS_5(t, f, ...) offsetof(t, f), RGC_OFFSETS_4(t, __VA_ARGS__)
#define RGC_OFFSETS_6(t, f, ...) offsetof(t, f), RGC_OFFSETS_5(t, __VA_ARGS__)
#define RGC_OFFSETS_7(t, f, ...) offsetof(t, f), RGC_OFFSETS_6(t, __VA_ARGS__)
#define RGC_OFFSETS_8(t, f, ...) offsetof(t, f), RGC_OFFSETS_7(t, __VA_ARGS__)
#define RGC_OFFSETS_9(t, f, ...) offsetof(t, f), RGC_OFFSETS_8(t, __VA_ARGS__)
#define RGC_OFFSETS_10(t, f, ...) offsetof(t, f), RGC_OFFSETS_9(t, __VA_ARGS__)
#define RGC_OFFSETS_11(t, f, ...) offsetof(t, f), RGC_OFFSETS_10(t, __VA_ARGS__)
#define RGC_OFFSETS_12(t, f, ...) offsetof(t, f), RGC_OFFSETS_11(t, __VA_ARGS__)
#define RGC_OFFSETS_13(t, f, ...) offsetof(t, f), RGC_OFFSETS_12(t, __VA_ARGS__)
#define RGC_OFFSETS_14(t, f, ...) offsetof(t, f), RGC_OFFSETS_13(t, __VA_ARGS__)
#define RGC_OFFSETS_15(t, f, ...) offsetof(t, f), RGC_OFFSETS_14(t, __VA_ARGS__)
#define RGC_OFFSETS_16(t, f, ...) offsetof(t, f), RGC_OFFSETS_15(t, __VA_ARGS__)
#define RGC_OFFSETS_17(t, f, ...) offsetof(t, f), RGC_OFFSETS_16(t, __VA_ARGS__)

#endif
