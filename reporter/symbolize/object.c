/*
 * object.c - finding files: sysroot, build-id, debug folders; the rest of the search (.gnu_debuglink,
 * .gnu_debugaltlink, compressed sections, .gnu_debugdata, debuginfod) is libdwfl's own.
 */
#include "object.h"

#include "debug_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char standard_debug_dir[] = "/usr/lib/debug";

#define SECOND_NS UINT64_C(1000000000)

/* debuginfod is asked only where the user has named servers; elfutils would wait 90 seconds for each. */
#define DEBUGINFOD_TIMEOUT_S "30"

static bool has_servers(void)
{
	const char *servers = getenv("DEBUGINFOD_URLS");
	return servers && *servers;
}

static void announce(const struct places *places, const char *file_name)
{
	if (!places->options->progress || !has_servers())
		return;
	char what[512];
	snprintf(what, sizeof(what), "looking for the debug information of %s (debuginfod)", file_name);
	places->options->progress(places->options->progress_context, what);
}

static int find_debuginfo(Dwfl_Module *module, void **userdata, const char *module_name, Dwarf_Addr base,
			  const char *file_name, const char *debuglink_file, GElf_Word debuglink_crc,
			  char **debuginfo_file_name)
{
	const struct places *places = *userdata;
	announce(places, file_name ? file_name : module_name);
	/* A search that finds nothing ends with loading libdebuginfod and all that it needs, which takes
	 * longer than the rest of a report, even if there is nobody to ask. */
	if (file_name && !has_servers() &&
	    !debug_file_exists(module, file_name, debuglink_file, places->build_id_roots)) {
		errno = 0; /* not an error */
		return -1;
	}
	return dwfl_standard_find_debuginfo(module, userdata, module_name, base, file_name, debuglink_file,
					    debuglink_crc, debuginfo_file_name);
}

static int no_elf(Dwfl_Module *module, void **userdata, const char *module_name, Dwarf_Addr base,
		  char **file_name, Elf **elf)
{
	(void)module, (void)userdata, (void)module_name, (void)base, (void)file_name, (void)elf;
	return -1;
}

static char *joined(const char *folder, const char *path)
{
	char *out;
	return asprintf(&out, "%s%s", folder, path) < 0 ? NULL : out;
}

/* The folders that hold .build-id/: those of the options, then the system's under the sysroot, then the
 * system's own. */
static int collect_roots(struct places *places)
{
	size_t count = 0, extra = 0;
	const struct symbolizer_options *options = places->options;
	while (options->debug_dirs && options->debug_dirs[extra])
		extra++;
	places->build_id_roots = calloc(extra + 3, sizeof(char *));
	if (!places->build_id_roots)
		return -ENOMEM;
	for (size_t i = 0; i < extra; i++)
		places->build_id_roots[count++] = strdup(options->debug_dirs[i]);
	if (options->sysroot)
		places->build_id_roots[count++] = joined(options->sysroot, standard_debug_dir);
	places->build_id_roots[count++] = strdup(standard_debug_dir);
	for (size_t i = 0; i < count; i++)
		if (!places->build_id_roots[i])
			return -ENOMEM;
	return 0;
}

/* libdwfl's notation: "+" asks for the CRC of files found by name; the empty element is the file's own
 * folder. */
static int write_search_path(struct places *places)
{
	size_t size = sizeof("+:.debug");
	for (char **root = places->build_id_roots; *root; root++)
		size += strlen(*root) + 1;
	places->search_path = malloc(size);
	if (!places->search_path)
		return -ENOMEM;
	char *end = stpcpy(places->search_path, "+:.debug");
	for (char **root = places->build_id_roots; *root; root++)
		end = stpcpy(stpcpy(end, ":"), *root);
	return 0;
}

int places_init(struct places *places, const struct symbolizer_options *options)
{
	*places = (struct places){.options = options};
	int error = collect_roots(places);
	if (!error)
		error = write_search_path(places);
	places->callbacks = (Dwfl_Callbacks){
		.find_elf = no_elf,
		.find_debuginfo = find_debuginfo,
		.section_address = dwfl_offline_section_address,
		.debuginfo_path = &places->search_path,
	};
	setenv("DEBUGINFOD_TIMEOUT", DEBUGINFOD_TIMEOUT_S, 0);
	return error;
}

void places_finish(struct places *places)
{
	for (char **root = places->build_id_roots; root && *root; root++)
		free(*root);
	free(places->build_id_roots);
	free(places->search_path);
}

