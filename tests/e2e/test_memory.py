"""What drainer and report hold of a program that never goes the same way twice."""

import os
import pathlib
import subprocess

from harness import BUILD, MPROF, SOURCE, case, check, compile, environment, record, report, run_cases

MIB = 1 << 20
THOUSANDS = 200
PATHS = THOUSANDS * 1000
DRAINER = BUILD / "reporter/drain/mprof-drain"


def peak_bytes(argv):
    """The most memory that a program held."""
    process = subprocess.Popen([str(a) for a in argv], env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    check(process.returncode == 0, f"{argv}: exit {process.returncode}: {errors!r}")
    return usage.ru_maxrss * 1024


def session_of(pid):
    """The session that a process without a drainer has left."""
    found = list(pathlib.Path("/dev/shm").glob(f"mprof.{os.getuid()}.{pid}.*"))
    found = [path for path in found if path.suffix != ".live"]
    check(len(found) == 1, f"sessions of pid {pid}: {found}")
    return found[0]


def check_paths(directory, how, places):
    """Blocks of that many places; drains, then reports."""
    program = compile(SOURCE / "tests/bench/paths.c", directory / "paths", "-O2")
    done = record([program, THOUSANDS, 10, how], directory, MPROF_DRAINER="/bin/true")
    check(done.returncode == 0, f"{done.stderr}")
    drainer = peak_bytes([DRAINER, session_of(done.pid)])
    trace = done.trace()
    shown = peak_bytes([MPROF, "report", trace])
    totals = report(trace)["totals"]
    check(totals["allocations"] >= PATHS, f"all was recorded: {totals}")
    nodes = 6 * PATHS  # at least
    timeline = 60 * places  # what a path was when the open interval began, and entries
    check(drainer <= 32 * MIB + 24 * nodes + 160 * places + timeline, f"{how}: the drainer held {drainer / MIB:.0f} MiB")
    check(shown <= 32 * MIB + 400 * PATHS, f"{how}: the report held {shown / MIB:.0f} MiB")
    check(totals["recorder_bytes"] <= totals["peak_rss_bytes"], f"the recorder is a part of the process: {totals}")
    print(f"# {how}: drainer {drainer / MIB:.0f} MiB, report {shown / MIB:.0f} MiB")


@case
def blocks_freed_where_they_were_allocated(directory):
    check_paths(directory, "pair", 2 * PATHS)


@case
def blocks_freed_by_one_line(directory):
    check_paths(directory, "freed", PATHS)


@case
def blocks_that_are_kept(directory):
    check_paths(directory, "kept", PATHS)


run_cases()
