"""`mprof run` is invisible: streams, exit status, signals, descriptors, arguments and environment pass through."""

import json
import os
import re
import signal
import subprocess
import time

from harness import (MPROF, SHIM, case, check, check_equal, compile, environment, mprof, needs, open_copy, report, run, run_cases,
                     wait_for)

DATA = bytes(range(256)) * 1000


@case
def streams_are_the_programs(directory):
    bare = run(["/bin/cat"], directory, input=DATA, binary=True)
    done = run([MPROF, "run", "--", "/bin/cat"], directory, input=DATA, binary=True)
    check_equal((done.returncode, done.stdout == bare.stdout == DATA), (0, True), "standard output of cat, byte by byte")
    script = "echo one; echo two >&2; echo three; echo four >&2; exit 9"
    check_equal(mprof("run", "-q", "--", "/bin/sh", "-c", script, directory=directory).outcome,
                (9, "one\nthree\n", "two\nfour\n"), "output of a shell")
    together = subprocess.run([MPROF, "run", "-q", "--", "/bin/sh", "-c", script], cwd=directory, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=environment(), stdin=subprocess.DEVNULL, text=True)
    check_equal(together.stdout, "one\ntwo\nthree\nfour\n", "order, where both go to one pipe")


@case
def exit_status(directory):
    for status in (0, 1, 42, 255):
        done = mprof("run", "--", "/bin/sh", "-c", f"exit {status}", directory=directory)
        check_equal(done.returncode, status, "exit status")
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGSEGV):
        done = mprof("run", "--", "/bin/sh", "-c", f"kill -{int(number)} $$", directory=directory)
        check_equal(done.returncode, 128 + number, f"exit status after {number.name}")


@case
def arguments_and_environment(directory):
    words = ["-x", "--", "a b", "", "ü", "$HOME", "-o"]
    done = mprof("run", "--", "/usr/bin/printf", "%s|", *words, directory=directory)
    check_equal(done.stdout, "|".join(words) + "|", "arguments")
    bare = run(["/usr/bin/env"], directory)
    recorded = mprof("run", "--", "/usr/bin/env", directory=directory)
    mine = [line for line in recorded.stdout.splitlines() if not line.startswith(("MPROF_", "LD_PRELOAD="))]
    check_equal(mine, bare.stdout.splitlines(), "environment, but for mprof's own")


