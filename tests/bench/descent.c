/* descent.c - a parser by recursive descent, of nested expressions as they come at random: the nodes of its
 * trees are made at some hundred thousand call paths.  argv[1] is how many expressions. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES 4096
#define DEPTH 5

struct node {
	char kind;
	char *name;
	struct node *first, *next; /* what it is made of; beside it */
};

static const char *at;

static uint32_t random_below(uint32_t end)
{
	static uint32_t state = 1;
	state = state * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)state * end >> 32);
}

/* ---- a text ---- */

static char *write_expression(char *to, const char *end, int depth)
{
	static const char *const opens[] = {"(", "[", "{", "f(", "-", "!"}, *const closes[] = {")", "]", "}",
											       ")", "",  ""};
	uint32_t kind = random_below(6);
	if (depth == 0 || end - to < 256)
		return to + sprintf(to, "n%u", random_below(1000));
	to += sprintf(to, "%s", opens[kind]);
	to = write_expression(to, end, depth - 1);
	for (uint32_t more = kind < 4 ? random_below(3) : 0; more > 0 && end - to > 256; more--) {
		*to++ = ',';
		to = write_expression(to, end, depth - 1 - (int)random_below((uint32_t)depth));
	}
	return to + sprintf(to, "%s", closes[kind]);
}

/* ---- its tree ---- */

static struct node *parse(void);

static struct node *new_node(char kind, struct node *first)
{
	struct node *made = calloc(1, sizeof(*made));
	made->kind = kind;
	made->first = first;
	return made;
}

static struct node *parse_list(char end)
{
	struct node *first = parse(), *last = first;
	while (*at == ',') {
		at++;
		last = last->next = parse();
	}
	if (*at++ != end)
		abort();
	return first;
}

/* Each way to go on is a function, so that a call path says how expressions are nested. */
#define WAY(name, kind, what)                                                                                \
	static __attribute__((noinline)) struct node *parse_##name(void)                                     \
	{                                                                                                    \
		at++;                                                                                        \
		return new_node(kind, what);                                                                 \
	}
WAY(group, '(', parse_list(')'))
WAY(array, '[', parse_list(']'))
WAY(block, '{', parse_list('}'))
WAY(negative, '-', parse())
WAY(negation, '!', parse())

static __attribute__((noinline)) struct node *parse_call(void)
{
	at += 2;
	return new_node('f', parse_list(')'));
}

static __attribute__((noinline)) struct node *parse_name(void)
{
	size_t length = 1 + strspn(at + 1, "0123456789");
	struct node *made = new_node('n', NULL);
	made->name = strndup(at, length);
	at += length;
	return made;
}

static struct node *parse(void)
{
	switch (*at) {
	case '(':
		return parse_group();
	case '[':
		return parse_array();
	case '{':
		return parse_block();
	case '-':
		return parse_negative();
	case '!':
		return parse_negation();
	case 'f':
		return parse_call();
	default:
		return parse_name();
	}
}

static void drop(struct node *tree)
{
	while (tree) {
		struct node *next = tree->next;
		drop(tree->first);
		free(tree->name);
		free(tree);
		tree = next;
	}
}

int main(int argc, char **argv)
{
	static char text[TEXT_BYTES + 256];
	size_t bytes = 0;
	for (long i = argc > 1 ? atol(argv[1]) : 100; i > 0; i--) {
		write_expression(text, text + TEXT_BYTES, DEPTH);
		at = text;
		drop(parse());
		bytes += (size_t)(at - text);
	}
	printf("%zu bytes\n", bytes);
	return 0;
}
