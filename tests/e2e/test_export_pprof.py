"""What Go's pprof says of our profiles, and what other readers of that format need."""

import gzip
import json
import os
import re
import subprocess

from export_traces import EVIL_NAMES, trace_of, totals_of, traces
from harness import MPROF, case, check, check_equal, compile, environment, mprof, needs, record, run, run_cases

TYPES = {"alloc_objects/count": "allocations", "alloc_space/bytes": "allocated_bytes", "temporary_objects/count": "temporary_allocations",
         "peak_objects/count": "peak_blocks", "peak_space/bytes": "peak_bytes", "inuse_objects/count": "live_blocks", "inuse_space/bytes": "live_bytes"}


def exported(directory, trace, *options, name="out"):
    path = directory / f"{name}.pb.gz"
    done = mprof("export", "-o", path, *options, trace)
    check_equal(done.returncode, 0, f"export {trace}: {done.stderr}")
    return path


def pprof(*arguments):
    go = needs("go")
    done = run([go, "tool", "pprof", *arguments], ".", HOME="/tmp", PPROF_TMPDIR="/tmp")
    check_equal(done.returncode, 0, f"pprof {arguments}: {done.stderr}")
    return done.stdout


def raw_sums(path):
    """{type: sum over samples}, the default type, and all of it as text."""
    text = pprof("-raw", path)
    types, rows = re.search(r"^Samples:\n(.*)\n((?:.*\n)*)Locations$", text, re.M).groups()
    values = [list(map(int, match.group(1).split())) for match in re.finditer(r"^ *((?:\d+ +)+\d+|\d+): ", rows, re.M)]
    sums = [sum(column) for column in zip(*values)] or [0] * len(types.split())
    usual = [name for name in types.split() if name.endswith("[dflt]")]
    return dict(zip(types.replace("[dflt]", "").split(), sums)), usual, text


@case
def sums_of_all_kinds(directory):
    for kind, trace in traces():
        totals = totals_of(trace)
        sums, usual, text = raw_sums(exported(directory, trace))
        check_equal(sums, {name: totals[key] for name, key in TYPES.items()}, kind)
        check_equal(usual, ["peak_space/bytes[dflt]"], f"{kind}: default type")
        mapping = re.search(r"^1: (\S+ )?.*\[FN\]\[FL\]\[LN\]\[IN\]$", text, re.M)
        check(mapping and ("program" in mapping.group(0) or "stripped" in mapping.group(0)), f"{kind}: mapping 1 is the executable: {text[-2000:]}")


@case
def the_functions_that_report_has(directory):
    for kind in ("templates", "recursion", "rust", "ledger"):
        trace = trace_of(kind)
        top = pprof("-top", "-nodecount=0", "-nodefraction=0", "-unit=B", "-sample_index=peak_space", exported(directory, trace))
        rows = [line.split(None, 5) for line in top.splitlines() if re.match(r" *\S+ +\S+% +\S+% .*% +\S", line)]
        flat = {row[5].removesuffix(" (inline)").removesuffix(" (partial-inline)"): (int(row[0].removesuffix("B")), int(row[3].removesuffix("B"))) for row in rows}
        mine = {}
        for row in json.loads(mprof("functions", "--format", "json", trace).stdout)["functions"]:
            mine.setdefault(row["function"], []).append((row["self"]["peak_bytes"], row["total"]["peak_bytes"]))
        alone = {name: values[0] for name, values in mine.items() if len(values) == 1 and any(values[0])}
        check_equal({name: flat.get(name) for name in alone}, alone, kind)


@case
def inlined_frames_are_of_one_place(directory):
    text = pprof("-raw", exported(directory, trace_of("leaks")))
    check(re.search(r"^ +\d+: 0x[0-9a-f]+ M=1 xmalloc \S*leaks.c:\d+ s=\d+\n +parse \S*leaks.c:\d+ s=\d+\n", text, re.M), text)
    text = pprof("-raw", exported(directory, trace_of("recursion")))
    paths = [line.split(": ")[1].split() for line in text.splitlines() if re.match(r" +\d.*: \d+ \d+", line)]
    check(max(len(path) for path in paths) > 100 and max(len(set(path)) for path in paths) < 10, "a recursive call is one place")


