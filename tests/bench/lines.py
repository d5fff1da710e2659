#!/usr/bin/env python3
"""What a visit of a traced line costs, beside one of Python's memory_profiler: ns of CPU of the program, the least of several alternating runs.

memory_profiler is Debian's python3-memory-profiler; without it that row is left out.  The size of traces stands beside: hot loops that
allocate nothing write nothing.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BY_PYTHON = """
@profile
def visited(rounds):
    total = 0
    for i in range(rounds):
        total += i
visited({rounds})
"""


def cpu_ns(argv, **variables):
    """CPU time of a program, and what it wrote."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPROF_")}
    process = subprocess.Popen([str(word) for word in argv], env={**environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        return None, out
    return (usage.ru_utime + usage.ru_stime) * 1e9, out


def measure(build, rounds, times, folder):
    """By name: ns a visit, and bytes of the trace."""
    program = build / "tests/bench/visits"
    shim = {"LD_PRELOAD": str(build / "preload/libmprof.so"), "MPROF_QUIET": "1"}
    best, bytes_of, visits = {}, {}, {}
    for _ in range(times):
        for what in ("plain", "allocating"):
            for how, variables in (("bare", {}), ("recorded", shim), ("traced", {**shim, "MPROF_LINES": "visited*"})):
                trace = folder / f"{what}.mprof"
                trace.unlink(missing_ok=True)
                ns, out = cpu_ns([program, rounds, what], MPROF_OUT=str(trace), **variables)
                name = f"{what}, {how}"
                best[name] = min(best.get(name, ns), ns)
                bytes_of[name] = trace.stat().st_size if trace.exists() else 0
                visits[what] = int(out)
    return {name: (ns / visits[name.split(",")[0]], bytes_of[name]) for name, ns in best.items()}


def by_memory_profiler(rounds, folder):
    """ns a line of Python; None: it is not installed."""
    script = folder / "visited.py"
    times = []
    for count in (0, rounds):
        script.write_text(BY_PYTHON.format(rounds=count))
        ns, _ = cpu_ns(["/usr/bin/python3", "-m", "memory_profiler", script])
        times.append(ns)
    return None if None in times else (times[1] - times[0]) / (2 * rounds)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    parser.add_argument("--rounds", type=int, default=20_000_000)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    build = options.build.resolve()
    if not (build / "tests/bench/visits").exists():
        sys.exit(f"{build} has no benchmark programs: configure it with -Dbench=true -Dtests=enabled and build it")
    with tempfile.TemporaryDirectory() as name:
        found = measure(build, options.rounds, options.times, pathlib.Path(name))
        python = by_memory_profiler(max(options.rounds // 2000, 1), pathlib.Path(name))
    print(f"{'':22} {'ns/visit':>9} {'added':>7} {'trace B':>8}")
    for name, (ns, size) in found.items():
        print(f"{name:22} {ns:9.1f} {ns - found[name.split(',')[0] + ', bare'][0]:7.1f} {size:8}")
    if python is None:
        print("memory_profiler is left out: python3-memory-profiler is not installed")
    else:
        added = found["plain, traced"][0] - found["plain, bare"][0]
        print(f"{'memory_profiler':22} {python:9.1f}   {python / added:.0f} times what a traced line adds")


main()
