"""The report on one screen: what it says first, how long it is, and what may be asked of it."""

import os
import pty
import re
import select
import shutil

from harness import MPROF, PROGRAMS, SOURCE, Skip, case, check, check_equal, compile, environment, mprof, needs, record, record_and_report, run_cases

TWO_LEAKS = """
#include <stdlib.h>
#include <string.h>
static void *xmalloc(size_t size) { void *block = malloc(size); if (!block) abort(); return block; }
static void *first;
static void load_names(void) { first = xmalloc(4000); }
static void keep_line(int i) { char *line = xmalloc(100); memset(line, i, 100); }
static void read_lines(void)
{
	for (int i = 0; i < 50; i++)
		keep_line(i);
}
static void small(void) { for (int i = 0; i < 9; i++) free(xmalloc(10 + 50 * i)); }
int main(void)
{
	load_names();
	read_lines();
	small();
	first = 0;
	return 0;
}
"""


def two_leaks(directory, *flags):
    (directory / "two.c").write_text(TWO_LEAKS)
    program = compile(directory / "two.c", directory / "two", "-g", "-O0", *flags)
    return record([program], directory)


def shown(done, directory, *arguments, status=0):
    told = mprof("report", done.trace(), *arguments, directory=directory)
    check_equal(told.returncode, status, told.stderr)
    return told


@case
def two_leaks_through_one_wrapper_are_two_sites_with_their_callers(directory):
    text = shown(two_leaks(directory), directory).stdout
    leaks = text[text.index("Call sites whose blocks were not freed"):]
    check(re.search(r"4.9 KiB +55\.\d% +50  keep_line  two\.c:7\n +< read_lines two\.c:11 < main two\.c:17\n", leaks), leaks)
    check(re.search(r"3.9 KiB +44\.\d% +1  load_names  two\.c:6\n +< main two\.c:16\n", leaks), leaks)
    check("xmalloc  " not in text, "the wrapper is no site")


@case
def functions_are_those_where_paths_branch(directory):
    text = shown(two_leaks(directory), directory).stdout
    check("\nmain: " in text, "main calls both")
    check("\nread_lines: " not in text, "which passes all on to keep_line")
    check("\nkeep_line: 4.9 KiB at the peak, 4.9 KiB leaked, 50 allocations\n" in text, text)


LONG = """
#include <stdlib.h>
void *kept[9];
int main(void)
{
	kept[0] = malloc(3000);
%s
	kept[1] = malloc(1000);
	return 0;
}
"""


def long_function(directory):
    (directory / "long.c").write_text(LONG % "\n".join(f"\t/* {i} */" for i in range(60)))
    return record([compile(directory / "long.c", directory / "long", "-g")], directory)


@case
def a_long_function_shows_the_lines_with_figures_and_those_around(directory):
    done = long_function(directory)
    text = shown(done, directory).stdout
    table = text[text.index("Line #"):].splitlines()
    numbers = [line.split()[0] for line in table[2:] if line]
    check_equal(numbers, ["4", "5", "6", "7", "8", "...", "65", "66", "67", "68", "69"], "lines")
    whole = shown(done, directory, "--all-lines").stdout
    check_equal([line.split()[0] for line in whole[whole.index("Line #"):].splitlines()[2:] if line],
                [str(i) for i in range(4, 70)], "all lines")


@case
def a_table_is_in_the_unit_that_suits_it(directory):
    done = two_leaks(directory)
    rows = lambda *arguments: shown(done, directory, "-f", "keep_line", *arguments).stdout
    check(re.search(r"\n +7 +8.8 KiB +4.9 KiB +50 ", rows()), rows())
    check(re.search(r"\n +7 +0.0 MiB +0.0 MiB +50 ", rows("--unit", "MiB")), rows("--unit", "MiB"))
    check(re.search(r"\n +7 +9000 B +5000 B +50 ", rows("--unit=B")), rows("--unit=B"))
    told = mprof("report", done.trace(), "--unit=parsec", directory=directory)
    check_equal(told.returncode, 2, "no unit")
    check("--unit takes B, KiB, MiB or GiB, not 'parsec'" in told.stderr, told.stderr)


