/*
 * elf_image.h - the few facts of an ELF file that decide whether a library can be preloaded.
 *
 * Reads the program headers and the symbol tables, nothing else; every offset is checked.
 */
#ifndef MPROF_REPORTER_LAUNCH_ELF_IMAGE_H
#define MPROF_REPORTER_LAUNCH_ELF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct elf_image {
	const unsigned char *bytes;
	size_t size_bytes;
	bool machine_matches;    /* class and machine are those of mprof itself */
	const char *interpreter; /* the dynamic linker; NULL: static */
	const char *sanitizer;   /* the sanitizer that it is built with; NULL: none that has a malloc */
};

/* 0, -EINVAL if the file is no ELF file, or -errno; with an error nothing is held. */
int elf_image_init(struct elf_image *image, int fd);
void elf_image_finish(struct elf_image *image);

#endif
