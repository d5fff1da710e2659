/*
 * opened.c - see opened.h.
 *
 * Nothing is allocated, and no function of the loader called: its list is walked as a debugger would.
 */
#include "preload/tracer/opened.h"

#include "preload/base/kernel.h"
#include "preload/tracer/area.h"
#include "preload/tracer/patch.h"

#include "arch_trampoline.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#define PAGE_BYTES ((uintptr_t)4096)
#define OBJECTS_MAX 4096u /* that are known to be loaded; of more nobody hears */

static struct opened_calls calls;
static uintptr_t known[OBJECTS_MAX]; /* their dynamic sections: no two have one */
static uint32_t known_count;

static bool is_in_list(const struct link_map *list, uintptr_t dynamic)
{
	for (; list; list = list->l_next)
		if ((uintptr_t)list->l_ld == dynamic)
			return true;
	return false;
}

/* Whether any was. */
static bool forget_closed(const struct link_map *list)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < known_count; i++)
		if (is_in_list(list, known[i]))
			known[left++] = known[i];
	bool some = left < known_count;
	known_count = left;
	return some;
}

static bool is_known(uintptr_t dynamic)
{
	for (uint32_t i = 0; i < known_count; i++)
		if (known[i] == dynamic)
			return true;
	return false;
}

static void learn(const struct link_map *object, bool tell)
{
	if (is_known((uintptr_t)object->l_ld) || known_count == OBJECTS_MAX)
		return;
	known[known_count++] = (uintptr_t)object->l_ld;
	if (tell && object->l_name && *object->l_name)
		calls.opened(object);
}

/* What glibc has behind _r_debug from version 2 of it on: the other namespaces' lists. */
struct name_space {
	struct r_debug debug;
	struct name_space *next;
};

/* As the program's DT_DEBUG has it. */
static const struct name_space *first_namespace(void)
{
	const struct link_map *program = _r_debug.r_map;

	for (const ElfW(Dyn) *entry = program ? program->l_ld : NULL; entry && entry->d_tag != DT_NULL;
	     entry++)
		if (entry->d_tag == DT_DEBUG && entry->d_un.d_ptr)
			return (const struct name_space *)entry->d_un.d_ptr;
	return NULL;
}

static void tell_of_namespaces(void)
{
	const struct name_space *other = _r_debug.r_version >= 2 ? first_namespace() : NULL;

	while (other && (other = other->next))
		for (const struct link_map *at = other->debug.r_map; at; at = at->l_next)
			if (at->l_name && *at->l_name)
				calls.elsewhere(at);
}

/* In place of the loader's own. */
static void changed(void)
{
	int saved = errno;

	if (_r_debug.r_state == RT_CONSISTENT) {
		if (forget_closed(_r_debug.r_map))
			calls.closed();
		for (const struct link_map *at = _r_debug.r_map; at; at = at->l_next)
			learn(at, true);
		tell_of_namespaces();
	}
	errno = saved;
}

bool opened_is_loaded(uintptr_t bias)
{
	for (const struct link_map *at = _r_debug.r_map; at; at = at->l_next)
		if (at->l_addr == bias)
			return true;
	return false;
}

bool opened_begin(const struct opened_calls *to)
{
	uintptr_t function = (uintptr_t)_r_debug.r_brk, page = function & ~(PAGE_BYTES - 1);
	const struct object around = {.from = page, .to = page + 2 * PAGE_BYTES};
	uint8_t jump[ARCH_JUMP_BYTES], *stub;

	if (!function || _r_debug.r_state != RT_CONSISTENT || !(stub = area_near(&around, ARCH_STUB_BYTES)))
		return false;
	calls = *to;
	for (const struct link_map *at = _r_debug.r_map; at; at = at->l_next)
		learn(at, false);
	uintptr_t place = arch_turn(function, stub, changed, jump);
	bool done = place && kernel_call(SYS_mprotect, stub, PAGE_BYTES, PROT_READ | PROT_EXEC) == 0 &&
		    patch_bytes(place, jump, sizeof jump);
	if (!done)
		kernel_call(SYS_munmap, stub, PAGE_BYTES);
	return done;
}
