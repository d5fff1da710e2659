#!/usr/bin/env python3
"""What recording costs: mprof, heaptrack (where it is installed) and no recorder at all, in turn.

Per workload and recorder, medians over the rounds: million events recorded per second of wall time, CPU added per
event in ns (of the program alone; of everything it takes, helpers included), bytes per event on disk, peak RSS of the
program (at least this runner's own, by the kernel's way of counting) and of its helpers in MiB.  An event is one
block that came into being or ended, as mprof counts them; "true" has none, and shows what a run costs in all.
"""

import argparse
import collections
import ctypes
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
HEAPTRACK_LIBRARIES = ("/usr/lib/heaptrack/libheaptrack_preload.so", "/usr/lib/x86_64-linux-gnu/heaptrack/libheaptrack_preload.so")
HEAPTRACK_INTERPRETERS = ("/usr/lib/heaptrack/libexec/heaptrack_interpret",
                          "/usr/lib/x86_64-linux-gnu/heaptrack/libexec/heaptrack_interpret")
SQL = """create table t(a integer primary key, b text);
with recursive c(n) as (select 1 union all select n + 1 from c where n < 400000)
    insert into t select n, printf('%d-%x', n * 7919 % 1000003, n) from c;
create index i on t(b); select count(*), max(b) from t;"""
PYTHON = ("import json\nfor i in range(12):\n    d = {str(k): [k, str(k) * 3] for k in range(20000)}\n"
          "    json.loads(json.dumps(d))")

Sample = collections.namedtuple("Sample", "wall cpu all_cpu rss helper_rss disk")


def workloads(build):
    bench = build / "tests/bench"
    listed = {
        "pair, depth 10": ([bench / "pairs", "20", "10"], {}),
        "pair, depth 40": ([bench / "pairs", "20", "40"], {}),
        "random live set": ([bench / "live_set", "5", "1"], {}),
        "live sets, 2 threads": ([bench / "live_set", "3", "2"], {}),
        "C++ maps": ([bench / "maps", "40"], {}),
        "sqlite3": (["sqlite3", ":memory:", SQL], {}),
        "python3": (["/usr/bin/python3", "-c", PYTHON], {"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "0"}),
        "true": (["/bin/true"], {}),
    }
    return {name: value for name, value in listed.items() if shutil.which(str(value[0][0]))}


def first_existing(paths):
    return next((path for path in paths if os.path.exists(path)), None)


def wait_for_all(program):
    """(seconds until the program ended, {pid: rusage}) of it and of all that it left behind."""
    started, ended, usages = time.monotonic(), None, {}
    while True:
        try:
            pid, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return ended - started, usages
        usages[pid] = usage
        if pid == program:
            ended = time.monotonic()
            if status:
                sys.exit(f"a program of the benchmark failed with wait status {status}")


def spawn(argv, env):
    """Not subprocess: that would reap behind our back."""
    null = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in range(3)]
    return os.posix_spawn(shutil.which(str(argv[0])), [str(a) for a in argv], env, file_actions=null)


def measure(recorder, argv, env, directory, build):
    env = {**os.environ, **env}
    output = pathlib.Path(directory) / "trace"
    if recorder == "mprof":
        env |= {"LD_PRELOAD": str(build / "preload/libmprof.so"), "MPROF_OUT": str(output)}
    elif recorder == "heaptrack":
        fifo = pathlib.Path(directory) / "fifo"
        fifo.unlink(missing_ok=True)
        os.mkfifo(fifo)
        spawn(["/bin/sh", "-c", f"{first_existing(HEAPTRACK_INTERPRETERS)} < {fifo} | gzip -c > {output}"], env)
        env |= {"LD_PRELOAD": first_existing(HEAPTRACK_LIBRARIES), "DUMP_HEAPTRACK_OUTPUT": str(fifo)}
    program = spawn(argv, env)
    wall, usages = wait_for_all(program)
    cpu = {pid: usage.ru_utime + usage.ru_stime for pid, usage in usages.items()}
    helpers = [usage.ru_maxrss / 1024 for pid, usage in usages.items() if pid != program]
    return Sample(wall, cpu[program], sum(cpu.values()), usages[program].ru_maxrss / 1024, max(helpers, default=0),
                  output.stat().st_size if output.exists() else 0)


def count_events(directory, build):
    done = subprocess.run([build / "reporter/mprof", "report", "--format", "json", f"{directory}/trace"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mprof report: {done.stderr}")
    totals = json.loads(done.stdout)["totals"]
    return totals["allocations"] + totals["frees"]


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def print_workload(name, events, samples):
    bare = samples["bare"]
    for recorder, taken in samples.items():
        row = [f"{name:22}", f"{recorder:10}", f"{events / 1e6:8.2f}", f"{median(taken, 'wall'):7.2f}",
               f"{events / median(taken, 'wall') / 1e6:9.2f}"]
        for field in ("cpu", "all_cpu"):
            base = median(bare, "cpu")
            extra = (median(taken, field) - base) / events * 1e9
            row.append(f"{median(taken, field) / events * 1e9:9.1f}" if recorder == "bare" else f"{extra:+9.1f}")
        row += [f"{median(taken, 'disk') / events:9.4f}", f"{median(taken, 'rss'):8.1f}", f"{median(taken, 'helper_rss'):8.1f}"]
        print(" ".join(row), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build", type=pathlib.Path, help="build directory (default: build)")
    parser.add_argument("--rounds", default=3, type=int, help="runs of each (default: 3)")
    parser.add_argument("--only", default="", help="workloads whose name contains this")
    options = parser.parse_args()
    build = options.build.resolve()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # the drainer's rusage becomes ours to collect
    recorders = ["bare", "mprof"]
    if first_existing(HEAPTRACK_LIBRARIES) and first_existing(HEAPTRACK_INTERPRETERS):
        recorders.append("heaptrack")
    else:
        print("heaptrack is not installed: not compared")
    print(f"{'workload':22} {'recorder':10} {'M events':>8} {'wall s':>7} {'M ev/s':>9} {'ns/ev':>9} {'+helpers':>9} "
          f"{'B/event':>9} {'RSS MiB':>8} {'helpers':>8}")
    for name, (argv, env) in workloads(build).items():
        if options.only not in name:
            continue
        samples = {recorder: [] for recorder in recorders}
        for _ in range(options.rounds):
            for recorder in recorders:
                with tempfile.TemporaryDirectory() as directory:
                    samples[recorder].append(measure(recorder, argv, env, directory, build))
                    if recorder == "mprof":
                        events = count_events(directory, build)
        print_workload(name, max(events, 1), samples)


main()
