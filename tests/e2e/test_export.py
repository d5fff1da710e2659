"""Recordings as files for other tools: their own readers are asked, and sums equal report's."""

import json
import os
import re
import subprocess

from export_traces import trace_of
from harness import MPROF, case, check, check_equal, compile, environment, mprof, needs, record, report, run, run_cases

SORTS = {"peak": "peak_bytes", "leaked": "leaked_bytes", "allocated": "allocated_bytes", "allocations": "allocations", "temporary": "temporary_allocations"}


def exported(trace, name, *options):
    done = mprof("export", "--format", name, *options, trace)
    check_equal(done.returncode, 0, f"export --format {name}: {done.stderr}")
    return done.stdout


def folded_sum(trace, *options):
    total = 0
    for line in exported(trace, "folded", *options).splitlines():
        path, value = line.rsplit(" ", 1)
        check(path and all(path.split(";")), f"frames of {line!r}")
        total += int(value)
    return total


def annotated(directory, trace, *options):
    """What callgrind_annotate says of the whole: {event: value}."""
    done = mprof("export", "-o", directory / "out.callgrind", *options, trace)
    check_equal(done.returncode, 0, done.stderr)
    done = run([needs("callgrind_annotate"), "--auto=no", directory / "out.callgrind"], directory)
    check_equal((done.returncode, done.stderr), (0, ""), f"callgrind_annotate: {done.stdout}")
    events = re.search(r"^Events shown: +(.*)$", done.stdout, re.M).group(1).split()
    line = next(line for line in done.stdout.splitlines() if line.endswith("PROGRAM TOTALS"))
    values = [int(word.replace(",", "")) for word in re.sub(r"\([^)]*\)", "", line).split()[:len(events)]]
    return dict(zip(events, values)), done.stdout


def check_all(directory, trace):
    totals = report(trace)["totals"]
    for sort, key in SORTS.items():
        check_equal(folded_sum(trace, "--sort", sort), totals[key], f"{sort} of {trace.name}, folded")
    values, _ = annotated(directory, trace)
    check_equal(values, {sort: totals[key] for sort, key in SORTS.items()}, f"{trace.name} by callgrind_annotate")
    scope = json.loads(exported(trace, "speedscope"))
    check_equal(scope["$schema"], "https://www.speedscope.app/file-format-schema.json", "schema")
    frames = len(scope["shared"]["frames"])
    for profile, (sort, key) in zip(scope["profiles"], SORTS.items()):
        check_equal((sum(profile["weights"]), profile["endValue"]), (totals[key], totals[key]), f"{sort} of {trace.name}, speedscope")
        check_equal(len(profile["samples"]), len(profile["weights"]), "samples")
        check(all(0 <= frame < frames for sample in profile["samples"] for frame in sample), "frames")


@case
def sums_of_programs_of_all_kinds(directory):
    programs = {
        "ledger.c": ("-O1",),
        "exceptions.cpp": ("-O2", "-pthread"),
        "deep_recursion.c": ("-O1",),
        "leaks.c": ("-O1",),
        "moments.c": ("-O1",),
    }
    for source, flags in programs.items():
        place = directory / source
        place.mkdir()
        program = compile(source, place / "program", *flags, cc="g++" if source.endswith("cpp") else "gcc")
        check_all(place, record([program], place).trace())


@case
def sums_of_recordings_of_all_kinds(directory):
    program = compile("moments.c", directory / "moments", "-O1")
    for name, changes in (("sums", {"MPROF_AGGREGATE": "1"}), ("sampled", {"MPROF_SAMPLE": "4K"})):
        (directory / name).mkdir()
        trace = record([program], directory / name, **changes).trace()
        if name == "sums":
            check_all(directory, trace)
        else:
            check(abs(folded_sum(trace, "--sort", "allocated") - report(trace)["totals"]["allocated_bytes"]) <= 1, "sampled")
    stripped = directory / "stripped"
    subprocess.run(["strip", "-o", stripped, program], check=True)
    check_all(directory, record([stripped], directory).trace())


@case
def options_that_mean_nothing_to_a_format_are_refused(directory):
    trace = record([compile("moments.c", directory / "moments", "-O1")], directory).trace()
    for name, options in (("callgrind", ("--sort", "leaked")), ("dhat", ("--sort", "peak")), ("massif", ("--sort", "leaked")), ("dat", ("--min-share", "1"))):
        done = mprof("export", "--format", name, *options, trace)
        check_equal((done.returncode, done.stdout), (2, ""), f"{name} {options}")
        check(options[0] in done.stderr and name in done.stderr, done.stderr)


