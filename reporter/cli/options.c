/*
 * options.c - argp, with mprof's manners.
 *
 * argp's own error output spans lines, and exits; so it runs silenced (ARGP_NO_ERRS), and what went
 * wrong is told from where it stopped.
 */
#include "options.h"
#include "base/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct parse {
	struct argp root;
	void *input;
	char *name; /* "mprof report" */
	const char *command;
	struct diagnostic *diagnostic;
	bool failed, helped;
	int next; /* the word after the one that argp stumbled over */
};

/* Every parser of a run knows the root argp, and so the run itself. */
static struct parse *parse_of(const struct argp_state *state)
{
	return (struct parse *)((uintptr_t)state->root_argp - offsetof(struct parse, root));
}

enum { KEY_HELP = 'h', KEY_TABLES = 0xf00 };

bool (*options_tables)(const char *form, const struct argp *argp);

static const struct argp_option root_options[] = {
	{"help", KEY_HELP, NULL, 0, "Show this help", -1},
	{"tables", KEY_TABLES, "FORM", OPTION_HIDDEN, "Print these tables for completions or the manual", -1},
	{0},
};

static error_t parse_root(int key, char *argument, struct argp_state *state)
{
	struct parse *parse = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = parse->input;
		return 0;
	}
	if (key == ARGP_KEY_ERROR)
		parse->next = state->next;
	if (key == KEY_TABLES && options_tables && options_tables(argument, &parse->root)) {
		parse->helped = true;
		return ECANCELED;
	}
	if (key != KEY_HELP)
		return ARGP_ERR_UNKNOWN;
	/* Of the values of short and long options: who reads "-o, --output=FILE" knows. */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_help(&parse->root, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC, parse->name);
	parse->helped = true;
	return ECANCELED; /* nothing after it matters */
}

error_t options_error(struct argp_state *state, const char *format, ...)
{
	struct parse *parse = parse_of(state);
	char message[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	diagnostic_set(parse->diagnostic, EINVAL, "%s; try 'mprof help %s'", message, parse->command);
	parse->failed = true;
	return EINVAL;
}

/* ---- what argp stumbled over -------------------------------------------------- */

/* The option that a name, or its beginning, stands for; *count says how many begin so. */
static const struct argp_option *find_option(const struct argp *argp, const char *name, size_t length,
					     int *count)
{
	const struct argp_option *found = NULL, *other;

	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name && strncmp(o->name, name, length) == 0) {
			found = !found || !o->name[length] ? o : found;
			(*count)++;
		}
	for (const struct argp_child *c = argp->children; c && c->argp; c++) {
		other = find_option(c->argp, name, length, count);
		found = !found || (other && !other->name[length]) ? other : found;
	}
	return found;
}

static const struct argp_option *find_key(const struct argp *argp, int key)
{
	const struct argp_option *found = NULL;

	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc) && !found; o++)
		if (o->key == key)
			found = o;
	for (const struct argp_child *c = argp->children; c && c->argp && !found; c++)
		found = find_key(c->argp, key);
	return found;
}

static void try_options(const struct argp *argp, struct nearest *nearest)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name)
			nearest_try(nearest, o->name);
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		try_options(c->argp, nearest);
}

static int unknown_option(const struct parse *parse, const char *word, size_t length)
{
	char name[NEAREST_BYTES + 1];
	snprintf(name, sizeof(name), "%.*s", (int)length, word + 2);
	struct nearest nearest = nearest_to(name);

	try_options(&parse->root, &nearest);
	if (nearest.found)
		return diagnostic_set(parse->diagnostic, EINVAL,
				      "unknown option '%.*s'; did you mean '--%s'?", (int)length + 2, word,
				      nearest.found);
	return diagnostic_set(parse->diagnostic, EINVAL, "unknown option '%.*s'; try 'mprof help %s'",
			      (int)length + 2, word, parse->command);
}

/* "'--repeat-figure', '--repeats'" */
static void list_options(const struct argp *argp, const char *name, size_t length, FILE *out)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name && strncmp(o->name, name, length) == 0)
			fprintf(out, "%s'--%s'", ftell(out) > 0 ? ", " : "", o->name);
	for (const struct argp_child *c = argp->children; c && c->argp; c++)
		list_options(c->argp, name, length, out);
}

