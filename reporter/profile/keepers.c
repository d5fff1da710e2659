/*
 * keepers.c - see keepers.h.
 */
#include "profile/keepers.h"

#include "profile/suppressions.h"

#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* ---- libraries that keep -------------------------------------------------------------- */

/* Beginnings of file names: the C library and its parts, then runtimes of languages. */
static const char *const libraries[] = {
	"libc.so",     "libc-2.",     "libc.musl",  "ld-linux",     "ld-2.",      "ld-musl",
	"libpthread",  "libdl.so",    "libdl-2.",   "libm.so",      "libm-2.",    "librt.so",
	"librt-2.",    "libresolv",   "libnss_",    "libnsl",       "libutil",    "libanl",
	"libgcc_s",    "libgomp",     "libomp.so",  "libiomp5",     "libobjc",    "libgnarl",
	"libgfortran", "libquadmath", "libgphobos", "libgdruntime", "libphobos2", "libdruntime",
	"libobjc-gnu",
};

/* Names of D's runtime, which is most often linked in. */
static const char *const d_names[] = {
	"core.internal.", "core.thread.", "core.runtime.", "core.sync.", "core.gc.", "gcc.",    "rt.",
	"gc_init",        "gc_qalloc",    "gc_malloc",     "gc_calloc",  "gc_add",   "rt_init", "_d_",
	"_aaGet",         "_DTi",         "thread_init",
};

/* ---- what they hand out ------------------------------------------------------------------ */

/* Without the "__" and "_IO_" before and the "_chk" and "64" behind names; with a star what begins so. */
static const char *const hands_out[] = {
	"strdup",
	"strndup",
	"wcsdup",
	"asprintf",
	"vasprintf",
	"getline",
	"getdelim",
	"getcwd",
	"get_current_dir_name",
	"realpath",
	"canonicalize_file_name",
	"tempnam",
	"fopen",
	"freopen",
	"fdopen",
	"fopencookie",
	"fmemopen",
	"open_memstream",
	"open_wmemstream",
	"popen",
	"proc_open",
	"tmpfile",
	"setmntent",
	"opendir",
	"fdopendir",
	"scandir",
	"scandirat",
	"fts_*",
	"fts64_*",
	"sscanf",
	"fscanf",
	"scanf",
	"vsscanf",
	"vfscanf",
	"vscanf",
	"swscanf",
	"fwscanf",
	"wscanf",
	"isoc99_*scanf",
	"isoc23_*scanf",
	"regcomp",
	"re_compile_*",
	"glob",
	"wordexp",
	"getifaddrs",
	"if_nameindex",
	"duplocale",
	"catopen",
	"hcreate",
	"hcreate_r",
	"tsearch",
	"backtrace_symbols",
	"posix_spawn_file_actions_*",
	"posix_spawnattr_*",
	"pthread_attr_*",
	"pthread_getattr_*",
	"sem_open",
	"timer_create",
	"argz_*",
	"envz_*",
	"obstack_*",
	"res_ninit",
	"alloc_buffer_*",
	"dynarray_*",
	"scratch_buffer_*",
	"reallocarray",
	"getgrouplist",
	"omp_alloc",
	"omp_aligned_*",
	"omp_calloc",
	"omp_realloc",
	"omp_target_alloc",
	"omp_init_*",
	"class_createInstance",
	"object_copy",
	"class_copy*",
	"protocol_copy*",
	"property_copy*",
	"objc_copy*",
	"method_copy*",
	"objc_malloc",
	"objc_calloc",
	"objc_realloc",
	"objc_atomic_malloc",
	"objc_mutex_allocate",
	"objc_condition_allocate",
};

/* The exported function, and the only one within whose own blocks are the caller's: caches that it fills on
 * the way are not. */
static const char *const hands_out_own[][2] = {
	{"getaddrinfo", "getaddrinfo"},
	{"iconv_open", "__gconv_open"},
	{"__gconv_open", "__gconv_open"},
	{"newlocale", "newlocale"},
};

/* ---- where code begins -------------------------------------------------------------------- */

static const char *const library_starters[] = {"start_thread", "clone", "clone3", "exit"};
static const char *const starters[] = {
	"_start",
	"__libc_start_main*",
	"__libc_start_call_main",
	"__cxa_finalize",
	"std::rt::lang_start*",
	"std::rt::init*",
	"_d_run_main*",
	"adainit",
	"adafinal",
	"ada_main__adainit",
	"ada_main__adafinal",
	"*___thread_start",
	"x_cgo_*",
	"_cgo_*thread*",
};

/* ---- what other libraries keep --------------------------------------------------------------- */

