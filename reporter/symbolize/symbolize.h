/*
 * symbolize.h - from (module, pc) to source functions, lines and inlined frames.
 *
 * Alone includes elfutils.  Each distinct (module, pc) is looked up once, each module is
 * opened once and lazily.  No debug information is a result (function + offset from the
 * symbol table, or module + offset), not a failure.  Not thread-safe.
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_H
#define MPROF_REPORTER_SYMBOLIZE_H

#include "base/diagnostic.h"
#include "reader/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbolizer;

/* What a function's type says of the memory that it gets. */
enum signature {
	SIGNATURE_UNKNOWN,   /* no debug information */
	SIGNATURE_NOTHING,   /* it returns nothing that could hold any */
	SIGNATURE_HANDS_ON,  /* it may return it, or store it where its caller says */
	SIGNATURE_ALLOCATES, /* it takes a number and returns a pointer to bytes */
};

/* Runtimes of languages that are linked into a module, or are it. */
enum runtime {
	RUNTIME_CXX = 1,
	RUNTIME_D = 2,
	RUNTIME_GLIB = 4,
	RUNTIME_GO = 8,
	RUNTIME_RUST = 16,
};

/* A source function: one per (file, first_line, name without template arguments) where debug information
 * names them, so that inlined copies, clones and template instances are one; else one per (module, symbol).
 *
 * A part of a function is one, too: its lines in another file than its own (#include within the body, #line,
 * a macro's), under its name.
 */
struct source_function {
	const char *name; /* demangled (C++, Rust, D), parameters dropped for C++: "ns::Class::method" */
	const char *file; /* as the compiler recorded it, made absolute with the compilation directory; "" if
			     unknown */
	const char *module;                    /* path of the object */
	const struct source_function *part_of; /* NULL: it is a whole one */
	uint32_t id;                           /* dense, from 0 */
	uint32_t first_line;                   /* declaration, else the first one met; 0 if unknown */
	uint32_t last_line;                    /* last line with code of this function itself; 0 if unknown */
	bool nested;    /* stands within another function's text, which does not end where it begins */
	bool marked;    /* MPROF_PROFILE stands on it */
	bool system;    /* of the language's or system's own library code (std::, libc, ld.so, headers
			   under /usr/include): not the user's own source */
	bool allocator; /* malloc family, operator new/delete and their library wrappers */
	enum signature signature;
};

/* Code without a symbol goes by its address. */
static inline bool source_function_is_nameless(const struct source_function *function)
{
	return function->name[0] == '0' && function->name[1] == 'x';
}

/* A part's frame is followed by that of the function it is a part of, at the line where that includes it. */
struct source_frame {
	const struct source_function *function; /* never NULL */
	const char *instance; /* which of its template instances this is: for symbolizer_full_name.  May be
				 NULL */
	uint64_t offset;      /* pc - start of the symbol or module, for frames without a line */
	uint32_t line;        /* 0 if unknown, or if the code is of no single line */
	bool inlined;         /* inlined into the next frame of this list, or a part of it */
	bool jumped;          /* left by a jump: it was not on the stack any more */
};

/* What tells calls in one function apart: the line, or the offset with this bit where an object's code has no
 * lines. */
#define SPOT_OFFSET (UINT64_C(1) << 63)

static inline uint64_t source_frame_spot(const struct source_frame *frame)
{
	bool unplaced = frame->line == 0 && !*frame->function->file && *frame->function->module;
	return unplaced ? SPOT_OFFSET | frame->offset : frame->line;
}

struct symbolizer_options {
	const char *sysroot;           /* looked in before the file system; may be NULL */
	const char *const *debug_dirs; /* besides /usr/lib/debug; NULL-terminated, may be NULL */
	void (*progress)(void *context,
			 const char *what); /* long steps (debuginfod downloads); may be NULL */
	void *progress_context;
	uint64_t started_realtime_ns; /* of the run; 0: not known */
	/* The line at which a function includes that line of another file; 0: unknown.  May be NULL. */
	uint32_t (*inclusion)(void *context, const struct source_function *function, const char *file,
			      uint32_t line);
	void *inclusion_context;
	const struct names *names; /* of the trace, to be asked first; NULL: none */
};

int symbolizer_create(const struct trace_module *modules, size_t module_count,
		      const struct symbolizer_options *options, struct symbolizer **out,
		      struct diagnostic *diagnostic);
void symbolizer_destroy(struct symbolizer *symbolizer); /* NULL is fine */

/* Frames of one pc, innermost (most inlined) first; always at least one.  exact: pc was
 * interrupted, not returned to.  The array lives as long as the symbolizer. */
size_t symbolizer_frames(struct symbolizer *symbolizer, uint16_t module, uint64_t pc, bool exact,
			 const struct source_frame **frames);

/*
 * A call that is the last thing a function does may be a jump, which leaves no frame of the function.  Where
 * the call that a recorded frame stands at is of another function than the one that was entered, the
 * functions between jumped: those of all ways from the one to the other are told.
 */
