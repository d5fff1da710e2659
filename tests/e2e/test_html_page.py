"""The page that `mprof html` writes, in a browser: sums, ranges, keys, names full of markup, contrast, size."""

import base64
import contextlib
import functools
import gzip
import json
import os
import random
import shutil
import subprocess

from harness import SOURCE, browser, case, check, check_equal, compile, mprof, needs, npm_modules, record, run, run_cases

APP = SOURCE / "reporter/html/app"
PAGE = SOURCE / "reporter/html/page.html"
BROWSER = SOURCE / "tests/browser"
GREATEST_BYTES = 150 * 1024
NODES = 400_000
SCHEMES = ("light", "dark")
FIGURES = {"peak": "peak_bytes", "leaked": "leaked_bytes", "allocated": "allocated_bytes", "allocations": "allocations", "temporary": "temporary"}
HOSTILE = ["</script><img src=x onerror=ran=1>", "<b onclick=ran=2>bold</b>", "javascript:ran=3", "a\x00b\x1b[31mc\rd", "\u202egnp.exe\u2066", "&lt;b&gt; &amp;amp;",
           "'\"><svg onload=ran=4>", "{{7*7}} ${ran=5}", "<!--mprof-data-->", "x" * 10000]


# ---- tools ------------------------------------------------------------------------------------------

closing = contextlib.ExitStack()


@functools.cache
def waiting_browser():
    return closing.enter_context(browser())


def drive(scenario, page, **settings):
    """What a scenario of tests/browser saw; nothing may have been logged, gone wrong or been asked of the network."""
    modules = npm_modules(BROWSER, "browser")
    done = run(["node", BROWSER / "drive.mjs", scenario, page, json.dumps(settings)], timeout=400, MODULES=modules, BROWSER=waiting_browser())
    check_equal(done.returncode, 0, f"{scenario} of {page}: {done.stderr}")
    saw = json.loads(done.stdout)
    for what in ("console", "errors", "requests"):
        check_equal(saw[what], [], f"{scenario}: {what}")
    return saw["result"]


def recorded(directory, source="moments.c"):
    return record([compile(source, directory / "program", "-O1")], directory).trace()


def page_of(trace, *arguments):
    page = trace.with_suffix(".html")
    done = mprof("html", "-o", page, *arguments, trace)
    check_equal(done.returncode, 0, f"mprof html: {done.stderr}")
    return page


def data_of(trace):
    return json.loads(mprof("html", "--format", "json", "-o", "-", trace).stdout)


def filled(data, path):
    """The committed page with data of a test's own."""
    packed = base64.b64encode(gzip.compress(json.dumps(data).encode(), 1)).decode()
    path.write_text(PAGE.read_text().replace("<!--mprof-title-->", "made").replace("<!--mprof-data-->", packed))
    return path


# ---- sums -------------------------------------------------------------------------------------------

def exact(text):
    return int(text.replace(",", "").removesuffix(" B"))


@case
def sums_are_those_of_the_report(directory):
    trace = recorded(directory)
    totals = json.loads(mprof("report", "--format", "json", trace).stdout)["totals"]
    saw = drive("sums", page_of(trace))
    for title, key in (("Peak heap", "peak_bytes"), ("Leaked", "leaked_bytes"), ("Allocated in all", "allocated_bytes"), ("Temporary", "temporary_allocations")):
        check_equal(exact(saw["cards"][title]["exact"]), totals[key], title)
    check_equal(exact(saw["cards"]["Allocations"]["text"]), totals["allocations"], "Allocations")
    functions = json.loads(mprof("functions", "--format", "json", trace).stdout)["functions"]
    for figure, key in FIGURES.items():
        expected = sorted((row["total"][key], row["self"][key], row["function"]) for row in functions if any(row["total"][k] for k in FIGURES.values()))
        shown = sorted((exact(row[0]), exact(row[2]), row[-1]) for row in saw["functions"][figure])
        check_equal(shown, expected, f"functions by {figure}")


def amounts_of_range(data, first, last):
    """Peak, live at the end and growth of intervals, summed over all paths."""
    entries = data["recordings"][0]["time"]["entries"]
    before = sum(sum(entry[1]) for entry in entries[:first])
    peak, live = 0, before
    for entry in entries[first:last + 1]:
        peak = max(peak, live + sum(entry[2]))
        live += sum(entry[1])
    return {"Peak within": peak, "Live at its end": live, "Growth": live - before, "Allocated": sum(sum(e[4]) for e in entries[first:last + 1])}


