/*
 * callbacks.c - the program's functions that a collection calls before it begins and after it has ended. They
 * may add and remove others meanwhile.
 */
#include "callbacks.h"
#include "call.h"

#include <errno.h>
#include <stdlib.h>

int rgc_callback_add(rgc_callback function, void *data)
{
	rgc_heap *heap = heap_current();
	struct callback *callback = heap ? malloc(sizeof(*callback)) : NULL;
	if (!callback)
		return -1;
	*callback = (struct callback){.function = function, .data = data, .is_new = heap->calling_back > 0};
	struct callback **end = &heap->callbacks;
	while (*end)
		end = &(*end)->next;
	*end = callback;
	return 0;
}

/* Frees removed callbacks, once nobody walks the list. */
static void purge(rgc_heap *heap)
{
	struct callback **at = &heap->callbacks;
	while (*at) {
		struct callback *callback = *at;
		callback->is_new = false;
		if (callback->function) {
			at = &callback->next;
			continue;
		}
		*at = callback->next;
		free(callback);
	}
}

int rgc_callback_remove(rgc_callback function, void *data)
{
	rgc_heap *heap = heap_current();
	for (struct callback *at = heap ? heap->callbacks : NULL; at; at = at->next) {
		if (at->function != function || at->data != data)
			continue;
		at->function = NULL;
		if (!heap->calling_back)
			purge(heap);
		return 0;
	}
	errno = ENOENT;
	return -1;
}

void rgc__callbacks_run(rgc_heap *heap, enum rgc_phase phase, const struct rgc_info *info)
{
	if (!heap->callbacks)
		return;
	heap->calling_back++;
	for (struct callback *at = heap->callbacks; at; at = at->next) {
		if (!at->function || at->is_new)
			continue;
		struct call call MUST_RETURN;
		call_begin(&call, "collector's callback", NULL);
		at->function(phase, info, at->data);
		call_end(&call);
	}
	if (--heap->calling_back == 0)
		purge(heap);
}

void rgc__callbacks_finish(rgc_heap *heap)
{
	for (struct callback *at = heap->callbacks, *next; at; at = next) {
		next = at->next;
		free(at);
	}
	heap->callbacks = NULL;
	heap->calling_back = 0;
}
