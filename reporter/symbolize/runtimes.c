/*
 * runtimes.c - which languages' runtimes a module has, by its symbols.
 *
 * One name may be a program's own; each runtime has several that no program has together.
 */
#include "symbolize/symbolize.h"

#include "private.h"
#include "remembered.h"

#include <string.h>

#define SIGNS_MAX 3

/* All of these symbols are there.  With a star before it: a part of one. */
static const struct {
	enum runtime runtime;
	const char *signs[SIGNS_MAX];
} runtimes[] = {
	{RUNTIME_CXX, {"__cxa_throw", "__cxa_get_globals", "__cxa_allocate_exception"}},
	{RUNTIME_D, {"rt_init", "gc_malloc", "_d_run_main"}},
	{RUNTIME_GLIB, {"g_malloc", "g_slice_alloc", "g_quark_from_string"}},
	{RUNTIME_GLIB, {"g_type_register_static", "g_object_new", "g_signal_emit"}},
	{RUNTIME_GO, {"runtime.main", "runtime.mallocgc", "x_cgo_init"}},
	{RUNTIME_RUST, {"*rust_begin_unwind"}},
	{RUNTIME_RUST, {"*__rust_begin_short_backtrace"}},
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool is_sign(const char *sign, const char *symbol)
{
	return *sign == '*' ? strstr(symbol, sign + 1) != NULL : strcmp(sign, symbol) == 0;
}

static unsigned find_runtimes(const struct symbols *symbols)
{
	unsigned found[COUNT(runtimes)] = {0}, result = 0;

	for (size_t i = 0; i < symbols->count; i++)
		for (size_t r = 0; r < COUNT(runtimes); r++)
			for (size_t s = 0; s < SIGNS_MAX; s++)
				if (!runtimes[r].signs[s] ||
				    is_sign(runtimes[r].signs[s], symbols->list[i].name))
					found[r] |= 1u << s;
	for (size_t r = 0; r < COUNT(runtimes); r++)
		if (found[r] == (1u << SIGNS_MAX) - 1)
			result |= runtimes[r].runtime;
	return result;
}

/* Of C++'s there is a text that strip does not take: the name of the type that all types of classes have. */
static bool has_cxx_types(const struct object *object)
{
	static const char name[] = "N10__cxxabiv117__class_type_infoE";
	Elf_Data *data = object_section(object, ".rodata");

	return data && data->d_buf && memmem(data->d_buf, data->d_size, name, sizeof(name));
}

unsigned symbolizer_runtimes(struct symbolizer *symbolizer, const char *path)
{
	if (symbolizer->remembered)
		return remembered_runtimes(symbolizer->remembered, path);
	for (size_t i = 1; i < symbolizer->module_count; i++) {
		struct image *image = symbolizer->images[i];

		if (!image || strcmp(image->path, path) != 0)
			continue;
		if (!image->runtimes_ready) {
			image_symbol(image, 0); /* has the symbols read */
			image->runtimes = find_runtimes(&image->symbols);
			if (has_cxx_types(&image->object))
				image->runtimes |= RUNTIME_CXX;
		}
		image->runtimes_ready = true;
		return image->runtimes;
	}
	return 0;
}
