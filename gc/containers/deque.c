/*
 * deque.c - rgc_deque: items in blocks, whose addresses are in a ring.
 *
 * Items have places, numbers in a row that go on with 0 after the last.  A place tells the item's block, by
 * its place in the ring, and where it is in there.  Blocks are taken and given back at both ends, so an item
 * never moves; one block is spare, for those who cross a border to and fro.
 *
 * User code runs only where a reference is dropped, which is always the last thing done, and in equal.
 */
#include "iter.h"
#include "items.h"
#include "size.h"
#include "text.h"
#include "../core/descent.h"
#include "../core/buffer.h"
#include "../core/header.h"
#include "../core/tracking.h"
#include "../core/missing.h"

#include <errno.h>
#include <string.h>

#define BLOCK_ITEMS 64
#define SMALLEST_RING 4

struct block {
	rgc_object *items[BLOCK_ITEMS];
};

struct rgc_deque {
	RGC_HEAD;
	struct block **ring; /* NULL in it where no items are */
	size_t ring_size;    /* 0, or a power of two */
	struct block *spare; /* or NULL */
	size_t head;         /* place of the first item */
	size_t length, maxlen;
	size_t version; /* changes whenever items come, go or move */
};

static inline struct block **block_of(const rgc_deque *deque, size_t place)
{
	return &deque->ring[place / BLOCK_ITEMS & (deque->ring_size - 1)];
}

static inline rgc_object **slot_of(const rgc_deque *deque, size_t place)
{
	return &(*block_of(deque, place))->items[place % BLOCK_ITEMS];
}

static inline rgc_object **slot_at(const rgc_deque *deque, size_t index)
{
	return slot_of(deque, deque->head + index);
}

/* How many blocks `count` items are in, of which the first is at a place. */
static inline size_t blocks_for(size_t first, size_t count)
{
	return count ? (first % BLOCK_ITEMS + count - 1) / BLOCK_ITEMS + 1 : 0;
}

static inline size_t ring_bytes(size_t ring_size)
{
	return ring_size * sizeof(struct block *);
}

size_t rgc__deque_owned_bytes(const void *self)
{
	const rgc_deque *deque = self;
	size_t blocks = blocks_for(deque->head, deque->length) + (deque->spare != NULL);
	return ring_bytes(deque->ring_size) + blocks * sizeof(struct block);
}

/* ---- blocks ---- */

static void ring_free(const rgc_deque *deque)
{
	rgc__buffer_free(object_is_shared(&deque->rgc_head), deque->ring, ring_bytes(deque->ring_size));
}

static int ring_reserve(rgc_deque *deque, size_t blocks)
{
	if (likely(blocks <= deque->ring_size))
		return 0;
	/* One more than there was, so twice as many do. */
	size_t size = deque->ring_size ? 2 * deque->ring_size : SMALLEST_RING;
	rgc_deque larger = *deque;
	larger.ring = rgc__buffer_new(&deque->rgc_head, ring_bytes(size));
	larger.ring_size = size;
	if (!larger.ring)
		return -1;
	memset(larger.ring, 0, ring_bytes(size));
	size_t used = blocks_for(deque->head, deque->length);
	for (size_t i = 0, place = deque->head; i < used; i++, place += BLOCK_ITEMS)
		*block_of(&larger, place) = *block_of(deque, place);
	ring_free(deque);
	deque->ring = larger.ring;
	deque->ring_size = size;
	return 0;
}

static int spare_reserve(rgc_deque *deque)
{
	if (deque->spare)
		return 0;
	deque->spare = rgc__buffer_new(&deque->rgc_head, sizeof(struct block));
	return deque->spare ? 0 : -1;
}

/* Makes room at a place next to the items, of which the first is at `first` then: 0, or -1 with ENOMEM. */
static inline int reserve(rgc_deque *deque, size_t first, size_t place)
{
	if (ring_reserve(deque, blocks_for(first, deque->length + 1)))
		return -1;
	struct block **block = block_of(deque, place);
	if (likely(*block != NULL))
		return 0;
	if (spare_reserve(deque))
		return -1;
	*block = deque->spare;
	deque->spare = NULL;
	return 0;
}

