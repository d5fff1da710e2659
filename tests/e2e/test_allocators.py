"""Allocators before and behind the shim: the program runs as without it, and no block is recorded by half.

Behind it (named after it in LD_PRELOAD, or a library of the program's) each figure is exact.  Before it the program's
malloc never comes by the shim; then the report says so, and has at most operator new, with all its ends."""

import functools
import pathlib
import tempfile

from harness import (SHIM, Skip, case, check, check_equal, compile, counted, mprof, record, report, run, run_cases)

HOOKS = """malloc calloc realloc reallocarray mixed shrunk overflow free_sized free_aligned_sized posix_memalign aligned_alloc
    memalign valloc pvalloc malloc_usable_size new new_sized new_nothrow new_aligned new_aligned_sized new_aligned_nothrow
    array array_sized array_nothrow array_aligned array_aligned_sized array_aligned_nothrow""".split()
BYTES = {"realloc": (100, 15000), "reallocarray": (100, 15000), "mixed": (100, 15000), "shrunk": (100, 15000),
         "free_aligned_sized": (50, 6400), "aligned_alloc": (50, 6400)}
NAMELESS = "overflow"
LIBRARIES = {"jemalloc": "libjemalloc.so.2", "tcmalloc": "libtcmalloc.so.4", "tcmalloc_minimal": "libtcmalloc_minimal.so.4",
             "mimalloc": "libmimalloc.so.2.0", "libc_malloc_debug": "libc_malloc_debug.so.0"}
SETTINGS = {"libc_malloc_debug": {"GLIBC_TUNABLES": "glibc.malloc.check=3"}}

_kept = tempfile.TemporaryDirectory(prefix="mprof-e2e-allocators-")


def kept(name):
    return pathlib.Path(_kept.name) / name


@functools.cache
def every_hook():
    return compile("every_hook.cpp", kept("every_hook"), "-std=c++17", "-fno-builtin", "-O1")


@functools.cache
def library(name):
    """Path of an allocator, an installed one or one of programs/."""
    if name == "simple":
        return compile("simple_allocator.c", kept("libsimple.so"), "-shared", "-fPIC", "-fno-builtin")
    if name == "simple_operators":
        return compile("simple_operators.cpp", kept("libsimple_operators.so"), "-std=c++11", "-shared", "-fPIC", "-fno-builtin")
    if name == "half_jemalloc":
        return compile("allocator.cpp", kept("liballocator.so"), "-shared", "-fPIC", "-fno-builtin")
    for place in ("/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"):
        if pathlib.Path(place, LIBRARIES[name]).exists():
            return pathlib.Path(place, LIBRARIES[name])
    raise Skip(f"{LIBRARIES[name]} is not installed")


@functools.cache
def working_hooks(allocator):
    """Those that work bare: an allocator that lacks a function leaves it to libc, whose blocks it may not know."""
    settings = SETTINGS.get(allocator, {})
    return [hook for hook in HOOKS
            if run([every_hook(), hook], LD_PRELOAD=library(allocator), **settings).returncode == 0]


def expected(hooks):
    return {f"counted_{hook}": BYTES.get(hook, (50, 5000)) for hook in hooks if hook != NAMELESS}


def check_as_bare(done, hooks):
    check_equal(done.outcome, (0, "".join(hook + "\n" for hook in HOOKS if hook in hooks), ""), "exit status and output")


def check_nothing_by_half(figures):
    """All blocks of the tested functions were given back, and the report has seen that, or neither."""
    totals = figures["totals"]
    for site in figures["sites"]:
        if site["function"].startswith("counted_"):
            check_equal(site["leaked_bytes"], 0, f"{site['function']}: leaked")
    check_equal(totals["unmatched_frees"], 0, "unmatched frees")
    check_equal(figures["lost_events"], 0, "lost events")


def is_hidden(trace):
    return "its own malloc" in mprof("report", trace).stdout


def rounded(sums):
    """libstdc++ asks aligned_alloc for whole multiples of the alignment."""
    return {name: (count, 6400 if "ed_aligned" in name or "y_aligned" in name or "w_aligned" in name else volume)
            for name, (count, volume) in sums.items()}


def check_exact(trace, hooks):
    figures = report(trace, "-f", "counted_*")
    check(counted(figures) in (expected(hooks), rounded(expected(hooks))),
          f"allocations: got {counted(figures)}, expected {expected(hooks)}")
    check_nothing_by_half(figures)
    check(not is_hidden(trace), "nothing hides")


def behind(allocator, directory):
    hooks = working_hooks(allocator)
    check(len(hooks) >= 10, f"bare, the allocator serves {hooks}")
    done = record([every_hook(), *hooks], directory, LD_PRELOAD=f"{SHIM}:{library(allocator)}", **SETTINGS.get(allocator, {}))
    check_as_bare(done, hooks)
    check_exact(done.trace(), hooks)


