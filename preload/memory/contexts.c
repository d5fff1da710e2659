/*
 * contexts.c - the index over the session's nodes: open addressing, eight bytes an entry.
 *
 * An entry is 36 bits of hash and a 28-bit node id, stored in one piece; the key itself is
 * compared in the node.  So an insertion is one compare-and-swap of a finished entry, a larger
 * index is filled without looking at nodes, and zeroed memory is an empty index.
 *
 * No lock, no allocation but private mappings.
 */
#include "preload/memory/contexts.h"

#include "preload/memory/arena.h"
#include "preload/memory/process.h"
#include "preload/base/pages.h"

#include <stdatomic.h>

#define FIRST_BITS 13 /* 64 KiB: what a short program pays */
#define HUGE_BYTES ((size_t)2 << 20)
#define HUGE_FROM_BYTES HUGE_BYTES
#define INDEX_BITS_MAX (RECORD_NODE_BITS + 1)
#define PROBES_MAX 256
#define NODES_PER_PAGE (4096 / sizeof(struct session_node))
#define ID_MASK ((UINT64_C(1) << RECORD_NODE_BITS) - 1)

struct contexts_index {
	uint32_t bits; /* log2 of the number of entries */
	_Atomic uint64_t *entries;
	const arena_piece *nodes; /* of the session that it was made in */
};

/* The header takes a page of its own in front, so that the entries can be given back whole. */
#define HEADER_BYTES 4096

/* ---- hashing ------------------------------------------------------------------- */

/* The hash's upper bits choose the first place, so they can be told from the entry alone. */
static size_t first_place(const struct contexts_index *index, uint64_t hash)
{
	return hash >> (64 - index->bits);
}

static size_t next_place(const struct contexts_index *index, size_t place)
{
	return (place + 1) & (((size_t)1 << index->bits) - 1);
}

/* ---- growing --------------------------------------------------------------------- */

static struct contexts_index *map_index(uint32_t bits)
{
	size_t bytes = sizeof(uint64_t) << bits;
	bool huge = bytes >= HUGE_FROM_BYTES;
	const struct arena *arena = process_arena();
	if (arena == NULL)
		return NULL;
	struct contexts_index *index = pages_map(HEADER_BYTES + bytes + (huge ? HUGE_BYTES : 0));
	if (index == NULL)
		return NULL;
	uintptr_t entries = (uintptr_t)index + HEADER_BYTES;
	if (huge) {
		entries = (entries + HUGE_BYTES - 1) & ~(uintptr_t)(HUGE_BYTES - 1);
		pages_want_huge((void *)entries, bytes);
	}
	/* Whose event a forking handler interrupted goes on in the child, with this index: an empty one. */
	pages_keep_on_fork(index, HEADER_BYTES, true);
	index->bits = bits;
	index->entries = (_Atomic uint64_t *)entries;
	index->nodes = arena->nodes;
	return index;
}

static void unmap_index(struct contexts_index *index)
{
	size_t bytes = sizeof(uint64_t) << index->bits;
	pages_unmap(index, HEADER_BYTES + bytes + (bytes >= HUGE_FROM_BYTES ? HUGE_BYTES : 0));
}

/* Puts in an entry that may be there already. */
static void copy_entry(struct contexts_index *index, uint64_t entry)
{
	size_t place = first_place(index, entry);
	for (unsigned probes = 0; probes < PROBES_MAX; probes++, place = next_place(index, place)) {
		uint64_t seen = 0;
		/* Release: pairs with the acquire in find, as in publish. */
		if (atomic_compare_exchange_strong_explicit(&index->entries[place], &seen, entry,
							    memory_order_release, memory_order_relaxed) ||
		    seen == entry)
			return;
	}
}

static void copy_entries(struct contexts_index *to, const struct contexts_index *from)
{
	for (size_t place = 0; place >> from->bits == 0; place++) {
		/* Acquire: pairs with the release in publish; handed on by copy_entry. */
		uint64_t entry = atomic_load_explicit(&from->entries[place], memory_order_acquire);
		if (entry != 0)
			copy_entry(to, entry);
	}
}

