"""MPROF_SAMPLE: estimates against the exact figures of the same program, each within its stated error.

Errors are given for 95 %, so 1.96 sigma; figures here may be 6 sigma off, which chance does once in 10^9.  Programs
that do the same in every run get a seed too, and so the same samples: they cannot fail by chance at all.
"""

import json
import pathlib
import re
import subprocess
import time

from harness import (BUILD, MPROF, SHIM, case, check, check_equal, compile, drainers_of, environment, mprof, needs, record, report,
                     run, run_cases, wait_for)

SIGMAS = 6 / 1.96
TOTALS = {"allocations": "blocks_error", "frees": "blocks_error", "leaked_blocks": "blocks_error",
          "temporary_allocations": "blocks_error", "allocated_bytes": "allocated_bytes_error",
          "peak_bytes": "peak_bytes_error", "leaked_bytes": "leaked_bytes_error"}
SITE = {"allocated_bytes": "allocated_bytes_error", "peak_bytes": "peak_bytes_error", "leaked_bytes": "leaked_bytes_error"}
PYTHON = "/usr/bin/python3"


def within(estimate, exact, errors, what, slack=0):
    for name, error in errors.items():
        off, allowed = estimate[name] - exact[name], SIGMAS * estimate[error] + slack * exact[name]
        check(abs(off) <= allowed, f"{what}: {name} {estimate[name]} +/- {estimate[error]}, really {exact[name]}")


def recorded(argv, directory, sample, arguments=(), **options):
    place = directory / f"sample-{sample}"
    place.mkdir()
    done = record(argv, place, timeout=300, MPROF_SAMPLE=sample, MPROF_SAMPLE_SEED="12345", **options)
    figures = report(done.trace(), *arguments, timeout=300)
    check_equal((figures["complete"], figures["lost_events"]), (True, 0), f"{sample}: complete, lost events")
    check_equal(figures["totals"]["unmatched_frees"], 0, f"{sample}: unmatched frees")
    return done, figures


def largest(figures, name, count=5):
    sites = sorted(figures["sites"], key=lambda site: -site[name])[:count]
    return {(site["function"], site["file"], site["line"]): site for site in sites}


def compare_sites(found, exact, name, sample, sample_bytes):
    """What is wrong with the greatest sites by one figure."""
    found = {(s["function"], s["file"], s["line"]): s for s in found["sites"]}
    faults = []
    for place, site in largest(exact, name).items():
        try:
            check(place in found or site[name] < 20 * sample_bytes, f"{sample}: {place} is among the sites")
            if place in found:
                within(found[place], site, {name: SITE[name]}, f"{sample}: {place}")
        except AssertionError as fault:
            faults.append(str(fault))
    return faults


def compare(argv, directory, samples, other_sites=0, **options):
    """Functions that hand memory on are found by what was recorded of them: so many sites of a program that has some may differ."""
    exact_run, exact = recorded(argv, directory, None, **options)
    check_equal(exact["sample_bytes"], 0, "exact: mean interval")
    check(not any(exact["totals"][error] for error in TOTALS.values()), "exact figures have no error")
    for sample, sample_bytes in samples.items():
        done, figures = recorded(argv, directory, sample, **options)
        check_equal(done.outcome, exact_run.outcome, f"{sample}: exit status and output")
        check_equal(figures["sample_bytes"], sample_bytes, "mean interval")
        within(figures["totals"], exact["totals"], TOTALS, f"{sample}: totals")
        replayed = report(done.trace(), "--replay", timeout=300)
        for name in TOTALS:
            check_equal(replayed["totals"][name], figures["totals"][name], f"{sample}: {name} of a replay")
        for name in SITE:
            faults = compare_sites(figures, exact, name, sample, sample_bytes)
            check(len(faults) <= other_sites, "; ".join(faults))
    return exact


