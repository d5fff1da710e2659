"""Reports of programs whose lines are hard to tell: code of other files, functions without a declared place, names.

What is expected stands in the sources (programs/lines); the places were read off addr2line and llvm-symbolizer, with
which test_lines_differential.py compares every call site.
"""

import json

from harness import PROGRAMS, case, check, check_equal, lines_of, mprof, needs, record, report, run_cases
from lines_programs import build, built, copied, line_tables_only, needs_newer_rustc, rustc


def line_of(file, text, which=1):
    lines = (PROGRAMS / "lines" / file).read_text().splitlines()
    return [i + 1 for i, line in enumerate(lines) if text in line][which - 1]


ONE, TWO, INNER = (line_of("lambdas.cpp", f"malloc({size}") for size in (1000000, 2000000, 3000000))


def recorded(directory, *command):
    """The trace of a program that the command builds."""
    directory.mkdir(exist_ok=True)
    return record([built(*command)], directory, OMP_NUM_THREADS=2).trace()


def sites_of(figures):
    """{(function, file, line): allocated bytes}; files without their folders."""
    return {(s["function"], s["file"].rpartition("/")[2], s["line"]): s["allocated_bytes"] for s in figures["sites"]}


def table(figures, file, function=None):
    """{line number: row} of the function's table of that file."""
    found = [f for f in figures["functions"] if f["file"].endswith("/" + file) and function in (None, f["function"])]
    check_equal(len(found), 1, f"tables of {file} among {[(f['function'], f['file']) for f in figures['functions']]}")
    return {row["line"]: row for row in found[0]["lines"]}


def allocated(rows):
    return {line: row["allocated_bytes"] for line, row in rows.items() if row["allocated_bytes"]}


# ---- code of other files ----

@case
def included_bodies(directory):
    for compiler in ("gcc", "clang"):
        figures = report(recorded(directory / compiler, compiler, "-g", "parts.c"), "-f", "from_*")
        sites = sites_of(figures)
        check_equal([sites[("from_a_file", *place)] for place in (("parts.c", 9), ("body.inc", 2), ("body.inc", 4), ("parts.c", 11))],
                    [10, 600001, 600000, 20], f"{compiler}: call sites")
        check_equal(allocated(table(figures, "parts.c", "from_a_file")), {9: 10, 10: 1200001, 11: 20}, f"{compiler}: the function")
        check_equal(allocated(table(figures, "body.inc")), {2: 600001, 4: 600000}, f"{compiler}: its other file")
        check_equal(allocated(table(figures, "parts.c", "from_two_files")), {17: 300, 19: 40}, f"{compiler}: cases")


@case
def included_bodies_without_the_text(directory):
    """Nobody knows then where the function includes them, so no line is blamed."""
    sources = copied(directory)
    build(sources, "gcc", "-g", "parts.c", "-o", "parts")
    trace = record([sources / "parts"], directory).trace()
    (sources / "parts.c").unlink()
    figures = report(trace, "-f", "from_a_file")
    check_equal(allocated(table(figures, "parts.c")), {9: 10, 0: 1200001, 11: 20}, "the function")
    check("?" in mprof("report", "-f", "from_a_file", trace).stdout, "code without a line is told")


@case
def bison_actions(directory):
    sources = copied(directory)
    build(sources, "bison", "-d", "calc.y")
    build(sources, "flex", "-o", "words.c", "words.l")
    build(sources, "gcc", "-g", "calc.tab.c", "words.c", "-o", "calc")
    figures = report(record([sources / "calc"], directory).trace(), "-f", "yyparse", "-f", "yylex")
    sites = sites_of(figures)
    check_equal([sites[site] for site in (("yyparse", "calc.y", 26), ("yyparse", "calc.y", 31), ("yylex", "words.l", 9))],
                [300000, 600000, 8], "call sites")
    actions = allocated(table(figures, "calc.y"))
    check_equal((actions[26], actions[31]), (300000, 600000), "actions")
    skeleton = table(figures, "calc.tab.c")
    texts = (sources / "calc.tab.c").read_text().splitlines()
    directives = {texts[line - 1]: bytes for line, bytes in allocated(skeleton).items() if line}
    check_equal((directives['#line 24 "calc.y"'], directives['#line 30 "calc.y"']), (300096, 600000), "where they are included")


@case
def vala(directory):
    needs("valac")
    figures = report(recorded(directory, "valac", "-g", "demo.vala"), "-f", "shape_construct")
    rows = table(figures, "demo.vala", "shape_construct")
    check(rows[4]["allocated_bytes"] >= 24000, f"the array's line: {allocated(rows)}")


