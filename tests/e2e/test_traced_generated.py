"""Random functions, traced: executions are gcov's, and what the program prints and returns is what it was, by each compiler at each level.

SEEDS=N tries so many more of each, from a random one on.
"""

import json
import os
import random

from generated_c import Generator
from harness import case, check, check_equal, mprof, needs, record, run, run_cases

FUNCTIONS = 4
FIXED = (1, 2, 3)
LEVELS = ("-O0", "-O1", "-O2", "-O3", "-Os", "-Og", "-O2 -fcf-protection=full -fno-plt", "-O0 -no-pie -fno-pie")


def seeds():
    first = random.SystemRandom().randrange(1 << 30)
    return (*FIXED, *range(first, first + int(os.environ.get("SEEDS", "0"))))


def build(source, directory, cc, *flags):
    built = run([cc, "-w", "-g", *flags, "-o", directory / "program", source], directory)
    check_equal(built.returncode, 0, f"{cc}: {built.stderr}")
    return directory / "program"


def generated(directory, seed):
    folder = directory / str(seed)
    folder.mkdir()
    (folder / "program.c").write_text(Generator(seed).program(FUNCTIONS))
    return folder, folder / "program.c"


def counted(trace):
    """By line, but for those of declarations, which count calls."""
    tables = json.loads(mprof("report", "--format", "json", trace).stdout)["functions"]
    firsts = {function["first_line"] for function in tables}
    return {line["line"]: line["hits"] for function in tables for line in function["lines"] if line.get("hits") is not None and line["line"] not in firsts}


def by_gcov(source, folder):
    run([build(source, folder, "gcc", "-O0", "--coverage")], folder)
    done = run(["gcov", "-j", "-t", *folder.glob("*.gcda")], folder)
    return {line["line_number"]: line["count"] for line in json.loads(done.stdout)["files"][0]["lines"]}


@case
def executions_are_gcovs(directory):
    needs("gcov")
    lines = 0
    for seed in seeds():
        folder, source = generated(directory, seed)
        expected, text = by_gcov(source, folder), source.read_text().splitlines()
        done = record([build(source, folder, "gcc", "-O0")], folder, MPROF_LINES="traced_*")
        # gcov counts a loop of one line once more than its rounds, and so one whose body the compiler found to be empty.
        empty = {line for line, words in enumerate(text, 1) if "; j++) " in words or ("for (" in words and line + 1 not in expected)}
        ours = {line: hits for line, hits in counted(done.trace()).items() if line in expected and line not in empty}
        check_equal({line: (hits, expected[line], text[line - 1]) for line, hits in ours.items() if hits != expected[line]}, {}, f"seed {seed}")
        lines += len(ours)
    check(lines > 200, f"lines that both have: {lines}")


@case
def what_ran_has_hits(directory):
    """Optimized code is not the source's: what may have run says that it is not known.  Where a compiler made one code of two lines', the other has none."""
    needs("gcov")
    told, wrong = 0, []
    for seed in seeds():
        folder, source = generated(directory, seed)
        expected, text = by_gcov(source, folder), source.read_text().splitlines()
        for compiler in ("gcc", "clang"):
            for level in ("-Og", "-O1", "-O2", "-Os"):
                trace = folder / "optimized.mprof"
                record([build(source, folder, compiler, level)], folder, MPROF_LINES="traced_*", MPROF_OUT=trace)
                hits = {line: hits for line, hits in counted(trace).items() if line in expected}
                wrong += [f"seed {seed}, {compiler} {level}: {text[line - 1].strip()}" for line, count in hits.items() if count == 0 and expected[line] > 0]
                told += len(hits)
    check(told > 1000 and len(wrong) <= told // 500, f"{told} lines told, of which ran: {wrong}")


@case
def what_they_do_is_unchanged(directory):
    hits = 0
    for seed in seeds():
        folder, source = generated(directory, seed)
        for compiler in ("gcc", "clang"):
            for i, level in enumerate(LEVELS):
                program = build(source, folder, compiler, *level.split())
                bare = run([program], folder)
                done = record([program], folder, MPROF_LINES="traced_*", MPROF_OUT=folder / f"{compiler}{i}.mprof")
                check_equal(done.outcome, bare.outcome, f"seed {seed}, {compiler} {level}")
                hits += sum(counted(folder / f"{compiler}{i}.mprof").values())
    check(hits > 10000, f"hits in all: {hits}")


run_cases()
