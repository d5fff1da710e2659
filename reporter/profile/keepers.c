/*
 * keepers.c - see keepers.h.
 */
#include "profile/keepers.h"

#include "profile/suppressions.h"
#include "symbolize/classify.h"
#include "base/strings.h"

#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* ---- libraries that keep -------------------------------------------------------------- */

/* What file names begin with; then comes a version, if any, and ".so", with a version or without. */
static const char *const c_libraries[] = {"libc",      "libpthread", "libdl",   "libm",  "librt",
					  "libresolv", "libnsl",     "libutil", "libanl"};
static const char *const runtime_libraries[] = {
	"libgcc_s",
	"libgomp",
	"libomp",
	"libiomp5",
	"libobjc",
	"libgnarl",
	"libgfortran",
	"libquadmath",
	"libgphobos",
	"libgdruntime",
	"libphobos2-ldc",
	"libdruntime-ldc",
	"libphobos2-ldc-shared",
	"libdruntime-ldc-shared",
	"libphobos2",
};
/* After these there is more: an architecture, a service. */
static const char *const c_library_families[] = {"ld-linux", "ld-musl", "ld", "libc.musl", "libnss_"};

/* Where the C library lies: there, or in what follows for one architecture. */
static const char *const c_folders[] = {"/lib/",     "/lib64/",     "/lib32/",     "/libx32/",
					"/usr/lib/", "/usr/lib64/", "/usr/lib32/", "/usr/libx32/"};
/* Where compilers may lie besides. */
static const char *const tool_folders[] = {"/usr/lib", "/lib",        "/usr/local/",
					   "/opt/",    "/nix/store/", "/gnu/store/"};

/* Names of D's runtime, which is most often linked in. */
static const char *const d_names[] = {
	"core.internal.*", "core.thread.*", "core.runtime.*", "core.sync.*", "core.gc.*",
	"gcc.*",           "rt.*",          "gc_init",        "gc_qalloc",   "gc_malloc",
	"gc_calloc",       "gc_addRange",   "gc_addRoot",     "rt_init",     "_d_*",
	"_aaGet*",         "_DTi*",         "thread_init",
};

/* ---- what they keep, and what they hand out ------------------------------------------------ */

/* Spelt without the "__" and "_IO_" before and the "_chk", "64" and "_unlocked" behind; a star is any text.
 */

/* Functions of the C library that fill its own tables, caches and buffers. */
static const char *const kept[] = {
	/* the environment and the end */
	"setenv",
	"putenv",
	"unsetenv",
	"clearenv",
	"atexit",
	"at_quick_exit",
	"on_exit",
	"cxa_*",
	"exit",
	"quick_exit",
	"register_atfork",
	"register_frame*",
	"pthread_atfork",
	"fork",
	/* threads and modules */
	"pthread_create",
	"thrd_create",
	"pthread_setspecific",
	"tss_set",
	"pthread_exit",
	"pthread_cancel",
	"thrd_exit",
	"tls_get_addr*",
	"dl*",
	"backtrace",
	/* time and language */
	"tzset",
	"localtime*",
	"mktime",
	"timelocal",
	"timegm",
	"gmtime*",
	"ctime*",
	"strftime*",
	"wcsftime*",
	"strptime*",
	"getdate*",
	"setlocale",
	"localeconv",
	"nl_langinfo*",
	"*gettext",
	"*textdomain",
	"bind_textdomain_codeset",
	"gconv*",
	"mb*",
	"c16rtomb",
	"c32rtomb",
	"c8rtomb",
	"wcrtomb",
	"wctomb",
	"wcs*tombs",
	"btowc",
	"wctob",
	"rpmatch",
	"strerror*",
	"strsignal",
	"addseverity",
	/* users, hosts, services */
	"nss_*",
	"*get*ent",
	"*get*ent_r",
	"set*ent",
	"end*ent",
	"get*nam",
	"get*nam_r",
	"getpwuid*",
	"getgrgid*",
	"get*by*",
	"getrpcport",
	"ether_*to*",
	"getlogin*",
	"getusershell",
	"getfs*",
	"getpass",
	"initgroups",
	"innetgr",
	"res_init",
	"res_query*",
	"res_search",
	"res_mkquery",
	"res_send",
	"resolv_*",
	"gai_*",
	"herror",
	"inet_ntoa",
	"ttyname",
	"ptsname",
	"hsearch",
	"utmpname",
	/* the rest */
	"syslog",
	"vsyslog",
	"openlog",
	"aio_*",
	"lio_*",
	"re_comp",
	"*ecvt",
	"*fcvt",
	"register_printf_*",
	"mtrace",
	"mcheck*",
	"monstartup",
};