@case
def signals_reach_the_program(directory):
    """TERM, INT and HUP sent to mprof run end the program as if they had been sent to it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        ready = directory / f"ready-{number}"
        script = f'trap "echo caught; exit 21" {int(number)}; : > {ready}; while :; do sleep 0.05; done'
        process = subprocess.Popen([MPROF, "run", "--", "/bin/bash", "-c", script], cwd=directory, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env=environment(), start_new_session=True)
        wait_for(ready.exists, 20, "the program's trap")
        process.send_signal(number)
        stdout, _ = process.communicate(timeout=20)
        check_equal((process.returncode, stdout), (21, "caught\n"), f"{number.name}")


@case
def closing_line(directory):
    """One line names the trace and the command to read it; two ways to have it left out."""
    said = mprof("run", "--", "/bin/true", directory=directory)
    traces = [trace.name for trace in directory.glob("true.*.mprof")]
    check_equal(said.stderr, f"mprof: recorded; see it with: mprof report {traces[0]}\n", "the closing line")
    check_equal(mprof("run", "-q", "--", "/bin/true", directory=directory).stderr, "", "with -q")
    check_equal(mprof("run", "--", "/bin/true", directory=directory, MPROF_QUIET="1").stderr, "", "with MPROF_QUIET=1")


@case
def ends_when_the_program_ends(directory):
    """A background child of the program, which ends much later, is not waited for."""
    done = mprof("run", "--", "/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!", directory=directory)
    os.kill(int(done.stdout), signal.SIGKILL)
    check_equal(done.returncode, 0, "exit status")


@case
def output_option(directory):
    program = compile("ends.c", directory / "ends")
    done = mprof("run", "-o", "named.mprof", "--", program, "exit", directory=directory)
    check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
    check(report(directory / "named.mprof")["complete"], "the named trace is complete")
    done = mprof("run", program, "exit", directory=directory)
    check_equal(done.returncode, 3, "without --, the program's arguments are its own")


@case
def programs_that_cannot_be_started(directory):
    """127 where there is none, 126 where it cannot be executed, as of a shell."""
    (directory / "plain").write_text("no program")
    (directory / "folder").mkdir()
    (directory / "script").write_text("#!/nowhere/interpreter\n")
    (directory / "script").chmod(0o755)
    for program, status in (("./absent", 127), ("no-such-program", 127), ("./plain", 126), ("./folder", 126), ("./script", 126)):
        for arguments in ((), ("--max-peak", "1G")):
            done = mprof("run", *arguments, "--", program, directory=directory)
            check_equal((done.returncode, done.stdout, done.stderr.count("\n")), (status, "", 1), f"{program}: {done.stderr}")
            check(done.stderr.startswith(f"mprof: {program}"), done.stderr)


@case
def output_of_any_name(directory):
    """A trace need not be called .mprof to be found again."""
    program = compile("ends.c", directory / "ends")
    done = mprof("run", "-o", "named", "--", program, "exit", directory=directory)
    check_equal((done.returncode, done.stderr), (3, "mprof: recorded; see it with: mprof report named\n"), "what is said")
    done = mprof("run", "-o", "t-%p", "--max-peak", "1", "--", program, "return", directory=directory)
    check("peak heap" in done.stderr or done.returncode == 2, done.stderr)
    done = mprof("run", "-o", "gated", "--max-peak", "1", "--", "/bin/ls", directory=directory)
    check_equal(done.returncode, 1, f"a gate finds it too: {done.stderr}")


@case
def unknown_words_suggest_the_nearest(directory):
    for word, meant in (("reprot", "report"), ("lst", "list"), ("chekc", "check"), ("Run", "run")):
        for arguments in ((word,), ("help", word)):
            done = mprof(*arguments, directory=directory)
            check_equal(done.returncode, 2, "exit status")
            check(f"unknown command '{word}'; did you mean '{meant}'?" in done.stderr, done.stderr)
    check_equal(mprof("xyzzy", directory=directory).stderr, "mprof: unknown command 'xyzzy'; try 'mprof help'\n", "nothing is near")
    for arguments, meant in ((("report", "--formt", "json"), "--format"), (("run", "--repaet", "3", "x"), "--repeat")):
        done = mprof(*arguments, directory=directory)
        check(f"did you mean '{meant}'?" in done.stderr and done.returncode == 2, done.stderr)


@case
def output_that_cannot_be(directory):
    """Said before the program runs: hours of a run that nobody can report are not what was asked for."""
    (directory / "folder").mkdir()
    for output in ("absent/x.mprof", "absent%%/x.mprof", "folder", "folder/", "/dev/null/x.mprof"):
        done = mprof("run", "-o", output, "--", "/bin/echo", "here", directory=directory)
        check_equal((done.returncode, done.stdout), (2, ""), f"exit status and output with -o {output}")
        check(done.stderr.startswith(f"mprof: {output}: ") and done.stderr.count("\n") == 1, f"one line about it: {done.stderr!r}")
    for options, words in ((("-o", "-"), "-o takes a file name: a recording is no text to print"), (("-o",), "a value (FILE) is missing between '-o' and '--'"),
                           (("--gate",), "a value (FILE) is missing between '--gate' and '--'")):
        done = mprof("run", *options, "--", "/bin/echo", "here", directory=directory)
        check_equal(done.outcome, (2, "", f"mprof: {words}; try 'mprof help run'\n"), f"with {options}")
    check_equal(mprof("run", "-q", "/bin/echo", "--gate", "--", "here", directory=directory).outcome, (0, "--gate -- here\n", ""), "the program's own words")
    (directory / "notes.txt").write_text("mine")
    (directory / "link").symlink_to("notes.txt")
    for output in ("notes.txt", "link"):
        done = mprof("run", "-o", output, "--", "/bin/echo", "here", directory=directory)
        check_equal((done.returncode, done.stdout), (2, ""), f"exit status and output with -o {output}")
        check("is kept" in done.stderr and done.stderr.count("\n") == 1, f"one line about it: {done.stderr!r}")
    check_equal((directory / "notes.txt").read_text(), "mine", "what is no recording")
    (directory / "empty").touch()
    for _ in range(2):
        done = mprof("run", "-o", "empty", "--", "/bin/echo", "here", directory=directory)
        check_equal((done.returncode, done.stdout), (0, "here\n"), f"an empty file, then an older recording: {done.stderr}")
    (directory / "absent-7").mkdir()
    done = mprof("run", "-o", "absent-%p/x.mprof", "--", "/bin/echo", "here", directory=directory)
    check_equal((done.returncode, done.stdout), (0, "here\n"), "a directory whose name is not known yet")


@case
def a_directory_that_cannot_be_written_to(directory):
    shim, program = open_copy(directory)
    (directory / "closed").mkdir(mode=0o555)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if as_nobody:
        needs("setpriv")
    command = [*as_nobody, program, "run", "--", "/bin/sh", "-c", "echo here; exit 5"]
    done = run(command, directory / "closed", MPROF_LIBRARY=shim)
    check_equal(done.outcome, (2, "", "mprof: cannot record to the current directory: Permission denied; -o FILE records elsewhere\n"), "before it runs")
    done = run(command, directory / "closed", MPROF_LIBRARY=shim, MPROF_OUT="x.mprof")
    check_equal((done.returncode, done.stdout), (5, "here\n"), f"where MPROF_OUT says where to: {done.stderr}")
    check("runs unrecorded" in done.stderr, done.stderr)


@case
def newest_trace_is_the_default(directory):
    program = compile("ends.c", directory / "ends")
    first = mprof("run", "-o", "first.mprof", "--", program, "exit", directory=directory)
    time.sleep(0.05)
    second = mprof("run", "-o", "second.mprof", "--", program, "return", directory=directory)
    check_equal((first.returncode, second.returncode), (3, 2), "exit statuses")
    done = mprof("report", "--format", "json", directory=directory)
    check('"return"' in done.stdout and '"exit"' not in done.stdout, f"the newest one is reported: {done.stdout[:200]}")


@case
def default_is_the_process_of_the_newest_run_that_held_most(directory):
    big = ["/bin/dd", "if=/dev/zero", "of=/dev/null", "bs=4M", "count=1"]
    for name, argv in (("started by another", ["timeout", "20", *big]),
                       ("and executed by it", ["/bin/sh", "-c", f"/bin/true; exec timeout 20 {' '.join(big)}"]),
                       ("with a child after it", ["/bin/sh", "-c", f"{' '.join(big)}; ls; true"])):
        run([needs("timeout") if argv[0] == "timeout" else argv[0], *argv[1:]], directory, LD_PRELOAD=SHIM)
        done = mprof("report", "--format", "json", directory=directory)
        check_equal(json.loads(done.stdout)["command"], big, name)
        said = mprof("run", "--", *argv, directory=directory).stderr
        shown = re.search("mprof report (.*)$", said, re.M)[1]
        done = mprof("report", "--format", "json", shown, directory=directory)
        check_equal(json.loads(done.stdout)["command"], big, f"{name}, as mprof run says: {said}")
    run(["/bin/true"], directory, LD_PRELOAD=SHIM)
    done = mprof("report", "--format", "json", directory=directory)
    check_equal(json.loads(done.stdout)["command"], ["/bin/true"], "a run of its own")


@case
def report_to_a_closed_pipe(directory):
    program = compile("ends.c", directory / "ends")
    mprof("run", "-o", "x.mprof", "--", program, "exit", directory=directory)
    done = run(["/bin/bash", "-c", f"set -o pipefail; {MPROF} report x.mprof | head -n 1 >/dev/null"], directory, timeout=20)
    check(done.returncode in (0, 2, 141) and "ssertion" not in done.stderr, f"exit {done.returncode}, {done.stderr!r}")


run_cases()
