"""What viewers that are written in JavaScript read of our files: DHAT's, Firefox Profiler (by its command), speedscope's app."""

import contextlib
import gzip
import itertools
import json
import pathlib
import re
import subprocess
import tempfile

from export_traces import EVIL_NAMES, trace_of, totals_of, traces
from harness import SOURCE, Skip, case, check, check_equal, chromium, environment, mprof, needs, npm_modules, run, run_cases, wait_for

VIEWERS = pathlib.Path(__file__).resolve().parent / "viewers"
DH_VIEW = pathlib.Path("/usr/libexec/valgrind/dh_view.js")


def exported(directory, trace, ending, *options):
    path = directory / ("out" + ending)
    done = mprof("export", "-o", path, *options, trace)
    check_equal(done.returncode, 0, f"export {trace}: {done.stderr}")
    return path


def of_npm():
    """The folder of tests/browser's packages, and the node among them, which is newer than Debian's."""
    modules = npm_modules(SOURCE / "tests/browser", "browser") / "node_modules"
    return modules / ".bin/node", modules


def refused(words, *options):
    done = mprof("export", *options)
    lines = [line for line in done.stderr.splitlines() if not line.startswith("mprof: warning: ")]
    check_equal((done.returncode, done.stdout, len(lines)), (2, "", 1), f"{options}: {done.stderr}")
    check(words in lines[0], done.stderr)


# ---- DHAT ----------------------------------------------------------------------------------------------------


def by_dhat(path):
    if not DH_VIEW.exists():
        raise Skip("dh_view.js is not installed (valgrind)")
    done = run([needs("node"), VIEWERS / "dhat.js", DH_VIEW, path], ".")
    check_equal((done.returncode, done.stderr), (0, ""), f"dh_view.js of {path}")
    return json.loads(done.stdout)


@case
def dhat_of_all_kinds(directory):
    for kind, trace in traces("sampled", "cut off", "empty"):
        totals = totals_of(trace)
        path = exported(directory, trace, ".dhat.json")
        sums = by_dhat(path)
        check_equal((sums["allocated"], sums["peak"], sums["end"], sums["off"]),
                    ([totals["allocated_bytes"], totals["allocations"]], [totals["peak_bytes"], totals["peak_blocks"]],
                     [totals["live_bytes"], totals["live_blocks"]], []), kind)
        data = json.loads(path.read_text())
        for point in data["pps"]:
            check(point["mb"] >= max(point["gb"], point["eb"]) and point["tb"] >= point["mb"], f"{kind}: the most that was held: {point}")
            check(0 <= point["tl"] <= point["tbk"] * data["te"], f"{kind}: lifetimes: {point}")
            check(all(re.match(r"0x[0-9A-F]+: .+ \((in .+|.+:\d+)\)$", data["ftbl"][frame]) or "no call path" in data["ftbl"][frame] for frame in point["fs"]), f"{kind}: frames")


@case
def dhat_knows_lifetimes(directory):
    source = directory / "lives.c"
    source.write_text("#include <stdlib.h>\n#include <unistd.h>\nvoid *volatile p[100];\n"
                      "__attribute__((noinline)) void early(void) { for (int i = 0; i < 50; i++) p[i] = malloc(100); }\n"
                      "__attribute__((noinline)) void late(void) { for (int i = 50; i < 100; i++) p[i] = malloc(100); }\n"
                      "__attribute__((noinline)) void brief(void) { for (int i = 0; i < 50; i++) { void *volatile q = malloc(100); free(q); } }\n"
                      "int main(void) { early(); usleep(300000); brief(); late(); usleep(20000); for (int i = 0; i < 10; i++) free(p[i]); return 0; }\n")
    check_equal(run(["gcc", "-g", "-O1", "-o", directory / "lives", source], directory).returncode, 0, "gcc")
    check_equal(mprof("run", "-o", directory / "lives.mprof", directory / "lives", directory=directory).returncode, 0, "run")
    data = json.loads(exported(directory, directory / "lives.mprof", ".dhat.json").read_text())
    average = {data["ftbl"][point["fs"][0]].split()[1]: point["tl"] / point["tbk"] / 1e6 for point in data["pps"]}
    check(average["early"] >= 250 and average["late"] < average["early"] - 250 and average["brief"] < average["late"], f"ms: {average}")