/* Functions of the C library that read and write streams ... */
static const char *const streams[] = {
	"fprintf", "vfprintf", "fwprintf",  "vfwprintf", "dprintf",   "vdprintf", "fputs",     "putc",
	"fputc",   "putw",     "fputwc",    "putwc",     "fputws",    "fwrite",   "fread",     "getc",
	"fgetc",   "fgets",    "getw",      "fgetwc",    "getwc",     "fgetws",   "ungetc",    "ungetwc",
	"fseek",   "fseeko",   "ftell",     "ftello",    "rewind",    "fgetpos",  "fsetpos",   "fwide",
	"setvbuf", "setbuf",   "setbuffer", "overflow",  "underflow", "uflow",    "woverflow", "wunderflow",
	"wuflow",  "sputn",    "sgetn",     "file_*",    "wfile_*",   "padn",
};

/* ... and the library's own alone. */
static const char *const standard_streams[] = {
	"printf",      "vprintf",      "wprintf",       "vwprintf",      "puts",    "putchar",  "putwchar",
	"scanf",       "vscanf",       "wscanf",        "vwscanf",       "getchar", "getwchar", "gets",
	"isoc*_scanf", "isoc*_vscanf", "isoc*_wscanf",  "isoc*_vwscanf", "perror",  "psignal",  "psiginfo",
	"err",         "errx",         "verr",          "verrx",         "warn",    "warnx",    "vwarn",
	"vwarnx",      "error",        "error_at_line",
};

/* Those that make a buffer for one, whoever asks. */
static const char *const buffer_makers[] = {"file_doallocate",  "default_doallocate",  "doallocbuf",
					    "wfile_doallocate", "wdefault_doallocate", "wdoallocbuf"};

static const char *const stream_openers[] = {
	"fopen",           "freopen", "fdopen",    "fopencookie", "fmemopen",  "open_memstream",
	"open_wmemstream", "popen",   "proc_open", "tmpfile",     "setmntent",
};

/* What runtimes of languages hand out. */
static const char *const handed_out[] = {
	"omp_alloc",
	"omp_aligned_*",
	"omp_calloc",
	"omp_realloc",
	"omp_target_alloc",
	"omp_init_*",
	"GOMP_alloc",
	"kmp_*alloc*",
	"kmpc_*alloc*",
	"acc_malloc",
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
	"D3std12experimental9allocator*",
	"D3std9container*",
};