@case
def a_table_below_a_mebibyte_tells_how_to_see_more(directory):
    """MiB with one decimal is what such tables are in, so every row may be 0.0 or 0.1."""
    hint = " (--unit KiB shows more)\nFilename:"
    for size, hinted in ((50000, False), (190000, True), (1040000, True), (1050000, False)):
        (directory / "one.c").write_text(f"#include <stdlib.h>\nvoid *kept;\nvoid keep(void)\n{{\n\tkept = malloc({size});\n}}\nint main(void) {{ keep(); return 0; }}\n")
        done = record([compile(directory / "one.c", directory / "one", "-O0")], directory)
        text = shown(done, directory, "-f", "keep").stdout
        check_equal(hint in text, hinted, f"{size}: {text}")
        check_equal(re.search(r"\n +5 +[0-9.]+ (\w+) ", text)[1], "KiB" if size == 50000 else "MiB", f"the unit of {size}")
        for other in (("--unit", "KiB"), ("--unit", "MiB"), ("--precision", "3"), ("--memory-profiler",), ("--format", "json")):
            check("shows more" not in shown(done, directory, "-f", "keep", *other).stdout, f"{size}: {other}")


@case
def columns_are_chosen_by_name(directory):
    done = two_leaks(directory)
    text = shown(done, directory, "-f", "keep_line", "--columns", "peak,leaked_bytes,allocations").stdout
    check("Line #         Peak       Leaked  Allocations   Line Contents" in text, text)
    check(re.search(r"\n +7 +4.9 KiB +4.9 KiB +50   static void keep_line", text), text)
    told = mprof("report", done.trace(), "--columns=peak,colour", directory=directory)
    check_equal(told.returncode, 2, "no column")
    check("no column 'colour' here; one of: mem_bytes, increment_bytes, occurrences, peak_bytes" in told.stderr, told.stderr)


def many_functions(directory):
    bodies = "\n".join(f"void *f{i}(void)\n{{\n" + "\n".join(f"\tkept[{i}] = malloc({1000 + i * 7 + k});" for k in range(30))
                       + "\n\treturn kept[0];\n}" for i in range(40))
    calls = "\n".join(f"\tf{i}();" for i in range(40))
    (directory / "many.c").write_text(f"#include <stdlib.h>\nvoid *kept[99];\n{bodies}\nint main(void)\n{{\n{calls}\n\treturn 0;\n}}\n")
    return record([compile(directory / "many.c", directory / "many", "-g")], directory)


@case
def a_screen_or_two_for_any_program(directory):
    text = shown(many_functions(directory), directory).stdout
    check(len(text.splitlines()) <= 100, f"{len(text.splitlines())} lines")
    check(text.count("Filename:") >= 1, "at least one table")
    check("left out: --all-lines" in text, "says what is not shown")


@case
def a_function_of_many_alike_lines_is_cut(directory):
    lines = "\n".join(f"\tkept[{i}] = malloc(100);" for i in range(300))
    (directory / "alike.c").write_text(f"#include <stdlib.h>\nvoid *kept[300];\nint main(void)\n{{\n{lines}\n\treturn 0;\n}}\n")
    done = record([compile(directory / "alike.c", directory / "alike", "-g")], directory)
    text = shown(done, directory).stdout
    check(len(text.splitlines()) <= 100, f"{len(text.splitlines())} lines")
    check(text.count("kept[") > 20, text)


@case
def eighty_columns_but_for_source_text(directory):
    text = shown(many_functions(directory), directory).stdout
    before = text[:text.index("Filename:")]
    check(all(len(line) <= 80 for line in before.splitlines()), [line for line in before.splitlines() if len(line) > 80])


