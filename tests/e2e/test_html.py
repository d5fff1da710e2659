"""Recordings as pages: their data are decoded and summed, and equal what the other views say."""

import base64
import gzip
import json
import os
import re
import shutil
import subprocess

from harness import MPROF, case, check, check_equal, compile, mprof, record, report, run, run_cases

TOTALS = {"peak": "peak_bytes", "leaked": "leaked_bytes", "allocated": "allocated_bytes", "allocations": "allocations", "temporary": "temporary_allocations"}
DOCUMENTS = ("leaks", "temporary", "stats", "frees", "gc")
ROWS = 500  # of long tables


# ---- reading a page -------------------------------------------------------------------------------

def decode(page):
    found = re.findall(rb'<script type="application/gzip" id="data">([^<]*)</script>', page)
    check_equal(len(found), 1, "places of data")
    return json.loads(gzip.decompress(base64.b64decode(found[0], validate=True)).decode("utf-8"))


def page_of(*arguments, directory="."):
    done = mprof("html", "-o", "-", *arguments, directory=directory, binary=True)
    check_equal(done.returncode, 0, f"html {arguments}: {done.stderr}")
    return decode(done.stdout)


def running(differences):
    at = 0
    for difference in differences:
        at += difference
        yield at


def sparse(column):
    nodes, values = column
    check_equal(len(nodes), len(values), "nodes and values")
    return dict(zip(running(nodes), values))


def parents_of(recording):
    parents = [node - back for node, back in enumerate(recording["nodes"]["parent"])]
    path = [0]
    check_equal(parents[0], 0, "the root's parent")
    for node in range(1, len(parents)):  # preorder: a parent is on the way to the node before
        while path[-1] != parents[node]:
            path.pop()
            check(path, f"node {node} is not in preorder")
        path.append(node)
    return parents


def selves(recording):
    return {figure["name"]: sparse(column) for figure, column in zip(recording["figures"], recording["nodes"]["self"], strict=True)}


# ---- over time -------------------------------------------------------------------------------------

def live_and_peak(recording):
    """What each node holds at the end, and at the highest moment; and what it allocated."""
    live, peak, highest, allocated, allocations = {}, {}, 0, {}, 0
    for interval, entry in zip(recording["time"]["intervals"], recording["time"]["entries"], strict=True):
        nodes = list(running(entry[0]))
        check_equal({len(column) for column in entry}, {len(nodes)}, "columns of an interval")
        check(nodes == sorted(set(nodes)), "nodes of an interval")
        check_equal(interval[4], sum(live.values()) + sum(entry[2]), "an interval's peak")
        if interval[4] > highest:
            highest = interval[4]
            peak = dict(live)
            for node, change in zip(nodes, entry[2]):
                peak[node] = peak.get(node, 0) + change
        for node, change, size in zip(nodes, entry[1], entry[4]):
            live[node] = live.get(node, 0) + change
            allocated[node] = allocated.get(node, 0) + size
        allocations += sum(entry[3])
        check_equal(interval[3], sum(live.values()), "live at an interval's end")
    return ({node: size for node, size in figures.items() if size} for figures in (live, peak, allocated)), allocations


def check_time(recording, trace):
    totals, own = recording["totals"], selves(recording)
    (live, peak, allocated), allocations = live_and_peak(recording)
    check_equal(sum(live.values()), totals["allocated_bytes"] - totals["freed_bytes"], f"live at the end of {trace.name}")
    check_equal(peak, own["peak"], f"at the peak of {trace.name}")
    check_equal(allocated, own["allocated"], f"allocated by {trace.name}")
    check_equal(allocations, totals["allocations"], f"allocations of {trace.name}")
    check(sum(interval[0] for interval in recording["time"]["intervals"]) <= recording["time"]["duration_ns"], "lengths")


# ---- documents -------------------------------------------------------------------------------------

def put(row, key, value):
    outer, _, inner = key.partition(".")
    if inner:
        put(row.setdefault(outer, {}), inner, value)
    else:
        row[outer] = value


def objects(columns, rows):
    """Rows as programs get them in JSON."""
    made = []
    for cells in rows:
        row = {}
        for column, cell in zip(columns, cells, strict=True):
            put(row, column["key"], objects(column["columns"], cell) if column["kind"] == "rows" and cell is not None else cell)
        made.append(row)
    return made