@case
def macros_of_another_file(directory):
    needs_newer_rustc()
    for debug in ("2", line_tables_only()):
        figures = report(recorded(directory / debug, *rustc(debug, 0, "v0")), "-f", "main")
        check_equal(sites_of(figures)[("demo::main", "macros.rs", 3)], 7200, "the macro's line")
        check_equal(allocated(table(figures, "macros.rs", "demo::main"))[3], 7200, "in its table")


# ---- functions without a declared place ----

@case
def lambdas_are_kept_apart(directory):
    for name, *command in (("full", "g++", "-g"), ("optimized", "g++", "-g", "-O2"), ("tables", "clang++", "-gline-tables-only"),
                           ("level1", "clang++", "-g1", "-O2"), ("gcc1", "g++", "-g1")):
        trace = recorded(directory / name, *command, "-std=c++17", "lambdas.cpp")
        figures = report(trace, "-f", "one", "-f", "two")
        of_lines = {line: (function, size // 1000000) for (function, file, line), size in sites_of(figures).items()
                    if line in (ONE, TWO, INNER) and file == "lambdas.cpp"}
        check_equal([of_lines[line][1] for line in (ONE, TWO, INNER)], [1, 2, 3], f"{name}: MB of call sites")
        check("operator()" in of_lines[ONE][0], f"{name}: {of_lines[ONE][0]} is the lambda")
        check(of_lines[ONE][0] != of_lines[TWO][0] or "-O2" in command, f"{name}: lambdas have names of their own: {of_lines}")
        rows = allocated(table(figures, "lambdas.cpp", "two"))
        check_equal((rows[TWO] // 1000, rows[INNER] // 1000), (2000, 3000), f"{name}: lines of lambdas in the function around them")
        check_equal(allocated(table(figures, "lambdas.cpp", "one"))[ONE], 1000000, f"{name}: the lambda in the other one")
        check("compiled without -g" not in mprof("report", trace).stdout, f"{name}: has line information")


@case
def constructors_of_globals(directory):
    figures = report(recorded(directory, "g++", "-g", "-std=c++17", "lambdas.cpp"), "-f", "__static_initialization*")
    check_equal(allocated(table(figures, "lambdas.cpp"))[line_of("lambdas.cpp", "global(1000)")], 4000, "the vector's line")


@case
def coroutines(directory):
    figures = report(recorded(directory, "g++", "-g", "-std=c++20", "coroutines.cpp"), "-f", "squares", "-f", "count")
    rows = [row for f in figures["functions"] if f["function"] == "squares" for row in f["lines"]]
    check_equal({row["line"]: row["allocated_bytes"] for row in rows if row["allocated_bytes"] >= 500000},
                {line_of("coroutines.cpp", f"malloc({size})"): size for size in (500000, 600000)}, "lines of the coroutine")


@case
def line_tables_of_rust(directory):
    needs("rustc")
    sites = sites_of(report(recorded(directory, *rustc(line_tables_only(), 0, "v0"))))
    check_equal(sites[("demo::Shape::fill", "demo.rs", 16)], 24032, "the vector of points")
    check(not [site for site in sites if ".cgu." in site[1]], "no site is in a codegen unit")


# ---- no single line ----

@case
def merged_cases(directory):
    """clang makes one call of four, and says that it stands at no line."""
    figures = report(recorded(directory, "clang", "-g", "-O2", "merged.c"), "-f", "fill")
    check_equal(sites_of(figures), {("fill", "merged.c", 0): 1600000}, "the call site")
    check_equal(allocated(table(figures, "merged.c")), {0: 1600000}, "the only row with figures")


# ---- functions within functions ----

def last_line_shown(trace, function):
    """The last line of text of a table."""
    return mprof("report", "-f", function, trace).stdout.rstrip().splitlines()[-1].split("MiB")[-1].split(None, 1)


@case
def nested_in_rust(directory):
    needs("rustc")
    for debug in ("2", line_tables_only()):
        trace = recorded(directory / debug, *rustc(debug, 0, "v0"))
        rows = table(report(trace, "-f", "demo::outer"), "demo.rs", "demo::outer")
        check(set(rows) >= {40, 47, 52, 54, 55, 56}, f"{debug}: lines of outer, inner and add: {sorted(rows)}")
        check_equal(last_line_shown(trace, "demo::outer"), ["59", "}"], f"{debug}: the end of the table")


@case
def nested_in_openmp(directory):
    for compiler in ("gcc", "clang"):
        trace = recorded(directory / compiler, compiler, "-g", "-fopenmp", "openmp.c")
        figures = report(trace, "-f", "main")
        rows = table(figures, "openmp.c", "main")
        check_equal(rows[20]["allocated_bytes"], 8000000, f"{compiler}: the loop's body")
        check_equal(last_line_shown(trace, "main"), ["31", "}"], f"{compiler}: the end of the table")


@case
def main_of_fortran(directory):
    """The program, not the function that starts it."""
    figures = report(recorded(directory, "gfortran", "-g", "demo.f90"))
    check_equal(sorted(f["function"] for f in figures["functions"]), ["demo", "made"], "functions with a table")
    check_equal(table(figures, "demo.f90", "demo")[17]["allocated_bytes"], 20000, "a line of the program")


# ---- names ----

@case
def instances_of_a_template(directory):
    for name, *command in (("gcc", "g++", "-g"), ("clang", "clang++", "-g"), ("optimized", "g++", "-g", "-O1")):
        trace = recorded(directory / name, *command, "-std=c++17", "lambdas.cpp")
        for glob, size in (("Pool<A>::make", 11), ("Pool<B>::make(int)", 21), ("Pool<[AB]>::make", 32)):
            figures = report(trace, "-f", glob)
            check_equal(sum(allocated(table(figures, "lambdas.cpp")).values()), size, f"{name}: {glob}")
        check_equal(report(trace, "-f", "Pool<A>::make")["functions"][0]["function"], "Pool<A>::make", "its name")
        check_equal(sum(allocated(table(report(trace, "-f", "make"), "lambdas.cpp")).values()), 43, f"{name}: all instances")


@case
def overloads(directory):
    trace = recorded(directory, "g++", "-g", "-std=c++17", "lambdas.cpp")
    check_equal(allocated(table(report(trace, "-f", "Local::fill(int)"), "lambdas.cpp")),
                {line_of("lambdas.cpp", "hidden<long>(size)"): 33}, "the one with a size")


@case
def manglings_of_rust(directory):
    needs("rustc")
    names = {}
    for mangling in ("legacy", "v0"):
        trace = recorded(directory / mangling, *rustc("2", 0, mangling))
        check_equal(table(report(trace, "-f", "Shape::fill"), "demo.rs")[16]["allocated_bytes"], 24032, f"{mangling}: -f Shape::fill")
        names[mangling] = {function for function, file, _ in sites_of(report(trace)) if file == "demo.rs"}
    check_equal(names["v0"], names["legacy"], "names of functions")
    check("demo::Named::named" in names["v0"], f"the method of a trait has no type's name: {names['v0']}")


@case
def names_of_d(directory):
    figures = report(recorded(directory, "gdc", "-g", "demo.d"), "-f", "work", "-f", "make")
    check_equal({f["function"] for f in figures["functions"]}, {"demo.work", "demo.Pool.Pool.make"}, "functions that match")


# ---- frames that jumps leave out ----

def paths(trace, kind="alloc"):
    """{size: ((function, line), ...)} of the functions of the program's own source, innermost first."""
    events = [json.loads(line) for line in mprof("dump", "--frames", "--format", "json", trace).stdout.splitlines()]
    return {e["size_bytes"]: tuple((f["function"], f["line"]) for f in e["frames"] if f["file"].endswith(("jumps.c", "lib.c")))
            for e in events if e["type"] == kind}


def is_part(path, whole):
    """Whether it has no frame that the other one lacks, in its order; of a line it may say nothing."""
    left = iter(whole)
    return all(any(name == other and line in (0, at) for other, at in left) for name, line in path)


OPTIMIZED = [(f"{cc}{level}{dwarf}", cc, level, "-g", dwarf) for cc in ("gcc", "clang") for level in ("-O2", "-O3")
             for dwarf in ("-gdwarf-5", "-gdwarf-4")]
SEVERAL_WAYS = {3011: "left", 3120: "right"}
NOWHERE = {8000: "direct"}  # it was called through a pointer


@case
def tail_calls(directory):
    """The paths of an optimized program are those of the same program with all its frames, but for what nobody can know."""
    whole = recorded(directory / "whole", "gcc", "-O0", "-g", "jumps.c")
    true, true_frees = paths(whole), paths(whole, "free")
    for name, *command in OPTIMIZED:
        trace = recorded(directory / name, *command, "jumps.c")
        found = paths(trace)
        for size, path in true.items():
            unknown = {**SEVERAL_WAYS, **NOWHERE}.get(size)
            expected = [frame for frame in path if frame[0] != unknown]
            if size == 6000 + 3:  # a loop
                expected = [frame for frame in path if frame[0] != "down"]
                check("down" in dict(found[size]), f"{name}: {found[size]} is not without down")
                found[size] = tuple(frame for frame in found[size] if frame[0] != "down")
            check(is_part(found[size], path), f"{name}: {found[size]} is no part of {path}")
            check_equal([f for f, _ in found[size]], [f for f, _ in expected], f"{name}: functions of {size}")
            check(size in SEVERAL_WAYS or list(found[size]) == expected, f"{name}: lines of {size}: {found[size]}, not {expected}")
        check_equal(paths(trace, "free"), true_frees, f"{name}: frees")


@case
def tail_calls_are_judged(directory):
    trace = recorded(directory, "gcc", "-O2", "-g", "jumps.c")
    figures = report(trace, "-f", "direct", "-f", "both", "-f", "either")
    check_equal(allocated(table(figures, "jumps.c", "direct")), {line_of("jumps.c", "return malloc(size);"): 20137}, "its line")
    check_equal(allocated(table(figures, "jumps.c", "both")),
                {line_of("jumps.c", "keep(malloc(size))"): 5000, line_of("jumps.c", "return direct(size + 1)", 2): 5001}, "lines of both")
    check_equal(allocated(table(figures, "jumps.c", "either")), {0: 6131}, "lines of which either is left")
    for limit, status in (("direct:peak<=1KiB", 1), (f"jumps.c:{line_of('jumps.c', 'return malloc(size);')}:leaked<=0", 1),
                          ("left:peak<=1KiB", 0), ("chain:allocated<=2002", 0), ("chain:allocated<=2001", 1)):
        done = mprof("check", "--limit", limit, trace)
        check_equal(done.returncode, status, f"{limit}: {done.stdout}{done.stderr}")


LIBRARY = """#include <stdlib.h>
void *handed(size_t size)
{
	return malloc(size);
}
void FRAMED(void)
{
	free(malloc(77));
}
"""
CALLER = """#include <stdio.h>
void *handed(size_t size);
void one(void);
void LAST(void);
void *volatile kept;
int main(void)
{
	one();
	LAST();
	kept = handed(1234);
	puts("done");
	return 0;
}
"""


@case
def tail_calls_of_libraries(directory):
    """By name, as the dynamic linker finds them among libraries that are met; but not where two of them define it."""
    (directory / "lib.c").write_text(LIBRARY)
    (directory / "main_jumps.c").write_text(CALLER)
    for name in ("one", "two"):
        build(directory, "gcc", "-O2", "-g", "-shared", "-fPIC", "-fno-builtin", f"-DFRAMED={name}", f"-Wl,-soname,lib{name}.so", "-o", f"lib{name}.so", "lib.c")
    for libraries, expected in ((("one",), [("handed", 4), ("main", 10)]), (("one", "two"), [("main", 10)])):
        build(directory, "gcc", "-O2", "-g", f"-DLAST={libraries[-1]}", "-o", "program", "main_jumps.c", "-Wl,--no-as-needed", f"-Wl,-rpath,{directory}", "-L.",
              *(f"-l{name}" for name in libraries))
        trace = record([directory / "program"], directory).trace()
        check_equal(list(paths(trace)[1234]), expected, f"with {libraries}")


@case
def tail_calls_of_hidden_functions(directory):
    """The linker makes them local, as what a file has for itself; of two of a name nothing is said."""
    (directory / "lib.c").write_text(LIBRARY)
    (directory / "main_jumps.c").write_text(CALLER)
    (directory / "own.c").write_text('void *volatile own;\n__attribute__((noinline)) static void *handed(unsigned long n)\n{\n\t__asm__("");\n'
                                     "\treturn (void *)(n + 1);\n}\nvoid use(void)\n{\n\town = handed((unsigned long)own);\n}\n")
    for sources, expected in (((), [("handed", 4), ("main", 10)]), (("own.c",), [("main", 10)])):
        build(directory, "gcc", "-O2", "-g", "-fno-builtin", "-fvisibility=hidden", "-DFRAMED=one", "-DLAST=one", "-o", "program", "main_jumps.c",
              "lib.c", *sources)
        trace = record([directory / "program"], directory).trace()
        check_equal(list(paths(trace)[1234]), expected, f"with {sources}")


run_cases()
