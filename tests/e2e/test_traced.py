"""Traced lines: executions counted by patched code, against memory_profiler's and gcov's, and what the program does unchanged."""

import collections
import json
import re
import subprocess

from harness import MPROF, PROGRAMS, Skip, case, check, check_equal, compile, environment, mprof, needs, record, run, run_cases

PYTHON = "/usr/bin/python3"  # whose packages Debian's are


def tags_of(source):
    """By word behind // or #, its line."""
    found = (re.search(r"(?://|#) (\w+)$", line) for line in source.read_text().splitlines())
    return {match.group(1): number for number, match in enumerate(found, 1) if match}


def traced(trace, *arguments):
    """By line: (hits, whether it is traced), of all tables."""
    done = mprof("report", "--format", "json", *arguments, trace)
    check_equal(done.returncode, 0, done.stderr)
    return {line["line"]: line["hits"] for function in json.loads(done.stdout)["functions"] for line in function["lines"] if "hits" in line}


def recorded_lines(program, directory, *arguments, functions="1", **changes):
    done = record([program, *arguments], directory, MPROF_LINES=functions, **changes)
    check("not traced" not in done.stderr, f"lines are traced: {done.stderr}")
    return done


# ---- against memory_profiler -----------------------------------------------------------------------

def by_memory_profiler():
    done = subprocess.run([PYTHON, str(PROGRAMS / "loops.py")], capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        raise Skip("python3-memory-profiler is not installed")
    rows = re.findall(r"^ +\d+ +[-\d.]+ MiB +[-\d.]+ MiB +(\d+) .*# (\w+)$", done.stdout, re.M)
    return {tag: int(count) for count, tag in rows}, done.stdout.splitlines()[0]


@case
def executions_are_memory_profilers(directory):
    expected, said = by_memory_profiler()
    for compiler in ("gcc", "clang"):
        program = compile("loops.c", directory / f"loops-{compiler}", "-O0", cc=compiler)
        done = recorded_lines(program, directory)
        check_equal(done.stdout.strip(), said, "what it prints")
        trace = done.trace()
        lines = traced(trace)
        counts = {tag: lines.get(line) for tag, line in tags_of(PROGRAMS / "loops.c").items()}
        wrong = {tag: (count, expected[tag]) for tag, count in counts.items() if tag in expected and count is not None and count != expected[tag]}
        check_equal(wrong, {}, f"executions, {compiler}")
        missing = [tag for tag in expected if counts[tag] is None]
        check(len(missing) <= 3, f"lines that have no count, {compiler}: {missing}")
        check_equal({tag: counts[tag] for tag in counts if tag.endswith("_def")},
                    {"for_def": 1, "while_def": 1, "one_def": 1, "nested_def": 1, "early_def": 1, "recursive_def": 41, "allocates_def": 1, "next_def": 13,
                     "streams_def": 1, "chooses_def": 4}, f"calls, {compiler}")
        trace.unlink()


@case
def its_five_columns(directory):
    trace = recorded_lines(compile("loops.c", directory / "loops", "-O0"), directory).trace()
    shown = mprof("report", "--memory-profiler", "-f", "allocates", trace).stdout
    check("Line #    Mem usage    Increment  Occurrences   Line Contents\n" in shown and "Call sites" not in shown, shown)
    check(re.search(r"^ +\d+ +1\.9 MiB +10\.5 MiB +11   \tchar \*block|^ +\d+ +1\.9 MiB +10\.5 MiB +11   \t\tchar \*block", shown, re.M), shown)
    check(re.search(r"^ +\d+ +12   \tfor \(int i", shown, re.M), f"a line that allocates nothing: {shown}")


run_cases()
