/*
 * document_store.c - a store of JSON documents that refer to each other, with an index by id and a cache of
 * queries.
 *
 * What it teaches: who keeps a document alive.  A shelf owns the documents that were loaded into it, and
 * friends own each other, in circles.  The index owns nothing: it is weak, and forgets a document that has
 * ended by itself.  The cache of queries owns its results, so a part of a shelf that is long gone lives on in
 * it.  Of the 2.5 MiB that the old shelf takes, dropping it gives back nothing, the collection 1.9, and
 * forgetting the queries, with another collection, the rest.
 *
 * Usage: document_store [PEOPLE]
 */
#include <mprof/mprof.h>
#include <mprof/rgc.h>

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEOPLE 2000
#define CITIES 20
#define FRIENDS 3
#define QUERIES_KEPT 8

typedef struct document {
	RGC_HEAD;
	rgc_str *id;
	rgc_dict *body;    /* as it was read */
	rgc_list *friends; /* documents, of which most know this one in turn */
} document;
RGC_DEFINE_TYPE(document, id, body, friends);

typedef struct store {
	RGC_HEAD;
	rgc_dict *shelves;          /* name to list of documents */
	rgc_weak_value_dict *by_id; /* id to document */
	rgc_lru_cache *queries;
} store;
RGC_DEFINE_TYPE(store, shelves, by_id, queries);

static void fail(const char *what)
{
	fprintf(stderr, "document_store: %s\n", what);
	exit(EXIT_FAILURE);
}

static void *checked(void *object)
{
	if (!object) {
		perror("document_store");
		exit(EXIT_FAILURE);
	}
	return object;
}

static void done(int result)
{
	if (result < 0)
		checked(NULL);
}

/* ---- JSON ------------------------------------------------------------------------------ */

#define DEPTH_MAX 100

/* What is left to be read, and how deep in brackets. */
struct text {
	const char *at;
	unsigned depth;
};

static void *read_value(struct text *text);

static void skip_blanks(struct text *text)
{
	while (isspace((unsigned char)*text->at))
		text->at++;
}

static bool skip(struct text *text, char expected)
{
	skip_blanks(text);
	if (*text->at != expected)
		return false;
	text->at++;
	return true;
}

static void want(struct text *text, char expected)
{
	if (!skip(text, expected))
		fail("no JSON: something is missing");
}

static char escaped(char letter)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *found = letter ? strchr(letters, letter) : NULL;
	if (!found)
		fail("no JSON for us: an escape that it does not know");
	return meanings[found - letters];
}

static rgc_str *read_string(struct text *text)
{
	char *buffer = malloc(strlen(text->at) + 1), *to = buffer;
	if (!buffer)
		checked(NULL);
	want(text, '"');
	for (; *text->at && *text->at != '"'; text->at++)
		*to++ = *text->at == '\\' ? escaped(*++text->at) : *text->at;
	want(text, '"');
	rgc_str *string = checked(rgc_str_new_bytes(buffer, (size_t)(to - buffer)));
	free(buffer);
	return string;
}

static void *read_number(struct text *text)
{
	char *end_of_integer, *end;
	long long integer = strtoll(text->at, &end_of_integer, 10);
	double number = strtod(text->at, &end);
	if (end == text->at)
		fail("no JSON: there is no value");
	bool whole = end == end_of_integer;
	text->at = end;
	return whole ? checked(rgc_int_new(integer)) : checked(rgc_float_new(number));
}

/* Whether another item comes; else the bracket that closes was there. */
static bool has_more(struct text *text, char closing)
{
	if (skip(text, ','))
		return true;
	want(text, closing);
	text->depth--;
	return false;
}

static bool has_any(struct text *text, char closing)
{
	if (++text->depth > DEPTH_MAX)
		fail("no JSON for us: nested too deep");
	text->at++;
	if (!skip(text, closing))
		return true;
	text->depth--;
	return false;
}

