"""The heap over time as other tools read it: massif's snapshots by ms_print, memory_profiler's plots."""

import json
import re

from export_traces import trace_of, totals_of, traces
from harness import case, check, check_equal, mprof, needs, report, run, run_cases


def exported(directory, trace, ending, *options):
    path = directory / ("out" + ending)
    done = mprof("export", "-o", path, *options, trace)
    check_equal(done.returncode, 0, f"export {trace}: {done.stderr}")
    return path


def refused(words, *options):
    done = mprof("export", *options)
    check_equal((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), f"{options}: {done.stderr}")
    check(words in done.stderr, done.stderr)


def printed(path):
    """What ms_print says: rows of (bytes), the number of the peak, and the bytes of its tree."""
    done = run([needs("ms_print"), "--threshold=0", path], ".")
    check_equal((done.returncode, done.stderr), (0, ""), "ms_print")
    rows = [int(words[2].replace(",", "")) for line in done.stdout.splitlines() if re.fullmatch(r" *\d+( +[\d,]+){5}", line) and (words := line.split())]
    peaks = re.findall(r"(\d+) \(peak\)", done.stdout)
    return rows, [int(peak) for peak in peaks], done.stdout


def check_tree(lines):
    """Of massif's own lines: each part's bytes are at least those of what called it, the first one's all of it."""
    parents = []
    for line in lines:
        depth, children, size = re.match(r"( *)n(\d+): (\d+)", line).groups()
        del parents[len(depth):]
        if parents:
            parents[-1][0] -= int(size)
            parents[-1][1] -= 1
            check(parents[-1][0] >= 0 and parents[-1][1] >= 0, f"parts are more than the whole at {line}")
        parents.append([int(size), int(children)])
    return int(lines[0].split()[1])


@case
def massif_of_all_kinds(directory):
    for kind, trace in traces():
        totals = totals_of(trace)
        path = exported(directory, trace, ".massif")
        rows, peaks, text = printed(path)
        check_equal(len(peaks), 1 if totals["peak_bytes"] > 0 else 0, f"{kind}: peaks")
        if peaks:
            check_equal((rows[peaks[0]], max(rows), rows[-1]), (totals["peak_bytes"], totals["peak_bytes"], totals["live_bytes"]), f"{kind}: peak and end")
        trees = re.findall(r"heap_tree=(?:peak|detailed)\n((?: *n\d.*\n)+)", path.read_text())
        sizes = [int(size) for size in re.findall(r"mem_heap_B=(\d+)\n.*\n.*\nheap_tree=[pd]", path.read_text())]
        check_equal([check_tree(tree.splitlines()) for tree in trees], sizes, f"{kind}: trees")
        check(len(trees) <= 100 and "\x1b" not in text, f"{kind}: {len(trees)} trees")


@case
def massif_goes_by_callers(directory):
    path = exported(directory, trace_of("leaks"), ".massif")
    tree = re.search(r"heap_tree=peak\n((?: *n.*\n)+)", path.read_text()).group(1)
    check(re.search(r"^ n2: 458 0x[0-9A-F]+: xmalloc \(leaks.c:\d+\)\n", tree, re.M) or re.search(r"^ n1: 400 0x[0-9A-F]+: xmalloc \(leaks.c:\d+\)\n  n1: 400 0x[0-9A-F]+: parse \(leaks.c:\d+\)\n   n0: 400 0x[0-9A-F]+: main ", tree, re.M), tree)
    path = exported(directory, trace_of("templates"), ".massif")
    check("below massif's threshold (0.10%)" in path.read_text() or "n0:" in path.read_text(), "the rest")
    sites = json.loads(mprof("sites", "--format", "json", "-f", "keep_rows", "--at", "peak", trace_of("moments")).stdout)["sites"]
    rows, peaks, _ = printed(exported(directory, trace_of("moments"), ".massif", "-f", "keep_rows"))
    check_equal(rows[peaks[0]], sum(site["peak_bytes"] for site in sites), "of some paths")


def memory_profiler(*arguments):
    """memory_profiler's mprof, as Debian calls it."""
    done = run([needs("python3-mprof"), *arguments], ".", MPLBACKEND="agg", HOME="/tmp")
    check_equal((done.returncode, "Traceback" in done.stderr), (0, False), f"mprof {arguments}: {done.stderr}")
    return done.stdout


@case
def curves_of_all_kinds(directory):
    for kind, trace in traces("empty"):
        peak = totals_of(trace)["peak_bytes"]
        said = memory_profiler("peak", exported(directory, trace, ".dat", "--sort", "peak"))
        check(f"{peak / 2**20:.3f} MiB" in said, f"{kind}: {peak} bytes, {said}")


@case
def resident_set_and_phases(directory):
    trace = trace_of("moments")
    path = exported(directory, trace, ".dat")
    lines = path.read_text().splitlines()
    check(lines[0].startswith("CMDLINE ") and not [line for line in lines if line.split()[0] not in ("CMDLINE", "FUNC", "MEM")], lines)
    phases = json.loads(mprof("report", "--format", "json", trace).stdout)["phases"]
    expected = [phase["name"] for phase in phases if not phase.get("mark") and phase.get("kind") != "mark"]
    check_equal([line.split()[1] for line in lines if line.startswith("FUNC")], expected, "phases")
    memory_profiler("plot", "-o", directory / "rss.png", path)
    heap = exported(directory, trace, ".dat", "--sort", "peak")
    memory_profiler("plot", "--flame", "-s", "-o", directory / "heap.png", heap)
    for name in ("rss.png", "heap.png"):
        check((directory / name).read_bytes().startswith(b"\x89PNG"), name)
    rows = [line.split() for line in heap.read_text().splitlines() if line.startswith("MEM")]
    check(rows == sorted(rows, key=lambda row: float(row[2])), "by time")
    sites = json.loads(mprof("sites", "--format", "json", "-f", "keep_rows", "--at", "peak", trace).stdout)["sites"]
    memory = [float(line.split()[1]) for line in exported(directory, trace, ".dat", "--sort", "peak", "-f", "keep_rows").read_text().splitlines() if line.startswith("MEM")]
    check(any(abs(value - sum(site["peak_bytes"] for site in sites) / 2**20) < 1e-6 for value in memory), "of some paths")


@case
def what_formats_over_time_refuse(_):
    trace = trace_of("moments")
    for options in (("--at", "peak"), ("--from", "half"), ("--to", "half")):
        refused("is of whole runs", "--format", "massif", *options, trace)
    refused("the resident set is of the whole program", "--format", "dat", "-f", "main", trace)
    if report(trace_of("empty"))["totals"]["peak_rss_bytes"] == 0 or mprof("export", "--format", "dat", trace_of("empty")).returncode != 0:
        refused("the resident set was not looked at", "--format", "dat", trace_of("empty"))  # or, on a busy machine, it was
    refused("is not known over time, but of the whole run only", "--format", "dat", "--sort", "peak", "--thread", "main", trace)
    refused("--sort leaked: --format massif is of the heap over time", "--format", "massif", "--sort", "leaked", trace)


run_cases()
