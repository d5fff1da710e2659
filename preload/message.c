/*
 * message.c - text in fixed buffers, and the one line on stderr.  See message.h.
 */
#include "message.h"

#include "confine.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void text_init(struct text *text, char *buffer, size_t capacity)
{
	*text = (struct text){buffer, capacity, 0};
	buffer[0] = '\0';
}

void text_add_bytes(struct text *text, const char *bytes, size_t count)
{
	size_t room = text->capacity - 1 - text->length;

	if (count > room)
		count = room;
	memcpy(text->buffer + text->length, bytes, count);
	text->length += count;
	text->buffer[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_add_number(struct text *text, unsigned long number)
{
	char digits[24];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	text_add_bytes(text, digits + at, sizeof digits - at);
}

/* Where standard error led when we came. */
static struct {
	bool known;
	dev_t device;
	ino_t inode;
} console;

void message_remember_stderr(void)
{
	struct stat status;
	int saved = errno;

	console.known = true;
	if (fstat(STDERR_FILENO, &status) == 0) {
		console.device = status.st_dev;
		console.inode = status.st_ino;
	}
	errno = saved;
}

/* A program that closes its descriptors may have a file of its own there by now. */
static bool stderr_is_still_the_users(void)
{
	struct stat status;

	return !console.known || (fstat(STDERR_FILENO, &status) == 0 && status.st_dev == console.device &&
				  status.st_ino == console.inode);
}

static void write_all(const char *bytes, size_t count)
{
	while (count) {
		struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
		/* A reader that sleeps must not hold up the program. */
		if (poll(&ready, 1, 0) != 1)
			return;
		ssize_t written = write(STDERR_FILENO, bytes, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		count -= (size_t)written;
	}
}

/* Nor may a reader that is gone kill the program: a SIGPIPE of ours is taken back. */
static void write_without_sigpipe(const char *bytes, size_t count)
{
	static const struct timespec at_once;
	sigset_t pipe_only, before, pending;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	errno = 0;
	write_all(bytes, count);
	if (errno == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_only, NULL, &at_once);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static atomic_flag spoken = ATOMIC_FLAG_INIT;

void message_silence(void)
{
	atomic_flag_test_and_set(&spoken);
}

/* Names are the program's, and a terminal may obey what is in them. */
static void tame(char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7f)
			bytes[i] = '?';
}

void message(const char *first, ...)
{
	char buffer[4096 + 512];
	struct text line;
	int saved = errno;
	va_list parts;

	if (confined() || atomic_flag_test_and_set(&spoken))
		return;
	text_init(&line, buffer, sizeof buffer - 1);
	text_add(&line, "mprof: ");
	va_start(parts, first);
	for (const char *part = first; part; part = va_arg(parts, const char *))
		text_add(&line, part);
	va_end(parts);
	tame(line.buffer, line.length);
	line.buffer[line.length++] = '\n';
	if (stderr_is_still_the_users())
		write_without_sigpipe(line.buffer, line.length);
	errno = saved;
}

const char *message_error(int error_number, char buffer[32])
{
	const char *words = strerrordesc_np(error_number);
	struct text text;

	if (words)
		return words;
	text_init(&text, buffer, 32);
	text_add(&text, "error ");
	text_add_number(&text, (unsigned long)error_number);
	return buffer;
}
