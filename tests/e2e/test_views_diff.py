#!/usr/bin/env python3
"""mprof diff: what two recordings differ in, by names and lines that may have moved."""

import csv
import io
import json
import re
import shutil

from harness import case, check, check_equal, compile, mprof, record, run_cases

GROUPS = ("function", "site", "file", "module", "line")
FIGURES = ("peak", "leaked", "kept", "allocated", "allocations", "temporary")

HEAD = """#include <stdlib.h>
static void *kept[16];
__attribute__((noinline)) static void *load(size_t n) { void *p = malloc(n); return p; }
"""
FILL = """
__attribute__((noinline)) static void fill(void)
{
	kept[0] = malloc(1000000);
	kept[1] = malloc(200000);
}
"""
DROPPED = """
__attribute__((noinline)) static void dropped(void)
{
	kept[2] = calloc(1, 300000);
}
"""
MAIN = """
int main(void)
{
	fill();
	%s
	kept[4] = load(500000);
	free(kept[1]);
	return 0;
}
"""


def build(directory, name, source, *flags):
    """A program of this text in a folder of its own, as another checkout would be; its recording."""
    folder = directory / name
    folder.mkdir()
    (folder / "app.c").write_text(source)
    compile(folder / "app.c", folder / "app", "-fno-builtin", *flags)
    return record_in(folder)


def record_in(folder, *arguments, program="app", **environment):
    done = record([folder / program, *arguments], folder, **environment)
    check_equal(done.returncode, 0, "the program's status")
    return done.trace()


def diff(old, new, *arguments, **options):
    done = mprof("diff", "--format", "json", *arguments, old, new, **options)
    check_equal(done.returncode, 0, f"status of diff {arguments}: {done.stderr}")
    return json.loads(done.stdout)


def changes(figures, key="name"):
    return {row[key]: row["change_bytes"] for row in figures["rows"]}


def text(old, new, *arguments, **options):
    done = mprof("diff", *arguments, old, new, **options)
    check_equal(done.returncode, 0, f"status of diff {arguments}: {done.stderr}")
    return done.stdout


def total_change(figures, figure):
    return figures["totals"][figure]["new"] - figures["totals"][figure]["old"]


def sum_of_changes(figures, unit="bytes"):
    """Of the rows that are told and of those that are not."""
    rest = figures["left_out"]
    key = "change" if unit == "bytes" or "change_bytes" not in (figures["rows"] or [{}])[0] else "change_blocks"
    return sum(row[f"change_{unit}"] for row in figures["rows"]) + sum(part[key] for part in rest.values())


@case
def nothing_differs_from_itself(directory):
    trace = build(directory, "one", HEAD + FILL + DROPPED + MAIN % "dropped();")
    for group in GROUPS:
        for figure in FIGURES:
            figures = diff(trace, trace, "--all", "--group-by", group, "--sort", figure)
            check_equal(figures["rows"], [], f"rows by {group} and {figure}")
            check_equal([part["rows"] for part in figures["left_out"].values()], [0, 0, 0], "rows left out")
    check("No difference.\n" in text(trace, trace), "text says so")
    check_equal(diff(trace, trace, "--normalize")["rows"], [], "rows to scale")


@case
def another_run_of_the_same_build(directory):
    trace = build(directory, "one", HEAD + FILL + MAIN % "")
    (directory / "two").mkdir()
    shutil.copy(directory / "one/app", directory / "two/app")
    again = record_in(directory / "two")
    for group in GROUPS:
        check_equal(diff(trace, again, "--all", "--group-by", group)["rows"], [], f"rows by {group}")


