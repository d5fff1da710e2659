/*
 * classify.c - the lists, as data.
 */
#include "classify.h"

#include "base/strings.h"
#include "base/text.h"

#include <string.h>

/* Source files that tool chains and distributors install or build from.  Only where a path begins: anybody's
 * folders may have such names further down. */
static const char *const system_file_prefixes[] = {
	"/usr/include/",      "/usr/local/include/c++/", "/usr/lib/gcc/",   "/usr/lib64/gcc/",
	"/usr/lib/llvm-",     "/usr/lib/rustlib/",       "/usr/src/rustc-", "/rust/deps/",
	"/usr/lib/go",        "/usr/share/go",           "/usr/local/go/",  "/usr/lib/nim/",
	"/usr/share/nim/",    "/_/runtime/cgo/",         "/build/glibc-",   "/usr/src/debug/glibc",
	"/usr/src/debug/gcc",
};

/* Parts of paths, for functions in the name spaces of C++'s and Rust's libraries: their headers and sources
 * in tool chains that lie anywhere, code of which is in the user's objects. */
static const char *const cxx_file_parts[] = {"/include/c++/", "/libstdc++-v3/", "/libcxx/"};
static const char *const rust_file_parts[] = {"/hashbrown-", "/lib/rustlib/src/rust/library/"};

/* Names, for code without lines and for std:: code instantiated in the user's objects. */
static const char *const cxx_name_prefixes[] = {"std::", "__gnu_cxx::", "__cxxabiv1::", "abi::"};
static const char *const rust_name_prefixes[] = {
	"std::",    "core::",  "alloc::", "hashbrown::",       "<std::",       "<core::",
	"<alloc::", "__rust_", "__rdl_",  "rust_begin_unwind", "<hashbrown::",
};

static const char *const system_folders[] = {"/lib/",     "/lib64/",     "/lib32/",
					     "/usr/lib/", "/usr/lib64/", "/usr/lib32/"};

static const char *const runtime_libraries[] = {
	"libc.so",  "libc-2.",      "ld-linux",  "ld-2.",           "libpthread.so",
	"libdl.so", "libstdc++.so", "libc++.so", "libc++abi.so",    "libgcc_s.so",
	"libm.so",  "libmprof.so",  "librgc.so", "librgc-debug.so", "linux-vdso.so",
	"[vdso]",   "ld-musl",      "libm-2.",   "libpthread-2.",
};

static const char *const c_libraries[] = {
	"libc.so",  "libc-2.", "ld-linux", "ld-2.",         "libpthread.so",
	"libdl.so", "libm.so", "libm-2.",  "libpthread-2.",
};

/* Of the C library.  A program's own function of such a name may do something else. */
static const char *const c_allocator_names[] = {
	"malloc",
	"calloc",
	"realloc",
	"reallocarray",
	"free",
	"cfree",
	"posix_memalign",
	"aligned_alloc",
	"memalign",
	"valloc",
	"pvalloc",
	"free_sized",
	"free_aligned_sized",
};

/* mprof_track_* and mprof_gc_*: what a program calls for blocks that its own allocator made, and its
 * collector. */
static const char *const allocator_names[] = {
	"operator new",      "operator new[]",   "operator delete",         "operator delete[]",
	"mprof_track_alloc", "mprof_track_free", "mprof_track_alloc_typed", "mprof_gc_begin",
	"mprof_gc_end",      "__rust_alloc",     "__rust_alloc_zeroed",     "__rust_realloc",
	"__rust_dealloc",
};

/* Layers between a container and operator new: libstdc++, libc++, Rust. */
static const char *const allocator_prefixes[] = {
	"std::allocator::",
	"std::allocator_traits::",
	"std::__new_allocator::",
	"__gnu_cxx::new_allocator::",
	"__gnu_cxx::__alloc_traits::",
	"std::__detail::_Hashtable_alloc::",
	"std::_Vector_base::_M_allocate",
	"std::_Vector_base::_M_deallocate",
	"std::__allocate_guarded",
	"std::__allocated_ptr::",
	"std::__1::allocator::",
	"std::__1::allocator_traits::",
	"std::__1::__libcpp_",
	"alloc::alloc::",
	"alloc::raw_vec::",
	"<alloc::raw_vec::",
	"<alloc::alloc::Global",
	"__rdl_",
	"__rg_",
};