@case
def dhat_sums_up_what_is_small(directory):
    trace = trace_of("moments")
    whole, cut = (exported(directory, trace, ".dhat.json", *options) and by_dhat(directory / "out.dhat.json") for options in ((), ("--min-share", "60")))
    for sums in (whole, cut):  # of paths put together, the last blocks that began may be others'
        del sums["lifetimes"]
    check_equal(cut, whole, "sums")
    data = json.loads((directory / "out.dhat.json").read_text())
    check(any("(other)" in data["ftbl"][point["fs"][0]] for point in data["pps"]), "(other)")


@case
def what_dhat_refuses(_):
    refused("has lifetimes of all blocks, and this recording is of samples", "--format", "dhat", trace_of("sampled"))
    refused("which only a recording knows that was seen to its end", "--format", "dhat", trace_of("cut off"))
    refused("--format dhat is of all blocks", "--format", "dhat", "--min-size", "100", trace_of("moments"))
    refused("is of whole runs", "--format", "dhat", "--at", "peak", trace_of("moments"))


# ---- Firefox Profiler --------------------------------------------------------------------------------------------


@contextlib.contextmanager
def profiler(directory, path):
    """Its command with a profile loaded: called with arguments, it answers in JSON.  Its daemon is ours, so that none is left behind."""
    node, modules = of_npm()
    command = [node, modules / "@firefox-devtools/profiler-cli/dist/profiler-cli.js"]
    settings = {"PROFILER_CLI_SESSION_DIR": tempfile.mkdtemp(dir=directory), "HOME": str(directory)}

    def ask(*arguments):
        done = run([*command, *arguments, "--session", "one"], directory, **settings)
        check_equal(done.returncode, 0, f"profiler-cli {arguments}: {done.stderr}")
        return json.loads(done.stdout) if "--json" in arguments else done.stdout

    daemon = subprocess.Popen([*command, "--daemon", path, "--session", "one"], cwd=directory, env=environment(**settings),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        log = pathlib.Path(settings["PROFILER_CLI_SESSION_DIR"]) / "one.log"  # who asks earlier has its session cleared away
        wait_for(lambda: log.exists() and "Profile loaded" in log.read_text(), 60, f"{path} is loaded")
        yield ask
    finally:
        daemon.terminate()
        daemon.wait()


def retained(ask):
    return ask("thread", "samples", "--json", "--strategy", "native-retained-allocations")["categoryBreakdown"]["totalSamples"]


@case
def firefox_of_all_kinds(directory):
    for kind, trace in traces("empty"):
        totals = totals_of(trace)
        path = exported(directory, trace, ".firefox.json.gz")
        with profiler(directory, path) as ask:
            check_equal(retained(ask), totals["live_bytes"], f"{kind}: at the end")
        data = json.loads(gzip.decompress(path.read_bytes()))
        blocks = data["threads"][0]["nativeAllocations"]
        check(blocks["time"] == sorted(blocks["time"]), f"{kind}: by time")
        check_equal(max(itertools.accumulate(data["counters"][0]["samples"]["count"])), totals["peak_bytes"], f"{kind}: the curve's peak")
        check(totals["peak_bytes"] in itertools.accumulate(blocks["weight"]), f"{kind}: what lived at the peak")


@case
def firefox_selects_parts_of_the_run(directory):
    trace = trace_of("moments")
    load = json.loads(mprof("report", "--format", "json", trace).stdout)["phases"][0]
    with profiler(directory, exported(directory, trace, ".firefox.json.gz")) as ask:
        handle = re.search(r"\b(m-\d+)\b", ask("thread", "markers", "--list", "--search", "load")).group(1)
        ask("zoom", "push", handle)
        check_equal(retained(ask), load["end_bytes"] - load["begin_bytes"], "what the first phase added")


@case
def firefox_tells_functions_and_phases(directory):
    trace = trace_of("moments")
    path = exported(directory, trace, ".firefox.json.gz")
    with profiler(directory, path) as ask:
        text = ask("thread", "samples-top-down")
        check("Data source: native-allocations" in text and re.search(r"moments|program!main", text) and "fill_cache" in text, text)
        functions = ask("thread", "samples", "--json", "--strategy", "native-retained-allocations")["topFunctionsBySelf"]
        mine = {row["function"]: row["self"] for row in json.loads(mprof("functions", "--format", "json", trace).stdout)["functions"]}
        for row in functions:
            own = mine[row["name"].split("!")[-1]]
            check_equal(row["selfSamples"], own["leaked_bytes"] + own["kept_bytes"], row["name"])
        check("load" in ask("thread", "markers", "--list"), "phases")
    data = json.loads(gzip.decompress(path.read_bytes()))
    thread, shared = data["threads"][0], data["shared"]
    for name, table in [*((name, table) for name, table in shared.items() if isinstance(table, dict)), *((name, thread[name]) for name in ("samples", "markers", "nativeAllocations"))]:
        check_equal({len(column) for column in table.values() if isinstance(column, list)}, {table["length"]}, f"columns of {name}")
    check_equal(sum(data["counters"][0]["samples"]["count"]), totals_of(trace)["live_bytes"], "the curve's end")


@case
def firefox_of_hostile_names(directory):
    with profiler(directory, exported(directory, trace_of("evil"), ".firefox.json.gz")) as ask:
        names = [row["name"].split("!", 1)[-1] for row in ask("thread", "samples", "--json", "--limit", "50")["topFunctionsBySelf"]]
    data = json.loads(gzip.decompress(exported(directory, trace_of("evil"), ".firefox.json.gz").read_bytes()))
    check(all(name.decode(errors="replace") in data["shared"]["stringArray"] or b"\xff" in name for name in EVIL_NAMES.values()), "all names")
    check(any("a;b (3)' x=\"9\"" in name for name in names), names)


@case
def what_firefox_refuses(_):
    refused("is of whole runs", "--format", "firefox", "--from", "half", trace_of("moments"))
    refused("is of the heap over time", "--format", "firefox", "--sort", "allocated", trace_of("moments"))
    refused("is not known over time, but of the whole run only", "--format", "firefox", "--thread", "main", trace_of("moments"))


# ---- speedscope ----------------------------------------------------------------------------------------------------


def by_speedscope(path):
    """{function: (total, self)} of its table, as it rounds them."""
    node, modules = of_npm()
    done = run([node, VIEWERS / "speedscope.mjs", modules / "speedscope/dist/release/index.html", path], ".", CHROMIUM=chromium())
    check_equal(done.returncode, 0, f"speedscope of {path}: {done.stderr}")
    words = done.stdout.split("Symbol Name", 1)[1].split("\n")
    rows = [word.strip() for word in words if word.strip()]
    return {rows[i + 2]: tuple(word.split(" (")[0] for word in rows[i:i + 2]) for i in range(0, len(rows) - 2, 3)}


def rounded(size):
    for unit, name in ((2**30, "GB"), (2**20, "MB"), (2**10, "KB")):
        if size >= unit:
            return f"{size / unit:.2f} {name}"
    return f"{size} B"


@case
def speedscope_reads_two_formats(directory):
    for kind in ("leaks", "moments", "recursion", "evil"):
        trace = trace_of(kind)
        mine = json.loads(mprof("functions", "--format", "json", trace).stdout)["functions"]
        expected = {row["function"]: (rounded(row["total"]["peak_bytes"]), rounded(row["self"]["peak_bytes"])) for row in mine
                    if row["total"]["peak_bytes"] and len(row["function"]) < 100 and row["function"].isprintable()}
        rows = by_speedscope(exported(directory, trace, ".speedscope.json"))
        check_equal({name: rows.get(name) for name in expected}, expected, f"{kind}: its own format")
        rows = by_speedscope(exported(directory, trace, ".pb.gz"))
        apart = {row["function"] for row in mine if not row["inlined"]}
        check(set(expected) & apart <= set(rows), f"{kind}: pprof's: {set(expected) & apart - set(rows)}")


run_cases()
