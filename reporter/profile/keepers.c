/*
 * keepers.c - what the lists of keepers_lists.h say of a module, a function, a call path.
 */
#include "profile/keepers.h"

#include "profile/keepers_lists.h"
#include "profile/suppressions.h"
#include "symbolize/classify.h"
#include "base/strings.h"
#include "base/text.h"

#include <string.h>

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

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
	const char *base = base_name(module);

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

const char *keeper_suppressed(struct symbolizer *symbolizer, const struct source_function *function,
			      const char *exported)
{
	for (size_t i = 0; i < COUNT(suppressed); i++)
		if ((suppression_matches(suppressed[i].pattern, function->name) ||
		     (exported && suppression_matches(suppressed[i].pattern, exported))) &&
		    has_runtimes(symbolizer, function, suppressed[i].runtimes))
			return suppressed[i].pattern;
	return NULL;
}

/* A method's name may begin with its type, in brackets. */
bool keeper_is_crate(struct symbolizer *symbolizer, const struct source_function *function)
{
	const char *name = function->name + strspn(function->name, "<&");

	return !*function->file && starts_any(name, rust_crates, COUNT(rust_crates)) &&
	       has_runtimes(symbolizer, function, RUNTIME_RUST);
}

bool keeper_has_crates(const struct source_function *function)
{
	return suppression_matches(RUST_BACKTRACES, function->name);
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
