"""A gate that judged nothing is no pass: limits that mean nobody, traces that cannot be read, runs of which only a shell was seen."""

import html
import json
import os
import re
import signal
import subprocess

from harness import SHIM, case, check, check_equal, compile, drainers_of, environment, mprof, needs, report, run, run_cases, wait_for

PARSER = """#include <stdlib.h>
__attribute__((noinline)) static void parse(void) { volatile char *p = malloc(1000); p[0] = 1; free((void *)p); }
__attribute__((noinline)) void quiet(volatile int *p) { *p = 1; }
int main(int argc, char **argv) { (void)argv; int x; parse(); quiet(&x); return argc > 9; }
"""
FORMATS = ("text", "json", "markdown", "github", "junit", "sarif", "action-benchmark", "bencher")


def build(directory, *flags, name="parser", source=PARSER):
    (directory / f"{name}.c").write_text(source)
    return compile(directory / f"{name}.c", directory / name, *flags)


def recorded(directory, *program, name="one"):
    done = mprof("run", "-q", "--no-names", "-o", f"{name}.mprof", "--", *program, directory=directory)
    check_equal(done.returncode, 0, done.stderr)


def judged(directory, *arguments, status, expected=None, traces=("one.mprof",), **options):
    done = mprof("check", *arguments, *traces, directory=directory, **options)
    check_equal(done.returncode, status, f"{arguments}: {done.stdout}{done.stderr}")
    if expected:
        check(re.search(expected, done.stdout, re.M), f"{arguments}: no {expected!r} in {done.stdout}")
    return done


@case
def limits_on_functions(directory):
    build(directory)
    recorded(directory, "./parser")
    judged(directory, "--limit", "parse:peak<=1K", status=0)
    judged(directory, "--limit", "parze:peak<=1M", status=2,
           expected=r"^ERROR +--limit parze:peak<=1M: judged nothing: no function .*'parze'; did you mean 'parse'\?")
    judged(directory, "--limit", "pars*e:peak<=1M", "--limit", "nobody_knows_it:leaked<=0", status=2, expected="nobody_knows_it'")
    judged(directory, "--limit", "quiet:allocations<=0", status=0)
    judged(directory, "--limit", "parze:peak<=1M", "--max-peak", "1", status=1, expected="judged nothing")
    done = judged(directory, "--limit", "parze:peak<=1M", "--allow-idle", status=0)
    check("judged nothing" in done.stdout, done.stdout)


NAMESAKES = """#include <stdlib.h>
void *volatile s;
__attribute__((noinline)) void load_font(int n) { s = malloc(n); s = 0; }
__attribute__((noinline)) void load_image(int n) { s = malloc(n); s = 0; }
void real_name(int n) { s = malloc(n); s = 0; }
void api_name(int n) __attribute__((alias("real_name")));
void idle(int *n) { *n = 1; }
void idle_too(int *n) __attribute__((alias("idle")));
int main(int argc, char **argv) { (void)argv; load_image(1000 + argc); api_name(5000); return 0; }
"""


@case
def limits_on_functions_of_two_names(directory):
    """What leaked is recorded under one of them only, and a limit on the other guards nothing."""
    for flags, known, other in ((("-O0",), "real_name", "api_name"), (("-O0", "-g0"), "api_name", "real_name")):
        build(directory, *flags, source=NAMESAKES)
        recorded(directory, "./parser")
        judged(directory, "--limit", f"{known}:leaked<=0", status=1, expected="FAILED: leaked of")
        judged(directory, "--limit", f"{other}:leaked<=0", status=2, expected=f"judged nothing: '{other}' and '{known}' are the same code")
        judged(directory, "--limit", f"{other}:leaked<=0", status=2, expected="^not judged")
        judged(directory, "--limit", "idle_too:leaked<=0", "--limit", "idle:leaked<=0", status=0)
    needs("clang")
    needs("ld.lld")
    compile(directory / "parser.c", directory / "parser", "-O1", "-g", "-ffunction-sections", "-fuse-ld=lld", "-Wl,--icf=all", cc="clang")
    recorded(directory, "./parser")
    done = mprof("check", "--limit", "load_image:leaked<=0", "--limit", "load_font:leaked<=0", "one.mprof", directory=directory)
    check(done.returncode == 1 and "are the same code" in done.stdout, f"folded by the linker: {done.stdout}")


