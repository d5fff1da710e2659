"""Bounds guard what they name: no figure passes that is gone, missing or an estimate, and no hint names what is not there."""

import json
import re
import shlex
import xml.etree.ElementTree as xml

from harness import MPROF, case, check, check_equal, compile, mprof, run, run_cases

PARSER = """#include <stdlib.h>
static char *kept[500];
__attribute__((noinline)) static void parse_line(int i) { kept[i] = malloc(20); }
__attribute__((noinline)) void quiet(volatile int *p) { *p = 1; }
int main(void) {
    int x;
    volatile int rounds = ROUNDS;
    for (int i = 0; i < rounds; i++) parse_line(i % 500);
    for (int i = 0; i < rounds; i++) { free(kept[i % 500]); kept[i % 500] = NULL; }
    free(malloc(1));
    quiet(&x);
    return 0;
}
"""


def build(directory, *flags, name="app", source=PARSER):
    (directory / f"{name}.c").write_text(source)
    return compile(directory / f"{name}.c", directory / name, "-O1", "-fno-builtin", *(("-DROUNDS=500",) if source is PARSER else ()), *flags)


def started(directory, *arguments, status, expected=None, program=("./app",), **options):
    done = mprof("run", *arguments, "--", *program, directory=directory, TMPDIR=directory, **options)
    check_equal(done.returncode, status, f"{arguments}: {done.stderr}")
    if expected:
        check(re.search(expected, done.stderr, re.M), f"{arguments}: no {expected!r} in {done.stderr}")
    return done.stderr


def told(directory, name="result.json"):
    return json.loads((directory / name).read_text())


@case
def functions_that_are_gone(directory):
    """A function of the baseline that was renamed, or whose name was stripped, is judged no more, and that is no improvement."""
    (directory / "j.gate").write_text('baseline = { file = "j.json"; entries = ( { function = "parse_line"; tolerance = "1%"; } ); };')
    gate = ("--gate", "j.gate")
    build(directory)
    started(directory, *gate, "--update-baseline", status=0)
    started(directory, *gate, status=0)
    build(directory, source=PARSER.replace("parse_line", "scan_line").replace("ROUNDS", "500"))
    said = started(directory, *gate, status=2, expected=r"^ERROR +j.gate:1: judged nothing: no function of the program is called 'parse_line'")
    check("--update-baseline" not in said, f"an update would put an end to the guard: {said}")
    check("improved" not in said, said)
    build(directory, "-s")
    said = started(directory, *gate, status=2, expected="judged nothing: .*'parse_line'.*stripped")
    check("--update-baseline" not in said and "improved" not in said, said)
    build(directory, source=PARSER.replace("ROUNDS", "0"))
    started(directory, *gate, status=0, expected="improved: allocations of parse_line: 0, 500 ")


@case
def entries_without_figures(directory):
    build(directory)
    for entry in ("{}", '{"totals": {}}', '{"functions": {"parse_line": {"peak": 1}}}'):
        text = '{"version": 1,\n"programs": {\n"app":\n%s}}' % entry
        for more in ((), ("--update-baseline",)):
            (directory / "z.json").write_text(text)
            started(directory, "--baseline", "z.json", *more, status=2, expected=r"^mprof: z.json:3: 'app' has no totals$")
            check_equal((directory / "z.json").read_text(), text, "the file")


@case
def programs_that_allocate_nothing(directory):
    """Their functions are there all the same."""
    build(directory, name="idle", source="int quiet(volatile int *p) { *p = 1; return 0; }\nint main(void) { int x; return quiet(&x); }\n")
    program = {"program": ("./idle",)}
    for place in ("quiet", "idle.c:1"):
        started(directory, f"--limit={place}:leaked<=0", status=0, **program)
    started(directory, "--limit=quite:leaked<=0", status=2, expected="judged nothing: .*'quite'; did you mean 'quiet'", **program)


SMALL = """#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
    int many = argc > 1 ? atoi(argv[1]) : 1, size = argc > 2 ? atoi(argv[2]) : 100;
    for (int i = 0; i < many; i++) { volatile char *p = malloc(size); p[0] = 1; if (argc > 3) free((void *)p); }
    return 0;
}
"""
RATE = {"MPROF_SAMPLE": "64KiB", "MPROF_SAMPLE_SEED": "7"}


