/*
 * weakref_cache.c - a cache that keeps its values alive, and one that does not.
 *
 * What it teaches: both functions view 100 pictures twice, the first of which somebody has
 * open all the time.  The strong cache never loads a picture again, and never lets go of
 * one: the line of rgc_decref stays blank, and 6.2 MiB are left behind.  The weak cache,
 * an rgc_weak_value_dict, knows what is alive anyway: the line of rgc_decref gives back all
 * that the line above takes, entries too, Mem usage is that of two pictures, and all but
 * the open one are loaded twice.
 */
#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <stdio.h>
#include <stdlib.h>

#define PICTURES 100

typedef struct picture {
	RGC_HEAD;
	char pixels[65536];
} picture;
RGC_DEFINE_TYPE(picture);

static int loads;

static void *checked(void *object)
{
	if (!object) {
		perror("weakref_cache");
		exit(EXIT_FAILURE);
	}
	return object;
}

static picture *load(void)
{
	loads++;
	return checked(rgc_new(picture));
}

static picture *strong_get(rgc_dict *cache, int64_t i)
{
	rgc_auto rgc_int *number = checked(rgc_int_new(i));
	picture *found = rgc_dict_ref(cache, number);
	if (found)
		return found;
	picture *loaded = load();
	checked(rgc_dict_set_default(cache, number, loaded));
	return loaded;
}

static picture *weak_get(rgc_weak_value_dict *cache, int64_t i)
{
	rgc_auto rgc_int *number = checked(rgc_int_new(i));
	picture *found = rgc_weak_value_dict_ref(cache, number);
	if (found)
		return found;
	picture *loaded = load();
	checked(rgc_weak_value_dict_set_default(cache, number, loaded));
	return loaded;
}

MPROF_PROFILE static void view_strong(rgc_dict *cache)
{
	for (int view = 0; view < 2 * PICTURES; view++) {
		picture *viewed = strong_get(cache, view % PICTURES);
		rgc_decref(viewed);
	}
}

MPROF_PROFILE static void view_weak(rgc_weak_value_dict *cache)
{
	for (int view = 0; view < 2 * PICTURES; view++) {
		picture *viewed = weak_get(cache, view % PICTURES);
		rgc_decref(viewed);
	}
}

static void tell(const char *name)
{
	printf("%s cache: %d views of %d pictures, %d loads\n", name, 2 * PICTURES, PICTURES, loads);
	loads = 0;
}

static void try_strong(void)
{
	rgc_auto rgc_dict *cache = checked(rgc_dict_new());
	rgc_auto picture *open = strong_get(cache, 0);
	view_strong(cache);
	tell("strong");
}

static void try_weak(void)
{
	rgc_auto rgc_weak_value_dict *cache = checked(rgc_weak_value_dict_new());
	rgc_auto picture *open = weak_get(cache, 0);
	view_weak(cache);
	tell("weak");
}

int main(void)
{
	try_strong();
	try_weak();
	return EXIT_SUCCESS;
}
