#!/usr/bin/env python3
"""What drainer and report hold of a million call paths that are as good as never walked twice, and how long they take.

The program runs without a drainer; then one finishes its session, so that all of its time and memory is seen.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
WAYS = ("pair", "freed", "kept")  # see paths.c


def run(argv, **variables):
    """Of a program: its pid, what it wrote, its peak memory, its CPU seconds."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPROF_")}
    process = subprocess.Popen([str(a) for a in argv], env={**environment, **variables}, stdout=subprocess.PIPE, text=True)
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))}: exit {process.returncode}")
    return process.pid, out, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime


def measure(build, program, paths, depth, way, directory):
    recording = {"LD_PRELOAD": str(build / "preload/libmprof.so"), "MPROF_QUIET": "1", "MPROF_DRAINER": "/bin/true",
                 "MPROF_OUT": f"{directory}/{way}.mprof"}
    cache = {"XDG_CACHE_HOME": str(directory)}
    pid, *_ = run([program, paths // 1000, depth, way], **recording)
    session, = pathlib.Path("/dev/shm").glob(f"mprof.{os.getuid()}.{pid}.*")
    _, _, drainer, drainer_cpu = run([build / "reporter/drain/mprof-drain", session])
    _, info, *_ = run([build / "reporter/mprof", "dump", "--info", f"{directory}/{way}.mprof"])
    nodes = int(re.search(r"(\d+) call path nodes", info).group(1))
    _, _, report, report_cpu = run([build / "reporter/mprof", "report", f"{directory}/{way}.mprof"], **cache)
    _, _, replay, replay_cpu = run([build / "reporter/mprof", "report", "--replay", f"{directory}/{way}.mprof"], **cache)
    print(f"{way:6} {nodes:9} {drainer / MIB:9.0f} {drainer_cpu:6.1f} {report / MIB:9.0f} {report_cpu:6.1f} {replay / MIB:9.0f} "
          f"{replay_cpu:6.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--depth", type=int, default=10)
    options = parser.parse_args()
    build = options.build.resolve()
    program = build / "tests/bench/paths"
    if not program.exists():
        sys.exit(f"{build} has no benchmark programs: configure it with -Dbench=true -Dtests=true and build it")
    print("blocks     nodes   drainer  CPU s    report  CPU s    replay  CPU s   (MiB)")
    with tempfile.TemporaryDirectory() as directory:
        for way in WAYS:
            measure(build, program, options.paths, options.depth, way, pathlib.Path(directory))


main()
