"""What `mprof check` writes for other tools, of hand-made results: valid by the schemas of those formats, and read
back as those tools read it."""

import json
import pathlib
import re
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BUILD, case, check, check_equal, run_cases  # noqa: E402
from readers import (ACTION_BENCHMARK, BENCHER, CONTROL, Rendered, cases_as_gitlab_reads_them, cleaned,  # noqa: E402
                     commands, faults_of_junit, faults_of_sarif, jsonschema)

RESULTS = ("plain", "hostile", "many", "empty")

def printed(format, result, directory=None, workspace=None):
    """The output's text, printed in that directory; that it is UTF-8 is checked here."""
    done = subprocess.run([BUILD / "tests/formats/print_format", format, result], capture_output=True, cwd=directory,
                          env={"GITHUB_WORKSPACE": str(workspace)} if workspace else {}, stdin=subprocess.DEVNULL,
                          timeout=60)
    check_equal(done.returncode, 0, f"{format} of {result}: {done.stderr!r}")
    return done.stdout.decode("utf-8", "strict")


def programs(result):
    return json.loads(printed("json", result))["programs"]


@case
def sarif_is_valid_by_its_schema(directory):
    for result in RESULTS:
        check_equal(faults_of_sarif(json.loads(printed("sarif", result)))[:3], [], f"of {result}")


