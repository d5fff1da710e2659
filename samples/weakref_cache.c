/*
 * weakref_cache.c - a cache that keeps its values alive, and one that does not.
 *
 * What it teaches: both functions view 100 pictures twice, the first of which somebody has
 * open all the time.  The strong cache never loads a picture again, and never lets go of
 * one: the line of rgc_decref stays blank, and 6.2 MiB are left behind.  The weak cache
 * knows what is alive anyway: the line of rgc_decref gives back all that the line above
 * loads, Mem usage is that of two pictures, and all but the open one are loaded twice.
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

static void keep(rgc_dict *cache, rgc_int *number, void *entry)
{
	if (rgc_dict_set(cache, number, entry) < 0)
		checked(NULL);
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
	keep(cache, number, loaded);
	return loaded;
}

static picture *weak_get(rgc_dict *cache, int64_t i)
{
	rgc_auto rgc_int *number = checked(rgc_int_new(i));
	rgc_weak *entry = rgc_dict_get(cache, number);
	picture *found = entry ? rgc_weak_ref(entry) : NULL;
	if (found)
		return found;
	picture *loaded = load();
	rgc_auto rgc_weak *weak = checked(rgc_weak_new(loaded, NULL, NULL));
	keep(cache, number, weak);
	return loaded;
}

MPROF_PROFILE static void view_strong(rgc_dict *cache)
{
	for (int view = 0; view < 2 * PICTURES; view++) {
		picture *viewed = strong_get(cache, view % PICTURES);
		rgc_decref(viewed);
	}
}

MPROF_PROFILE static void view_weak(rgc_dict *cache)
{
	for (int view = 0; view < 2 * PICTURES; view++) {
		picture *viewed = weak_get(cache, view % PICTURES);
		rgc_decref(viewed);
	}
}

static void try(const char *name, picture *(*get)(rgc_dict *, int64_t), void (*view)(rgc_dict *))
{
	rgc_auto rgc_dict *cache = checked(rgc_dict_new());
	loads = 0;
	rgc_auto picture *open = get(cache, 0);
	view(cache);
	printf("%s cache: %d views of %d pictures, %d loads\n", name, 2 * PICTURES, PICTURES, loads);
}

int main(void)
{
	try("strong", strong_get, view_strong);
	try("weak", weak_get, view_weak);
	return EXIT_SUCCESS;
}
