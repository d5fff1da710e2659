#!/usr/bin/env python3
"""What objects cost with rgc, CPython's C API, C++'s shared_ptr, the Boehm collector and Lua (and malloc): the same work,
in turn.

Each case runs in a process of its own, all of them alternating for some rounds; the table has the least CPU ns per object
(per call for hit and miss) of all rounds, as whatever else the machine does only adds to it, for e and e2 the pauses
of young (Boehm: of all) collections, average and longest, and the memory that the process has at the end, for f and sizes when
all has been dropped, for weak when nothing has: medians of the rounds.
  a     make one object and drop it, 10 million times
  b     1 million pairs that refer to each other, found by automatic collection
  c     a ring of 1 million, found by one collection
  d     drop a binary tree of depth 20 (Lua: forget it, collect; Boehm, in c too: mark it, as it sweeps later)
  e     4 million pairs as in b, beside 5 million live objects
  e2    the same beside 0.5 million live pairs, where every fourth new pair takes the place of one chosen at random:
        garbage in all generations, and a heap that has aged
  f     drop a list of 10 million
  full  one full collection of 5 million live objects, per object
  hit   a memoized call whose result is there; miss: one that takes the place of another
  sizes a million objects of 32 bytes made and dropped, then as many of 48, and so on to 144
  weak  make a weak reference to each of a million objects; weakend: drop these, and let the weak references be
  sort  a list of a million integers that are random; sortcall: for rgc, with a function that compares, which CPython's
        C API cannot have; rising, falling: that are in order, or the other way round, per item
  text  look up a C string in a dictionary of 16
  json  records as a JSON decoder makes them (dictionaries, a list, strings, an integer, floats), a million objects;
        jsondrop: drop all of them, per object
  dictlist  a dictionary of lists, 4 million random steps: look up, append, replace, delete; dictlistdrop: drop it, per step
  words how often each word of 2 million comes, in a dictionary of new string objects
  lru   a million entries in a dictionary and a list linked both ways, with a weak reference each, and as many that are
        moved to its front; lrudrop: take them all out, and drop the weak references
  bytes memory per object, all that it owns included, of as many of each kind as there are: those below
"""

import argparse
import collections
import pathlib
import statistics
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = SOURCE / "tests/bench/gc"
PACKAGES = "apt-get install -y --no-install-recommends gcc g++ pkg-config python3-dev libgc-dev liblua5.4-dev"
CASES = "a b c d e e2 f full hit miss sizes weak weakend sort sortcall rising falling text json jsondrop dictlist dictlistdrop words lru lrudrop bytes".split()
KINDS = ["int", "float", "str of 10", "list of 4", "dict of 4", "dict of 8", "set of 4", "target and weak reference"]
MODULES = {"rgc": None, "cpython": "python3-embed", "shared_ptr": None, "boehm": "bdw-gc", "lua": "lua5.4", "malloc": None}
COUNTED = {*CASES[CASES.index("hit"):]}  # there is no such thing for the others
LACKS = {"shared_ptr": {"b", "c", "e", "e2", "full", "hit", "miss", "sortcall"}, "boehm": {"f"} | COUNTED, "lua": COUNTED,
         "malloc": set(CASES) - {"sizes"}}
LIMIT_S = 60

# (case, rival, at least so many times faster than it)
GOALS = [("a", "cpython", 3.4), ("b", "cpython", 3.3), ("c", "cpython", 3), ("d", "cpython", 4), ("f", "cpython", 3.4),
         ("e", "cpython", 3), ("hit", "cpython", 4), ("weak", "cpython", 2), ("weakend", "cpython", 2),
         ("sort", "cpython", 1.5), ("rising", "cpython", 1), ("falling", "cpython", 1), ("text", "cpython", 3),
         ("json", "cpython", 2), ("jsondrop", "cpython", 1.5), ("dictlist", "cpython", 2), ("dictlistdrop", "cpython", 1.5), ("words", "cpython", 2),
         ("lru", "cpython", 2), ("lrudrop", "cpython", 2), ("a", "boehm", 1), ("b", "boehm", 1), ("d", "boehm", 1),
         ("e", "boehm", 1)]
PAUSE_GOAL = 100
RESIDENT_GOAL = 1.3  # of CPython's
KIND_GOAL = 1.05  # the same of each kind in `bytes`, as arenas are 2 MiB


def flags_of(module):
    done = subprocess.run(["pkg-config", "--cflags", "--libs", module], capture_output=True, text=True)
    return done.stdout.split() if done.returncode == 0 else None


def build(build_directory, directory):
    """{name: program}, of those whose packages are there."""
    programs = {}
    for name, module in MODULES.items():
        if module:
            flags = flags_of(module)
            if flags is None:
                print(f"{name}: skipped, no {module}; all of them: {PACKAGES}", file=sys.stderr)
                continue
        else:
            flags = [f"-I{SOURCE / 'include'}", str(build_directory / "gc/librgc.a"), "-pthread"] if name == "rgc" else []
        programs[name] = directory / name
        source, = PROGRAMS.glob(f"{name}.c*")
        compiler = ["gcc"] if source.suffix == ".c" else ["g++", "-std=c++20"]
        subprocess.run([*compiler, "-O2", "-D_GNU_SOURCE", str(source), "-o", str(programs[name]), *flags, "-lm"], check=True)
    return programs


