/*
 * waiting.c - see waiting.h.
 */
#include "drain/waiting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void waiting_init(struct waiting *waiting, uint64_t window_stamps)
{
	*waiting = (struct waiting){.window_stamps = window_stamps, .next_deadline = UINT64_MAX};
}

void waiting_finish(struct waiting *waiting)
{
	free(waiting->items);
	waiting->items = NULL;
}

static bool is_parked(const struct cursor_waiting *item)
{
	return item->kind != WAITING_REALLOC;
}

static void note_deadline(struct waiting *waiting, const struct cursor_waiting *item)
{
	uint64_t deadline = item->stamp + waiting->window_stamps;

	if (is_parked(item) && deadline < waiting->next_deadline)
		waiting->next_deadline = deadline;
}

int waiting_add(struct waiting *waiting, const struct cursor_waiting *item)
{
	if (waiting->count == waiting->capacity) {
		size_t capacity = waiting->capacity ? 2 * waiting->capacity : 64;
		void *grown = realloc(waiting->items, capacity * sizeof(*waiting->items));
		if (!grown)
			return -ENOMEM;
		waiting->items = grown;
		waiting->capacity = capacity;
	}
	waiting->items[waiting->count++] = *item;
	waiting->parked += is_parked(item);
	note_deadline(waiting, item);
	return 0;
}

static void take_at(struct waiting *waiting, size_t index, struct cursor_waiting *taken)
{
	*taken = waiting->items[index];
	waiting->count--;
	memmove(&waiting->items[index], &waiting->items[index + 1],
		(waiting->count - index) * sizeof(*waiting->items));
	if (!is_parked(taken))
		return;
	waiting->parked--;
	waiting->next_deadline = UINT64_MAX;
	for (size_t i = 0; i < waiting->count; i++)
		note_deadline(waiting, &waiting->items[i]);
}

bool waiting_take_parked(struct waiting *waiting, enum cursor_waiting_kind kind, uint64_t key,
			 uint32_t thread_index, bool by_it, struct cursor_waiting *taken)
{
	for (size_t i = 0; i < waiting->count; i++) {
		const struct cursor_waiting *item = &waiting->items[i];
		if (item->kind == (uint64_t)kind && item->key == key &&
		    (item->thread_index == thread_index) == by_it) {
			take_at(waiting, i, taken);
			return true;
		}
	}
	return false;
}

bool waiting_take_realloc(struct waiting *waiting, uint32_t thread_index, bool side,
			  struct cursor_waiting *taken)
{
	for (size_t i = 0; i < waiting->count; i++) {
		const struct cursor_waiting *item = &waiting->items[i];
		if (item->kind == WAITING_REALLOC && item->thread_index == thread_index &&
		    item->side == side) {
			take_at(waiting, i, taken);
			return true;
		}
	}
	return false;
}

bool waiting_take_late(struct waiting *waiting, uint64_t stamp, struct cursor_waiting *taken)
{
	if (waiting->parked == 0 || waiting->next_deadline > stamp)
		return false;
	for (size_t i = 0; i < waiting->count; i++) {
		const struct cursor_waiting *item = &waiting->items[i];
		bool late = stamp == UINT64_MAX || item->stamp + waiting->window_stamps <= stamp;
		if (is_parked(item) && late) {
			take_at(waiting, i, taken);
			return true;
		}
	}
	return false;
}
