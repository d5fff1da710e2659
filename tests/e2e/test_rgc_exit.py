"""What rgc does at exit: the same in both libraries, linked statically or not, recorded or not; as CPython does."""

import json
import sys

from harness import BUILD, case, check_equal, compile, mprof, record, run, run_cases

D = "destructor"
# What the program is asked for: what it says, and how it ends.
SAYS = {
    "garbage": (["end of garbage", D], 0),
    "disabled": (["end of garbage", D], 0),
    "kept": ([D], 0),
    "older handler": (["handler", D, "end of kept"], 0),
    "newer handler": (["handler", "end of kept", D], 0),
    "off": ([D], 0),
    "callbacks": (["end of garbage", D], 0),
    "weak": (["weak callback", "end of target", D], 0),
    "thread": (["end of thread", D], 0),
    "running": (["end of main", D], 0),
    "fork": (["end of copied", D, D], 0),
    "heaps": (["end of other", "end of own", D], 0),
    "twice": (["end of early", "finalize 0", "end of late", "finalize 0", "finalize 0", D], 0),
    "at end": (["third", "second", "first", "end of dropped", D], 0),
    "exiting": (["end of exiting", D], 3),
    "_exit": ([], 0),
}
LIBRARIES = (("rgc", []), ("rgc-debug", ["-DRGC_DEBUG"]))


def builds(directory):
    for library, flags in LIBRARIES:
        yield library, compile("rgc_exit.c", directory / library, *flags, str(BUILD / f"gc/lib{library}.a"))
        yield f"{library}, shared", compile("rgc_exit.c", directory / f"{library}-shared", *flags, f"-L{BUILD / 'gc'}", f"-l{library}",
                                              f"-Wl,-rpath,{BUILD / 'gc'}")


def judge(done, library, what):
    check_equal((done.stdout.splitlines(), done.returncode), SAYS[what], f"{what!r} with {library}: {done.stderr}")


@case
def garbage_ends_and_what_is_kept_does_not(directory):
    for library, program in builds(directory):
        for what in SAYS:
            judge(run([program, what], directory), library, what)


@case
def also_when_recorded(directory):
    for what in SAYS:
        judge(record([compile("rgc_exit.c", directory / "program", str(BUILD / "gc/librgc.a")), what], directory), "a recording", what)


@case
def static_objects_that_are_older_than_the_heap_are_there(directory):
    for library, flags in LIBRARIES:
        done = run([compile("rgc_exit_cxx.cpp", directory / library, *flags, str(BUILD / f"gc/lib{library}.a"))], directory)
        check_equal((done.stdout.splitlines(), done.returncode), (["end of the younger", "60", "end of the log"], 0), f"with {library}")


@case
def a_collection_at_exit_is_recorded(directory):
    done = record([compile("rgc_exit.c", directory / "program", str(BUILD / "gc/librgc.a")), "garbage"], directory)
    figures = json.loads(mprof("gc", "--format", "json", done.trace()).stdout)
    node, = figures["types"]
    check_equal((node["allocations"], node["leaked_blocks"], node["freed_by_collector_blocks"]), (1, 0, 1), "the node")
    line, = figures["lines"]
    check_equal((line["function"], line["collected"]), ("rgc_finalize", 1), "where the collector was entered")


@case
def the_environment_turns_it_off(directory):
    for library, program in builds(directory):
        done = run([program, "garbage"], directory, RGC_FINALIZE="0")
        check_equal(done.stdout.splitlines(), [D], f"with {library}")
        check_equal("1 node alive, 0 references from outside" in done.stderr, "debug" in library, f"garbage that nobody collects: {done.stderr}")


@case
def the_library_with_checks_lists_what_is_left(directory):
    program = compile("rgc_exit.c", directory / "program", "-DRGC_DEBUG", str(BUILD / "gc/librgc-debug.a"))
    check_equal(run([program, "garbage"], directory).stderr, "", "nothing is left")
    check_equal(run([program, "kept"], directory).stderr, "rgc: 1 node alive, 1 references from outside\n", "what is kept")


PYTHON = """
import atexit, gc, os, weakref
class Node:
    def __del__(self):
        print("end of", self.name)
def cycle(name):
    node = Node()
    node.name, node.next = name, node
    return node
class Holder: pass
holder = Holder()
def handler():
    print("handler")
    holder.__dict__.clear()
def call_at_end(node, name, atexit):
    weakref.finalize(node, print, name).atexit = atexit
def at_end():
    call_at_end(Holder, "first", True)
    call_at_end(Holder, "never", False)
    call_at_end(Holder, "second", True)
    dropped = cycle("dropped")
    call_at_end(dropped, "nor this", False)
    call_at_end(dropped, "third", True)
"""


@case
def cpython_does_the_same(directory):
    for what, script in (("garbage", "cycle('garbage')"), ("disabled", "gc.disable(); cycle('garbage')"),
                         ("newer handler", "holder.it = cycle('kept'); atexit.register(handler)"), ("at end", "at_end()"), ("_exit", "cycle('garbage'); os._exit(0)")):
        done = run([sys.executable, "-c", PYTHON + script], directory)
        check_equal(done.stdout.splitlines(), [line for line in SAYS[what][0] if line != D], f"{what}: {done.stderr}")


run_cases()
