/* Checksums in the head of a line table, from bytes written by hand (DWARF 5, section 6.2.4). */
#include "symbolize/line_md5.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define FIRST "0123456789abcdef"
#define SECOND "ABCDEFGHIJKLMNOP"

/* What stands behind the length of the header: instructions, one directory, two files. */
#define BEHIND_HEADER_LENGTH                                                                                 \
	"\x01\x01\x01\xfb\x0e\x03\x00\x01" /* opcode_base 3: two lengths */                                  \
	"\x01\x01\x1f\x01\x00\x00\x00\x00" /* directories: DW_FORM_line_strp */                              \
	"\x03\x01\x08\x02\x0b\x05\x1e\x02" /* files: string, data1, data16 */                                \
	"a.c\0\x00" FIRST "b.h\0\x00" SECOND "after the header"

#define HEADER_BYTES (sizeof(BEHIND_HEADER_LENGTH) - 1 - (sizeof("after the header") - 1))

struct found {
	size_t count;
	uint64_t last_file;
	unsigned char md5s[4][MD5_BYTES];
};

static void take(void *context, uint64_t file, const unsigned char md5[MD5_BYTES])
{
	struct found *found = context;

	cr_assert_lt(found->count, 4);
	memcpy(found->md5s[found->count++], md5, MD5_BYTES);
	found->last_file = file;
}

/* In a block of its own length, so that reading behind it is seen. */
static struct found read_table(const char *bytes, size_t count, uint64_t offset)
{
	struct found found = {0};
	unsigned char *section = malloc(count + (count == 0));

	memcpy(section, bytes, count);
	line_md5_read(section, count, offset, take, &found);
	free(section);
	return found;
}

static size_t table(char *out, int version)
{
	char *at = out;
	uint32_t header = HEADER_BYTES, length = 8 + sizeof(BEHIND_HEADER_LENGTH) - 1;

	at = mempcpy(at, &length, 4);
	*at++ = (char)version;
	at = mempcpy(at, "\0\x08\0", 3);
	at = mempcpy(at, &header, 4);
	at = mempcpy(at, BEHIND_HEADER_LENGTH, sizeof(BEHIND_HEADER_LENGTH) - 1);
	return (size_t)(at - out);
}

Test(line_md5, tells_of_each_file)
{
	char bytes[200];
	struct found found = read_table(bytes, table(bytes, 5), 0);

	cr_assert_eq(found.count, 2);
	cr_assert_eq(found.last_file, 1);
	cr_assert_eq(memcmp(found.md5s[0], FIRST, MD5_BYTES), 0);
	cr_assert_eq(memcmp(found.md5s[1], SECOND, MD5_BYTES), 0);
}

Test(line_md5, older_tables_have_none)
{
	char bytes[200];

	cr_assert_eq(read_table(bytes, table(bytes, 4), 0).count, 0);
}

Test(line_md5, what_is_cut_off_is_not_told)
{
	char bytes[200];
	size_t whole = table(bytes, 5), second = (size_t)((char *)memmem(bytes, whole, SECOND, 16) - bytes);

	for (size_t count = 0; count <= whole; count++)
		cr_assert_eq(read_table(bytes, count, 0).count,
			     (count >= second - 5) + (count >= second + MD5_BYTES), "%zu", count);
	cr_assert_eq(read_table(bytes, whole, whole).count, 0);
	cr_assert_eq(read_table(bytes, whole, UINT64_MAX).count, 0);
}

Test(line_md5, damage_does_no_harm)
{
	char bytes[200];
	size_t whole = table(bytes, 5);

	for (size_t at = 0; at < whole; at++)
		for (int value = 0; value < 256; value += 17) {
			char before = bytes[at];
			bytes[at] = (char)value;
			cr_assert_leq(read_table(bytes, whole, 0).count, 4);
			bytes[at] = before;
		}
}
