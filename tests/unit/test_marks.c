/*
 * test_marks.c - MPROF_PROFILE by each compiler at each level: the functions named marked_* are found, no
 * others; and mprof.h itself: it compiles anywhere, links anywhere, and reaches a shim where there is one.
 */
#include "fixture_build.h"
#include "symbolize/symbolize.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_marks(struct fixture *fixture, const struct symbolizer_options *options, size_t expected,
			 const char *how)
{
	struct symbolizer *symbolizer;
	struct diagnostic diagnostic;
	const struct source_function *const *functions;
	cr_assert_eq(symbolizer_create(fixture->modules, 2, options, &symbolizer, &diagnostic), 0);
	size_t count = symbolizer_marks(symbolizer, &functions);
	cr_expect_eq(count, expected, "%s: %zu marks, not %zu", how, count, expected);
	for (size_t i = 0; i < count; i++) {
		cr_expect(strstr(functions[i]->name, "marked_"), "%s: %s is marked", how, functions[i]->name);
		cr_expect(functions[i]->marked);
		cr_expect_gt(functions[i]->first_line, 0);
		cr_expect_gt(functions[i]->last_line, functions[i]->first_line);
	}
	cr_expect_eq(symbolizer_marks(symbolizer, &functions), count, "%s: asked twice", how);
	symbolizer_destroy(symbolizer);
}

static const char *const levels[] = {
	"-O0 -g",
	"-O1 -g -gdwarf-4",
	"-O2 -g",
	"-O3 -g",
	"-O2 -g -fno-pie -static",
	"-O2 -g -flto",
	"-O3 -g -flto -ffunction-sections -Wl,--gc-sections",
};

/* -O2 gives each pedantic warning that the header could cause. */
static void check_levels(const char *compiler, const char *standard, const char *source, size_t expected)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		char flags[256], how[320];
		struct fixture fixture;
		bool lld = strncmp(compiler, "clang", 5) == 0 && strstr(levels[i], "-flto");
		snprintf(flags, sizeof(flags),
			 "%s%s %s -Wall -Wextra -pedantic -Wconversion -Wshadow -Werror", levels[i],
			 lld ? " -fuse-ld=lld" : "", standard);
		snprintf(how, sizeof(how), "%s %s", compiler, flags);
		fixture_init(&fixture);
		if ((!lld || fixture_has("ld.lld")) && fixture_compile(&fixture, compiler, flags, source))
			expect_marks(&fixture, NULL, expected, how);
		fixture_finish(&fixture);
	}
}

Test(marks, c_gcc)
{
	check_levels("gcc", "-std=c11", "marked.c", 5);
}

Test(marks, c_clang)
{
	check_levels("clang", "-std=c11", "marked.c", 5);
}

Test(marks, cxx_gcc)
{
	check_levels("g++", "-std=c++11", "marked_members.cc", 4);
}

Test(marks, cxx_clang)
{
	check_levels("clang++", "-std=c++11", "marked_members.cc", 4);
}

/* The mark is in the program even where the functions are in its debug file. */
Test(marks, stripped_with_debug_file)
{
	struct fixture fixture;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g", "marked.c"));
	fixture_run(&fixture, "objcopy --only-keep-debug program program.debug && strip program && "
			      "objcopy --add-gnu-debuglink=program.debug program");
	expect_marks(&fixture, NULL, 5, "stripped");
	fixture_run(&fixture, "objcopy -R .mprof.profile program");
	expect_marks(&fixture, NULL, 5, "mark in the debug file");
	fixture_finish(&fixture);
}

#define COMPILE FIXTURE_CC " -g -I " FIXTURE_INCLUDE

/* __FILE__ is what stood on the command line: relative, with dots, with characters that need quotes. */
Test(marks, names_of_files)
{
	static const char *const commands[] = {
		"cp " FIXTURE_FOLDER "/marked.c . && " COMPILE " marked.c -o program",
		"mkdir -p a/b && cp " FIXTURE_FOLDER "/marked.c a && cd a/b && " COMPILE
		" ../marked.c -o ../../program",
		"cp " FIXTURE_FOLDER "/marked.c 'a \"b\" c.c' && " COMPILE " './a \"b\" c.c' -o program",
		"cp " FIXTURE_FOLDER "/marked.c 'a\\b%d{}.c' && " COMPILE " 'a\\b%d{}.c' -o program",
		"cp " FIXTURE_FOLDER "/marked.c . && " COMPILE
		" -ffile-prefix-map=$PWD=/usr/src/marked $PWD/marked.c -o "
		"program",
		"cp " FIXTURE_FOLDER "/marked.c . && " COMPILE
		" -fmacro-prefix-map=$PWD=src $PWD/marked.c -o program",
	};
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		struct fixture fixture;
		fixture_init(&fixture);
		fixture_run(&fixture, "%s", commands[i]);
		expect_marks(&fixture, NULL, 5, commands[i]);
		fixture_finish(&fixture);
	}
}

