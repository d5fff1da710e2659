/*
 * loaded.c - /proc/PID/maps, and the dynamic symbols of system libraries: their debug information is large,
 * and to look for a name in it would take longer than all the rest.
 */
#include "loaded.h"

#include "base/strings.h"
#include "base/text.h"
#include "symbolize/classify.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct mapped {
	uint64_t from, to;
	const char *path; /* of a file, within the line; NULL: it is of none */
	bool code;
};

static struct mapped read_line(char *line)
{
	struct mapped mapped = {0};
	char permissions[8];
	int path = 0;
	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %n", &mapped.from, &mapped.to, permissions,
		   &path) != 3 ||
	    path == 0)
		return mapped;
	line[strcspn(line, "\n")] = '\0';
	mapped.code = strchr(permissions, 'x') != NULL;
	if (line[path] == '/' && !text_ends(line + path, " (deleted)"))
		mapped.path = line + path;
	return mapped;
}

static bool is_ours(const char *path)
{
	const char *name = base_name(path);
	return strcmp(name, "libmprof.so") == 0 || text_starts(name, "libmprof.so.") ||
	       text_starts(name, "ld-linux-") || text_starts(name, "ld-2.") || strcmp(name, "ld.so") == 0;
}

static void read_program(pid_t pid, char *path)
{
	char link[64];
	snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
	ssize_t bytes = readlink(link, path, PATH_MAX - 1);
	path[bytes > 0 ? bytes : 0] = '\0';
}

static void each_of(FILE *maps, const char *program, loaded_fn *found, void *context)
{
	struct strings strings;
	struct map seen = {0};
	char *line = NULL;
	size_t capacity = 0;
	strings_init(&strings);
	while (getline(&line, &capacity, maps) > 0) {
		struct mapped mapped = read_line(line);
		if (!mapped.path || !mapped.code || is_ours(mapped.path))
			continue;
		const char *path = strings_intern(&strings, mapped.path);
		if (map_get(&seen, (uintptr_t)path, 0))
			continue;
		map_put(&seen, (uintptr_t)path, 0, &seen);
		found(context, path, strcmp(path, program) == 0);
	}
	free(line);
	map_finish(&seen);
	strings_finish(&strings);
}

static int complain(pid_t pid, int error, struct diagnostic *diagnostic)
{
	return error ? diagnostic_set(diagnostic, error, "/proc/%d/maps cannot be read: %s", (int)pid,
				      strerror(error))
		     : 0;
}

static int open_maps(pid_t pid, FILE **maps, struct diagnostic *diagnostic)
{
	char name[64];
	snprintf(name, sizeof(name), "/proc/%d/maps", (int)pid);
	*maps = fopen(name, "re");
	return complain(pid, *maps ? 0 : errno, diagnostic);
}

int loaded_each(pid_t pid, loaded_fn *found, void *context, struct diagnostic *diagnostic)
{
	char program[PATH_MAX];
	FILE *maps;
	int error = open_maps(pid, &maps, diagnostic);
	if (error)
		return error;
	read_program(pid, program);
	each_of(maps, program, found, context);
	error = ferror(maps) ? EIO : 0;
	fclose(maps);
	return complain(pid, error, diagnostic);
}

int loaded_at(pid_t pid, uint64_t address, loaded_fn *found, void *context, struct diagnostic *diagnostic)
{
	FILE *maps;
	int error = open_maps(pid, &maps, diagnostic);
	char *line = NULL;
	size_t capacity = 0;
	bool over = false;
	if (error)
		return error;
	while (!over && getline(&line, &capacity, maps) > 0) {
		struct mapped mapped = read_line(line);
		over = address >= mapped.from && address < mapped.to;
		if (over && mapped.path && !is_ours(mapped.path))
			found(context, mapped.path, false);
	}
	error = ferror(maps) ? EIO : 0;
	free(line);
	fclose(maps);
	return complain(pid, error, diagnostic);
}

bool loaded_is_systems(const char *path)
{
	return is_system_library(path);
}

static bool defines(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *name)
{
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Sym symbol;
	for (int i = 0; data && gelf_getsym(data, i, &symbol); i++) {
		const char *found = symbol.st_shndx != SHN_UNDEF
					    ? elf_strptr(elf, header->sh_link, symbol.st_name)
					    : NULL;
		if (found && strcmp(found, name) == 0)
			return true;
	}
	return false;
}

bool loaded_exports(const char *path, const char *name)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	GElf_Shdr header;
	bool found = false;
	elf_version(EV_CURRENT);
	Elf *elf = fd >= 0 && *name ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section && !found;
	     section = elf_nextscn(elf, section))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNSYM)
			found = defines(elf, section, &header, name);
	elf_end(elf);
	if (fd >= 0)
		close(fd);
	return found;
}
