/*
 * size.c - how much memory an object takes, and how much ends with it.
 */
#include "size.h"
#include "weak_table.h"
#include "../core/call.h"
#include "../core/missing.h"
#include "../core/shared.h"
#include "../core/weakref.h"

static const struct {
	const struct rgc_type *type;
	size_t (*owned_bytes)(const void *self);
} owners[] = {
	{&RGC_TYPE(rgc_list), rgc__list_owned_bytes},
	{&RGC_TYPE(rgc_dict), rgc__dict_owned_bytes},
	{&RGC_TYPE(rgc_set), rgc__set_owned_bytes},
	{&RGC_TYPE(rgc_frozenset), rgc__set_owned_bytes},
	{&RGC_TYPE(rgc_deque), rgc__deque_owned_bytes},
	{&RGC_TYPE(rgc_counter), rgc__counter_owned_bytes},
	{&RGC_TYPE(rgc_array), rgc__array_owned_bytes},
	{&RGC_TYPE(rgc_lru_cache), rgc__lru_cache_owned_bytes},
	{&RGC_TYPE(rgc_weak), rgc__weak_owned_bytes},
	{&RGC_TYPE(rgc_weak_value_dict), rgc__weak_table_owned_bytes},
	{&RGC_TYPE(rgc_weak_key_dict), rgc__weak_table_owned_bytes},
	{&RGC_TYPE(rgc_weak_set), rgc__weak_table_owned_bytes},
	{&RGC_TYPE(rgc_builder), rgc__builder_owned_bytes},
};

static size_t bytes_of(const rgc_object *object)
{
	size_t bytes = object_is_shared(object) ? rgc__shared_bytes(object) : object_bytes(object);
	for (size_t i = 0; type_is_ours(object->type) && i < sizeof(owners) / sizeof(*owners); i++) {
		if (owners[i].type == object->type)
			bytes += owners[i].owned_bytes(object);
	}
	return bytes;
}

size_t rgc_sizeof(const void *object)
{
	return missing(object) ? 0 : bytes_of(object);
}

/* ---- what ends with it ---- */

#define OBJECTS_MAX (1u << 24)
#define DEPTH_MAX 32 /* on the stack; the last container of each object is not counted */

struct walk {
	const rgc_object *root;
	rgc_object *next; /* a container that was met, and is not entered yet */
	size_t bytes, objects;
	unsigned depth;
};

static int meet(rgc_object *child, void *argument);

/* Enters an object, then the last container met in it, and so on: a list of any length takes no stack. */
static void enter(struct walk *walk, rgc_object *object)
{
	rgc_object *outer = walk->next;
	if (walk->depth == DEPTH_MAX)
		return;
	walk->depth++;
	for (; object; object = walk->next) {
		walk->next = NULL;
		object_traverse(object, meet, walk);
	}
	walk->depth--;
	walk->next = outer;
}

static bool has_one_reference(const rgc_object *object)
{
	return object_is_shared(object) ? rgc__shared_references(object) == 1 : object->refs == 1;
}

/* An object with one reference is met once, as the root is not entered again. */
static int meet(rgc_object *child, void *argument)
{
	struct walk *walk = argument;
	if (!has_one_reference(child) || child == walk->root)
		return 0;
	if (walk->objects == OBJECTS_MAX)
		return 1;
	walk->objects++;
	walk->bytes += bytes_of(child);
	if (!type_has_references(child->type))
		return 0;
	rgc_object *before = walk->next;
	walk->next = child;
	if (before)
		enter(walk, before);
	return 0;
}

size_t rgc__kept_bytes(void *object)
{
	struct walk walk = {.root = object, .bytes = bytes_of(object)};
	enter(&walk, object);
	return walk.bytes;
}
