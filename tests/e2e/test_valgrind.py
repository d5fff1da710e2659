"""Allocations, frees and bytes, as Valgrind counts them: equal, to the last byte."""

import re

from harness import SHIM, case, check, check_equal, compile, needs, record, report, run, run_cases

PYTHON = "/usr/bin/python3"


def valgrind_totals(argv, directory, **options):
    done = run([needs("valgrind"), "--run-libc-freeres=no", "--run-cxx-freeres=no", *argv], directory, timeout=600, **options)
    found = re.search(r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees, ([\d,]+) bytes allocated", done.stderr)
    check(found, f"no totals of Valgrind's in {done.stderr!r}")
    return done, tuple(int(number.replace(",", "")) for number in found.groups())


def mprof_totals(argv, directory, **options):
    done = record(argv, directory, timeout=300, **options)
    figures = report(done.trace())
    check_equal((figures["complete"], figures["lost_events"]), (True, 0), "complete, lost events")
    totals = figures["totals"]
    return done, (totals["allocations"], totals["frees"], totals["allocated_bytes"])


def same_totals(argv, directory, **options):
    theirs_run, theirs = valgrind_totals(argv, directory, **options)
    ours_run, ours = mprof_totals(argv, directory, **options)
    check_equal((ours_run.returncode, ours_run.stdout), (theirs_run.returncode, theirs_run.stdout), "exit status and output")
    check_equal(ours, theirs, "(allocations, frees, bytes), mprof against Valgrind")


@case
def c_program(directory):
    same_totals([compile("around_main.c", directory / "around_main")], directory)


@case
def c_program_with_threads(directory):
    same_totals([compile("alloc_in_tls_destructor.c", directory / "threads")], directory)


@case
def cpp_program_with_exceptions_and_threads(directory):
    same_totals([compile("exceptions.cpp", directory / "exceptions", "-O1")], directory)


@case
def sqlite3(directory):
    script = """
        create table t(a integer primary key, b text);
        with recursive c(n) as (select 1 union all select n + 1 from c where n < 3000) insert into t select n, hex(n) from c;
        create index i on t(b); select count(*), max(b) from t;"""
    same_totals([needs("sqlite3"), ":memory:"], directory, input=script)


@case
def perl(directory):
    same_totals([needs("perl"), "-e", 'my %h; $h{$_ % 100} .= "x" x $_ for 1 .. 2000; print length($h{7}), "\\n";'],
                directory, PERL_HASH_SEED="0")


@case
def python3(directory):
    same_totals([PYTHON, "-S", "-c", "print(sum(len(str(i)) for i in range(3000)))"], directory,
                PYTHONMALLOC="malloc", PYTHONHASHSEED="0")


run_cases()