def intervals_of(data, hash):
    bounds = [0]
    for interval in data["recordings"][0]["time"]["intervals"]:
        bounds.append(bounds[-1] + interval[0])
    return bounds.index(int(hash["from"])), bounds.index(int(hash["to"])) - 1


@case
def a_range_is_typed_brushed_and_reset(directory):
    trace = recorded(directory)
    data = data_of(trace)
    seconds = data["recordings"][0]["time"]["duration_ns"] / 1e9
    saw = drive("ranges", page_of(trace), **{"from": str(seconds * 0.4), "to": str(seconds * 0.8)})
    for how in ("typed", "brushed"):
        expected = amounts_of_range(data, *intervals_of(data, saw[how]["hash"]))
        shown = {title: int(card["exact"].replace(",", "").replace("−", "-")) for title, card in saw[how]["cards"].items() if title in expected}
        check_equal(shown, expected, f"cards of a range that was {how}")
    check("Peak within" in saw["typed"]["figures"] and "Leaked" not in saw["typed"]["figures"], f"figures of a range: {saw['typed']['figures']}")
    check("Of the whole run" in saw["typed"]["leaks"], "leaks say what they are of")
    check("from" not in saw["reset"] and "to" not in saw["reset"], f"after the reset: {saw['reset']}")
    check(saw["strip"]["from"] != saw["brushed"]["hash"]["from"], "the strip sets another range")
    first, last = intervals_of(data, saw["phase"])
    phase = data["recordings"][0]["time"]["phases"][0]
    lengths = [interval[0] for interval in data["recordings"][0]["time"]["intervals"]]
    check(abs(sum(lengths[:first]) - phase["begin_ns"]) <= max(lengths), "a phase's range begins with it")
    check(abs(sum(lengths[:last + 1]) - phase["end_ns"]) <= max(lengths), "a phase's range ends with it")


# ---- use --------------------------------------------------------------------------------------------

@case
def the_flame_graph_zooms_and_searches(directory):
    trace = recorded(directory)
    saw = drive("flame", page_of(trace), search="build_index")
    zooms = {step["key"] + str(i): step["zoom"] for i, step in enumerate(saw["steps"])}
    check(zooms["Enter2"] != "", f"Enter zooms: {zooms}")
    check_equal(zooms["Escape6"], "", "Escape zooms out")
    check(all("%" in step["said"] for step in saw["steps"]), f"what is said of frames: {[step['said'] for step in saw['steps']]}")
    check("%" in saw["tooltip"], f"the tooltip: {saw['tooltip']}")
    check(saw["clicked"] != "", "a click zooms")
    data = json.loads(mprof("functions", "--format", "json", trace).stdout)
    peak = next(row["total"]["peak_bytes"] for row in data["functions"] if row["function"] == "build_index")
    check(saw["found"].startswith("1 function, ") and saw["found"].endswith(f"{100 * peak / data['total']['peak_bytes']:.1f}%"), f"found: {saw['found']}")
    check("main" in saw["table"], f"the table: {saw['table']}")
    check_equal(saw["marked"], ["build_index"], "what is searched for is marked in the table")
    check("build_index" in saw["callers"] and saw["callers"] != saw["table"], f"callers: {saw['callers']}")


@case
def a_page_opens_with_what_it_is_about(directory):
    trace = recorded(directory)
    (saw,) = drive("opening", page_of(trace, "-f", "build_index"), places=[""])
    check(saw["selected"] == "tab-overview" and "Only -f build_index" in saw["head"], f"one recording: {saw['selected']}, {saw['head']}")
    (directory / "again").mkdir()
    (directory / "new.mprof").write_bytes(record([directory / "program"], directory / "again", MPROF_SAMPLE="4K").trace().read_bytes())
    done = mprof("html", "-o", directory / "two.html", trace, directory / "new.mprof")
    check_equal(done.returncode, 0, done.stderr)
    (saw,) = drive("opening", directory / "two.html", places=[""], width=390)
    check_equal((saw["selected"], saw["columns"][0][:2]), ("tab-diff", ["Change", "Old"]), "two")
    mprof("check", "--max-peak", "1B", "--format", f"html={directory / 'judged.html'}", trace)
    (saw,) = drive("opening", directory / "judged.html", places=["#row=0"])
    check(saw["selected"] == "tab-verdict" and "over the limit of 1 B" in saw["panel"] and "called from" in saw["panel"], f"a gate: {saw}")


