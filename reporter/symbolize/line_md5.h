/*
 * line_md5.h - the checksums of source files that clang and rustc write into line tables, which libdw does
 * not hand out (DWARF 5, section 6.2.4).
 */
#ifndef MPROF_REPORTER_SYMBOLIZE_LINE_MD5_H
#define MPROF_REPORTER_SYMBOLIZE_LINE_MD5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MD5_BYTES 16

/* Told of each file by its number in the table. */
typedef void line_md5_fn(void *context, uint64_t file, const unsigned char md5[MD5_BYTES]);

/* Reads the header of the line table at `offset` of a .debug_line section, in this machine's byte order;
 * untrusted.  Tells of nothing where there are no checksums, and of fewer where the table is damaged. */
void line_md5_read(const unsigned char *section, size_t size_bytes, uint64_t offset, line_md5_fn *tell,
		   void *context);

#endif
