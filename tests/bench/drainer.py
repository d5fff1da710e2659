#!/usr/bin/env python3
"""What an event costs the drainer: instructions, and misses of a core's caches, as cachegrind has them.

These do not swing with whoever else uses the machine, as times do.  A program that runs ahead of its drainer, which
Valgrind makes slow, waits for it; so records come in other portions than else, and loops' rounds in shorter ones.

    tests/bench/drainer.py --build build --only 'sqlite3;redis;cc1'
    tests/bench/drainer.py --build build --drainer other/reporter/drain/mprof-drain    # another one, of the same traces

Small inputs; what starting and ending the drainer takes is among it.
"""

import argparse
import functools
import pathlib
import shutil
import sys

import measure
import recorders
import workloads

CACHES = ("--D1=32768,8,64", "--LL=524288,8,64")  # of one core of many of today's: the second level stands for the last
COLUMNS = {"instructions": ("Ir",), "L1 misses": ("D1mr", "D1mw"), "L2 misses": ("DLmr", "DLmw"), "mispredicted": ("Bcm", "Bim")}


def wrapped(directory, drainer):
    """A command that runs the drainer under cachegrind, and where that writes what it counted."""
    command, counted = directory / "drainer", directory / "counted"
    command.write_text(f"#!/bin/sh\nexec valgrind -q --tool=cachegrind --cache-sim=yes --branch-sim=yes {' '.join(CACHES)} "
                       f"--cachegrind-out-file='{counted}' '{drainer}' \"$@\"\n")
    command.chmod(0o700)
    return command, counted


def read_counted(path):
    """{event: sum}, or Failed: the drainer did not come to its end."""
    names, sums = [], []
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("events:"):
            names = line.split()[1:]
        elif line.startswith("summary:"):
            sums = list(map(int, line.split()[1:]))
    if not sums:
        raise measure.Failed("cachegrind counted nothing")
    return dict(zip(names, sums))


def count(measurer, mprof, drainer, workload):
    """(events, what cachegrind counted)."""
    size = workload.small
    if workload.prepare:
        workload.prepare(size)
    with measure.scratch() as directory:
        command, counted = wrapped(directory, drainer)
        drive = functools.partial(workload.drive, thousands=size) if workload.drive else None
        measurer.run(workload.command(size), directory, measure.environment(**workload.env, MPROF_DRAINER=command),
                     mprof.environment(directory), mprof.helpers(directory), drive)
        return mprof.count_events(directory), read_counted(counted)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", type=pathlib.Path, help="build directory (default: build)")
    parser.add_argument("--drainer", type=pathlib.Path, help="mprof-drain (default: the build's)")
    parser.add_argument("--only", default="", help="workloads whose name contains one of these, separated by ';'")
    parser.add_argument("--timeout", default=600, type=float, help="seconds for one run (default: 600)")
    return parser.parse_args()


def main():
    options = parse_options()
    build = options.build.resolve()
    drainer = (options.drainer or build / "reporter/drain/mprof-drain").resolve()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    measurer, mprof, failed = measure.Measurer(build / "tests/bench/usage", options.timeout), recorders.Mprof(build), False
    print(f"{'an event':24}{'events':>10}" + "".join(f"{name:>14}" for name in COLUMNS), flush=True)
    with measure.scratch() as inputs:
        for workload in workloads.all_workloads(build / "tests/bench", inputs):
            if workload.start_up or workload.missing() or not any(part in workload.name for part in options.only.split(";")):
                continue
            try:
                events, counted = count(measurer, mprof, drainer, workload)
            except measure.Failed as reason:
                print(f"{workload.name:24}{reason}", flush=True)
                failed = True
                continue
            figures = (sum(counted[name] for name in names) / events for names in COLUMNS.values())
            print(f"{workload.name:24}{events:10}" + "".join(f"{figure:14.1f}" for figure in figures), flush=True)
    return 1 if failed else 0


sys.exit(main())
