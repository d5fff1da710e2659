/*
 * test_symbolize.c - programs that know their own pcs (fixtures/), compiled by each compiler at each level,
 * and their debug information in each of the places where it may lie.
 */
#include "fixture_build.h"
#include "symbolize/classify.h"
#include "base/strings.h"
#include "symbolize/names.h"
#include "symbolize/symbolize.h"

#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct symbolizer *symbolizer_for(struct fixture *fixture, const struct symbolizer_options *options)
{
	struct symbolizer *symbolizer;
	struct diagnostic diagnostic;
	cr_assert_eq(symbolizer_create(fixture->modules, 2, options, &symbolizer, &diagnostic), 0);
	return symbolizer;
}

/* Compares one line of a fixture's output, "PC NAME:LINE:FIRST ...", with the frames of that pc. */
static void check_line(struct symbolizer *symbolizer, char *text, const char *how)
{
	const struct source_frame *frames;
	char *save, *word = strtok_r(text, " \n", &save);
	uint64_t pc = strtoull(word, NULL, 16);
	size_t count = symbolizer_frames(symbolizer, 1, pc, false, &frames), i = 0;
	for (; (word = strtok_r(NULL, " \n", &save)); i++) {
		if (strcmp(word, "(anonymous") == 0) { /* the one name with a space */
			word[strlen(word)] = ' ';
			strtok_r(NULL, " \n", &save);
		}
		char found[256];
		cr_assert_lt(i, count, "%s: %lx has %zu frames, no %s", how, (unsigned long)pc, count, word);
		snprintf(found, sizeof(found), "%s:%u:%u", frames[i].function->name, frames[i].line,
			 frames[i].function->first_line);
		cr_expect_str_eq(found, word, "%s: frame %zu of %lx is %s, not %s", how, i, (unsigned long)pc,
				 found, word);
		cr_expect_geq(frames[i].function->last_line, frames[i].line, "%s: %s", how, word);
	}
	cr_expect_eq(i, count, "%s: %lx has %zu frames, not %zu", how, (unsigned long)pc, count, i);
	cr_expect_not(frames[count - 1].inlined);
}

/* Every pc that the program reports of itself. */
static void check_program(struct fixture *fixture, const struct symbolizer_options *options,
			  const char *output_file, const char *how)
{
	char line[512], command[128];
	size_t lines = 0;
	struct symbolizer *symbolizer = symbolizer_for(fixture, options);
	snprintf(command, sizeof(command), "cat %s", output_file);
	FILE *output = fixture_read(fixture, command);
	while (fgets(line, sizeof(line), output)) {
		check_line(symbolizer, line, how);
		lines++;
	}
	pclose(output);
	cr_expect_geq(lines, 6, "%s: %zu lines", how, lines);
	symbolizer_destroy(symbolizer);
}

/* `|| true`: the branch that is split off ends in a trap. */
static void run_program(struct fixture *fixture)
{
	fixture_run(fixture, "{ ./program > output; ./program x >> output; } 2>/dev/null || true");
}

static const char *const levels[] = {
	"-O0 -g",
	"-O1 -g -gdwarf-4",
	"-O2 -g",
	"-O3 -g -gdwarf-4",
	"-O2 -g -no-pie -fno-pie",
	"-O2 -g -flto",
	"-O3 -g -flto -gdwarf-5",
	"-O2 -g -ffunction-sections -Wl,--gc-sections",
};

static void check_levels(const char *compiler, const char *source)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		char flags[128], how[256];
		struct fixture fixture;
		bool lld = strncmp(compiler, "clang", 5) == 0 && strstr(levels[i], "-flto");
		snprintf(flags, sizeof(flags), "%s%s", levels[i], lld ? " -fuse-ld=lld" : "");
		snprintf(how, sizeof(how), "%s %s %s", compiler, flags, source);
		fixture_init(&fixture);
		if ((!lld || fixture_has("ld.lld")) && fixture_compile(&fixture, compiler, flags, source)) {
			run_program(&fixture);
			check_program(&fixture, NULL, "output", how);
		}
		fixture_finish(&fixture);
	}
}

