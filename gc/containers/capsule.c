/*
 * capsule.c - rgc_capsule: a foreign pointer that lives and ends as an object.
 */
#include "../core/call.h"
#include "../core/missing.h"

#include <mprof/rgc.h>

#include <errno.h>
#include <string.h>

struct rgc_capsule {
	RGC_HEAD;
	void *pointer;
	const char *name;
	void (*destroy)(void *pointer);
};

rgc_capsule *rgc_capsule_new(void *pointer, const char *name, void (*destroy)(void *pointer))
{
	rgc_capsule *capsule = rgc_new(rgc_capsule);
	if (!capsule)
		return NULL;
	capsule->pointer = pointer;
	capsule->name = name;
	capsule->destroy = destroy;
	return capsule;
}

void *rgc_capsule_get(const rgc_capsule *capsule, const char *name)
{
	if (missing(capsule))
		return NULL;
	const char *own = capsule->name;
	if (own != name && (!own || !name || strcmp(own, name) != 0)) {
		errno = EINVAL;
		return NULL;
	}
	return capsule->pointer;
}

/* Not a finalizer: a pointer that is destroyed cannot come back. */
static void capsule_clear(void *self)
{
	rgc_capsule *capsule = self;
	void (*destroy)(void *) = capsule->destroy;
	capsule->destroy = NULL;
	if (!destroy)
		return;
	int saved_errno = errno;
	struct call call MUST_RETURN;
	call_begin(&call, "destroy of a capsule", NULL);
	destroy(capsule->pointer);
	call_end(&call);
	errno = saved_errno;
}

static rgc_str *capsule_repr(const void *self)
{
	const rgc_capsule *capsule = self;
	if (!capsule->name)
		return rgc_str_format("<rgc_capsule at %p>", self);
	return rgc_str_format("<rgc_capsule \"%s\" at %p>", capsule->name, self);
}

const struct rgc_type RGC_TYPE(rgc_capsule) = {
	.name = "rgc_capsule",
	.size = sizeof(rgc_capsule),
	.flags = TYPE_IS_OURS,
	.clear = capsule_clear,
	.repr = capsule_repr,
};
