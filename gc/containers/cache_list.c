/*
 * cache_list.c - see cache_list.h.  Its lock is taken before that of a heap or a memoizer, and held over
 * forks, as a child has none of the other threads.
 */
#include "cache_list.h"

#include "../core/at_exit.h"
#include "../core/heap.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cache_listing *listed;

static void hold(void)
{
	pthread_mutex_lock(&lock);
}

static void let_go(void)
{
	pthread_mutex_unlock(&lock);
}

static void guard_forks(void)
{
	(void)pthread_atfork(hold, let_go, let_go);
}

static struct cache_row row_of(const char *name, rgc_function function)
{
	return name ? rgc__cache_row_of(name) : rgc__cache_row_of_function(function);
}

void rgc__cache_list_add(struct cache_listing *listing, const char *name, rgc_function function)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, guard_forks);
	hold();
	listing->row = row_of(name, function);
	listing->next = listed;
	listing->link = &listed;
	if (listed)
		listed->link = &listing->next;
	listed = listing;
	let_go();
}

void rgc__cache_list_rename(struct cache_listing *listing, const char *name, rgc_function function)
{
	if (!listing->link)
		return;
	hold();
	rgc__cache_row_give_back(listing->row);
	listing->row = row_of(name, function);
	let_go();
}

static void tell_and_unlist(struct cache_listing *listing, const struct cache_figures *figures)
{
	rgc__cache_row_tell(listing->row, figures);
	*listing->link = listing->next;
	if (listing->next)
		listing->next->link = listing->link;
	listing->link = NULL;
}

void rgc__cache_list_end(struct cache_listing *listing)
{
	if (!listing->link)
		return;
	struct cache_figures figures = listing->figures(listing, true);
	hold();
	if (listing->link) /* the process may end meanwhile */
		tell_and_unlist(listing, &figures);
	let_go();
}

/* The process ends, and perhaps before its memoizers. */
__attribute__((destructor(DESTRUCTOR_TELL))) static void tell_of_all(void)
{
	hold();
	rgc__heaps_left_hold();
	while (listed) {
		bool at_rest = listed->heap == rgc__thread.heap || rgc__heap_is_left(listed->heap);
		struct cache_figures figures = listed->figures(listed, at_rest);
		tell_and_unlist(listed, &figures);
	}
	rgc__heaps_left_let_go();
	rgc__cache_rows_tell_shared();
	let_go();
}