/* Of a place whose block has no more items. */
static void block_release(rgc_deque *deque, size_t place)
{
	struct block **block = block_of(deque, place);
	if (deque->spare)
		rgc__buffer_free(object_is_shared(&deque->rgc_head), *block, sizeof(struct block));
	else
		deque->spare = *block;
	*block = NULL;
}

/* Of a deque that has become empty: a long ring goes, a short one will be needed again. */
static void ring_release(rgc_deque *deque)
{
	if (deque->ring_size == SMALLEST_RING)
		return;
	ring_free(deque);
	deque->ring = NULL;
	deque->ring_size = 0;
}

/* ---- both ends ---- */

static int put(rgc_deque *deque, rgc_object *item, bool left)
{
	size_t first = deque->head - left, place = left ? first : first + deque->length;
	if (reserve(deque, first, place))
		return -1;
	*slot_of(deque, place) = item;
	deque->head = first;
	deque->length++;
	deque->version++;
	return 0;
}

/* There must be an item; its reference is the caller's then. */
static rgc_object *take(rgc_deque *deque, bool left)
{
	size_t place = deque->head + (left ? 0 : deque->length - 1);
	rgc_object *item = *slot_of(deque, place);
	deque->head += left;
	deque->length--;
	deque->version++;
	if (place % BLOCK_ITEMS == (left ? BLOCK_ITEMS - 1 : 0) || !deque->length)
		block_release(deque, place);
	if (!deque->length)
		ring_release(deque);
	return item;
}

static int append_steal(rgc_deque *deque, rgc_object *item, bool left)
{
	if (put(deque, item, left)) {
		rgc_decref(item);
		return -1;
	}
	RGC_CHECK_STORE_(item);
	track_child(deque, item);
	if (unlikely(deque->length > deque->maxlen))
		rgc_decref(take(deque, !left));
	return 0;
}

rgc_deque *rgc_deque_new(size_t maxlen)
{
	rgc_deque *deque = rgc_new(rgc_deque);
	if (deque)
		deque->maxlen = maxlen;
	return deque;
}

size_t rgc_deque_length(const rgc_deque *deque)
{
	if (missing(deque))
		return 0;
	return deque->length;
}

size_t rgc_deque_maxlen(const rgc_deque *deque)
{
	if (missing(deque))
		return 0;
	return deque->maxlen;
}

int rgc_deque_append(rgc_deque *deque, void *item)
{
	if (missing(deque) || missing(item))
		return -1;
	return append_steal(deque, rgc_ref(item), false);
}

int rgc_deque_append_left(rgc_deque *deque, void *item)
{
	if (missing(deque) || missing(item))
		return -1;
	return append_steal(deque, rgc_ref(item), true);
}

static int append_steal_checked(rgc_deque *deque, void *item, bool left)
{
	if (item && missing_pointer(deque)) {
		rgc_decref(item);
		return -1;
	}
	return missing_pointer(item) ? -1 : append_steal(deque, item, left);
}

int rgc_deque_append_steal(rgc_deque *deque, void *item)
{
	check_object(deque);
	check_object(item);
	return append_steal_checked(deque, item, false);
}

int rgc_deque_append_left_steal(rgc_deque *deque, void *item)
{
	check_object(deque);
	check_object(item);
	return append_steal_checked(deque, item, true);
}

static void *pop(rgc_deque *deque, bool left)
{
	if (likely(deque->length))
		return take(deque, left);
	errno = ERANGE;
	return NULL;
}

void *rgc_deque_pop(rgc_deque *deque)
{
	if (missing(deque))
		return NULL;
	return pop(deque, false);
}

void *rgc_deque_pop_left(rgc_deque *deque)
{
	if (missing(deque))
		return NULL;
	return pop(deque, true);
}

/* What is dropped at the other end may change the list. */
static int extend(rgc_deque *deque, const rgc_list *items, bool left)
{
	for (size_t i = 0; i < rgc_list_length(items); i++)
		if (append_steal(deque, rgc_list_ref(items, (ssize_t)i), left))
			return -1;
	return 0;
}

int rgc_deque_extend(rgc_deque *deque, const rgc_list *items)
{
	if (missing(deque) || missing(items))
		return -1;
	return extend(deque, items, false);
}