/* Of Fortran's it keeps these; the rest makes arrays and texts. */
static const char *const fortran_kept[] = {
	"gfortran_st_*",   "gfortran_transfer_*",  "gfortran_set_*",     "gfortran_stop*",
	"gfortran_flush*", "gfortran_error_stop*", "gfortran_runtime_*", "gfortran_os_error*",
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

/* A name that tells something in a module alone that has all of these runtimes. */
struct name_of {
	unsigned runtimes;
	const char *pattern;
};

static const char *const library_starters[] = {"start_thread", "clone", "clone3", "exit"};
static const struct name_of starters[] = {
	{0, "_start"},
	{0, "__libc_start_main*"},
	{0, "__libc_start_call_main"},
	{0, "__cxa_finalize"},
	{RUNTIME_RUST, "std::rt::lang_start*"},
	{RUNTIME_RUST, "std::rt::init*"},
	{RUNTIME_D, "_d_run_main*"},
	{0, "adainit"},
	{0, "adafinal"},
	{0, "ada_main__adainit"},
	{0, "ada_main__adafinal"},
	{RUNTIME_GO, "*___thread_start"},
	{RUNTIME_GO, "x_cgo_*"},
	{RUNTIME_GO, "_cgo_*thread*"},
};

/* ---- what other libraries keep --------------------------------------------------------------- */

/* Functions that fill caches, tables of types and names, and what is made once and stays: none that a caller
 * could get memory from. */
static const struct name_of suppressed[] = {
	{RUNTIME_CXX, "std::locale::_S_initialize"},
	{RUNTIME_CXX, "std::locale::classic"},
	{RUNTIME_CXX, "std::ios_base::Init"},
	{RUNTIME_CXX, "eh_alloc.cc"},
	{RUNTIME_CXX, "__cxa_get_globals"},
	{RUNTIME_RUST, "^std::io::stdio::std"},
	{RUNTIME_RUST, "^std::thread::current"},
	{RUNTIME_RUST, "^std::thread::main_thread"},
	{RUNTIME_RUST, "^std::sys::thread_local"},
	{RUNTIME_RUST, "^std::sys::*stack_overflow::"},
	{RUNTIME_RUST, "^std::backtrace_rs"},
	{RUNTIME_RUST, "^std::panicking::default_hook"},
	{RUNTIME_GLIB, "^g_get_charset$"},
	{RUNTIME_GLIB, "^g_get_console_charset$"},
	{RUNTIME_GLIB, "^g_get_filename_charsets$"},
	{RUNTIME_GLIB, "^g_get_language_names"},
	{RUNTIME_GLIB, "^g_get_home_dir$"},
	{RUNTIME_GLIB, "^g_get_user_"},
	{RUNTIME_GLIB, "^g_get_system_"},
	{RUNTIME_GLIB, "^g_get_tmp_dir$"},
	{RUNTIME_GLIB, "^g_get_prgname$"},
	{RUNTIME_GLIB, "^g_set_prgname$"},
	{RUNTIME_GLIB, "^g_get_application_name$"},
	{RUNTIME_GLIB, "^g_set_application_name$"},
	{RUNTIME_GLIB, "^g_intern_"},
	{RUNTIME_GLIB, "^g_quark_"},
	{RUNTIME_GLIB, "^g_type_register_"},
	{RUNTIME_GLIB, "^g_type_add_interface_"},
	{RUNTIME_GLIB, "^g_type_class_ref$"},
	{RUNTIME_GLIB, "^g_type_class_add_"},
	{RUNTIME_GLIB, "^g_type_interface_add_"},
	{RUNTIME_GLIB, "^g_type_default_interface_ref$"},
	{RUNTIME_GLIB, "^g_type_init"},
	{RUNTIME_GLIB, "^g_param_spec_pool_"},
	{RUNTIME_GLIB, "^g_enum_register_static$"},
	{RUNTIME_GLIB, "^g_flags_register_static$"},
	{RUNTIME_GLIB, "^g_boxed_type_register_static$"},
	{RUNTIME_GLIB, "^g_signal_new"},
	{RUNTIME_GLIB, "^g_signal_override"},
	{RUNTIME_GLIB, "^g_private_"},
	{RUNTIME_GLIB, "^g_thread_pool_push$"},
	{RUNTIME_GLIB, "^g_main_context_default$"},
	{RUNTIME_GLIB, "^g_main_context_push_thread_default$"},
	{RUNTIME_GLIB, "^g_log_set_"},
	{RUNTIME_GLIB, "^g_static_"},
	{RUNTIME_GLIB, "^g_strerror$"},
	{RUNTIME_GLIB, "^g_once_"},
	{RUNTIME_GLIB, "^g_dgettext$"},
	{RUNTIME_GLIB, "^g_thread_self$"},
	{RUNTIME_GLIB, "^g_io_channel_init$"},
};

static const char *const slabs[] = {"g_slice_alloc", "g_slice_alloc0"};

/* ---- modules ----------------------------------------------------------------------------------- */

static bool starts_any(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(text, list[i]))
			return true;
	return false;
}

static bool is_version(const char *text, size_t length)
{
	return strspn(text, "0123456789.") >= length;
}