@case
def deep_recursion_written_out_stays_small(directory):
    trace = record([compile("deep_recursion.c", directory / "deep", "-O1", "-DSTEP=20")], directory).trace()
    allocated = report(trace)["totals"]["allocated_bytes"]
    check(allocated > 200_000_000, "of events all the way down")
    check_equal(folded_sum(trace, "--sort", "allocated"), allocated, "folded")
    scope = json.loads(exported(trace, "speedscope"))["profiles"]
    check(allocated in (sum(profile["weights"]) for profile in scope), "speedscope")
    check_equal(sum(point["tb"] for point in json.loads(exported(trace, "dhat"))["pps"]), allocated, "dhat")
    for name in ("folded", "speedscope", "dhat"):
        check(len(exported(trace, name)) < 1_000_000, f"{name} is small")


@case
def parts_of_a_run_and_of_its_blocks(directory):
    trace = record([compile("moments.c", directory / "moments", "-O1")], directory).trace()
    for options in (("--at", "peak"), ("--at", "half"), ("--from", "half"), ("--min-size", "1000"), ("-f", "keep_rows")):
        sites = json.loads(mprof("sites", "--format", "json", *options, trace).stdout)["sites"]
        check_equal(folded_sum(trace, *options), sum(site["peak_bytes"] for site in sites), f"folded {options}")
        values, _ = annotated(directory, trace, *options)
        check_equal(values["peak"], sum(site["peak_bytes"] for site in sites), f"callgrind {options}")
    values, _ = annotated(directory, trace, "--from", "half")
    check("temporary" not in values, "what is not known has no event")


@case
def lines_and_calls(directory):
    source = directory / "calls.c"
    source.write_text("#include <stdlib.h>\n"
                      "void *volatile kept[9];\n"
                      "__attribute__((noinline)) void take(int i, int n) { kept[i] = malloc(n); }\n"
                      "__attribute__((noinline)) void half(void) { take(0, 100);\n"
                      "  take(1, 200); __asm__ volatile(\"\"); }\n"
                      "int main(void) { half(); take(2, 400); return 0; }\n")
    subprocess.run(["gcc", "-g", "-O1", "-o", directory / "calls", source], check=True)
    trace = record([directory / "calls"], directory).trace()
    mprof("export", "-o", directory / "t.callgrind", trace)
    text = run([needs("callgrind_annotate"), "--auto=yes", "--show=allocated", "--inclusive=yes", "--threshold=100", directory / "t.callgrind"], directory).stdout
    for expected in (r"700 .*:take ", r"700 .*:main ", r"300 .*:half "):
        check(re.search(expected, text), f"{expected} in {text}")
    for expected in (r"100 \([^)]*\)  => .*take \(1x\)", r"200 \([^)]*\)  => .*take \(1x\)", r"400 \([^)]*\)  => .*take \(1x\)"):
        check(re.search(expected, text), f"{expected} in {text}")
    check_equal(sorted(line for line in exported(trace, "folded", "--sort", "allocated").splitlines() if "take" in line),
                ["main;half;take 100", "main;half;take 200", "main;take 400"], "folded")


@case
def hostile_names(directory):
    source = directory / "evil.c"
    source.write_text("#include <stdlib.h>\nvoid *volatile p;\n__attribute__((noinline)) void evil(void) { p = malloc(77); }\n"
                      "int main(void) { evil(); __asm__ volatile(\"\"); return 0; }\n")
    subprocess.run(["gcc", "-O1", "-fno-ipa-icf", "-c", "-o", directory / "evil.o", source], check=True)
    name = "a;b (3)\n fn=x 9\x1b[31m\"<&"
    subprocess.run(["objcopy", "--redefine-sym", f"evil={name}", directory / "evil.o"], check=True)
    subprocess.run(["gcc", "-rdynamic", "-o", directory / "evil", directory / "evil.o"], check=True)
    trace = record([directory / "evil"], directory).trace()
    check_all(directory, trace)
    text = exported(trace, "folded")
    check("\x1b" not in text and "a:b (3)" in text and ";fn=x" not in text, repr(text))
    text = exported(trace, "callgrind")
    check("\x1b" not in text and "\nfn=x" not in text and "\n fn=x" not in text, text)
    check(any("a;b (3)" in frame["name"] for frame in json.loads(exported(trace, "speedscope"))["shared"]["frames"]), "the name")


