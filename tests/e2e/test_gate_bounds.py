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
    (directory / "z.json").write_text('{"version": 1, "programs": {"app": {"totals": {"peak": 100000000, "allocations": 100000}}}}')
    started(directory, "--baseline", "z.json", status=0,
            expected="^note +z.json: has no leaked, leaked_blocks, allocated, temporary, collections of app, which is not compared")


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


@case
def limits_on_estimates(directory):
    """A sampled figure passes a limit, or breaks it, with its margin; what lies between cannot be told."""
    build(directory, name="small", source=SMALL)
    sampled = ("--name", "small", "--format", "text", "--format", "json=result.json")
    few, lots = ("./small", "3", "10"), ("./small", "3000", "10000")
    for limit in ("--max-leaked=0", "--max-leaked=1K", "--max-leaked-blocks=0", "--max-leaked-blocks=50%", "--max-allocations=2", "--max-temporary=0",
                  "--max-peak=1K", "--max-allocated=1K", "--limit=main:leaked<=0", "--limit=main:leaked_blocks<=0", "--limit=small.c:5:allocations<=2"):
        said = started(directory, limit, *sampled, status=2, program=few, expected="^ERROR +.*cannot judge small", **RATE)
        check("passed  small: peak" not in said or "ERROR" in said, said)
        check_equal([complaint["fatal"] for complaint in told(directory)["complaints"]], [True], f"{limit}: complaints")
        check_equal(told(directory)["programs"][0]["verdicts"], [], f"{limit}: verdicts")
        check_equal(told(directory)["programs"][0]["sample_bytes"], 65536, "the rate")
    started(directory, "--max-leaked=0", *sampled, status=2, program=few,
            expected=r"^ERROR +--max-leaked: cannot judge small: leaked is 0 B \+/- 245.9 KiB, recorded by one byte in 64 KiB, and the limit 0 B; ", **RATE)
    for limit in ("--max-leaked=1M", "--max-allocations=10", "--max-peak=1M", "--limit=main:leaked<=1M"):
        bound = 20 if "allocations" in limit else None
        started(directory, limit, *sampled, status=1, program=lots if not bound else ("./small", "300000", "1000"), expected=r"FAILED: .* \+/- ", **RATE)
    for limit in ("--max-leaked=100M", "--max-allocations=10000000", "--max-peak=100M", "--max-collections=0"):
        started(directory, limit, *sampled, status=0, program=lots, **RATE)
    started(directory, "--max-leaked=0", *sampled, status=0, program=("./small", "3", "10", "free"))
    check_equal(told(directory)["programs"][0]["sample_bytes"], 0, "the rate of a whole recording")


@case
def baselines_of_estimates(directory):
    """Figures are compared with those of the same rate, and rise only by more than the margin of both."""
    build(directory, name="small", source=SMALL)
    lots, compared = ("./small", "3000", "10000"), ("--name", "small", "--baseline", "b.json")
    started(directory, *compared, "--update-baseline", status=0, program=lots, **RATE)
    check_equal(told(directory, "b.json")["programs"]["small"]["sample_bytes"], 65536, "the rate in the baseline")
    for seed in range(1, 6):
        started(directory, *compared, status=0, program=lots, MPROF_SAMPLE="64KiB", MPROF_SAMPLE_SEED=seed)
    started(directory, *compared, status=1, program=("./small", "6000", "10000"), **RATE)
    expected = r"^ERROR +b.json: small was recorded (whole|by one byte in 64 KiB) for the baseline, and .* here: such figures are not compared"
    for other in ({}, {"MPROF_SAMPLE": "32KiB"}):
        started(directory, *compared, status=2, program=lots, expected=expected, **other)
    started(directory, *compared, "--update-baseline", status=0, program=lots)
    check("sample_bytes" not in told(directory, "b.json")["programs"]["small"], "a whole recording has no rate")
    started(directory, *compared, status=0, program=lots)
    started(directory, *compared, status=2, program=lots, expected=expected, **RATE)
    mprof("run", "-q", "-o", "a.mprof", "--", *lots, directory=directory, **RATE)
    mprof("run", "-q", "-o", "b.mprof", "--", *lots, directory=directory)
    done = mprof("check", "--name", "small", "--repeats", "--baseline", "mixed.json", "--update-baseline", "a.mprof", "b.mprof", directory=directory)
    check_equal((done.returncode, (directory / "mixed.json").exists()), (2, False), done.stderr)
    text = (directory / "b.json").read_text().replace('"totals"', '"sample_bytes": -1,\n"totals"')
    (directory / "b.json").write_text(text)
    started(directory, *compared, status=2, program=lots, expected="^mprof: b.json:.*sample_bytes is no ")


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