static int ambiguous_option(const struct parse *parse, const char *word, size_t length)
{
	char names[200] = "";
	FILE *out = fmemopen(names, sizeof(names), "w");

	if (out) {
		list_options(&parse->root, word + 2, length, out);
		fclose(out);
	}
	return diagnostic_set(parse->diagnostic, EINVAL, "ambiguous option '%.*s': %s; try 'mprof help %s'",
			      (int)length + 2, word, names, parse->command);
}

static int explain_long(const struct parse *parse, const char *word)
{
	size_t length = strcspn(word + 2, "=");
	int count = 0;
	const struct argp_option *option = find_option(&parse->root, word + 2, length, &count);
	const char *complaint = "unknown option";

	if (!option)
		return unknown_option(parse, word, length);
	if (option->name[length] && count > 1)
		return ambiguous_option(parse, word, length);
	if (option->arg && word[2 + length] != '=')
		complaint = "a value is missing after option";
	else if (!option->arg && word[2 + length] == '=')
		complaint = "no value is allowed after option";
	return diagnostic_set(parse->diagnostic, EINVAL, "%s '%.*s'; try 'mprof help %s'", complaint,
			      (int)length + 2, word, parse->command);
}

/* Of a cluster of letters, the first that is unknown or takes a value, or the last. */
static const struct argp_option *find_in_cluster(const struct argp *argp, const char *word,
						 const char **letter)
{
	const struct argp_option *option = find_key(argp, *(*letter = word + 1));

	while (option && !option->arg && (*letter)[1])
		option = find_key(argp, *++*letter);
	return option;
}

static int explain_short(const struct parse *parse, const char *word)
{
	const char *letter;
	const struct argp_option *option = find_in_cluster(&parse->root, word, &letter);

	return diagnostic_set(parse->diagnostic, EINVAL, "%s '-%c'; try 'mprof help %s'",
			      option ? "a value is missing after option" : "unknown option", *letter,
			      parse->command);
}

static int explain(const struct parse *parse, char **argv, int next)
{
	const char *word = next > 0 && argv[next - 1] ? argv[next - 1] : "";

	/* In a cluster of letters argp stops before it has moved on to the next word. */
	if (word[0] != '-' && argv[next])
		word = argv[next];
	if (strncmp(word, "--", 2) == 0)
		return explain_long(parse, word);
	if (word[0] == '-' && word[1])
		return explain_short(parse, word);
	return diagnostic_set(parse->diagnostic, EINVAL, "unexpected argument '%s'; try 'mprof help %s'",
			      word, parse->command);
}

/* ---- parsing ---------------------------------------------------------------------- */

/* The option that ends a word, if the next word is its value; else NULL. */
static const struct argp_option *waits_for_value(const struct argp *root, const char *word)
{
	const struct argp_option *option = NULL;
	const char *letter = "";
	int count = 0;

	if (strncmp(word, "--", 2) == 0)
		option = find_option(root, word + 2, strlen(word + 2), &count);
	else if (word[0] == '-' && word[1])
		option = find_in_cluster(root, word, &letter);
	return option && option->arg && !(option->flags & OPTION_ARG_OPTIONAL) && (!*letter || !letter[1])
		       ? option
		       : NULL;
}

/* Whether a word, the command's name not among them, is one like "-3". */
static bool is_index(const struct argp *root, char **argv, int at)
{
	const char *word = argv[at];

	return at > 0 && word[0] == '-' && word[1] && !word[1 + strspn(word + 1, "0123456789")] &&
	       !waits_for_value(root, argv[at - 1]);
}

/* Options and their values, up to a "--" of the user's. */
static int count_words(const struct argp *root, int argc, char **argv, bool *has_index)
{
	int end = 0;

	for (*has_index = false; end < argc && strcmp(argv[end], "--") != 0; end++)
		*has_index |= is_index(root, argv, end);
	return end;
}

