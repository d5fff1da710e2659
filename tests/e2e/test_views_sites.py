"""mprof sites and mprof temporary: call sites by a figure, with who called them."""

import csv
import io
import json
import re

from harness import case, check, check_equal, compile, lines_of, mprof, record, report, run_cases

FLAGS = ("-O1", "-fno-optimize-sibling-calls", "-fno-omit-frame-pointer", "-fno-builtin")


def view(name, trace, *arguments):
    done = mprof(name, "--format", "json", *arguments, str(trace))
    check_equal(done.returncode, 0, f"mprof {name} {arguments}: {done.stderr}")
    return json.loads(done.stdout)


def recorded(directory, *flags):
    return record([compile("churn.c", directory / "churn", *FLAGS, *flags)], directory).trace()


def churn_of(figures):
    return [(row["function"], row["temporary"], row["allocations"], row["allocated_bytes"]) for row in figures["temporary"]]


@case
def temporary_figures(directory):
    trace = recorded(directory)
    figures = view("temporary", trace)
    check_equal(figures["total"], {"temporary": 25, "allocations": 45}, "in all")
    check_equal(churn_of(figures), [("join", 20, 30, 3000), ("name", 5, 5, 25)], "by site")
    for row, share, of_site in zip(figures["temporary"], (20 / 25, 5 / 25), (20 / 30, 1)):
        check(abs(row["share"] - share) < 1e-5 and abs(row["share_of_site"] - of_site) < 1e-5, row)
    check_equal([frame["function"] for frame in figures["temporary"][0]["frames"]], ["join", "main"], "by which path most came")
    check_equal(figures["temporary"][0]["path_count"], 1, "of the paths of join one alone has some")
    check_equal(sum(row["temporary"] for row in figures["temporary"]), report(trace)["totals"]["temporary_allocations"], "the sum")


@case
def temporary_in_every_format(directory):
    trace = recorded(directory)
    text = mprof("temporary", trace).stdout
    lines = [line.split() for line in text.splitlines()]
    check_equal(lines[0], "Temporary: 25 of 45 allocations (55.6%)".split(), "the sum")
    check_equal([line[:4] for line in lines if "join" in line or "name" in line],
                [["20", "80.0%", "66.7%", "2.9"], ["5", "20.0%", "100.0%", "25"]], "the rows")
    check(max(len(line) for line in text.splitlines()) <= 80, text)
    rows = list(csv.DictReader(io.StringIO(mprof("temporary", "--format", "csv", trace).stdout)))
    check_equal([(row["function"], row["temporary"]) for row in rows], [("join", "20"), ("name", "5")], "CSV")
    markdown = mprof("temporary", "--format", "markdown", trace).stdout
    check("| 20 | 80.0% | 66.7% | 2.9 KiB |" in markdown, markdown)
    text = mprof("temporary", "-n", "1", trace).stdout
    check("... and 1 more (-n N)" in text and "name" not in text, text)


@case
def temporary_filters(directory):
    trace = recorded(directory)
    check_equal(churn_of(view("temporary", trace, "-f", "name")), [("name", 5, 5, 25)], "-f")
    check_equal(churn_of(view("temporary", trace, "--ignore", "main")), [], "--ignore")
    check("No block was freed before" in mprof("temporary", "-f", "keep", trace).stdout, "none")


@case
def temporary_of_stripped_programs(directory):
    figures = view("temporary", recorded(directory, "-s"))
    check_equal(sorted(row["temporary"] for row in figures["temporary"]), [5, 20], "the same figures")
    check_equal(figures["total"], {"temporary": 25, "allocations": 45}, "in all")


@case
def all_sites(directory):
    trace = recorded(directory)
    figures = view("sites", trace)
    without_share = [{key: value for key, value in site.items() if key != "share"} for site in figures["sites"]]
    check_equal(without_share, [{key: value for key, value in site.items() if key != "share"} for site in report(trace)["sites"]],
                "programs get those of report")
    check("paths" not in figures["sites"][0], "no paths unless asked for")
    check_equal(sum(site["allocations"] for site in figures["sites"]), figures["totals"]["allocations"], "the sum")
    by_leaked = view("sites", trace, "--sort", "leaked")["sites"]
    check_equal([(site["function"], site["leaked_bytes"]) for site in by_leaked], [("keep", 100)], "by another figure")
    paths = view("sites", trace, "--paths", "--sort", "allocations")["sites"]
    join = next(site for site in paths if site["function"] == "join")
    check_equal(sorted(path["value"] for path in join["paths"]), [10, 20], "the paths of a site, by allocations")
    check_equal(len(view("sites", trace, "-n", "1")["sites"]), 1, "--top")


@case
def sites_for_people(directory):
    trace = recorded(directory)
    lines = mprof("sites", "--sort", "temporary", trace).stdout.splitlines()
    check_equal([line.split()[:3] for line in lines if "churn.c" in line and "<" not in line],
                [["20", "80.0%", "join"], ["5", "20.0%", "name"]], "sites")
    check(any("< main churn.c:" in line for line in lines), lines)
    check(max(len(line) for line in lines) <= 80, lines)