@case
def every_kind_of_block(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    exact = compare([program], directory, {"1KiB": 1024, "16KiB": 16384, "256K": 262144, "512KiB": 524288})
    check_equal(exact["totals"]["temporary_allocations"] >= 40000, True, "temporary blocks")


@case
def lines_and_the_child(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    exact_run, exact = recorded([program], directory, None, ["-f", "counted_*"])
    done, figures = recorded([program], directory, "16KiB", ["-f", "counted_*"])
    tables = {f["function"]: {row["line"]: row for row in f["lines"]} for f in figures["functions"]}
    compared = 0
    for function in exact["functions"]:
        for row in function["lines"]:
            if row["allocated_bytes"] + row["freed_bytes"] < 100 * 16384:
                continue
            within(tables[function["function"]][row["line"]], row,
                   {"increment_bytes": "increment_bytes_error", "peak_bytes": "peak_bytes_error",
                    "leaked_bytes": "leaked_bytes_error", "mem_bytes": "mem_bytes_error"},
                   f"{function['function']}:{row['line']}")
            compared += 1
    check(compared >= 7, f"lines with figures: {compared}")
    exact_child, child = ([report(trace) for trace in one.traces() if trace != one.trace()] for one in (exact_run, done))
    check_equal((len(exact_child), len(child)), (1, 1), "children's traces")
    check_equal((child[0]["complete"], child[0]["sample_bytes"]), (True, 16384), "the child is sampled, too")
    check_equal(child[0]["totals"]["unmatched_frees"], 0, "unmatched frees of the child")
    # The exact child knows by its parent's trace what it frees; those are nobody's own blocks.
    within(child[0]["totals"], exact_child[0]["totals"],
           {name: TOTALS[name] for name in ("allocations", "allocated_bytes", "leaked_bytes")}, "child")


@case
def the_same_seed_gives_the_same_samples(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    totals = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (directory / name).mkdir()
        done = record([program], directory / name, MPROF_SAMPLE="64KiB", MPROF_SAMPLE_SEED=seed)
        totals.append(report(done.trace())["totals"])
    same = ("allocations", "frees", "allocated_bytes", "peak_bytes", "leaked_bytes", "temporary_allocations")
    check_equal([totals[1][name] for name in same], [totals[0][name] for name in same], "figures, same seed")
    check([totals[2][name] for name in same] != [totals[0][name] for name in same], "another seed samples others")


TYPE = {"peak_bytes": "peak_bytes_error", "leaked_bytes": "leaked_bytes_error", "freed_by_collector_bytes": "freed_by_collector_bytes_error"}
COLLECTED_SITE = {"freed_by_collector_bytes": "freed_by_collector_bytes_error", "freed_otherwise_bytes": "freed_otherwise_bytes_error"}


def collected(done):
    """Rows of two tables of mprof gc, by type and by function."""
    found = json.loads(mprof("gc", "--format", "json", done.trace()).stdout)
    return {row["type"]: row for row in found["types"]}, {row["function"]: row for row in found["sites"]}


@case
def types_and_what_collectors_freed(directory):
    program = compile("rgc_owned.c", directory / "rgc_owned", "-O1", str(BUILD / "gc/librgc.a"))
    exact_run, _ = recorded([program], directory, None)
    done, _ = recorded([program], directory, "4KiB")
    (exact, exact_sites), (types, sites) = collected(exact_run), collected(done)
    large = [name for name, row in exact.items() if max(row[figure] for figure in TYPE) > 20 * 4096]
    check(set(large) > {"rgc_list", "rgc_dict", "rgc_set", "rgc_lru_cache", "ring"}, f"types: {large}")
    for name in large:
        check(not any(exact[name][error] for error in TYPE.values()), "exact figures have no error")
        within(types[name], exact[name], TYPE, name)
        check(all(types[name][error] > 0 for error in TYPE.values()), f"{name}: estimates have errors")
    check_equal(list(exact_sites), ["make_rings"], "sites whose blocks were collected")
    within(sites["make_rings"], exact_sites["make_rings"], COLLECTED_SITE, "a site")
    for run, count in ((exact_run, 0), (done, 5)):
        check_equal(mprof("gc", run.trace()).stdout.count("+/- 95%"), count, "margins in text")


@case
def blocks_freed_by_other_threads(directory):
    program = compile("cross_thread_free.c", directory / "cross_thread_free")
    for sample, sample_bytes in (("1", 1), ("4KiB", 4096), ("64KiB", 65536)):
        _, figures = recorded([program], directory, sample, ["-f", "counted_*"])
        volume, totals = 2 * sum(16 + i % 300 for i in range(50000)), figures["totals"]
        # The C library asks for some besides, for threads and streams.
        check(abs(totals["allocated_bytes"] - volume) <= SIGMAS * totals["allocated_bytes_error"] + 8000,
              f"{sample}: {totals['allocated_bytes']} bytes allocated, really {volume}")
        check(abs(totals["allocations"] - 100000) <= SIGMAS * totals["blocks_error"] + 20, f"{sample}: {totals['allocations']}")
        leaked = sum(row["leaked_bytes"] for function in figures["functions"] for row in function["lines"])
        check_equal(leaked, 0, f"{sample}: every sampled block was seen to end")


@case
def sqlite3(directory):
    sql = ("create table t(a integer primary key, b text); with recursive c(n) as (select 1 union all select n + 1 from c "
           "where n < 200000) insert into t select n, printf('%d-%x', n * 7919 % 1000003, n) from c; "
           "create index i on t(b); select count(*), max(b) from t;")
    compare([needs("sqlite3"), ":memory:", sql], directory, {"64KiB": 65536, "512KiB": 524288})


@case
def python3(directory):
    script = ("import json\nfor i in range(3):\n    d = {str(k): [k, str(k) * 3] for k in range(20000)}\n"
              "    print(len(json.loads(json.dumps(d))))")
    compare([PYTHON, "-S", "-c", script], directory, {"64KiB": 65536, "512KiB": 524288}, other_sites=2,
            PYTHONMALLOC="malloc", PYTHONHASHSEED="0")


LARGE = """#include <stdlib.h>
#include <string.h>
static char *volatile held;
int main(int argc, char **argv) {
    (void)argc;
    for (int i = 0; i < 2000; i++) { held = malloc(1000); free(held); }
    held = malloc((size_t)atoi(argv[1]) << 20);
    memset(held, 1, (size_t)atoi(argv[1]) << 20);
    return 0;
}
"""


@case
def blocks_that_cannot_be_missed(directory):
    """What is not known of them is only what small blocks may have been there besides."""
    (directory / "large.c").write_text(LARGE)
    program = compile(directory / "large.c", directory / "large", "-O1", "-Wno-unused-result")
    unseen, traces = 4 * 524288, {}
    for mebibytes in (10, 15, 40):
        (directory / str(mebibytes)).mkdir()
        done, figures = recorded([program, mebibytes], directory / str(mebibytes), "512KiB", ["-f", "main"])
        traces[mebibytes], totals, size = done.trace(), figures["totals"], mebibytes << 20
        for name in ("peak", "leaked"):
            check(abs(totals[f"{name}_bytes"] - size) <= totals[f"{name}_bytes_error"], f"{mebibytes} MiB, {name}: {totals}")
            check(totals[f"{name}_bytes_error"] <= unseen, f"{mebibytes} MiB: {name} +/- {totals[f'{name}_bytes_error']}")
        site = max(figures["sites"], key=lambda site: site["peak_bytes"])
        row = max(figures["functions"][0]["lines"], key=lambda row: row["peak_bytes"] or 0)
        tree = json.loads(mprof("tree", "--format", "json", traces[mebibytes]).stdout)["total"]
        for part in (site, row, tree):
            check(abs(part["peak_bytes"] - size) <= part["peak_bytes_error"] <= unseen, f"{mebibytes} MiB: {part}")
    done = mprof("diff", traces[10], traces[15])
    check("No change to tell" not in done.stdout and re.search(r"^ *\+5\.0 MiB ", done.stdout, re.M), done.stdout)
    check(re.search(r"^Allocations: +\d+ \+/- \d+ -> \d+ \+/- \d+, ", done.stdout, re.M), done.stdout)
    for limit, status in (("45MiB", 0), ("35MiB", 1)):
        done = mprof("check", "--max-peak", limit, traces[40])
        check_equal(done.returncode, status, f"{limit}: {done.stdout}")


@case
def marks_are_always_there(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    done, _ = recorded([program], directory, "1T")
    check("2 notes" in mprof("dump", "--info", done.trace()).stdout, "a mark and a fork, whatever is sampled")


@case
def reports_say_so(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    done = run([MPROF, "run", "--sample", "64KiB", "-o", "sampled.mprof", "--", program], directory)
    check_equal((done.returncode, done.stdout), (0, "3\n"), "exit status and output")
    text = mprof("report", "sampled.mprof", directory=directory).stdout
    check("\nSampled:      one byte in 64 KiB" in text and "+/-" in text, text)
    check("64.0 KiB" in mprof("list", directory=directory).stdout, "list")
    record([program], directory)
    for words in (("list",), ("peak", "sampled.mprof", "0")):
        both = mprof(*words, directory=directory).stdout
        check("64.0 KiB" in both and " 0 B" not in both, f"beside one that is exact: {both}")
    rows = json.loads(mprof("peak", "--format", "json", "sampled.mprof", directory=directory).stdout)
    check_equal(rows[0]["sample_bytes"], 65536, "peak")
    check(rows[0]["peak_bytes_error"] > 0, "peak has an error")
    check("Sampled:    one byte in 65536" in mprof("dump", "--info", "sampled.mprof", directory=directory).stdout, "dump")


@case
def bad_values(directory):
    program = compile("sampled.c", directory / "sampled", "-O1")
    bare = run([program], directory)
    for value in ("half", "512kib", "-1", "2T", "1.5M"):
        done = record([program], directory, MPROF_SAMPLE=value)
        check_equal((done.returncode, done.stdout), (bare.returncode, bare.stdout), f"{value}: exit status and output")
        lines = [line for line in done.stderr.splitlines() if "MPROF_SAMPLE" in line]
        check(lines and all(line.startswith("mprof: the value of MPROF_SAMPLE must be ") for line in lines), done.stderr)
        check_equal(report(done.trace())["sample_bytes"], 0, f"{value}: recorded exactly")
        refused = run([MPROF, "run", "--sample", value, "--", program], directory)
        check_equal((refused.returncode, len(refused.stderr.splitlines())), (2, 1), f"--sample {value}: {refused.stderr}")


def wake_ups(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])


@case
def a_sample_now_and_then_is_not_waited_for(directory):
    """Several samples in each 10 ms, and a drainer that looks about every 20: a busy machine only makes it fewer."""
    script = "import time\nwhile True:\n    bytearray(4 << 20)\n    time.sleep(0.001)"
    process = subprocess.Popen([needs(PYTHON), "-S", "-c", script], cwd=directory, stdin=subprocess.DEVNULL,
                               env=environment(LD_PRELOAD=SHIM, MPROF_SAMPLE="64KiB", MPROF_QUIET="1"))
    try:
        wait_for(lambda: drainers_of(process.pid), 10, "a drainer")
        drainer = drainers_of(process.pid)[0]
        time.sleep(0.3)
        before, since = wake_ups(drainer), time.monotonic()
        time.sleep(1)
        rate = (wake_ups(drainer) - before) / (time.monotonic() - since)
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not drainers_of(process.pid), 10, "the drainer's end")
    totals = report(next(directory.glob("*.mprof")))["totals"]
    check(totals["allocations"] > 20, f"samples were taken: {totals}")
    check(rate < 200, f"{rate:.0f} wake-ups of the drainer in a second")


run_cases()