/* A path out of a trace may name a device or a pipe: only regular files are opened. */
static bool is_regular(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* Without a build-id, the file that was loaded is told from a later one by its time alone. */
static bool was_there(const char *path, const struct trace_module *module, uint64_t started_realtime_ns)
{
	struct stat status;
	if (started_realtime_ns == 0 || stat(path, &status) != 0)
		return true;
	uint64_t written_ns = (uint64_t)status.st_mtim.tv_sec * SECOND_NS + (uint64_t)status.st_mtim.tv_nsec;
	return written_ns <= started_realtime_ns + module->loaded_ns;
}

static bool same_build(Dwfl_Module *opened, const struct trace_module *module, const char *path,
		       const struct places *places)
{
	const unsigned char *bits;
	GElf_Addr address;
	if (module->build_id_bytes == 0)
		return was_there(path, module, places->options->started_realtime_ns);
	int length = dwfl_module_build_id(opened, &bits, &address);
	return length > 0 && (size_t)length == module->build_id_bytes &&
	       memcmp(bits, module->build_id, module->build_id_bytes) == 0;
}

static enum object_state try_file(struct object *object, const struct trace_module *module, const char *path,
				  struct places *places)
{
	if (!path || !is_regular(path))
		return OBJECT_ABSENT;
	object->dwfl = dwfl_begin(&places->callbacks);
	if (!object->dwfl)
		return OBJECT_ABSENT;
	object->module = dwfl_report_elf(object->dwfl, module->path, path, -1, 0, true);
	if (object->module && dwfl_report_end(object->dwfl, NULL, NULL) == 0 &&
	    same_build(object->module, module, path, places)) {
		void **userdata;
		dwfl_module_info(object->module, &userdata, NULL, NULL, NULL, NULL, NULL, NULL);
		*userdata = places;
		return OBJECT_FOUND;
	}
	enum object_state state = object->module ? OBJECT_STALE : OBJECT_ABSENT;
	object_close(object);
	return state;
}

/* A debug file has the program headers, symbols and lines of the object, which may itself be gone. */
static enum object_state try_build_id(struct object *object, const struct trace_module *module,
				      struct places *places)
{
	char *name = debug_file_build_id_name(module->build_id, module->build_id_bytes);
	enum object_state state = OBJECT_ABSENT;
	if (!name)
		return state;
	for (char **root = places->build_id_roots; *root && state != OBJECT_FOUND; root++) {
		char *path = joined(*root, name);
		state = try_file(object, module, path, places);
		free(path);
	}
	free(name);
	return state;
}

/* An unstripped copy of the object in a folder of the options, beside others or where it is installed. */
static bool try_copy(struct object *object, const struct trace_module *module, const char *folder,
		     const char *name, struct places *places)
{
	char *path = joined(folder, name);
	object->state = try_file(object, module, path, places);
	free(path);
	if (object->state == OBJECT_FOUND && object_find_section(object, ".debug_info"))
		return true;
	object_close(object);
	object->state = OBJECT_ABSENT;
	return false;
}

static bool try_copies(struct object *object, const struct trace_module *module, struct places *places)
{
	const char *const *folder = module->build_id_bytes > 0 ? places->options->debug_dirs : NULL;
	const char *name = strrchr(module->path, '/');
	for (; folder && *folder; folder++)
		if (try_copy(object, module, *folder, module->path, places) ||
		    try_copy(object, module, *folder, name, places))
			return true;
	return false;
}

void object_open(struct object *object, const struct trace_module *module, struct places *places)
{
	*object = (struct object){.state = OBJECT_ABSENT};
	if (module->path[0] != '/')
		return; /* [vdso], linux-vdso.so.1, anonymous code */
	if (try_copies(object, module, places))
		return;
	if (places->options->sysroot) {
		char *path = joined(places->options->sysroot, module->path);
		object->state = try_file(object, module, path, places);
		free(path);
	}
	enum object_state seen = object->state;
	if (object->state != OBJECT_FOUND)
		object->state = try_file(object, module, module->path, places);
	if (object->state == OBJECT_STALE)
		seen = OBJECT_STALE;
	if (object->state != OBJECT_FOUND && try_build_id(object, module, places) == OBJECT_FOUND)
		object->state = OBJECT_FOUND;
	if (object->state != OBJECT_FOUND)
		object->state = seen;
}

Dwarf *object_dwarf(struct object *object)
{
	if (!object->dwarf_sought && object->module) {
		Dwarf_Addr shift = 0;
		object->dwarf = dwfl_module_getdwarf(object->module, &shift);
		object->dwarf_shift = shift;
	}
	object->dwarf_sought = true;
	return object->dwarf;
}

void object_close(struct object *object)
{
	if (object->dwfl)
		dwfl_end(object->dwfl);
	object->dwfl = NULL;
	object->module = NULL;
	object->dwarf = NULL;
}

static bool says_program(Elf_Data *dynamic)
{
	GElf_Dyn entry;

	for (int i = 0; dynamic && gelf_getdyn(dynamic, i, &entry); i++)
		if (entry.d_tag == DT_FLAGS_1)
			return entry.d_un.d_val & DF_1_PIE;
	return false;
}

bool object_is_program(const struct object *object)
{
	GElf_Addr bias;
	GElf_Ehdr header;
	Elf *elf = object->state == OBJECT_FOUND ? dwfl_module_getelf(object->module, &bias) : NULL;

	if (!elf || !gelf_getehdr(elf, &header))
		return false;
	return header.e_type == ET_EXEC ||
	       says_program(elf_getdata(object_elf_section(elf, ".dynamic"), NULL));
}

Elf_Scn *object_elf_section(Elf *elf, const char *name)
{
	size_t names;
	GElf_Shdr header;
	if (!elf || elf_getshdrstrndx(elf, &names) != 0)
		return NULL;
	for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		const char *found = elf_strptr(elf, names, header.sh_name);
		if (found && strcmp(found, name) == 0)
			return section;
	}
	return NULL;
}

Elf_Scn *object_find_section(const struct object *object, const char *name)
{
	GElf_Addr bias;
	if (object->state != OBJECT_FOUND)
		return NULL;
	Elf_Scn *section = object_elf_section(dwfl_module_getelf(object->module, &bias), name);
	if (!section && object->dwarf)
		section = object_elf_section(dwarf_getelf(object->dwarf), name);
	return section;
}

Elf_Data *object_section(const struct object *object, const char *name)
{
	return elf_getdata(object_find_section(object, name), NULL);
}
