"""What commands show of recordings, apart from reports: lists, colours, warnings, completions."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess

from harness import (SHIM, case, check, check_equal, compile, drainers_of, environment, mprof, needs, record, report, run, run_cases,
                     wait_for)

PROGRAM = """#include <stdlib.h>
int main(void) { volatile char *p = malloc(3000); p[0] = 1; free((void *)p); return 0; }
"""


def recorded(directory, *flags, source=PROGRAM):
    (directory / "program.c").write_text(source)
    compile(directory / "program.c", directory / "program", *flags)
    done = mprof("run", "-q", "--no-names", "-o", "one.mprof", "--", "./program", directory=directory)
    check_equal(done.returncode, 0, done.stderr)


@case
def list_shows_peak_duration_and_size(directory):
    recorded(directory)
    row = json.loads(mprof("list", "--format", "json", directory=directory).stdout)[0]
    check_equal((row["peak_bytes"], row["file_bytes"]), (3000, (directory / "one.mprof").stat().st_size), f"figures of {row}")
    check(0 < row["duration_ns"] < 60e9, f"duration of {row}")
    text = mprof("list", directory=directory).stdout.splitlines()
    check_equal(text[0].split(), ["Index", "Trace", "Started", "State", "Peak", "Duration", "Size", "Command"], "headings")
    check("2.9 KiB" in text[1], text[1])


@case
def colour_when_it_is_asked_for(directory):
    recorded(directory)
    for command in (("report", "one.mprof"), ("check", "--max-peak", "1", "one.mprof")):
        for when, colored in (("always", True), ("never", False), ("auto", False)):
            done = mprof(command[0], f"--color={when}", *command[1:], directory=directory, NO_COLOR="1")
            check_equal("\033[" in done.stdout, colored, f"{command[0]} --color={when}: colour")
    done = mprof("report", "--color=sometimes", directory=directory)
    check_equal((done.returncode, done.stderr.count("always, never or auto")), (2, 1), done.stderr)


@case
def many_warnings_are_one(directory):
    names = [f"l{i}" for i in range(6)]
    for name in names:
        (directory / f"{name}.c").write_text(f"#include <stdlib.h>\nvoid *{name}(void) {{ return malloc(10); }}\n")
        compile(directory / f"{name}.c", directory / f"lib{name}.so", "-g0", "-shared", "-fPIC")
    calls = " ".join(f"void *{name}(void); free({name}());" for name in names)
    recorded(directory, f"-L{directory}", f"-Wl,-rpath,{directory}", *(f"-l{name}" for name in names),
             source=f"#include <stdlib.h>\nint main(void) {{ {calls} return 0; }}\n")
    text = mprof("report", "one.mprof", directory=directory).stdout
    check_equal(re.findall("warning: (.*)", text), ["6 modules lack lines or names of functions; -v says which, and why"], "few")
    check_equal(len(re.findall("warning: .*-g", mprof("report", "-v", "one.mprof", directory=directory).stdout)), 6, "all")
    done = mprof("report", "--format", "json", "one.mprof", directory=directory)
    check_equal(done.stderr.count("warning:"), 1, f"beside data: {done.stderr}")


def completed(directory, *words):
    """What bash would offer for the last word."""
    script = (directory / "mprof.bash").absolute()
    words_text = " ".join(f"'{word}'" for word in ("mprof", *words))
    done = run(["bash", "-c", f"compopt() {{ :; }}; . {script}; COMP_WORDS=({words_text}); COMP_CWORD={len(words)}; _mprof; "
                              'printf "%s\\n" "${COMPREPLY[@]}"'], directory)
    check_equal((done.returncode, done.stderr), (0, ""), done.stdout)
    return done.stdout.split()


@case
def completions(directory):
    """Of the option tables: what help shows is what shells offer."""
    needs("bash")
    (directory / "mprof.bash").write_text(mprof("help", "--completion", "bash").stdout)
    commands = re.findall(r"^  (\w+) ", mprof("help").stdout, re.M)
    check_equal(completed(directory, ""), commands, "commands")
    check_equal(completed(directory, "re"), ["report"], "a beginning")
    for command in commands[:-1]:
        options = set(re.findall(r"^ +(?:-\w, +)?(--[a-z-]+)", mprof("help", command).stdout, re.M))
        check_equal({option.rstrip("=") for option in completed(directory, command, "--")}, options, f"options of {command}")
    check_equal(completed(directory, "report", "--verb"), ["--verbose"], "an option without a value")
    check_equal(completed(directory, "run", "./mprof"), ["./mprof.bash"], "files")
    for shell in ("zsh", "fish"):
        text = mprof("help", "--completion", shell).stdout
        for option in ("--allow-idle", "--verbose") if shell == "zsh" else ("-l allow-idle", "-l verbose"):
            check(option in text, f"{shell}: {option}")
        if shutil.which(shell):
            (directory / shell).write_text(text)
            check_equal(run([shell, "-n", directory / shell], directory).outcome, (0, "", ""), f"syntax of {shell}")
    done = mprof("help", "--completion", "tcsh")
    check_equal((done.returncode, done.stderr), (2, "mprof: no completion for 'tcsh'; there is one for bash, zsh, fish\n"), "another shell")


@case
def recordings_are_not_written_over(directory):
    """Who is used to `mprof run -o` may well give a recording to the -o of a report."""
    recorded(directory)
    before = (directory / "one.mprof").read_bytes()
    for command in (("report",), ("peak",), ("tree",), ("functions",), ("who", "main"), ("list",), ("gc",), ("dump",), ("check", "--max-peak", "1M")):
        output = ("--format", "json=one.mprof") if command[0] == "check" else ("-o", "one.mprof")
        done = mprof(*command, *output, directory=directory)
        check_equal(done.returncode, 2, f"{command}: {done.stdout}{done.stderr}")
        check("is a recording, so it is kept" in done.stderr and done.stderr.count("\n") == 1, done.stderr)
        check_equal((directory / "one.mprof").read_bytes(), before, f"the recording after {command}")


@contextlib.contextmanager
def in_progress(directory):
    """A program that is being recorded in live.mprof; killed at the end."""
    program = compile("many_blocks.c", directory / "many_blocks")
    process = subprocess.Popen([program, "3000", "500", "wait"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1", MPROF_OUT="live.mprof"))
    try:
        check_equal(process.stdout.readline(), b"ready\n", "the program at work")
        wait_for((directory / "live.mprof").exists, 20, "its trace")
        yield process
    finally:
        process.kill()
        process.communicate()


@case
def recordings_in_progress_are_left(directory):
    """Its program would go on for nothing; only who says --force can mean that."""
    recorded(directory)
    with in_progress(directory) as process:
        check("recording" in mprof("list", directory=directory).stdout, "mprof list")
        done = mprof("rm", "one.mprof", "live.mprof", directory=directory)
        check_equal((done.returncode, done.stdout), (2, ""), "mprof rm")
        check_equal(done.stderr, f"mprof: live.mprof is still being recorded, by process {process.pid}; remove it when that has ended, or "
                    "now with --force\n", "why")
        told = f"live.mprof: process {process.pid} is still being recorded\n"
        done = mprof("clean", "--dry-run", directory=directory)
        check_equal((done.returncode, sorted(done.stdout.splitlines())), (0, ["would leave " + told.strip(), "would remove one.mprof"]), "dry run")
        check((directory / "one.mprof").exists(), "nothing is removed so far")
        done = mprof("clean", directory=directory)
        check_equal((done.returncode, sorted(done.stdout.splitlines())), (0, ["left " + told.strip(), "removed one.mprof"]), "mprof clean")
        os.kill(drainers_of(process.pid)[0], signal.SIGKILL)
        check_equal(mprof("rm", "-1", directory=directory).returncode, 2, "without a drainer, which may come again")
    check_equal(report(directory / "live.mprof")["totals"]["allocations"], 3501, "it was recorded to its end")
    check_equal(mprof("rm", "live.mprof", directory=directory).returncode, 0, "and can be removed then")


@case
def recordings_in_progress_are_removed_by_force(directory):
    with in_progress(directory):
        done = mprof("rm", "--force", "live.mprof", directory=directory)
        check_equal((done.returncode, done.stdout), (0, "removed live.mprof\n"), done.stderr)


@case
def functions_that_are_not_there(directory):
    recorded(directory)
    done = mprof("report", "-f", "mian", directory=directory)
    check_equal((done.returncode, done.stdout), (2, ""), "a function that the program does not have")
    check_equal(done.stderr, "mprof: no function of the program is called 'mian'; did you mean 'main'?\n", "what is said")
    done = mprof("report", "--file", "progam.c", directory=directory)
    check("no code of the program is of a file 'progam.c'; did you mean 'program.c'?" in done.stderr and done.returncode == 2, done.stderr)
    recorded(directory, source=PROGRAM.replace("int main", "void idle(int *x) { *x = 1; }\nint main"))
    done = mprof("report", "-f", "idle", directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    check(done.stdout.count("no recorded call path passes") == 1 and "call sites, by -f idle (peak heap 0 B" in done.stdout, done.stdout)
    check("Call site\n" not in done.stdout, f"no call site passes it: {done.stdout}")
    for view in ("sites", "leaks", "tree"):
        done = mprof(view, "-f", "idle", directory=directory)
        check_equal((done.returncode, done.stderr), (0, "mprof: warning: no recorded call path passes a function that matches\n"), view)


@case
def functions_of_a_program_that_is_gone(directory):
    recorded(directory)
    done = mprof("run", "-q", "-o", "one.mprof", "--", "./program", directory=directory)
    check_equal(done.returncode, 0, done.stderr)
    (directory / "program").unlink()
    check_equal(mprof("who", "main", directory=directory).returncode, 0, "what was recorded is known by name")
    gone = "the program that ran is not here (moved, deleted or built anew), to tell what else it has"
    done = mprof("who", "mian", directory=directory)
    check_equal((done.returncode, done.stderr), (2, f"mprof: 'mian' is not found: no recorded call path passes it; {gone}\n"), "who")
    done = mprof("sites", "-f", "mian", directory=directory)
    check_equal((done.returncode, done.stderr), (0, f"mprof: warning: no recorded call path passes a function that matches; {gone}\n"), "sites")
    done = mprof("report", "-f", "mian", directory=directory)
    check(done.returncode == 0 and gone in done.stdout and "Call site\n" not in done.stdout, done.stdout)


@case
def a_recording_that_goes_on_is_called_so(directory):
    (directory / "server.c").write_text("#include <stdlib.h>\n#include <unistd.h>\nchar *volatile kept;\nint main(void) { kept = malloc(12345); close(1); pause(); }\n")
    server = compile(directory / "server.c", directory / "server")
    process = subprocess.Popen([server], cwd=directory, env=environment(LD_PRELOAD=SHIM, MPROF_OUT="live.mprof"), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    try:
        process.stdout.read()
        wait_for(lambda: "12.1 KiB in 1 block" in mprof("report", "live.mprof", directory=directory).stdout, 20, "its block in a report")
        check_equal(json.loads(mprof("list", "--format", "json", directory=directory).stdout)[0]["state"], "recording", "list")
        shown = mprof("report", "live.mprof", directory=directory).stdout
        check(re.search(r"^Run: .* \(still recording\), 1 thread$", shown, re.M) and "did not end" not in shown and "killed" not in shown, shown)
        check("\nwarning: the program is still running: figures are those of the recording so far\n" in shown, shown)
        figures = report(directory / "live.mprof")
        check_equal((figures["complete"], figures["warnings"]), (False, ["the program is still running: figures are those of the recording so far"]), "keys")
        check("(still recording)" in mprof("diff", "live.mprof", "live.mprof", directory=directory).stdout, "diff")
        for view in (("leaks", "--growing"), ("plot",), ("html", "-o", "live.html")):
            check_equal(mprof(*view, *(["live.mprof"]), directory=directory).returncode, 0, f"{view}")
    finally:
        process.kill()
        process.wait()
    shown = mprof("report", "live.mprof", directory=directory).stdout
    check("still" not in shown and "killed" in shown, shown)


@case
def programs_that_allocate_nothing(directory):
    (directory / "none.c").write_text("int main(void) { return 0; }\n")
    trace = record([compile(directory / "none.c", directory / "none")], directory).trace()
    shown = mprof("report", trace).stdout
    check(re.search(r"^Run: .* s, in which no thread allocated$", shown, re.M), shown)


@case
def the_peak_of_half_a_recording_is_called_so(directory):
    recorded(directory)
    whole = (directory / "one.mprof").read_bytes()
    (directory / "half.mprof").write_bytes(whole[:-40])
    (directory / "more.mprof").write_bytes(whole + b"and so on")
    for arguments, name in ((("half.mprof",), ""), (("one.mprof", "half.mprof"), "half.mprof: ")):
        done = mprof("peak", *arguments, directory=directory)
        check(re.search(rf"^mprof: warning: {name}the trace is cut off", done.stderr, re.M), done.stderr)
    check_equal(mprof("peak", "one.mprof", directory=directory).stderr, "", "of a whole one")
    done = mprof("report", "more.mprof", directory=directory)
    check("is whole, but 9 bytes that are not the recorder's stand behind it" in done.stdout and "Leaked:" in done.stdout, done.stdout)
    check("did not end" not in done.stdout, done.stdout)


ENDS = """#include <signal.h>
#include <stdlib.h>
int main(int argc, char **argv) {
    volatile char *p = malloc(3000);
    p[0] = 1;
    if (argc > 2) abort();
    return argc > 1 ? raise(atoi(argv[1])) : 0;
}
"""


@case
def signals_that_end_programs_are_named(directory):
    recorded(directory, source=ENDS)
    for arguments, name in ((("6", "abort"), "SIGABRT"), ((signal.SIGSEGV,), "SIGSEGV"), ((signal.SIGRTMIN + 3,), f"signal {signal.SIGRTMIN + 3}")):
        done = mprof("run", "-q", "-o", "ended.mprof", "--", "./program", *(str(int(a)) if a != "abort" else a for a in arguments), directory=directory)
        check(done.returncode > 128, f"{name}: exit status {done.returncode}")
        text = mprof("report", "ended.mprof", directory=directory).stdout
        check(re.search(rf"^Run: .* \(ended by {name}\), 1 thread$", text, re.M), text)
        check(f"warning: the run did not end, the program was killed by {name}: " in text, text)
        listed, row = (mprof("list", *form, directory=directory).stdout for form in ((), ("--format", "json")))
        check(re.search(rf"^ +1 +ended.mprof +[-0-9]+ [:0-9]+ +{name} ", listed, re.M), listed)
        check_equal((json.loads(row)[1]["state"], json.loads(row)[1]["signal"]), ("killed", done.returncode - 128), "for programs")
        judged = mprof("check", "--max-leaked", "0", "ended.mprof", directory=directory)
        check(f"could not be judged: it was killed by {name} before its end" in judged.stdout, judged.stdout)


@case
def what_is_cut_off_is_said_first(directory):
    """Its figures are next to nothing, and look as if the program had done so little."""
    recorded(directory)
    trace = directory / "one.mprof"
    whole = trace.read_bytes()
    for length in (len(whole) // 2, len(whole) - 30):
        trace.write_bytes(whole[:length])
        text = mprof("report", "one.mprof", directory=directory).stdout
        warnings = re.findall("^warning: .*$", text, re.M)
        check(warnings and re.match(r"warning: the trace is cut off at byte \d+, or damaged there: figures are those of what comes before", warnings[0]),
              f"{length} of {len(whole)} bytes: {text}")
        check(re.search(r"^Run: .* \(its trace is cut off\)", text, re.M), text)
        check("Nothing leaked" not in mprof("leaks", "one.mprof", directory=directory).stdout, "nobody knows")


@case
def words_that_are_nearly_right(directory):
    for words, said in ((("check", "--repeat", "5"), "ambiguous option '--repeat': '--repeats', '--repeat-figure';"),
                        (("--verison",), "did you mean '--version'?"), (("version",), "did you mean '--version'?")):
        done = mprof(*words, directory=directory)
        check(done.returncode == 2 and said in done.stderr, f"{words}: {done.stderr}")
    check(re.match(r"mprof \d", mprof("-V", directory=directory).stdout), "-V")


run_cases()
