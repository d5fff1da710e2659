"""`mprof check` and `mprof run --gate`: regressions are caught and named, and nothing else is."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

from harness import (MPROF, PROGRAMS, Skip, case, check, check_equal, compile, environment, mprof, needs, run, run_cases)

SOURCE = (PROGRAMS / "gated.c").read_text().splitlines()
GATE = """
baseline = { file = "base.json"; };
"""


def seeded_line(kind):
    return next(i for i, line in enumerate(SOURCE, 1) if f"SEEDED {kind}" in line)


def build(directory, *flags, cc="gcc", source="gated.c"):
    return compile(source, directory / "gated", *flags, cc=cc)


def gate(directory, *arguments, program=("./gated",), **options):
    return mprof("run", *arguments, "--", *program, directory=directory, TMPDIR=directory, **options)


def with_baseline(directory, *arguments, program=("./gated",)):
    (directory / "mprof.gate").write_text(GATE)
    done = gate(directory, "--gate", "mprof.gate", "--update-baseline", *arguments, program=program)
    check_equal(done.returncode, 0, f"status of the update: {done.stderr}")
    return json.loads((directory / "base.json").read_text())


def check_passes(directory, what, *arguments, program=("./gated",)):
    done = gate(directory, "--gate", "mprof.gate", *arguments, program=program)
    check_equal(done.returncode, 0, f"{what}: {done.stderr}")
    check_equal([p.name for p in directory.glob("mprof-gate-*")], [], f"{what}: folders left")
    return done


@case
def seeded_regressions(directory):
    build(directory, "-O2")
    with_baseline(directory)
    for kind, title, function in (("leak", "leaked", "remember"), ("peak", "peak heap", "make_index"),
                                  ("count", "allocations", "again"), ("temporary", "temporary allocations", "check_word")):
        build(directory, "-O2", f"-DSEED_{kind.upper()}")
        done = gate(directory, "--gate", "mprof.gate")
        check_equal(done.returncode, 1, f"{kind}: status; {done.stderr}")
        failure = re.search(rf"FAILED: {title}: .*\n +at (\w+) \((\S+):(\d+)\): .*, (?:new|before less than .*)\n +called from (\w+)", done.stderr)
        check(failure, f"{kind}: no failure with its line in {done.stderr}")
        check_equal((failure[1], int(failure[3])), (function, seeded_line(kind)), f"{kind}: the first contributor")
        check(failure[2].endswith("gated.c"), f"{kind}: its file is {failure[2]}")
        more = re.search(r"more: (mprof .*)", done.stderr)[1]
        shown = run(["/bin/sh", "-c", re.sub(r"(^|; )mprof ", rf"\1{MPROF} ", more)], directory)
        check(shown.returncode == 0 and function in shown.stdout, f"{more}: {shown.stderr}")
        for folder in directory.glob("mprof-gate-*"):
            shutil.rmtree(folder)


@case
def rebuilt_programs_pass(directory):
    """Moved lines, a renamed file, other compilers and optimisation levels are no regressions."""
    build(directory, "-O2")
    before = with_baseline(directory)
    source = (PROGRAMS / "gated.c").read_text()
    moved = directory / "gated.c"
    moved.write_text("\n/* One line more. */\n" + source.replace("\n}\n", "\n\n\n}\n\n\n"))
    build(directory, "-O2", source=moved)
    check_passes(directory, "moved lines")
    renamed = directory / "renamed.c"
    renamed.write_text(source)
    build(directory, "-O2", source=renamed)
    check_passes(directory, "a renamed file")
    for cc in ("gcc", "clang"):
        if not shutil.which(cc):
            continue
        for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
            build(directory, level, cc=cc)
            check_passes(directory, f"{cc} {level}")
    check_equal(json.loads((directory / "base.json").read_text()), before, "the baseline")


@case
def repeated_runs_pass(directory):
    """Threads make the peak vary, and repeats take care of that; without threads every run is the same."""
    build(directory, "-O2")
    with_baseline(directory)
    for i in range(50):
        check_passes(directory, f"run {i + 1}")
    program = ("./gated", "4")
    with_baseline(directory, "--repeat", "5", program=program)
    for i in range(20):
        done = check_passes(directory, f"ten runs, the {i + 1}th time", "--repeat", "10", program=program)
        check("10 runs" in done.stderr, done.stderr)


@case
def repeats_say_how_they_vary(directory):
    (directory / "vary.sh").write_text('echo x >>log; set -- $(wc -l log); exec ./held $((1000 * $1))\n')
    (directory / "held.c").write_text("#include <stdlib.h>\nint main(int c, char **v) { (void)c; volatile char *p = "
                                      "malloc(strtoul(v[1], NULL, 10)); p[0] = 1; free((void *)p); return 0; }\n")
    compile(directory / "held.c", directory / "held")
    program = ("/bin/sh", "vary.sh")
    done = gate(directory, "--baseline", "b.json", "--update-baseline", "--repeat", "3", "--name", "x", program=program)
    check_equal(done.returncode, 0, done.stderr)
    check("3 runs: peak heap 1000 B to 2.9 KiB" in done.stderr, done.stderr)
    programs = json.loads((directory / "b.json").read_text())["programs"]
    check_equal({key: entry["totals"]["peak"] for key, entry in programs.items()}, {"x": [1000, 3000]}, "programs and peaks")
    traces = []
    for size in (3000, 1000, 2000):
        mprof("run", "-q", "-o", f"{size}.mprof", "--", "./held", str(size), directory=directory)
        traces.append(f"{size}.mprof")
    for which, expected in (("min", 1000), ("median", 2000)):
        done = mprof("check", "--name", "held", "--repeats", "--repeat-figure", which, f"--max-peak={expected - 1}", *traces,
                     directory=directory)
        check_equal(done.returncode, 1, done.stderr)
        check("3 runs: peak heap 1000 B to 2.9 KiB" in done.stdout, done.stdout)
        done = mprof("check", "--name", "held", "--repeats", "--repeat-figure", which, f"--max-peak={expected}", *traces,
                     directory=directory)
        check_equal(done.returncode, 0, done.stdout)
    mprof("check", "--name", "held", "--repeats", "--baseline", "r.json", "--update-baseline", *traces, directory=directory)
    totals = json.loads((directory / "r.json").read_text())["programs"]["held"]["totals"]
    check_equal(totals["peak"], [1000, 3000], "the stored range")
    done = mprof("check", "--name", "held", "--max-peak=2999", *traces, directory=directory)
    check_equal(done.returncode, 1, "of processes of one run the greatest counts")
    check(re.search(r"held: peak 2\.9 KiB, .* allocations, each the most of any of 3 processes$", done.stdout, re.M), done.stdout)
    told = json.loads(mprof("check", "--name", "held", "--max-peak=2999", "--format", "json", *traces, directory=directory).stdout)
    check_equal(told["programs"][0]["processes"], 3, "processes")
    check("processes" not in mprof("check", "--name", "held", "--max-peak=2999", traces[1], directory=directory).stdout, "of one it goes without saying")


@case
def statuses(directory):
    build(directory)
    one = gate(directory, "--max-leaked", "0")
    check_equal((one.returncode, one.stdout), (0, "10000\n"), f"a gate that passes: {one.stderr}")
    check_equal(gate(directory, "--max-peak", "1K").returncode, 1, "a gate that fails")
    done = gate(directory, "--baseline", "none.json")
    check_equal(done.returncode, 3, "no baseline")
    command = re.search(r"this puts it in: (mprof .*)", done.stderr)
    check(command, f"no command in {done.stderr}")
    again = run(["/bin/sh", "-c", command[1].replace("mprof", str(MPROF), 1)], directory)
    check_equal(again.returncode, 0, f"{command[1]}: {again.stderr}")
    check_equal(gate(directory, "--baseline", "none.json").returncode, 0, "with the baseline")
    check_equal(gate(directory, "--baseline", "none.json", program=("./gated", "1")).returncode, 3, "a program without entry")
    done = gate(directory, "--baseline", "none.json", "--max-peak", "1", program=("./gated", "1"))
    check_equal(done.returncode, 1, "a failure goes before what is missing")
    check_equal(gate(directory, "--gate", "absent.gate").returncode, 2, "an absent gate file")
    check_equal(gate(directory, "--max-peak", "1X").returncode, 2, "a limit that is none")
    check_equal(gate(directory, "--name", "x").returncode, 2, "nothing to check against")
    check_equal(gate(directory, "--max-peak", "1", program=("/bin/sh", "-c", "exit 7")).returncode, 7, "the program's status")
    killed = gate(directory, "--max-peak", "1G", program=("/bin/sh", "-c", "kill -9 $$"))
    check_equal(killed.returncode, 137, "a killed program")
    mprof("run", "-q", "-o", "killed.mprof", "--", "/bin/sh", "-c", "kill -9 $$", directory=directory)
    done = mprof("check", "--max-peak", "1G", "killed.mprof", directory=directory)
    check(done.returncode == 2 and "could not be judged: it was killed" in done.stdout, done.outcome)


@case
def libraries_keep_what_is_theirs(directory):
    """Buffers of streams, areas of threads and what libstdc++ reserves are no leaks; what is, is."""
    (directory / "cxx.cpp").write_text("#include <iostream>\n#include <thread>\n#include <string>\n#include <cstring>\n"
                                       "int main(int argc, char **) {\n    std::thread t([] { std::cout << 1 << std::endl; });\n"
                                       "    t.join(); puts(\"x\");\n    if (argc > 1) puts(strdup(\"lost\"));\n}\n")
    compile(directory / "cxx.cpp", directory / "cxx", "-O1")
    limits = ("--max-leaked", "0", "--max-leaked-blocks", "0")
    done = gate(directory, *limits, program=("./cxx",))
    check_equal(done.returncode, 0, done.stderr)
    done = gate(directory, *limits, program=("./cxx", "more"))
    check_equal(done.returncode, 1, done.stderr)
    check(re.search(r"FAILED: leaked: 5 B.*\n +at main \(\S*cxx.cpp:8\): 5 B\n", done.stderr), done.stderr)


@case
def killed_children_are_no_breach(directory):
    build(directory)
    script = "./gated; (sleep 10 & kill -9 $!; wait) ; ls / >tools"
    done = gate(directory, "--max-leaked", "0", program=("/bin/bash", "-c", script))
    check_equal(done.returncode, 0, f"a shell, tools and a killed child around the program: {done.stderr}")
    check(re.search(r"^passed +gated", done.stderr, re.M), done.stderr)


@case
def functions_and_lines(directory):
    build(directory, "-O0")
    line = next(i for i, text in enumerate(SOURCE, 1) if "list_add(list, copy_word" in text)
    (directory / "mprof.gate").write_text(f"""
        # of all programs
        limits = {{ leaked = 0; temporary = "50%"; }};
        functions = ( {{ function = "parse_*"; peak = "1 MiB"; allocations = 100000; }},
                      {{ line = "gated.c:{line}"; allocations = 1000; }} );
        programs = ( {{ program = "gate?"; limits = {{ peak = "2 MiB"; }}; }},
                     {{ program = "other"; limits = {{ peak = 1; }}; }} );
        """)
    check_equal(gate(directory, "--gate", "mprof.gate").returncode, 1, "more than 1000 allocations under the line")
    done = gate(directory, "--gate", "mprof.gate", "--limit", f"gated.c:{line}:allocations<=100000")
    check_equal(done.returncode, 0, f"the later limit holds: {done.stderr}")
    done = gate(directory, "--limit", "parse_list:allocations<=10", "--limit", "nobody:leaked<=0")
    check_equal(done.returncode, 1, "a function's limit")
    check("no function of the program is called 'nobody'" in done.stderr, done.stderr)
    check(re.search(r"at copy_word \(\S*gated.c:\d+\): .*\n +called from parse_list", done.stderr), done.stderr)


@case
def overrides_per_entry(directory):
    build(directory, "-O2")
    with_baseline(directory)
    base = json.loads((directory / "base.json").read_text())
    entry = base["programs"]["gated"]
    entry["totals"]["peak"] //= 2
    (directory / "base.json").write_text(json.dumps(base))
    check_equal(gate(directory, "--gate", "mprof.gate").returncode, 1, "twice the baseline")
    check_equal(gate(directory, "--gate", "mprof.gate", "--tolerance", "200%").returncode, 0, "--tolerance")
    check_equal(gate(directory, "--gate", "mprof.gate", "--floor", "peak=10MiB").returncode, 0, "--floor")
    (directory / "mprof.gate").write_text("""
        baseline = { file = "base.json"; entries = ( { program = "gated"; figure = "peak"; tolerance = "200 %"; },
                                                     { function = "copy_word"; figure = "peak"; tolerance = "1%"; floor = 0; } ); };
        """)
    check_equal(gate(directory, "--gate", "mprof.gate").returncode, 0, "an entry's tolerance")
    entry["functions"]["copy_word"]["peak"] //= 2
    (directory / "base.json").write_text(json.dumps(base))
    done = gate(directory, "--gate", "mprof.gate")
    check(done.returncode == 1 and "peak heap of copy_word" in done.stderr, done.stderr)
    entry["totals"]["peak"] *= 10
    (directory / "base.json").write_text(json.dumps(base))
    (directory / "mprof.gate").write_text(GATE)
    done = gate(directory, "--gate", "mprof.gate")
    check(done.returncode == 0 and "improved: peak heap" in done.stderr, done.stderr)
    check("--update-baseline" in done.stderr, f"how to hold it: {done.stderr}")


@case
def malformed_gate_files(directory):
    build(directory)
    for number, (text, expected) in enumerate((
            ("limits = {\n peek = 1;\n};", "2: unknown figure 'peek'; one of: peak, leaked,"),
            ("limits = {\n peak = 64 MiB;\n};", "2: a size with its unit stands in quotes: \"64 MiB\""),
            ("limits = { peak = 1;", "1: syntax error"),
            ("\n\nlimit = { };", "3: unknown setting 'limit'; one of: limits, functions, programs, baseline, wrappers"),
            ("limits = { peak = \"64 MB/s\"; };", "1: peak takes a whole size such as 3MiB, not '64 MB/s'"),
            ("limits = { leaked = -1; };", "1: leaked takes a whole size"),
            ("limits = { allocations = 1.5; };", "1: allocations takes a whole number or a text"),
            ("limits = { allocations = 5000000000; };", "1: 5000000000 is too large for a bare number"),
            ("limits = { peak = \"5%\"; };", "1: peak takes no percentage"),
            ("limits = { peak = 1;\n peak = 2; };", "2: duplicate setting name"),
            ("limits = 5;", "1: limits is no group"),
            ("functions = { };", "1: functions is no list"),
            ("functions = ( { peak = 1; } );", "1: a group of functions needs either function or line"),
            ("functions = ( { line = \"json.c\"; peak = 1; } );", "1: 'json.c' is no line such as json.c:42"),
            ("functions = ( { function = \"f\"; rss = 1; } );", "1: rss is a figure of the whole program"),
            ("programs = ( { limits = { }; } );", "1: a group of programs needs program"),
            ("baseline = { tolerance = \"5%\"; };", "1: baseline needs file"),
            ("baseline = { file = \"b\";\n tolerance = 5; };", "2: '5' is no percentage such as 5%"),
            ("baseline = { file = \"b\"; entries = (\n { floor = 5; } ); };", "2: an entry's floor needs its figure"),
            ("# @include \"x\"\n@include \"/etc/passwd\"", "2: there is no @include"),
            ("limits = { peak = 1; };\n/* what follows\nfunctions = ( { function = \"f\"; leaked = 0; } );", "2: a comment that begins here has no end"),
            ("limits = {\n leaked = \"0\" \"1MiB\"; };", "2: two texts follow one another"),
            ("limits = { peak = 1; };\0", "1: a zero byte"))):
        (directory / "bad.gate").write_text(text)
        done = gate(directory, "--gate", "bad.gate", program=("/bin/sh", "-c", "echo ran >ran"))
        check_equal((done.returncode, done.stderr.count("\n")), (2, 1), f"{text!r}: status and lines: {done.stderr}")
        check(done.stderr.startswith(f"mprof: bad.gate:{expected}"), f"{text!r}: {done.stderr}")
        check(not (directory / "ran").exists(), "the program ran all the same")


@case
def malformed_baselines(directory):
    build(directory)
    with_baseline(directory)
    path = directory / "base.json"
    good = path.read_text()
    for text, expected in (
            ("", "1: "), ("{", "1: "), ("[]", "1: the baseline is no object"), (good[:-20], f"{good[:-20].count(chr(10)) + 1}: "),
            (good.replace('"version": 1', '"version": 9'), f"{good.count(chr(10)) - 1}: this mprof reads version 1"),
            (good.replace('"temporary": ', '"temporal": '), "unknown figure 'temporal'"),
            (re.sub(r'"peak": \d+\n      }\n    }', '"peak": -5\n      }\n    }', good), "peak is no"),
            (re.sub(r'"leaked": 0', '"leaked": [2, 1]', good), "leaked is neither"),
            ("<<<<<<< HEAD\n" + good, "1: "), ("{}", "1: version or programs is missing"), ("[" * 100000, "1: "),
            (good.replace('"totals"', '"total\\u0073x"'), "unknown member 'totalsx'")):
        if text == good:
            continue
        path.write_text(text)
        for arguments in ((), ("--update-baseline",)):
            done = gate(directory, "--gate", "mprof.gate", *arguments)
            check_equal((done.returncode, done.stderr.count("\n")), (2, 1), f"{text[:60]!r}: status, lines: {done.stderr[:300]}")
            check(re.match(rf"mprof: base.json:\d+: ", done.stderr) and expected in done.stderr, f"{text[:60]!r}: {done.stderr}")
            check_equal(path.read_text(), text, "the file")
    check_equal([p.name for p in directory.glob("base.json?*")], [], "files left")


@case
def interrupted_updates(directory):
    """Killed at any moment, or out of room, an update leaves the old file or the new one, whole; and the next one nothing else."""
    build(directory)
    mprof("run", "-q", "-o", "one.mprof", "--", "./gated", directory=directory)
    path = directory / "base.json"
    programs = {f"program {i}": {"totals": {"peak": i}, "functions": {f"f{j}": {"peak": j} for j in range(20)}}
                for i in range(2000)}
    old = json.dumps({"version": 1, "programs": programs})
    path.write_text(old)
    (directory / "base.json.backup").write_text("somebody's own")
    others = sorted(os.listdir(directory))
    command = [str(MPROF), "check", "--baseline", "base.json", "--update-baseline", "one.mprof"]
    begin = time.monotonic()
    limited = run(["/bin/sh", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$@"', "sh", *command], directory)
    took = time.monotonic() - begin
    check_equal((limited.returncode, path.read_text() == old), (2, True), f"no room: {limited.stderr}")
    killed = run(["/bin/sh", "-c", 'ulimit -f 100; exec "$@"', "sh", *command], directory)
    check_equal((killed.returncode, path.read_text() == old), (-signal.SIGXFSZ, True), "killed by the limit")
    outcomes, left = set(), 0
    for step in range(40):
        path.write_text(old)
        process = subprocess.Popen(command, cwd=directory, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(took * 1.5 * step / 40)
        process.kill()
        process.wait()
        content = json.loads(path.read_text())
        outcomes.add(len(content["programs"]))
        left += len(os.listdir(directory)) > len(others)
        check(all(content["programs"][key] == value for key, value in programs.items()), "an entry is lost")
    check(outcomes <= {2000, 2001} and 2000 in outcomes, f"outcomes: {outcomes}")
    check_equal(run(command, directory).returncode, 0, "the update after all that")
    check_equal(sorted(os.listdir(directory)), others, f"files, where {left} killed updates had left one")


@case
def parallel_updates(directory):
    build(directory)
    mprof("run", "-q", "-o", "one.mprof", "--", "./gated", directory=directory)
    jobs = [subprocess.Popen([str(MPROF), "check", "--baseline", "base.json", "--update-baseline", "--name", f"n{i}", "one.mprof"],
                             cwd=directory, env=environment(), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL) for i in range(30)]
    check_equal([job.wait(60) for job in jobs], [0] * 30, "statuses")
    check_equal(len(json.loads((directory / "base.json").read_text())["programs"]), 30, "programs in the baseline")


@case
def outputs_go_to_files(directory):
    build(directory)
    mprof("run", "-q", "-o", "one.mprof", "--", "./gated", directory=directory)
    (directory / "two").mkdir()
    shutil.copy(directory / "one.mprof", directory / "two/one.mprof")
    done = mprof("check", "--max-peak", "1", "--format", "text=%e-%p%%.txt", "two", directory=directory)
    files = list(directory.glob("gated-*%.txt"))
    check_equal((done.returncode, len(files)), (1, 1), done.stderr)
    check_equal(files[0].read_text(), done.stdout, "text in the file and on standard output")
    check_equal(mprof("check", "--max-peak", "1", "--format", "nonsense", directory=directory).returncode, 2, "a format")
    done = mprof("check", "--max-peak", "1", "--format", "text=/nowhere/x", "one.mprof", directory=directory)
    check(done.returncode == 1 and done.stderr.startswith("mprof: /nowhere/x"), done.outcome)


MESON = """project('gated', 'c')
exe = executable('gated', 'gated.c', dependencies: dependency('threads'))
foreach i : ['1', '2', '3']
  test('parse ' + i, exe, args: ['0', i])
