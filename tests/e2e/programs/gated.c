/*
 * gated.c - a small parser of lists, in which macros seed one regression each; threads do the same work.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	char **items;
	size_t count, capacity;
};

static void list_add(struct list *list, char *item)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 64;
		list->items = realloc(list->items, list->capacity * sizeof(*list->items));
	}
	list->items[list->count++] = item;
}

/* What many programs have: the lines behind it are of interest, not its own. */
__attribute__((noinline)) static void *checked_malloc(size_t size_bytes)
{
	void *block = malloc(size_bytes);

	if (!block)
		abort();
	return block;
}

static char *copy_word(const char *begin, size_t length)
{
	char *word = checked_malloc(length + 100);

	memcpy(word, begin, length);
	word[length] = '\0';
	return word;
}

__attribute__((noinline)) static size_t check_word(const char *word)
{
#ifdef SEED_TEMPORARY
	char *volatile scratch = strdup(word); /* SEEDED temporary */
	size_t length = strlen(scratch);

	free(scratch);
	return length;
#else
	return strlen(word);
#endif
}

static void parse_list(struct list *list, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		list_add(list, copy_word(text, length));
		text += length + (text[length] == ' ');
	}
}

#ifdef SEED_PEAK
__attribute__((noinline)) static void *make_index(void)
{
	char *index = calloc(300000, 1); /* SEEDED peak */

	index[0] = 1;
	return index;
}
#endif

#ifdef SEED_LEAK
__attribute__((noinline)) static void remember(struct list *list, size_t i)
{
	list->items[i] = strdup("a word that is never forgotten"); /* SEEDED leak */
}
#endif

#ifdef SEED_COUNT
__attribute__((noinline)) static char *again(char *word)
{
	char *copy = checked_malloc(strlen(word) + 1); /* SEEDED count */

	strcpy(copy, word);
	free(word);
	return copy;
}
#endif

static size_t use_list(struct list *list)
{
	size_t sum = 0;

	for (size_t i = 0; i < list->count; i++) {
		sum += check_word(list->items[i]);
#ifdef SEED_COUNT
		list->items[i] = again(list->items[i]);
#endif
	}
	return sum;
}

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i]);
#ifdef SEED_LEAK
		remember(list, i);
#endif
	}
	free(list->items);
}

static void *work(void *text)
{
	struct list list = {0};
	size_t sum = 0;

	parse_list(&list, text);
#ifdef SEED_PEAK
	char *index = make_index();
	sum += (size_t)index[0];
#endif
	sum += use_list(&list);
#ifdef SEED_PEAK
	free(index);
#endif
	list_free(&list);
	return (void *)sum;
}

int main(int argc, char **argv)
{
	size_t words = 2000, threads = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	char *text = malloc(6 * words + 1);
	pthread_t ids[16];

	for (size_t i = 0; i < words; i++)
		memcpy(text + 6 * i, "a word ", 7);
	text[6 * words] = '\0';
	for (size_t i = 0; i < threads && i < 16; i++)
		pthread_create(&ids[i], NULL, work, text);
	for (size_t i = 0; i < threads && i < 16; i++)
		pthread_join(ids[i], NULL);
	if (threads == 0)
		printf("%zu\n", (size_t)work(text));
	free(text);
	return 0;
}