/* Functions that fill caches, tables of types and names, and what is made once and stays. */
static const char *const suppressed[] = {
	/* C++ */
	"std::locale::",
	"std::ios_base::Init",
	"eh_alloc.cc",
	"__cxa_get_globals",
	/* Rust */
	"std::io::stdio::std",
	"std::thread::current",
	"std::thread::main_thread",
	"std::sys::thread_local",
	"std::sys::backtrace",
	"std::backtrace_rs",
	"std::panicking::",
	/* GLib */
	"^g_get_charset$",
	"^g_get_console_charset$",
	"^g_get_filename_charsets$",
	"^g_get_language_names",
	"^g_get_home_dir$",
	"^g_get_user_",
	"^g_get_system_",
	"^g_get_tmp_dir$",
	"^g_get_prgname$",
	"^g_set_prgname$",
	"^g_get_application_name$",
	"^g_set_application_name$",
	"^g_intern_",
	"^g_quark_",
	"^g_type_register_",
	"^g_type_add_interface_",
	"^g_type_class_ref$",
	"^g_type_class_add_",
	"^g_type_interface_add_",
	"^g_type_default_interface_ref$",
	"^g_type_init",
	"^g_param_spec_pool_",
	"^g_enum_register_static$",
	"^g_flags_register_static$",
	"^g_boxed_type_register_static$",
	"^g_signal_new",
	"^g_signal_override",
	"^g_private_",
	"^g_thread_pool_push$",
	"^g_main_context_default$",
	"^g_main_context_push_thread_default$",
	"^g_log_set_",
	"^g_static_",
	"^g_strerror$",
	"^g_once_",
	"^g_dgettext$",
	"^g_thread_self$",
	"^g_io_channel_init$",
};

static const char *const slabs[] = {"g_slice_alloc", "g_slice_alloc0"};

/* ---- answers ----------------------------------------------------------------------------------- */

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool starts_any(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(text, list[i], strlen(list[i])) == 0)
			return true;
	return false;
}

/* With at most one star in a name of the list. */
static bool is_any(const char *text, size_t length, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *star = strchr(list[i], '*'), *tail = star ? star + 1 : "";
		size_t head = star ? (size_t)(star - list[i]) : strlen(list[i]), rest = strlen(tail);

		if (strncmp(text, list[i], head) == 0 && (star ? length >= head + rest : length == head) &&
		    strncmp(text + length - rest, tail, rest) == 0)
			return true;
	}
	return false;
}

bool keeper_library(const struct source_function *function)
{
	if (starts_any(base_of(function->module), libraries, COUNT(libraries)))
		return true;
	return !*function->file && starts_any(function->name, d_names, COUNT(d_names));
}

static const char *behind(const char *name, const char *beginning)
{
	size_t length = strlen(beginning);

	return strncmp(name, beginning, length) == 0 ? name + length : name;
}

/* Spellings of one function: fopen64, _IO_fopen, __asprintf_chk. */
static const char *plain_name(const char *name, size_t *length)
{
	static const char *const tails[] = {"_chk", "64", "_tail"};

	name = behind(name, "_IO_");
	name += strspn(name, "_");
	name = behind(name, "libc_");
	*length = strlen(name);
	for (size_t i = 0; i < COUNT(tails); i++) {
		size_t tail = strlen(tails[i]);

		if (*length > tail && strncmp(name + *length - tail, tails[i], tail) == 0)
			*length -= tail;
	}
	return name;
}

bool keeper_hands_out(const char *exported, const char *innermost)
{
	size_t length;
	const char *plain = plain_name(exported, &length);

	for (size_t i = 0; i < COUNT(hands_out_own); i++)
		if (strcmp(exported, hands_out_own[i][0]) == 0)
			return strcmp(innermost, hands_out_own[i][1]) == 0;
	return is_any(plain, length, hands_out, COUNT(hands_out));
}

/* A program may have functions of its own by these names: then they have source files. */
bool keeper_starts(const struct source_function *function, const char *exported)
{
	const char *name = exported ? exported : function->name;
	size_t length = strlen(name);

	if (!function->system && *function->file)
		return false;
	return is_any(name, length, starters, COUNT(starters)) ||
	       (function->system && is_any(name, length, library_starters, COUNT(library_starters)));
}

bool keeper_suppressed(const struct source_function *function, const char *exported)
{
	for (size_t i = 0; i < COUNT(suppressed); i++)
		if (suppression_matches(suppressed[i], function->name) ||
		    (exported && suppression_matches(suppressed[i], exported)))
			return true;
	return false;
}

bool keeper_slab(const char *name)
{
	return is_any(name, strlen(name), slabs, COUNT(slabs));
}

/* ---- the same as a file -------------------------------------------------------------------------- */

static void print_list(FILE *out, const char *title, const char *before, const char *const *list,
		       size_t count)
{
	fprintf(out, "\n# %s\n", title);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s\n", before, list[i]);
}

void keepers_print(FILE *out)
{
	fputs("# What mprof calls kept by libraries, and does not count as leaked.\n"
	      "# - What libraries ask for while no function of the program's own runs.\n"
	      "# - What these functions of libraries ask for, wherever they are called from:\n",
	      out);
	for (size_t i = 0; i < COUNT(suppressed); i++)
		fprintf(out, "leak:%s\n", suppressed[i]);
	print_list(out, "- What these libraries ask for (beginnings of file names) ...", "#   ", libraries,
		   COUNT(libraries));
	print_list(out, "- ... and D's runtime where it is linked in (beginnings of functions' names) ...",
		   "#   ", d_names, COUNT(d_names));
	print_list(out, "  ... but for what these functions of theirs ask for, which is their callers'.",
		   "#   ", hands_out, COUNT(hands_out));
	for (size_t i = 0; i < COUNT(hands_out_own); i++)
		fprintf(out, "#   %s (by %s itself)\n", hands_out_own[i][0], hands_out_own[i][1]);
	print_list(out,
		   "- Whole slabs that these take; what they take from malloc at once is their callers'.",
		   "#   ", slabs, COUNT(slabs));
}
