#!/usr/bin/env python3
"""What recording costs: mprof, heaptrack, jemalloc's and gperftools' heap profilers and no recorder at all, in turn.

Debian's packages, those that are missing are skipped with a line:

    apt-get install --no-install-recommends heaptrack zstd libjemalloc2 libjemalloc-dev libgoogle-perftools4 \\
        google-perftools sqlite3 python3 git redis-server gcc rustc jq nodejs openjdk-17-jdk-headless

HEAPTRACK=FOLDER adds a heaptrack that was built and installed there.  Each round runs every recorder once on a workload.
At the end stand the goals, met or not: no timing decides the exit status, which is 0 when every workload could be
measured.
"""

import argparse
import functools
import pathlib
import re
import sys

import goals
import measure
import recorders
import results
import table
import workloads

COUNT_DIFFERS = 0.001  # what threads and the C library allocate beside a program that counts its own events


def say(text):
    print(text, flush=True)


class Bench:
    def __init__(self, options, inputs):
        self.options = options
        build = options.build.resolve()
        if not (build / "tests/bench/usage").exists():
            sys.exit(f"{build} has no benchmark programs: configure it with -Dbench=true -Dtests=enabled and build it")
        self.measurer = measure.Measurer(build / "tests/bench/usage", options.timeout)
        self.mprof = recorders.Mprof(build)
        self.recorders = self._choose_recorders(recorders.all_recorders(build))
        self.workloads = self._choose_workloads(workloads.all_workloads(build / "tests/bench", inputs))

    def _choose_recorders(self, known):
        wanted = [name.strip() for name in self.options.recorders.split(";")] if self.options.recorders else None
        if wanted and set(wanted) - {recorder.name for recorder in known}:
            sys.exit(f"recorders are: {'; '.join(recorder.name for recorder in known)}")
        chosen = [r for r in known if not wanted or r.name in wanted or r.name == "bare"]
        return [recorder for recorder in chosen if not self._skipped(recorder.name, recorder.missing(self.measurer))]

    def _choose_workloads(self, known):
        chosen = [w for w in known if any(part in w.name for part in self.options.only.split(";"))]
        return [workload for workload in chosen if not self._skipped(workload.name, workload.missing())]

    def _skipped(self, name, reason):
        if reason:
            say(f"{name} is left out: {reason}")
        return reason

    def small(self, recorder):
        return self.options.quick or recorder.slow

    def run(self, recorder, workload, size, directory, **more):
        drive = functools.partial(workload.drive, thousands=size) if workload.drive else None
        try:
            return self.measurer.run(workload.command(size), directory, measure.environment(**workload.env),
                                     recorder.environment(directory), recorder.helpers(directory), drive, **more)
        finally:
            recorder.verify(directory)  # a program that died may have died of its recorder: that is the better reason

    def count_events(self, workload, size):
        """By a recording that is not measured; it also warms the caches."""
        if workload.prepare:
            workload.prepare(size)
        if workload.start_up:
            return 0
        with measure.scratch() as directory:
            with open(directory / "stdout", "wb") as stdout:
                self.run(self.mprof, workload, size, directory, stdout=stdout)
            events = self.mprof.count_events(directory)
            with open(directory / "stdout", "rb") as stdout:
                own = re.fullmatch(rb"(\d+) events\n", stdout.read(64))
        if own and abs(events - int(own[1])) > max(int(own[1]) * COUNT_DIFFERS, 100):
            sys.exit(f"{workload.name} says {int(own[1])} events, mprof {events}")
        return events

    def record(self, recorder, workload, size, cell, last):
        try:
            with measure.scratch() as directory:
                cell.runs.append(self.run(recorder, workload, size, directory))
                cell.disk = sum(path.stat().st_size for path in recorder.outputs(directory))
                if last and not workload.start_up:
                    self.report(recorder, workload, size, directory, cell)
        except measure.Failed as reason:
            cell.failure = str(reason)

    def report(self, recorder, workload, size, directory, cell):
        """A report that fails, or takes for ever, is left out; the recording counts."""
        program = workloads.path_of(workload.command(size)[0])
        for what, argv in recorder.reports(directory, program).items():
            try:
                with measure.scratch() as elsewhere:
                    cell.reports[what] = self.measurer.run(argv, elsewhere, measure.environment())
            except measure.Failed as reason:
                say(f"{recorder.name}'s report of {workload.name}: {reason}")
                return

    def compare(self, workload):
        comparison = results.Comparison(workload)
        chosen = [recorder for recorder in self.recorders if recorder.takes(workload)]
        groups = {}  # whether small -> {recorder: its cell}, bare first
        for recorder in chosen:
            group = groups.setdefault(self.small(recorder), {})
            group.setdefault(chosen[0], results.Cell())
            group.setdefault(recorder, results.Cell())
        for small, group in groups.items():
            size = workload.small if small else workload.full
            self._measure_group(workload, size, group)
            for recorder, cell in group.items():
                comparison.bare[recorder.name] = group[chosen[0]]
                comparison.cells.setdefault(recorder.name, cell)
        comparison.cells = {recorder.name: comparison.cells[recorder.name] for recorder in chosen}
        comparison.bare["bare"] = comparison.cells["bare"]
        return comparison

    def _measure_group(self, workload, size, group):
        events = self.count_events(workload, size)
        for cell in group.values():
            cell.events = events
        for number in range(self.options.rounds * workload.repeats):
            for recorder, cell in group.items():
                if not cell.failure:
                    self.record(recorder, workload, size, cell, number == self.options.rounds * workload.repeats - 1)

    def slow_names(self):
        return [r.name for r in self.recorders if r.slow and not self.options.quick]


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", type=pathlib.Path, help="build directory (default: build)")
    parser.add_argument("--rounds", default=3, type=int, help="runs of each (default: 3)")
    parser.add_argument("--only", default="", help="workloads whose name contains one of these, separated by ';'")
    parser.add_argument("--recorders", default="", help="names, separated by ';' (default: all; bare always runs)")
    parser.add_argument("--timeout", default=180, type=float, help="seconds for one run or report (default: 180)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--quick", action="store_true", help="small inputs for all")
    return parser.parse_args()


def compare_all(bench, markdown):
    """({workload's name: results.Comparison}, whether all could be measured); prints each as soon as it is known."""
    comparisons, kind = {}, None
    for workload in bench.workloads:
        try:
            comparison = bench.compare(workload)
        except measure.Failed as reason:
            say(f"{workload.name} is left out: {reason}, recorded by mprof to count its events")
            continue
        comparisons[workload.name] = comparison
        say(table.render(comparison, bench.slow_names(), markdown, header=workload.start_up != kind))
        kind = workload.start_up
    return comparisons, len(comparisons) == len(bench.workloads)


def main():
    options = parse_options()
    with measure.scratch() as inputs:
        comparisons, whole = compare_all(Bench(options, inputs), options.markdown)
    lines = goals.judge_all(comparisons)
    say(f"\n{table.FOOTNOTES}\n")
    if options.quick:
        say("The inputs were small: what a recording and a report cost at all weighs too much in these ratios.\n")
    say("\n".join(f"    {line}" for line in lines) if options.markdown else "\n".join(lines))
    return 0 if whole else 1


sys.exit(main())
