/* rgc_keys.c - keys for the tests of rgc's containers, and allocations that fail. */
#include "rgc_keys.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

int (*evil_act)(void *data);
void *evil_data;

static int misbehave(void)
{
	static bool acting;
	if (!evil_act || acting)
		return 0;
	acting = true;
	int result = evil_act(evil_data);
	acting = false;
	return result;
}

static int evil_hash(const void *self, size_t *hash)
{
	*hash = (size_t)((const evil *)self)->id % 3;
	return misbehave();
}

static int evil_equal(const void *self, const void *other)
{
	int equal = RGC_IS(other, evil) && ((const evil *)self)->id == ((const evil *)other)->id;
	return misbehave() ? -1 : equal;
}

RGC_DEFINE_PUBLIC_TYPE((NULL, evil_hash, evil_equal, NULL), evil);

evil *evil_new(long id)
{
	evil *key = rgc_new(evil);
	if (key)
		key->id = id;
	return key;
}

static void last_words_finalize(void *self)
{
	const last_words *words = self;
	(void)words->act(words->data);
}

RGC_DEFINE_PUBLIC_TYPE((last_words_finalize, NULL, NULL, NULL), last_words);

last_words *last_words_new(int (*act)(void *data), void *data)
{
	last_words *words = rgc_new(last_words);
	if (words) {
		words->act = act;
		words->data = data;
	}
	return words;
}

static rgc_object *tuple_key(long id)
{
	rgc_auto rgc_int *first = rgc_int_new(id), *second = rgc_int_new(1000 + id);
	return first && second ? (rgc_object *)rgc_tuple_of(2, first, second) : NULL;
}

rgc_object *key_of(long id)
{
	switch (id % 5) {
	case 0:
		return (rgc_object *)rgc_int_new(id * 256);
	case 1:
		return (rgc_object *)rgc_float_new((double)id + 0.5);
	case 2:
		return (rgc_object *)rgc_str_format("key %ld", id);
	case 3:
		return tuple_key(id);
	default:
		return (rgc_object *)evil_new(id);
	}
}

unsigned random_next(unsigned long *state)
{
	*state = *state * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned)(*state >> 33);
}

void on_small_stack(void *(*function)(void *argument), void *argument)
{
	pthread_attr_t small;
	pthread_t thread;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	cr_assert_eq(pthread_create(&thread, &small, function, argument), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&small);
}
