/*
 * test_planner.c - plans of programs by each compiler at each level are sound; what is chosen, refused and
 * listed; and damaged files do no harm.
 */
#include "fixture_build.h"
#include "plan_check.h"
#include "planner/planner.h"
#include "random.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Plans the object into folder/plan, and opens that. */
static void make_plan(struct fixture *fixture, const char *object, const char *const *globs,
		      size_t glob_count, struct plan_file *plan)
{
	struct diagnostic diagnostic = {{0}};
	char path[128];
	struct planner *planner = planner_create(globs, glob_count);
	snprintf(path, sizeof(path), "%s/plan", fixture->folder);
	cr_assert_eq(planner_add_object(planner, object, &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(planner_write(planner, path, &diagnostic), 0, "%s", diagnostic.message);
	planner_destroy(planner);
	plan_file_open(plan, path);
}

static void plan_one(struct fixture *fixture, const char *glob, struct plan_file *plan)
{
	make_plan(fixture, fixture->program, &glob, 1, plan);
}

static const char *const levels[] = {
	"-O0 -g",
	"-O1 -g -gdwarf-4",
	"-Og -g",
	"-O2 -g",
	"-O3 -g",
	"-Os -g",
	"-O2 -g -fno-pie -no-pie",
	"-O0 -g -fno-pie -no-pie",
	"-O2 -g -fcf-protection=full",
	"-O2 -g -fno-plt -ffunction-sections",
};

static void check_planned(const struct plan_file *plan, const char *how)
{
	static const char *const traced[] = {"by_table",    "by_tail", "with_copies",
					     "on_one_line", "leap",    "main"};
	for (size_t i = 0; i < sizeof(traced) / sizeof(*traced); i++) {
		const struct plan_function *function = plan_file_function(plan, traced[i]);
		cr_assert_not_null(function, "%s: no %s", how, traced[i]);
		cr_expect_eq(function->refusal, PLAN_TRACED, "%s: %s is refused: %u", how, traced[i],
			     function->refusal);
	}
	const struct plan_function *inlined = plan_file_function(plan, "copied");
	cr_assert_not_null(inlined, "%s", how);
	cr_expect_eq(inlined->refusal, PLAN_TRACED, "%s: copied: %u", how, inlined->refusal);
}

static void check_levels(const char *compiler, const char *source, bool planned)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		struct fixture fixture;
		struct plan_file plan;
		char how[128];
		snprintf(how, sizeof(how), "%s %s %s", compiler, levels[i], source);
		fixture_init(&fixture);
		if (fixture_compile(&fixture, compiler, levels[i], source)) {
			plan_one(&fixture, "*", &plan);
			plan_check(&plan, fixture.program, how);
			cr_expect_gt(plan.header->sites.count, 10, "%s", how);
			if (planned)
				check_planned(&plan, how);
			plan_file_close(&plan);
		}
		fixture_finish(&fixture);
	}
}

Test(planner, c_gcc)
{
	check_levels("gcc", "planned.c", true);
}

Test(planner, c_clang)
{
	check_levels("clang", "planned.c", true);
}

Test(planner, cxx_gcc)
{
	check_levels("g++", "shapes.cc", false);
}

Test(planner, cxx_clang)
{
	check_levels("clang++", "shapes.cc", false);
}

/* All of this test's own code, the planner's included. */
Test(planner, large)
{
	struct fixture fixture;
	struct plan_file plan;
	const char *globs[] = {"*"};
	fixture_init(&fixture);
	make_plan(&fixture, "/proc/self/exe", globs, 1, &plan);
	plan_check(&plan, "/proc/self/exe", "this test");
	cr_expect_gt(plan.header->functions.count, 100);
	plan_file_close(&plan);
	fixture_finish(&fixture);
}

/* Jumps whose targets nobody knows. */
Test(planner, computed_goto)
{
	struct fixture fixture;
	struct plan_file plan;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g -fPIE -pie", "planned.c"));
	plan_one(&fixture, "by_label", &plan);
	cr_assert_eq(plan.header->functions.count, 1);
	cr_expect_eq(plan.functions[0].refusal, PLAN_COMPUTED_GOTO);
	cr_expect_eq(plan.header->sites.count, 0);
	plan_file_close(&plan);
	fixture_finish(&fixture);
}

/* Code of a function called counts for the line of the call. */
Test(planner, copies_are_lines_of_calls)
{
	struct fixture fixture;
	struct plan_file plan;
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g", "planned.c"));
	plan_one(&fixture, "with_copies", &plan);
	const struct plan_function *function = plan_file_function(&plan, "with_copies");
	cr_assert_not_null(function);
	for (uint32_t i = 0; i < function->row_count; i++)
		cr_expect(plan.rows[i].line >= function->first_line &&
				  plan.rows[i].line <= function->first_line + 5,
			  "line %u", plan.rows[i].line);
	plan_file_close(&plan);
	fixture_finish(&fixture);
}