@case
def one_line_of_warnings(directory):
    source = "\n".join(f"extern void f{i}(void);" for i in range(4)) + "\nint main(void){" + "".join(f"f{i}();" for i in range(4)) + "return 0;}"
    libraries = []
    for i in range(4):
        (directory / f"l{i}.c").write_text(f"#include <stdlib.h>\nvoid *k{i};void f{i}(void){{k{i}=malloc(10);}}")
        libraries.append(compile(directory / f"l{i}.c", directory / f"libl{i}.so", "-shared", "-fPIC", "-s"))
    (directory / "p.c").write_text(source)
    program = compile(directory / "p.c", directory / "p", *[str(one) for one in libraries], f"-Wl,-rpath,{directory}", "-s")
    done = record([program], directory)
    text = shown(done, directory).stdout
    warnings = [line for line in text.splitlines() if line.startswith("warning: ")]
    check_equal(len(warnings), 1, "warnings")
    check_equal(warnings[0], "warning: 5 modules lack lines or names of functions; -v says which, and why", "modules are one")
    more = [line for line in shown(done, directory, "-v").stdout.splitlines() if line.startswith("warning: ")]
    check(len(more) >= 5, more)


@case
def several_warnings_are_told_by_the_first_and_their_number(directory):
    """A killed program without debug information."""
    (directory / "k.c").write_text("#include <signal.h>\n#include <stdlib.h>\nvoid *kept;int main(void){kept=malloc(10);raise(SIGKILL);return 0;}")
    done = record([compile(directory / "k.c", directory / "k", "-s")], directory)
    warnings = [line for line in shown(done, directory).stdout.splitlines() if line.startswith("warning: ")]
    check_equal(len(warnings), 1, "warnings")
    check(re.search(r"killed.* \(and 1 other: -v\)$", warnings[0]), warnings[0])


@case
def code_without_a_name_goes_by_the_library_function_that_it_called(directory):
    done = record([needs("sqlite3"), ":memory:", "create table t(a); insert into t values (zeroblob(100000));"], directory)
    if not re.search(r"0x[0-9a-f]+  \(sqlite3\)", shown(done, directory).stdout):
        raise Skip("sqlite3 has symbols here, or is one program without a library")
    text = shown(done, directory).stdout
    check(re.search(r"\d  sqlite3_step  \(libsqlite3\.so[^)]*\) at 0x[0-9a-f]+  \(sqlite3\)\n +< 0x", text), text)


PHASES = """
#include <mprof/mprof.h>
#include <stdlib.h>
int main(void)
{
	void *kept = malloc(1000), *big;
	mprof_begin("load");
	big = malloc(5000);
	free(big);
	big = malloc(300);
	mprof_end("load");
	mprof_mark("half");
	mprof_begin("rest");
	free(kept);
	free(big);
	return 0;
}
"""


def phases(directory, **changes):
    (directory / "phases.c").write_text(PHASES)
    program = compile(directory / "phases.c", directory / "phases", f"-I{SOURCE / 'include'}")
    return record_and_report([program], directory, **changes)


@case
def phases_say_what_the_heap_was_before_within_and_after(directory):
    done, figures = phases(directory)
    told = [(one["name"], one["mark"], one["ended"], one["begin_bytes"], one["peak_bytes"], one["end_bytes"], one["allocations"],
             one["allocated_bytes"]) for one in figures["phases"]]
    check_equal(told[0], ("load", False, True, 1000, 6000, 1300, 2, 5300), "the phase")
    check_equal((told[1][0], told[1][1], told[1][3]), ("half", True, 1300), "the mark")
    check_equal(told[2], ("rest", False, False, 1300, 1300, 0, 0, 0), "the phase without an end")
    text = shown(done, directory).stdout
    check(re.search(r"Phases and marks\n +Begin +Duration +Before +Peak +After +Allocs  Phase\n=+\n.*1000 B +5.9 KiB +1.3 KiB +2  load\n", text), text)


