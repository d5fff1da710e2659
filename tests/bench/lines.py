#!/usr/bin/env python3
"""What a visit of a traced line costs, beside one of Python's memory_profiler: ns of CPU of the program, and with its
drainer; the least of several alternating runs.

memory_profiler is Debian's python3-memory-profiler; without it that row is left out.  The size of traces stands beside: hot loops that
allocate nothing write nothing.
"""

import argparse
import pathlib
import sys

import measure

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BY_PYTHON = """
@profile
def visited(rounds):
    total = 0
    for i in range(rounds):
        total += i
visited({rounds})
"""


VISITS = {"plain": 2, "allocating": 3}  # of a round


def measure_all(measurer, build, rounds, times, folder):
    """By name: ns a visit of the program, and with its drainer; bytes of the trace.  The least of each."""
    best = {}
    for _ in range(times):
        for what, lines in VISITS.items():
            for how, variables in (("bare", None), ("recorded", {}), ("traced", {"MPROF_LINES": "visited*"})):
                trace = folder / f"{what}.mprof"
                trace.unlink(missing_ok=True)
                shim = {} if variables is None else {"LD_PRELOAD": build / "preload/libmprof.so", "MPROF_QUIET": "1", "MPROF_OUT": trace, **variables}
                usage = measurer.run([build / "tests/bench/visits", rounds, what], folder, measure.environment(), only_program=shim)
                taken = [seconds * 1e9 / (rounds * lines) for seconds in (usage.cpu, usage.all_cpu)] + [trace.stat().st_size if trace.exists() else 0]
                name = f"{what}, {how}"
                best[name] = list(map(min, best.get(name, taken), taken))
    return best


def by_memory_profiler(measurer, rounds, folder):
    """ns a line of Python."""
    script = folder / "visited.py"
    seconds = []
    for count in (0, rounds):
        script.write_text(BY_PYTHON.format(rounds=count))
        seconds.append(measurer.run(["/usr/bin/python3", "-m", "memory_profiler", script], folder, measure.environment()).cpu)
    return (seconds[1] - seconds[0]) * 1e9 / (2 * rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    parser.add_argument("--rounds", type=int, default=20_000_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    build = options.build.resolve()
    if not (build / "tests/bench/visits").exists():
        sys.exit(f"{build} has no benchmark programs: configure it with -Dbench=true -Dtests=enabled and build it")
    measurer = measure.Measurer(build / "tests/bench/usage", 600)
    with measure.scratch() as folder:
        found = measure_all(measurer, build, options.rounds, options.times, folder)
        print(f"{'':22} {'ns/visit':>9} {'added':>7} {'and drainer':>12} {'trace B':>8}")
        for name, (ns, all_ns, size) in found.items():
            bare = found[name.split(",")[0] + ", bare"][0]
            print(f"{name:22} {ns:9.1f} {ns - bare:7.1f} {all_ns - bare:12.1f} {size:8}", flush=True)
        try:
            python = by_memory_profiler(measurer, max(options.rounds // 2000, 1), folder)
        except measure.Failed:
            print("memory_profiler is left out: python3-memory-profiler is not installed")
            return
    added = found["plain, traced"][0] - found["plain, bare"][0]
    print(f"{'memory_profiler':22} {python:9.1f}   {python / added:.0f} times what a traced line adds")


main()