static void expect_functions(const char *compiler, const char *source, const char *glob, size_t expected,
			     const char *name)
{
	struct fixture fixture;
	struct plan_file plan;
	fixture_init(&fixture);
	if (fixture_compile(&fixture, compiler, "-O0 -g", source)) {
		plan_one(&fixture, glob, &plan);
		cr_expect_eq(plan.header->functions.count, expected, "'%s': %u functions", glob,
			     plan.header->functions.count);
		cr_expect(!name || plan_file_function(&plan, name), "'%s': no %s", glob, name);
		plan_file_close(&plan);
	}
	fixture_finish(&fixture);
}

Test(planner, names)
{
	expect_functions("gcc", "planned.c", "by_*", 3, "by_tail");
	expect_functions("gcc", "planned.c", "by_tail", 1, "by_tail");
	expect_functions("gcc", "planned.c", "nothing_like_that", 0, NULL);
	expect_functions("gcc", "marked.c", "", 5, NULL);
	expect_functions("g++", "marked_members.cc", "", 6,
			 NULL); /* two of them twice: instances of templates */
}

/* ---- a process -------------------------------------------------------------------- */

enum { TRACED_LINE = __LINE__ + 1 };
__attribute__((noinline)) static int traced_here(int n)
{
	volatile int sum = 0;
	for (int i = 0; i < n; i++)
		sum += i;
	return sum;
}

Test(planner, own_process)
{
	char path[128];
	const char *globs[] = {"traced_here"};
	struct fixture fixture;
	struct plan_file plan;
	struct diagnostic diagnostic = {{0}};
	cr_assert_eq(traced_here(3), 3);
	fixture_init(&fixture);
	snprintf(path, sizeof(path), "%s/plan", fixture.folder);
	struct planner *planner = planner_create(globs, 1);
	cr_assert_eq(planner_add_process(planner, getpid(), &diagnostic), 0, "%s", diagnostic.message);
	cr_assert_eq(planner_write(planner, path, &diagnostic), 0, "%s", diagnostic.message);
	planner_destroy(planner);
	plan_file_open(&plan, path);
	const struct plan_function *function = plan_file_function(&plan, "traced_here");
	cr_assert_not_null(function);
	cr_expect_eq(function->first_line, TRACED_LINE);
	plan_file_close(&plan);
	fixture_finish(&fixture);
}

Test(planner, no_process)
{
	const char *globs[] = {"main"};
	struct diagnostic diagnostic = {{0}};
	struct planner *planner = planner_create(globs, 1);
	cr_expect_lt(planner_add_process(planner, 0x7ffffff0, &diagnostic), 0);
	cr_expect(strstr(diagnostic.message, "/proc/"));
	cr_expect_lt(planner_add_object(planner, "/dev/null", &diagnostic), 0);
	cr_expect_lt(planner_add_object(planner, "/proc/self/maps", &diagnostic), 0);
	cr_expect_lt(planner_write(planner, "/proc/no such folder/plan", &diagnostic), 0);
	planner_destroy(planner);
}

/* ---- damage ----------------------------------------------------------------------- */

static void damage(const char *path, off_t size)
{
	int fd = open(path, O_WRONLY);
	for (uint32_t i = 0, count = 1 + random_below(100); i < count; i++) {
		uint8_t byte = (uint8_t)random_below(256);
		cr_assert_eq(pwrite(fd, &byte, 1, (off_t)random_below((uint32_t)size)), 1);
	}
	if (random_below(10) == 0)
		cr_assert_eq(ftruncate(fd, (off_t)random_below((uint32_t)size)), 0);
	close(fd);
}

Test(planner, damaged_files)
{
	struct fixture fixture;
	struct stat status;
	char path[128];
	const char *globs[] = {"*", ""};
	fixture_init(&fixture);
	cr_assert(fixture_compile(&fixture, FIXTURE_CC, "-O2 -g", "planned.c"));
	cr_assert_eq(stat(fixture.program, &status), 0);
	for (int i = 0; i < 200; i++) {
		struct diagnostic diagnostic;
		snprintf(path, sizeof(path), "%s/damaged", fixture.folder);
		fixture_run(&fixture, "cp program damaged");
		damage(path, status.st_size);
		struct planner *planner = planner_create(globs, 2);
		planner_add_object(planner, path, &diagnostic);
		snprintf(path, sizeof(path), "%s/plan", fixture.folder);
		cr_expect_eq(planner_write(planner, path, &diagnostic), 0);
		planner_destroy(planner);
	}
	fixture_finish(&fixture);
}