@case
def phases_of_an_aggregate_are_the_same(directory):
    told = []
    for aggregate in ("0", "1"):
        _, figures = phases(directory, MPROF_AGGREGATE=aggregate)
        told.append([{key: value for key, value in one.items() if not key.endswith("_ns")} for one in figures["phases"]])
    check_equal(told[1], told[0], "phases")
    check_equal(told[0][0]["peak_bytes"], 6000, "the peak of the first")


@case
def formats_carry_the_same_figures(directory):
    done = two_leaks(directory)
    figures = record_and_report([directory / "two"], directory)[1]
    markdown = shown(done, directory, "--format", "markdown").stdout
    check("| 4.9 KiB | 55." in markdown and "`keep_line  two.c:7`" in markdown, markdown)
    csv = shown(done, directory, "--format=csv", "--table=sites").stdout.splitlines()
    header = csv[0].split(",")
    rows = [dict(zip(header, line.split(","))) for line in csv[1:]]
    for row in rows:
        site = next(one for one in figures["sites"] if (one["function"], str(one["line"])) == (row["function"], row["line"]))
        for key in ("peak_bytes", "leaked_bytes", "allocations", "temporary"):
            check_equal(int(row[key]), site[key], f"{row['function']} {key}")
    told = mprof("report", done.trace(), "--format=csv", "--table=nothing", directory=directory)
    check_equal(told.returncode, 2, "no such table")
    check("--table: no table 'nothing' here; one of: totals, sites, phases, functions, collections" in told.stderr, told.stderr)


@case
def paths_of_sites_are_in_json_on_request(directory):
    done = two_leaks(directory)
    import json
    figures = json.loads(shown(done, directory, "--format=json", "--paths").stdout)
    site = next(one for one in figures["sites"] if one["function"] == "keep_line")
    check_equal([(frame["function"], frame["line"]) for frame in site["paths"][0]["frames"]],
                [("keep_line", 7), ("read_lines", 11), ("main", 17)], "frames")
    check_equal(site["paths"][0]["share"], 1.0, "share")
    check("paths" not in json.loads(shown(done, directory, "--format=json").stdout)["sites"][0], "not unless asked")


def on_a_terminal(argv, directory, **changes):
    """What a program writes to a terminal."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(directory)
        os.execvpe(argv[0], [str(word) for word in argv], environment(**changes))
    text = b""
    while select.select([master], [], [], 20)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    check_equal(os.waitpid(pid, 0)[1], 0, "status")
    return text.decode(errors="replace")


@case
def long_text_on_a_terminal_goes_to_a_pager(directory):
    done = two_leaks(directory)
    pager = directory / "my-pager"
    pager.write_text("#!/bin/sh\necho paged; cat\n")
    pager.chmod(0o755)
    text = on_a_terminal([MPROF, "report", done.trace()], directory, TERM="xterm", MPROF_PAGER=str(pager))
    check(text.startswith("paged") and "keep_line" in text, text)
    check("paged" not in on_a_terminal([MPROF, "report", "--no-pager", done.trace()], directory, TERM="xterm", MPROF_PAGER=str(pager)), "refused")
    check("paged" not in on_a_terminal([MPROF, "report", "--format=json", done.trace()], directory, TERM="xterm", MPROF_PAGER=str(pager)), "of data")
    check("keep_line" in on_a_terminal([MPROF, "report", done.trace()], directory, TERM="xterm", MPROF_PAGER="no-such-pager"), "without")
    check("keep_line" in on_a_terminal([MPROF, "report", done.trace()], directory, TERM="xterm", MPROF_PAGER=" "), "a blank one")
    text = on_a_terminal([MPROF, "report", done.trace()], directory, TERM="xterm", MPROF_PAGER="sh -c 'exit 3'")
    check("warning: the pager 'sh -c 'exit 3'' failed" in text and text.count("Call sites that hold most at the peak") == 1, text)


run_cases()
