/*
 * names.c - demangling is libiberty's; what is left is to cut off what no source line shows.
 */
#include "names.h"

#include "base/text.h"

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

size_t name_length_without_clone(const char *symbol)
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

/* The end of D's template arguments, which begin with `!`: in parentheses or one word. */
static const char *end_of_arguments(const char *p)
{
	return p[1] == '(' ? closing(p + 1, '(', ')') : p + 1 + strcspn(p + 1, ".(");
}

/* D: the demangler prints parameters in any case, of the functions around, too.  In place. */
static void drop_of_d(char *name, bool arguments)
{
	char *out = name;
	for (const char *p = name; *p;) {
		const char *end = *p == '!' ? end_of_arguments(p) : p + 1;
		if (*p == '(' && p > name) {
			p = closing(p, '(', ')');
			if (*p != '.')
				break;
		} else if (*p == '!' && arguments) {
			p = end;
		} else {
			memmove(out, p, (size_t)(end - p));
			out += end - p;
			p = end;
		}
	}
	*out = '\0';
}

/* Rust's newer mangling, as the older one prints it: `<m::Shape>::fill` is m::Shape::fill there, and no
 * closure has a number.  In place. */
static void simplify_rust(char *name)
{
	char *end = *name == '<' ? (char *)(uintptr_t)closing(name, '<', '>') : name, *out = name;
	bool unwrap = end - name > 2 && is_word(name[1]) && text_starts(end, "::") &&
		      !memmem(name, (size_t)(end - name), " as ", 4);
	for (const char *p = name + unwrap; *p; p++) {
		const char *brace = text_starts(p, "{closure#") ? strchr(p, '}') : NULL;
		if (unwrap && p == end - 1)
			continue;
		if (brace) {
			memcpy(out, "{{closure}}", 11); /* no longer than what it replaces */
			out += 11;
			p = brace;
		} else {
			*out++ = *p;
		}
	}
	*out = '\0';
}

/* Whether a symbol of Rust's newer mangling names a method that a trait itself defines: then the path that
 * all else in it lies in is a type's as the trait. */
static bool is_trait_method(const char *symbol)
{
	const char *path = symbol + 2;

	while (*path == 'I' || *path == 'N')
		path += *path == 'N' && path[1] ? 2 : 1;
	return *path == 'Y';
}

/* `<u8 as m::Draw>::twice` is m::Draw::twice in the older mangling: the type is that of one instance, and the
 * function the same for all.  In place. */
static void drop_type_of_trait(char *name)
{
	const char *end = closing(name, '<', '>'), *as = NULL;
	int depth = 0;

	for (const char *p = name; p < end; p++) {
		depth += (*p == '<' || *p == '(') - ((*p == '>' && p[-1] != '-') || *p == ')');
		if (depth == 1 && text_starts(p, " as "))
			as = p + 4;
	}
	if (!as || end[-1] != '>')
		return;
	size_t trait_bytes = (size_t)(end - 1 - as);
	memmove(name, as, trait_bytes);
	memmove(name + trait_bytes, end, strlen(end) + 1);
}

/* The caller's to free(); NULL where the symbol is no mangled name. */
static char *demangled(const char *symbol, int options)
{
	if (strcmp(symbol, "_Dmain") == 0)
		return strdup("main");
	char *name = cplus_demangle(symbol, (text_starts(symbol, "_D") ? DMGL_DLANG : DMGL_AUTO) | DMGL_ANSI |
						    options);
	if (name && *name)
		return name;
	free(name);
	return NULL;
}

const char *name_of_symbol(struct strings *strings, const char *symbol)
{
	const char *plain = strings_intern_bytes(strings, symbol, name_length_without_clone(symbol));
	char *name = name_is_mangled(plain) ? demangled(plain, 0) : NULL;
	if (!name)
		return plain;
	if (text_starts(plain, "_R") && is_trait_method(plain))
		drop_type_of_trait(name);
	if (text_starts(plain, "_R"))
		simplify_rust(name);
	if (name_is_rust(plain))
		drop_generic_arguments(name);
	else if (text_starts(plain, "_D"))
		drop_of_d(name, true);
	else
		drop_template_arguments(name);
	const char *interned = strings_intern(strings, name);
	free(name);
	return interned;
}

const char *name_as_demangled(struct strings *strings, const char *symbol)
{
	const char *plain = strings_intern_bytes(strings, symbol, name_length_without_clone(symbol));
	char *name = demangled(plain, DMGL_PARAMS);
	const char *interned = strings_intern(strings, name ? name : symbol);

	free(name);
	return interned;
}

const char *name_with_arguments(struct strings *strings, const char *symbol, bool parameters)
{
	const char *plain = strings_intern_bytes(strings, symbol, name_length_without_clone(symbol));
	char *name = name_is_mangled(plain) ? demangled(plain, parameters ? DMGL_PARAMS | DMGL_RET_DROP : 0)
					    : NULL;
	if (!name)
		return strings_intern(strings, symbol);
	if (text_starts(plain, "_R"))
		simplify_rust(name);
	else if (text_starts(plain, "_D") && !parameters)
		drop_of_d(name, false);
	const char *interned = strings_intern(strings, name);
	free(name);
	return interned;
}

const char *name_within(struct strings *strings, const char *qualified, const char *last)
{
	size_t length = 0, last_bytes = strlen(last) + 1;
	for (const char *part = qualified; (part = strstr(part, "::")); part += 2)
		length = (size_t)(part - qualified) + 2;
	char *name = pool_grow(NULL, &(size_t){0}, length + last_bytes, 1);
	memcpy(name, qualified, length);
	memcpy(name + length, last, last_bytes);
	const char *interned = strings_intern(strings, name);
	free(name);
	return interned;
}

bool name_is_nested(const char *name)
{
	if (text_starts(name, "_Z"))
		return text_starts(name, "_ZZ") || text_starts(name, "_ZNZ") || text_starts(name, "_ZNKZ") ||
		       strstr(name, "$closure$");
	return text_starts(name, "operator()") || text_starts(name, "{closure") ||
	       text_starts(name, "{async") || strstr(name, "omp_outlined") || strstr(name, "._omp_fn") ||
	       strstr(name, "_block_invoke") || strstr(name, ".func");
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
