"""What a program tells of its collector, types and caches, against the ledger that it keeps itself: to the object and byte."""

import csv
import io
import json

from harness import case, check, check_equal, compile, lines_of, mprof, record, report, run, run_cases

SUM = ("line", "collections", "candidates", "collected", "uncollectable", "freed_bytes", "pause_ns", "longest_pause_ns")
TYPE = ("allocations", "peak_blocks", "peak_bytes", "leaked_blocks", "leaked_bytes", "freed_by_collector_blocks",
        "freed_by_collector_bytes")
SITE = ("line", "freed_by_collector_blocks", "freed_by_collector_bytes", "freed_otherwise_blocks", "freed_otherwise_bytes")


def gc(trace, *arguments):
    done = mprof("gc", "--format", "json", *arguments, trace)
    check_equal((done.returncode, done.stderr), (0, ""), "mprof gc")
    return json.loads(done.stdout)


def pick(row, keys):
    return [row[key] for key in keys]


def check_generations(found, ledger):
    check_equal([row["generation"] for row in found["generations"]], [0, 1, 2], "generations")
    for row in found["generations"]:
        check_equal(pick(row, SUM[1:]), ledger[str(row["generation"])][1:], f"generation {row['generation']}")
        check_equal(row["mean_pause_ns"], row["pause_ns"] // row["collections"], "mean pause")


def check_lines(found, ledger):
    """A collection within another one counts where the outer one was called: a collector is no line of its own."""
    rows = {row["line"]: row for row in found["lines"]}
    for name in ("work_young", "work_old", "nested"):
        row = rows.pop(ledger[name][0])
        check_equal(pick(row, SUM), ledger[name], name)
        check_equal(row["function"], name if name != "nested" else "work_old", f"function of {name}")
    rest = [row["function"] for row in rows.values()]
    check_equal(rest, ["main"], "the collector beside a thread is called by main")
    pauses = [row["pause_ns"] for row in found["lines"]]
    check_equal(pauses, sorted(pauses, reverse=True), "order of lines")


def check_rest(found, ledger):
    for name in ("pair", "text"):
        (row,) = [row for row in found["types"] if row["type"] == name]
        check_equal(pick(row, TYPE), ledger[name], f"type {name}")
    check_equal(len(found["types"]), 2, "types")
    for name in ("from_pool", "from_heap"):
        (row,) = [row for row in found["sites"] if row["function"] == name]
        check_equal(pick(row, SITE), ledger[name], f"site {name}")
    check_equal(found["caches"], [{"cache": "names", "entries": 7, "hits": 70, "misses": 30, "size_bytes": 4096},
                                  {"cache": "paths", "entries": 3, "hits": 40, "misses": 10, "size_bytes": 1 << 20}],
                "caches")


def check_report(trace, ledger):
    figures = report(trace)
    total = sum(ledger[str(generation)][1] for generation in range(3))
    check_equal(figures["totals"]["collections"], total, "collections in all")
    check_equal(len(figures["collections"]), total, "collections")
    check_equal(sum(c["freed_bytes"] for c in figures["collections"]), sum(ledger[str(g)][5] for g in range(3)), "given back")
    times = [c["time_ns"] for c in figures["collections"]]
    check_equal(times, sorted(times), "order of collections")
    for name in ("work_young", "work_old", "nested"):
        row = lines_of(figures, "work_old" if name == "nested" else name)[ledger[name][0]]
        check_equal(pick(row, ("collections", "collected_objects", "collected_bytes", "pause_ns", "longest_pause_ns")),
                    [ledger[name][i] for i in (1, 3, 5, 6, 7)], f"line of {name}")
        same = [c for c in figures["collections"] if c["line"] == ledger[name][0]]
        check_equal([len(same), sum(c["collected"] for c in same)], [ledger[name][1], ledger[name][3]], f"collections at {name}")
    sites = {site["function"]: site for site in figures["sites"]}
    for name in ("from_pool", "from_heap"):
        check_equal(pick(sites[name], SITE[:3]), ledger[name][:3], f"site {name} of the report")
    check("types" not in figures and "pair" not in sites, "types are no call sites")
    return figures


def compare(directory, *flags, cc="gcc"):
    program = compile("gc.c", directory / "gc", *flags, cc=cc)
    bare = run([program], directory)
    check_equal((bare.returncode, bare.stderr), (0, ""), "bare")
    ledger = json.loads(bare.stdout)
    for setting in ("0", "1"):
        place = directory / setting
        place.mkdir()
        done = record([program], place, MPROF_AGGREGATE=setting)
        check_equal(done.outcome, bare.outcome, "the program's own output")
        found = gc(done.trace())
        check_generations(found, ledger)
        check_lines(found, ledger)
        check_rest(found, ledger)
        check_report(done.trace(), ledger)
        if setting == "0":
            check_equal(gc(done.trace(), "--replay"), found, "a replay says the same as the drainer")
    return done.trace(), ledger


@case
def not_optimised(directory):
    compare(directory, "-O0")


@case
def optimised(directory):
    compare(directory, "-O2")


@case
def optimised_by_clang(directory):
    compare(directory, "-O2", cc="clang")


@case
def text_and_csv(directory):
    trace, ledger = compare(directory, "-O1")
    text = mprof("gc", trace).stdout
    for word in ("Collections by generation", "Longest pauses", "Tracked blocks by type", "work_young", "80.0%", "40.0 us"):
        check(word in text, f"{word} in {text}")
    rows = list(csv.DictReader(io.StringIO(mprof("gc", "--format", "csv", trace).stdout)))
    check_equal([int(row["collected"]) for row in rows], [ledger[str(g)][3] for g in range(3)], "generations as CSV")
    rows = list(csv.DictReader(io.StringIO(mprof("gc", "--format", "csv", "--table", "collections", trace).stdout)))
    check_equal(len(rows), sum(ledger[str(g)][1] for g in range(3)), "collections as CSV")
    tables = mprof("report", trace).stdout.splitlines()
    notes = [line for line in tables if line.lstrip().startswith("^ ")]
    check_equal(len(notes), 3, f"notes below lines: {notes}")
    check("5 collections of generation 0: 45 objects, 3.8 KiB given back; paused 15.0 us, 5.0 us at most" in notes[0], notes[0])
    check("2 collections of generations 0 to 1" in notes[2], notes[2])
    above = tables[tables.index(notes[0]) - 1]
    check(above.split()[0] == str(ledger["work_young"][0]), f"the note's line: {above}")


@case
def paths_of_typed_blocks_end_with_the_type(directory):
    program = compile("gc.c", directory / "gc")
    trace = record([program], directory).trace()
    dumped = mprof("dump", "--frames", "--format", "json", trace)
    events = [json.loads(line) for line in dumped.stdout.splitlines()]
    types = [event["frames"][0]["type"] for event in events if event["type"] == "alloc" and "type" in event["frames"][0]]
    check_equal(set(types), {"pair", "text"}, "types on call paths")
    collected = sum(event["freed_by"] == "collector" for event in events)
    ledger = json.loads(run([program], directory).stdout)
    check_equal(collected, ledger["from_pool"][1] + ledger["from_heap"][1], "frees by the collector")
    check("    [pair]\n" in mprof("dump", "--frames", trace).stdout, "types in text")


@case
def nothing_to_tell(directory):
    done = record([compile("ends.c", directory / "ends"), "return"], directory)
    shown = mprof("gc", done.trace())
    check_equal((shown.returncode, shown.stdout.count("\n")), (0, 1), f"one line: {shown.stdout}")
    found = gc(done.trace())
    check(all(found[name] == [] for name in ("generations", "lines", "collections", "sites", "types", "caches")), found)


@case
def wrong_options(directory):
    for arguments in (("--table", "pauses", "--format", "csv"), ("--table", "lines"), ("a", "b")):
        done = mprof("gc", *arguments, directory=directory)
        check_equal((done.returncode, done.stderr.count("\n")), (2, 1), f"mprof gc {arguments}: {done.stderr}")


run_cases()
