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
struct rgc_iterator;

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
 * name and size may be 0.  Functions must return ("User code" in mprof/rgc.h).
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

	/* 0, or -1 with errno.  Equal objects must have equal hashes: without it objects of a type with
	 * `equal` are unhashable, as in Python, and others are hashed by their address. */
	int (*hash)(const void *self, size_t *hash);
	/* 1, 0, or -1 with errno.  `other` may be of any type. */
	int (*equal)(const void *self, const void *other);
	/* A new string, or NULL with errno. */
	struct rgc_str *(*repr)(const void *self);
	/* Sets *order below 0, to 0, or above 0, as the object is less than, neither, or greater: 0, or -1
	 * with errno, which is ENOTSUP if there is no order between them.  `other` may be of any type. */
	int (*compare)(const void *self, const void *other, int *order);
	/* A new iterator over what the object consists of, or NULL with errno: rgc_iter. */
	struct rgc_iterator *(*iter)(void *self);
};

/* The type object of a struct that was given to RGC_DEFINE_TYPE. */
#define RGC_TYPE(name) name##_rgc_type

static inline int rgc_is_(const rgc_object *object, const struct rgc_type *type)
{
	return object && object->type == type;
}

/* Whether `object` is of that very type; NULL is of none. */
#define RGC_IS(object, name) rgc_is_((const rgc_object *)(object), &RGC_TYPE(name))

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
 * own a reference (at most 64), each once; traversal and clearing follow from them.  Without any, the type is
 * acyclic.
 *
 *     RGC_DEFINE_TYPE(node, next, prev);
 */
#define RGC_DEFINE_TYPE(...) RGC_DEFINE_TYPE_WITH((NULL, NULL, NULL, NULL), __VA_ARGS__)

/*
 * The same with functions of its own: (finalize, hash, equal, repr), NULL for none; after these may be
 * compare, and after that iter.  Functions that ask for the type (RGC_IS, RGC_AS) are declared before it, and
 * defined behind it.
 *
 *     RGC_DEFINE_TYPE_WITH((node_finalize, NULL, NULL, NULL), node, next, prev);
 */
#define RGC_DEFINE_TYPE_WITH(methods, ...)                                                                   \
	RGC_DEFINE_TYPE_(static, RGC_COUNT_(__VA_ARGS__), methods, __VA_ARGS__)

/* For a type that several files use: RGC_DECLARE_TYPE(name); in a header, RGC_DEFINE_PUBLIC_TYPE in one file.
 */
#define RGC_DECLARE_TYPE(name) extern const struct rgc_type RGC_TYPE(name)
#define RGC_DEFINE_PUBLIC_TYPE(methods, ...) RGC_DEFINE_TYPE_(, RGC_COUNT_(__VA_ARGS__), methods, __VA_ARGS__)

/*
 * What is no type of an object, or no reference to one, does not compile: the collector would follow it; nor
 * does a member that is named twice (a "duplicate case"): the collector would count it twice.  A type's
 * members are never destroyed as C++ does it, so what needs that is refused, too.
 */
