"""What reports take from the trace's summary or keep for one another is what a replay says, and no replay is needed."""

import os
import random
import signal
import struct
import subprocess
import time

from harness import (SHIM, case, check, check_equal, compile, drainers_of, environment, mprof, needs, record, report, run_cases,
                     wait_for)

BLOCK_EVENTS, BLOCK_SUMMARY, BLOCK_END, BLOCK_MOVES, BLOCK_INTERVALS, BLOCK_BREAKDOWN = 7, 12, 13, 14, 19, 20  # trace/format.h
HEADER = struct.Struct("<HHIII")
MANY = "60000"  # pairs: enough events to be worth keeping what a replay of them says


def blocks(data):
    """(kind, offset of the header, offset behind the payload) of each block."""
    at, = struct.unpack_from("<H", data, 10)
    while at + HEADER.size <= len(data):
        kind, _, stored, _, _ = HEADER.unpack_from(data, at)
        yield kind, at, at + HEADER.size + stored
        at += HEADER.size + stored


def kinds(trace):
    return [kind for kind, _, _ in blocks(trace.read_bytes())]


def without_summary(trace):
    """Takes out what the drainer summed up: only a replay can tell then."""
    wait_for(lambda: BLOCK_END in kinds(trace), 10, "the end of the trace")
    data = trace.read_bytes()
    drop = [(start, end) for kind, start, end in blocks(data) if kind in (BLOCK_SUMMARY, BLOCK_MOVES)]
    trace.write_bytes(data[:drop[0][0]] + data[drop[-1][1]:])


def spoil_events(trace):
    """Makes a replay impossible: whoever still reports has not read the events."""
    data = bytearray(trace.read_bytes())
    for kind, start, end in blocks(bytes(data)):
        if kind == BLOCK_EVENTS:
            data[end - 1] ^= 1
    trace.write_bytes(data)


def same(known, replayed, what):
    """Equal but for the time of the peak, which a replay has to interpolate."""
    times = known["totals"].pop("peak_time_ns"), replayed["totals"].pop("peak_time_ns")
    check(abs(times[0] - times[1]) < 2e6, f"{what}: peak times {times}")
    check_equal(known, replayed, what)


def pairs(directory, *arguments):
    done = record([compile("many_pairs.c", directory / "pairs", "-O1"), *(arguments or [MANY])], directory)
    check_equal(done.returncode, 0, "exit status")
    return done.trace()


def cache(directory):
    kept = directory / "cache" / "mprof"
    return sorted(path.name for path in kept.iterdir()) if kept.exists() else []


def equals_replay(trace, *arguments):
    known = report(trace, *arguments)
    check(BLOCK_SUMMARY in kinds(trace) and BLOCK_MOVES in kinds(trace), "the trace has a summary")
    same(known, report(trace, "--replay", *arguments), f"{trace.name} {arguments}")


@case
def summary_equals_replay(directory):
    program = compile("ledger.c", directory / "ledger", "-O1")
    for arguments in ([], ["threads"]):
        done = record([program, *arguments], directory)
        for shown in (["-f", "ledger_*"], [], ["--sort", "temporary", "--top", "2"], ["--sort", "leaked"]):
            equals_replay(done.trace(), *shown)


@case
def of_interpreters_too(directory):
    done = record([needs("python3"), "-S", "-c", "import json; json.dumps(list(range(1000)))"], directory, PYTHONMALLOC="malloc")
    equals_replay(done.trace())


@case
def no_replay_where_there_is_a_summary(directory):
    trace = pairs(directory)
    whole = report(trace, XDG_CACHE_HOME="/dev/null")
    spoil_events(trace)
    done = mprof("peak", "--format", "json", trace)
    check(done.returncode == 0 and str(whole["totals"]["peak_bytes"]) in done.stdout, f"peak: {done.stdout} {done.stderr}")
    check_equal(mprof("peak", "--sites", "3", trace).returncode, 0, "sites without events")
    check_equal(mprof("peak", "--replay", trace).returncode, 2, "exit status of a replay of spoilt events")
    check_equal(report(trace, XDG_CACHE_HOME="/dev/null"), whole, "line tables, visits and all, without events")
    check_equal(report(trace, "-f", "main", XDG_CACHE_HOME="/dev/null")["totals"], whole["totals"], "other functions")


@case
def a_second_report_needs_no_events(directory):
    trace = pairs(directory)
    without_summary(trace)
    options = {"XDG_CACHE_HOME": directory / "cache"}
    first = report(trace, **options)
    check_equal(len(cache(directory)), 1, "files kept")
    spoil_events(trace)
    check_equal(report(trace, **options), first, "the second report")
    for other in (["-f", "main"], ["--sort", "leaked"], ["--file", "*many_pairs.c"]):
        report(trace, *other, **options)
    moved = trace.rename(directory / "moved.mprof")
    check_equal(report(moved, **options)["functions"], first["functions"], "the trace under another name")
    check_equal(mprof("report", moved, XDG_CACHE_HOME=directory / "elsewhere").returncode, 2, "without what was kept")


