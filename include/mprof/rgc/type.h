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
 * own a reference (at most 64); traversal and clearing follow from them.  Without any, the type is acyclic.
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

/*
 * What is no type of an object, or no reference to one, does not compile: the collector would follow it.  A
 * type's members are never destroyed as C++ does it, so what needs that is refused, too.
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
	RGC_DEFINE_TYPE_1_(storage, number, methods, __VA_ARGS__)
#define RGC_DEFINE_TYPE_1_(storage, number, methods, ...)                                                    \
	RGC_DEFINE_TYPE_2_(storage, number, methods, RGC_FIRST_(__VA_ARGS__, 0),                             \
			   RGC_OFFSETS_##number(__VA_ARGS__))
#define RGC_DEFINE_TYPE_2_(...) RGC_DEFINE_TYPE_3_(__VA_ARGS__)
#define RGC_DEFINE_TYPE_3_(storage, number, methods, name, ...)                                              \
	RGC_CHECK_TYPE_(name);                                                                               \
	static const uint32_t name##_rgc_fields[] = {__VA_ARGS__};                                           \
	storage const struct rgc_type RGC_TYPE(name) = {                                                     \
		#name, sizeof(name), 0, 0, (number)-1, name##_rgc_fields, NULL, NULL, RGC_UNWRAP_ methods}

#define RGC_UNWRAP_(...) __VA_ARGS__
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
/* Each list ends with a 0, so that none is empty. */
#define RGC_OFFSETS_1(t) 0
#define RGC_OFFSETS_2(t, f) RGC_OFFSET_(t, f), 0
#define RGC_OFFSETS_3(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_2(t, __VA_ARGS__)
#define RGC_OFFSETS_4(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_3(t, __VA_ARGS__)
#define RGC_OFFSETS_5(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_4(t, __VA_ARGS__)
#define RGC_OFFSETS_6(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_5(t, __VA_ARGS__)
#define RGC_OFFSETS_7(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_6(t, __VA_ARGS__)
#define RGC_OFFSETS_8(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_7(t, __VA_ARGS__)
#define RGC_OFFSETS_9(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_8(t, __VA_ARGS__)
#define RGC_OFFSETS_10(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_9(t, __VA_ARGS__)
#define RGC_OFFSETS_11(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_10(t, __VA_ARGS__)
#define RGC_OFFSETS_12(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_11(t, __VA_ARGS__)
#define RGC_OFFSETS_13(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_12(t, __VA_ARGS__)
#define RGC_OFFSETS_14(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_13(t, __VA_ARGS__)
#define RGC_OFFSETS_15(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_14(t, __VA_ARGS__)
#define RGC_OFFSETS_16(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_15(t, __VA_ARGS__)
#define RGC_OFFSETS_17(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_16(t, __VA_ARGS__)
#define RGC_OFFSETS_18(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_17(t, __VA_ARGS__)
#define RGC_OFFSETS_19(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_18(t, __VA_ARGS__)
#define RGC_OFFSETS_20(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_19(t, __VA_ARGS__)
#define RGC_OFFSETS_21(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_20(t, __VA_ARGS__)
#define RGC_OFFSETS_22(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_21(t, __VA_ARGS__)
#define RGC_OFFSETS_23(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_22(t, __VA_ARGS__)
#define RGC_OFFSETS_24(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_23(t, __VA_ARGS__)
#define RGC_OFFSETS_25(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_24(t, __VA_ARGS__)
#define RGC_OFFSETS_26(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_25(t, __VA_ARGS__)
#define RGC_OFFSETS_27(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_26(t, __VA_ARGS__)
#define RGC_OFFSETS_28(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_27(t, __VA_ARGS__)
#define RGC_OFFSETS_29(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_28(t, __VA_ARGS__)
#define RGC_OFFSETS_30(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_29(t, __VA_ARGS__)
#define RGC_OFFSETS_31(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_30(t, __VA_ARGS__)
#define RGC_OFFSETS_32(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_31(t, __VA_ARGS__)
#define RGC_OFFSETS_33(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_32(t, __VA_ARGS__)
#define RGC_OFFSETS_34(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_33(t, __VA_ARGS__)
#define RGC_OFFSETS_35(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_34(t, __VA_ARGS__)
#define RGC_OFFSETS_36(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_35(t, __VA_ARGS__)
#define RGC_OFFSETS_37(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_36(t, __VA_ARGS__)
#define RGC_OFFSETS_38(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_37(t, __VA_ARGS__)
#define RGC_OFFSETS_39(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_38(t, __VA_ARGS__)
#define RGC_OFFSETS_40(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_39(t, __VA_ARGS__)
#define RGC_OFFSETS_41(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_40(t, __VA_ARGS__)
#define RGC_OFFSETS_42(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_41(t, __VA_ARGS__)
#define RGC_OFFSETS_43(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_42(t, __VA_ARGS__)
#define RGC_OFFSETS_44(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_43(t, __VA_ARGS__)
#define RGC_OFFSETS_45(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_44(t, __VA_ARGS__)
#define RGC_OFFSETS_46(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_45(t, __VA_ARGS__)
#define RGC_OFFSETS_47(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_46(t, __VA_ARGS__)
#define RGC_OFFSETS_48(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_47(t, __VA_ARGS__)
#define RGC_OFFSETS_49(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_48(t, __VA_ARGS__)
#define RGC_OFFSETS_50(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_49(t, __VA_ARGS__)
#define RGC_OFFSETS_51(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_50(t, __VA_ARGS__)
#define RGC_OFFSETS_52(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_51(t, __VA_ARGS__)
#define RGC_OFFSETS_53(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_52(t, __VA_ARGS__)
#define RGC_OFFSETS_54(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_53(t, __VA_ARGS__)
#define RGC_OFFSETS_55(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_54(t, __VA_ARGS__)
#define RGC_OFFSETS_56(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_55(t, __VA_ARGS__)
#define RGC_OFFSETS_57(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_56(t, __VA_ARGS__)
#define RGC_OFFSETS_58(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_57(t, __VA_ARGS__)
#define RGC_OFFSETS_59(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_58(t, __VA_ARGS__)
#define RGC_OFFSETS_60(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_59(t, __VA_ARGS__)
#define RGC_OFFSETS_61(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_60(t, __VA_ARGS__)
#define RGC_OFFSETS_62(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_61(t, __VA_ARGS__)
#define RGC_OFFSETS_63(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_62(t, __VA_ARGS__)
#define RGC_OFFSETS_64(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_63(t, __VA_ARGS__)
#define RGC_OFFSETS_65(t, f, ...) RGC_OFFSET_(t, f), RGC_OFFSETS_64(t, __VA_ARGS__)

#endif
