/*
 * defaultdict.c - rgc_defaultdict: a dictionary with a factory for what is missing.
 */
#include "iter.h"
#include "text.h"
#include "../core/call.h"
#include "../core/missing.h"

#include <errno.h>

struct rgc_defaultdict {
	RGC_HEAD;
	rgc_dict *dict;
	rgc_object *data; /* or NULL */
	rgc_factory factory;
};

/* Consumes the reference to the dictionary, on failure too. */
static rgc_defaultdict *new_steal(rgc_dict *dict, rgc_factory factory, rgc_object *data)
{
	rgc_defaultdict *defaultdict = dict ? rgc_new(rgc_defaultdict) : NULL;
	if (!defaultdict) {
		rgc_decref(dict);
		return NULL;
	}
	defaultdict->dict = dict;
	rgc_set(&defaultdict->data, data);
	defaultdict->factory = factory;
	return defaultdict;
}

rgc_defaultdict *rgc_defaultdict_new(rgc_factory factory, void *data)
{
	check_object(data);
	if (factory)
		return new_steal(rgc_dict_new(), factory, data);
	errno = EINVAL;
	return NULL;
}

rgc_defaultdict *rgc_defaultdict_copy(const rgc_defaultdict *defaultdict)
{
	if (missing(defaultdict))
		return NULL;
	return new_steal(rgc_dict_copy(defaultdict->dict), defaultdict->factory, defaultdict->data);
}

static APART void *call_factory(const rgc_defaultdict *defaultdict)
{
	struct call call MUST_RETURN;
	call_begin(&call, "factory of a defaultdict", NULL);
	void *value = defaultdict->factory(defaultdict->data);
	call_end(&call);
	return value;
}

/* What the factory may have stored for the key meanwhile is replaced, as in Python. */
static void *make_missing(rgc_defaultdict *defaultdict, void *key)
{
	rgc_auto rgc_object *value = call_factory(defaultdict);
	if (!value || rgc_dict_set(defaultdict->dict, key, value))
		return NULL;
	/* If something was replaced, its end may have removed the key again. */
	return rgc_dict_get(defaultdict->dict, key);
}

void *rgc_defaultdict_get(rgc_defaultdict *defaultdict, void *key)
{
	if (missing(defaultdict) || missing(key))
		return NULL;
	int saved_errno = errno;
	void *value = rgc_dict_get(defaultdict->dict, key);
	if (value || errno != ENOENT)
		return value;
	errno = saved_errno;
	rgc_auto rgc_defaultdict *held = rgc_ref(defaultdict);
	rgc_auto rgc_object *held_key = rgc_ref((rgc_object *)key);
	return make_missing(held, held_key);
}

rgc_dict *rgc_defaultdict_dict(const rgc_defaultdict *defaultdict)
{
	if (missing(defaultdict))
		return NULL;
	return defaultdict->dict;
}

static int defaultdict_equal(const void *self, const void *other)
{
	if (!RGC_IS(other, rgc_defaultdict))
		return 0;
	return rgc_equal(((const rgc_defaultdict *)self)->dict, ((const rgc_defaultdict *)other)->dict);
}

static rgc_str *defaultdict_repr(const void *self)
{
	const rgc_defaultdict *defaultdict = self;
	struct text text = {0};
	rgc__text_add_string(&text, "defaultdict(<factory>, ");
	rgc__text_add_repr(&text, defaultdict->dict);
	rgc__text_add_string(&text, ")");
	return rgc__text_finish(&text);
}

static const uint32_t fields[] = {offsetof(rgc_defaultdict, dict), offsetof(rgc_defaultdict, data)};

const struct rgc_type RGC_TYPE(rgc_defaultdict) = {
	.name = "rgc_defaultdict",
	.size = sizeof(rgc_defaultdict),
	.flags = TYPE_IS_OURS | RGC_TYPE_UNHASHABLE,
	.field_count = sizeof(fields) / sizeof(*fields),
	.fields = fields,
	.equal = defaultdict_equal,
	.repr = defaultdict_repr,
	.iter = rgc__defaultdict_iter,
};
