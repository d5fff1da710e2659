"""tests/bench/gc_compare.py runs: a table with rgc in it, and goals wherever a rival is installed."""

import sys

from harness import BUILD, SOURCE, case, check, check_equal, needs, run, run_cases

COMPARE = SOURCE / "tests/bench/gc_compare.py"
RGC_CASES = ["a", "b", "c", "d", "e", "e2", "f", "full", "hit", "miss", "sizes", "weak", "weakend", "sort", "sortcall", "rising", "falling", "text", "json", "jsondrop", "dictlist",
             "dictlistdrop", "words", "lru", "lrudrop"]


def compare(directory, *arguments):
    needs("gcc")
    needs("pkg-config")
    done = run([sys.executable, COMPARE, "--build", BUILD, "--scale", "1000", "--rounds", "1", *arguments], directory)
    check_equal(done.returncode, 0, f"exit: {done.stderr}")
    return done


@case
def table(directory):
    done = compare(directory)
    rows = [line.split() for line in done.stdout.split("\n\n")[0].splitlines()]
    check_equal(rows[0][3], "rgc", "the first program")
    cases = rows[1:1 + len(RGC_CASES)]
    check_equal([row[0] for row in cases], RGC_CASES, "cases")
    check(all(float(row[1]) > 0 for row in cases), done.stdout)
    resident = [line.split(", MiB")[1].split() for line in done.stdout.splitlines() if "memory at the end" in line]
    check(len(resident) == 3 and all(float(row[0]) > 0 for row in resident), done.stdout)
    check_equal(sum(line.startswith("bytes: ") and "of cpython's" not in line for line in done.stdout.splitlines()), 8, "kinds of objects")


@case
def markdown(directory):
    done = compare(directory, "--markdown", "--only", "a")
    lines = done.stdout.splitlines()
    check(lines[0].startswith("| ns per object | rgc |"), done.stdout)
    check(lines[1].startswith("| --- | ---: |") and lines[2].startswith("| a | "), done.stdout)


@case
def says_what_to_install(directory):
    done = run([sys.executable, COMPARE, "--help"], directory)
    check_equal(done.returncode, 0, "exit")
    check("apt-get install" in done.stdout and "libgc-dev" in done.stdout, done.stdout)


run_cases()
