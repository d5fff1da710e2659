/*
 * manual.c - see manual.h.
 */
#include "commands/manual.h"

#include "base/memory.h"
#include "base/vector.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORM "manual"

/* The page that is being made. */
static struct {
	FILE *template;
	const struct command *command; /* NULL: of mprof as a whole */
	const struct argp *argp;       /* all its tables */
} page;

/* ---- text ------------------------------------------------------------------------------------- */

/* What roff would take for its own, or print as another character than programs and shells understand. */
static void put_character(char character, bool in_option)
{
	static const struct {
		char character;
		const char *escape;
	} escapes[] = {{'\\', "\\e"},  {'\'', "\\(aq"}, {'"', "\\(dq"},
		       {'`', "\\(ga"}, {'^', "\\(ha"},  {'~', "\\(ti"}};

	for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++)
		if (escapes[i].character == character) {
			fputs(escapes[i].escape, stdout);
			return;
		}
	fputs(character == '-' && in_option ? "\\-" : (char[]){character, '\0'}, stdout);
}

/* A line of text: no request, whatever it begins with.  Hyphens are those of options in words that begin with
 * one, and of the language elsewhere. */
static void put_text(const char *text, size_t length)
{
	bool in_option = false;

	if (length > 0 && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < length; i++) {
		bool begins = i == 0 || !isalnum((unsigned char)text[i - 1]);

		in_option =
			text[i] == '-' ? in_option || begins : in_option && !isspace((unsigned char)text[i]);
		put_character(text[i], in_option);
	}
}

/* A word after a macro, and itself none. */
static void put_word(const char *word, size_t length)
{
	fputs("\\&", stdout);
	for (size_t i = 0; i < length; i++) {
		if (word[i] == ' ')
			putchar('\\');
		put_character(word[i], true);
	}
}

static void put_sentence(const char *text)
{
	size_t length = strlen(text);

	put_text(text, length);
	puts(length > 0 && text[length - 1] == '.' ? "" : ".");
}

/* Paragraphs, of lines. */
static void put_paragraphs(const char *text, size_t length)
{
	while (length > 0) {
		const char *end = memchr(text, '\n', length);
		size_t line = end ? (size_t)(end - text) : length;

		if (line == 0)
			fputs(".Pp", stdout);
		put_text(text, line);
		if (end)
			putchar('\n');
		length -= end ? line + 1 : line;
		text += end ? line + 1 : line;
	}
}

/* ---- options ---------------------------------------------------------------------------------- */

struct entry {
	const struct argp_option *option;
	int group;
	size_t index;
};

