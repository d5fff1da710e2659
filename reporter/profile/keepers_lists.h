/*
 * keepers_lists.h - names of libraries and of their functions, as data; for keepers.c alone.
 */
#ifndef MPROF_REPORTER_PROFILE_KEEPERS_LISTS_H
#define MPROF_REPORTER_PROFILE_KEEPERS_LISTS_H

#include "symbolize/symbolize.h"

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

/* What Rust's library reads to name the frames of a panic, and keeps.  Crates do that for it, which it brings
 * along compiled without lines.  Programs have these crates too, of their own: only a call from there tells.
 */
#define RUST_BACKTRACES "^std::backtrace_rs"

static const char *const rust_crates[] = {
	"gimli::",       "addr2line::", "object::", "memchr::",
	"miniz_oxide::", "adler::",     "adler2::", "rustc_demangle::",
};

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
	{RUNTIME_RUST, RUST_BACKTRACES},
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

#endif