int rgc_deque_extend_left(rgc_deque *deque, const rgc_list *items)
{
	if (missing(deque) || missing(items))
		return -1;
	return extend(deque, items, true);
}

int rgc_deque_rotate(rgc_deque *deque, ssize_t steps)
{
	if (missing(deque))
		return -1;
	ssize_t length = (ssize_t)deque->length;
	if (length < 2)
		return 0;
	steps %= length;
	if (steps > length / 2)
		steps -= length;
	else if (steps < -(length / 2))
		steps += length;
	/* From here on one end leaves a block before the other needs the second one. */
	if (ring_reserve(deque, blocks_for(BLOCK_ITEMS - 1, deque->length)) || spare_reserve(deque))
		return -1;
	bool left = steps > 0;
	for (size_t i = left ? (size_t)steps : -(size_t)steps; i > 0; i--)
		(void)put(deque, take(deque, !left), left);
	return 0;
}

/* ---- by index ---- */

void *rgc_deque_get(const rgc_deque *deque, ssize_t index)
{
	if (missing(deque))
		return NULL;
	size_t at = index < 0 ? (size_t)index + deque->length : (size_t)index;
	if (likely(at < deque->length))
		return *slot_at(deque, at);
	errno = ERANGE;
	return NULL;
}

void *rgc_deque_ref(const rgc_deque *deque, ssize_t index)
{
	check_object(deque);
	return rgc_ref(rgc_deque_get(deque, index));
}

int rgc_deque_set(rgc_deque *deque, ssize_t index, void *item)
{
	if (missing(deque) || missing(item))
		return -1;
	rgc_object *old = rgc_deque_get(deque, index);
	if (!old)
		return -1;
	RGC_CHECK_STORE_(item);
	rgc_incref(item);
	*slot_at(deque, items_bound(deque->length, index)) = item;
	track_child(deque, item);
	rgc_decref(old);
	return 0;
}

/* Takes out an item, and closes the gap from the nearer end. */
static rgc_object *take_at(rgc_deque *deque, size_t index)
{
	rgc_object *item = *slot_at(deque, index);
	bool left = index < deque->length / 2;
	for (; left && index > 0; index--)
		*slot_at(deque, index) = *slot_at(deque, index - 1);
	for (; !left && index + 1 < deque->length; index++)
		*slot_at(deque, index) = *slot_at(deque, index + 1);
	take(deque, left);
	return item;
}

int rgc_deque_delete(rgc_deque *deque, ssize_t index)
{
	if (missing(deque))
		return -1;
	if (!rgc_deque_get(deque, index))
		return -1;
	rgc_decref(take_at(deque, items_bound(deque->length, index)));
	return 0;
}

static ssize_t find(const rgc_deque *deque, const void *item)
{
	size_t version = deque->version;
	for (size_t i = 0; i < deque->length; i++) {
		int equal = rgc__items_equal_one(*slot_at(deque, i), (rgc_object *)(uintptr_t)item);
		if (equal < 0)
			return -1;
		if (deque->version != version) {
			errno = EBUSY;
			return -1;
		}
		if (equal)
			return (ssize_t)i;
	}
	errno = ENOENT;
	return -1;
}

ssize_t rgc_deque_find(const rgc_deque *deque, const void *item)
{
	if (missing(deque) || missing(item))
		return -1;
	rgc_auto const rgc_deque *held = rgc_ref(deque);
	return find(held, item);
}

int rgc_deque_remove(rgc_deque *deque, const void *item)
{
	if (missing(deque) || missing(item))
		return -1;
	rgc_auto rgc_deque *held = rgc_ref(deque);
	ssize_t index = find(held, item);
	if (index < 0)
		return -1;
	rgc_decref(take_at(held, (size_t)index));
	return 0;
}

/* ---- as a whole ---- */

rgc_deque *rgc_deque_copy(const rgc_deque *deque)
{
	if (missing(deque))
		return NULL;
	rgc_deque *copy = rgc_deque_new(deque->maxlen);
	for (size_t i = 0; copy && i < deque->length; i++) {
		if (!append_steal(copy, rgc_ref(*slot_at(deque, i)), false))
			continue;
		rgc_decref(copy);
		copy = NULL;
	}
	return copy;
}

