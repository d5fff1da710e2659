/*
 * cache_rows.c - names for the memoizers of a recorded program, and how they stand.  Allocates nothing, which
 * would be recorded.
 *
 * A recording keeps every name and every word about it.  So the first caches of a name have a row each,
 * "name", "name #2" and so on; all later ones are one row, with the sums of their figures, which is written
 * again whenever twice as many have ended, and at exit.
 */
#include "cache_rows.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define ROWS_OF_A_NAME 64
#define NAMES 256 /* the last is for all that have no place */
#define NAME_BYTES 200

struct row_name {
	char text[NAME_BYTES]; /* "": not in use */
	unsigned caches;
	uint64_t shared, shared_told; /* caches without a row of their own that have ended */
	struct cache_figures sum;     /* of those */
};

static struct row_name names[NAMES];

static struct row_name *name_at(const char *text)
{
	for (size_t i = 0; i < NAMES - 1; i++) {
		if (!names[i].text[0])
			snprintf(names[i].text, NAME_BYTES, "%s", text);
		if (strncmp(names[i].text, text, NAME_BYTES - 1) == 0)
			return &names[i];
	}
	struct row_name *last = &names[NAMES - 1];
	snprintf(last->text, NAME_BYTES, "all other caches");
	last->caches = ROWS_OF_A_NAME; /* none has a row of its own */
	return last;
}

struct cache_row rgc__cache_row_of(const char *name)
{
	struct row_name *it = name_at(*name ? name : "\"\"");
	return (struct cache_row){it, ++it->caches};
}

/* Its symbol, or where in its file it is: "program+0x1234", of which mprof knows more. */
struct cache_row rgc__cache_row_of_function(rgc_function function)
{
	char name[NAME_BYTES];
	Dl_info info;
	void *address;
	memcpy(&address, &function, sizeof(address));
	if (!dladdr(address, &info) || !info.dli_fname)
		snprintf(name, sizeof(name), "%p", address);
	else if (info.dli_sname && info.dli_saddr == address)
		snprintf(name, sizeof(name), "%s", info.dli_sname);
	else
		snprintf(name, sizeof(name), "%s+0x%tx",
			 strrchr(info.dli_fname, '/') ? strrchr(info.dli_fname, '/') + 1 : info.dli_fname,
			 (char *)address - (char *)info.dli_fbase);
	return rgc__cache_row_of(name);
}

void rgc__cache_row_give_back(struct cache_row row)
{
	if (row.name && row.name->caches == row.number)
		row.name->caches--;
}

static void tell(const char *name, const struct cache_figures *figures)
{
	mprof_cache(name, figures->entries, figures->hits, figures->misses, figures->bytes);
}

static void tell_shared(struct row_name *name)
{
	char text[NAME_BYTES + 16];
	bool others = name != &names[NAMES - 1];
	snprintf(text, sizeof(text), others ? "%s (others)" : "%s", name->text);
	tell(text, &name->sum);
	name->shared_told = name->shared;
}

static void add_to_shared(struct row_name *name, const struct cache_figures *figures)
{
	name->sum.entries += figures->entries;
	name->sum.hits += figures->hits;
	name->sum.misses += figures->misses;
	name->sum.bytes += figures->bytes;
	if (++name->shared >= 2 * name->shared_told)
		tell_shared(name);
}

void rgc__cache_row_tell(struct cache_row row, const struct cache_figures *figures)
{
	char text[NAME_BYTES + 16];
	if (row.number > ROWS_OF_A_NAME) {
		add_to_shared(row.name, figures);
		return;
	}
	snprintf(text, sizeof(text), row.number > 1 ? "%s #%u" : "%s", row.name->text, row.number);
	tell(text, figures);
}

void rgc__cache_rows_tell_shared(void)
{
	for (size_t i = 0; i < NAMES; i++) {
		if (names[i].shared > names[i].shared_told)
			tell_shared(&names[i]);
	}
}
