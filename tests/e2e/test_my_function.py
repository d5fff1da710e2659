"""The first table of the README, as text and as JSON, whatever the compiler makes of the program."""

from harness import SOURCE, case, check, check_equal, compile, lines_of, mprof, record, record_and_report, run_cases

EXPECTED = """\
Line #    Mem usage    Increment  Occurrences   Line Contents
=============================================================
     6      0.0 MiB      0.0 MiB           1   MPROF_PROFILE static double *my_function(void)
     7                                         {
     8      7.6 MiB      7.6 MiB           1   	double *a = filled(1000000, 1);
     9    160.2 MiB    152.6 MiB           1   	double *b = filled(20000000, 2);
    10      7.6 MiB   -152.6 MiB           1   	free(b);
    11                                         	return a;
    12                                         }
"""
A, B = 8000000, 160000000


def as_text(directory, cc, optimisation):
    program = compile(SOURCE / "samples/my_function.c", directory / "my_function", optimisation, cc=cc)
    done = record([program], directory)
    check_equal((done.returncode, done.stdout, done.stderr),
                (0, "a holds 1000000 numbers, the last is 1; b is gone\n", ""), "the program's own output")
    table = mprof("report", done.trace(), directory=directory)
    check_equal(table.returncode, 0, "exit status of the report")
    shown = [line.rstrip() for line in table.stdout.expandtabs(4).splitlines()]
    for line in EXPECTED.expandtabs(4).splitlines():
        check(line.rstrip() in shown, f"no line {line!r} in {shown}")
    check(any(line.startswith("Filename: ") and line.endswith("samples/my_function.c") for line in shown),
          f"no file name in {shown}")


def as_json(directory, cc, optimisation):
    program = compile(SOURCE / "samples/my_function.c", directory / "my_function", optimisation, cc=cc)
    _, figures = record_and_report([program], directory)
    check_equal(figures["schema"], 1, "schema")
    check_equal(figures["command"], [str(program)], "command")
    rows = lines_of(figures, "my_function")
    check_equal(sorted(rows), [6, 8, 9, 10], "the function's first line, and those with events")
    for number, increment, live in ((8, A, A), (9, B, A + B), (10, -B, A)):
        row = rows[number]
        check_equal((row["increment_bytes"], row["mem_bytes"], row["occurrences"]), (increment, live, 1), f"line {number}")
    check_equal(rows[9]["source"].strip(), "double *b = filled(20000000, 2);", "source of line 9")
    check_equal((rows[9]["peak_bytes"], rows[8]["peak_bytes"], rows[9]["leaked_bytes"]), (B, A, 0), "peak and leak")
    check_equal(figures["totals"]["peak_bytes"], A + B, "peak")


def variants(check_it):
    for cc in ("gcc", "clang"):
        for optimisation in ("-O0", "-O2", "-O3"):
            def variant(directory, cc=cc, optimisation=optimisation):
                check_it(directory, cc, optimisation)
            variant.__name__ = f"{check_it.__name__}_{cc}{optimisation}".replace("-", "_")
            case(variant)


variants(as_text)
variants(as_json)
run_cases()