SECOND_PEAK = """#include <mprof/mprof.h>
#include <stdlib.h>
#include <unistd.h>
#define KEEPER(n) __attribute__((noinline)) void *keep_##n(void) { return malloc(300000 + 1000 * n); }
KEEPER(1) KEEPER(2) KEEPER(3) KEEPER(4) KEEPER(5) KEEPER(6) KEEPER(7) KEEPER(8) KEEPER(9)
__attribute__((noinline)) void *soar(void) { return malloc(2000000); }
int main(void)
{
    void *kept[] = {soar()};
    usleep(2000);
    free(kept[0]);
    mprof_mark("low");
    usleep(2000);
    mprof_mark("high");
    void *all[] = {keep_1(), keep_2(), keep_3(), keep_4(), keep_5(), keep_6(), keep_7(), keep_8(), keep_9()};
    usleep(200000);
    return all[0] == kept[0] && all[8] == kept[0];
}
"""


@case
def a_second_peak_has_a_name(directory):
    (directory / "second.c").write_text(SECOND_PEAK)
    trace = recorded(directory, directory / "second.c")
    (saw,) = drive("opening", page_of(trace), places=["#tab=overview"])
    parts = saw["panel"].partition("What holds the peak")[2].partition("all others")[0]
    check("soar" in parts and parts.count("keep_") == 6, f"what has a colour: {parts}")


@case
def tables_fit(directory):
    saw = drive("opening", page_of(recorded(directory)), places=["#tab=threads", "#tab=leaks", "#tab=frees", "#tab=functions"])
    for one in saw:
        check_equal(one["wide"], 0, f"{one['place']}: {one['columns']}")
    check("< " in saw[1]["panel"], "leaks say by whom they were called")


@case
def source_has_the_hits_of_traced_lines(directory):
    program = compile("loops.c", directory / "loops", "-O0")
    trace = record([program], directory, MPROF_LINES="1").trace()
    hits = {line["line"]: line["hits"] for function in json.loads(mprof("report", "--format", "json", trace).stdout)["functions"] for line in function["lines"]}
    saw = drive("listing", page_of(trace))
    check_equal(saw["heads"][3:7], ["Hits", "Time", "Mem usage", "Line"], "columns")
    check_equal({int(line): int(count.replace(",", "")) for count, line in saw["lines"] if count.replace(",", "").isdigit()}, {line: count for line, count in hits.items() if count is not None}, "hits")
    check("Hits" not in drive("listing", page_of(trace), range="&from=0&to=1")["heads"], "of a part of the run nobody knows them")
    check("Hits" not in drive("listing", page_of(recorded(directory)))["heads"], "nothing traced, no column")


@case
def deep_recursion_has_its_tables_and_graph(directory):
    trace = record([compile("deep_recursion.c", directory / "deep", "-O1", "-DSTEP=1000")], directory).trace()
    page = page_of(trace, "-f", "counted_descent")
    saw = drive("opening", page, places=["#tab=functions&row=1&figure=allocated", "#tab=flame&view=table&figure=allocated", "#tab=flame&figure=allocated"])
    check(all("counted_descent" in one["panel"] for one in saw[:2]), f"tables: {[one['panel'][:200] for one in saw]}")
    check("Zoom in for what is deeper" in saw[2]["panel"], f"graph: {saw[2]['panel'][:300]}")


@case
def keys_alone_reach_everything(directory):
    saw = drive("keyboard", page_of(recorded(directory)))
    check_equal(sorted(saw["seen"]), sorted(f"tab-{tab}" for tab in saw["tabs"]), "tabs that keys reach")
    check(all(length > 20 for length in saw["seen"].values()), f"every tab shows something: {saw['seen']}")
    check_equal(saw["reached"], "grid", "what Tab reaches from a tab")
    check("row" in saw["opened"]["hash"] and len(saw["opened"]["detail"]) == 1, f"Enter opens a row: {saw['opened']}")
    check_equal(saw["closed"], 0, "rows open after Escape")