FLAKY = """#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void) {
    FILE *log = fopen("log", "a");
    fputc('x', log);
    long run = ftell(log), leaks = run % 3 == 2;
    fclose(log);
    for (int i = 0; i < 100; i++) { volatile char *p = malloc(1000); p[0] = 1; if (!leaks) free((void *)p); }
    return 0;
}
"""


HELD = """#include <pthread.h>
#include <stdlib.h>
static void *little(void *argument) { volatile char *p = malloc(1); p[0] = 1; free((void *)p); return argument; }
int main(int argc, char **argv) {
    pthread_t thread;
    if (argc > 2) { pthread_create(&thread, 0, little, 0); pthread_join(thread, 0); }
    volatile char *p = malloc(strtoul(argv[1], 0, 10));
    p[0] = 1;
    free((void *)p);
    return 0;
}
"""


LEAKY = """#include <stdlib.h>
#include <string.h>
__attribute__((noinline)) static void take(int size) { volatile char *p = malloc(size); p[0] = 1; }
__attribute__((noinline)) static void first(void) { take(100); }
__attribute__((noinline)) static void second(void) { take(30); take(30); }
int main(int argc, char **argv) {
    first(); second();
    if (argc > 1) take(atoi(argv[1]));
    return 0;
}
"""


@case
def mistakes_in_gate_files_say_what_is_meant(directory):
    build(directory)
    for text, expected in (("limits = {\n peak = 1 MiB; };", '2: a size with its unit stands in quotes: "1 MiB"'),
                           ("limits = {\n peak = 64MiB; };", '2: a size with its unit stands in quotes: "64MiB"'),
                           ("limits = {\n peak = 3K };", '2: a size with its unit stands in quotes: "3K"'),
                           ("limits = { temporary = 10 %; };", '1: a percentage stands in quotes: "10 %"'),
                           ("limits = { temporary = 0.5%; };", '1: a percentage stands in quotes: "0.5%"'),
                           ("limits = { peak = 1.5; };", "1: peak takes a whole number or a text in quotes"),
                           ("limits = { temporary = \"101%\"; };", "1: temporary is a part of all allocations: no more than 100%, not '101%'"),
                           ("limits = { peak = 5 x; };", "1: syntax error")):
        (directory / "bad.gate").write_text(text)
        said = started(directory, "--gate", "bad.gate", status=2)
        check(said.startswith(f"mprof: bad.gate:{expected}"), f"{text!r}: {said}")
    (directory / "good.gate").write_text('limits = { peak = 5000000000L; leaked = 0x10; /* 5 MiB */ allocations = 1000; }; # 3 K\n')
    started(directory, "--gate", "good.gate", status=0)


@case
def bounds_that_cannot_fail(directory):
    build(directory)
    for arguments, expected in ((("--max-temporary=101%",), "no more than 100%"), (("--max-leaked-blocks=1000%",), "no more than 100%"),
                                (("--baseline=b.json", "--tolerance=1000000%"), "--tolerance: .*more than 1000%"),
                                (("--limit=main:temporary<=200%",), "no more than 100%")):
        started(directory, *arguments, status=2, expected=expected)
    started(directory, "--max-temporary=100%", status=0)
    started(directory, "--baseline=b.json", "--update-baseline", "--tolerance=1000%", status=0)


@case
def outputs_do_not_mix(directory):
    build(directory)
    for formats, status in ((("junit", "json"), 2), (("text", "json"), 2), (("json", "json"), 2), (("sarif=-", "text"), 2), (("text", "github"), 0),
                            (("text", "markdown"), 0), (("json", "junit=j.xml"), 0), (("json=a", "junit=a"), 2), (("text=/dev/stderr", "junit=/dev/stderr"), 2)):
        said = started(directory, "--max-peak=1G", *(f"--format={format}" for format in formats), status=status,
                       expected="--format: .*(both|twice)" if status else None)
        check((directory / "a").exists() is False, said)


run_cases()