@case
def limits_on_lines(directory):
    build(directory)
    recorded(directory, "./parser")
    judged(directory, "--limit", "parser.c:2:allocations<=1", status=0)
    judged(directory, "--limit", "parser.c:3:allocations<=0", status=0)
    judged(directory, "--limit", "parser.c:99:allocations<=1", status=2, expected="no code stands at 'parser.c:99'")
    judged(directory, "--limit", "parzer.c:2:allocations<=1", status=2, expected=r"did you mean 'parser\.c'\?")


@case
def programs_without_names(directory):
    build(directory, "-s")
    recorded(directory, "./parser")
    judged(directory, "--limit", "parse:peak<=1M", status=2, expected="stripped")
    judged(directory, "--limit", "parser.c:2:peak<=1M", status=2, expected="without -g|stripped")


@case
def limits_of_programs(directory):
    build(directory)
    recorded(directory, "./parser", "t[1-2]")
    gate = directory / "mprof.gate"
    gate.write_text('programs = ( { program = "parser t[1-2]"; limits = { peak = 1; }; } );')
    judged(directory, status=1, expected=r"peak heap.*mprof.gate:1")
    gate.write_text('programs = ( { program = "parser t[12]"; limits = { peak = 1; }; } );')
    judged(directory, status=2, expected=r"^ERROR +mprof.gate:1: judged nothing: .*'parser t\[12\]'; did you mean 'parser t\[1-2\]'\?")
    gate.write_text('programs = ( { program = "nobody"; limits = { peak = 1; }; } );\nlimits = { peak = "1 MiB"; };')
    judged(directory, status=2, expected="nobody")
    gate.write_text('programs = ( { program = "nobody"; optional = true; limits = { peak = 1; }; } );\nlimits = { peak = "1 MiB"; };')
    judged(directory, status=0)
    gate.write_text('functions = ( { function = "nobody"; optional = true; peak = 1; } );')
    judged(directory, status=0)
    gate.write_text('functions = ( { function = "nobody"; optional = 1; peak = 1; } );')
    check("optional" in judged(directory, status=2).stderr, "a value that is none")


@case
def entries_of_baselines(directory):
    build(directory)
    recorded(directory, "./parser")
    gate = directory / "mprof.gate"
    for text, status in (('{ program = "parser"; tolerance = "1%"; }', 0), ('{ program = "parzer"; tolerance = "1%"; }', 2),
                         ('{ function = "parse"; tolerance = "1%"; }', 0), ('{ function = "quiet"; tolerance = "1%"; }', 0),
                         ('{ function = "parze"; tolerance = "1%"; }', 2), ('{ function = "parze"; optional = true; }', 0)):
        gate.write_text(f'baseline = {{ file = "base.json"; entries = ( {text} ); }};')
        if not (directory / "base.json").exists():
            judged(directory, "--update-baseline", status=0)
        judged(directory, status=status)


@case
def one_run_of_a_gate_for_many(directory):
    """What a gate file says of other programs is no mistake where one is started alone; where nothing is said of that one, it is."""
    build(directory)
    gate = directory / "mprof.gate"
    def started(status, expected=""):
        done = mprof("run", "--gate", "mprof.gate", "--", "./parser", directory=directory)
        check_equal(done.returncode, status, done.stderr)
        check(expected in done.stderr, done.stderr)
    gate.write_text('programs = ( { program = "other"; limits = { peak = 1; }; }, { program = "parser"; limits = { peak = "1M"; }; } );')
    started(0, "other")
    gate.write_text('programs = ( { program = "parzer"; limits = { peak = 1; }; } );')
    started(2, "did you mean 'parser'?")
    gate.write_text('functions = ( { function = "parze"; peak = 1; } );')
    started(2, "did you mean 'parse'?")