Test(symbolize, c_gcc)
{
	check_levels("gcc", "chain.c");
}

Test(symbolize, c_clang)
{
	check_levels("clang", "chain.c");
}

Test(symbolize, cxx_gcc)
{
	check_levels("g++", "shapes.cc");
}

Test(symbolize, cxx_clang)
{
	check_levels("clang++", "shapes.cc");
}

/* ---- where debug information lies ---- */

static void compile_chain(struct fixture *fixture, const char *flags)
{
	fixture_init(fixture);
	cr_assert(fixture_compile(fixture, FIXTURE_CC, flags, "chain.c"));
	run_program(fixture);
	fixture_read_build_id(fixture);
}

Test(symbolize, compressed_sections)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g -gz");
	check_program(&fixture, NULL, "output", "compressed");
	fixture_finish(&fixture);
}

Test(symbolize, split_dwarf)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g -gsplit-dwarf -Wl,--build-id");
	check_program(&fixture, NULL, "output", "split DWARF 5");
	fixture_finish(&fixture);
	compile_chain(&fixture, "-O2 -g -gdwarf-4 -gsplit-dwarf");
	check_program(&fixture, NULL, "output", "split DWARF 4");
	fixture_finish(&fixture);
}

Test(symbolize, debuglink)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g");
	fixture_run(
		&fixture,
		"mkdir .debug && objcopy --only-keep-debug program .debug/program.debug && strip program && "
		"objcopy --add-gnu-debuglink=.debug/program.debug program");
	check_program(&fixture, NULL, "output", "debuglink");
	fixture_finish(&fixture);
}

/* Below a root, by the program's link or without one by its name, in a place that the shell knows; the
 * program is met by its path or through a link to it. */
static void check_place(const char *place, bool debuglink, bool symlink)
{
	struct fixture fixture;
	char root[128], path[160];
	compile_chain(&fixture, "-O2 -g -Wl,--build-id=sha1");
	snprintf(root, sizeof(root), "%s/root", fixture.folder);
	snprintf(path, sizeof(path), "%s/elsewhere/program", fixture.folder);
	fixture_run(&fixture, "objcopy --only-keep-debug program program.debug && strip program");
	if (debuglink)
		fixture_run(&fixture, "objcopy --add-gnu-debuglink=program.debug program");
	fixture_run(&fixture,
		    "mkdir -p \"root%s\" elsewhere && mv program.debug \"root%s\" && "
		    "ln -s ../program elsewhere",
		    place, place);
	if (symlink)
		fixture.modules[1].path = path;
	const char *debug_dirs[] = {root, NULL};
	check_program(&fixture, &(struct symbolizer_options){.debug_dirs = debug_dirs}, "output", place);
	fixture_finish(&fixture);
}

Test(symbolize, debug_file_below_a_root)
{
	const char *places[] = {"$PWD", "/$(basename $PWD)", ""};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (int how = 0; how < 4; how++)
			check_place(places[i], how & 1, how & 2);
}

/* Without a build-id, the CRC alone tells a foreign file. */
Test(symbolize, debuglink_of_another_build)
{
	struct fixture fixture;
	struct symbolizer *symbolizer;
	const struct source_frame *frames;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g -Wl,--build-id=none", "chain.c"));
	fixture_run(&fixture, "objcopy --only-keep-debug program program.debug && strip program && "
			      "objcopy --add-gnu-debuglink=program.debug program && echo >> program.debug");
	symbolizer = symbolizer_for(&fixture, NULL);
	symbolizer_frames(symbolizer, 1, 0x1180, true, &frames);
	cr_expect_eq(frames[0].line, 0);
	cr_expect_str_eq(frames[0].function->file, "");
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

/* Moves the debug information to ROOT/.build-id, and strips the program. */
static void move_to_build_id(struct fixture *fixture, const char *root)
{
	char name[256] = "";
	for (size_t i = 0; i < fixture->modules[1].build_id_bytes; i++)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), i == 0 ? "%02x/" : "%02x",
			 fixture->build_id[i]);
	fixture_run(
		fixture,
		"mkdir -p %s/.build-id/%.2s && objcopy --only-keep-debug program %s/.build-id/%s.debug && "
		"strip program",
		root, name, root, name);
}