def check_hidden(trace, hooks):
    figures = report(trace, "-f", "counted_*")
    check(is_hidden(trace), "the report says that the allocator precedes")
    check_nothing_by_half(figures)
    seen = counted(figures)
    operators = {name: sums for name, sums in expected(hooks).items() if "_new" in name or "_array" in name}
    check(seen in ({}, operators), f"all operators or nothing: {seen}")


def before(allocator, directory):
    hooks = working_hooks(allocator)
    done = record([every_hook(), *hooks], directory, LD_PRELOAD=f"{library(allocator)}:{SHIM}", **SETTINGS.get(allocator, {}))
    check_as_bare(done, hooks)
    check_hidden(done.trace(), hooks)


def wrapped(allocator, directory):
    """Recorded is a script that puts the allocator before everything and becomes the program."""
    hooks = working_hooks(allocator)
    script = directory / "wrapper.sh"
    script.write_text(f'#!/bin/sh\nLD_PRELOAD="{library(allocator)}:$LD_PRELOAD" exec "$@"\n')
    script.chmod(0o755)
    done = mprof("run", "--", script, every_hook(), *hooks, directory=directory, **SETTINGS.get(allocator, {}))
    check_equal((done.returncode, done.stdout.split()), (0, [hook for hook in HOOKS if hook in hooks]), "exit status, output")
    traces = list(directory.glob("every_hook.*.mprof"))
    check_equal(len(traces), 1, "traces of the program")
    check("mprof: warning: almost nothing was recorded: the program brings its own malloc" in done.stderr, f"run says so at its end: {done.stderr}")
    check_hidden(traces[0], hooks)


for _allocator in (*LIBRARIES, "simple", "simple_operators", "half_jemalloc"):
    for _order in (behind, before, wrapped):
        def _one(directory, allocator=_allocator, order=_order):
            order(allocator, directory)
        _one.__name__ = f"{_allocator}_{_order.__name__}"
        case(_one)


@case
def ls_after_every_allocator(directory):
    """It calls reallocarray."""
    (directory / "folder/file").mkdir(parents=True)
    for allocator in LIBRARIES:
        try:
            preload = f"{library(allocator)}:{SHIM}"
        except Skip:
            continue
        done = record(["ls", "folder"], directory, LD_PRELOAD=preload, **SETTINGS.get(allocator, {}))
        check_equal(done.outcome, (0, "file\n", ""), f"ls with {allocator} first")


def in_the_program(directory, source, *flags):
    """The allocator is part of the program, and dynamic symbols of it."""
    part = compile(source, directory / "part.o", "-c", "-fno-builtin", *flags)
    program = compile("every_hook.cpp", directory / "every_hook", "-std=c++17", "-fno-builtin", "-O1", "-rdynamic", str(part))
    hooks = [hook for hook in HOOKS if run([program, hook]).returncode == 0]
    check({"malloc", "realloc", "reallocarray", "new"} <= set(hooks), f"bare, it serves {hooks}")
    done = record([program, *hooks], directory)
    check_as_bare(done, hooks)
    check_hidden(done.trace(), hooks)


@case
def simple_in_the_program(directory):
    in_the_program(directory, "simple_allocator.c")


@case
def simple_with_operators_in_the_program(directory):
    in_the_program(directory, "simple_operators.cpp", "-std=c++11")


@case
def wrapper_that_hands_on(directory):
    """Who comes before us and hands everything on hides nothing."""
    wrapper = compile("counting_wrapper.c", directory / "libwrapper.so", "-shared", "-fPIC", "-fno-builtin")
    done = record([every_hook(), *HOOKS], directory, LD_PRELOAD=f"{wrapper}:{SHIM}", TELL="1")
    check_equal(done.outcome, (0, "\n".join(HOOKS) + "\n", "1\n"), "exit status and output")
    check_exact(done.trace(), HOOKS)


@case
def addresses_of_the_functions_taken(directory):
    """A position-dependent program has entries of its own for functions whose addresses it takes; they hide nothing,
    and an allocator before us is found all the same."""
    program = compile("every_hook.cpp", directory / "fixed", "-std=c++17", "-fno-builtin", "-O1", "-no-pie", "-fno-pic",
                      "-Wl,-z,lazy", "-DTAKE_ADDRESSES")
    done = record([program, *HOOKS], directory)
    check_as_bare(done, HOOKS)
    check_exact(done.trace(), HOOKS)
    hooks = working_hooks("simple")
    done = record([program, *hooks], directory, LD_PRELOAD=f"{library('simple')}:{SHIM}")
    check_as_bare(done, hooks)
    check_hidden(done.trace(), hooks)


@case
def sampled_behind_an_allocator(directory):
    """Functions that call each other by name count a block's bytes once."""
    done = record([every_hook(), *["calloc"] * 100], directory, LD_PRELOAD=f"{SHIM}:{library('simple')}",
                  MPROF_SAMPLE="1000", MPROF_SAMPLE_SEED="5")
    check_equal(done.returncode, 0, "exit status")
    _, volume = counted(report(done.trace(), "-f", "counted_*"))["counted_calloc"]
    check(400000 < volume < 600000, f"about 500000 bytes expected, got {volume}")


run_cases()
