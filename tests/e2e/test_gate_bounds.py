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
static void *nothing(void *argument) { return argument; }
int main(int argc, char **argv) {
    pthread_t thread;
    if (argc > 2) { pthread_create(&thread, 0, nothing, 0); pthread_join(thread, 0); }
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


run_cases()