Test(symbolize, build_id_folder)
{
	struct fixture fixture;
	char root[128];
	compile_chain(&fixture, "-O2 -g");
	move_to_build_id(&fixture, "symbols");
	snprintf(root, sizeof(root), "%s/symbols", fixture.folder);
	const char *debug_dirs[] = {root, NULL};
	check_program(&fixture, &(struct symbolizer_options){.debug_dirs = debug_dirs}, "output", "build-id");
	fixture_run(&fixture, "rm program");
	check_program(&fixture, &(struct symbolizer_options){.debug_dirs = debug_dirs}, "output",
		      "program gone");
	fixture_finish(&fixture);
}

Test(symbolize, sysroot)
{
	struct fixture fixture;
	char root[128];
	compile_chain(&fixture, "-O2 -g");
	snprintf(root, sizeof(root), "%s/root", fixture.folder);
	fixture_run(&fixture, "mkdir -p root/%s && mv program root/%s", fixture.folder, fixture.folder);
	check_program(&fixture, &(struct symbolizer_options){.sysroot = root}, "output", "sysroot");
	fixture_run(&fixture, "mv root/%s program", fixture.program);
	move_to_build_id(&fixture, "root/usr/lib/debug");
	check_program(&fixture, &(struct symbolizer_options){.sysroot = root}, "output",
		      "debug file in sysroot");
	fixture_finish(&fixture);
}

Test(symbolize, dwz_alternate_file)
{
	struct fixture fixture;
	if (!fixture_has("dwz"))
		cr_skip_test("dwz is not installed");
	compile_chain(&fixture, "-O2 -g");
	fixture_run(&fixture, "%s -O2 -g -I %s %s/shapes.cc -o other && dwz -m common -r program other",
		    FIXTURE_CXX, FIXTURE_INCLUDE, FIXTURE_FOLDER);
	check_program(&fixture, NULL, "output", "dwz");
	fixture_finish(&fixture);
}

/* ---- what is left without it ---- */

static uint64_t pc_of(struct fixture *fixture, const char *name)
{
	char line[512];
	uint64_t pc = 0;
	FILE *output = fixture_read(fixture, "cat output");
	while (pc == 0 && fgets(line, sizeof(line), output))
		if (strstr(line, name))
			pc = strtoull(line, NULL, 16);
	pclose(output);
	cr_assert_neq(pc, 0);
	return pc;
}

static const struct source_frame *only_frame(struct symbolizer *symbolizer, uint64_t pc)
{
	const struct source_frame *frames;
	cr_assert_eq(symbolizer_frames(symbolizer, 1, pc, false, &frames), 1);
	return frames;
}

static void expect_warning(struct symbolizer *symbolizer, struct fixture *fixture, const char *what)
{
	char expected[256];
	snprintf(expected, sizeof(expected), "%s %s", fixture->program, what);
	cr_assert_not_null(symbolizer_warning(symbolizer, 0));
	cr_expect_str_eq(symbolizer_warning(symbolizer, 0), expected);
	cr_expect_null(symbolizer_warning(symbolizer, 1));
}

Test(symbolize, symbols_without_lines)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g");
	fixture_run(&fixture, "strip -g program");
	struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
	uint64_t pc = pc_of(&fixture, " cloned:");
	const struct source_frame *frame = only_frame(symbolizer, pc);
	cr_expect_str_eq(frame->function->name, "cloned");
	cr_expect_eq(frame->line, 0);
	cr_expect_gt(frame->offset, 0);
	cr_expect_lt(frame->offset, 4096);
	expect_warning(symbolizer, &fixture, "has no debug information; compile it with -g");
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