/* Two files of one name: each mark belongs to the nearer one. */
Test(marks, equal_base_names)
{
	struct fixture fixture;
	fixture_init(&fixture);
	fixture_run(
		&fixture,
		"mkdir a b && cp %s/marked.c a && sed 's/marked_/plain_/g; s/MPROF_PROFILE//; s/main/other/' "
		"%s/marked.c > b/marked.c && " COMPILE " a/marked.c b/marked.c -o program",
		FIXTURE_FOLDER, FIXTURE_FOLDER);
	expect_marks(&fixture, NULL, 5, "equal base names");
	fixture_finish(&fixture);
}

/* A section that anyone may have written. */
Test(marks, damaged_section)
{
	struct fixture fixture;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-g", "marked.c"));
	fixture_run(
		&fixture,
		"printf "
		"':12\\0nocolon\\0marked.c:\\0marked.c:x\\0marked.c:99999999999999\\0\\0/:3\\0marked.c:14' > "
		"section && objcopy --update-section .mprof.profile=section program");
	expect_marks(&fixture, NULL, 0, "damaged");
	fixture_finish(&fixture);
}

Test(marks, no_marks)
{
	struct fixture fixture;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-g", "chain.c"));
	expect_marks(&fixture, NULL, 0, "no marks");
	fixture_finish(&fixture);
}

/* ---- mprof.h against a shim of its own ---- */

static void expect_output(struct fixture *fixture, const char *command, const char *expected, const char *how)
{
	char found[512] = "";
	FILE *output = fixture_read(fixture, command);
	size_t length = fread(found, 1, sizeof(found) - 1, output);
	found[length] = '\0';
	cr_expect_eq(pclose(output), 0, "%s", how);
	cr_expect_str_eq(found, expected, "%s: %s", how, found);
}

static void check_linking(const char *compiler, const char *standard)
{
	static const char *const links[] = {"-pie -fPIE",
					    "-no-pie -fno-pie",
					    "-static",
					    "-static-pie -fPIE",
					    "-O2 -flto -no-pie -fno-pie",
					    "-O2 -flto -pie -fPIE",
					    "-O3 -no-pie -fno-pie",
					    "-O2 -fno-plt"};
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		char flags[256], how[320];
		struct fixture fixture;
		bool lld = strncmp(compiler, "clang", 5) == 0 && strstr(links[i], "-flto");
		snprintf(flags, sizeof(flags), "-g %s%s %s -Wall -Wextra -pedantic -Wconversion -Werror",
			 links[i], lld ? " -fuse-ld=lld" : "", standard);
		snprintf(how, sizeof(how), "%s %s", compiler, flags);
		fixture_init(&fixture);
		if ((!lld || fixture_has("ld.lld")) &&
		    fixture_compile(&fixture, compiler, flags, "annotated.c")) {
			fixture_run(&fixture, "%s -shared -fPIC -I %s %s/runtime.c -o runtime.so", FIXTURE_CC,
				    FIXTURE_INCLUDE, FIXTURE_FOLDER);
			expect_output(&fixture, "./program", "recording 0 live 0\n", how);
			expect_output(&fixture, "LD_PRELOAD=./runtime.so ./program",
				      strstr(links[i], "-static")
					      ? "recording 0 live 0\n"
					      : "mark start\nbegin load\npause\ntrack_alloc 24\n"
						"track_free\nresume\nend load\nrecording 1 live 77\n",
				      how);
		}
		fixture_finish(&fixture);
	}
}

Test(header, gcc)
{
	check_linking("gcc", "-std=c11");
}

Test(header, clang)
{
	check_linking("clang", "-std=c11");
}

Test(header, gxx)
{
	check_linking("g++", "-std=c++11 -x c++");
}

Test(header, clangxx)
{
	check_linking("clang++", "-std=c++11 -x c++");
}

/* No call becomes a jump: the function that annotates is on the stack when the shim is reached. */
Test(header, caller_stays_on_the_stack)
{
	struct fixture fixture;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O3 -c", "annotated.c"));
	expect_output(&fixture, "objdump -d program | grep -c 'jmp *\\*' || true", "0\n", "indirect jumps");
	fixture_finish(&fixture);
}