@case
def what_is_kept_is_of_one_trace(directory):
    options = {"XDG_CACHE_HOME": directory / "cache"}
    one, other = pairs(directory), pairs(directory, "70000")
    without_summary(one), without_summary(other)
    report(one, **options)
    same(report(other, **options), report(other, "--replay", **options), "another trace of the same program")
    check_equal(len(cache(directory)), 2, "files kept")
    check_equal(mprof("rm", one, **options).returncode, 0, "mprof rm")
    check_equal(len(cache(directory)), 1, "files kept after rm")
    check_equal(mprof("clean", directory=directory, **options).returncode, 0, "mprof clean")
    check_equal(cache(directory), [], "files kept after clean")


@case
def damaged_files_are_as_good_as_absent(directory):
    trace = pairs(directory)
    without_summary(trace)
    options = {"XDG_CACHE_HOME": directory / "cache"}
    first = report(trace, **options)
    kept = directory / "cache" / "mprof" / cache(directory)[0]
    good = kept.read_bytes()
    random.seed(4713)
    for number in range(40):
        bad = bytearray(good)
        if number % 4:
            bad[random.randrange(len(bad))] ^= 1 << random.randrange(8)
        else:
            bad = bad[:random.randrange(len(bad))]
        kept.write_bytes(bad)
        check_equal(report(trace, **options), first, f"report with damage {number}")
        check_equal(kept.read_bytes(), good, f"made anew after damage {number}")


@case
def without_a_place_to_keep(directory):
    trace = pairs(directory)
    without_summary(trace)
    first = report(trace, XDG_CACHE_HOME=directory / "cache")
    (directory / "file").touch()
    (directory / "full").mkdir()
    (directory / "full" / "mprof").symlink_to("/proc")
    for place in (directory / "file", directory / "full", "/dev/null", "relative"):
        done = mprof("report", "--format", "json", trace, XDG_CACHE_HOME=place, HOME=None, directory=directory)
        check_equal((done.returncode, done.stderr), (0, ""), f"with {place}")
    check_equal(report(trace, XDG_CACHE_HOME=None, HOME=directory / "home"), first, "home that is not there")


@case
def bounded(directory):
    trace = pairs(directory)
    without_summary(trace)
    store = directory / "cache" / "mprof"
    store.mkdir(parents=True)
    for number in range(400):
        (store / f"{number:016x}-figures").write_bytes(bytes(10))
        os.utime(store / f"{number:016x}-figures", (number, number))
    report(trace, XDG_CACHE_HOME=directory / "cache")
    left = cache(directory)
    check_equal(len(left), 256, "files kept")
    check(f"{399:016x}-figures" in left and f"{0:016x}-figures" not in left, "the oldest go first")


@case
def cut_off_before_the_end(directory):
    trace = pairs(directory)
    whole = report(trace)
    data = trace.read_bytes()
    for kind, start, _ in list(blocks(data)):
        if kind in (BLOCK_SUMMARY, BLOCK_MOVES, BLOCK_BREAKDOWN, BLOCK_INTERVALS, BLOCK_END):
            trace.write_bytes(data[:start])
            figures = report(trace, XDG_CACHE_HOME=directory / "cache")
            check(not figures["complete"], "a trace without END is not complete")
            check_equal(figures["totals"]["peak_bytes"], whole["totals"]["peak_bytes"], f"peak without block {kind}")
            check_equal(figures["functions"], whole["functions"], f"lines without block {kind}")
            check_equal(cache(directory), [], "nothing is kept of a trace that may go on")
    check_equal(kinds(trace)[-4:], [BLOCK_SUMMARY, BLOCK_MOVES, BLOCK_BREAKDOWN, BLOCK_INTERVALS], "the last cut was behind the summary")


@case
def after_a_killed_drainer(directory):
    program = compile("commits.c", directory / "commits")
    options = {"XDG_CACHE_HOME": directory / "cache"}
    for number in range(5):
        process = subprocess.Popen([program, directory / "counters"], cwd=directory, stdin=subprocess.DEVNULL,
                                   env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"), start_new_session=True)
        wait_for(lambda: drainers_of(process.pid), 10, "a drainer")
        time.sleep(0.7)  # a commit is behind it
        os.kill(drainers_of(process.pid)[0], signal.SIGKILL)
        time.sleep(0.05)
        process.kill()
        process.wait()
        trace = next(directory.glob(f"*.{process.pid}.mprof"))
        first = report(trace, timeout=300, **options)
        check(BLOCK_END in kinds(trace) and BLOCK_SUMMARY not in kinds(trace), "recovered, without a summary")
        check_equal(report(trace, "--replay", timeout=300, **options), first, "a replay")
        spoil_events(trace)
        check_equal(report(trace, timeout=300, **options), first, "the second report")
        trace.unlink()


@case
def children_of_a_fork(directory):
    """Their frees of what they inherited are named by the parent's trace: the summary alone does not do."""
    done = record([compile("fork_then_alloc.c", directory / "forks")], directory)
    check(len(done.traces()) >= 2, "traces of parent and child")
    for trace in done.traces():
        same(report(trace), report(trace, "--replay"), trace.name)


run_cases()