@case
def moved_code_is_no_change(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    moved = HEAD + "\n" * 100 + DROPPED + "/* three\n * lines\n */" + FILL + MAIN % "\n\n\ndropped();"
    new = build(directory, "new", moved)
    for group in GROUPS:
        check_equal(diff(old, new, "--all", "--group-by", group)["rows"], [], f"rows by {group}")
    lines = HEAD + FILL.replace("{\n", "{\n\t/* a\n\t   b */\n\n") + DROPPED + MAIN % "dropped();"
    newer = build(directory, "newer", lines)
    for group in GROUPS:
        check_equal(diff(old, newer, "--all", "--group-by", group)["rows"], [], f"rows by {group}, lines put before others")


@case
def moved_code_without_the_old_text(directory):
    """As of a source file that is another one by now."""
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    put_in = FILL.replace("{\n", "{\n\tkept[7] = malloc(70000);\n")
    new = build(directory, "new", HEAD + "\n\n" + put_in + DROPPED + MAIN % "dropped();")
    (directory / "old/app.c").write_text("/* nothing */\n" * 100)
    for group in ("site", "line"):
        figures = diff(old, new, "--all", "--group-by", group)
        check_equal([(row["name"], row["state"], row["change_bytes"], row["source"]) for row in figures["rows"]],
                    [("fill", "new", 70000, "\tkept[7] = malloc(70000);")], f"rows by {group}")


@case
def what_changes_is_told(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    put_in = FILL.replace("\tkept[1]", "\tkept[5] = malloc(250000);\n\tkept[1]")
    renamed = DROPPED.replace("dropped", "renamed").replace("300000", "700000")
    new = build(directory, "new", HEAD + "\n\n" + put_in + renamed + MAIN % "renamed();")
    figures = diff(old, new)
    check_equal([(row["name"], row["state"], row["old_bytes"], row["new_bytes"], row["old_blocks"], row["new_blocks"])
                 for row in figures["rows"]],
                [("renamed", "new", 0, 700000, 0, 1), ("dropped", "gone", 300000, 0, 1, 0), ("fill", "changed", 1200000, 1450000, 2, 3)],
                "functions")
    check_equal(figures["totals"]["peak"], {"old": 2000000, "new": 2650000}, "peaks")
    check_equal(sum_of_changes(figures), 650000, "the sum of changes")
    figures = diff(old, new, "--group-by", "line")
    check_equal([(row["name"], row["state"], row["change_bytes"], (row["source"] or "").strip()) for row in figures["rows"]],
                [("renamed", "new", 700000, "kept[2] = calloc(1, 700000);"),
                 ("dropped", "gone", -300000, "kept[2] = calloc(1, 300000);"),
                 ("fill", "new", 250000, "kept[5] = malloc(250000);")], "lines")
    shown = text(old, new)
    check(re.search(r"\+683\.6 KiB +0 B +683\.6 KiB +\+1 +new +renamed  ", shown), shown)
    check(re.search(r"Peak heap: +1\.9 MiB -> 2\.5 MiB, \+634\.8 KiB\n", shown), shown)
    check("warning" not in shown, "a warning")


@case
def a_line_that_asks_for_more(directory):
    old = build(directory, "old", HEAD + FILL + MAIN % "")
    new = build(directory, "new", HEAD + "\n\n" + FILL.replace("1000000", "4000000") + MAIN % "")
    figures = diff(old, new, "--group-by", "site")
    check_equal([(row["name"], row["state"], row["change_bytes"], row["new_line"] - row["old_line"]) for row in figures["rows"]],
                [("fill", "changed", 3000000, 2)], "sites")
    check("(was :" in text(old, new, "--group-by", "site"), "text has both lines")


@case
def the_same_numbers_in_every_format(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    new = build(directory, "new", HEAD + FILL.replace("1000000", "1100000") + MAIN % "")
    for group in GROUPS:
        rows = diff(old, new, "--group-by", group)["rows"]
        done = mprof("diff", "--format", "csv", "--group-by", group, old, new)
        table = list(csv.DictReader(io.StringIO(done.stdout)))
        check_equal([list(row) for row in table], [list(row) for row in rows], "columns")
        check_equal([int(row["change_bytes"]) for row in table], [row["change_bytes"] for row in rows], f"changes by {group} in csv")
        done = mprof("diff", "--format", "markdown", "--group-by", group, old, new)
        check_equal(done.stdout.count("\n| +") + done.stdout.count("\n| -"), len(rows) + 1, done.stdout)


@case
def small_changes_are_summed(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    new = build(directory, "new", HEAD + FILL.replace("200000", "200064") + DROPPED.replace("300000", "299990") + MAIN % "dropped();")
    figures = diff(old, new)
    check_equal(figures["rows"], [], "rows")
    check_equal(figures["left_out"]["below_floor"], {"rows": 2, "change": 54, "change_blocks": 0}, "left out")
    shown = text(old, new)
    check("No change to tell. Left out: 2 of at most 64.0 KiB, +54 B in all (--all)\n" in shown, shown)
    check_equal(changes(diff(old, new, "--all")), {"fill": 64, "dropped": -10}, "all")
    big = build(directory, "big", HEAD + FILL.replace("200000", "900000") + DROPPED.replace("300000", "900000") + MAIN % "dropped();")
    figures = diff(old, big, "-n", "1")
    check_equal((len(figures["rows"]), figures["left_out"]["beyond_top"]["rows"]), (1, 1), "rows of -n 1")
    check_equal(sum_of_changes(figures), total_change(figures, "peak"), "the sum")


@case
def sums_agree_with_totals(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    new = build(directory, "new", HEAD + FILL.replace("1000000", "1") + MAIN % "for (int i = 0; i < 500; i++) free(load(10));")
    for group in GROUPS:
        for figure, unit in (("peak", "bytes"), ("leaked", "bytes"), ("allocated", "bytes"), ("allocations", "blocks"), ("temporary", "blocks")):
            for arguments in ((), ("--all",), ("-n", "1")):
                figures = diff(old, new, "--group-by", group, "--sort", figure, *arguments)
                check_equal(sum_of_changes(figures, unit), total_change(figures, figure), f"{group}, {figure}, {arguments}")


@case
def normalized(directory):
    loop = MAIN % "for (int i = 0; i < COUNT; i++) { kept[6] = load(1000); kept[7] = malloc(3000); }"
    old = build(directory, "old", HEAD + FILL + loop, "-DCOUNT=100")
    new = build(directory, "new", HEAD + FILL + loop, "-DCOUNT=1000")
    figures = diff(old, new, "--sort", "allocated", "--normalize", "--all")
    check_equal(sum_of_changes(figures), 0, "the sum of changes")
    check(abs(figures["query"]["scale"] - 5700000 / 2100000) < 1e-4, figures["query"])
    moved = changes(figures)
    check(moved["fill"] < 0 < moved["main"], moved)
    check("old figures times 2.714" in text(old, new, "--sort", "allocated", "--normalize"), "text says so")


@case
def namesakes(directory):
    """Static functions of one name in several files are told apart by the files, wherever these lie."""
    def two(name, a_bytes, b_bytes):
        for part, size in (("a", a_bytes), ("b", b_bytes)):
            folder = directory / name / part
            folder.mkdir(parents=True)
            (folder / "util.c").write_text("#include <stdlib.h>\nvoid *kept_%s;\n__attribute__((noinline)) static void set_up(void)\n"
                                           "{\n\tkept_%s = malloc(%d);\n}\nvoid %s(void) { set_up(); }\n" % (part, part, size, part))
        (directory / name / "app.c").write_text("void a(void), b(void);\nint main(void) { a(); b(); return 0; }\n")
        compile(directory / name / "app.c", directory / name / "app", str(directory / name / "a/util.c"),
                str(directory / name / "b/util.c"), "-fno-builtin")
        return record_in(directory / name)
    old, new = two("old", 100000, 300000), two("new", 100000, 500000)
    for group in GROUPS[:3]:
        figures = diff(old, new, "--group-by", group)
        check_equal([(row["file"][-8:], row["change_bytes"]) for row in figures["rows"]], [("b/util.c", 200000)], f"rows by {group}")


@case
def other_programs(directory):
    old = build(directory, "old", HEAD + FILL + MAIN % "")
    new = directory / "new"
    new.mkdir()
    (new / "other.c").write_text(HEAD + FILL + DROPPED + MAIN % "dropped();")
    compile(new / "other.c", new / "other", "-fno-builtin")
    trace = record_in(new, program="other")
    figures = diff(old, trace, "--all")
    check_equal(changes(figures), {"dropped": 300000}, "rows")
    check_equal((figures["same_program"], len(figures["warnings"])), (False, 1), "a warning")
    check_equal(text(old, trace).count("warning: two programs, "), 1, "warnings in text")
    check_equal([row["name"] for row in diff(old, trace, "--group-by", "module")["rows"]], ["other"], "the executable is one module")


@case
def without_names_or_lines(directory):
    source = HEAD + FILL + DROPPED + MAIN % "dropped();"
    old, plain, bare = build(directory, "old", source), build(directory, "plain", source, "-g0"), build(directory, "bare", source, "-s")
    grown = build(directory, "grown", source.replace("300000", "900000"), "-s")
    for group in ("function", "site", "line", "module"):
        check_equal(diff(old, plain, "--all", "--group-by", group)["rows"], [], f"against one without lines by {group}")
        check_equal(diff(bare, bare, "--all", "--group-by", group)["rows"], [], f"of one without names by {group}")
    rows = diff(bare, grown, "--all")["rows"]
    check_equal([(row["name"], row["change_bytes"]) for row in rows], [("code without names", 600000)], "functions without names")
    rows = diff(bare, grown, "--all", "--group-by", "site")["rows"]
    check_equal([(row["change_bytes"], row["state"]) for row in rows], [(600000, "changed")], "sites without names")
    check("0x" in rows[0]["place"], rows)


@case
def filters(directory):
    old = build(directory, "old", HEAD + FILL + DROPPED + MAIN % "dropped();")
    new = build(directory, "new", HEAD + FILL.replace("1000000", "1200000") + DROPPED.replace("300000", "600000") + MAIN % "dropped();")
    check_equal(changes(diff(old, new, "-f", "fill")), {"fill": 200000}, "rows of a function")
    figures = diff(old, new, "--ignore", "fill")
    check_equal(changes(figures), {"dropped": 300000}, "rows without one")
    check_equal(total_change(figures, "peak"), 300000, "totals are of what passes")


@case
def sampled(directory):
    loop = "for (int i = 0; i < 20000; i++) load(100 + i % 7);"
    build(directory, "old", HEAD + FILL + MAIN % loop)
    first, second = (record_in(directory / "old", MPROF_SAMPLE="4096") for _ in range(2))
    figures = diff(first, second)
    for row in figures["rows"]:
        check(abs(row["change_bytes"]) > row["change_bytes_error"] > 0, row)
    for row in diff(first, second, "--all")["rows"]:
        check_equal(abs(row["change_bytes"]) <= row["change_bytes_error"], row["state"] == "within margin", row)
    check_equal(diff(first, first, "--all")["rows"], [], "rows of a sampled trace and itself")
    more = directory / "more"
    more.mkdir()
    (more / "app.c").write_text((HEAD + FILL + MAIN % loop).replace("200000", "9000000"))
    compile(more / "app.c", more / "app", "-fno-builtin")
    grown = record_in(more, MPROF_SAMPLE="4096")
    figures = diff(first, grown)
    check(changes(figures)["fill"] > 8000000, changes(figures))
    check("+/- 95%" in text(first, grown), "text has margins")


@case
def which_recordings(directory):
    trace = build(directory, "one", HEAD + FILL + MAIN % "")
    for arguments, words in (([trace], "OLD NEW"), ([trace, trace, trace], "two traces"),
                             ([f"{trace}@1.5s", trace], "--at 1.5s: the run took"), ([trace, trace.parent / "none.mprof"], "none.mprof")):
        done = mprof("diff", *arguments)
        check_equal((done.returncode, done.stdout), (2, ""), f"refusal of {arguments}")
        check(words in done.stderr and done.stderr.count("\n") <= 2, done.stderr)
    done = mprof("diff", "0", "-1", directory=trace.parent)
    check_equal(done.returncode, 0, f"indices: {done.stderr}")
    done = mprof("diff", "--group-by", "colour", trace, trace)
    check(done.returncode == 2 and "--group-by takes" in done.stderr, done.stderr)


run_cases()