def told(shown):
    """What text says of the sites of its first table: place and share."""
    table = shown.split("Call sites", 1)[1].split("\n\n")[0]
    return [(int(line), share) for share, line in re.findall(r" ([0-9.]+%) [^<\n]*churn\.c:(\d+)$", table, re.M)]


def given(rows):
    return [(int(row["line"]), f"{float(row['share']):.1%}") for row in rows]


@case
def programs_get_the_shares_and_the_order_of_the_text(directory):
    trace = recorded(directory)
    for name in ("sites", "report"):
        for options in ((), ("--sort", "leaked"), ("--sort", "temporary"), ("--sort", "allocated"), ("-n", "1")):
            what = f"{name} {options}"
            text = told(mprof(name, *options, trace).stdout)
            rows = view(name, trace, *options)["sites"]
            check(text and given(rows)[:len(text)] == text, f"{what}: {given(rows)}, text has {text}")
            table = ("--table", "sites") if name == "report" else ()
            csv_rows = list(csv.DictReader(io.StringIO(mprof(name, "--format", "csv", *table, *options, trace).stdout)))
            check_equal(given(csv_rows), given(rows), f"{what}, CSV")
            if "--sort" in options:
                check_equal(len(rows), len(text), f"{what}: those that have any of it")
        check_equal(len(view(name, trace)["sites"]), 3, f"{name}: all that allocated, unless told otherwise")


@case
def paths_have_the_figure_of_their_site(directory):
    trace = recorded(directory)
    for name in ("sites", "report"):
        for options, figure in (((), "peak_bytes"), (("--sort", "leaked"), "leaked_bytes"), (("--sort", "temporary"), "temporary")):
            for site in view(name, trace, "--paths", *options)["sites"]:
                check(site["paths"], f"{name} {options}: {site}")
                check_equal(sum(path["value"] for path in site["paths"]), site[figure], f"{name} {options}: {site['function']}")


def sums(sites):
    return {key: sum(site[key] for site in sites) for key in ("allocations", "allocated_bytes", "peak_bytes", "leaked_bytes", "temporary")}


def filtered_line(text):
    """What the line says that filters are, and how many allocations they leave."""
    return re.findall(r"^Filtered: +call sites, by (.*) \(.* (\d+) allocations\); all else is not$", text, re.M)


@case
def reports_narrow_call_sites_and_say_so(directory):
    trace = recorded(directory)
    whole = report(trace)
    for options, functions in ((("-f", "join"), ["join"]), (("-f", "join", "-f", "name"), ["join", "name"]), (("--ignore", "join"), ["keep", "name"]),
                               (("--file", "*churn.c", "--ignore", "keep"), ["join", "name"])):
        left = view("sites", trace, *options)["sites"]
        check_equal(sorted(site["function"] for site in left), functions, f"sites: {options}")
        text = mprof("report", *options, trace).stdout
        check_equal(filtered_line(text), [(" ".join(options), str(sums(left)["allocations"]))], "what is said")
        check_equal(report(trace, *options)["totals"], whole["totals"], f"the whole run's: {options}")
    check_equal(mprof("report", "--module", "nothing", "-f", "*", trace).returncode, 0, "nothing is left")
    check("Filtered" not in mprof("report", trace).stdout, "not of all")
    check_equal(lines_of(report(trace, "-f", "join"), "join"), lines_of(report(trace, "-f", "join", "-f", "name"), "join"), "line tables")
    at = mprof("report", "-f", "join", "--at", "peak", trace).stdout
    check(re.search(r"^Filtered: +call sites, by -f join \(heap 1000 B\); all else is not$", at, re.M), at)


@case
def scripts_have_all_call_sites_beside_the_tables_they_ask_for(directory):
    trace = recorded(directory)
    whole, some = report(trace), report(trace, "-f", "join")
    check_equal(some["sites"], whole["sites"], "by -f")
    check("filtered" not in some, "nothing is")
    ignoring = report(trace, "-f", "join", "--ignore", "join")
    check_equal(ignoring["sites"], view("sites", trace, "--ignore", "join")["sites"], "by --ignore, as of sites")
    check_equal({key: ignoring["filtered"][key] for key in sums([])}, sums(ignoring["sites"]), "their sum")


@case
def twenty_sites_for_people(directory):
    (directory / "many.c").write_text("#include <stdlib.h>\nvoid *volatile p;\nint main(void) {\n" + "p = malloc(10);\n" * 30 + "return 0; }\n")
    trace = record([compile(directory / "many.c", directory / "many", "-O0")], directory).trace()
    shown = [line for line in mprof("sites", trace).stdout.splitlines() if "many.c:" in line]
    check_equal(len(shown), 20, "a screen")
    check_equal(len(view("sites", trace)["sites"]), 30, "all")


run_cases()
