/*
 * libc_memory.c - what the C library allocates for itself, and what it hands out and nobody gives back.
 *
 * Each kept_ function gives back all that it was handed; each lost_ function nothing.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <glob.h>
#include <iconv.h>
#include <ifaddrs.h>
#include <libintl.h>
#include <locale.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define CALLED __attribute__((noinline)) static void

static const void *volatile given; /* a result that the compiler believes is used */

static void *nothing(void *argument)
{
	return argument;
}

static void at_exit(void)
{
}

static int by_text(const void *left, const void *right)
{
	return strcmp(left, right);
}

CALLED kept_environment(void)
{
	setenv("GREETING", "a text of some length", 1);
}

CALLED kept_streams(void)
{
	printf("%ls %f\n", L"wide", 1.5);
}

CALLED kept_threads(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL) == 0)
		pthread_join(thread, NULL);
}

CALLED kept_at_exit(void)
{
	for (int i = 0; i < 100; i++)
		atexit(at_exit);
}

CALLED kept_time(void)
{
	time_t now = 0;

	given = localtime(&now);
}

CALLED kept_locale(void)
{
	setlocale(LC_ALL, "C.UTF-8");
}

CALLED kept_users(void)
{
	given = getpwnam("root");
}

CALLED kept_names(void)
{
	struct addrinfo *found;

	if (getaddrinfo("localhost", NULL, NULL, &found) == 0)
		freeaddrinfo(found);
}

CALLED kept_conversions(void)
{
	iconv_t conversion = iconv_open("UTF-16", "ISO-8859-1");

	if (conversion != (iconv_t)-1)
		iconv_close(conversion);
}

CALLED kept_messages(void)
{
	bindtextdomain("messages", "/tmp");
	textdomain("messages");
	given = gettext("a message");
	given = strerror(2000);
}

CALLED kept_libraries(void)
{
	if (!dlopen("/no/such/library", RTLD_LAZY))
		given = dlerror();
}

CALLED kept_backtrace(void)
{
	void *frames[4];

	free(backtrace_symbols(frames, backtrace(frames, 4)));
}

CALLED kept_nothing(void)
{
	FILE *file = fopen("/dev/null", "w+");
	struct ifaddrs *interfaces;
	regex_t expression;
	glob_t paths;
	char *line = NULL, *text = NULL;
	size_t capacity = 0;

	if (getline(&line, &capacity, file) < 0 && asprintf(&text, "%d", 1) > 0 &&
	    regcomp(&expression, "a*b", 0) == 0 && glob("/*", 0, NULL, &paths) == 0 &&
	    getifaddrs(&interfaces) == 0) {
		regfree(&expression);
		globfree(&paths);
		freeifaddrs(interfaces);
	}
	closedir(opendir("/"));
	free(line);
	free(text);
	free(realpath("/", NULL));
	fclose(file);
}

CALLED lost_text(void)
{
	given = strdup("ten bytes");
}

CALLED lost_printed(void)
{
	char *text;

	if (asprintf(&text, "%d", 7) < 0)
		abort();
}

CALLED lost_file(void)
{
	given = fopen("/dev/null", "r");
}

CALLED lost_folder(void)
{
	given = opendir("/");
}

CALLED lost_path(void)
{
	given = realpath("/", NULL);
}

CALLED lost_line(void)
{
	FILE *file = fopen("/proc/self/comm", "r");
	char *line = NULL;
	size_t capacity = 0;

	if (getline(&line, &capacity, file) < 0)
		abort();
	fclose(file);
}

CALLED lost_expression(void)
{
	static regex_t expression;

	regcomp(&expression, "a*b", 0);
}

CALLED lost_addresses(void)
{
	struct addrinfo *found;

	getaddrinfo("127.0.0.1", NULL, NULL, &found);
}

CALLED lost_entries(void)
{
	struct dirent **entries;

	scandir("/proc/self", &entries, NULL, alphasort);
}

CALLED lost_tree(void)
{
	static void *root;

	tsearch("leaf", &root, by_text);
}

CALLED lost_block(void)
{
	given = malloc(100);
}

int main(int argc, char **argv)
{
	(void)argv;
	kept_environment();
	kept_threads();
	kept_at_exit();
	kept_time();
	kept_locale();
	kept_streams();
	kept_users();
	kept_names();
	kept_conversions();
	kept_messages();
	kept_libraries();
	kept_backtrace();
	kept_nothing();
	if (argc > 1) {
		lost_text();
		lost_printed();
		lost_file();
		lost_folder();
		lost_path();
		lost_line();
		lost_expression();
		lost_addresses();
		lost_entries();
		lost_tree();
		lost_block();
	}
	return 0;
}
