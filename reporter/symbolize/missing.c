/*
 * missing.c - see missing.h.  What libdw cannot read it passes over in silence, so each cause is looked for.
 */
#include "missing.h"

#include "classify.h"
#include "debug_file.h"

#include <dwarf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef ELFCOMPRESS_ZSTD
#define ELFCOMPRESS_ZSTD 2
#endif

__attribute__((format(printf, 1, 2))) static char *worded(const char *format, ...)
{
	va_list arguments;
	char *text;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return length < 0 ? NULL : text;
}

/* ---- the object itself ------------------------------------------------------ */

static char *of_state(const struct object *object)
{
	if (object->state == OBJECT_STALE)
		return worded("was rebuilt since the recording; its lines are left out");
	return worded("cannot be found or read; its functions and lines are left out");
}

/* ---- no debug information that can be read ----------------------------------- */

static bool is_zstd(Elf_Scn *section)
{
	GElf_Shdr header;
	GElf_Chdr compression;
	return section && gelf_getshdr(section, &header) && (header.sh_flags & SHF_COMPRESSED) &&
	       gelf_getchdr(section, &compression) && compression.ch_type == ELFCOMPRESS_ZSTD;
}

/* Of a debug file, libdwfl knows the name even if libdw could not read it. */
static bool has_zstd(const struct object *object)
{
	const char *debug_file = NULL;
	dwfl_module_info(object->module, NULL, NULL, NULL, NULL, NULL, NULL, &debug_file);
	int fd = debug_file ? open(debug_file, O_RDONLY | O_CLOEXEC) : -1;
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
	bool found = is_zstd(object_find_section(object, ".debug_info")) ||
		     is_zstd(object_elf_section(elf, ".debug_info"));
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return found;
}

static char *of_compression(const struct object *object)
{
	if (!has_zstd(object))
		return NULL;
	return worded(
		"has debug information that is compressed with zstd, which elfutils %s here cannot read; "
		"'objcopy --decompress-debug-sections' undoes that",
		dwfl_version(NULL));
}

/* The name in .gnu_debuglink, checked to be a string; NULL if there is none. */
static const char *link_of(struct object *object)
{
	Elf_Data *data = object_section(object, ".gnu_debuglink");
	return data && data->d_buf && memchr(data->d_buf, '\0', data->d_size) ? data->d_buf : NULL;
}

static char *of_link(struct object *object, const char *path, char *const *roots)
{
	const char *link = link_of(object);
	if (!link)
		return NULL;
	if (debug_file_exists(object->module, path, link, roots))
		return worded("has a debug file, %s, but that is another build's", link);
	if (is_packaged_program(path))
		return NULL;
	return worded("has its debug information in %s, which is nowhere; --debug-dir says where to look",
		      link);
}

static char *of_nothing(struct object *object, const char *path, char *const *roots)
{
	char *reason = of_compression(object);
	if (!reason)
		reason = of_link(object, path, roots);
	if (reason)
		return reason;
	if (is_packaged_program(path))
		return worded("has no debug information; install its -dbgsym package or set DEBUGINFOD_URLS");
	return worded("has no debug information; compile it with -g");
}

/* ---- parts of it ---------------------------------------------------------------- */

static bool is_packed(const char *path)
{
	char *packed = worded("%s.dwp", path);
	bool found = packed && access(packed, R_OK) == 0;
	free(packed);
	return found;
}

static const char *text_attribute(Dwarf_Die die, unsigned name, unsigned old_name)
{
	Dwarf_Attribute attribute;
	const char *text = dwarf_formstring(dwarf_attr(&die, name, &attribute));
	return text ? text : dwarf_formstring(dwarf_attr(&die, old_name, &attribute));
}

/* Units whose functions stand in files of their own (-gsplit-dwarf). */
static char *of_split_units(const struct object *object, const char *path, const struct units *units)
{
	const char *name = units->split_missing > 0
				   ? text_attribute(units->first_missing, DW_AT_dwo_name, DW_AT_GNU_dwo_name)
				   : NULL;
	if (units->split_missing == 0)
		return NULL;
	if (is_packed(path))
		return worded("has debug information that is packed in %s.dwp, which elfutils %s here cannot "
			      "read (0.191 can); functions go by their symbols",
			      path, dwfl_version(object->dwfl));
	return worded("has debug information in .dwo files that are missing: %s%s; functions go by their "
		      "symbols",
		      name ? name : "unnamed", units->split_missing > 1 ? " and others" : "");
}

/* What dwz has moved to a file that several objects share. */
static char *of_common_file(struct object *object)
{
	Elf_Data *data = object_section(object, ".gnu_debugaltlink");
	if (!data || !data->d_buf || !memchr(data->d_buf, '\0', data->d_size) || dwarf_getalt(object->dwarf))
		return NULL;
	return worded(
		"has a part of its debug information in %s (of dwz), which is missing; names may be, too",
		(const char *)data->d_buf);
}

char *missing_reason(struct object *object, const char *path, const struct units *units, char *const *roots)
{
	if (object->state != OBJECT_FOUND)
		return of_state(object);
	if (units->count == 0)
		return of_nothing(object, path, roots);
	char *reason = of_split_units(object, path, units);
	return reason ? reason : of_common_file(object);
}