@case
def leaks_of_some_runs(directory):
    build(directory, name="fl", source=FLAKY)
    program = {"program": ("./fl",)}
    for limit in ("--max-leaked=0", "--max-leaked-blocks=0", "--max-leaked-blocks=10%", "--limit=main:leaked<=0"):
        started(directory, limit, "--repeat", "3", status=1, expected=r"^FAILED +fl(.|\n)*3 runs: .*leaked 0 B to 97.7 KiB", **program)
        for which, status in (("min", 0), ("median", 0), ("max", 1)):
            started(directory, limit, "--repeat", "3", "--repeat-figure", which, status=status, **program)
    started(directory, "--max-peak=50K", "--repeat", "3", status=0, **program)
    for which, status in (("min", 0), ("max", 1)):
        started(directory, "--max-peak=50K", "--repeat", "3", "--repeat-figure", which, status=status, **program)
    started(directory, "--max-peak=50K", "--repeat-figure", "most", status=2, expected="takes min, median or max", **program)


@case
def hints_name_what_is_there(directory):
    """The recordings of a gate that passes are gone: what is printed names none of them."""
    build(directory)
    outputs = ("--format", "text", "--format", "junit=j.xml", "--format", "action-benchmark=b.json", "--format", "json=result.json",
               "--format", "markdown=m.md", "--format", "sarif=s.json", "--format", "github=g.txt")
    def texts():
        return {name: (directory / name).read_text() for name in ("j.xml", "b.json", "result.json", "m.md", "s.json", "g.txt")}
    said = started(directory, "--max-rss=1M", "--max-peak=1G", *outputs, status=0, expected=r"advice: peak RSS(.|\n)* more: mprof run -- ./app; mprof peak$")
    for name, text in {**texts(), "standard error": said}.items():
        check("mprof-gate-" not in text, f"{name}: {text}")
    check_equal(list(directory.glob("mprof-gate-*")), [], "folders")
    command = re.sub(r"\bmprof ", f"{shlex.quote(str(MPROF))} ", re.search("more: (.*)", said)[1])
    done = run(["/bin/sh", "-c", command], directory)
    check_equal(done.returncode, 0, done.stderr)
    said = started(directory, "--max-rss=1M", "--max-peak=1", *outputs, status=1, CI=None)
    shown = re.findall("more: mprof report (\\S+)", said)
    check(len(shown) == 1 and (directory / shown[0]).exists() and "more: mprof run -- ./app; mprof peak" in said, said)
    for name in ("j.xml", "b.json", "result.json"):
        check(shown[0] in texts()[name], f"{name} names the recording that is kept: {texts()[name]}")
    started(directory, "--max-rss=1M", "-o", "kept.mprof", *outputs, status=0, expected=r"more: mprof peak \S*kept.mprof$")
    check("kept.mprof" in texts()["j.xml"] and "kept.mprof" in texts()["b.json"], "a recording that is kept")
    xml.fromstring(texts()["j.xml"])


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