static rgc_list *read_list(struct text *text)
{
	rgc_list *list = checked(rgc_list_new());
	for (bool more = has_any(text, ']'); more; more = has_more(text, ']'))
		done(rgc_list_append_steal(list, read_value(text)));
	return list;
}

static void read_pair(struct text *text, rgc_dict *object)
{
	skip_blanks(text);
	rgc_auto rgc_str *key = read_string(text);
	want(text, ':');
	rgc_auto rgc_object *value = read_value(text);
	done(rgc_dict_set(object, key, value));
}

static rgc_dict *read_object(struct text *text)
{
	rgc_dict *object = checked(rgc_dict_new());
	for (bool more = has_any(text, '}'); more; more = has_more(text, '}'))
		read_pair(text, object);
	return object;
}

static void *read_word(struct text *text, const char *word, void *value)
{
	if (strncmp(text->at, word, strlen(word)) != 0)
		fail("no JSON: an unknown word");
	text->at += strlen(word);
	return value;
}

/* A new reference. */
static void *read_value(struct text *text)
{
	skip_blanks(text);
	switch (*text->at) {
	case '{':
		return read_object(text);
	case '[':
		return read_list(text);
	case '"':
		return read_string(text);
	case 't':
		return read_word(text, "true", rgc_bool_new(true));
	case 'f':
		return read_word(text, "false", rgc_bool_new(false));
	case 'n':
		return read_word(text, "null", rgc_none_new());
	default:
		return read_number(text);
	}
}

/* ---- documents -------------------------------------------------------------------------- */

/* From the store's index, where documents of all shelves are; NULL: there is none, or none any more. */
static document *find(const store *s, const rgc_str *id)
{
	return rgc_weak_value_dict_get_as(s->by_id, id, document);
}

static void add(store *s, rgc_list *shelf, const char *line)
{
	rgc_auto document *new = checked(rgc_new(document));
	rgc_steal(&new->body, read_object(&(struct text){.at = line}));
	rgc_set(&new->id, (rgc_str *)checked(rgc_dict_get_text_as(new->body, "id", rgc_str)));
	rgc_steal(&new->friends, (rgc_list *)checked(rgc_list_new()));
	done(rgc_list_append(shelf, new));
	done(rgc_weak_value_dict_set(s->by_id, new->id, new));
}

/* Names become references.  Who is not there is no friend. */
static void befriend(const store *s, document *one)
{
	const rgc_list *names = checked(rgc_dict_get_text_as(one->body, "friends", rgc_list));
	for (size_t i = 0; i < rgc_list_length(names); i++) {
		document *other = find(s, rgc_list_get_as(names, (ssize_t)i, rgc_str));
		if (other)
			done(rgc_list_append(one->friends, other));
	}
}

/* A line of JSON for each of `people`, in a buffer of the caller's. */
static const char *make_line(char *buffer, size_t size, const char *shelf, int person, int people)
{
	int bytes = snprintf(buffer, size,
			     "{\"id\": \"%s/%d\", \"city\": \"city %d\", \"age\": %d.5, \"active\": %s, "
			     "\"note\": null, \"friends\": [",
			     shelf, person, person % CITIES, 20 + person % 50, person % 3 ? "true" : "false");
	for (int i = 1; i <= FRIENDS; i++)
		bytes += snprintf(buffer + bytes, size - (size_t)bytes, "%s\"%s/%d\"", i > 1 ? ", " : "",
				  shelf, (person + i * i * CITIES) % people);
	snprintf(buffer + bytes, size - (size_t)bytes, "]}");
	return buffer;
}

static void load(store *s, const char *name, int people)
{
	char buffer[512];
	rgc_auto rgc_str *key = checked(rgc_str_new(name));
	rgc_auto rgc_list *shelf = checked(rgc_list_new());
	done(rgc_dict_set(s->shelves, key, shelf));
	for (int i = 0; i < people; i++)
		add(s, shelf, make_line(buffer, sizeof buffer, name, i, people));
	for (ssize_t i = 0; i < people; i++)
		befriend(s, rgc_list_get_as(shelf, i, document));
}

