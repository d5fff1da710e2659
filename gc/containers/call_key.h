/*
 * call_key.h - the arguments of a call as one object, the key of the memoizer for calls that do not have just
 * one positional argument.
 */
#ifndef RGC_GC_CONTAINERS_CALL_KEY_H
#define RGC_GC_CONTAINERS_CALL_KEY_H

#include "../core/base.h"

#include <mprof/rgc.h>

/*
 * A key of all arguments, whose order matters, names and values of `keywords` (NULL is none) included; with
 * `typed`, their types matter too.  It is equal to other call keys only, whatever other types say.  Owned;
 * NULL with the error of a hash, ENOMEM, or EBUSY if `keywords` changes meanwhile.
 */
rgc_object *rgc__call_key_new(const rgc_tuple *arguments, const rgc_dict *keywords, bool typed);

/* A key as rgc_share gives it, of a call key with all that is in it. */
rgc_object *rgc__call_key_share(const rgc_object *key);

/* Makes the collector watch a key, if need be, when a memoizer keeps it; other objects are left alone. */
void rgc__call_key_watch(rgc_object *key);

#endif
