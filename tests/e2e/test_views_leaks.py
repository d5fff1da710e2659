"""mprof leaks: what each call path did not free; the rows are the whole, however they are grouped."""

import csv
import io
import json
import re

from harness import case, check, check_equal, compile, mprof, needs, record, run, run_cases

GROUPINGS = ("path", "site", "function", "file", "module", "type")
FLAGS = ("-O1", "-fno-optimize-sibling-calls", "-fno-omit-frame-pointer")


def leaks(trace, *arguments, **options):
    done = mprof("leaks", "--format", "json", *arguments, str(trace), **options)
    check_equal(done.returncode, 0, f"mprof leaks {arguments}: {done.stderr}")
    return json.loads(done.stdout)


def recorded(directory, *flags):
    return record([compile("leaks.c", directory / "leaks", *FLAGS, *flags)], directory).trace()


def rows_of(figures, *keys):
    return [tuple(row[key] for key in ("leaked_bytes", "leaked_blocks", "allocations", *keys)) for row in figures["leaks"]]


def is_the_sum(trace, *arguments):
    """The rows of every grouping add up to what all call leaked; returns that."""
    whole = leaks(trace, *arguments)["leaked"]
    for grouping in GROUPINGS:
        rows = leaks(trace, "--group-by", grouping, *arguments)["leaks"]
        check_equal((sum(row["leaked_bytes"] for row in rows), sum(row["leaked_blocks"] for row in rows)),
                    (whole["bytes"], whole["blocks"]), f"{trace}, by {grouping}")
        check(all(row["leaked_blocks"] > 0 for row in rows), "rows that leaked nothing")
    return whole


@case
def figures_of_known_leaks(directory):
    trace = recorded(directory)
    figures = leaks(trace)
    check_equal(figures["leaked"], {"bytes": 458, "blocks": 17, "bytes_error": 0}, "leaked")
    check_equal(rows_of(figures, "function"), [(400, 4, 10, "parse"), (40, 10, 10, "load"), (18, 3, 3, "load")], "by path")
    check_equal([[frame["function"] for frame in row["frames"]] for row in figures["leaks"]],
                [["parse", "main"], ["load", "main"], ["load"] + 8 * ["deep"] + ["main"]], "frames")
    check(all(abs(row["share"] - row["leaked_bytes"] / 458) < 1e-6 for row in figures["leaks"]), "shares")
    check(figures["kept"]["blocks"] > 0, "setenv keeps its strings")
    check_equal(sum(rule["bytes"] for rule in figures["keepers"]), figures["kept"]["bytes"], "what libraries keep, by rule")
    check("setenv (C library's own)" in [rule["rule"] for rule in figures["keepers"]], figures["keepers"])
    check_equal(figures["suppressed"], [], "suppressed")


@case
def groupings(directory):
    trace = recorded(directory)
    for grouping in ("site", "function"):
        check_equal(rows_of(leaks(trace, "--group-by", grouping), "function", "path_count"),
                    [(400, 4, 10, "parse", 1), (58, 13, 13, "load", 2)], grouping)
    check_equal([(row["file"].rpartition("/")[2], *row_) for row, row_ in
                 zip(leaks(trace, "--group-by", "file")["leaks"], rows_of(leaks(trace, "--group-by", "file")))],
                [("leaks.c", 458, 17, 26)], "file")
    check_equal(rows_of(leaks(trace, "--group-by", "module"), "module"), [(458, 17, 26, str(directory / "leaks"))], "module")
    check_equal(rows_of(leaks(trace, "--group-by", "type"), "type"), [(458, 17, 26, None)], "type")
    for wrong, complaint in (("x", "--group-by takes path, site,"),):
        done = mprof("leaks", "--group-by", wrong, trace)
        check_equal(done.returncode, 2, wrong)
        check(complaint in done.stderr and done.stderr.count("\n") == 1, done.stderr)


