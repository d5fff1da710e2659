/*
 * check.c - see check.h.  Looks at no memory before it is known to be that of a living object.
 */
#ifdef RGC_DEBUG

#include "check.h"
#include "heap.h"
#include "known.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The library itself made it for others: where it is a file of its own, its frames say nothing. */
static bool is_in_this_library(const Dl_info *info)
{
	Dl_info own;
	return dladdr(__extension__(void *) rgc__check, &own) && own.dli_fbase == info->dli_fbase &&
	       strstr(own.dli_fname, ".so");
}

static void print_origin(const struct known *known)
{
	const char *separator = "rgc: made at ";
	for (int i = 0; known->makers && i < KNOWN_MAKERS && known->makers[i]; i++) {
		const char *return_address = known->makers[i];
		Dl_info info;
		if (!dladdr(return_address, &info) || !info.dli_fname || is_in_this_library(&info))
			continue;
		const char *name = strrchr(info.dli_fname, '/');
		/* In the call, not behind it, which may be another line. */
		fprintf(stderr, "%s%s+0x%tx", separator, name ? name + 1 : info.dli_fname,
			return_address - 1 - (const char *)info.dli_fbase);
		separator = ", ";
	}
	if (known->makers)
		fputs("\n", stderr);
}

_Noreturn void rgc__check_failed(const char *function, const struct rgc_type *type, const void *object,
				 const char *fault)
{
	if (type)
		fprintf(stderr, "rgc: %s: <%s at %p> %s\n", function, type->name, object, fault);
	else
		fprintf(stderr, "rgc: %s: %p %s\n", function, object, fault);
	struct known known = rgc__known(object);
	print_origin(&known);
	abort();
}

static bool is_of_another_heap(const rgc_object *object)
{
	const uint32_t mask = (uint32_t)UINT16_MAX << OBJECT_HEAP_SHIFT;
	if (object->refs < 0) /* shared and immortal objects have none */
		return false;
	const rgc_heap *heap = heap_current();
	return heap && (object->flags & mask) != heap->number;
}

static _Noreturn void fail_for_type(const char *function, const struct known *known,
				    const struct rgc_type *wanted)
{
	char fault[200];
	snprintf(fault, sizeof(fault), "is no %s", wanted->name);
	rgc__check_failed(function, known->type, known->object, fault);
}

void rgc__check(const void *object, const struct rgc_type *type, const char *function)
{
	struct known known = rgc__known(object);
	if (!known.type)
		rgc__check_failed(function, NULL, object,
				  "is no object (rgc_str_new makes one of a C string)");
	if (known.ended)
		rgc__check_failed(function, known.type, object, "has ended");
	if (type && known.type != type)
		fail_for_type(function, &known, type);
	if (is_of_another_heap(object))
		rgc__check_failed(function, known.type, object,
				  "belongs to another heap than the thread's current one");
}

void rgc__check_held(const void *object, const char *function)
{
	rgc__check(object, NULL, function);
	const rgc_object *held = object;
	if (held->refs == 0)
		rgc__check_failed(function, held->type, object, "is ending: its last reference was dropped");
}

#endif