/*
 * Readers are never stopped: they use the old index until they meet the new one.  What they add
 * to the old one meanwhile is taken along by the second copy; what comes even later is lost
 * to the index, and its path gets a second node if it occurs again.  The old index stays mapped
 * for those still in it, but gives its memory back; it reads as empty, which is always safe.
 */
static void replace(struct contexts *contexts, struct contexts_index *old, uint32_t bits)
{
	struct contexts_index *larger = map_index(bits), *seen = old;
	if (larger == NULL)
		return;
	copy_entries(larger, old);
	/* Release: pairs with the acquire in current_index. */
	if (!atomic_compare_exchange_strong_explicit(&contexts->index, &seen, larger, memory_order_release,
						     memory_order_relaxed)) {
		unmap_index(larger); /* another thread was faster, nobody has seen this one */
		return;
	}
	copy_entries(larger, old);
	pages_clear(old->entries, sizeof(uint64_t) << old->bits);
}

/* Half full: one thread makes it larger, the others need not wait. */
static void grow(struct contexts *contexts, struct contexts_index *index)
{
	/* Relaxed: the flag only spares threads the same work twice. */
	if (index->bits >= INDEX_BITS_MAX ||
	    atomic_load_explicit(&contexts->index, memory_order_relaxed) != index ||
	    atomic_exchange_explicit(&contexts->growing, 1, memory_order_relaxed) != 0)
		return;
	replace(contexts, index, index->bits + 1);
	atomic_store_explicit(&contexts->growing, 0, memory_order_relaxed);
}

/* So full that there is no place: whoever was to make it larger was held up, and is not
 * awaited.  False if the index stays as it is. */
static bool grow_at_once(struct contexts *contexts, struct contexts_index *index)
{
	if (index->bits < INDEX_BITS_MAX &&
	    atomic_load_explicit(&contexts->index, memory_order_relaxed) == index)
		replace(contexts, index, index->bits + 1);
	return atomic_load_explicit(&contexts->index, memory_order_relaxed) != index;
}

static struct contexts_index *first_index(struct contexts *contexts)
{
	struct contexts_index *seen = NULL, *fresh = map_index(FIRST_BITS);
	if (fresh == NULL)
		return NULL;
	/* Release: pairs with the acquire in current_index; the index's fields are seen. */
	if (atomic_compare_exchange_strong_explicit(&contexts->index, &seen, fresh, memory_order_release,
						    memory_order_acquire))
		return fresh;
	unmap_index(fresh);
	return seen;
}

static struct contexts_index *current_index(struct contexts *contexts)
{
	/* Acquire: pairs with the releases in first_index and grow. */
	struct contexts_index *index = atomic_load_explicit(&contexts->index, memory_order_acquire);
	return index != NULL ? index : first_index(contexts);
}

void contexts_reserve(struct contexts *contexts, uint32_t nodes)
{
	struct contexts_index *index = current_index(contexts);
	if (index == NULL)
		return;
	uint64_t indexed =
		atomic_load_explicit(&process_arena()->header->nodes_indexed, memory_order_relaxed);
	uint32_t bits = index->bits;
	while (bits < INDEX_BITS_MAX && UINT64_C(1) << bits < 2 * (indexed + nodes))
		bits++;
	if (bits > index->bits)
		replace(contexts, index, bits);
}

/* ---- nodes ------------------------------------------------------------------------ */

/* A new node, complete when its id is returned; 0 if there is no room.  Memory first, id
 * second: an id that is handed out is always written. */
