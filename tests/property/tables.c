/*
 * tables.c - a dictionary and a set of keys that operate, beside arrays in the order of insertion.
 */
#include "reentrant.h"

#include <errno.h>
#include <string.h>

/* A dictionary's pairs, or a set's items, whose serial is their own. */
struct order {
	int count;
	int numbers[NUMBERS];
	long serials[NUMBERS];
};

static rgc_dict *dict;
static rgc_set *set;
static struct order pairs, items;

static int place_of(const struct order *order, int number)
{
	for (int i = 0; i < order->count; i++) {
		if (order->numbers[i] == number)
			return i;
	}
	return -1;
}

static void add(struct order *order, int number, long serial)
{
	order->numbers[order->count] = number;
	order->serials[order->count++] = serial;
}

static void take_out(struct order *order, int place)
{
	size_t after = (size_t)(--order->count - place);
	memmove(order->numbers + place, order->numbers + place + 1, after * sizeof(*order->numbers));
	memmove(order->serials + place, order->serials + place + 1, after * sizeof(*order->serials));
}

/* ---- the dictionary ---- */

static void dict_put(key *it, bool only_if_absent)
{
	key *value = key_new(0);
	if (!value)
		return;
	long serial = value->serial;
	void *kept = value;
	bool done = only_if_absent ? (kept = rgc_dict_set_default(dict, it, value)) != NULL
				   : rgc_dict_set(dict, it, value) == 0;
	int place = place_of(&pairs, it->number);
	reentrant_must(done || may_fail(), "a pair that cannot be set", errno);
	if (done && place < 0)
		add(&pairs, it->number, serial);
	else if (done && !only_if_absent)
		pairs.serials[place] = serial;
	if (done)
		reentrant_must(((key *)kept)->serial == pairs.serials[place_of(&pairs, it->number)],
			       "the value that a dictionary keeps", it->number);
	rgc_decref(value);
}

static void dict_look(key *it)
{
	key *value = rgc_dict_ref(dict, it);
	int place = place_of(&pairs, it->number);
	if (value)
		reentrant_must(place >= 0 && value->serial == pairs.serials[place],
			       "the value in a dictionary", it->number);
	else
		reentrant_must(may_fail() || (errno == ENOENT && place < 0), "a key that is not found",
			       it->number);
	rgc_decref(value);
}

static void dict_contains(key *it)
{
	int found = rgc_dict_contains(dict, it);
	reentrant_must(found < 0 ? may_fail() : found == (place_of(&pairs, it->number) >= 0),
		       "rgc_dict_contains", it->number);
}

static void dict_remove(key *it, bool pop)
{
	key *value = NULL;
	bool done = pop ? (value = rgc_dict_pop(dict, it)) != NULL : rgc_dict_delete(dict, it) == 0;
	int place = place_of(&pairs, it->number);
	reentrant_must(done ? place >= 0 : may_fail() || (errno == ENOENT && place < 0),
		       "what is removed from a dictionary", it->number);
	if (value)
		reentrant_must(value->serial == pairs.serials[place], "what a dictionary pops", it->number);
	if (done)
		take_out(&pairs, place);
	rgc_decref(value);
}

static void dict_pop_item(bool last)
{
	void *it, *value;
	int done = rgc_dict_pop_item(dict, last, &it, &value);
	reentrant_must((done == 0) == (pairs.count > 0), "rgc_dict_pop_item", done);
	if (done)
		return;
	int place = last ? pairs.count - 1 : 0;
	reentrant_must(((key *)it)->number == pairs.numbers[place] &&
			       ((key *)value)->serial == pairs.serials[place],
		       "the pair that is popped", place);
	take_out(&pairs, place);
	rgc_decref(it);
	rgc_decref(value);
}

/* ---- the set ---- */

static void set_change(key *it, unsigned what)
{
	int result = what == 0   ? rgc_set_add(set, it)
		     : what == 1 ? rgc_set_discard(set, it)
				 : rgc_set_contains(set, it);
	int place = place_of(&items, it->number);
	if (result < 0) {
		reentrant_must(may_fail(), "a set that fails", errno);
		return;
	}
	reentrant_must(result == (what == 0 ? place < 0 : place >= 0), "what a set says", it->number);
	if (what == 0 && place < 0)
		add(&items, it->number, it->serial);
	else if (what == 1 && place >= 0)
		take_out(&items, place);
}

/* ---- both ---- */

static void operate_on(key *it)
{
	switch (reentrant_byte() % 10) {
	case 0:
	case 1:
	case 2:
		dict_put(it, false);
		break;
	case 3:
		dict_put(it, true);
		break;
	case 4:
		dict_look(it);
		break;
	case 5:
		dict_contains(it);
		break;
	case 6:
		dict_remove(it, reentrant_byte() % 2);
		break;
	default:
		set_change(it, reentrant_byte() % 3);
	}
}

void tables_operate(void)
{
	unsigned what = reentrant_byte() % 64;
	if (what < 2) {
		dict_pop_item(what);
	} else if (what == 2) {
		rgc_dict_clear(dict);
		pairs.count = 0;
	} else if (what == 3) {
		rgc_set_clear(set);
		items.count = 0;
	} else {
		rgc_auto key *it = key_any();
		if (it)
			operate_on(it);
	}
}

void tables_check(void)
{
	rgc_cursor cursor = {0};
	void *it, *value;
	int place = 0;
	reentrant_must(rgc_dict_length(dict) == (size_t)pairs.count, "rgc_dict_length", pairs.count);
	reentrant_must(rgc_set_length(set) == (size_t)items.count, "rgc_set_length", items.count);
	for (; rgc_dict_next(dict, &cursor, &it, &value) == 1; place++)
		reentrant_must(((key *)it)->number == pairs.numbers[place] &&
				       ((key *)value)->serial == pairs.serials[place],
			       "a pair of a dictionary", place);
	reentrant_must(place == pairs.count, "pairs of a dictionary", place);
	cursor = (rgc_cursor){0};
	for (place = 0; rgc_set_next(set, &cursor, &it) == 1; place++)
		reentrant_must(((key *)it)->serial == items.serials[place], "an item of a set", place);
	reentrant_must(place == items.count, "items of a set", place);
}

void tables_begin(void)
{
	dict = rgc_dict_new();
	set = rgc_set_new();
	pairs.count = items.count = 0;
	reentrant_must(dict && set, "no memory", 0);
}

void tables_end(void)
{
	rgc_clear(&dict);
	rgc_clear(&set);
}