def section_as_json(section):
    rows = objects(section["columns"], section["rows"])
    for row, inner in zip(rows, section.get("inner", [])):
        row["lines"] = objects(inner["columns"], inner["rows"])
    return rows[0] if section["layout"] == "facts" else rows


def document_as_json(document):
    made = {}
    for section in document["sections"]:
        value = section_as_json(section)
        made.update({section["name"]: value} if section["name"] else value)
    return made


def flat(tree):
    """A tree of "children" as the rows of its section, with their depths."""
    rows, waiting = [], [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        waiting += [(child, depth + 1) for child in reversed(node.pop("children"))]
        rows.append((depth, node))
    return rows


def without(value, *keys):
    if isinstance(value, dict):
        return {key: without(inner, *keys) for key, inner in value.items() if key not in keys}
    return [without(inner, *keys) for inner in value] if isinstance(value, list) else value


def json_of(*arguments):
    done = mprof(*arguments, "--format", "json")
    check_equal(done.returncode, 0, f"{arguments}: {done.stderr}")
    return without(json.loads(done.stdout), "warnings", "source")


def check_report(recording, trace, *options):
    wanted = json_of("report", *options, trace)
    check_equal(without(recording["head"], "warnings") | {"totals": recording["totals"]}, {key: wanted[key] for key in (*without(recording["head"], "warnings"), "totals")},
                "head and totals")
    check_equal(without(document_as_json(recording["documents"]["report"]), "warnings"), wanted, f"report of {trace.name}")
    if "phases" in wanted:  # report has none of a part of the run
        check_equal(document_as_json(recording["documents"]["phases"])["phases"], wanted["phases"], f"phases of {trace.name}")


def check_documents(recording, trace, *options):
    for name in DOCUMENTS:
        if recording["documents"][name] is None:
            done = mprof(name, "--format", "json", *options, trace)
            check_equal(done.returncode, 2, f"{name} of {trace.name} is missed, and cannot be told")
            check(any(line.startswith(f"{name}: ") or f"mprof: {line}\n" == done.stderr for line in recording["warnings"]), f"why {name} is missed: {recording['warnings']}")
            continue
        check_equal(without(document_as_json(recording["documents"][name]), "warnings"), json_of(name, "-n", ROWS, *options, trace), f"{name} of {trace.name} {options}")


def check_page(trace):
    data = page_of(trace)
    (recording,) = data["recordings"]
    totals = report(trace)["totals"]
    parents_of(recording)
    for name, own in selves(recording).items():
        check_equal(sum(own.values()), totals[TOTALS[name]], f"{name} of {trace.name}")
    check_equal([figure["name"] for figure in recording["figures"]], list(TOTALS), "figures")
    check_equal(recording["cut"], {"nodes": 0, "share": 0}, "cut")
    frames = recording["frames"]
    check_equal(len({len(column) for column in frames.values()}), 1, "columns of frames")
    check(all(0 <= frame < len(frames["line"]) for frame in recording["nodes"]["frame"]), "frames of nodes")
    check_equal(data["strings"][frames["function"][0]], "(root)", "frame 0")
    check_equal((data["strings"][0], len(set(data["strings"]))), ("", len(data["strings"])), "names, each once")
    check_time(recording, trace)
    check_report(recording, trace)
    check_documents(recording, trace)
    return data


# ---- recordings of all kinds -------------------------------------------------------------------------

@case
def programs_of_all_kinds(directory):
    programs = {
        "ledger.c": ("-O1",),
        "exceptions.cpp": ("-O2", "-pthread"),
        "deep_recursion.c": ("-O1",),
        "leaks.c": ("-O1",),
        "thread_pairs.c": ("-O1", "-pthread"),
        "moments.c": ("-O1",),
    }
    for source, flags in programs.items():
        place = directory / source
        place.mkdir()
        program = compile(source, place / "program", *flags, cc="g++" if source.endswith("cpp") else "gcc")
        check_page(record([program], place).trace())


@case
def recordings_of_all_kinds(directory):
    program = compile("moments.c", directory / "moments", "-O1")
    for name, changes in (("sums", {"MPROF_AGGREGATE": "1"}), ("sampled", {"MPROF_SAMPLE": "4K"})):
        (directory / name).mkdir()
        check_page(record([program], directory / name, **changes).trace())
    stripped = directory / "stripped"
    subprocess.run(["strip", "-o", stripped, program], check=True)
    check_page(record([stripped], directory).trace())


@case
def nothing_at_all(directory):
    (directory / "empty.c").write_text("int main(void) { return 0; }\n")
    check_equal(run(["gcc", "-g", "-o", "empty", "empty.c"], directory).returncode, 0, "gcc")
    (recording,) = check_page(record([directory / "empty"], directory).trace())["recordings"]
    check_equal((recording["totals"]["allocations"], len(recording["nodes"]["parent"])), (0, 1), "allocations and nodes")


@case
def a_killed_program(directory):
    (directory / "killed.c").write_text("#include <stdlib.h>\n#include <signal.h>\nvoid *kept[2];\n"
                                        "int main(void) { kept[0] = malloc(5000); kept[1] = malloc(70); free(kept[1]); raise(SIGKILL); return 0; }\n")
    check_equal(run(["gcc", "-g", "-O0", "-o", "killed", "killed.c"], directory).returncode, 0, "gcc")
    done = record([directory / "killed"], directory)
    (recording,) = check_page(done.trace())["recordings"]
    check_equal((recording["head"]["complete"], recording["totals"]["peak_bytes"]), (False, 5070), "complete, peak")


@case
def marks_phases_and_collections(directory):
    trace = record([compile("moments.c", directory / "moments", "-O1")], directory).trace()
    data = page_of(trace)
    time, phases = data["recordings"][0]["time"], json_of("report", trace)["phases"]
    check_equal([(data["strings"][mark["name"]], mark["ns"]) for mark in time["marks"]], [(phase["name"], phase["begin_ns"]) for phase in phases if phase["mark"]], "marks")
    check_equal([(data["strings"][phase["name"]], phase["begin_ns"], phase["end_ns"] - phase["begin_ns"], phase["peak_bytes"]) for phase in time["phases"]],
                [(phase["name"], phase["begin_ns"], phase["duration_ns"], phase["peak_bytes"]) for phase in phases if not phase["mark"]], "phases")
    check(time["marks"] and time["phases"], "there are some of both")


# ---- parts -----------------------------------------------------------------------------------------------

@case
def parts_of_a_run_and_of_its_blocks(directory):
    trace = record([compile("moments.c", directory / "moments", "-O1")], directory).trace()
    for options in (("--at", "half"), ("--from", "half"), ("--min-size", "1000"), ("--thread", "main"), ("-f", "keep_rows")):
        (recording,) = page_of(*options, trace)["recordings"]
        sites = json_of("sites", *options, trace)["sites"]
        own = selves(recording)
        check_documents(recording, trace, *options)
        if options[0] != "-f":  # which says whose line tables report shows, and in pages which call paths there are
            check_report(recording, trace, *options)
        check_equal(sum(own["peak"].values()), sum(site["peak_bytes"] for site in sites), f"peak {options}")
        check_equal("temporary" in own, options[0] not in ("--at", "--from"), f"what is not known has no figure, {options}")
        if options[0] in ("--at", "--from", "--thread"):
            check(recording["time"] is None and any("time" in line for line in recording["warnings"]), f"no time {options}: {recording['warnings']}")
        else:
            (live, peak, _), _ = live_and_peak(recording)
            check_equal(peak.keys() - own["peak"].keys() if options[0] == "-f" else peak, set() if options[0] == "-f" else own["peak"], f"nodes {options}")


@case
def very_many_nodes(directory):
    (directory / "many.c").write_text("#include <stdlib.h>\nvoid *kept;\nvoid b(int n);\n"
                                      "__attribute__((noinline)) void a(int n) { if (n == 0) { kept = malloc(16); return; }\n a(n - 1);\n b(n - 1); __asm__ volatile(\"\"); }\n"
                                      "__attribute__((noinline)) void b(int n) { if (n == 0) { kept = malloc(32); return; }\n a(n - 1);\n b(n - 1); __asm__ volatile(\"\"); }\n"
                                      "int main(void) { a(18); return 0; }\n")
    check_equal(run(["gcc", "-g", "-O1", "-fno-optimize-sibling-calls", "-o", "many", "many.c"], directory).returncode, 0, "gcc")
    trace = record([directory / "many"], directory).trace()
    data = page_of(trace)
    (recording,) = data["recordings"]
    functions = [data["strings"][recording["frames"]["function"][frame]] for frame in recording["nodes"]["frame"]]
    others = {node for node, function in enumerate(functions) if function == "(other)"}
    parents = parents_of(recording)
    below = [node for node, parent in enumerate(parents) if parent in others]
    check(recording["cut"]["nodes"] > 100000 and 0 < recording["cut"]["share"] < 1, f"cut: {recording['cut']}")
    check(200000 < len(functions) <= 400000, f"as many as there is room for: {len(functions)}")
    check_equal(len({parents[node] for node in others}), len(others), "others of each parent")
    check_equal({functions[node] for node in below}, {"a", "b"}, "what is left out stands by whose it is")
    sites = json_of("sites", trace)["sites"]
    for name, own in selves(recording).items():
        by = {function: sum(value for node, value in own.items() if functions[node] == function) for function in ("a", "b")}
        check_equal(by, {function: sum(site[{**TOTALS, "temporary": "temporary"}[name]] for site in sites if site["function"] == function) for function in ("a", "b")}, f"{name} by function")
    for name, own in selves(recording).items():
        check_equal(sum(own.values()), recording["totals"][TOTALS[name]], name)
    check_time(recording, trace)


# ---- several recordings ------------------------------------------------------------------------------------

@case
def two_recordings(directory):
    program = compile("moments.c", directory / "moments", "-O1")
    traces = []
    for name, changes in (("old", {}), ("new", {"MPROF_SAMPLE": "4K"})):
        (directory / name).mkdir()
        traces.append(record([program], directory / name, **changes).trace())
    data = page_of(*traces)
    check_equal([recording["head"]["trace"] for recording in data["recordings"]], [str(trace) for trace in traces], "recordings")
    check_equal(without(document_as_json(data["diff"]), "warnings"), json_of("diff", "-n", ROWS, *traces), "diff")
    check_equal(data["processes"], None, "no processes")
    for recording in data["recordings"]:
        check_equal(sum(selves(recording)["peak"].values()), recording["totals"]["peak_bytes"], "peak")


@case
def processes_of_a_run(directory):
    done = mprof("run", "-o", "run.mprof", "--", "sh", "-c", "ls -l / | sort; true", directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    data = page_of("--all", "run.mprof", directory=directory)
    tree = json.loads(mprof("tree", "--processes", "--all", "--format", "json", "run.mprof", directory=directory).stdout)
    rows = flat(tree["processes"])
    (section,) = [section for section in data["processes"]["sections"] if section["name"] == "processes"]
    check_equal(list(zip(section["depth"], section_as_json(section))), rows, "processes")
    check(len(rows) >= 3, "the shell, ls and sort")
    check_equal(sorted(recording["head"]["pid"] for recording in data["recordings"]), sorted(row["pid"] for _, row in rows), "recordings")
    check_equal(data["diff"], None, "no diff")


# ---- source text -------------------------------------------------------------------------------------------

@case
def source_text(directory):
    (directory / "told.c").write_text("#include <stdlib.h>\n/* secret words */\nvoid *kept;\nvoid take(void)\n{\n\tkept = malloc(100); /* shown words */\n}\n"
                                      "int main(void)\n{\n\ttake();\n\treturn 0;\n}\n")
    check_equal(run(["gcc", "-g", "-O0", "-o", "told", "told.c"], directory).returncode, 0, "gcc")
    trace = record([directory / "told"], directory).trace()
    for what, secret, shown in (("none", False, False), ("shown", False, True), ("all", True, True)):
        data = page_of("--sources", what, trace)
        text = json.dumps(data)
        check_equal(("secret words" in text, "shown words" in text), (secret, shown), f"--sources {what}")
    lines = {data["strings"][file["file"]].rsplit("/")[-1]: [data["strings"][line] for line in file["lines"]["text"]] for file in data["recordings"][0]["sources"]["files"]}
    check_equal(lines["told.c"], (directory / "told.c").read_text().splitlines(), "all lines")
    check("shown words" in json.dumps(page_of(trace)), "lines of tables are shown unless told otherwise")


# ---- names of others -----------------------------------------------------------------------------------------

@case
def hostile_names(directory):
    evil = "</script><script>alert(1)</script>\"'&\\\x1b[31m\x01"
    place = os.fsencode(directory) + b"/evil/"
    os.mkdir(place)
    source, program, bare = place + os.fsencode(evil.replace("/", "|")) + b"\xe9\n.c", place + b"<b>'\"&\xe9\x02", place + b"bare"
    with open(source, "wb") as file:
        file.write(b"#include <stdlib.h>\nvoid *kept;\nvoid make(void) {\n\tkept = malloc(1000); /* </script> \xff \x1b \x00 */\n}\n"
                   b"int main(void) { make(); return 0; }\n")
    subprocess.run(["gcc", "-g", "-O0", "-w", "-o", program, source], check=True)
    subprocess.run(["objcopy", "--strip-debug", "--redefine-sym", "make=</script>make", program, bare], check=True)
    empty = mprof("html", "-o", "-", record_of_true(directory), binary=True).stdout.count(b"</script>")
    for name, known in ((program, evil.replace("/", "|")), (bare, "</script>make")):
        done = record([os.fsdecode(word) for word in (name, evil, b"\xff</script>")], directory)
        check_equal(done.returncode, 0, "exit status")
        page = mprof("html", "-o", "-", "--sources", "all", done.trace(), binary=True).stdout
        data = decode(page)
        check_equal(page.count(b"</script>"), empty, "ends of scripts")
        check(any(known in text for text in data["strings"]), f"{known!r} is in the data: {data['strings']}")
        check_report(data["recordings"][0], done.trace())
        check_documents(data["recordings"][0], done.trace())
        title = re.search(rb"<title>(.*?)</title>", page, re.S).group(1).decode("utf-8")
        check(not re.search("[<>\"'\x00-\x1f]", title), f"title {title!r}")


def record_of_true(directory):
    (directory / "true").mkdir()
    trace = record(["true"], directory / "true").trace()
    report(trace)  # which waits until it is whole
    return trace


# ---- files and options -----------------------------------------------------------------------------------------

@case
def files_and_options(directory):
    record_of_true(directory).rename(directory / "a.mprof")
    done = mprof("html", "a.mprof", directory=directory)
    check_equal((done.returncode, done.stdout), (0, "a.html\n"), "beside the recording")
    decode((directory / "a.html").read_bytes())
    done = mprof("html", "-o", "b.html", "a.mprof", directory=directory)
    check_equal((done.returncode, done.stdout), (0, "b.html\n"), "-o")
    check_equal((directory / "a.html").read_bytes(), (directory / "b.html").read_bytes(), "twice the same")
    done = mprof("html", "--format", "json", "-o", "-", "a.mprof", directory=directory)
    check_equal(json.loads(done.stdout), decode((directory / "a.html").read_bytes()), "--format json")
    editor = "emacs://open?f={file}&l={line}"
    check_equal((page_of("--editor", editor, "a.mprof", directory=directory)["editor"], page_of("a.mprof", directory=directory)["editor"]),
                (editor, "vscode://file/{file}:{line}"), "--editor")
    for taken in ("vscode-insiders://file/{file}", "txmt://open?url=file://{file}&line={line}"):
        check_equal(page_of("--editor", taken, "a.mprof", directory=directory)["editor"], taken, "--editor")
    for refused in (("--editor", "javascript:alert(1)"), ("--editor", "JavaScript://x"), ("--editor", "data://x"), ("--editor", "x"), ("--editor", "VSCODE://x"),
                    ("--editor", "file://{file}"), ("--all", "a.mprof"), ("--sources", "some"),
                    ("--format", "pdf"), ("--open", "-o", "-"), ("-o", "a.mprof"), ("-o", "no/such/place.html")):
        done = mprof("html", *refused, "a.mprof", directory=directory)
        check_equal((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), f"{refused}: {done.stderr}")
    done = run(["sh", "-c", f"'{MPROF}' html -o /dev/full a.mprof"], directory)
    check_equal((done.returncode, done.stdout, "No space" in done.stderr), (2, "", True), f"a full disk: {done.stderr}")


@case
def pages_of_several_have_names_of_their_own(directory):
    record_of_true(directory).rename(directory / "a.mprof")
    for name in ("b", "c"):
        shutil.copy(directory / "a.mprof", directory / f"{name}.mprof")
    for arguments, name in ((("a", "b"), "a-b"), (("a", "b", "c"), "a-and-2-more"), (("--all", "a"), "a-all")):
        words = [word if word.startswith("-") else f"{word}.mprof" for word in arguments]
        check_equal(mprof("html", *words, directory=directory).stdout, f"{name}.html\n", f"name of {arguments}")
    os.symlink("real.html", directory / "link.html")
    check_equal(mprof("html", "-o", "link.html", "a.mprof", directory=directory).returncode, 0, "to where a link leads")
    check((directory / "link.html").is_symlink() and (directory / "real.html").is_file(), "a link whose target is still to come")


@case
def of_many_processes_the_greatest_are_kept(directory):
    program = compile("one_block.c", directory / "one_block", "-O1")
    script = f"i=0; while [ $i -lt 104 ]; do {program} 1000; i=$((i+1)); done; {program} 5000000; {program} 6000000"
    done = mprof("run", "-q", "-o", "run.mprof", "--", "sh", "-c", script, directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    peaks = sorted(recording["totals"]["peak_bytes"] for recording in page_of("--all", "run.mprof", directory=directory)["recordings"])
    check_equal((len(peaks), peaks[-2:]), (100, [5000000, 6000000]), "peaks")


@case
def text_is_there_for_what_has_no_table(directory):
    trace = record([compile("two_marks.c", directory / "two_marks", "-O0")], directory).trace()
    lines = {line for file in page_of(trace, directory=directory)["recordings"][0]["sources"]["files"]
             for line in range(file["lines"]["from"], file["lines"]["from"] + len(file["lines"]["text"]))}
    places = {site["line"] for site in json.loads(mprof("sites", "--format", "json", trace).stdout)["sites"] if site["line"]}
    check(places and places <= lines, f"lines with text {sorted(lines)}, of call sites {sorted(places)}")


@case
def text_of_lines_near_each_other_is_there_once(directory):
    trace = record([compile("two_marks.c", directory / "two_marks", "-O0")], directory).trace()
    for options in ((), ("--from", "0")):
        lines = [(file["file"], line) for file in page_of(trace, *options, directory=directory)["recordings"][0]["sources"]["files"]
                 for line in range(file["lines"]["from"], file["lines"]["from"] + len(file["lines"]["text"]))]
        check(lines, f"text with {options}")
        check_equal(len(lines), len(set(lines)), f"lines with text, with {options}: {sorted(lines)}")


@case
def the_time_line_goes_to_the_end(directory):
    trace = record([compile("one_block.c", directory / "one_block", "-O1"), "1000000", "200"], directory).trace()
    time = page_of(trace, directory=directory)["recordings"][0]["time"]
    check_equal(sum(interval[0] for interval in time["intervals"]), time["duration_ns"], "all intervals")
    check_equal((time["intervals"][-1][3], time["intervals"][-1][5]), (1000000, 0), "what lives at the end")
    check(time["intervals"][-1][0] >= 150_000_000, "the last interval is the sleep of 200 ms")


@case
def browsers(directory):
    record_of_true(directory).rename(directory / "a.mprof")
    (directory / "bin").mkdir()
    path = {"PATH": f"{directory}/bin"}
    done = mprof("html", "--open", "a.mprof", directory=directory, **path)
    check_equal((done.returncode, done.stdout), (0, "a.html\n"), "without xdg-open")
    check("xdg-open" in done.stderr and done.stderr.count("\n") == 1, f"it says so: {done.stderr}")
    (directory / "bin/xdg-open").write_text(f"#!/bin/sh\necho \"$1\" > '{directory}/opened'\n")
    (directory / "bin/xdg-open").chmod(0o755)
    done = mprof("html", "--open", "a.mprof", directory=directory, **path)
    check_equal((done.returncode, done.stderr), (0, ""), "with one")
    check_equal((directory / "opened").read_text(), f"{(directory / 'a.html').resolve()}\n", "what it got")
    (directory / "bin/xdg-open").write_text("#!/bin/sh\nexit 3\n")
    done = mprof("html", "--open", "a.mprof", directory=directory, **path)
    check_equal((done.returncode, "in a browser" in done.stderr), (0, True), f"one that fails: {done.stderr}")


@case
def judged_recordings(directory):
    for name in ("a", "b"):
        (directory / name).mkdir()
        trace = record(["ls"], directory / name).trace()
        report(trace)
        trace.rename(directory / f"{name}.mprof")
    done = mprof("check", "--max-peak=1B", "--format", "html=judged.html", "a.mprof", "b.mprof", directory=directory)
    check_equal(done.returncode, 1, f"the verdict stays: {done.stderr}")
    data = decode((directory / "judged.html").read_bytes())
    check_equal([recording["name"] for recording in data["recordings"]], ["a.mprof", "b.mprof"], "recordings")
    (summary,), rows = (section["rows"] for section in data["verdict"]["sections"])
    check_equal((summary[0], len(rows)), ("failed", 2), "the bound that it broke, and what else there is to say")
    said = mprof("check", "--max-peak=1B", "--limit", "allocations<=1000000", "--format", "json", "--format", "html=judged.html", "a.mprof", directory=directory)
    verdicts = json.loads(said.stdout)["programs"][0]["verdicts"]
    (summary,), rows = (section["rows"] for section in decode((directory / "judged.html").read_bytes())["verdict"]["sections"])
    check_equal(summary[:2], ["failed", "2 bounds of 1 program: 1 failed, 1 passed"], "summary")
    check_equal(sorted(row[0] for row in rows if row[0] != "note"), sorted(verdict["outcome"] for verdict in verdicts), "outcomes")
    check(rows[0][0] == "failed" and "over the limit" in rows[0][2] and "called from" in rows[0][4], f"the failed one comes first, with its details: {rows}")
    check(page_of(directory / "a.mprof")["verdict"] is None, "no gate, no verdict")


@case
def it_says_by_what_it_is_narrowed(directory):
    trace = record([compile("moments.c", directory / "program", "-O1")], directory).trace()
    check_equal(page_of(trace, directory=directory)["narrowed"], "", "of all")
    page = page_of("-f", "main", "--module", "program", "--min-size", "1K", trace, directory=directory)
    check_equal(page["narrowed"], "-f main --module program --min-size 1K", "of some")


@case
def differences_by_every_figure(directory):
    (directory / "grows.c").write_text("#include <stdlib.h>\nvoid *kept;\n__attribute__((noinline)) void parse(int n) { kept = malloc(n * 1000); free(kept); }\n"
                                       "__attribute__((noinline)) void load(int n) { kept = malloc(n * 5000); }\n"
                                       "int main(int count, char **words) { (void)count; for (int i = 1; i < 100; i++) { parse(i * atoi(words[1])); load(atoi(words[1])); } return 0; }\n")
    check_equal(run(["gcc", "-g", "-O1", "-o", "program", "grows.c"], directory).returncode, 0, "gcc")
    for name, argument in (("old", "1"), ("new", "3")):
        (directory / name).mkdir()
        record([directory / "program", argument], directory / name).trace().rename(directory / f"{name}.mprof")
    traces = directory / "old.mprof", directory / "new.mprof"
    data = page_of(*traces)
    for figure in TOTALS:
        document = data["diff" if figure == "peak" else f"diff_{figure}"]
        (rows,) = [section for section in document["sections"] if section["name"] == "rows"]
        expected = json_of("diff", "--sort", figure, *traces)["rows"]
        key = [column["key"] for column in rows["columns"]].index
        check_equal([(row[key("name")], row[key("state")]) for row in rows["rows"]], [(row["name"], row["state"]) for row in expected], figure)
    check(data["diff_allocated"] != data["diff"], "each its own")


@case
def the_page_of_two_has_both_names(directory):
    trace = record([compile("moments.c", directory / "program", "-O1")], directory).trace()
    (directory / "new.mprof").write_bytes(trace.read_bytes())
    trace.rename(directory / "old.mprof")
    done = mprof("html", "old.mprof", "new.mprof", directory=directory)
    check_equal((done.returncode, done.stdout), (0, "old-new.html\n"), done.stderr)
    check((directory / "old-new.html").exists() and not (directory / "old.html").exists(), "no other page is written over")


run_cases()