struct code_function;

/* The function that the call returning to this code calls; NULL if that cannot be told. */
const struct code_function *symbolizer_called(struct symbolizer *symbolizer, const struct trace_code *code);

/* The function that code lies in; NULL if it has no debug information. */
const struct code_function *symbolizer_entered(struct symbolizer *symbolizer, const struct trace_code *code);

/* The frames left out between a function called and the one that was entered, innermost first; with `entered`
 * NULL, one that nothing is known of.  The array lives as long as the symbolizer. */
size_t symbolizer_left_out(struct symbolizer *symbolizer, const struct code_function *called,
			   const struct code_function *entered, const struct source_frame **frames);

/* The name of a frame's function with its template arguments and, if `parameters`, those; lives as long as
 * the symbolizer. */
const char *symbolizer_full_name(struct symbolizer *symbolizer, const struct source_frame *frame,
				 bool parameters);

/* The name of a frame's function; with an offset as its spot "main+0x78", which is where the call returns to,
 * or the address in the file, "0x111f", if the function has no name.  Lives as long as the symbolizer. */
const char *symbolizer_place(struct symbolizer *symbolizer, const struct source_frame *frame);

/* The same as other tools print it, with the return types of C++'s function templates. */
const char *symbolizer_demangled_name(struct symbolizer *symbolizer, const struct source_frame *frame);

/* The name of the function by which code of a library was entered from outside, so far as can be told: the
 * exported one that it lies in, or that has jumped to it.  The same whether debug information is installed or
 * not, and cheap.  NULL: unknown. */
const char *symbolizer_export(struct symbolizer *symbolizer, const struct trace_code *code);

/* Which runtimes (enum runtime) a module that a pc was looked up in has, by symbols that nothing else has, or
 * what they leave behind. */
unsigned symbolizer_runtimes(struct symbolizer *symbolizer, const char *path);

/* Whether all functions of the module are known to be the system's before any is looked up.  The debug
 * information of such a module is large: whoever asks for the user's own code need not have it read. */
bool symbolizer_is_c_library(const struct symbolizer *symbolizer, uint16_t module);

/* All functions met so far; ids are indices.  The array is valid until the next lookup, its elements for
 * good. */
size_t symbolizer_functions(const struct symbolizer *symbolizer,
			    const struct source_function *const **functions);

/* The functions that carry an MPROF_PROFILE mark, in any module, whether met or not: they become known, with
 * `marked` set.  Call it once, before the tables are made; the array lives as long as the symbolizer. */
size_t symbolizer_marks(struct symbolizer *symbolizer, const struct source_function *const **functions);

/* The MD5 checksum (16 bytes) that a source file had when it was compiled, by the path of a function met;
 * NULL if no compiler said so. */
const unsigned char *symbolizer_source_md5(const struct symbolizer *symbolizer, const char *file);

/* Makes known the functions with code in the program and in libraries that are not the system's, met or not:
 * reads all their debug information, which takes its time. */
void symbolizer_know_all(struct symbolizer *symbolizer);

/* Whether any code of these stands at this line of a file that is meant; `file` is absolute. */
typedef bool symbolizer_file_fn(const void *context, const char *file);
bool symbolizer_has_line(struct symbolizer *symbolizer, uint32_t line, symbolizer_file_fn *is_meant,
			 const void *context);

/* Of a function that is meant and has its code in common with others (an alias, or what a linker folded,
 * since it was identical): the one under whose name that code is found, if none of the meant; else NULL. Asks
 * symbols of what symbolizer_know_all() knows. */
typedef bool symbolizer_function_fn(const void *context, const struct source_function *function);
const struct source_function *symbolizer_namesake(struct symbolizer *symbolizer,
						  symbolizer_function_fn *is_meant, const void *context);

/* Tells programs apart that have the same name: a hash of the names of the source files that a module was
 * made of, as the compiler was told them; of its build-id or path where those are not known.  Builds of the
 * same source in different folders have the same, unless they name their files by absolute paths. */
uint64_t symbolizer_origin(struct symbolizer *symbolizer, const char *path);

/* Whether the object of a module by this path is here, and the one that ran. */
bool symbolizer_is_at_hand(struct symbolizer *symbolizer, const char *path);

/* Whether debug information of a module that was looked up in has been found. */
bool symbolizer_has_lines(const struct symbolizer *symbolizer, size_t module);

/* Whether this machine tells more of the code than names do: it has debug information of a module that names
 * lack, and lacks none that they have.  Cheap where it does not. */
bool symbolizer_knows_more(const struct trace_module *modules, size_t module_count,
			   const struct symbolizer_options *options, const struct names *names);

/* What a user should be told about modules: debug information missing, build-id mismatch,
 * file gone.  NULL after the last (index from 0). */
const char *symbolizer_warning(const struct symbolizer *symbolizer, size_t index);

#endif
