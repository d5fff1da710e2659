"""Traced lines of libraries that a program opens, closes and opens again."""

import json
import subprocess

from harness import PROGRAMS, case, check, check_equal, compile, environment, mprof, record, run_cases
from traced_lines import PYTHON, tags_of, traced

LIBRARY = PROGRAMS / "lines/opened.c"


def library(directory, name="opened_work", *flags):
    return compile("lines/opened.c", directory / f"{name}.so", "-shared", "-fPIC", f"-DNAME={name}", *(flags or ("-O0",)))


def hits(trace, name="opened_work"):
    lines = traced(trace, "-f", name, "-f", "opened_begins")
    return {tag: lines.get(line) for tag, line in tags_of(LIBRARY).items()}


def expected(calls, opened):
    return {"begins": opened, "rounds": 11 * calls, "round": 10 * calls, "ends": calls}


@case
def constructors_threads_and_opening_again(directory):
    program = compile("lines/opener.c", directory / "opener", "-O1")
    for level in ("-O0", "-Og"):
        opened = library(directory, "opened_work", level)
        for rounds, changes in ((1, {}), (100, {}), (3, {"KILLED": "1"})):
            bare = subprocess.run([program, str(rounds), opened], capture_output=True, text=True, env=environment(**changes))
            done = record([program, str(rounds), opened], directory, MPROF_LINES="opened_*", **changes)
            check_equal((done.stdout, done.returncode, done.stderr), (bare.stdout, bare.returncode, bare.stderr), f"{level}, {rounds} rounds")
            trace = done.trace()
            counts, wanted = hits(trace), expected(2 * rounds, rounds)
            if level == "-Og":  # the constructor is one instruction, and its entry
                wanted["begins"] = counts["begins"]
            check_equal(counts, wanted, f"{level}, {rounds} rounds, {changes}")
            trace.unlink()


@case
def beside_functions_of_the_program(directory):
    program = compile("lines/opener.c", directory / "opener", "-O0")
    trace = record([program, "5", library(directory)], directory, MPROF_LINES="opened_*,use").trace()
    check_equal(hits(trace), expected(10, 5), "the library's")
    (use,) = [one for one in json.loads(mprof("report", "--format", "json", "-f", "use", trace).stdout)["functions"] if one["function"] == "use"]
    check_equal(use["lines"][0]["hits"], 5, "the program's")
    check_equal({line["hits"] for line in use["lines"] if "i < 2" in (line["source"] or "")}, {15}, "its loops")


@case
def many_at_once(directory):
    program = compile("lines/opener.c", directory / "opener", "-O1")
    names = [f"opened_{i}" for i in range(20)]
    libraries = [library(directory, name) for name in names]
    trace = record([program, "-2", *libraries], directory, MPROF_LINES="opened_*").trace()
    for name in names:
        counts = hits(trace, name)
        counts.pop("begins")
        wanted = expected(5, 3)
        wanted.pop("begins")
        check_equal(counts, wanted, name)


def allocations(node):
    return node["frame"]["place"], node["frame"]["line"], node["total"]["allocations"], [allocations(child) for child in node["children"]]


@case
def call_paths_are_the_same(directory):
    program = compile("lines/opener.c", directory / "opener", "-O1")
    opened = library(directory)
    trees = []
    for changes in ({}, {"MPROF_LINES": "opened_*"}):
        trace = record([program, "20", opened], directory, **changes).trace()
        trees.append(allocations(json.loads(mprof("tree", "--sort", "allocations", "--format", "json", trace).stdout)["root"]))
        trace.unlink()
    check("opened_work" in str(trees[0]), "paths of the library")
    check_equal(trees[0], trees[1], "call paths")


@case
def fork_children_go_on(directory):
    library(directory)
    script = ("import ctypes, os\nwork = ctypes.CDLL('./opened_work.so').opened_work\n"
              "if os.fork() == 0:\n    work(5)\n    os._exit(0)\nos.wait()\nwork(7)\n")
    done = record([PYTHON, "-c", script], directory, MPROF_LINES="opened_work")
    counts = sorted(count for trace in done.traces() for count in [hits(trace)["round"]] if count)
    check_equal(counts, [5, 7], "rounds, of the child and of its parent")


@case
def what_has_none_is_quiet(directory):
    script = "import sys; assert sys.version; import _ctypes, _json, _decimal"
    done = record([PYTHON, "-c", script], directory, MPROF_LINES="no_such_function*")
    check_equal(done.stderr, "", "nothing is said where libraries have none")


run_cases()