@case
def the_sarif_schema_refuses_what_is_wrong(directory):
    log = json.loads(printed("sarif", "plain"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    check(faults_of_sarif(log), "a level that does not exist")


def results_of(log):
    return log["runs"][0]["results"]


@case
def sarif_names_rules_places_and_levels(directory):
    log = json.loads(printed("sarif", "plain"))
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    check_equal(len(set(rules)), len(rules), "rules are unique")
    found = sorted((r["ruleId"], r["level"]) for r in results_of(log))
    check_equal(found, [("peak-baseline", "error"), ("peak-baseline", "note"), ("peak-limit", "error"),
                        ("rss-baseline", "warning"), ("temporary-limit", "error")], "rules and levels")
    for r in results_of(log):
        check_equal(rules[r["ruleIndex"]], r["ruleId"], "ruleIndex")
        if r["level"] != "note":
            place = r["locations"][0]["physicalLocation"]
            check_equal((place["artifactLocation"]["uri"], place["region"]["startLine"]), ("src/parse.c", 42), "place")
            steps = r["codeFlows"][0]["threadFlows"][0]["locations"]
            path = [step["location"]["logicalLocations"][0]["fullyQualifiedName"] for step in steps]
            check_equal(path, ["main", "read_all", "parse_line"], "call path, outermost first")


@case
def sarif_carries_hostile_names_whole(directory):
    log = json.loads(printed("sarif", "hostile"))
    names = {p["key"] for p in programs("hostile")}
    functions, uris = set(), set()
    for r in results_of(log):
        text = r["message"]["text"].replace("{{", "").replace("}}", "")
        check(not CONTROL.search(text) and "{" not in text and "}" not in text, f"message {text!r}")
        functions.add(r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"])
        uris.add(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
    check_equal(functions, names, "functions")
    for uri in uris:
        check(re.fullmatch(r"(file://)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), f"uri {uri!r}")
    decoded = {urllib.parse.unquote_to_bytes(uri.removeprefix("file://")).decode(errors="replace") for uri in uris}
    check("two\nlines\r\nand a\ttab" in decoded, "a path with line ends comes back from its URI")


def fingerprints(log):
    return sorted((r["ruleId"], r["level"], r["partialFingerprints"]["mprofCallPath/v1"]) for r in results_of(log))


@case
def sarif_fingerprints_tell_programs_apart(directory):
    prints = fingerprints(json.loads(printed("sarif", "many")))
    check_equal(len(set(prints)), len(prints), "fingerprints are unique by program, rule and level")
    check_equal(prints, fingerprints(json.loads(printed("sarif", "many"))), "and the same each time")


@case
def sarif_paths_are_relative_to_the_workspace(directory):
    below = directory / "a build"
    below.mkdir()
    log = json.loads(printed("sarif", "plain", below, directory))
    uri = results_of(log)[-1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    check_equal(uri, "a%20build/src/parse.c", "uri")


@case
def junit_is_valid_by_jenkins_schema(directory):
    for result in RESULTS:
        check_equal(faults_of_junit(printed("junit", result)), "", f"of {result}")


@case
def the_junit_schema_refuses_what_is_wrong(directory):
    wrong = printed("junit", "plain").replace("<failure ", "<breach ").replace("</failure>", "</breach>")
    check(faults_of_junit(wrong), "an element that does not exist")


@case
def junit_counts_and_names_are_right(directory):
    for result in RESULTS:
        text = printed("junit", result)
        root = xml.etree.ElementTree.fromstring(text)
        cases = cases_as_gitlab_reads_them(text)
        check_equal(len(cases), int(root.get("tests")), f"{result}: no case hides another")
        for kind, element in (("failures", "failure"), ("errors", "error")):
            check_equal(len(root.findall(".//skipped")), sum(int(suite.get("skipped")) for suite in root), f"{result}: skipped")
            check_equal(int(root.get(kind)), len(root.findall(f".//{element}")), f"{result}: {kind}")
            check_equal(sum(int(suite.get(kind)) for suite in root), int(root.get(kind)), f"{result}: {kind} of suites")
        times = [float(c.get("time")) for c in root.iter("testcase")]
        check(abs(sum(times) - float(root.get("time"))) <= 0.001 * len(times), f"{result}: times of cases {times}")


@case
def junit_says_what_and_where_in_message_and_body(directory):
    cases = cases_as_gitlab_reads_them(printed("junit", "plain"))
    status, text = cases["./test parse", "peak heap of parse_* against limit"]
    check_equal(status, "failure", "a breach")
    for part in ("12.0 MiB, 3.0 MiB (+33.3%) over the limit of 9.0 MiB (--max-peak)", "parse_line (src/parse.c:42)",
                 "called from read_all (src/read.c:7)", "mprof report --sort peak"):
        check(part in text, f"{part!r} in {text!r}")
    check_equal(cases["./test broken", "trace"], ("error", "broken.mprof: not a trace"), "trouble is an error")
    failure = xml.etree.ElementTree.fromstring(printed("junit", "plain")).find(".//failure")
    check(failure.text.startswith(failure.get("message")), "the message stands in the body too")


@case
def junit_carries_hostile_names(directory):
    cases = cases_as_gitlab_reads_them(printed("junit", "hostile"))
    expected = {cleaned(p["key"]) for p in programs("hostile")}
    check_equal({suite for suite, _ in cases}, expected | {"gate"}, "suites")


@case
def github_commands_are_escaped(directory):
    allowed = {"file", "line", "endLine", "title"}
    for result in RESULTS:
        for command, properties, message in commands(printed("github", result)):
            check(command in ("error", "warning", "notice"), f"command {command!r}")
            check(set(properties) <= allowed and "title" in properties, f"properties {properties}")
            check(not CONTROL.search(message), f"message {message!r}")
    titles = {properties["title"] for _, properties, _ in commands(printed("github", "hostile"))}
    check(any("100%0A, 50%25: file=x,line=2::error title=t::m" in title for title in titles), f"titles {titles}")


@case
def github_commands_name_the_line(directory):
    breaches = [c for c in commands(printed("github", "plain")) if c[0] == "error" and "file" in c[1]]
    check_equal(len(breaches), 3, "breaches with a place")
    for _, properties, message in breaches:
        check_equal((properties["file"], properties["line"], properties["endLine"]), ("src/parse.c", "42", "42"), "place")
        check("parse_line (src/parse.c:42)" in message and "called from read_all" in message, message)


def files_named(directory, workspace):
    return {c[1]["file"] for c in commands(printed("github", "plain", directory, workspace)) if "file" in c[1]}


@case
def github_paths_are_relative_to_the_workspace(directory):
    below = directory / "build"
    below.mkdir()
    (directory / "link").symlink_to(directory)
    check_equal(files_named(below, directory), {"build/src/parse.c"}, "below it")
    check_equal(files_named(below, f"{directory}/"), {"build/src/parse.c"}, "below it, named with a slash")
    check_equal(files_named(below, directory / "link"), {"build/src/parse.c"}, "below it, named by a link")
    check_equal(files_named(directory, directory), {"src/parse.c"}, "in it")
    check_equal(files_named(below, f"{directory}-2"), {"src/parse.c"}, "not below it")
    check_equal(files_named(below, directory / "bui"), {"src/parse.c"}, "not below a beginning of its name")


@case
def github_shows_ten_of_each_level(directory):
    found = commands(printed("github", "many"))
    for level, total in (("error", 100), ("warning", 25), ("notice", 25)):
        messages = [message for command, _, message in found if command == level]
        check_equal(len(messages), 10, level)
        check(messages[-1].startswith(f"{total - 9} more"), f"{level} says what is left: {messages[-1]!r}")


@case
def markdown_tables_keep_their_shape(directory):
    for result in RESULTS:
        text = printed("markdown", result)
        rows = [line for line in text.splitlines() if line.startswith("|")]
        check_equal(len({row.count("|") for row in rows}), min(len(rows), 1), f"{result}: bars in each row")
        check_equal(len(rows), len(programs(result)) + 2 if rows else 0, f"{result}: rows")
        check(not CONTROL.search(text), f"{result}: control characters")


@case
def markdown_lets_no_name_be_markup(directory):
    text = printed("markdown", "hostile")
    outside = re.sub(r"`[^`\n]*`", "", text)
    tags = set(re.findall(r"</?[a-z!-][^>]*>", outside))
    check_equal(tags, {"<pre>", "</pre>", "<code>", "</code>"}, "tags")
    inside = "".join(re.findall(r"<code>(.*?)</code>", outside))
    check(not re.search(r"[`|*_<>\\\[\]]", inside), f"markup in {inside!r}")
    check(max(len(line.encode()) for line in text.splitlines()) < 4000, "10 KB names are cut")


@case
def markdown_renders_names_as_they_are(directory):
    rendered = Rendered(printed("markdown", "hostile"))
    check_equal(rendered.tags - {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"},
                {"pre", "code", "strong", "em"}, "tags")
    check_equal(set(rendered.rows), {4}, "cells in each row")
    names = {cleaned(p["key"]) for p in programs("hostile")}
    short = {name for name in names if name.strip() and len(name.encode()) <= 200}
    check_equal(len(names) - len(short), 2, "a blank name and one of 10 KB")
    check(short <= set(rendered.code), f"not rendered: {short - set(rendered.code)}")


@case
def benchmark_files_are_valid(directory):
    for result in RESULTS:
        judged = [p for p in programs(result) if p["error"] is None]
        entries = json.loads(printed("action-benchmark", result))
        jsonschema().validate(entries, ACTION_BENCHMARK)
        check_equal(len(entries), sum(len(p["figures"]) for p in judged), f"{result}: entries")
        benchmarks = json.loads(printed("bencher", result))
        jsonschema().validate(benchmarks, BENCHER)
        check_equal(len(benchmarks), len(judged), f"{result}: benchmarks")
        check(all(len(name) <= 1024 for name in benchmarks), f"{result}: length of names")


@case
def benchmark_files_hold_the_figures(directory):
    peak = programs("plain")[0]["figures"]["peak"]
    entry = json.loads(printed("action-benchmark", "plain"))[0]
    check_equal((entry["name"], entry["unit"], entry["value"], entry["range"]),
                ("./test parse: peak heap", "bytes", peak["value"], f"{peak['low']} to {peak['high']}"), "entry")
    measures = json.loads(printed("bencher", "plain"))["./test parse"]
    check_equal(measures["peak"], {"value": peak["value"], "lower_value": peak["low"], "upper_value": peak["high"]}, "peak")
    check("leaked-blocks" in measures, "slugs have hyphens")


run_cases()
