"""The benchmark's command still runs, and what it prints can be true.  Nothing is said about times."""

import re
import shutil
import sys

from harness import BUILD, SOURCE, Skip, case, check, check_equal, run, run_cases

PAIRS = 1000000  # events of the small input


def compare(*arguments):
    if not (BUILD / "tests/bench/usage").exists():
        raise Skip("built without the benchmark")
    done = run([sys.executable, SOURCE / "tests/bench/compare.py", "--build", BUILD, "--quick", "--rounds", "1", *arguments])
    check_equal(done.returncode, 0, f"exit status; {done.stderr}")
    return done.stdout


def rows(output):
    """{recorder: {column: text}} of a Markdown table of one workload; its title stands under "workload" of the first row."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in output.splitlines() if line.startswith("|")]
    check(len(cells) > 2, f"a table: {output}")
    return {row[1]: dict(zip(cells[0], row)) for row in cells[2:]}


@case
def a_row_for_each_recorder(_directory):
    found = rows(compare("--only", "pairs, depth 10", "--recorders", "mprof", "--markdown"))
    check_equal(sorted(found), ["bare", "mprof"], "recorders")
    bare, mprof = found["bare"], found["mprof"]
    check_equal(bare["workload"], f"pairs, depth 10: {PAIRS / 1e6:.2f} M events", "title")
    check(float(bare["+ns/event"]) > 0, f"CPU time of the bare program: {bare}")
    check(float(mprof["CPU x"]) > 1 and float(mprof["with helpers"]) > float(mprof["+ns/event"]) > 0, f"CPU time: {mprof}")
    check(0 < float(mprof["B/event"]) < 16, f"bytes on disk: {mprof}")
    # Either may be too short for two decimals.
    check(re.fullmatch(r"\d+\.\d\d \d+\.\d\d", f"{mprof['report s']} {mprof['again s']}"), f"times of reports: {mprof}")
    check(float(mprof["report MiB"]) > 0, f"memory of reports: {mprof}")
    check(0 < float(bare["+RSS MiB"]) < 100, f"resident memory: {bare}")


@case
def start_up_has_goals(_directory):
    output = compare("--only", "1,000 x true", "--recorders", "mprof", "--markdown")
    check_equal(sorted(rows(output)), ["bare", "mprof"], "recorders")
    goals = [line.split() for line in output.splitlines() if "1.5 of bare and 3 s" in line]
    check(len(goals) == 1 and goals[0][0] in ("met", "not"), f"goals: {output}")


@case
def instructions_of_an_ordinary_event(_directory):
    if not (BUILD / "tests/bench/steps").exists():
        raise Skip("built without the benchmark, or not on x86-64")
    done = run([sys.executable, SOURCE / "tests/bench/steps.py", "--build", BUILD])
    check_equal(done.returncode, 0, f"exit status; {done.stderr}")
    counts = [int(count) for count in re.findall(r"the shim's (\d+)", done.stdout)]
    check_equal(len(counts), 12, f"two of each depth, with frame pointers and without: {done.stdout}")
    check(all(20 < count < 2000 for count in counts), f"none is too dear, and each was recorded: {done.stdout}")
    check(counts[0] < counts[2] < counts[4], f"more for deeper stacks: {done.stdout}")


@case
def instructions_of_the_drainer(_directory):
    if not (BUILD / "tests/bench/pairs").exists() or not shutil.which("valgrind"):
        raise Skip("built without the benchmark, or no valgrind")
    done = run([sys.executable, SOURCE / "tests/bench/drainer.py", "--build", BUILD, "--only", "pairs, depth 1"])
    check_equal(done.returncode, 0, f"exit status; {done.stderr}{done.stdout}")
    found = {match[0]: float(match[1]) for match in re.findall(r"^(\S.*\S) +\d+ +([\d.]+) +[\d.]+ +[\d.]+ +[\d.]+$", done.stdout, re.M)}
    check("pairs, depth 1" in found and "pairs, depth 10" in found, f"rows: {done.stdout}")
    check(10 < found["pairs, depth 1"] < 150, f"one by one they take some 280, as rounds a fifth: {found}")


@case
def what_a_visit_of_a_line_costs(_directory):
    if not (BUILD / "tests/bench/visits").exists():
        raise Skip("built without the benchmark")
    done = run([sys.executable, SOURCE / "tests/bench/lines.py", "--build", BUILD, "--rounds", "200000", "--times", "1"])
    check_equal(done.returncode, 0, f"exit status; {done.stderr}")
    sizes = {match[0]: int(match[1]) for match in re.findall(r"^((?:plain|allocating), \w+) +[\d.]+ +-?[\d.]+ +-?[\d.]+ +(\d+)$", done.stdout, re.M)}
    check_equal(len(sizes), 6, f"rows: {done.stdout}")
    check(sizes["plain, traced"] < sizes["plain, recorded"] + 4000, f"a hot loop that allocates nothing writes nothing: {sizes}")


@case
def an_unknown_recorder_is_an_error(_directory):
    done = run([sys.executable, SOURCE / "tests/bench/compare.py", "--build", BUILD, "--recorders", "nobody"])
    check(done.returncode != 0 and "heaptrack" in done.stderr, f"exit {done.returncode}: {done.stderr}")


run_cases()