static bool is_end(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

/* All that help shows: options, and the titles of groups. */
static void collect(const struct argp *argp, struct vector *entries)
{
	int group = 0;

	for (const struct argp_option *o = argp->options; o && !is_end(o); o++) {
		struct entry entry = {o, o->group, entries->count};

		if (!o->group)
			entry.group = o->name ? group : group + 1;
		group = entry.group;
		if (!(o->flags & OPTION_HIDDEN) && vector_push(entries, &entry, sizeof(entry)) != 0)
			memory_exhausted();
	}
	for (const struct argp_child *child = argp->children; child && child->argp; child++)
		collect(child->argp, entries);
}

/* A group's title first, whichever of its tables has it. */
static int by_group(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (!a->option->name != !b->option->name)
		return a->option->name ? 1 : -1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static void put_value(const struct argp_option *option, bool is_long)
{
	bool optional = option->flags & OPTION_ARG_OPTIONAL;

	if (!option->arg)
		return;
	fputs(is_long ? (optional ? " Ns Op = Ns Ar " : " Ns = Ns Ar ") : (optional ? " Ns Op Ar " : " Ar "),
	      stdout);
	put_word(option->arg, strlen(option->arg));
}

/* As "-o FILE, --output=FILE"; `like` has the value, which is that of all names of one option. */
static void put_names(const struct argp_option *option, const struct argp_option *like, bool first)
{
	bool has_letter = option->key > ' ' && option->key < 0x7f;

	if (has_letter) {
		fputs(first ? " Fl " : " , Fl ", stdout);
		put_word((char[]){(char)option->key}, 1);
		put_value(like, false);
	}
	if (option->name) {
		fputs(first && !has_letter ? " Fl \\-" : " , Fl \\-", stdout);
		put_word(option->name, strlen(option->name));
		put_value(like, true);
	}
}

/* An option with the aliases that follow it; says how many entries that were. */
static size_t put_option(const struct entry *entries, size_t count)
{
	const struct argp_option *option = entries->option;
	size_t used = 1;

	fputs(".It", stdout);
	put_names(option, option, true);
	for (; used < count && (entries[used].option->flags & OPTION_ALIAS); used++)
		put_names(entries[used].option, option, false);
	putchar('\n');
	put_sentence(option->doc ? option->doc : "");
	return used;
}

static void put_title(const char *title)
{
	size_t length = strlen(title);

	fputs(".Ss ", stdout);
	put_text(title, length > 0 && title[length - 1] == ':' ? length - 1 : length);
	putchar('\n');
}

static void put_options(void)
{
	struct vector entries = {0};
	const struct entry *entry;
	bool in_list = false;

	collect(page.argp, &entries);
	entry = entries.data;
	qsort(entries.data, entries.count, sizeof(*entry), by_group);
	for (size_t i = 0, used = 1; i < entries.count; i += used) {
		bool is_title = !entry[i].option->name;

		if (is_title == in_list)
			puts(in_list ? ".El" : ".Bl -tag -width Ds");
		if (is_title)
			put_title(entry[i].option->doc);
		used = is_title ? 1 : put_option(&entry[i], entries.count - i);
		in_list = !is_title;
	}
	fputs(in_list ? ".El" : "", stdout);
	vector_finish(&entries);
}

/* ---- what else a template may ask for --------------------------------------------------------- */

static void put_name(void)
{
	fputs(page.command->name, stdout);
}

static void put_upper_name(void)
{
	for (const char *c = page.command->name; *c; c++)
		putchar(toupper((unsigned char)*c));
}

/* As part of a sentence. */
static void put_summary(void)
{
	const char *summary = command_summary(page.command);

	putchar(tolower((unsigned char)*summary));
	put_text(summary + 1, strlen(summary + 1));
}

/* The command's table; that above it has --help. */
static const struct argp *own(void)
{
	return page.argp->children->argp;
}

/* "[TRACE...]" */
static void put_arguments(void)
{
	const char *word = own()->args_doc ? own()->args_doc : "";

	for (size_t length; *word; word += length) {
		bool optional = *word == '[' && word[1];

		length = strcspn(word, " ");
		fputs(optional ? ".Op Ar " : ".Ar ", stdout);
		put_word(word + optional, length - 2 * (size_t)optional);
		length += strspn(word + length, " ");
		if (word[length])
			putchar('\n');
	}
}

/* What help says before the options, and behind them. */
static void put_description(void)
{
	const char *doc = own()->doc ? own()->doc : "";

	put_paragraphs(doc, strcspn(doc, "\v"));
}

static void put_remark(void)
{
	const char *remark = own()->doc ? strchr(own()->doc, '\v') : NULL;

	if (!remark)
		return;
	puts(".Pp");
	put_paragraphs(remark + 1, strlen(remark + 1));
}

static void put_commands(void)
{
	puts(".Bl -tag -width functions");
	for (const struct command *command = commands; command->name; command++) {
		printf(command->run == cmd_help ? ".It Cm %s\n" : ".It Xr mprof-%s 1\n", command->name);
		put_sentence(command_summary(command));
	}
	fputs(".El", stdout);
}

/* ---- pages ------------------------------------------------------------------------------------ */

static const struct {
	const char *word;
	void (*put)(void);
	bool of_command;
} words[] = {
	{"@NAME@", put_name, true},
	{"@UPPER_NAME@", put_upper_name, true},
	{"@SUMMARY@", put_summary, true},
	{"@ARGUMENTS@", put_arguments, true},
	{"@DESCRIPTION@", put_description, true},
	{"@REMARK@", put_remark, true},
	{"@OPTIONS@", put_options, true},
	{"@COMMANDS@", put_commands, false},
};

/* What the text begins with, if that is one of the words. */
static size_t put_if_word(const char *text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(text, words[i].word, length) != 0 || (words[i].of_command && !page.command))
			continue;
		words[i].put();
		return length;
	}
	return 0;
}

static void put_page(void)
{
	char *line = NULL;
	size_t capacity = 0;

	while (getline(&line, &capacity, page.template) > 0)
		for (const char *at = line; *at;) {
			size_t length = *at == '@' ? put_if_word(at) : 0;

			if (length == 0)
				putchar(*at);
			at += length > 0 ? length : 1;
		}
	free(line);
}

bool manual_print_options(const char *form, const struct argp *argp)
{
	if (strcmp(form, FORM) != 0 || !page.template)
		return false;
	page.argp = argp;
	put_page();
	return true;
}

int manual_print(const char *template_path, const struct command *command, struct diagnostic *diagnostic)
{
	char option[] = "--tables=" FORM;
	int status = STATUS_DONE;

	page.template = fopen(template_path, "re");
	if (!page.template)
		return diagnostic_set(diagnostic, errno, "%s: %s", template_path, strerror(errno));
	page.command = command;
	if (command)
		status = command_run(command, 2, (char *[]){(char *)(uintptr_t)command->name, option, NULL},
				     diagnostic);
	else
		put_page();
	fclose(page.template);
	page.template = NULL;
	return status;
}