/* Wrappers of libraries.  With lines they are the user's business: that code can be looked at. */
static const char *const wrapper_names[] = {"g_free", "g_slice_alloc", "g_slice_alloc0", "g_slice_free1"};
static const char *const wrapper_parts[] = {
	"malloc",  "calloc", "realloc", "memalign", "strdup",
	"strndup", "Malloc", "Calloc",  "Realloc",  "Strdup",
};

/* Ends of names. */
static const char *const wrapper_ends[] = {
	"malloc",   "malloc0", "malloc_", "calloc", "calloc_", "realloc", "realloc_", "reallocarray",
	"memalign", "strdup",  "strndup", "memdup", "Malloc",  "Calloc",  "Realloc",  "Strdup",
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool starts_with_any(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(text, list[i]))
			return true;
	return false;
}

static bool contains_any(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strstr(text, list[i]))
			return true;
	return false;
}

static bool is_any(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

bool is_runtime_library(const char *module)
{
	return starts_with_any(base_name(module), runtime_libraries, COUNT(runtime_libraries));
}

bool is_system_library(const char *module)
{
	const char *base = base_name(module);
	if (text_starts(base, "libmprof.so") || text_starts(base, "librgc.so") ||
	    text_starts(base, "linux-vdso.so") || strcmp(base, "[vdso]") == 0)
		return true;
	return strstr(base, ".so") && starts_with_any(module, system_folders, COUNT(system_folders));
}

bool is_c_library(const char *module)
{
	return is_system_library(module) &&
	       starts_with_any(base_name(module), c_libraries, COUNT(c_libraries));
}

bool is_packaged_program(const char *module)
{
	static const char *const folders[] = {"/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/libexec/"};
	return starts_with_any(module, folders, COUNT(folders)) ||
	       starts_with_any(module, system_folders, COUNT(system_folders));
}

/* GNAT's binder writes it: a program's elaboration.  No file of a unit of its user's can be called so. */
static bool is_binders(const char *file)
{
	const char *base = base_name(file);
	size_t length = strlen(base);

	return length > 4 && strcmp(base + length - 4, ".adb") == 0 &&
	       (text_starts(base, "b~") || text_starts(base, "b__"));
}

bool is_rust_source(const char *file)
{
	static const char before[] = "/rustc/", after[] = "/library/";
	const char *rest = text_starts(file, before) ? strchr(file + sizeof(before) - 1, '/') : NULL;

	return rest && text_starts(rest, after);
}

static bool is_system_file(const char *name, const char *file)
{
	if (starts_with_any(file, system_file_prefixes, COUNT(system_file_prefixes)) ||
	    is_rust_source(file) || is_binders(file) ||
	    strcmp(base_name(file), "<built-in>") == 0) /* constructors by a compiler */
		return true;
	if (contains_any(file, cxx_file_parts, COUNT(cxx_file_parts)))
		return starts_with_any(name, cxx_name_prefixes, COUNT(cxx_name_prefixes));
	return contains_any(file, rust_file_parts, COUNT(rust_file_parts)) &&
	       starts_with_any(name, rust_name_prefixes, COUNT(rust_name_prefixes));
}

bool is_system_code(const char *name, const char *file, const char *module, bool rust)
{
	if (is_system_library(module))
		return true;
	if (*file)
		return is_system_file(name, file);
	return rust ? starts_with_any(name, rust_name_prefixes, COUNT(rust_name_prefixes))
		    : starts_with_any(name, cxx_name_prefixes, COUNT(cxx_name_prefixes));
}

bool is_wrapper_name(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < COUNT(wrapper_ends); i++) {
		size_t end = strlen(wrapper_ends[i]);

		if (length >= end && strcmp(name + length - end, wrapper_ends[i]) == 0)
			return true;
	}
	return false;
}

bool is_wrapper_like(const char *name)
{
	return is_wrapper_name(name) || contains_any(name, wrapper_parts, COUNT(wrapper_parts));
}

bool is_allocator(const char *name, bool has_lines, bool system)
{
	if (is_any(name, allocator_names, COUNT(allocator_names)) ||
	    starts_with_any(name, allocator_prefixes, COUNT(allocator_prefixes)))
		return true;
	if (!system)
		return false;
	return is_any(name, c_allocator_names, COUNT(c_allocator_names)) || text_starts(name, "rgc_") ||
	       (!has_lines && (is_any(name, wrapper_names, COUNT(wrapper_names)) ||
			       contains_any(name, wrapper_parts, COUNT(wrapper_parts))));
}