@case
def every_format_says_so(directory):
    build(directory)
    recorded(directory, "./parser")
    for format in FORMATS:
        done = judged(directory, "--limit", "parze:peak<=1M", f"--format={format}", status=2)
        check("judged nothing" in done.stdout + done.stderr, f"{format}: {done.outcome}")
    log = json.loads(judged(directory, "--limit", "parze:peak<=1M", "--format=sarif", status=2).stdout)
    check_equal(log["runs"][0]["invocations"][0]["executionSuccessful"], False, "SARIF's executionSuccessful")
    told = json.loads(judged(directory, "--limit", "parze:peak<=1M", "--format=json", status=2).stdout)["complaints"]
    check_equal([(c["about"], c["fatal"]) for c in told], [("--limit parze:peak<=1M", True)], "JSON's complaints")


RAW = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv) {
    volatile char *kept = malloc(argc > 1 ? 5000 : 1);
    kept[0] = 1;
    if (argc == 1) free((void *)kept);
    if (argc > 1 && strcmp(argv[1], "wait") == 0) getchar();
    if (argc > 2) abort();
    asm volatile("syscall" : : "a"(SYS_exit_group), "D"(argc > 1 && strcmp(argv[1], "3") == 0 ? 3 : 0) : "rcx", "r11", "memory");
}
"""


@case
def programs_that_end_past_the_c_library(directory):
    """As those of Go do, by the system call itself: their leaks are judged, and they were not killed."""
    build(directory, name="raw", source=RAW)
    shell = ("/bin/sh", "-c")
    for status, program in ((0, ("./raw",)), (1, ("./raw", "leaks")), (3, ("./raw", "3")),
                            (1, (*shell, "./raw && ./raw leaks")), (1, (*shell, "./raw leaks; true"))):
        done = mprof("run", "--max-leaked", "0", "--", *program, directory=directory, TMPDIR=directory)
        check_equal(done.returncode, status, f"{program}: {done.stderr}")
    for index, program in enumerate((("./raw", "leaks"), (*shell, "./raw leaks; true"))):
        (directory / str(index)).mkdir()
        mprof("run", "-q", "-o", f"{index}/%e.%p.mprof", "--", *program, directory=directory)
        trace = next((directory / str(index)).glob("raw.*.mprof"))
        check_equal(report(trace)["complete"], True, f"{program}: a complete run")
        shown = mprof("list", directory=directory / str(index)).stdout
        check(re.search(r"raw\.\d+\.mprof.* exited ", shown), shown)


@case
def killed_programs_are_told_from_those(directory):
    build(directory, name="raw", source=RAW)
    for index, program in enumerate((("./raw", "a", "b"), ("/bin/sh", "-c", "./raw a b; true"))):
        (directory / str(index)).mkdir()
        done = mprof("run", "-q", "-o", f"{index}/%e.%p.mprof", "--", *program, directory=directory)
        check_equal(done.returncode, 134 if index == 0 else 0, done.stderr)
        trace = next((directory / str(index)).glob("raw.*.mprof"))
        judged(directory, "--max-peak", "1G", traces=(trace,), status=2, expected="it was killed")
        shown = mprof("list", directory=directory / str(index)).stdout
        check(re.search(r"raw\.\d+\.mprof.* SIGABRT ", shown), shown)


@case
def an_end_that_nobody_saw_is_judged(directory):
    """With the drainer dead and the process waited for: it may have been killed, so its leaks are not passed over in silence."""
    build(directory, name="raw", source=RAW)
    process = subprocess.Popen(["./raw", "wait"], cwd=directory, stdin=subprocess.PIPE,
                               env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"))
    wait_for(lambda: drainers_of(process.pid) and list(directory.glob("raw.*.mprof")), 10, "a drainer")
    for pid in drainers_of(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate(b"\n")
    check_equal(process.returncode, 0, "status")
    trace = next(directory.glob("raw.*.mprof"))
    done = judged(directory, "--max-leaked", "0", traces=(trace,), status=1, expected="it ended, how is unknown")
    check("FAILED: leaked" in done.stdout, done.stdout)
    check(" ended " in mprof("list", directory=directory).stdout, "mprof list")
    shown = mprof("report", str(trace), directory=directory)
    check("how it ended is unknown" in shown.stdout and "how is unknown" in shown.stdout + shown.stderr, shown.outcome)


@case
def damaged_traces_in_a_folder(directory):
    build(directory)
    (directory / "t").mkdir()
    for name in "abc":
        recorded(directory, "./parser", name, name=f"t/{name}")
    whole = (directory / "t/b.mprof").read_bytes()
    limit = ("--max-peak", "1G")
    judged(directory, *limit, traces=("t",), status=0)
    for damaged, expected in ((b"", "t/b.mprof"), (b"no trace at all", "t/b.mprof"), (whole[:-30], "cut off"),
                              (whole[:40] + bytes(len(whole) - 40), "t/b.mprof|cut off")):
        (directory / "t/b.mprof").write_bytes(damaged)
        done = judged(directory, *limit, traces=("t",), status=2, expected=expected)
        check_equal(len(re.findall("^passed", done.stdout, re.M)), 2, f"the others are judged: {done.stdout}")
        judged(directory, "--max-peak", "1", traces=("t",), status=1, expected=expected)
    for limits in (limit, ("--limit", "parse:peak<=1")):
        done = judged(directory, *limits, traces=("parser",), status=2, expected="parser: cannot be read: not an mprof trace")
        check_equal(done.stdout.count("\n"), 1, f"nothing else is to be said: {done.stdout}")


@case
def only_the_shell_was_recorded(directory):
    build(directory)
    build(directory, "-static", name="static")
    (directory / "Makefile").write_text("all:\n\t./static && true\nboth:\n\t./static && ./parser\n")
    def started(status, expected, *program):
        done = mprof("run", "--max-peak", "1G", "--", *program, directory=directory, TMPDIR=directory)
        check_equal(done.returncode, status, f"{program}: {done.stderr}")
        check(re.search(expected, done.stderr, re.M), f"{program}: no {expected!r} in {done.stderr}")
    started(2, "^ERROR .*only tools of the system were recorded: 1 program", "/bin/sh", "-c", "./static; true")
    needs("make")
    started(2, "only tools of the system were recorded", "make", "-s", "all")
    started(0, "^passed +parser.*\n.*note.*1 program that it started was not recorded", "make", "-s", "both")
    started(0, "note: a tool of the system", "/bin/sh", "-c", "true")
    build(directory, name="became", source='#include <unistd.h>\nint main(void) { execl("./static", "static", (char *)0); return 1; }\n')
    started(2, "^ERROR +became: could not be judged: it went on as another program, and 1 program that it started was not recorded", "./became")


@case
def hints_outlast_the_job(directory):
    """Where the recordings go with the job that made them, a hint names how to make them again."""
    build(directory)
    program = ("--max-peak", "1", "--format", "text", "--format", "junit=j.xml", "--", "./parser", "an argument")
    done = mprof("run", *program, directory=directory, TMPDIR=directory, CI="true", GITHUB_STEP_SUMMARY=directory / "s.md")
    check_equal(done.returncode, 1, done.stderr)
    again = "mprof run -- ./parser 'an argument'; mprof report -f parse"
    for text in (done.stderr, (directory / "j.xml").read_text(), (directory / "s.md").read_text()):
        check(again in html.unescape(text), text)
        check(not re.search(r"more: .*mprof-gate-", text), text)
    kept = mprof("run", "-o", "kept.mprof", *program, directory=directory, CI="true")
    check("more: mprof report kept.mprof" in kept.stderr or f"more: mprof report {directory}/kept.mprof" in kept.stderr, kept.stderr)
    here = mprof("run", *program, directory=directory, TMPDIR=directory, CI=None)
    check(f"more: mprof report {directory}/mprof-gate-" in here.stderr, here.stderr)


@case
def programs_of_one_name(directory):
    """Two of different sources are two; two builds of one source are one."""
    for folder, size in (("a", 1000), ("b", 5000), ("c", 5000)):
        (directory / folder).mkdir()
        (directory / folder / ("same.c" if folder != "a" else "other.c")).write_text(PARSER.replace("1000", str(size)))
        done = run(["gcc", "-g", "-o", "tests", "same.c" if folder != "a" else "other.c"], directory / folder)
        check_equal(done.returncode, 0, done.stderr)
    (directory / "t").mkdir()
    def record_all(*folders):
        for folder in folders:
            recorded(directory, f"{folder}/tests", name=f"t/{folder}")
    def programs(*arguments, status=0):
        return re.findall(r"^(?:passed|FAILED|not judged) +(\S+):", judged(directory, *arguments, traces=("t",), status=status).stdout, re.M)
    record_all("b", "c")
    check_equal(programs("--max-peak", "1M"), ["tests"], "two builds of one source")
    record_all("a")
    check_equal(programs("--max-peak", "1M"), ["a/tests", "b/tests"], "programs of two sources")
    gate = directory / "mprof.gate"
    gate.write_text('programs = ( { program = "a/tests"; limits = { peak = 1000; }; functions = ( { function = "parse"; peak = 999; } ); } );')
    check_equal(programs(status=1), ["a/tests", "b/tests"], "a limit of one of them")
    gate.write_text('programs = ( { program = "tests"; limits = { peak = "4 KiB"; }; } );')
    done = judged(directory, traces=("t",), status=1, expected="^FAILED +b/tests")
    check("passed  a/tests" in done.stdout, done.stdout)


@case
def traces_of_earlier_runs_are_named(directory):
    build(directory)
    (directory / "t").mkdir()
    limit = ("--max-peak", "1M")
    recorded(directory, "./parser", name="t/1")
    check("earlier" not in judged(directory, *limit, traces=("t",), status=0).stdout, "one run")
    recorded(directory, "./parser", name="t/2")
    judged(directory, *limit, traces=("t",), status=0, expected=r"note: 1 of its 2 traces is of earlier runs \(the first is t/1.mprof\)")
    check("earlier" not in judged(directory, *limit, "--repeats", traces=("t",), status=0).stdout, "repeated runs")
    recorded(directory, "/bin/sh", "-c", "./parser; ./parser", name="t/%e.%p")
    (directory / "t/1.mprof").unlink()
    (directory / "t/2.mprof").unlink()
    check("earlier" not in judged(directory, *limit, traces=("t",), status=0).stdout, "processes of one run")


@case
def links_are_known_by_their_names(directory):
    """Where one executable is several programs, as redis-server and redis-check-rdb are."""
    build(directory)
    (directory / "server").symlink_to("parser")
    recorded(directory, "./server", "x", name="%e.%p")
    recorded(directory, "./parser", "x", name="%e.%p")
    done = judged(directory, "--max-peak", "1G", traces=(".",), status=0)
    check_equal(re.findall(r"^passed +(.*): peak", done.stdout, re.M), ["parser x", "server x"], "programs")
    check_equal(sorted(path.name.split(".")[0] for path in directory.glob("*.mprof")), ["parser", "server"], "traces")


FAILING = """#include <signal.h>
#include <stdlib.h>
#include <string.h>
static void take(void) { volatile char *p = malloc(300000); p[0] = 1; }
int main(int argc, char **argv) {
  take();
  if (argc > 1 && !strcmp(argv[1], "killed")) raise(SIGKILL);
  return argc > 1 && !strcmp(argv[1], "red");
}
"""


@case
def programs_that_fail_are_judged(directory):
    """Their own status stays, what they held is told all the same, and no baseline learns from them."""
    build(directory, name="failing", source=FAILING)
    def started(status, expected, *arguments):
        for left in directory.glob("mprof-gate-*/*"):
            left.unlink()
        done = mprof("run", *arguments, directory=directory, TMPDIR=directory)
        check_equal(done.returncode, status, done.stderr)
        check(re.search(expected, done.stderr, re.M), f"no {expected!r} in {done.stderr}")
        return [path.name for path in directory.glob("mprof-gate-*/*")]
    limit = ("--max-peak", "1K", "--format", "text", "--format", "junit=j.xml")
    kept = started(137, "^ERROR +failing killed: could not be judged: it was killed", *limit, "--", "./failing", "killed")
    check_equal(len(kept), 1, "of a program that was killed the recording is what one wants to see")
    check("<error" in (directory / "j.xml").read_text(), "JUnit says it too")
    check_equal(len(started(1, "FAILED: peak heap: 293.0 KiB", *limit, "--", "./failing", "red")), 1, "a breach")
    check_equal(started(1, "^passed +failing red: peak 293.0 KiB", "--max-peak", "1M", "--", "./failing", "red"), [], "no breach")
    check_equal(started(1, "base.json keeps its figures", "--update-baseline", "--baseline", "base.json", "--", "./failing", "red"), [], "update")
    check(not (directory / "base.json").exists(), "no figures of a program that failed")


@case
def outputs_are_tried_before_the_run(directory):
    build(directory)
    (directory / "folder").mkdir()
    for path in ("absent/j.xml", "folder", "/dev/null/j.xml"):
        done = mprof("run", "--max-peak", "1", "--format", f"junit={path}", "--", "./parser", directory=directory)
        check_equal((done.returncode, done.stderr.count("\n")), (2, 1), f"{path}: {done.stderr}")
        check(done.stderr.startswith(f"mprof: {path}: cannot write to it"), done.stderr)


LINES = """#include <stdlib.h>
static char *keep[9];
static void load(int more) {
  keep[0] = malloc(100000);
  keep[1] = malloc(300000);
  if (more & 1) keep[2] = malloc(80000);
}
static void once(void) { keep[3] = malloc(50000); }
static void grown(int more) { keep[4] = malloc(more & 2 ? 90000 : 40000); }
int main(int argc, char **argv) {
  int more = argc > 1 ? atoi(argv[1]) : 0;
  load(more); once(); grown(more);
  for (int i = 0; i < 9; i++) if (more & 4 || i != 1) free(keep[i]);
  return 0;
}
"""


@case
def a_sum_of_lines_stands_at_none_of_them(directory):
    build(directory, name="lines", source=LINES)
    recorded(directory, "./lines")
    done = judged(directory, "--limit", "load:peak<=1K", status=1, expected=r"^ +at load \(lines.c\): 390.6 KiB$")
    check(re.search(r"^ +293.0 KiB at load \(lines.c:5\)\n +called from main \(lines.c:12\)\n"
                    r" +97.7 KiB at load \(lines.c:4\)$", done.stdout, re.M), done.stdout)
    judged(directory, "--limit", "once:peak<=1K", status=1, expected=r"^ +at once \(lines.c:8\): 48.8 KiB$")


@case
def a_baseline_knows_what_it_leaves_out(directory):
    """It has nothing of functions below the floor: what is no greater now has not risen, what is may not be new."""
    build(directory, name="lines", source=LINES)
    def started(status, more, *arguments):
        done = mprof("run", "--name", "lines", "--baseline", "base.json", *arguments, "--", "./lines", str(more), directory=directory,
                     TMPDIR=directory)
        check_equal(done.returncode, status, done.stderr)
        return done.stderr
    started(0, 4, "--update-baseline")
    said = started(1, 7)
    check(re.search(r"FAILED: peak heap.*\n +at load \(lines.c\): 468.8 KiB, before 390.6 KiB\n", said), said)
    check(re.search(r" also at grown \(lines.c:9\): 87.9 KiB, before less than 64.0 KiB\n", said), said)
    check("once" not in said, f"it is as it was: {said}")
    said = started(1, 4, "--max-peak", "1K")
    check("before" not in said and "new" not in said and "also at once" in said, f"a limit asks for all: {said}")
    said = started(1, 0)
    check("To hold what has improved" not in said, f"what would take the breach in, too: {said}")


run_cases()