def measure(programs, cases, rounds, scale):
    """{(case, name): [ns, average pause, longest pause] or [ns, resident bytes]}, where there are some; of "bytes", those of each kind."""
    samples = collections.defaultdict(list)
    for _ in range(rounds):
        for case in cases:
            for name, program in programs.items():
                if case in LACKS.get(name, ()):
                    continue
                try:
                    done = subprocess.run([str(program), case, str(scale)], capture_output=True, text=True, timeout=LIMIT_S)
                except subprocess.TimeoutExpired:
                    print(f"{name}, {case}: no end after {LIMIT_S} s", file=sys.stderr)
                    continue
                if done.returncode != 0:
                    sys.exit(f"{name}, {case}: exit {done.returncode}: {done.stderr}")
                samples[case, name].append([float(word) for word in done.stdout.split()[1:]])
    return {key: [min(ns), *map(statistics.median, pauses)] for key, rows in samples.items() for ns, *pauses in [zip(*rows)]}


def rows_of(results, programs, cases):
    yield ["ns per object", *programs]
    for case in cases:
        if case == "bytes":
            continue
        yield [case] + [f"{results[case, n][0]:.1f}" if (case, n) in results else "-" for n in programs]
    for case in ("e", "e2"):
        for column, name in ((1, "average"), (2, "longest")) if case in cases else ():
            yield [f"{case}: pause, {name} ms"] + [
                f"{results[case, n][column] / 1e6:.3f}" if len(results.get((case, n), ())) > column else "-" for n in programs]
    for case in ("f", "sizes", "weak"):
        if case in cases:
            yield [f"{case}: memory at the end, MiB"] + [
                f"{results[case, n][1] / 2**20:.1f}" if len(results.get((case, n), ())) > 1 else "-" for n in programs]
    for column, kind in enumerate(KINDS) if "bytes" in cases else ():
        yield [f"bytes: {kind}"] + [f"{results['bytes', n][column]:.0f}" if ("bytes", n) in results else "-" for n in programs]


def goals_of(results):
    yield ["goal", "limit", "measured", "met"]
    for case, rival, factor in GOALS:
        if (case, rival) in results and (case, "rgc") in results:
            ratio = results[case, rival][0] / results[case, "rgc"][0]
            yield [f"{case}, faster than {rival}", f">= {factor} x", f"{ratio:.1f} x", "yes" if ratio >= factor else "no"]
    if ("e", "boehm") in results and ("e", "rgc") in results and results["e", "rgc"][1] > 0:
        ratio = results["e", "boehm"][1] / results["e", "rgc"][1]
        yield ["e, shorter average pause than boehm", f">= {PAUSE_GOAL} x", f"{ratio:.0f} x", "yes" if ratio >= PAUSE_GOAL else "no"]
    if ("sizes", "cpython") in results and ("sizes", "rgc") in results:
        ratio = results["sizes", "rgc"][1] / results["sizes", "cpython"][1]
        yield ["sizes, memory of cpython's", f"<= {RESIDENT_GOAL} x", f"{ratio:.2f} x", "yes" if ratio <= RESIDENT_GOAL else "no"]
    for kind, own, rival in zip(KINDS, results.get(("bytes", "rgc"), ()), results.get(("bytes", "cpython"), ())):
        yield [f"bytes: {kind}, of cpython's", f"<= {KIND_GOAL} x", f"{own / rival:.2f} x", "yes" if own <= KIND_GOAL * rival else "no"]


def print_table(rows, markdown):
    rows = [[str(cell) for cell in row] for row in rows]
    if markdown:
        rows.insert(1, ["---"] + ["---:"] * (len(rows[0]) - 1))
        print("\n".join("| " + " | ".join(row) + " |" for row in rows))
    else:
        widths = [max(map(len, column)) for column in zip(*rows)]
        for first, *others in rows:
            print(first.ljust(widths[0]), *[cell.rjust(width) for cell, width in zip(others, widths[1:])], sep="  ")
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"Packages: {PACKAGES}",
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build", help="where librgc.a has been built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=int, default=1000000, help="objects per million (less: a smoke test)")
    parser.add_argument("--only", action="append", choices=CASES, help="this case (may be repeated)")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    cases = [case for case in CASES if not options.only or case in options.only]
    with tempfile.TemporaryDirectory(prefix="gc-compare-") as directory:
        programs = build(options.build.resolve(), pathlib.Path(directory))
        results = measure(programs, cases, options.rounds, options.scale)
    print_table(rows_of(results, programs, cases), options.markdown)
    print_table(goals_of(results), options.markdown)


if __name__ == "__main__":
    main()