endforeach
test('leaks', executable('leaks', 'gated.c', c_args: '-DSEED_LEAK', dependencies: dependency('threads')))
"""


@case
def parallel_meson_tests(directory):
    """Two `meson test -j` at once, with the wrapper, on one folder of results."""
    meson = needs("meson")
    needs("ninja")
    shutil.copy(PROGRAMS / "gated.c", directory / "gated.c")
    (directory / "meson.build").write_text(MESON)
    (directory / "mprof.gate").write_text('limits = { leaked = 0; };\nbaseline = { file = "base.json"; };\n')
    (directory / "results").mkdir()
    for name in ("b1", "b2"):
        done = run([meson, "setup", name, "-Ddebug=true"], directory)
        check_equal(done.returncode, 0, done.stdout)
    def start(name, *extra):
        wrapper = f"{MPROF} run --gate {directory}/mprof.gate --format text={directory}/results/%e.%p.txt {' '.join(extra)} --"
        return subprocess.Popen([meson, "test", "-C", name, "--num-processes", "4", "--wrapper", wrapper], cwd=directory, text=True,
                                env=environment(TMPDIR=directory), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    def outcome(process):
        output = process.communicate(timeout=300)[0]
        return {name: result for name, result in re.findall(r"^ *\d+/\d+ (.+?) +(OK|FAIL)\b", output, re.M)}, output
    for extra in (("--update-baseline",), ()):
        for job in [start("b1", *extra), start("b2", *extra)]:
            results, output = outcome(job)
            check_equal(results, {"parse 1": "OK", "parse 2": "OK", "parse 3": "OK", "leaks": "FAIL"}, output)
    check_equal(sorted(json.loads((directory / "base.json").read_text())["programs"]),
                ["gated 0 1", "gated 0 2", "gated 0 3", "leaks"], "programs in the baseline")
    texts = [path.read_text() for path in (directory / "results").iterdir()]
    check_equal(len(texts), 16, "results")
    check_equal(sum("FAILED" in text for text in texts), 4, "failures among them")
    check(all(re.match(r"(passed  gated 0 \d|FAILED  leaks): ", text) for text in texts), "each is whole")
    # With one folder of traces too, whose report is of them all.
    (directory / "traces").mkdir()
    for job in [start(name, f"-o {directory}/traces/%e.%p.mprof") for name in ("b1", "b2")]:
        results, output = outcome(job)
        check_equal((results["parse 1"], results["leaks"]), ("OK", "FAIL"), output)
    merged = mprof("check", "--gate", "mprof.gate", "--format", "json=all.json", "--format", "junit=all.xml", "traces",
                   directory=directory, GITHUB_STEP_SUMMARY=directory / "summary.md")
    check_equal(merged.returncode, 1, merged.stderr)
    check_equal(re.findall(r"^(\w+) +(\w+(?: 0 \d)?): ", merged.stdout, re.M),
                [*(("passed", f"gated 0 {i}") for i in (1, 2, 3)), ("FAILED", "leaks")], "all in one report")
    check(json.loads((directory / "all.json").read_text()), "JSON")
    check((directory / "all.xml").read_text().count("<testcase") >= 4, "JUnit")
    check("leaks" in (directory / "summary.md").read_text(), "the summary of the step")


CRITERION = """#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
Test(words, grow) { char *p = malloc(SIZE); memset(p, 1, SIZE); cr_assert(p[1]); free(p); }
Test(words, crash, .signal = SIGSEGV) { raise(SIGSEGV); }
Test(words, exits, .exit_code = 3) { exit(3); }
"""


@case
def criterion_tests(directory):
    """Each test of a Criterion binary is a process; one that shall crash is no breach."""
    needs("pkg-config")
    if run(["pkg-config", "--exists", "criterion"]).returncode != 0:
        raise Skip("Criterion is not installed")
    (directory / "words.c").write_text(CRITERION)
    compile(directory / "words.c", directory / "words", "-DSIZE=3000000", "-lcriterion")
    arguments = ("--baseline", "base.json", "--max-peak", "16MiB")
    check_equal(gate(directory, *arguments, "--update-baseline", program=("./words",)).returncode, 0, "the update")
    check_equal(sorted(json.loads((directory / "base.json").read_text())["programs"]), ["words"], "programs")
    for _ in range(5):
        done = gate(directory, *arguments, program=("./words",))
        check_equal(done.returncode, 0, f"again: {done.stderr}")
    compile(directory / "words.c", directory / "words", "-DSIZE=6000000", "-lcriterion")
    done = gate(directory, *arguments, program=("./words",))
    check_equal(done.returncode, 1, done.stderr)
    check(re.search(r"FAILED: peak heap: .*\n +at words_grow_impl \(words.c:5\): 5.7 MiB, before 2.9 MiB", done.stderr), done.stderr)


@case
def ctest_tests(directory):
    cmake, ctest = needs("cmake"), needs("ctest")
    shutil.copy(PROGRAMS / "gated.c", directory / "gated.c")
    (directory / "mprof.gate").write_text("limits = { leaked = 0; };\n")
    (directory / "CMakeLists.txt").write_text("""cmake_minimum_required(VERSION 3.13)
project(gated C)
find_package(Threads)
enable_testing()
add_executable(gated gated.c)
add_executable(leaks gated.c)
target_compile_definitions(leaks PRIVATE SEED_LEAK)
target_link_libraries(gated Threads::Threads)
target_link_libraries(leaks Threads::Threads)
add_test(NAME good COMMAND gated)
add_test(NAME bad COMMAND leaks)
""")
    emulator = f"-DCMAKE_CROSSCOMPILING_EMULATOR={MPROF};run;--gate;{directory}/mprof.gate;--"
    done = run([cmake, "-G", "Ninja", "-B", "b", emulator, "-DCMAKE_BUILD_TYPE=Debug"], directory)
    check_equal(done.returncode, 0, done.stderr)
    check_equal(run([cmake, "--build", "b"], directory).returncode, 0, "the build")
    done = run([ctest, "-j2"], directory / "b", TMPDIR=directory)
    results = dict(re.findall(r"Test +#\d+: (\w+) \.+ *(Passed|\*\*\*Failed)", done.stdout))
    check_equal(results, {"good": "Passed", "bad": "***Failed"}, done.stdout)


run_cases()