@case
def hostile_names(directory):
    path = exported(directory, trace_of("evil"))
    text = pprof("-raw", path)
    check("a;b (3)' x=\"9\"" in text and "back\\slash" in text and EVIL_NAMES["longest"].decode() in text, "names that are text")
    check("\x1b" not in text and "fn=x \ufffd[31m <&\ufffd" in text, text[:2000])
    check(EVIL_NAMES["other"] not in gzip.decompress(path.read_bytes()), "bytes that are no UTF-8")


@case
def types_and_labels(directory):
    trace = trace_of("threads")
    tags = pprof("-tags", exported(directory, trace))
    check(re.search(r"thread: Total", tags) and re.search(r"(main )?thread \d+", tags) and re.search(r"bytes: Total", tags), tags)
    for sort, usual in (("leaked", "inuse_space/bytes[dflt]"), ("allocations", "alloc_objects/count[dflt]"), ("temporary", "temporary_objects/count[dflt]")):
        check_equal(raw_sums(exported(directory, trace, "--sort", sort))[1], [usual], sort)
    focused = pprof("-top", "-tagfocus=bytes=1kb:", "-sample_index=alloc_space", "-unit=B", exported(directory, trace_of("evil")))
    check("84700B" in focused, focused)


@case
def parts_of_a_run(directory):
    trace = trace_of("moments")
    for options in (("--at", "peak"), ("--at", "half"), ("--from", "half"), ("--min-size", "1000"), ("-f", "keep_rows"), ("--ignore", "keep_rows")):
        sites = json.loads(mprof("sites", "--format", "json", *options, trace).stdout)["sites"]
        sums, _, _ = raw_sums(exported(directory, trace, *options))
        check_equal(sums["peak_space/bytes"], sum(site["peak_bytes"] for site in sites), f"{options}")
        check_equal("temporary_objects/count" in sums, options[0] not in ("--at", "--from"), f"{options}: what is not known is not there")


@case
def small_parts_are_summed_up(directory):
    for kind in ("moments", "recursion"):
        trace, totals = trace_of(kind), totals_of(trace_of(kind))
        sums, _, text = raw_sums(exported(directory, trace, "--min-share", "60"))
        check_equal(sums, {name: totals[key] for name, key in TYPES.items()}, kind)
        check("(other)" in text, kind)


@case
def differences(directory):
    program = compile("churn.c", directory / "churn", "-O1")
    paths = []
    for name, trace in (("a", record([program, "1", "100"], directory).trace()), ("b", trace_of("leaks"))):
        paths.append(exported(directory, trace, name=name))
    a, b = (totals_of(trace)["allocated_bytes"] for trace in (next(directory.glob("churn.*.mprof")), trace_of("leaks")))
    text = pprof("-top", "-unit=B", "-sample_index=alloc_space", f"-diff_base={paths[1]}", paths[0])
    check(f"Total samples = {b}B" in text or f"of {b}B total" in text, text)
    text = pprof("-top", "-unit=B", "-sample_index=alloc_space", f"-diff_base={paths[0]}", paths[0])
    check("Showing nodes accounting for 0" in text and a > 0, text)


@case
def same_bytes_and_no_terminal(directory):
    trace = trace_of("moments")
    check_equal(exported(directory, trace, name="one").read_bytes(), exported(directory, trace, name="two").read_bytes(), "two exports")
    terminal, end = os.openpty()
    done = subprocess.run([MPROF, "export", "--format", "pprof", "-o", "-", trace], stdout=end, stderr=subprocess.PIPE, env=environment(), text=True)
    os.close(end)
    os.close(terminal)
    check_equal((done.returncode, done.stderr.count("\n"), "--format pprof is no text" in done.stderr), (2, 1, True), done.stderr)


run_cases()
