"""Recordings that keep sums instead of events: they say the same, stay small, and have no events to dump."""

import json
import subprocess

from harness import PROGRAMS, SOURCE, case, check, check_equal, compile, mprof, needs, record, report, run_cases

TIMES = {"trace", "started_realtime_ns", "duration_ns", "peak_time_ns", "peak_rss_bytes", "recorder_bytes", "pid", "command", "aggregate"}
SQL = "create table t(a, b); with recursive c(n) as (select 1 union all select n + 1 from c where n < 20000) " \
      "insert into t select n, printf('%d', n) from c; create index i on t(b); select count(*) from t;"


def timeless(figures):
    if isinstance(figures, dict):
        return {key: timeless(value) for key, value in figures.items() if key not in TIMES}
    return [timeless(value) for value in figures] if isinstance(figures, list) else figures


def both(directory, argv, pick=None, status=0, **changes):
    """The trace of an exact and of an aggregate recording of the same program."""
    traces = []
    for name, setting in (("exact", "0"), ("aggregate", "1")):
        place = directory / name
        place.mkdir(exist_ok=True)
        done = record(argv, place, MPROF_AGGREGATE=setting, **changes)
        check_equal(done.returncode, status, f"{name}: exit status ({done.stderr})")
        traces.append(pick(done) if pick else done.trace())
    return traces


def check_same(traces, *arguments):
    exact, aggregate = (report(trace, *arguments) for trace in traces)
    check(exact["totals"]["allocations"] > 0, "events")
    check_equal((exact["aggregate"], aggregate["aggregate"]), (False, True), "aggregate")
    check_equal(timeless(aggregate), timeless(exact), "report of the aggregate recording")
    return exact


# Memory over time is kept as well: two small blocks per sample at most, and so many intervals at most, whatever the length.
SAMPLE_NS, SAMPLE_BYTES = 10_000_000, 72
INTERVALS, INTERVAL_BYTES = 257, 40


@case
def line_tables(directory):
    program = compile(SOURCE / "samples/my_function.c", directory / "my_function")
    figures = check_same(both(directory, [program]))
    check(any(function["function"] == "my_function" for function in figures["functions"]), "a table")


@case
def every_function_of_the_ledger(directory):
    program = compile("ledger.c", directory / "ledger", "-O0")
    check_same(both(directory, [program, "threads"]), "-f", "ledger_*")


@case
def sqlite(directory):
    check_same(both(directory, [needs("sqlite3"), ":memory:", SQL]))


@case
def a_childs_frees_of_inherited_blocks(directory):
    program = compile("fork_then_alloc.c", directory / "fork_then_alloc")

    def child(done):
        return next(trace for trace in sorted(done.directory.glob("*.mprof")) if f".{done.pid}." not in trace.name)
    traces = both(directory, [program], pick=child, status=3)
    exact = check_same(traces)
    check_equal(exact["totals"]["unmatched_frees"], 0, "unmatched frees")
    parent = next(traces[1].parent.glob("*.mprof"))
    check(parent.exists(), "the parent's trace")


@case
def size_does_not_grow_with_events(directory):
    program = compile("many_pairs.c", directory / "many_pairs")
    sizes, samples = [], []
    for pairs in ("200000", "4000000"):
        place = directory / pairs
        place.mkdir()
        trace = record([program, pairs], place, MPROF_AGGREGATE="1").trace()
        table = report(trace)
        check(table["totals"]["allocations"] >= int(pairs), "all allocations are counted")
        sizes.append(trace.stat().st_size)
        samples.append(table["duration_ns"] // SAMPLE_NS + 1)
    allowed = 512 + samples[1] * SAMPLE_BYTES + INTERVALS * INTERVAL_BYTES
    check(sizes[1] < sizes[0] + allowed, f"20 times the events took {sizes} bytes, where {allowed} more were for time")


@case
def there_are_no_events_to_dump(directory):
    program = compile("many_pairs.c", directory / "many_pairs")
    done = mprof("run", "--aggregate", "-o", directory / "t.mprof", "--", program, "1000")
    check_equal(done.returncode, 0, f"run ({done.stderr})")
    dumped = mprof("dump", directory / "t.mprof")
    check_equal((dumped.returncode, "--aggregate" in dumped.stderr, dumped.stderr.count("\n")), (2, True, 1),
                f"dump ({dumped.stderr})")
    check_equal(dumped.stdout, "", "output of a dump that is refused")
    replayed = mprof("report", "--replay", directory / "t.mprof")
    check_equal((replayed.returncode, "--aggregate" in replayed.stderr), (2, True), f"replay ({replayed.stderr})")
    check_equal(mprof("dump", "--info", directory / "t.mprof").returncode, 0, "dump --info")
    check(json.loads(mprof("peak", "--format", "json", directory / "t.mprof").stdout), "peak works")


run_cases()
