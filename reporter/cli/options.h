/*
 * options.h - argp, with mprof's manners: one clear line for an error, help on standard output.
 */
#ifndef MPROF_REPORTER_CLI_OPTIONS_H
#define MPROF_REPORTER_CLI_OPTIONS_H

#include "base/diagnostic.h"
#include "sources/sources.h"
#include "symbolize/symbolize.h"
#include "formats/format.h"

#include <argp.h>
#include <stddef.h>

/*
 * Parses argv of one command; input goes to argp's parser.  "-3" is an argument (an index), not an
 * option, unless in_order says that options end at the first argument.
 * Returns 0, 1 when help was printed and nothing is left to do, or -EINVAL with a diagnostic.
 */
int options_parse(const struct argp *argp, bool in_order, int argc, char **argv, void *input,
		  struct diagnostic *diagnostic);

/* Called for the hidden option --tables=FORM with all of a command's tables, in place of running it; NULL:
 * there is no such option.  False for a form that is not known. */
extern bool (*options_tables)(const char *form, const struct argp *argp);

/* For argp parsers: makes options_parse fail with this message; returns EINVAL for the parser to return. */
error_t options_error(struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A growing list of strings that ends with NULL; the strings are borrowed. */
struct option_list {
	const char **items;
	size_t count;
};

error_t option_list_add(struct option_list *list, const char *item);
void option_list_finish(struct option_list *list);

/* A part of a whole in percent, as a number from 0 to 1. */
error_t option_share(struct argp_state *state, const char *option, const char *text, double *out);

/* A whole number from minimum to maximum, or options_error naming the option. */
error_t option_number(struct argp_state *state, const char *option, const char *text, long minimum,
		      long maximum, long *out);

/* --precision, which is of two groups: its entry in their tables, and its value. */
#define OPTION_PRECISION(key, group)                                                                         \
	{                                                                                                    \
		"precision", key, "N", 0, "Decimals of sizes in text (default 1)", group                     \
	}
error_t option_precision(struct argp_state *state, const char *text, long *out);

/* Options that several commands take; each group is an argp child whose input is the struct. */

/* --color, which is of two groups: its entry in their tables, and its value, which is the process's. */
#define OPTION_COLOR(key, group)                                                                             \
	{                                                                                                    \
		"color", key, "WHEN", 0, "Colour text always, never or auto (default: on a terminal)", group \
	}
error_t option_color(struct argp_state *state, const char *text);

struct output_options {
	const struct format *format;
	const char *path; /* NULL or "-": standard output */
	long precision;
	enum unit unit;
	bool no_pager;
};
extern const struct argp output_argp;

struct symbol_options {
	struct option_list maps, directories, debug_directories;
	const char *sysroot;
	bool no_names; /* neither use nor make names in the trace */
};
extern const struct argp symbol_argp;

void symbol_options_finish(struct symbol_options *options);

/* What the lower layers take; borrowed from options. */
struct source_options symbol_options_sources(const struct symbol_options *options);
struct symbolizer_options symbol_options_symbolizer(const struct symbol_options *options);

#endif
