/*
 * message.c - text in fixed buffers, and the one line on stderr.  See message.h.
 */
#include "message.h"

#include "confined.h"
#include "kernel.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
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
	if (kernel_call(SYS_fstat, STDERR_FILENO, &status) == 0) {
		console.device = status.st_dev;
		console.inode = status.st_ino;
	}
	errno = saved;
}

/* A program that closes its descriptors may have a file of its own there by now. */
static bool stderr_is_still_the_users(void)
{
	struct stat status;

	return !console.known || (kernel_call(SYS_fstat, STDERR_FILENO, &status) == 0 &&
				  status.st_dev == console.device && status.st_ino == console.inode);
}

static void write_all(const char *bytes, size_t count)
{
	while (count) {
		struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
		/* A reader that sleeps must not hold up the program. */
		if (kernel_call(SYS_poll, &ready, 1L, 0L) != 1)
			return;
		long written = kernel_call(SYS_write, STDERR_FILENO, bytes, count);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		bytes += written;
		count -= (size_t)written;
	}
}

/* What a write may bring: a reader that is gone, a file that may not grow, a terminal that wants no word of a
 * job in the background, which gets it nevertheless where the signal is blocked. */
#define SIGNAL(number) (UINT64_C(1) << ((number)-1))
#define SIGNALS_OF_WRITING (SIGNAL(SIGPIPE) | SIGNAL(SIGXFSZ) | SIGNAL(SIGTTOU) | SIGNAL(SIGTTIN))

/* No signal of ours may kill or stop the program: those that were not waiting before are taken back. */
static void write_without_signals(const char *bytes, size_t count)
{
	static const struct timespec at_once;
	uint64_t pending = 0, ours = SIGNALS_OF_WRITING, before;

	if (kernel_call(SYS_rt_sigpending, &pending, sizeof pending) != 0 ||
	    kernel_call(SYS_rt_sigprocmask, SIG_BLOCK, &ours, &before, sizeof ours) != 0)
		return;
	write_all(bytes, count);
	ours &= ~pending;
	while (kernel_call(SYS_rt_sigtimedwait, &ours, NULL, &at_once, sizeof ours) > 0) {
	}
	kernel_call(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

/* Seq_cst by default, and relaxed would do: it says who comes first, and hands nothing over. */
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
	static char buffer[4096 + 512]; /* for the one line; the stack may be a small one */
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
		write_without_signals(line.buffer, line.length);
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
