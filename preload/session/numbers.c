/*
 * numbers.c - see numbers.h.  Raw system calls, nothing allocated.
 */
#include "numbers.h"

#include "base/kernel.h"
#include "base/message.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#define LISTING_BYTES 4096
#define LISTINGS_MOST 8 /* some 700 names: asking for each number costs about as much as to read these */

#define ANY_NUMBER ((UINT32_C(1) << NUMBERS_MOST) - 1)

/* The number at the end of a name behind the dot; NUMBERS_MOST or more: there is none, or not only that. */
static unsigned long number_of(const char *digits)
{
	unsigned long number = 0;

	if (digits[0] == '\0' || (digits[0] == '0' && digits[1] != '\0'))
		return NUMBERS_MOST;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || number >= NUMBERS_MOST)
			return NUMBERS_MOST;
		number = 10 * number + (unsigned long)(*digits - '0');
	}
	return number;
}

static void look_at(const char *name, uid_t user, struct numbers *process)
{
	char start[64];
	struct text text;

	text_init(&text, start, sizeof start);
	text_add(&text, "mprof.");
	text_add_number(&text, (unsigned long)user);
	text_add(&text, ".");
	text_add_number(&text, process->pid);
	text_add(&text, ".");
	if (strncmp(name, start, text.length) != 0)
		return;
	unsigned long number = number_of(name + text.length);
	if (number < NUMBERS_MOST)
		process->found |= UINT32_C(1) << number;
}

static void look_through(const char *listing, size_t bytes, uid_t user, struct numbers *processes,
			 size_t count)
{
	for (size_t at = 0; at < bytes;) {
		/* The kernel's struct linux_dirent64 is laid out in the same way. */
		const struct dirent64 *entry = (const struct dirent64 *)(const void *)(listing + at);

		if (strncmp(entry->d_name, "mprof.", 6) == 0) {
			for (size_t i = 0; i < count; i++)
				look_at(entry->d_name, user, &processes[i]);
		}
		at += entry->d_reclen;
	}
}

/* Whether it came to the end. */
static bool list(int fd, uid_t user, struct numbers *processes, size_t count)
{
	_Alignas(struct dirent64) char listing[LISTING_BYTES];
	long bytes = 1;

	for (int i = 0; i < LISTINGS_MOST && bytes > 0; i++) {
		bytes = kernel_call(SYS_getdents64, fd, listing, sizeof listing);
		if (bytes > 0)
			look_through(listing, (size_t)bytes, user, processes, count);
	}
	return bytes == 0;
}

void numbers_find(const char *directory, uid_t user, struct numbers *processes, size_t count)
{
	long fd = kernel_call(SYS_openat, AT_FDCWD, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; i < count; i++)
		processes[i].found = 0;
	bool whole = fd >= 0 && list((int)fd, user, processes, count);
	for (size_t i = 0; i < count && !whole; i++)
		processes[i].found = ANY_NUMBER;
	if (fd >= 0)
		kernel_call(SYS_close, fd);
}
