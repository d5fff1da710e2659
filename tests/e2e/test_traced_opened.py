"""Traced lines of libraries that a program opens, closes and opens again."""

import json
import os
import shutil
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


def judged(trace, limit):
    return mprof("check", "--limit", limit, trace).returncode


@case
def what_ran_as_it_was_is_not_counted(directory):
    """Nothing that ran uncounted is 0, or part of a number: no limit holds."""
    program = compile("lines/spaces.c", directory / "spaces", "-O1")
    one, other = library(directory), directory / "copy.so"
    shutil.copy(one, other)
    directory.chmod(0o755)
    (directory / "nameless").mkdir()
    nameless = library(directory / "nameless", "opened_work", "-O0", "-Wl,--build-id=none")
    # Code and data of one segment, which stays writable.
    (directory / "writable").mkdir()
    writable = library(directory / "writable", "opened_work", "-O0", "-Wl,-T/dev/null")
    for how, files, counted, line in (("nobody", (writable, writable), 20, ""), ("twice", (one, other), 20, ""), ("namespaces", (one,), None, ""), ("twice", (one, one), 20, ""),
                                      ("twice", (nameless,), None, "a module has no build-id"), ("nobody", (one, nameless), None, "cannot be opened"),
                                      ("small_stack", (one,), 10, "")):
        arguments = [program, how, *files]
        bare = subprocess.run(arguments, capture_output=True, text=True, env=environment())
        done = record(arguments, directory, MPROF_LINES="opened_*")
        if done.returncode == 77:
            continue
        check_equal((done.stdout, done.returncode), (bare.stdout, bare.returncode), f"{how} {files}")
        check(line in done.stderr and bool(line) == bool(done.stderr), f"{how} {files}: {done.stderr}")
        trace = done.trace()
        check_equal(hits(trace)["round"], counted, f"{how} {files}")
        check_equal(judged(trace, "opened_work:hits<=0"), 1 if counted else 2, f"a limit of {how} {files}")
        trace.unlink()


@case
def under_one_name_there_may_be_another_file(directory):
    """That a file has none of the functions says nothing of the next one of its name."""
    script = "import ctypes, os, _ctypes\nfirst = ctypes.CDLL('./it.so')\n_ctypes.dlclose(first._handle)\nos.replace('other.so', 'it.so')\nctypes.CDLL('./it.so').opened_work(5)\n"
    (directory / "none.c").write_text("int nothing(void) { return 1; }\n")
    check_equal(subprocess.run(["gcc", "-g", "-shared", "-fPIC", "-o", "it.so", "none.c"], cwd=directory).returncode, 0, "gcc")
    library(directory).rename(directory / "other.so")
    trace = record([PYTHON, "-c", script], directory, MPROF_LINES="opened_work").trace()
    check_equal(hits(trace)["round"], 5, "rounds of the second")


@case
def what_has_none_is_quiet(directory):
    script = "import sys; assert sys.version; import _ctypes, _json, _decimal"
    done = record([PYTHON, "-c", script], directory, MPROF_LINES="no_such_function*")
    check_equal(done.stderr, "", "nothing is said where libraries have none")


run_cases()