@case
def the_screen(directory):
    trace = recorded(directory)
    lines = mprof("leaks", trace).stdout.splitlines()
    check_equal(lines.pop(0), "Leaked:       458 B in 17 blocks", "the sum")
    check(re.fullmatch(r"Not counted:  \S+ \S+ in \d+ blocks that libraries keep \(--show-suppressed\)", lines[0]), lines[0])
    check_equal(lines[1].split(), "Leaked Share Blocks of Call path".split(), "headers")
    check_equal(lines[2].split()[:6], "400 B 87.3% 4 10 parse".split(), "the greatest")
    check("< main leaks.c:" in lines[3], lines[3])
    text = "\n".join(lines)
    check_equal(text.count("< deep leaks.c:"), 3, "of many callers the first three")
    check(re.search(r"< \.\.\. < main leaks.c:\d+\n", text + "\n"), text)
    check(max(len(line) for line in lines) <= 80, text)
    check_equal(mprof("leaks", "--frames", trace).stdout.count("< deep leaks.c:"), 8, "all of them")
    text = mprof("leaks", "-n", "1", trace).stdout
    check("... and 2 more with 58 B (-n N)" in text, text)
    text = mprof("leaks", "--show-suppressed", trace).stdout
    check(re.search(r"^Kept by libraries\n +Bytes +Blocks +Rule\n(.*\n)* +\d+ B +\d+ +setenv \(C library's own\)$", text, re.M), text)
    done = mprof("leaks", "-f", "nobody", trace)
    check_equal((done.returncode, done.stderr), (2, "mprof: no function of the program is called 'nobody'\n"), "a name that is none")


@case
def every_format_has_the_same_numbers(directory):
    trace = recorded(directory)
    expected = [["400", "4", "10"], ["40", "10", "10"], ["18", "3", "3"]]
    rows = list(csv.DictReader(io.StringIO(mprof("leaks", "--format", "csv", trace).stdout)))
    check_equal([[row["leaked_bytes"], row["leaked_blocks"], row["allocations"]] for row in rows], expected, "CSV")
    check_equal([frame["function"] for frame in json.loads(rows[0]["frames"])], ["parse", "main"], "frames in CSV")
    markdown = mprof("leaks", "--format", "markdown", trace).stdout
    check_equal([[bytes_, blocks, of] for bytes_, blocks, of in re.findall(r"^\| (\d+) B \| \S+ \| (\d+) \| (\d+) \|", markdown, re.M)],
                expected, "Markdown")


@case
def filters(directory):
    trace = recorded(directory)
    for arguments, expected in ((("-f", "deep"), (18, 3)), (("-f", "load", "--ignore", "deep"), (40, 10)), (("--ignore", "parse"), (58, 13)),
                                (("--file", "leaks.c"), (458, 17)), (("--module", "leaks"), (458, 17))):
        whole = is_the_sum(trace, *arguments)
        check_equal((whole["bytes"], whole["blocks"]), expected, arguments)
    for arguments, what in ((("--module", "nothing*"), "--module means"), (("--type", "*"), "--type means"), (("--ignore", "*"), "--ignore leaves")):
        done = mprof("leaks", *arguments, trace)
        check_equal((done.returncode, done.stdout, done.stderr), (2, "", f"mprof: no recorded call path is of what {what}\n"), arguments)


@case
def rows_add_up(directory):
    (directory / "forks.c").write_text("#include <stdlib.h>\n#include <unistd.h>\n#include <sys/wait.h>\nvoid *volatile p;\n"
                                       "int main(void) { p = malloc(10); if (fork() == 0) { free(p); p = malloc(7); return 0; }\n"
                                       "wait(NULL); p = malloc(20); return 0; }\n")
    commands = [[compile("leaks.c", directory / "stripped", *FLAGS, "-s")], [compile("many_live.c", directory / "many_live"), "1", "1000"],
                [compile("wrappers.c", directory / "wrappers")], [compile("called_back.cpp", directory / "called_back")],
                [compile("gc.c", directory / "gc")], [compile(directory / "forks.c", directory / "forks")],
                [needs("git"), "--version"], [needs("ls"), "/"]]
    for command in commands:
        done = record(command, directory)
        check_equal(done.returncode, 0, f"{command}: {done.stderr}")
        for trace in done.traces():
            whole = is_the_sum(trace)
            totals = json.loads(mprof("report", "--format", "json", trace).stdout)["totals"]
            check_equal((whole["bytes"], whole["blocks"]), (totals["leaked_bytes"], totals["leaked_blocks"]), f"{trace}: report")
            judged = mprof("check", "--max-leaked", whole["bytes"], trace)
            check_equal(judged.returncode, 0, f"{trace}: check {judged.stdout}")
            trace.unlink()


