"""Programs and libraries with functions of libc's names, whatever these do; nobody's but libc's own is called."""

import re

from harness import *

# What the shim has of others by name, and why a program will not have one of its own: all of these are reserved names.
OTHERS = {
    "__environ": "the environment as it is now",
    "__errno_location": "errno is the thread's, and libc's",
    "__libc_stack_end": "where the process's stack began",
    "__progname_full": "what the program was started as",
    "_dl_find_object": "which object an address is of, without a lock",
    "_r_debug": "the dynamic linker's list of objects",
    "__stack_chk_fail": "compilers that guard stacks call it",
    "__cxa_finalize": "what compilers add to every library",
    "__gmon_start__": "the same",
    "_ITM_deregisterTMCloneTable": "the same",
    "_ITM_registerTMCloneTable": "the same",
}

# The allocator's functions that a program or a library may replace on purpose: the shim asks whose they are.
REPLACED = re.compile(r"(malloc|calloc|realloc|aligned_alloc|free|_Zn[wa]\w+|_Zd[la]\w+)$")


def relocated_names():
    """Of all that the dynamic linker looks up for the shim, by what name."""
    listing = run([needs("readelf"), "--relocs", "--wide", SHIM]).stdout
    return {fields[4].partition("@")[0] for fields in map(str.split, listing.splitlines())
            if len(fields) > 4 and fields[2].startswith("R_") and not re.fullmatch("[0-9a-f]+", fields[4])}


@case
def names_looked_up(directory):
    """The dynamic linker gives the shim what the program has by a name, if it has that: so there are few names."""
    names = relocated_names()
    check("malloc" in names, f"a list of names: {sorted(names)}")
    check_equal(sorted(name for name in names if name not in OTHERS and not REPLACED.match(name)), [], "names that programs may have")


@case
def own_names(directory):
    program = compile("own_names.c", directory / "own_names", "-rdynamic", "-fno-builtin")
    bare = run([program], directory)
    check_equal(bare.outcome, (0, "mine\n", ""), "unrecorded")
    for sampled in (None, "1"):
        done = record([program], directory, MPROF_SAMPLE=sampled)
        check_equal(done.outcome, bare.outcome, f"recorded, MPROF_SAMPLE={sampled}")
        pairs = counted(report(done.trace(), "-f", "counted_*"))["counted_pairs"]
        check(pairs == (100, 5050) or sampled and pairs[0] > 0, f"allocations: {pairs}")
        for trace in done.traces():
            trace.unlink()


@case
def own_names_with_a_word(directory):
    """The line at the end is written too."""
    program = compile("own_names.c", directory / "own_names", "-rdynamic", "-fno-builtin")
    done = record([program, "once"], directory, MPROF_QUIET=None)
    check_equal((done.returncode, done.stdout), (0, "mine\n"), "recorded")
    check("mprof report" in done.stderr, f"standard error: {done.stderr!r}")


@case
def thread_sanitizer(directory):
    """Its functions stand in for libc's, and call each other before they are ready."""
    try:
        program = compile("thread_pairs.c", directory / "thread_pairs", "-fsanitize=thread")
    except AssertionError as failed:
        raise Skip("no ThreadSanitizer") from failed
    bare = run([program], directory)
    if bare.returncode != 0:
        raise Skip(f"ThreadSanitizer does not run here: {bare.stderr}")
    done = record([program], directory)
    check_equal(done.outcome, bare.outcome, "recorded")


PLUGINS = {
    "shared": [],
    "static": ["-static-libstdc++", "-static-libgcc"],
    "own": ["-DOWN"],
    "symbolic": ["-DOWN", "-Wl,-Bsymbolic"],
    "static_own": ["-DOWN", "-static-libstdc++", "-static-libgcc"],
}


@case
def plugins_in_a_c_program(directory):
    """C++ comes with a plugin: its operators are what its own scope has, and do what they do there."""
    host = compile("plugin_host.c", directory / "host")
    for kind, flags in PLUGINS.items():
        plugin = compile("cxx_plugin.cpp", directory / f"{kind}.so", "-shared", "-fPIC", *flags)
        bare = run([host, plugin], directory)
        check_equal((bare.returncode, bare.stderr), (0, ""), f"{kind}, unrecorded")
        check_equal(record([host, plugin], directory).outcome, bare.outcome, f"{kind}, recorded")


@case
def plugins_of_a_c_program_are_recorded(directory):
    host = compile("plugin_host.c", directory / "host")
    plugin = compile("cxx_plugin.cpp", directory / "plugin.so", "-shared", "-fPIC")
    _, figures = record_and_report([host, plugin], directory, ["-f", "counted_*"])
    made = {name: allocations for name, (allocations, _) in counted(figures).items()}
    below = sum(row["allocations"] for row in lines_of(figures, "counted_strings").values())
    check(below >= 10, f"allocations below counted_strings: {below}; sites: {made}")


run_cases()