static void deque_clear(void *self)
{
	rgc_deque *deque = self, old = *deque;
	deque->ring = NULL;
	deque->spare = NULL;
	deque->ring_size = deque->length = 0;
	deque->version++;
	for (size_t i = 0; i < old.length; i++)
		rgc_decref(*slot_at(&old, i));
	bool shared = object_is_shared(&old.rgc_head);
	for (size_t i = 0; i < old.ring_size; i++)
		if (old.ring[i])
			rgc__buffer_free(shared, old.ring[i], sizeof(struct block));
	ring_free(&old);
	if (old.spare)
		rgc__buffer_free(shared, old.spare, sizeof(struct block));
}

void rgc_deque_clear(rgc_deque *deque)
{
	if (missing(deque))
		return;
	deque_clear(deque);
}

int rgc_deque_next(const rgc_deque *deque, rgc_cursor *cursor, void **item)
{
	if (missing(deque))
		return -1;
	if (!cursor->position)
		cursor->version = deque->version;
	if (cursor->version != deque->version) {
		errno = EBUSY;
		return -1;
	}
	if (cursor->position == deque->length)
		return 0;
	rgc_object *next = *slot_at(deque, cursor->position++);
	if (item)
		*item = next;
	return 1;
}

static int deque_traverse(void *self, rgc_visit visit, void *argument)
{
	const rgc_deque *deque = self;
	for (size_t i = 0; i < deque->length; i++)
		RGC_VISIT(*slot_at(deque, i));
	return 0;
}

/* Whether the items that both have a place for are equal: 1, 0 with their order if that is asked for, or -1
 * with errno. */
static int compare_items(const rgc_deque *a, const rgc_deque *b, int *order)
{
	size_t a_version = a->version, b_version = b->version;
	int result = 1;
	for (size_t i = 0; result == 1 && i < a->length && i < b->length; i++) {
		rgc_object *left = *slot_at(a, i), *right = *slot_at(b, i);
		result = order ? rgc__items_compare_one(left, right, order)
			       : rgc__items_equal_one(left, right);
		if (result < 0 || (a->version == a_version && b->version == b_version))
			continue;
		errno = EBUSY;
		return -1;
	}
	return result;
}

static int deque_equal(const void *self, const void *other)
{
	if (!RGC_IS(other, rgc_deque) || rgc_deque_length(self) != rgc_deque_length(other))
		return 0;
	if (rgc__descent_begin())
		return -1;
	int equal = compare_items(self, other, NULL);
	rgc__descent_end();
	return equal;
}

static int deque_compare(const void *self, const void *other, int *order)
{
	if (!RGC_IS(other, rgc_deque)) {
		errno = ENOTSUP;
		return -1;
	}
	if (rgc__descent_begin())
		return -1;
	int result = compare_items(self, other, order);
	rgc__descent_end();
	if (result == 1)
		*order = items_order_of_lengths(rgc_deque_length(self), rgc_deque_length(other));
	return result < 0 ? -1 : 0;
}

static rgc_str *deque_repr(const void *self)
{
	const rgc_deque *deque = self;
	struct text text = {0};
	rgc__text_add_string(&text, "deque([");
	for (size_t i = 0; i < deque->length && !text.error; i++) {
		if (i)
			rgc__text_add_string(&text, ", ");
		rgc__text_add_repr(&text, *slot_at(deque, i));
	}
	rgc__text_add_string(&text, "]");
	if (deque->maxlen != RGC_DEQUE_UNBOUNDED) {
		rgc__text_add_string(&text, ", maxlen=");
		rgc__text_add_number(&text, (int64_t)deque->maxlen);
	}
	rgc__text_add_string(&text, ")");
	return rgc__text_finish(&text);
}

const struct rgc_type RGC_TYPE(rgc_deque) = {
	.name = "rgc_deque",
	.size = sizeof(rgc_deque),
	.flags = TYPE_IS_OURS | RGC_TYPE_LAZY | RGC_TYPE_UNHASHABLE,
	.traverse = deque_traverse,
	.clear = deque_clear,
	.equal = deque_equal,
	.repr = deque_repr,
	.compare = deque_compare,
	.iter = rgc__deque_iter,
};