#ifdef __cplusplus
template <class type> struct rgc_reference_ {
	enum { refers = 0 };
};
template <class type> struct rgc_reference_<type *> {
	enum { refers = !__is_enum(type) && (__is_class(type) || __is_union(type)) };
};
template <> struct rgc_reference_<void *> {
	enum { refers = 1 };
};
template <class member> constexpr uint32_t rgc_offset_(size_t offset)
{
	static_assert(rgc_reference_<member>::refers,
		      "a member that RGC_DEFINE_TYPE names is no pointer to an object");
	return (uint32_t)offset;
}
#ifdef __clang__
#define RGC_NEEDS_NO_DESTRUCTOR_(t) __is_trivially_destructible(t)
#else
#define RGC_NEEDS_NO_DESTRUCTOR_(t) __has_trivial_destructor(t)
#endif
#define RGC_OFFSET_(t, f) rgc_offset_<decltype(t::f)>(offsetof(t, f))
#define RGC_CHECK_TYPE_(t)                                                                                   \
	static_assert(offsetof(t, rgc_head) == 0, "RGC_HEAD is not the first member of " #t);                \
	static_assert(RGC_NEEDS_NO_DESTRUCTOR_(t),                                                           \
		      "a member of " #t " has a destructor, which would never run")
#else
#define RGC_OFFSET_(t, f)                                                                                    \
	(uint32_t)(offsetof(t, f) +                                                                          \
		   0 * sizeof(struct {                                                                       \
			   _Static_assert(RGC_REFERS_(((t *)0)->f),                                          \
					  #f ", which RGC_DEFINE_TYPE names, is no pointer to an object");   \
			   char rgc_unused_;                                                                 \
		   }))
#define RGC_CHECK_TYPE_(t)                                                                                   \
	_Static_assert(offsetof(t, rgc_head) == 0, "RGC_HEAD is not the first member of " #t)
/* Pointers, but not to numbers.  (5 is the class of pointers.) */
#define RGC_REFERS_(member)                                                                                  \
	(__builtin_classify_type(member) == 5 &&                                                             \
	 _Generic((member), RGC_NO_OBJECT_(char), RGC_NO_OBJECT_(signed char),                               \
		  RGC_NO_OBJECT_(unsigned char), RGC_NO_OBJECT_(short), RGC_NO_OBJECT_(unsigned short),      \
		  RGC_NO_OBJECT_(int), RGC_NO_OBJECT_(unsigned), RGC_NO_OBJECT_(long),                       \
		  RGC_NO_OBJECT_(unsigned long), RGC_NO_OBJECT_(long long),                                  \
		  RGC_NO_OBJECT_(unsigned long long), RGC_NO_OBJECT_(float), RGC_NO_OBJECT_(double),         \
		  RGC_NO_OBJECT_(_Bool), default : 1))
#define RGC_NO_OBJECT_(type) type * : 0, const type * : 0, type ** : 0
#endif

/* The machinery: `number` counts the name and the fields. */
#define RGC_DEFINE_TYPE_(storage, number, methods, ...)                                                      \
	RGC_DEFINE_TYPE_1_(storage, number, methods, RGC_FIRST_(__VA_ARGS__, 0), __VA_ARGS__)
#define RGC_DEFINE_TYPE_1_(storage, number, methods, name, ...)                                              \
	RGC_DEFINE_TYPE_2_(storage, number, methods, name, RGC_EACH_##number, __VA_ARGS__)
/* A list that ends with a 0 is never empty.  A case that is there twice does not compile. */
#define RGC_DEFINE_TYPE_2_(storage, number, methods, name, each, ...)                                        \
	RGC_CHECK_TYPE_(name);                                                                               \
	static inline __attribute__((unused)) void name##_rgc_has_each_member_once(size_t rgc_member_)       \
	{                                                                                                    \
		switch (rgc_member_) {                                                                       \
			each(RGC_CASE_, __VA_ARGS__) default : break;                                        \
		}                                                                                            \
	}                                                                                                    \
	static const uint32_t name##_rgc_fields[] = {each(RGC_OFFSET_AND_COMMA_, __VA_ARGS__) 0};            \
	storage const struct rgc_type RGC_TYPE(name) = {                                                     \
		#name, sizeof(name), 0, 0, (number)-1, name##_rgc_fields, NULL, NULL, RGC_METHODS_ methods}
#define RGC_CASE_(t, f) case offsetof(t, f):
#define RGC_OFFSET_AND_COMMA_(t, f) RGC_OFFSET_(t, f),

/* All functions of a type, of which the last need not be named. */
#define RGC_METHODS_(...) RGC_FIRST_SIX_(__VA_ARGS__, NULL, NULL, NULL)
#define RGC_FIRST_SIX_(finalize, hash, equal, repr, compare, iter, ...)                                      \
	finalize, hash, equal, repr, compare, iter
#define RGC_FIRST_(first, ...) first
#define RGC_COUNT_(...)                                                                                      \
	RGC_LAST_(__VA_ARGS__, 65, 64, 63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47,   \
		  46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25,    \
		  24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define RGC_LAST_(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19,  \
		  a20, a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37,  \
		  a38, a39, a40, a41, a42, a43, a44, a45, a46, a47, a48, a49, a50, a51, a52, a53, a54, a55,  \
		  a56, a57, a58, a59, a60, a61, a62, a63, a64, number, ...)                                  \
	number
/* what(t, f) for each of the fields f that follow the type. */
#define RGC_EACH_1(what, t)
#define RGC_EACH_2(what, t, f) what(t, f)
#define RGC_EACH_3(what, t, f, ...) what(t, f) RGC_EACH_2(what, t, __VA_ARGS__)
#define RGC_EACH_4(what, t, f, ...) what(t, f) RGC_EACH_3(what, t, __VA_ARGS__)
#define RGC_EACH_5(what, t, f, ...) what(t, f) RGC_EACH_4(what, t, __VA_ARGS__)
#define RGC_EACH_6(what, t, f, ...) what(t, f) RGC_EACH_5(what, t, __VA_ARGS__)
#define RGC_EACH_7(what, t, f, ...) what(t, f) RGC_EACH_6(what, t, __VA_ARGS__)
#define RGC_EACH_8(what, t, f, ...) what(t, f) RGC_EACH_7(what, t, __VA_ARGS__)
#define RGC_EACH_9(what, t, f, ...) what(t, f) RGC_EACH_8(what, t, __VA_ARGS__)
#define RGC_EACH_10(what, t, f, ...) what(t, f) RGC_EACH_9(what, t, __VA_ARGS__)
#define RGC_EACH_11(what, t, f, ...) what(t, f) RGC_EACH_10(what, t, __VA_ARGS__)
#define RGC_EACH_12(what, t, f, ...) what(t, f) RGC_EACH_11(what, t, __VA_ARGS__)
#define RGC_EACH_13(what, t, f, ...) what(t, f) RGC_EACH_12(what, t, __VA_ARGS__)
#define RGC_EACH_14(what, t, f, ...) what(t, f) RGC_EACH_13(what, t, __VA_ARGS__)
#define RGC_EACH_15(what, t, f, ...) what(t, f) RGC_EACH_14(what, t, __VA_ARGS__)
#define RGC_EACH_16(what, t, f, ...) what(t, f) RGC_EACH_15(what, t, __VA_ARGS__)
#define RGC_EACH_17(what, t, f, ...) what(t, f) RGC_EACH_16(what, t, __VA_ARGS__)
#define RGC_EACH_18(what, t, f, ...) what(t, f) RGC_EACH_17(what, t, __VA_ARGS__)
#define RGC_EACH_19(what, t, f, ...) what(t, f) RGC_EACH_18(what, t, __VA_ARGS__)
#define RGC_EACH_20(what, t, f, ...) what(t, f) RGC_EACH_19(what, t, __VA_ARGS__)
#define RGC_EACH_21(what, t, f, ...) what(t, f) RGC_EACH_20(what, t, __VA_ARGS__)
#define RGC_EACH_22(what, t, f, ...) what(t, f) RGC_EACH_21(what, t, __VA_ARGS__)
#define RGC_EACH_23(what, t, f, ...) what(t, f) RGC_EACH_22(what, t, __VA_ARGS__)
#define RGC_EACH_24(what, t, f, ...) what(t, f) RGC_EACH_23(what, t, __VA_ARGS__)
#define RGC_EACH_25(what, t, f, ...) what(t, f) RGC_EACH_24(what, t, __VA_ARGS__)
#define RGC_EACH_26(what, t, f, ...) what(t, f) RGC_EACH_25(what, t, __VA_ARGS__)
#define RGC_EACH_27(what, t, f, ...) what(t, f) RGC_EACH_26(what, t, __VA_ARGS__)
#define RGC_EACH_28(what, t, f, ...) what(t, f) RGC_EACH_27(what, t, __VA_ARGS__)
#define RGC_EACH_29(what, t, f, ...) what(t, f) RGC_EACH_28(what, t, __VA_ARGS__)
#define RGC_EACH_30(what, t, f, ...) what(t, f) RGC_EACH_29(what, t, __VA_ARGS__)
#define RGC_EACH_31(what, t, f, ...) what(t, f) RGC_EACH_30(what, t, __VA_ARGS__)
#define RGC_EACH_32(what, t, f, ...) what(t, f) RGC_EACH_31(what, t, __VA_ARGS__)
#define RGC_EACH_33(what, t, f, ...) what(t, f) RGC_EACH_32(what, t, __VA_ARGS__)
#define RGC_EACH_34(what, t, f, ...) what(t, f) RGC_EACH_33(what, t, __VA_ARGS__)
#define RGC_EACH_35(what, t, f, ...) what(t, f) RGC_EACH_34(what, t, __VA_ARGS__)
#define RGC_EACH_36(what, t, f, ...) what(t, f) RGC_EACH_35(what, t, __VA_ARGS__)
#define RGC_EACH_37(what, t, f, ...) what(t, f) RGC_EACH_36(what, t, __VA_ARGS__)
#define RGC_EACH_38(what, t, f, ...) what(t, f) RGC_EACH_37(what, t, __VA_ARGS__)
#define RGC_EACH_39(what, t, f, ...) what(t, f) RGC_EACH_38(what, t, __VA_ARGS__)
#define RGC_EACH_40(what, t, f, ...) what(t, f) RGC_EACH_39(what, t, __VA_ARGS__)
#define RGC_EACH_41(what, t, f, ...) what(t, f) RGC_EACH_40(what, t, __VA_ARGS__)
#define RGC_EACH_42(what, t, f, ...) what(t, f) RGC_EACH_41(what, t, __VA_ARGS__)
#define RGC_EACH_43(what, t, f, ...) what(t, f) RGC_EACH_42(what, t, __VA_ARGS__)
#define RGC_EACH_44(what, t, f, ...) what(t, f) RGC_EACH_43(what, t, __VA_ARGS__)
#define RGC_EACH_45(what, t, f, ...) what(t, f) RGC_EACH_44(what, t, __VA_ARGS__)
#define RGC_EACH_46(what, t, f, ...) what(t, f) RGC_EACH_45(what, t, __VA_ARGS__)
#define RGC_EACH_47(what, t, f, ...) what(t, f) RGC_EACH_46(what, t, __VA_ARGS__)
#define RGC_EACH_48(what, t, f, ...) what(t, f) RGC_EACH_47(what, t, __VA_ARGS__)
#define RGC_EACH_49(what, t, f, ...) what(t, f) RGC_EACH_48(what, t, __VA_ARGS__)
#define RGC_EACH_50(what, t, f, ...) what(t, f) RGC_EACH_49(what, t, __VA_ARGS__)
#define RGC_EACH_51(what, t, f, ...) what(t, f) RGC_EACH_50(what, t, __VA_ARGS__)
#define RGC_EACH_52(what, t, f, ...) what(t, f) RGC_EACH_51(what, t, __VA_ARGS__)
#define RGC_EACH_53(what, t, f, ...) what(t, f) RGC_EACH_52(what, t, __VA_ARGS__)
#define RGC_EACH_54(what, t, f, ...) what(t, f) RGC_EACH_53(what, t, __VA_ARGS__)
#define RGC_EACH_55(what, t, f, ...) what(t, f) RGC_EACH_54(what, t, __VA_ARGS__)
#define RGC_EACH_56(what, t, f, ...) what(t, f) RGC_EACH_55(what, t, __VA_ARGS__)
#define RGC_EACH_57(what, t, f, ...) what(t, f) RGC_EACH_56(what, t, __VA_ARGS__)
#define RGC_EACH_58(what, t, f, ...) what(t, f) RGC_EACH_57(what, t, __VA_ARGS__)
#define RGC_EACH_59(what, t, f, ...) what(t, f) RGC_EACH_58(what, t, __VA_ARGS__)
#define RGC_EACH_60(what, t, f, ...) what(t, f) RGC_EACH_59(what, t, __VA_ARGS__)
#define RGC_EACH_61(what, t, f, ...) what(t, f) RGC_EACH_60(what, t, __VA_ARGS__)
#define RGC_EACH_62(what, t, f, ...) what(t, f) RGC_EACH_61(what, t, __VA_ARGS__)
#define RGC_EACH_63(what, t, f, ...) what(t, f) RGC_EACH_62(what, t, __VA_ARGS__)
#define RGC_EACH_64(what, t, f, ...) what(t, f) RGC_EACH_63(what, t, __VA_ARGS__)
#define RGC_EACH_65(what, t, f, ...) what(t, f) RGC_EACH_64(what, t, __VA_ARGS__)

#endif