/* What follows the stem of a library's name: "-2.31.so", ".so.6". */
static bool is_library_end(const char *end, bool any_middle)
{
	const char *so = strstr(end, ".so");

	if (!so || !is_version(so + 3, strlen(so + 3)) || (so[3] && so[3] != '.'))
		return false;
	return any_middle || so == end || (*end == '-' && is_version(end + 1, (size_t)(so - end - 1)));
}

static bool is_library(const char *base, const char *const *stems, size_t count, bool family)
{
	for (size_t i = 0; i < count; i++)
		if (text_starts(base, stems[i]) && is_library_end(base + strlen(stems[i]), family))
			return true;
	return false;
}

/* Not in a folder that some program has below these. */
static bool is_in_c_folder(const char *module, const char *base)
{
	if (text_starts(module, "/nix/store/") || text_starts(module, "/gnu/store/"))
		return strstr(module, "-glibc-");
	for (size_t i = 0; i < COUNT(c_folders); i++) {
		const char *below = module + strlen(c_folders[i]);

		if (text_starts(module, c_folders[i]))
			return below == base || strstr(below, "-linux-") ||
			       text_starts(below, "glibc-hwcaps/");
	}
	return false;
}

enum keeper keeper_of_module(const char *module)
{
	const char *slash = strrchr(module, '/'), *base = slash ? slash + 1 : module;

	if ((is_library(base, c_libraries, COUNT(c_libraries), false) ||
	     is_library(base, c_library_families, COUNT(c_library_families), true)) &&
	    is_in_c_folder(module, base))
		return KEEPER_C;
	if (is_library(base, runtime_libraries, COUNT(runtime_libraries), false) &&
	    starts_any(module, tool_folders, COUNT(tool_folders)))
		return KEEPER_RUNTIME;
	return KEEPER_NONE;
}

/* ---- names --------------------------------------------------------------------------------------- */

static bool is_like(const char *text, size_t length, const char *pattern)
{
	size_t head = strcspn(pattern, "*");

	if (length < head || strncmp(text, pattern, head) != 0)
		return false;
	if (!pattern[head])
		return length == head;
	for (size_t skipped = head; skipped <= length; skipped++)
		if (is_like(text + skipped, length - skipped, pattern + head + 1))
			return true;
	return false;
}

static bool is_any(const char *text, size_t length, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_like(text, length, list[i]))
			return true;
	return false;
}

static bool has_runtimes(struct symbolizer *symbolizer, const struct source_function *function,
			 unsigned runtimes)
{
	return runtimes == 0 || (symbolizer_runtimes(symbolizer, function->module) & runtimes) == runtimes;
}

enum keeper keeper_of(struct symbolizer *symbolizer, const struct source_function *function)
{
	enum keeper keeper = keeper_of_module(function->module);

	if (keeper == KEEPER_NONE && !*function->file &&
	    is_any(function->name, strlen(function->name), d_names, COUNT(d_names)) &&
	    has_runtimes(symbolizer, function, RUNTIME_D))
		return KEEPER_RUNTIME;
	return keeper;
}

static const char *behind(const char *name, const char *beginning)
{
	return text_starts(name, beginning) ? name + strlen(beginning) : name;
}