/* A copy of argv with "-3" behind a "--", where argp takes it for an argument. */
static char **protect_indices(const struct argp *root, int argc, char **argv, int *count)
{
	static char separator[] = "--";
	char **words = calloc((size_t)argc + 2, sizeof(*words));
	bool has_index;
	int used = 0, end = count_words(root, argc, argv, &has_index);

	if (!words)
		return NULL;
	for (int i = 0; i < end; i++)
		if (!is_index(root, argv, i))
			words[used++] = argv[i];
	if (has_index || end < argc)
		words[used++] = separator;
	for (int i = 0; i < end; i++)
		if (is_index(root, argv, i))
			words[used++] = argv[i];
	for (int i = end + 1; i < argc; i++)
		words[used++] = argv[i];
	*count = used;
	return words;
}

/* Who writes "--gate -- PROGRAM" has left a value out, and argp would take the "--" for it.  0, or -EINVAL
 * with a diagnostic. */
static int check_separator(const struct parse *parse, bool in_order, int argc, char **argv)
{
	for (int i = 1; i + 1 < argc && strcmp(argv[i], "--") != 0; i++) {
		const struct argp_option *option = waits_for_value(&parse->root, argv[i]);

		if (in_order && (argv[i][0] != '-' || !argv[i][1]))
			return 0;
		if (option && strcmp(argv[++i], "--") == 0)
			return diagnostic_set(
				parse->diagnostic, EINVAL,
				"a value (%s) is missing between '%s' and '--'; try 'mprof help %s'",
				option->arg, argv[i - 1], parse->command);
	}
	return 0;
}

static int run_argp(struct parse *parse, bool in_order, int argc, char **argv)
{
	unsigned flags = ARGP_NO_ERRS | ARGP_NO_HELP | ARGP_NO_EXIT | (in_order ? ARGP_IN_ORDER : 0);
	error_t error = check_separator(parse, in_order, argc, argv);

	if (error)
		return error;
	error = argp_parse(&parse->root, argc, argv, flags, NULL, parse);
	if (parse->helped)
		return 1;
	if (parse->failed)
		return -EINVAL;
	return error ? explain(parse, argv, parse->next) : 0;
}

int options_parse(const struct argp *argp, bool in_order, int argc, char **argv, void *input,
		  struct diagnostic *diagnostic)
{
	const struct argp_child children[] = {{argp, 0, NULL, 0}, {0}};
	struct parse parse = {
		.root = {.options = root_options, .parser = parse_root, .children = children},
		.input = input,
		.command = argv[0],
		.diagnostic = diagnostic,
	};
	int error = -ENOMEM, count = argc;
	char **words = in_order ? argv : protect_indices(&parse.root, argc, argv, &count);

	if (words && asprintf(&parse.name, "mprof %s", argv[0]) >= 0) {
		error = run_argp(&parse, in_order, count, words);
		free(parse.name);
	}
	if (words != argv)
		free(words);
	return error == -ENOMEM ? diagnostic_set(diagnostic, ENOMEM, "out of memory") : error;
}

/* ---- values ------------------------------------------------------------------------ */

error_t option_list_add(struct option_list *list, const char *item)
{
	const char **items = reallocarray(list->items, list->count + 2, sizeof(*items));

	if (!items)
		return ENOMEM;
	list->items = items;
	items[list->count++] = item;
	items[list->count] = NULL;
	return 0;
}

void option_list_finish(struct option_list *list)
{
	free(list->items);
	*list = (struct option_list){0};
}

error_t option_share(struct argp_state *state, const char *option, const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end) / 100;
	if (end == text || *end || !(*out >= 0 && *out <= 1))
		return options_error(state, "%s takes a number from 0 to 100, not '%s'", option, text);
	return 0;
}

error_t option_number(struct argp_state *state, const char *option, const char *text, long minimum,
		      long maximum, long *out)
{
	char *end;

	errno = 0;
	*out = strtol(text, &end, 10);
	if (errno || end == text || *end || *out < minimum || *out > maximum)
		return options_error(state, "%s takes a number from %ld to %ld, not '%s'", option, minimum,
				     maximum, text);
	return 0;
}
