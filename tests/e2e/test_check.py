"""Every stack of real programs, as the recorder remembers it, against a plain walk and, sampled, libunwind."""

import re
import sys

from harness import BUILD, case, check, needs, record, run_cases

CHECKER = BUILD / "tests/check/libmprof-check.so"
COUNTS = re.compile(r"mprof-check: (\d+) stacks, (\d+) known whole, (\d+) in part, (\d+) walked, (\d+) cut; wrong (\d+); "
                    r"(\d+) compared with libunwind, differing (\d+)")
SQL = """create table t(a integer primary key, b text);
with recursive c(n) as (select 1 union all select n + 1 from c where n < 5000)
    insert into t select n, printf('%d-%x', n * 7919 % 1000003, n) from c;
create index i on t(b); select count(*), max(b) from t;"""
PYTHON = "import json\nfor i in range(3): json.loads(json.dumps({str(k): [k, str(k) * 3] for k in range(2000)}))"
PERL = "my %h; for my $i (1..20000) { $h{$i % 500} = [map { \"x$_\" } 1..($i%5)]; } print scalar keys %h;"


def judged(argv, directory, stacks_min, libunwind_every=10, **env):
    done = record(argv, directory, LD_PRELOAD=CHECKER, MPROF_DRAINER=BUILD / "reporter/drain/mprof-drain",
                  MPROF_CHECK=libunwind_every, **env)
    check(done.returncode == 0, f"exit {done.returncode}: {done.stderr}")
    found = COUNTS.search(done.stderr)
    check(found, f"no counts in {done.stderr!r}")
    stacks, whole, part, _, _, wrong, compared, differing = map(int, found.groups())
    check(stacks >= stacks_min and compared >= stacks_min // (2 * libunwind_every), f"too few: {found[0]}")
    check(whole > 0 and part > 0, f"nothing was remembered: {found[0]}")
    check(wrong == 0 and differing == 0, done.stderr)
    print(f"# {found[0]}", flush=True)


@case
def torture(directory):
    judged([BUILD / "tests/check/torture_program"], directory, 50000)


@case
def sqlite3(directory):
    judged([needs("sqlite3"), ":memory:", SQL], directory, 20000)


@case
def python3(directory):
    judged([sys.executable, "-c", PYTHON], directory, 50000, PYTHONMALLOC="malloc")


@case
def perl(directory):
    judged([needs("perl"), "-e", PERL], directory, 50000)


@case
def compiler(directory):
    (directory / "unit.cpp").write_text("#include <map>\n#include <string>\nstd::map<std::string, int> counts;\n")
    judged([needs("g++"), "-fsyntax-only", "unit.cpp"], directory, 100)


run_cases()