@case
def places_are_in_the_hash(directory):
    trace = recorded(directory)
    half = data_of(trace)["recordings"][0]["time"]["duration_ns"] // 2
    places = ["#tab=functions&figure=allocated&sort=name", "#tab=lines&row=1", f"#tab=flame&from=0&to={half}&search=main&callers=1", "#tab=files&filter=moments",
              f"#from={half}&to={2 * half}&by=module", "#tab=nowhere&recording=77&from=x&zoom=..&figure=none"]
    saw = drive("hash", page_of(trace), places=places)
    for shown in saw["shown"]:
        check(shown["same"], f"{shown['place']} is the same after it was loaded again")
        check_equal(shown["hash"], shown["there"], "the hash")
    check_equal(saw["back"], "tab-flame", "going back")


@case
def tables_sort_and_filter(directory):
    saw = drive("sort", page_of(recorded(directory)), filter="build")
    check_equal(saw["byName"], sorted(saw["byName"]), "by name")
    check_equal(saw["backwards"], saw["byName"][::-1], "by name, backwards")
    check_equal(sorted(saw["usual"]), sorted(saw["byName"]), "rows in any order")
    check_equal(saw["filtered"], [name for name in saw["backwards"] if "build" in name], "rows with a word")
    check(saw["hash"]["filter"] == "build" and saw["status"].startswith("1 of "), f"filtered: {saw['hash']}, {saw['status']}")


# ---- names that are not to be trusted ------------------------------------------------------------------

def hostile_document(document, chance):
    for section in document["sections"]:
        section["note"] = chance.choice(HOSTILE)
        section["title"] = chance.choice(HOSTILE[:8])
        for row in section["rows"]:
            for i, cell in enumerate(row):
                if isinstance(cell, str):
                    row[i] = chance.choice(HOSTILE)


def hostile(data, chance):
    """Every string of a page's data another that would do harm where it is not taken for text."""
    data["strings"] = ["", *(chance.choice(HOSTILE) for _ in data["strings"][1:])]
    data["editor"] = "javascript:ran=6//{file}:{line}"
    recording = data["recordings"][0]
    recording["name"], recording["warnings"] = HOSTILE[0], list(HOSTILE)
    recording["head"]["command"] = list(HOSTILE[:9])
    for document in recording["documents"].values():
        if document:
            hostile_document(document, chance)
    return data


@case
def names_are_text_whatever_they_hold(directory):
    trace = recorded(directory)
    for seed in range(2):
        saw = drive("everything", filled(hostile(data_of(trace), random.Random(seed)), directory / f"hostile{seed}.html"))
        check_equal(saw["ran"], None, "what names ran")
        check_equal(saw["elements"], ["SCRIPT"], "elements that names could have made")
        check_equal(saw["links"], [], "links with a scheme that is no editor's")
        text = "".join(saw["texts"].values())
        for name in HOSTILE[:2] + HOSTILE[5:9]:
            check(name in text, f"{name!r} is shown as it is")
        check("a\u2400b\u241b[31mc\u240dd" in text and "\\u202egnp.exe\\u2066" in text, "control characters are shown as what they are")
        raw = sorted(char for char in "\u202e\u2066\x00\x1b\r" if char in text)
        check_equal(raw, [], "control characters that are left")


@case
def a_recording_of_such_names(directory):
    name = 'a "b" <img src=x onerror=ran=1>'
    program = compile("moments.c", directory / "program", "-O1").rename(directory / name)
    page = directory / "page.html"
    check_equal(mprof("html", "-o", page, record([program], directory).traces()[0]).returncode, 0, "mprof html")
    saw = drive("everything", page)
    check_equal((saw["ran"], saw["elements"]), (None, ["SCRIPT"]), "what a program's name did")
    check(name in "".join(saw["texts"].values()), "the program's name is shown")
    check(all(link.startswith("vscode://file/") for link in saw["links"]) and saw["links"], f"links to the editor: {saw['links'][:3]}")


@case
def what_cannot_be_read_is_said(directory):
    data = data_of(recorded(directory))
    newer = filled({**data, "schema": 2}, directory / "newer.html")
    check("schema 2" in drive("failure", newer), "a newer schema")
    check("mprof html" in drive("failure", PAGE), "the page without data")
    whole = filled(data, directory / "whole.html").read_text()
    start = whole.index('id="data">') + 400
    (directory / "damaged.html").write_text(whole[:start] + "AAAA" + whole[start + 4:])
    check("damaged" in drive("failure", directory / "damaged.html"), "damaged data")


# ---- looks --------------------------------------------------------------------------------------------