Test(symbolize, mini_debug_information)
{
	struct fixture fixture;
	if (!fixture_has("xz"))
		cr_skip_test("xz is not installed");
	compile_chain(&fixture, "-O2 -g");
	fixture_run(&fixture,
		    "objcopy -S --only-keep-debug program mini && strip -g -o mini program && xz mini && "
		    "strip program && objcopy --add-section .gnu_debugdata=mini.xz program");
	struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
	cr_expect_str_eq(only_frame(symbolizer, pc_of(&fixture, " cloned:"))->function->name, "cloned");
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

Test(symbolize, stripped)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g");
	uint64_t pc = pc_of(&fixture, " cloned:");
	/* With the symbol table still there, the offset tells where the function begins. */
	fixture_run(&fixture, "strip -g program");
	struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
	uint64_t start = pc - only_frame(symbolizer, pc)->offset;
	symbolizer_destroy(symbolizer);
	fixture_run(&fixture, "strip program");
	symbolizer = symbolizer_for(&fixture, NULL);
	char name[32];
	snprintf(name, sizeof(name), "0x%" PRIx64, start);
	cr_expect_str_eq(only_frame(symbolizer, pc)->function->name, name);
	cr_expect_eq(only_frame(symbolizer, pc)->offset, pc - start);
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

Test(symbolize, rebuilt)
{
	struct fixture fixture;
	compile_chain(&fixture, "-O2 -g");
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O1 -g", "chain.c"));
	struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
	const struct source_frame *frame = only_frame(symbolizer, pc_of(&fixture, " cloned:"));
	cr_expect_str_eq(frame->function->name, "program");
	cr_expect_eq(frame->line, 0);
	expect_warning(symbolizer, &fixture, "was rebuilt since the recording; its lines are left out");
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

Test(symbolize, no_file)
{
	struct diagnostic diagnostic;
	struct symbolizer *symbolizer;
	const struct source_frame *frames;
	const struct trace_module modules[] = {
		{.path = ""},
		{.path = "", .start = 0x1000, .end = 0x2000},
		{.path = "linux-vdso.so.1"},
		{.path = "/nonexistent/libx.so"},
		{.path = "/dev/zero"},
		{.path = "/tmp"},
	};
	cr_assert_eq(symbolizer_create(modules, 6, NULL, &symbolizer, &diagnostic), 0);
	static const char *const expected[] = {
		"[anonymous code]", "[anonymous code]", "linux-vdso.so.1", "libx.so", "zero", "tmp",
		"[anonymous code]"};
	for (uint16_t i = 0; i < 7; i++) {
		cr_assert_eq(symbolizer_frames(symbolizer, i, 0x1234, false, &frames), 1);
		cr_expect_str_eq(frames[0].function->name, expected[i]);
		cr_expect_eq(frames[0].offset, 0x1234);
	}
	cr_expect(strstr(symbolizer_warning(symbolizer, 0), "/nonexistent/libx.so cannot be found"));
	cr_expect_null(symbolizer_warning(symbolizer, 3));
	symbolizer_destroy(symbolizer);
}

/* A module loaded twice, elsewhere, is the same functions. */
Test(symbolize, load_bias)
{
	struct fixture fixture;
	struct diagnostic diagnostic;
	struct symbolizer *symbolizer;
	const struct source_frame *once, *again;
	compile_chain(&fixture, "-O2 -g");
	struct trace_module modules[3] = {fixture.modules[0], fixture.modules[1], fixture.modules[1]};
	modules[1].bias = 0x7f0000000000;
	modules[2].bias = 0x7e0000000000;
	uint64_t pc = pc_of(&fixture, " leaf:");
	cr_assert_eq(symbolizer_create(modules, 3, NULL, &symbolizer, &diagnostic), 0);
	cr_expect_gt(symbolizer_frames(symbolizer, 1, modules[1].bias + pc, false, &once), 1);
	cr_expect_gt(symbolizer_frames(symbolizer, 2, modules[2].bias + pc, false, &again), 1);
	cr_expect_eq(once[0].function, again[0].function);
	cr_expect_eq(once[0].line, again[0].line);
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

/* ---- damage ---- */

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (uint32_t)(((uint64_t)random_state * limit) >> 32);
}

static void damage(const char *path, const char *contents, size_t size)
{
	FILE *file = fopen(path, "w");
	cr_assert_not_null(file);
	char *copy = malloc(size);
	memcpy(copy, contents, size);
	for (int i = 0; i < 40; i++)
		copy[random_below((uint32_t)size)] = (char)random_below(256);
	cr_assert_eq(fwrite(copy, 1, size, file), size);
	free(copy);
	fclose(file);
}

/* Whatever the file says, a lookup ends and gives a frame. */
Test(symbolize, damaged_files, .timeout = 100)
{
	struct fixture fixture;
	char *contents = malloc(1u << 20);
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g", "chain.c"));
	FILE *file = fopen(fixture.program, "r");
	size_t size = fread(contents, 1, 1u << 20, file);
	fclose(file);
	for (uint32_t round = 0; round < 300; round++) {
		const struct source_frame *frames;
		const struct source_function *const *functions;
		random_state = round;
		damage(fixture.program, contents, size);
		struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
		for (uint64_t pc = 0x1000; pc < 0x1800; pc += 8)
			cr_assert_geq(symbolizer_frames(symbolizer, 1, pc, true, &frames), 1);
		symbolizer_marks(symbolizer, &functions);
		symbolizer_destroy(symbolizer);
	}
	free(contents);
	fixture_finish(&fixture);
}

/* ---- names and paths ---- */

Test(symbolize, names)
{
	static const char *const cases[][2] = {
		{"malloc@@GLIBC_2.2.5", "malloc"},
		{"puts@plt", "puts"},
		{"work.constprop.0.isra.0", "work"},
		{"work.cold", "work"},
		{"_ZN2ns5Shape4areaEi", "ns::Shape::area"},
		{"_ZN2ns5Shape4areaEi.part.0.cold", "ns::Shape::area"},
		{"_ZNSt6vectorIiSaIiEE9push_backERKi", "std::vector::push_back"},
		{"_ZStlsISt11char_traitsIcEERSt13basic_ostreamIcT_ES5_PKc", "std::operator<<"},
		{"_ZN1AltERKS_", "A::operator<"},
		{"_ZN1AptEv", "A::operator->"},
		{"_ZNK1AcvT_IiEEv", "A::operator int"},
		{"_Znwm", "operator new"},
		{"_ZN4core3ptr13drop_in_place17h0123456789abcdefE", "core::ptr::drop_in_place"},
		{"_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar"},
		{"_ZN5alloc7raw_vec19RawVec$LT$T$C$A$GT$7reserve17h0123456789abcdefE",
		 "alloc::raw_vec::RawVec::reserve"},
		{"_ZN51_$LT$main..Record$u20$as$u20$core..clone..Clone$GT$5clone17h713e2bf0ea8e18f1E.llvm."
		 "12345",
		 "<main::Record as core::clone::Clone>::clone"},
		{"_ZN4main5setup..cold..x17h0123456789abcdefE.cold",
		 "_ZN4main5setup..cold..x17h0123456789abcdefE"},
		{"_RNvMCs1234_4demoNtB2_5Shape4fill", "demo::Shape::fill"},
		{"_RNvMCs1234_4demoINtB2_4PoolhE4make", "demo::Pool::make"},
		{"_RNvXs_Cs1234_4demoNtB4_5ShapeNtB4_4Draw4draw", "<demo::Shape as demo::Draw>::draw"},
		{"_RNvYhNtCs1234_4demo4Draw4draw", "demo::Draw::draw"},
		{"_RINvYNtCs1234_4demo5ShapeINtB5_4DrawhE4drawhEB5_", "demo::Draw::draw"},
		{"_RNCNvYNtCs1234_4demo5ShapeNtB6_4Draw4draw0B6_", "demo::Draw::draw::{{closure}}"},
		{"_RNvYNvYhNtCs1234_4demo4Draw4drawNtB8_4Call4call", "demo::Call::call"},
		{"_RNCNvCs1234_4demo4work0B3_", "demo::work::{{closure}}"},
		{"_ZN4demo4work28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
		 "demo::work::{{closure}}"},
		{"_D4demo4mainFZv", "demo.main"},
		{"_Dmain", "main"},
		{"_D4demo4workFiZ5innerMFmZv", "demo.work.inner"},
		{"_D4demo__T4PoolTiZQi4makeMFmZPv", "demo.Pool.Pool.make"},
		{"_Zbroken", "_Zbroken"},
	};
	struct strings strings;
	strings_init(&strings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_str_eq(name_of_symbol(&strings, cases[i][0]), cases[i][1], "%s gives %s",
				 cases[i][0], name_of_symbol(&strings, cases[i][0]));
	cr_expect_str_eq(name_with_arguments(&strings, "_ZN4PoolI1AE4makeEi", false), "Pool<A>::make");
	cr_expect_str_eq(name_with_arguments(&strings, "_ZN4PoolI1AE4makeEi", true), "Pool<A>::make(int)");
	cr_expect_str_eq(name_with_arguments(&strings, "_Z4growIiEvT_", true), "grow<int>(int)");
	cr_expect_str_eq(name_with_arguments(&strings, "_RNvMCs1234_4demoINtB2_4PoolhE4make", true),
			 "demo::Pool<u8>::make");
	cr_expect_str_eq(name_with_arguments(&strings, "_RNvYhNtCs1234_4demo4Draw4draw", true),
			 "<u8 as demo::Draw>::draw");
	cr_expect_str_eq(name_within(&strings, "ns::Pool::make", "make<int>"), "ns::Pool::make<int>");
	cr_expect_str_eq(name_within(&strings, "make", "make<int>"), "make<int>");
	cr_expect_str_eq(name_without_arguments(&strings, "push<std::vector<int> >"), "push");
	cr_expect_str_eq(name_without_arguments(&strings, "operator<< <char>"), "operator<<");
	cr_expect_str_eq(name_without_arguments(&strings, "<lambda(int)>"), "<lambda(int)>");
	strings_finish(&strings);
}

Test(symbolize, paths)
{
	static const char *const cases[][2] = {
		{"/a/./b//c/../d", "/a/b/d"},
		{"/../x", "/x"},
		{"a/../../b", "../b"},
		{"./x.c", "x.c"},
		{"../../x/y/..", "../../x"},
		{"/", "/"},
		{"", ""},
		{"/a/..", "/"},
	};
	struct strings strings;
	strings_init(&strings);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_str_eq(strings_path(&strings, cases[i][0]), cases[i][1], "%s gives %s", cases[i][0],
				 strings_path(&strings, cases[i][0]));
	cr_expect_eq(strings_path(&strings, "/a/b"), strings_path(&strings, "/a/c/../b"));
	strings_finish(&strings);
}

/* A wrapper with lines is the program's own code, which can be looked at. */
/* As distributions build glibc: libdw puts such a folder before a name, and so would we. */
Test(symbolize, relative_compilation_folder)
{
	struct fixture fixture;
	fixture_init(&fixture);
	fixture_run(&fixture,
		    "cp %s/chain.c %s/probe.h . && " FIXTURE_CC " -g -O1 -D_GNU_SOURCE -I " FIXTURE_INCLUDE
		    " -fdebug-prefix-map=$PWD=elf chain.c -o program",
		    FIXTURE_FOLDER, FIXTURE_FOLDER);
	run_program(&fixture);
	struct symbolizer *symbolizer = symbolizer_for(&fixture, NULL);
	const struct source_frame *frames;
	symbolizer_frames(symbolizer, 1, pc_of(&fixture, " cloned:"), false, &frames);
	cr_expect_str_eq(frames[0].function->file, "elf/chain.c");
	symbolizer_destroy(symbolizer);
	fixture_finish(&fixture);
}

Test(symbolize, wrappers_of_libraries_without_lines_are_allocators)
{
	static const char *const wrappers[] = {"zmalloc_usable",  "Perl_safesyscalloc", "xrealloc",
					       "PyMem_RawMalloc", "g_slice_alloc",      "xstrndup"};
	static const char *const others[] = {"parse", "createClient", "Perl_more_bodies", "main"};
	static const char *const by_language[] = {"operator new", "__rust_realloc",
						  "std::allocator::allocate"};
	static const char *const of_the_system[] = {"malloc", "valloc", "free", "rgc_new"};

	for (size_t i = 0; i < sizeof(wrappers) / sizeof(*wrappers); i++) {
		cr_expect(is_allocator(wrappers[i], false, true), "%s", wrappers[i]);
		cr_expect_not(is_allocator(wrappers[i], true, true), "%s", wrappers[i]);
		cr_expect_not(is_allocator(wrappers[i], false, false), "%s", wrappers[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect_not(is_allocator(others[i], false, true), "%s", others[i]);
	for (size_t i = 0; i < sizeof(by_language) / sizeof(*by_language); i++)
		cr_expect(is_allocator(by_language[i], true, false), "%s", by_language[i]);
	for (size_t i = 0; i < sizeof(of_the_system) / sizeof(*of_the_system); i++) {
		cr_expect(is_allocator(of_the_system[i], true, true), "%s", of_the_system[i]);
		cr_expect_not(is_allocator(of_the_system[i], true, false), "%s", of_the_system[i]);
	}
}

Test(symbolize, files_of_the_system)
{
	static const struct {
		const char *name, *file;
		bool system;
	} cases[] = {
		{"build", "/usr/include/search.h", true},
		{"std::vector::push_back", "/opt/gcc-13/include/c++/13/bits/stl_vector.h", true},
		{"core::ops::function::FnOnce::call_once",
		 "/rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/core/src/ops/function.rs", true},
		{"hashbrown::raw::RawTable::reserve",
		 "/home/user/.cargo/registry/src/github.com-1ecc6299db9ec823/hashbrown-0.12.3/src/raw/mod.rs",
		 true},
		{"main", "/home/me/b~hello.adb", true},
		{"_cgo_sys_thread_start", "/usr/lib/go-1.19/src/runtime/cgo/gcc_linux_amd64.c", true},
		{"build", "/home/me/d/b__tree.c", false},
		{"build", "/home/me/b~old/tree.c", false},
		{"build", "/home/me/hashbrown-c/t.c", false},
		{"build", "/home/me/include/c++/t.c", false},
		{"build", "/home/me/libstdc++-v3/t.c", false},
		{"build", "/home/me/go/src/runtime/t.c", false},
		{"build", "/home/me/runtime/cgo/t.c", false},
		{"build", "/home/me/rustc/x/library/t.c", false},
		{"build", "/usr/share/mine/t.c", false},
		{"build", "/usr/lib/mine/t.c", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_expect_eq(is_system_code(cases[i].name, cases[i].file, "/home/me/program", false),
			     cases[i].system, "%s", cases[i].file);
}

Test(symbolize, c_library)
{
	const char *own[] = {"/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
			     "/usr/lib/libm.so.6", "/lib/libpthread-2.31.so"};
	const char *others[] = {"/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
				"/lib/libcrypto.so.3",
				"/usr/lib/libconfig.so.9",
				"/home/me/libc.so.6",
				"/usr/bin/libc.so-reader",
				"libc.so.6",
				""};
	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
		cr_expect(is_c_library(own[i]), "%s", own[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		cr_expect_not(is_c_library(others[i]), "%s", others[i]);
}
