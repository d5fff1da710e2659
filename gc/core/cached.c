/*
 * cached.c - members that are computed when they are first asked for: mprof/rgc/cached.h.
 */
#include "call.h"
#include "missing.h"
#include "tracking.h"

#include <errno.h>

/* Whether the type says that the object has a reference there; of types with `traverse`, whether it may. */
static bool is_member(const rgc_object *object, const object_pointer *member)
{
	const struct rgc_type *type = object->type;
	size_t offset = (size_t)((const char *)member - (const char *)object);
	for (uint32_t i = 0; i < type->field_count; i++) {
		if (type->fields[i] == offset)
			return true;
	}
	return type->traverse && offset >= sizeof(*object) && offset < type->size;
}

static APART void *compute_new(rgc_object *object, rgc_property compute)
{
	struct call call MUST_RETURN;
	call_begin(&call, "cached property", object->type);
	void *value = compute(object);
	call_end(&call);
	return value;
}

static void *fill(rgc_object *object, object_pointer *member, rgc_property compute)
{
	if (!compute || object_is_shared(object) || !is_member(object, member)) {
		errno = EINVAL;
		return NULL;
	}
	rgc_incref(object);
	rgc_object *value = compute_new(object, compute);
	if (value) {
		track_child(object, value);
		/* What was there by now may have a finalizer, which changes it again. */
		rgc_steal(member, value);
		value = *member;
	}
	int error = errno;
	rgc_decref(object);
	errno = error;
	return value;
}

void *rgc_cached_(void *self, void *member, rgc_property compute)
{
	if (missing(self))
		return NULL;
	object_pointer *place = member;
	return likely(*place != NULL) ? *place : fill(self, place, compute);
}
