/*
 * modules.c - registering loaded objects in the session's module table.
 *
 * May not lock, allocate or call the loader except for _dl_find_object.  Reads an object's
 * headers only after asking whether they can be read.
 */
#include "preload/memory/modules.h"

#include "preload/memory/arena.h"
#include "preload/memory/process.h"
#include "preload/base/build_id.h"
#include "preload/base/confined.h"
#include "preload/base/kernel.h"
#include "preload/base/code_object.h"
#include "preload/base/probe.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#define RELATIVE_PATH_BYTES 1024

/* Survive fork as they should: the child runs the same program by the same clock. */
static uint64_t (*ticks_now)(void);
static const char *program_path = "";

void modules_init(uint64_t (*clock_ticks)(void), const char *program)
{
	ticks_now = clock_ticks;
	program_path = program;
}

/* ---- the object's own headers ----------------------------------------------- */

struct image {
	uintptr_t start, end;
};

/* True if the object's bytes [at, at + bytes) exist and can be read. */
static bool image_has(const struct image *image, uintptr_t at, size_t bytes)
{
	if (at < image->start || at > image->end || bytes > image->end - at || bytes == 0)
		return false;
	for (uintptr_t page = at & ~(uintptr_t)4095; page < at + bytes; page += 4096)
		if (!probe_word(page))
			return false;
	return true;
}

/* Looks for the GNU build-id among the notes; true if it was there. */
static bool find_build_id(const uint8_t *notes, size_t bytes, size_t align, struct session_module *module)
{
	size_t found_bytes;
	const uint8_t *found = build_id_find(notes, bytes, align, &found_bytes);
	if (found == NULL)
		return false;
	module->build_id_bytes = found_bytes < sizeof(module->build_id) ? (uint32_t)found_bytes
									: (uint32_t)sizeof(module->build_id);
	memcpy(module->build_id, found, module->build_id_bytes);
	return true;
}

static void read_build_id(const struct image *image, struct session_module *module)
{
	ElfW(Ehdr) header;
	if (!image_has(image, image->start, sizeof(header)))
		return;
	memcpy(&header, (const void *)image->start, sizeof(header));
	uintptr_t table = image->start + header.e_phoff;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(ElfW(Phdr)) ||
	    !image_has(image, table, header.e_phnum * sizeof(ElfW(Phdr))))
		return;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		ElfW(Phdr) segment;
		memcpy(&segment, (const void *)(table + i * sizeof(segment)), sizeof(segment));
		uintptr_t notes = module->bias + segment.p_vaddr;
		if (segment.p_type == PT_NOTE && image_has(image, notes, segment.p_filesz) &&
		    find_build_id((const uint8_t *)notes, segment.p_filesz, segment.p_align == 8 ? 8 : 4,
				  module))
			return;
	}
}

/* ---- the object's path ------------------------------------------------------- */

/* The loader keeps what dlopen was given, relative or not.  Not inlined: the buffer is for a
 * rare case, and this may run on a small signal stack. */
static __attribute__((noinline)) uint32_t store_relative(struct arena *arena, const char *name, size_t length)
{
	char path[RELATIVE_PATH_BYTES];
	long used = confined() ? 0 : kernel_call(SYS_getcwd, path, sizeof(path)); /* counts the NUL */
	if (used <= 0 || path[0] != '/' || (size_t)used + length > sizeof(path))
		return arena_text(arena, name, length);
	path[used - 1] = '/';
	memcpy(path + used, name, length);
	return arena_text(arena, path, (size_t)used + length);
}

/* Text offset of the object's path, absolute but for names that are no paths (the vdso). */
static uint32_t store_path(struct arena *arena, const char *name)
{
	if (name[0] == '\0')
		name = program_path;
	if (name[0] == '/' || strchr(name, '/') == NULL)
		return arena_text(arena, name, strlen(name));
	return store_relative(arena, name, strlen(name));
}

/* ---- the table ----------------------------------------------------------------- */

static uint32_t modules_used(struct session_header *session)
{
	return atomic_load_explicit(&session->modules_used, memory_order_relaxed);
}

static bool is_loaded(const struct session_module *module)
{
	/* Acquire pairs with the release in fill: the fields are there. */
	return atomic_load_explicit(&module->ready, memory_order_acquire) &&
	       atomic_load_explicit(&module->unloaded_ticks, memory_order_relaxed) == 0;
}

static bool is_object(const struct session_module *module, const struct dl_find_object *object)
{
	return module->start == (uintptr_t)object->dlfo_map_start &&
	       module->end == (uintptr_t)object->dlfo_map_end &&
	       module->bias == object->dlfo_link_map->l_addr;
}

/* Takes the next place of the table; index + 1, or 0 if there is none.  Pages first: a place
 * that is taken can be written. */
static uint32_t claim(struct arena *arena)
{
	struct session_header *session = arena->header;
	uint32_t limit = session->modules_max < NODE_MODULE_MASK ? session->modules_max : NODE_MODULE_MASK;
	uint32_t used = modules_used(session);
	do {
		uint64_t end = (uint64_t)(used + 1) * sizeof(struct session_module);
		if (used >= limit || !arena_reserve(arena, ARENA_MODULES, end))
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&session->modules_used, &used, used + 1,
							memory_order_relaxed, memory_order_relaxed));
	return used + 1;
}

static void fill(struct arena *arena, struct session_module *module, const struct dl_find_object *object)
{
	const struct image image = {(uintptr_t)object->dlfo_map_start, (uintptr_t)object->dlfo_map_end};
	module->start = image.start;
	module->end = image.end;
	module->bias = object->dlfo_link_map->l_addr;
	module->loaded_ticks = ticks_now != NULL ? ticks_now() : 0;
	module->path = store_path(arena, object->dlfo_link_map->l_name);
	read_build_id(&image, module);
	/* Release: pairs with is_loaded's and the drainer's acquire; what stands above is seen. */
	atomic_store_explicit(&module->ready, 1, memory_order_release);
}

uint32_t modules_find(const struct dl_find_object *object)
{
	struct arena *arena = process_arena();
	if (arena == NULL)
		return 0;
	for (uint32_t i = 0, used = modules_used(arena->header); i < used; i++) {
		const struct session_module *module = arena_module(arena, i);
		if (is_loaded(module) && is_object(module, object))
			return i + 1;
	}
	int saved = errno;
	uint32_t module = claim(arena);
	if (module != 0)
		fill(arena, arena_module(arena, module - 1), object);
	errno = saved;
	return module;
}

void modules_after_dlclose(struct arena *arena, uint64_t ticks)
{
	if (arena == NULL)
		return;
	for (uint32_t i = 0, used = modules_used(arena->header); i < used; i++) {
		struct session_module *module = arena_module(arena, i);
		struct dl_find_object object;
		if (is_loaded(module) &&
		    !(code_object_find(module->start, &object) && is_object(module, &object)))
			/* Release: pairs with the drainer's acquire, as `ready` does. */
			atomic_store_explicit(&module->unloaded_ticks, ticks, memory_order_release);
	}
}