/* Spellings of one function: fopen64, _IO_fopen, __asprintf_chk. */
static const char *plain_name(const char *name, size_t *length)
{
	static const char *const tails[] = {"_chk", "64", "_tail", "_unlocked"};

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

static bool makes_buffer(const char *innermost)
{
	size_t length;
	const char *plain = plain_name(innermost, &length);

	return is_any(plain, length, buffer_makers, COUNT(buffer_makers));
}

static enum keeper_use use_of_c(const char *exported, const char *innermost)
{
	size_t length;
	const char *plain = plain_name(exported, &length);

	for (size_t i = 0; i < COUNT(hands_out_own); i++)
		if (strcmp(exported, hands_out_own[i][0]) == 0)
			return strcmp(innermost, hands_out_own[i][1]) == 0 ? USE_HANDED_OUT : USE_KEPT;
	if (is_any(plain, length, kept, COUNT(kept)))
		return USE_KEPT;
	if (is_any(plain, length, standard_streams, COUNT(standard_streams)))
		return makes_buffer(innermost) ? USE_KEPT : USE_HANDED_OUT;
	if (makes_buffer(innermost) || is_any(plain, length, streams, COUNT(streams)))
		return USE_STREAM;
	return USE_HANDED_OUT;
}

enum keeper_use keeper_use(enum keeper keeper, const char *exported, const char *innermost)
{
	size_t length;
	const char *plain = plain_name(exported, &length);

	if (keeper == KEEPER_C)
		return use_of_c(exported, innermost);
	if (text_starts(plain, "gfortran_"))
		return is_any(plain, length, fortran_kept, COUNT(fortran_kept)) ? USE_KEPT : USE_HANDED_OUT;
	return is_any(plain, length, handed_out, COUNT(handed_out)) ? USE_HANDED_OUT : USE_KEPT;
}

bool keeper_opens_stream(const char *exported)
{
	size_t length;
	const char *plain = plain_name(exported, &length);

	return is_any(plain, length, stream_openers, COUNT(stream_openers));
}

/* A program may have functions of its own by these names: then they have source files. */
bool keeper_starts(struct symbolizer *symbolizer, const struct source_function *function,
		   const char *exported)
{
	const char *name = exported ? exported : function->name;
	size_t length = strlen(name);

	if (!function->system && *function->file)
		return false;
	for (size_t i = 0; i < COUNT(starters); i++)
		if (is_like(name, length, starters[i].pattern) &&
		    has_runtimes(symbolizer, function, starters[i].runtimes))
			return true;
	return function->system && is_any(name, length, library_starters, COUNT(library_starters));
}

bool keeper_begins_rust(const struct source_function *function)
{
	return suppression_matches("^std::sys*::__rust_begin_short_backtrace$", function->name);
}

bool keeper_begins_program(const struct source_function *function)
{
	return keeper_begins_rust(function) ||
	       (strcmp(function->name, "main") == 0 && !is_system_library(function->module));
}

bool keeper_suppressed(struct symbolizer *symbolizer, const struct source_function *function,
		       const char *exported)
{
	for (size_t i = 0; i < COUNT(suppressed); i++)
		if ((suppression_matches(suppressed[i].pattern, function->name) ||
		     (exported && suppression_matches(suppressed[i].pattern, exported))) &&
		    has_runtimes(symbolizer, function, suppressed[i].runtimes))
			return true;
	return false;
}

bool keeper_slab(struct symbolizer *symbolizer, const struct source_function *function, const char *exported)
{
	return exported && is_any(exported, strlen(exported), slabs, COUNT(slabs)) &&
	       has_runtimes(symbolizer, function, RUNTIME_GLIB);
}

/* ---- the same as a file -------------------------------------------------------------------------- */

static void print_list(FILE *out, const char *title, const char *const *list, size_t count)
{
	fprintf(out, "\n# %s\n", title);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "#   %s\n", list[i]);
}

void keepers_print(FILE *out)
{
	fputs("# What mprof calls kept by libraries, and does not count as leaked.\n"
	      "# - What libraries ask for while no function of the program's own runs.\n"
	      "# - What these functions of libraries ask for, wherever they are called from, in modules "
	      "that\n"
	      "#   have the runtime of C++, Rust or GLib:\n",
	      out);
	for (size_t i = 0; i < COUNT(suppressed); i++)
		fprintf(out, "leak:%s\n", suppressed[i].pattern);
	print_list(
		out,
		"- What these functions of the C library ask for.  All else that it gives is its caller's.",
		kept, COUNT(kept));
	print_list(out, "- What these ask for, unless a stream that the program has opened is still open.",
		   streams, COUNT(streams));
	print_list(out, "- What these runtimes of languages (file names) ask for ...", runtime_libraries,
		   COUNT(runtime_libraries));
	print_list(out, "  ... and D's where it is linked in (functions) ...", d_names, COUNT(d_names));
	print_list(out, "  ... but for what these functions of theirs ask for, which is their callers'.",
		   handed_out, COUNT(handed_out));
	print_list(out,
		   "- Whole slabs that these take; what they take from malloc at once is their callers'.",
		   slabs, COUNT(slabs));
}