@case
def small_parts_are_summed_up(directory):
    for kind in ("templates", "moments", "threads", "sampled"):
        trace = trace_of(kind)
        totals = report(trace)["totals"]
        for share in ("0", "2", "30", "100"):
            lines = exported(trace, "folded", "--min-share", share, "--sort", "allocated").splitlines()
            sizes = {}
            for line in lines:
                path, value = line.rsplit(" ", 1)
                sizes[path] = sizes.get(path, 0) + int(value)
            check_equal(sum(sizes.values()), totals["allocated_bytes"], f"{kind}, {share} %")
            check(any("(other)" in path for path in sizes) == (share != "0") or share == "2", f"{kind}, {share} %: {lines}")
            for path, size in sizes.items():
                parts = path.split(";")
                below = sum(value for other, value in sizes.items() if other.split(";")[:len(parts)] == parts)
                check("(other)" in path or below >= totals["allocated_bytes"] * float(share) / 100 - 1, f"{kind}, {share} %: {path} {size}")
    check_equal(annotated(directory, trace_of("templates"), "--min-share", "5")[0],
                {sort: report(trace_of("templates"))["totals"][key] for sort, key in SORTS.items()}, "callgrind")
    scope = [json.loads(exported(trace_of("recursion"), "speedscope", *options)) for options in (("--min-share", "0"), (), ("--min-share", "20"))]
    counts = [len(one["profiles"][2]["samples"]) for one in scope]
    check(counts[0] >= counts[1] > counts[2] and len({one["profiles"][2]["endValue"] for one in scope}) == 1, f"samples: {counts}")
    for share in ("x", "-1", "101", ""):
        done = mprof("export", "--format", "folded", "--min-share", share, trace_of("leaks"))
        check_equal((done.returncode, "--min-share takes a number from 0 to 100" in done.stderr), (2, True), done.stderr)


@case
def where_it_is_written(directory):
    trace = record([compile("leaks.c", directory / "leaks", "-O1")], directory).trace()
    listed = mprof("export", "--list").stdout
    for name in ("folded", "callgrind", "speedscope"):
        check(re.search(rf"^{name} +FILE\.", listed, re.M), listed)
    by_ending = mprof("export", "-o", directory / "x.folded", trace)
    check_equal((by_ending.returncode, (directory / "x.folded").read_text()), (0, exported(trace, "folded")), by_ending.stderr)
    terminal, end = os.openpty()
    done = subprocess.run([MPROF, "export", "--format", "speedscope", trace], cwd=directory, stdout=end, stderr=subprocess.PIPE, env=environment())
    os.close(end)
    said = os.read(terminal, 4096).decode().strip()
    os.close(terminal)
    check_equal((done.returncode, said), (0, str(trace.with_suffix("")) + ".speedscope.json"), "on a terminal, a file beside the recording")
    json.loads((directory / said).read_text())
    for options, words in (((), "export takes --format NAME"), (("--format", "xml"), "--format xml: no such format"), (("-o", directory / "x.xml"), "x.xml: no format has that ending")):
        done = mprof("export", *options, trace)
        check_equal((done.returncode, words in done.stderr, done.stderr.count("\n")), (2, True, 1), f"{options}: {done.stderr}")
    kept = mprof("export", "--format", "folded", "-o", trace, trace)
    check_equal((kept.returncode, "is a recording" in kept.stderr), (2, True), kept.stderr)


@case
def what_is_refused_writes_nothing(directory):
    trace = record([compile("leaks.c", directory / "leaks", "-O1")], directory).trace()
    for options in (("export", "--format", "dat", "-f", "main"), ("export", "--format", "dhat", "--thread", "main"), ("export", "--format", "firefox", "--thread", "main"),
                    ("report", "--columns", "nonsense"), ("stats", "--table", "nonsense")):
        (directory / "kept").write_text("kept")
        for name, before in (("kept", "kept"), ("new", None)):
            done = mprof(*options, "-o", directory / name, trace)
            check_equal(done.returncode, 2, f"{options}: {done.stderr}")
            check_equal((directory / name).read_text() if (directory / name).exists() else None, before, f"{name} after {options}")
    (directory / "kept").write_text("x" * 1000000)
    check_equal(mprof("report", "-o", directory / "kept", trace).returncode, 0, "report")
    check_equal((directory / "kept").read_text(), mprof("report", trace).stdout, "nothing is left of what was longer")
    (directory / "kept").write_text("x" * 1000000)
    for name in ("kept", "none"):
        done = run(["sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh", MPROF, "html", "-o", directory / name, trace], directory)
        check_equal((done.returncode, "File too large" in done.stderr), (2, True), done.stderr)
    check((directory / "kept").read_text() == "x" * 1000000 and not (directory / "none").exists(), "the old file or a whole new one")
    check_equal(sorted(path.name for path in directory.iterdir() if "kept" in path.name or "none" in path.name), ["kept"], "and nothing beside it")


run_cases()
