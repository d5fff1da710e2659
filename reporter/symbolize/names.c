/*
 * names.c - demangling is libiberty's; what is left is to cut off what no source line shows.
 */
#include "names.h"

#include <libiberty/demangle.h>
#include <stdlib.h>
#include <string.h>

/* What gcc, clang and their linkers append to the symbol of a clone or of a part of a function. */
static const char *const clone_suffixes[] = {
	".cold",  ".part.",  ".constprop.", ".isra.", ".lto_priv.", ".localalias",
	".llvm.", ".clone.", ".warm",       ".hot",   ".unlikely",  ".resolver",
};

/* Longest first: the `<` and `>` of these open no template arguments. */
static const char *const operators[] = {
	"operator<=>", "operator<<=", "operator>>=", "operator->*", "operator<<", "operator>>",
	"operator<=",  "operator>=",  "operator->",  "operator<",   "operator>",
};

/* The second of two dots begins a word of Rust's: core..clone..Clone. */
static const char *find_suffix(const char *symbol, const char *suffix)
{
	const char *found = strstr(symbol + 1, suffix);
	while (found && found[-1] == '.')
		found = strstr(found + 1, suffix);
	return found;
}

static size_t length_without_clone(const char *symbol)
{
	size_t length = strcspn(symbol, "@");
	for (size_t i = 0; *symbol && i < sizeof(clone_suffixes) / sizeof(*clone_suffixes); i++) {
		const char *found = find_suffix(symbol, clone_suffixes[i]);
		if (found && (size_t)(found - symbol) < length)
			length = (size_t)(found - symbol);
	}
	return length;
}

bool name_is_mangled(const char *symbol)
{
	return text_starts(symbol, "_Z") || text_starts(symbol, "_R") || text_starts(symbol, "_D");
}

bool name_is_rust(const char *symbol)
{
	if (text_starts(symbol, "_R"))
		return true;
	/* Legacy mangling ends in a hash of 16 digits, as a path component: 17h0123456789abcdefE. */
	const char *hash = text_starts(symbol, "_ZN") ? strstr(symbol, "17h") : NULL;
	return hash && strspn(hash + 3, "0123456789abcdef") == 16 && hash[19] == 'E';
}

/* The end of the bracket that opens at `open`, or the end of the text. */
static const char *closing(const char *open, char up, char down)
{
	int depth = 0, parentheses = 0;
	for (const char *p = open; *p; p++) {
		parentheses += (*p == '(') - (*p == ')');
		if (parentheses > 0 && up != '(')
			continue;
		depth += (*p == up) - (*p == down && !(down == '>' && p[-1] == '-'));
		if (depth == 0)
			return p + 1;
	}
	return open + strlen(open);
}

static bool is_word(char c)
{
	return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static size_t operator_length(const char *name, const char *at)
{
	bool inside_word = at > name && is_word(at[-1]);
	for (size_t i = 0; !inside_word && i < sizeof(operators) / sizeof(*operators); i++)
		if (text_starts(at, operators[i]))
			return strlen(operators[i]);
	return 0;
}

/* In place. */
static void drop_template_arguments(char *name)
{
	char *out = name;
	for (const char *p = name; *p;) {
		size_t operator_bytes = operator_length(name, p);
		if (operator_bytes > 0) {
			memmove(out, p, operator_bytes);
			out += operator_bytes;
			p += operator_bytes;
			p += p[0] == ' ' && p[1] == '<';
		} else if (*p == '<') {
			p = closing(p, '<', '>');
		} else if (text_starts(p, "[abi:")) {
			p = closing(p, '[', ']');
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
}

/* Rust: only arguments, `Vec<T>` and `grow::<T>`; `<T as Trait>` belongs to the name. */
static void drop_generic_arguments(char *name)
{
	char *out = name;
	for (const char *p = name; *p;) {
		if (text_starts(p, "::<") && p > name)
			p = closing(p + 2, '<', '>');
		else if (*p == '<' && p > name && is_word(p[-1]))
			p = closing(p, '<', '>');
		else
			*out++ = *p++;
	}
	*out = '\0';
}

/* D: the demangler prints parameters in any case; `!(` opens template arguments. */
static void drop_parameters(char *name)
{
	for (char *p = strchr(name, '('); p; p = strchr(p + 1, '(')) {
		if (p > name && p[-1] != '!') {
			*p = '\0';
			return;
		}
	}
}

const char *name_of_symbol(struct strings *strings, const char *symbol)
{
	const char *plain = strings_intern_bytes(strings, symbol, length_without_clone(symbol));
	if (!name_is_mangled(plain))
		return plain;
	bool d_language = text_starts(plain, "_D");
	char *demangled = cplus_demangle(plain, (d_language ? DMGL_DLANG : DMGL_AUTO) | DMGL_ANSI);
	if (!demangled || !*demangled) {
		free(demangled);
		return plain;
	}
	if (name_is_rust(plain))
		drop_generic_arguments(demangled);
	else if (d_language)
		drop_parameters(demangled);
	else
		drop_template_arguments(demangled);
	const char *name = strings_intern(strings, demangled);
	free(demangled);
	return name;
}

const char *name_without_arguments(struct strings *strings, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = memcpy(pool_grow(NULL, &(size_t){0}, size, 1), name, size);
	drop_template_arguments(copy);
	const char *interned = strings_intern(strings, *copy ? copy : name); /* a lambda may be all "<...>" */
	free(copy);
	return interned;
}