static uint32_t make_node(struct arena *arena, uint32_t parent, uintptr_t pc, uint32_t module)
{
	struct session_header *session = arena->header;
	uint32_t id = atomic_load_explicit(&session->nodes_used, memory_order_relaxed);
	do {
		uint64_t end = (uint64_t)(id + 1) * sizeof(struct session_node);
		if (id == 0 || id >= session->nodes_max || id > ID_MASK ||
		    !arena_reserve(arena, ARENA_NODES, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->nodes_used, &id, id + 1,
							memory_order_relaxed, memory_order_relaxed));
	struct session_node *node = arena_node(arena->nodes, id);
	node->parent = parent;
	node->module = module;
	/* Release: pairs with a consumer's acquire of pc.  Ids below nodes_used may still be in
	 * the making, and pc, never 0 in a node, tells. */
	__atomic_store_n(&node->pc, (uint64_t)pc, __ATOMIC_RELEASE);
	return id;
}

/*
 * Nodes of one path mostly came to be together, outermost first.  Such a node needs no entry in the index,
 * which is so much the smaller.  Not so at a page's beginning, since only what is in the parent's page is
 * there to be read.
 */
static inline bool stands_behind(uint32_t parent, uint32_t id)
{
	return parent != 0 && id == parent + 1 && id % NODES_PER_PAGE != 0;
}

static inline bool is_node(const struct session_node *node, uint32_t parent, uintptr_t pc, uint32_t module)
{
	/* Acquire: pairs with the release in make_node; it is complete. */
	return __atomic_load_n(&node->pc, __ATOMIC_ACQUIRE) == pc && node->parent == parent &&
	       node->module == module;
}

static inline bool same_hash(uint64_t entry, uint64_t hash)
{
	return ((entry ^ hash) & ~ID_MASK) == 0;
}

/* Where a search ended. */
struct found {
	uint32_t id;  /* 0: not there */
	size_t place; /* if not there: the empty place it belongs to */
	bool full;    /* no such place within reach */
};

static struct found find(const struct contexts_index *index, size_t place, uint64_t hash, uint32_t parent,
			 uintptr_t pc, uint32_t module)
{
	for (unsigned probes = 0; probes < PROBES_MAX; probes++, place = next_place(index, place)) {
		/* Acquire: pairs with the release in publish; the node is complete. */
		uint64_t entry = atomic_load_explicit(&index->entries[place], memory_order_acquire);
		if (entry == 0)
			return (struct found){.place = place};
		if (same_hash(entry, hash) &&
		    is_node(arena_node(index->nodes, (uint32_t)(entry & ID_MASK)), parent, pc, module))
			return (struct found){.id = (uint32_t)(entry & ID_MASK)};
	}
	return (struct found){.full = true};
}

/* There is no room for another node: the path ends with its parent, and reports say so. */
static uint32_t cut(struct arena *arena, uint32_t parent)
{
	/* Relaxed: a count. */
	atomic_fetch_add_explicit(&arena->header->cut_paths, 1, memory_order_relaxed);
	return parent;
}

/* Makes the node and enters it, from the empty place at `found` on; the id of whoever was first. */
static __attribute__((noinline)) uint32_t add(struct contexts *contexts, struct arena *arena,
					      struct contexts_index *index, struct found found, uint64_t hash,
					      uint32_t parent, uintptr_t pc, uint32_t module)
{
	uint32_t id = make_node(arena, parent, pc, module);
	uint64_t entry = (hash & ~ID_MASK) | id, seen = 0;
	if (id == 0)
		return cut(arena, parent);
	/* Should another thread have made one meanwhile, nobody will find that again: this is looked for
	 * first. */
	if (stands_behind(parent, id))
		return id;
	/* Release: the node was written before its id can be found, and so before any record
	 * with the id is committed. */
	while (!atomic_compare_exchange_strong_explicit(&index->entries[found.place], &seen, entry,
							memory_order_release, memory_order_relaxed)) {
		found = find(index, found.place, hash, parent, pc, module);
		if (found.id != 0)
			return found.id; /* ours stays behind, unused */
		if (found.full)
			break; /* valid all the same, only not found again */
		seen = 0;
	}
	/* Relaxed: about so many will do. */
	uint64_t others = atomic_fetch_add_explicit(&arena->header->nodes_indexed, 1, memory_order_relaxed);
	if ((others + 1) * 2 > UINT64_C(1) << index->bits)
		grow(contexts, index);
	return id;
}

void contexts_prefetch(const struct contexts *contexts, uint64_t hash)
{
	/* Acquire: pairs with the releases in first_index and grow. */
	const struct contexts_index *index = atomic_load_explicit(&contexts->index, memory_order_acquire);
	if (index != NULL)
		__builtin_prefetch((const char *)(uintptr_t)index->entries +
				   sizeof(uint64_t) * first_place(index, hash));
}

/*
 * The node that this most probably is, 0 where it is not: the one that stands where the hash says, or else
 * the one behind the parent's.  Both are so likely that a branch between them would be guessed wrong again
 * and again, and each time wait for memory; so there is none.
 */
static inline uint32_t find_at_once(const struct contexts *contexts, uint32_t parent, uint64_t hash,
				    uintptr_t pc, uint32_t module)
{
	/* Acquire, both: pair with the releases in first_index and grow, and with that in publish. */
	const struct contexts_index *index = atomic_load_explicit(&contexts->index, memory_order_acquire);
	if (index == NULL || parent == 0)
		return 0;
	uint64_t entry =
		atomic_load_explicit(&index->entries[first_place(index, hash)], memory_order_acquire);
	/* Where nothing may be read, the parent itself, which it is not. */
	uint32_t behind = stands_behind(parent, parent + 1) ? parent + 1 : parent;
	uint32_t id = __builtin_expect_with_probability(same_hash(entry, hash), 1, 0.5)
			      ? (uint32_t)(entry & ID_MASK)
			      : behind;
	return is_node(arena_node(index->nodes, id), parent, pc, module) ? id : 0;
}

/* The node behind the parent's, if that is it; else 0. */
static uint32_t find_behind(const struct contexts_index *index, uint32_t parent, uintptr_t pc,
			    uint32_t module)
{
	uint32_t id = parent + 1;
	return stands_behind(parent, id) && is_node(arena_node(index->nodes, id), parent, pc, module) ? id
												      : 0;
}

static __attribute__((noinline)) uint32_t intern(struct contexts *contexts, uint32_t parent, uint64_t hash,
						 uintptr_t pc, uint32_t module)
{
	struct arena *arena = process_arena();
	while (arena != NULL) {
		struct contexts_index *index = current_index(contexts);
		if (index == NULL)
			return cut(arena, parent);
		uint32_t behind = find_behind(index, parent, pc, module);
		if (behind != 0)
			return behind;
		struct found found = find(index, first_place(index, hash), hash, parent, pc, module);
		if (__builtin_expect(found.id != 0, 1))
			return found.id;
		if (!found.full)
			return add(contexts, arena, index, found, hash, parent, pc, module);
		if (!grow_at_once(contexts, index))
			return cut(arena, parent);
	}
	return parent;
}

uint32_t contexts_intern_hashed(struct contexts *contexts, uint32_t parent, uint64_t hash, uintptr_t pc,
				uint32_t module)
{
	uint32_t id = find_at_once(contexts, parent, hash, pc, module);
	return __builtin_expect(id != 0, 1) ? id : intern(contexts, parent, hash, pc, module);
}

uint32_t contexts_intern(struct contexts *contexts, uint32_t parent, uintptr_t pc, uint32_t module)
{
	return contexts_intern_hashed(contexts, parent, contexts_hash(parent, pc, module), pc, module);
}

uint32_t contexts_path(struct contexts *contexts, const struct path_frame *frames, size_t count)
{
	uint32_t node = 0;
	uint64_t hash = 0;
	while (count-- > 0) {
		const struct path_frame *frame = &frames[count];
		hash = contexts_hash(hash, frame->pc, frame->module);
		node = contexts_intern_hashed(contexts, node, hash, frame->pc, frame->module);
	}
	return node;
}
