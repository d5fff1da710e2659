/*
 * options_common.c - groups of options that several commands take.
 */
#include "options.h"
#include "output.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

enum {
	KEY_PRECISION = 0x100,
	KEY_SOURCE_DIR,
	KEY_SOURCE_MAP,
	KEY_SYSROOT,
	KEY_DEBUG_DIR,
	KEY_NO_NAMES,
	KEY_FORMAT,
	KEY_COLOR,
	KEY_NO_PAGER
};

/* ---- output --------------------------------------------------------------------- */

#define FORMAT(name, words, for_people) " " #name
static const char format_doc[] = "One of"
#include "formats/formats.def"
				 "; text unless told otherwise";
#undef FORMAT

static const struct argp_option output_option_table[] = {
	{NULL, 0, NULL, 0, "Output:", 10},
	{"format", KEY_FORMAT, "FORMAT", 0, format_doc, 10},
	{"output", 'o', "FILE", 0, "Write to FILE; - is standard output", 10},
	OPTION_PRECISION(KEY_PRECISION, 10),
	OPTION_COLOR(KEY_COLOR, 10),
	{"no-pager", KEY_NO_PAGER, NULL, 0, "Do not show long text in a pager", 10},
	{0},
};

error_t option_precision(struct argp_state *state, const char *text, long *out)
{
	return option_number(state, "--precision", text, 0, NUMBER_PRECISION_MAX, out);
}

error_t option_color(struct argp_state *state, const char *text)
{
	return output_choose_color(text)
		       ? 0
		       : options_error(state, "--color takes always, never or auto, not '%s'", text);
}

static error_t parse_format(struct argp_state *state, const char *text, const struct format **out)
{
	char names[128];

	*out = format_find(text);
	if (*out)
		return 0;
	format_names(names, sizeof(names));
	return options_error(state, "--format takes %s, not '%s'", names, text);
}

static error_t parse_output(int key, char *argument, struct argp_state *state)
{
	struct output_options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		options->precision = NUMBER_PRECISION_DEFAULT;
		options->format = formats;
		return 0;
	case KEY_FORMAT:
		return parse_format(state, argument, &options->format);
	case 'o':
		options->path = argument;
		return 0;
	case KEY_PRECISION:
		return option_precision(state, argument, &options->precision);
	case KEY_COLOR:
		return option_color(state, argument);
	case KEY_NO_PAGER:
		options->no_pager = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp output_argp = {.options = output_option_table, .parser = parse_output};

/* ---- symbols and sources ----------------------------------------------------------- */

static const struct argp_option symbol_option_table[] = {
	{NULL, 0, NULL, 0, "Where code and source are found:", 20},
	{"source-dir", KEY_SOURCE_DIR, "DIR", 0,
	 "Look for source text below DIR, by the longest end of its path", 20},
	{"source-map", KEY_SOURCE_MAP, "FROM=TO", 0, "Source paths that begin with FROM begin with TO here",
	 20},
	{"sysroot", KEY_SYSROOT, "DIR", 0, "Look for programs, libraries and sources below DIR first", 20},
	{"debug-dir", KEY_DEBUG_DIR, "DIR", 0, "Look for separate debug files below DIR too", 20},
	{"no-names", KEY_NO_NAMES, NULL, 0, "Look up all names here: use none that the trace holds, add none",
	 20},
	{0},
};

static error_t parse_symbols(int key, char *argument, struct argp_state *state)
{
	struct symbol_options *options = state->input;

	switch (key) {
	case KEY_SOURCE_DIR:
		return option_list_add(&options->directories, argument);
	case KEY_SOURCE_MAP:
		if (!strchr(argument, '=') || *argument == '=')
			return options_error(state, "--source-map takes FROM=TO, not '%s'", argument);
		return option_list_add(&options->maps, argument);
	case KEY_SYSROOT:
		options->sysroot = argument;
		return 0;
	case KEY_DEBUG_DIR:
		return option_list_add(&options->debug_directories, argument);
	case KEY_NO_NAMES:
		options->no_names = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp symbol_argp = {.options = symbol_option_table, .parser = parse_symbols};

void symbol_options_finish(struct symbol_options *options)
{
	option_list_finish(&options->maps);
	option_list_finish(&options->directories);
	option_list_finish(&options->debug_directories);
}

struct source_options symbol_options_sources(const struct symbol_options *options)
{
	return (struct source_options){
		.maps = options->maps.items,
		.directories = options->directories.items,
		.sysroot = options->sysroot,
	};
}

struct symbolizer_options symbol_options_symbolizer(const struct symbol_options *options)
{
	return (struct symbolizer_options){
		.sysroot = options->sysroot,
		.debug_dirs = options->debug_directories.items,
	};
}
