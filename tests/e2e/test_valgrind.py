"""Allocations, frees and bytes, as Valgrind counts them: equal, to the last byte.

No margin is allowed; what the two tools put around a program is made the same instead:
- A library with thread-local storage makes libc take 16 more bytes for each thread (its
  table of modules).  The shim has such storage, Valgrind's own preloaded libraries have
  none: under Valgrind the program gets one more library, with one thread-local variable.
- Valgrind adds variables to the environment, and perl copies it into blocks.  So
  the recorded program gets the environment that a program under Valgrind sees, with an
  LD_PRELOAD of the same length.
- Valgrind counts a failed realloc as an allocation; none of these programs has one.

python3 is not among them: with every import it makes an integer of its thread's identity,
which is an address, and one below 2^30, as under Valgrind, takes 4 bytes less.
"""

import re

from harness import SHIM, case, check, check_equal, compile, needs, record, report, run, run_cases

VALGRIND = ("--run-libc-freeres=no", "--run-cxx-freeres=no")


def longer(path, length):
    """The same path with as many more slashes as it takes."""
    directory, name = str(path).rsplit("/", 1)
    return f"{directory}{'/' * (1 + max(0, length - len(str(path))))}{name}"


def environments(directory, **variables):
    """The environment to run Valgrind in, and the one that it makes of it, but with the shim."""
    tls = compile("thread_local.c", directory / "thread_local.so", "-shared", "-fPIC")
    outer = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": longer(tls, len(str(SHIM))), **variables}
    seen = run([needs("valgrind"), "-q", *VALGRIND, "/usr/bin/env"], directory, env=outer)
    check_equal(seen.returncode, 0, f"valgrind env: {seen.stderr}")
    inner = dict(line.split("=", 1) for line in seen.stdout.splitlines())
    check("vgpreload" in inner["LD_PRELOAD"], f"Valgrind's environment {inner}")
    inner["LD_PRELOAD"] = longer(SHIM, len(inner["LD_PRELOAD"]))
    return outer, inner


def valgrind_totals(argv, directory, **options):
    done = run([needs("valgrind"), *VALGRIND, *argv], directory, timeout=600, **options)
    found = re.search(r"total heap usage: ([\d,]+) allocs, ([\d,]+) frees, ([\d,]+) bytes allocated", done.stderr)
    check(found, f"no totals of Valgrind's in {done.stderr!r}")
    return done, tuple(int(number.replace(",", "")) for number in found.groups())


def mprof_totals(argv, directory, **options):
    done = run(argv, directory, timeout=300, **options)
    figures = report(done.trace())
    check_equal((figures["complete"], figures["lost_events"]), (True, 0), "complete, lost events")
    totals = figures["totals"]
    return done, (totals["allocations"], totals["frees"], totals["allocated_bytes"])


def same_totals(argv, directory, input=None, **variables):
    outer, inner = environments(directory, **variables)
    theirs_run, theirs = valgrind_totals(argv, directory, env=outer, input=input)
    ours_run, ours = mprof_totals(argv, directory, env=inner, input=input)
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
def nothing_to_say_of_the_shim(directory):
    """Under any tool: the program's output, and no word of Valgrind's on what we do."""
    for source in ("exceptions.cpp", "cross_thread_free.c"):
        program = compile(source, directory / "program")
        for tool in ("memcheck", "none"):
            bare = run([needs("valgrind"), f"--tool={tool}", program], directory)
            done = record([needs("valgrind"), f"--tool={tool}", program], directory)
            check_equal((done.returncode, done.stdout), (bare.returncode, bare.stdout), f"exit status and output under {tool}")
            words = [line for line in done.stderr.splitlines()
                     if "unknown" in line or "switching stacks" in line or " at 0x" in line or "WARNING" in line]
            check_equal(words, [], f"{tool}'s words on {source}")


run_cases()
