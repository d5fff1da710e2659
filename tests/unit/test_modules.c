/*
 * test_modules.c - naming of loaded objects, and of what comes after them at the same address.
 */
#include "preload/memory/modules.h"
#include "preload/memory/process.h"

#include "arena_double.h"
#include "preload/base/code_object.h"
#include "preload/unwind/unwind.h"
#include "preload/unwind/rules.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/auxv.h>
#include <unistd.h>

static struct session_header *session;

static uint64_t clock_ticks(void)
{
	static uint64_t now = 100;
	return now++;
}

static const char *program_path(void)
{
	static char path[4096];

	cr_assert_gt(readlink("/proc/self/exe", path, sizeof(path) - 1), 0);
	return path;
}

static void begin(void)
{
	modules_init(clock_ticks, program_path());
	session = arena_double_start(64, 1000);
}

TestSuite(modules, .init = begin, .timeout = 60);

static uint32_t module_at(uintptr_t pc)
{
	struct dl_find_object object;
	return code_object_find(pc, &object) ? modules_find(&object) : 0;
}

static const char *path_of(const struct session_module *module)
{
	return session_text(session, module->path) + sizeof(uint32_t);
}

Test(modules, program)
{
	char exe[4096] = "";
	cr_assert_gt(readlink("/proc/self/exe", exe, sizeof(exe) - 1), 0);
	uint32_t found = module_at((uintptr_t)begin);
	cr_assert_eq(found, 1);
	const struct session_module *module = session_module(session, 0);
	cr_assert_str_eq(path_of(module), exe);
	cr_assert(module->ready);
	cr_assert_eq(module->loaded_ticks, 100);
	cr_assert(module->start <= (uintptr_t)begin && (uintptr_t)begin < module->end);
	cr_assert_eq(module->build_id_bytes, 20);
	cr_assert_eq(module_at((uintptr_t)begin), found, "found again, not registered again");
	cr_assert_eq(session->modules_used, 1);
}

/* The id that the file itself holds, read independently of the loader. */
Test(modules, build_id_is_the_files)
{
	module_at((uintptr_t)&gnu_get_libc_version); /* sanitizers bring a printf of their own */
	const struct session_module *module = session_module(session, 0);
	char command[5000], line[256] = "", expected[65];
	cr_assert_not_null(strstr(path_of(module), "libc.so"));
	for (unsigned i = 0; i < module->build_id_bytes; i++)
		snprintf(expected + 2 * i, 3, "%02x", module->build_id[i]);
	snprintf(command, sizeof(command), "readelf -n '%s' | grep -c %s", path_of(module), expected);
	FILE *pipe = popen(command, "r");
	cr_assert_not_null(fgets(line, sizeof(line), pipe));
	pclose(pipe);
	cr_assert_str_eq(line, "1\n");
}

Test(modules, vdso)
{
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	uint32_t found = module_at(vdso);
	cr_assert_neq(found, 0);
	cr_assert_eq(session_module(session, found - 1)->start, vdso);
	cr_assert_not_null(strstr(path_of(session_module(session, found - 1)), "vdso"));
}

Test(modules, anonymous_code_has_none)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert_eq(module_at((uintptr_t)page), 0);
	cr_assert_eq(session->modules_used, 0);
}

Test(modules, full_table_names_nothing_more)
{
	session->modules_max = 1;
	cr_assert_eq(module_at((uintptr_t)begin), 1);
	cr_assert_eq(module_at((uintptr_t)&printf), 0);
	cr_assert_eq(session->modules_used, 1);
}

/* ---- what is unloaded ------------------------------------------------------------- */

static struct unwind_state *state;
static uintptr_t seen_pc;
static uint32_t seen_module;

/* Called back by the plugin; its caller is plugin code. */
__attribute__((noinline)) static void look(void)
{
	struct unwind_start start;
	const struct path_frame *frames;
	UNWIND_HERE(&start);
	cr_assert_geq(unwind_walk(state, &start, &frames), 3);
	seen_pc = frames[0].pc;
	seen_module = frames[0].module;
	cr_assert_eq(frames[1].module, 0 + module_at((uintptr_t)begin),
		     "the plugin's frame was left rightly");
}

static void load_and_look(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW);
	cr_assert_not_null(handle, "%s", dlerror());
	void (*call)(void (*)(void)) = (void (*)(void (*)(void)))dlsym(handle, "plugin_call");
	cr_assert_not_null(call);
	call(look);
	unwind_code_changing();
	dlclose(handle);
	modules_after_dlclose(process_arena(), clock_ticks());
	unwind_code_changed();
}

Test(modules, other_library_at_the_same_address)
{
	state = mmap(NULL, unwind_state_bytes(), PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	load_and_look(PLUGIN_A);
	uintptr_t pc = seen_pc;
	uint32_t first = seen_module;
	load_and_look(PLUGIN_B);
	cr_assert_eq(seen_pc, pc, "the premise: same place, same return address");
	cr_assert_neq(seen_module, first);
	const struct session_module *one = session_module(session, first - 1);
	const struct session_module *two = session_module(session, seen_module - 1);
	cr_assert_eq(one->start, two->start);
	cr_assert_gt(two->loaded_ticks, one->unloaded_ticks);
	cr_assert_str_eq(path_of(one), PLUGIN_A);
	cr_assert_str_eq(path_of(two), PLUGIN_B);
	cr_assert(one->unloaded_ticks > one->loaded_ticks && two->unloaded_ticks > two->loaded_ticks);
	cr_assert_eq(session_module(session, module_at((uintptr_t)begin) - 1)->unloaded_ticks, 0);
}