@case
def ranges_that_overlap_are_no_improvement(directory):
    build(directory, name="held", source=HELD)
    def recorded(*sizes, threads=()):
        for size in sizes:
            mprof("run", "-q", "-o", f"{size}.mprof", "--", "./held", str(size), *threads, directory=directory)
        return [f"{size}.mprof" for size in sizes]
    def judged(traces, *arguments, status=0):
        done = mprof("check", "--name", "held", "--repeats", "--baseline", "b.json", *arguments, *traces, directory=directory)
        check_equal(done.returncode, status, done.stdout + done.stderr)
        return done.stdout
    judged(recorded(1000000, 900000, 1100000), "--update-baseline")
    check("improved" not in judged(recorded(500000, 950000)), "the ranges overlap")
    check("improved" not in judged(recorded(500000, 890000)), "the greatest is within the tolerance")
    check("improved: peak heap" in judged(recorded(500000, 700000)), "all of them are below")
    hint = r"note: .*2 threads, .*--repeat"
    check(not re.search(hint, judged(recorded(2000000, threads=("t",)), status=1)), "a baseline of several runs")
    judged(recorded(1000000), "--update-baseline")
    check(re.search(hint, judged(recorded(2000000, threads=("t",)), status=1)), "a baseline of one run, and threads")
    check("--repeat" not in judged(recorded(2000000), status=1), "no threads")
    check("--repeat" not in judged(recorded(1000000, threads=("t",))), "no failure")


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
def suppressions_say_what_they_did(directory):
    build(directory, name="leaky", source=LEAKY)
    (directory / "s.supp").write_text("# none\nleak:first\nleak:nobody_*\nleak:second\nleak:else\n")
    outputs = ("--format", "text", "--format", "json=result.json", "--format", "junit=j.xml", "--format", "markdown=m.md")
    program = {"program": ("./leaky",)}
    said = started(directory, "--max-leaked=0", "--suppressions", "s.supp", *outputs, status=0,
                   expected="note: suppressed: 100 B in 1 block by leak:first, 60 B in 2 blocks by leak:second$", **program)
    check("note    s.supp: suppressed nothing: leak:nobody_* (line 3), leak:else (line 5)\n" in said, said)
    check_equal(told(directory)["programs"][0]["suppressed"],
                [{"pattern": "first", "bytes": 100, "blocks": 1}, {"pattern": "second", "bytes": 60, "blocks": 2}], "JSON")
    for name in ("j.xml", "m.md"):
        check("100 B in 1 block by" in (directory / name).read_text(), (directory / name).read_text())
    check_equal([(c["about"], c["fatal"]) for c in told(directory)["complaints"]], [("s.supp", False)], "a note")
    started(directory, "--max-leaked=0", *outputs, status=1, **program)
    check_equal(told(directory)["programs"][0]["suppressed"], [], "nothing is suppressed")
    (directory / "all.supp").write_text("leak:take\nleak:first\n")
    said = started(directory, "--max-leaked=0", "--suppressions", "all.supp", status=0, expected="160 B in 3 blocks by leak:take$", **program)
    check("note    all.supp: suppressed nothing: leak:first (line 2)" in said, said)


@case
def wrappers_that_are_none(directory):
    """They are told where they could have had a say: where something failed, or a baseline learns."""
    build(directory, name="leaky", source=LEAKY)
    (directory / "w.gate").write_text('limits = { leaked = 0; };\nwrappers = ( "take",\n "tkae", "firs*", "quite_else" );')
    note = "note +w.gate:3: no function of the program is called 'tkae'; did you mean 'take'"
    program = {"program": ("./leaky",)}
    said = started(directory, "--gate", "w.gate", status=1, expected=note, **program)
    check("w.gate:3: no function of the program is called 'quite_else'" in said, said)
    check("'take';" not in said and "'firs*'" not in said and "called 'take'" not in said, said)
    started(directory, "--gate", "w.gate", "--baseline", "b.json", "--update-baseline", "--max-leaked=1M", status=0, expected=note, **program)


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
