/*
 * passed_on.c - what only libc can do, called in libc itself: see text.c for why.
 *
 * Each is looked for at its first call.  Where libc should not have one, the call fails.
 */
#include "preload/libc/exported.h"

#include "arch_thread.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#define OWN __attribute__((visibility("hidden"), used))

static void *find(void *_Atomic *place, const char *name)
{
	/* Relaxed: the word is all there is, and any thread finds the same. */
	void *function = atomic_load_explicit(place, memory_order_relaxed);

	if (__builtin_expect(!function, 0)) {
		function = exported_by_libc(name);
		atomic_store_explicit(place, function, memory_order_relaxed);
	}
	return function;
}

/* The last call of its function, so that libc sees whose caller it is as before. */
#define PASSED_ON(name, result, parameters, arguments, failed)                                               \
	OWN result name parameters                                                                           \
	{                                                                                                    \
		static void *_Atomic place;                                                                  \
		result(*function) parameters = (result(*) parameters)find(&place, #name);                    \
                                                                                                             \
		return function ? function arguments : (failed);                                             \
	}

PASSED_ON(dlsym, void *, (void *restrict handle, const char *restrict name), (handle, name), NULL)
PASSED_ON(dlopen, void *, (const char *path, int mode), (path, mode), NULL)
PASSED_ON(dlerror, char *, (void), (), NULL)
PASSED_ON(dl_iterate_phdr, int, (int (*callback)(struct dl_phdr_info *, size_t, void *), void *argument),
	  (callback, argument), 0)
PASSED_ON(clock_gettime, int, (clockid_t clock, struct timespec *now), (clock, now), -1)
PASSED_ON(getauxval, unsigned long, (unsigned long type), (type), 0)
PASSED_ON(strerrordesc_np, const char *, (int error_number), (error_number), NULL)
PASSED_ON(pthread_key_create, int, (pthread_key_t * key, void (*destructor)(void *)), (key, destructor),
	  EAGAIN)
PASSED_ON(pthread_setspecific, int, (pthread_key_t key, const void *value), (key, value), EAGAIN)

/* What pthread_atfork is made of, in each library. */
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *owner);
PASSED_ON(__register_atfork, int,
	  (void (*prepare)(void), void (*parent)(void), void (*child)(void), void *owner),
	  (prepare, parent, child, owner), EAGAIN)

OWN char *getenv(const char *name)
{
	size_t length = strlen(name);

	for (char **entry = __environ; entry && *entry; entry++)
		if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
			return *entry + length + 1;
	return NULL;
}

OWN pthread_t pthread_self(void)
{
	return (pthread_t)arch_thread();
}