@case
def contrast_and_names_suffice_for_everybody(directory):
    page = page_of(recorded(directory))
    for scheme, place in (("light", ""), ("light", "#tab=functions&row=1&from=1&to=30000000"), ("dark", "")):
        check_equal(drive("accessible", page, scheme=scheme, place=place, colours=scheme == "dark"), [], f"what axe finds, {scheme}, {place}")


@case
def narrow_and_dark_pages(directory):
    page = page_of(recorded(directory))
    grounds = set()
    for scheme in SCHEMES:
        saw = drive("looks", page, scheme=scheme, width=390, height=844)
        check(all(wide <= 0 for wide in saw["wide"].values()), f"no tab is wider than a telephone: {saw['wide']}")
        grounds.add(saw["ground"])
    check_equal(len(grounds), len(SCHEMES), f"grounds of light and dark pages: {grounds}")


# ---- size -----------------------------------------------------------------------------------------------

def large(nodes):
    """Data of a tree of so many nodes, as deep as real ones, that changes in 200 intervals."""
    chance = random.Random(1)
    frames, intervals = 6000, 200
    strings = ["", *(f"function_{i}" for i in range(frames)), "/src/file.c", "/usr/lib/module.so"]
    parents, path = [0], [0]
    for node in range(1, nodes):
        del path[max(1, len(path) - chance.choice((0, 0, 0, 1, 1, 2, 4, 9))):]
        if len(path) > 120:
            del path[60:]
        parents.append(node - path[-1])
        path.append(node)
    selves = [([*map(int, [1] * (nodes // 5))], [chance.randint(1, 5000) for _ in range(nodes // 5)]) for _ in range(5)]
    spread = [[[5] * (nodes // 5 - 1), selves[figure][1][1:]] for figure in range(5)]
    entries = []
    for _ in range(intervals):
        steps = [chance.randint(1, 2 * nodes // 500) for _ in range(240)]
        values = [chance.randint(1, 4000) for _ in steps]
        entries.append([steps, values, values, [1] * len(steps), values])
    live, rows = 0, []
    for entry in entries:
        live += sum(entry[1])
        rows.append([5_000_000, 5_000_000 * len(rows) + 2_500_000, 0, live, live, 480])
    figures = [{"name": name, "title": name, "bytes": name in ("peak", "leaked", "allocated")} for name in FIGURES]
    recording = {"name": "large", "head": {"command": ["large"], "duration_ns": 10**9, "complete": True}, "warnings": [], "totals": {}, "documents": {}, "figures": figures,
                 "frames": {"function": list(range(frames)), "file": [frames + 1] * frames, "line": list(range(frames)), "module": [frames + 2] * frames, "flags": [0] * frames},
                 "nodes": {"parent": parents, "frame": [0, *(chance.randrange(1, frames) for _ in range(nodes - 1))], "self": spread}, "cut": {"nodes": 0, "share": 0},
                 "time": {"duration_ns": 10**9, "intervals": rows, "entries": entries, "rss": [], "phases": [], "marks": [], "collections": []}, "sources": {"files": []}}
    return {"schema": 1, "mprof": "0", "editor": None, "strings": strings, "recordings": [recording], "diff": None, "processes": None}


@case
def many_nodes(directory):
    page = filled(large(NODES), directory / "large.html")
    saw = drive("speed", page)
    times = ", ".join(f"{what} {saw[what]:.0f} ms" for what in ("ready", "zoom", "out", "figure", "functions", "range"))
    print(f"# {NODES} nodes, {page.stat().st_size / 1e6:.1f} MB: {times}; heap {saw['heap'] / 1e6:.0f} MB", flush=True)


@case
def the_page_is_small(directory):
    check(PAGE.stat().st_size <= GREATEST_BYTES, f"page.html has {PAGE.stat().st_size} bytes, more than {GREATEST_BYTES}")


@case
def the_page_is_what_its_source_makes(directory):
    modules = npm_modules(APP, "app")
    for source in ("build.mjs", "src"):
        target = modules / source
        shutil.rmtree(target, ignore_errors=True)
        (shutil.copytree if (APP / source).is_dir() else shutil.copy)(APP / source, target)
    built = run(["node", "build.mjs", directory / "page.html"], modules)
    check_equal(built.returncode, 0, f"the build: {built.stderr}")
    check((directory / "page.html").read_bytes() == PAGE.read_bytes(), "page.html is not what reporter/html/app makes: run `npm ci && node build.mjs` there")


if __name__ == "__main__":
    with closing:
        run_cases()