@case
def of_stripped_programs(directory):
    trace = recorded(directory, "-s")
    figures = leaks(trace)
    check_equal(sorted(row[:3] for row in rows_of(figures)), [(18, 3, 3), (40, 10, 10), (400, 4, 10)], "the same paths")
    check(all(re.fullmatch(r"0x[0-9a-f]+", frame["place"]) for row in figures["leaks"] for frame in row["frames"]), "addresses")


# ---- suppressions ------------------------------------------------------------------------------

def suppressed(figures):
    return [(rule["rule"], rule["line"], rule["bytes"], rule["blocks"]) for rule in figures["suppressed"]]


@case
def suppressions_by_rule(directory):
    trace = recorded(directory)
    (directory / "s").write_text("# known\nleak:load\nleak:nothing\nleak:^main$\n")
    figures = leaks(trace, "--suppressions", "s", directory=directory)
    check_equal(figures["leaked"]["bytes"], 0, "leaked")
    check_equal(suppressed(figures), [("leak:load", 2, 58, 13), ("leak:nothing", 3, 0, 0), ("leak:^main$", 4, 400, 4)], "by rule")
    check_equal({rule["file"] for rule in figures["suppressed"]}, {"s"}, "file")
    text = mprof("leaks", "--suppressions", "s", trace, directory=directory).stdout
    check("Nothing leaked." in text and "1 suppression suppressed nothing (--show-suppressed)" in text, text)
    check("458 B in 17 blocks suppressed, " in text, text)
    text = mprof("leaks", "--suppressions", "s", "--show-suppressed", trace, directory=directory).stdout
    check(re.search(r"^ +58 B +13  leak:load +s:2\n +0 B +0  leak:nothing +s:3  \(unused\)\n +400 B +4  leak:\^main\$ +s:4$", text, re.M), text)


@case
def suppressions_of_chains(directory):
    trace = recorded(directory)
    for pattern, remains in (("load;deep", 440), ("load;main", 400), ("deep;load", 458), ("load;deep;main", 440), ("^load$ ; ^main$", 400),
                             ("deep;deep;deep", 440), (9 * "deep;" + "main", 458), ("^main$;^main$", 458), ("leaks.c;main", 0)):
        (directory / "s").write_text(f"leak:{pattern}\n")
        for command in (("leaks",), ("report",)):
            figures = json.loads(mprof(*command, "--format", "json", "--suppressions", "s", trace, directory=directory).stdout)
            check_equal(figures["leaked"]["bytes"] if "leaked" in figures else figures["totals"]["leaked_bytes"], remains, f"{command}, {pattern}")
        judged = mprof("check", "--max-leaked", remains, "--suppressions", "s", trace, directory=directory)
        check_equal(judged.returncode, 0, f"{pattern}: {judged.stdout}")
        if remains:
            judged = mprof("check", "--max-leaked", remains - 1, "--suppressions", "s", trace, directory=directory)
            check_equal(judged.returncode, 1, f"{pattern}: {judged.stdout}")


