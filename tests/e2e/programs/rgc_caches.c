/*
 * Memoizers that mprof shows: several of one function, of threads, of static functions, with names; what they
 * keep, as the program counts it.
 */
#include <mprof/rgc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *square(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	(void)data;
	int64_t n = rgc_int_get(rgc_tuple_get(arguments, 0));
	return rgc_int_new(n * n + 1000000);
}

/* A list of strings, of which only the cache knows. */
static void *texts(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)arguments;
	(void)keywords;
	(void)data;
	static const char text[10000];
	rgc_list *list = rgc_list_new();
	for (int i = 0; i < 10; i++)
		rgc_list_append_steal(list, rgc_str_new_bytes(text, sizeof(text)));
	return list;
}

static void *long_text(const rgc_tuple *arguments, const rgc_dict *keywords, void *data)
{
	(void)keywords;
	(void)data;
	return rgc_str_format("%010000ld", (long)rgc_int_get(rgc_tuple_get(arguments, 0)));
}

static void call(rgc_lru_cache *cache, int64_t first, int64_t count)
{
	for (int64_t n = first; n < first + count; n++) {
		rgc_auto rgc_int *argument = rgc_int_new(n);
		rgc_decref(rgc_lru_cache_call1(cache, argument));
	}
}

static void *in_thread(void *unused)
{
	(void)unused;
	rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(square, NULL, 100, false);
	rgc_lru_cache_set_name(cache, "of a thread");
	call(cache, 1000, 100);
	call(cache, 1000, 50);
	return NULL;
}

static void threads(void)
{
	pthread_t threads[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, in_thread, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* The thread ends, and its caches do not. */
static void *leaves_two(void *unused)
{
	static rgc_lru_cache *left[2];
	for (int i = 0; i < 2; i++) {
		left[i] = rgc_lru_cache_new(texts, NULL, RGC_LRU_UNBOUNDED, false);
		rgc_lru_cache_set_name(left[i], "left");
		call(left[i], 1000, 20);
	}
	return unused;
}

/* Results that this thread made, which has ended, and one that the main thread refers to besides. */
static rgc_lru_cache *for_all;

static void *fills(void *unused)
{
	call(for_all, 1000, 20);
	return unused;
}

static void fill_from_two_threads(void)
{
	static rgc_str *kept;
	for_all = rgc_lru_cache_new_shared(long_text, NULL, RGC_LRU_UNBOUNDED, false);
	rgc_lru_cache_set_name(for_all, "for all");
	pthread_t thread;
	pthread_create(&thread, NULL, fills, NULL);
	pthread_join(thread, NULL);
	call(for_all, 2000, 20);
	rgc_auto rgc_int *argument = rgc_int_new(3000);
	rgc_steal(&kept, (rgc_str *)rgc_lru_cache_call1(for_all, argument));
}

static void leave_behind(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, leaves_two, NULL);
	pthread_join(thread, NULL);
}

static void requests(int count)
{
	for (int i = 0; i < count; i++) {
		rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(square, NULL, 100, false);
		rgc_lru_cache_set_name(cache, "of a request");
		call(cache, 1000, 2);
		call(cache, 1000, 1);
	}
}

static void own_names(int count)
{
	for (int i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof(name), "request %d", i);
		rgc_auto rgc_lru_cache *cache = rgc_lru_cache_new(square, NULL, 100, false);
		rgc_lru_cache_set_name(cache, name);
		call(cache, 1000, 1);
	}
}

static void *makes_caches(void *unused)
{
	for (;;)
		rgc_decref(rgc_lru_cache_new(square, NULL, 10, false));
	return unused;
}

/* Children that end by exit while another thread makes caches; those that hang are ended by a signal. */
static int forks(int count)
{
	int failed = 0;
	pthread_t thread;
	pthread_create(&thread, NULL, makes_caches, NULL);
	for (int i = 0, status; i < count && !failed; i++) {
		pid_t child = fork();
		if (child == 0) {
			alarm(60);
			exit(0);
		}
		waitpid(child, &status, 0);
		failed = status;
	}
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static rgc_lru_cache *first, *second, *third;
	if (argc > 1 && strcmp(argv[1], "names") == 0) {
		own_names(1000);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "forks") == 0)
		return forks(20);
	first = rgc_lru_cache_new(square, NULL, 100, false);
	second = rgc_lru_cache_new(square, NULL, 100, false);
	call(first, 1000, 3);
	call(second, 1000, 4);
	size_t before = rgc_heap_bytes();
	third = rgc_lru_cache_new(texts, NULL, RGC_LRU_UNBOUNDED, false);
	call(third, 1000, 20);
	printf("texts %zu\n", rgc_heap_bytes() - before);
	threads();
	fill_from_two_threads();
	leave_behind();
	requests(1000);
	return 0;
}