static void drop(store *s, const char *name)
{
	rgc_auto rgc_str *key = checked(rgc_str_new(name));
	done(rgc_dict_delete(s->shelves, key));
}

/* ---- queries ----------------------------------------------------------------------------- */

/* Documents of a shelf whose field has a value: the arguments are shelf, field and value.  `data` is the
 * store. */
static void *run_query(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	const store *s = data;
	const void *field = rgc_tuple_get(arguments, 1), *value = rgc_tuple_get(arguments, 2);
	const rgc_list *shelf = rgc_dict_get_as(s->shelves, rgc_tuple_get(arguments, 0), rgc_list);
	rgc_list *found = checked(rgc_list_new());
	for (size_t i = 0; shelf && i < rgc_list_length(shelf); i++) {
		document *one = rgc_list_get_as(shelf, (ssize_t)i, document);
		const void *has = rgc_dict_get(one->body, field);
		if (has && rgc_equal(has, value) == 1)
			done(rgc_list_append(found, one));
	}
	return found;
}

static size_t ask(const store *s, const char *shelf, const char *field, const char *value)
{
	rgc_auto rgc_str *a = checked(rgc_str_new(shelf)), *b = checked(rgc_str_new(field)),
			 *c = checked(rgc_str_new(value));
	rgc_auto rgc_tuple *arguments = checked(rgc_tuple_of(3, a, b, c));
	rgc_auto rgc_list *found = checked(rgc_lru_cache_call(s->queries, arguments, NULL));
	return rgc_list_length(found);
}

static store *open_store(void)
{
	store *s = checked(rgc_new(store));
	rgc_steal(&s->shelves, (rgc_dict *)checked(rgc_dict_new()));
	rgc_steal(&s->by_id, (rgc_weak_value_dict *)checked(rgc_weak_value_dict_new()));
	rgc_steal(&s->queries,
		  (rgc_lru_cache *)checked(rgc_lru_cache_new(run_query, s, QUERIES_KEPT, false)));
	done(rgc_lru_cache_set_name(s->queries, "queries"));
	return s;
}

/* ---- the story ---------------------------------------------------------------------------- */

static void tell(const store *s, const char *when)
{
	struct rgc_lru_info info = rgc_lru_cache_info(s->queries);
	printf("%-24s %6zu documents known, %zu queries kept\n", when, rgc_weak_value_dict_length(s->by_id),
	       info.currsize);
}

static void ask_much(const store *s)
{
	size_t found = 0;
	for (int round = 0; round < 3; round++)
		for (int city = 0; city < 4; city++) {
			char value[32];
			snprintf(value, sizeof value, "city %d", city);
			found += ask(s, "old", "city", value) + ask(s, "new", "city", value);
		}
	struct rgc_lru_info info = rgc_lru_cache_info(s->queries);
	printf("%zu documents found, %llu of %llu queries without a search\n", found,
	       (unsigned long long)info.hits, (unsigned long long)(info.hits + info.misses));
}

MPROF_PROFILE static void story(int people)
{
	rgc_auto store *s = open_store();
	load(s, "old", people);
	load(s, "new", people);
	tell(s, "loaded");
	ask_much(s);
	drop(s, "old");
	tell(s, "old shelf dropped");
	rgc_collect(2);
	tell(s, "collected");
	rgc_lru_cache_clear(s->queries);
	rgc_collect(2);
	tell(s, "queries forgotten");
}

int main(int argc, char **argv)
{
	int people = argc > 1 ? atoi(argv[1]) : PEOPLE;
	if (people < FRIENDS * FRIENDS + 1)
		fail("give a number of people above 9");
	story(people);
	printf("%zd objects were left for the last collection\n", rgc_collect(2));
	return EXIT_SUCCESS;
}
