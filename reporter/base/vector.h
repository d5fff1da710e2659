/* vector.h - an array that grows, for tables whose length is known only at the end. */
#ifndef MPROF_REPORTER_BASE_VECTOR_H
#define MPROF_REPORTER_BASE_VECTOR_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct vector { /* all zero: empty */
	void *data;
	size_t count, capacity;
};

/* A new element at the end, all zero; NULL: no memory.  Earlier pointers into the array die. */
static inline void *vector_add(struct vector *vector, size_t element_bytes)
{
	if (vector->count == vector->capacity) {
		size_t capacity = vector->capacity ? 2 * vector->capacity : 16;
		void *grown = reallocarray(vector->data, capacity, element_bytes);
		if (!grown)
			return NULL;
		vector->data = grown;
		vector->capacity = capacity;
	}
	void *element = (char *)vector->data + vector->count++ * element_bytes;
	return memset(element, 0, element_bytes);
}

/* A copy of *element at the end; 0 or -ENOMEM.  The same of pointers. */
static inline int vector_push(struct vector *vector, const void *element, size_t element_bytes)
{
	void *added = vector_add(vector, element_bytes);

	if (!added)
		return -ENOMEM;
	memcpy(added, element, element_bytes);
	return 0;
}

static inline void vector_finish(struct vector *vector)
{
	free(vector->data);
	*vector = (struct vector){0};
}

#endif
