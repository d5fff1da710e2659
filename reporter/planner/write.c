/*
 * write.c - a plan's tables become a file: header, tables, text, and states and counters that are all zero.
 */
#include "tables.h"

#include "base/write_at.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_BYTES 64 /* no shard shares one with another, or with the text */
#define FILE_BYTES_MAX (UINT64_C(1) << 30)

struct layout {
	struct plan_header header;
	const void *bytes[6]; /* the tables' and the text's */
	uint64_t offsets[6], counts[6];
};

static uint64_t aligned(uint64_t bytes)
{
	return (bytes + LINE_BYTES - 1) & ~(uint64_t)(LINE_BYTES - 1);
}

static struct plan_table place(struct layout *layout, size_t i, const void *bytes, size_t count,
			       size_t entry_bytes, uint64_t *end)
{
	uint64_t offset = *end;
	layout->bytes[i] = bytes;
	layout->offsets[i] = offset;
	layout->counts[i] = count * entry_bytes;
	*end = (offset + count * entry_bytes + 7) & ~UINT64_C(7);
	return (struct plan_table){offset, (uint32_t)count, (uint32_t)entry_bytes};
}

static void lay_out(struct layout *layout, const struct tables *tables)
{
	struct plan_header *header = &layout->header;
	uint64_t end = sizeof(*header);
	*header = (struct plan_header){
		.magic = PLAN_MAGIC, .version = PLAN_VERSION, .header_bytes = sizeof(*header)};
	header->modules =
		place(layout, 0, tables->modules, tables->module_count, sizeof(*tables->modules), &end);
	header->functions =
		place(layout, 1, tables->functions, tables->function_count, sizeof(*tables->functions), &end);
	header->rows = place(layout, 2, tables->rows, tables->row_count, sizeof(*tables->rows), &end);
	header->sites = place(layout, 3, tables->sites, tables->site_count, sizeof(*tables->sites), &end);
	header->instructions = place(layout, 4, tables->instructions, tables->instruction_count,
				     sizeof(*tables->instructions), &end);
	header->text_bytes = tables->text_bytes ? tables->text_bytes : 1;
	header->text_offset =
		place(layout, 5, tables->text_bytes ? tables->text : "", header->text_bytes, 1, &end).offset;
	header->states_offset = aligned(end);
	header->counts_offset = aligned(header->states_offset + tables->module_count * sizeof(uint32_t));
	header->counts_bytes = aligned(tables->row_count * sizeof(struct plan_count));
	header->memory_offset = header->counts_offset + PLAN_SHARDS * header->counts_bytes;
	header->file_bytes = header->memory_offset + tables->row_count * sizeof(struct plan_memory);
}

static int write_all(int fd, const struct layout *layout)
{
	int error = -posix_fallocate(fd, 0, (off_t)layout->header.file_bytes);
	if (!error && fchmod(fd, S_IRUSR | S_IWUSR) != 0)
		error = -errno;
	if (!error)
		error = write_at(fd, &layout->header, sizeof(layout->header), 0);
	for (size_t i = 0; i < 6 && !error; i++)
		if (layout->counts[i] > 0)
			error = write_at(fd, layout->bytes[i], layout->counts[i], (off_t)layout->offsets[i]);
	return error;
}

/* Whatever lies at the new name is left over from a planner that was killed. */
static int make_file(const char *path, const struct layout *layout)
{
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	int error = write_all(fd, layout);
	if (close(fd) != 0 && !error)
		error = -errno;
	return error;
}

int tables_write(const struct tables *tables, const char *path, struct diagnostic *diagnostic)
{
	struct layout layout;
	char *new_path;
	lay_out(&layout, tables);
	if (layout.header.file_bytes > FILE_BYTES_MAX || tables->instruction_count > UINT32_MAX)
		return diagnostic_set(diagnostic, EFBIG,
				      "%s: the plan would be too large: choose fewer functions", path);
	if (asprintf(&new_path, "%s.new", path) < 0)
		return diagnostic_set(diagnostic, ENOMEM, "out of memory");
	int error = make_file(new_path, &layout);
	if (!error && rename(new_path, path) != 0)
		error = -errno;
	if (error) {
		unlink(new_path);
		diagnostic_set(diagnostic, -error, "%s cannot be written: %s", path, strerror(-error));
	}
	free(new_path);
	return error;
}