@case
def suppressions_with_limits(directory):
    trace = recorded(directory)
    for rule, remains, beyond in (("load # max 1 KiB", 400, 0), ("load # max 58", 400, 0), ("load # max 57 B", 440, 40), ("load # max 17", 458, 58),
                                  ("main # max 458", 0, 0), ("main # max 457", 400, 400), ("main\t#\tmax 4K", 458, 0), ("main# max 4K", 458, 0)):
        (directory / "s").write_text(f"leak:{rule}\n")
        figures = leaks(trace, "--suppressions", "s", directory=directory)
        check_equal((figures["leaked"]["bytes"], figures["suppressed"][0]["beyond_bytes"]), (remains, beyond), rule)
        check_equal(sum(row["leaked_bytes"] for row in figures["leaks"]), remains, f"{rule}: rows")
        check_equal(figures["suppressed"][0]["bytes"], 458 - remains, f"{rule}: suppressed")
    (directory / "s").write_text("leak:load # max 17 B\n")
    text = mprof("leaks", "--suppressions", "s", "--show-suppressed", trace, directory=directory).stdout
    check("s:1  (max 17 B, and there is more)" in text, text)
    for wrong, complaint in (("leak:x # max many", "s:1: a limit is a size"), ("leak:x # max 0", "s:1: a limit is a size"),
                             ("leak:a;;b", "s:1: a pattern that matches everything"), ("leak:a;*", "s:1: a pattern that matches everything"),
                             ("race:x", "s:1: no line 'leak:PATTERN': 'race:x'")):
        (directory / "s").write_text(wrong + "\n")
        done = mprof("leaks", "--suppressions", "s", trace, directory=directory)
        check_equal(done.returncode, 2, wrong)
        check(complaint in done.stderr, done.stderr)


@case
def suppressions_of_lsan_options(directory):
    trace = recorded(directory)
    (directory / "s").write_text("leak:load\n")
    (directory / "elsewhere").mkdir()
    remains = lambda options, where=directory: leaks(trace, directory=where, LSAN_OPTIONS=options)["leaked"]["bytes"]
    for options in ("suppressions=s", "verbosity=0:suppressions=s", "suppressions='s',report_objects=1", 'exitcode=0 suppressions="s"',
                    f"suppressions={directory}/s", "suppressions=other:suppressions=s"):
        check_equal(remains(options), 400, options)
    check_equal(remains("suppressions=s", directory / "elsewhere"), 400, "beside the program")
    for options in ("", "print_suppressions=s", "suppressions="):
        check_equal(remains(options), 458, options)
    (directory / "t").write_text("leak:parse\n")
    figures = leaks(trace, "--suppressions", "t", directory=directory, LSAN_OPTIONS="suppressions=s")
    check_equal(suppressed(figures), [("leak:parse", 1, 400, 4), ("leak:load", 1, 58, 13)], "those of options first")
    done = mprof("check", "--max-leaked", "400", trace, directory=directory, LSAN_OPTIONS="suppressions=s")
    check_equal(done.returncode, 0, done.stdout)
    check("suppressed: 58 B in 13 blocks by leak:load" in done.stdout, done.stdout)
    done = mprof("leaks", trace, directory=directory, LSAN_OPTIONS="suppressions=missing")
    check("mprof: warning: LSAN_OPTIONS: the suppressions missing cannot be read" in done.stderr and done.returncode == 0, done.stderr)
    (directory / "s").write_text("race:x\n")
    done = mprof("leaks", trace, directory=directory, LSAN_OPTIONS="suppressions=s")
    check("s:1: no line 'leak:PATTERN'" in done.stderr and done.returncode == 2, done.stderr)


@case
def hostile_names(directory):
    (directory / "e\x1b[31m.c").write_bytes(b"#include <stdlib.h>\nvoid *volatile p;\n\n"
                                            b"__attribute__((noinline)) void make(void) { p = malloc(1000); }\n"
                                            b"int main(void) { make(); return 0; }\n")
    check_equal(run(["gcc", "-g", "-O0", "-o", "app\x1b[2J", "e\x1b[31m.c"], directory).returncode, 0, "gcc")
    check_equal(record(["./app\x1b[2J"], directory).returncode, 0, "exit status")
    (directory / "s\x1b[1m").write_text("leak:no\x1b[7m such\n")
    for grouping in GROUPINGS:
        for layout in ("text", "csv", "markdown"):
            done = mprof("leaks", "--group-by", grouping, "--frames", "--show-suppressed", "--suppressions", "s\x1b[1m", "--format", layout,
                         directory=directory)
            check(done.returncode == 0 and "\x1b" not in done.stdout and "\x07" not in done.stdout, f"{grouping}, {layout}: {done.stdout!r}")
        check_equal(leaks("0", "--group-by", grouping, directory=directory)["leaked"]["bytes"], 1000, grouping)


run_cases()
