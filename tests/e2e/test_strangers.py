"""Programs in a recorded tree that cannot take the shim: of another C library, for another machine, started by name of a
loader.  They run as without it, and what is missing is said."""

import pathlib
import subprocess

from harness import (PROGRAMS, SHIM, case, check, check_equal, compile, mprof, needs, record, report, run, run_cases)

WAYS = ("execve", "execv", "execvp", "execvpe", "execl", "execlp", "execle", "fexecve", "execveat", "vfork", "posix_spawn",
        "posix_spawnp", "system", "popen")


def stranger(directory):
    """A program linked with musl."""
    needs("musl-gcc")
    (directory / "bin").mkdir(exist_ok=True)
    program = directory / "bin/stranger"
    subprocess.run(["musl-gcc", "-o", program, PROGRAMS / "stranger.c"], check=True)
    return program


def path_with(directory):
    return f"{directory}/nowhere:{directory}/bin:/usr/bin:/bin"


def check_told(trace, count):
    check_equal(report(trace)["totals"]["unrecorded_children"], count, f"{trace.name}: unrecorded children")
    text = mprof("report", trace).stdout
    check(("not recorded" in text) == (count > 0), f"the report says that they are missing: {text!r}")


@case
def every_way_to_start_one(directory):
    program = stranger(directory)
    starts = compile("starts.c", directory / "starts")
    for way in WAYS:
        for name in (program, "stranger") if way in ("execvp", "execvpe", "execlp", "posix_spawnp", "system", "popen") else (program,):
            bare = run([starts, way, name], directory, PATH=path_with(directory))
            check_equal(bare.stdout, f"stranger x, LD_PRELOAD unset\n{way}: 7\n", "bare")
            done = record([starts, way, name], directory, PATH=path_with(directory))
            check_equal(done.outcome, bare.outcome, f"{way} of {name}: exit status and output")
            if way not in ("system", "popen"):
                check_told(done.trace(), 1)
            for trace in directory.glob("*.mprof"):
                trace.unlink()


@case
def scripts_of_a_stranger(directory):
    """The kernel follows #! lines, over several scripts and with an argument."""
    program = stranger(directory)
    starts = compile("starts.c", directory / "starts")
    script, outer = directory / "script", directory / "outer"
    script.write_text(f"#! \t{program}  argument\n")
    outer.write_text(f"#!{script}\n")
    for path in (script, outer):
        path.chmod(0o755)
        bare = run([starts, "execve", path], directory)
        check_equal(bare.stdout, "stranger x, LD_PRELOAD unset\nexecve: 7\n", "bare")
        check_equal(record([starts, "execve", path], directory).outcome, bare.outcome, "exit status and output")


@case
def a_shell_starts_some(directory):
    program = stranger(directory)
    done = record(["/bin/sh", "-c", f"{program} 1; {program} 2; exec {program} 3"], directory)
    check_equal(done.stdout, "".join(f"stranger {i}, LD_PRELOAD unset\n" for i in (1, 2, 3)), "output")
    check_equal((done.returncode, done.stderr), (7, ""), "exit status, errors")
    check_told(done.trace(), 3)


@case
def other_programs_are_recorded_on(directory):
    """What can take the shim keeps it: dynamic programs, scripts, and those that are started by static ones."""
    starts = compile("starts.c", directory / "starts")
    static = compile("starts.c", directory / "static_starts", "-static")
    script = directory / "script"
    script.write_text("#!/bin/sh\nexec /bin/true\n")
    script.chmod(0o755)
    for argv, children in (([starts, "execve", "/bin/true"], 1), ([starts, "posix_spawnp", "true"], 1),
                           ([starts, "execvp", script], 2), ([static, "execve", "/bin/true"], 1)):
        done = record(argv, directory)
        check_equal((done.returncode, done.stderr), (0, ""), "exit status")
        check(done.stdout.endswith(": 0\n"), f"the child's: {done.stdout!r}")
        traces = [trace for trace in done.traces() if not trace.name.startswith("starts")]
        check_equal(len(traces), children, f"traces of {argv}: {[t.name for t in traces]}")
        for trace in done.traces():
            if trace.name.startswith("starts"):
                check_told(trace, 0)
            trace.unlink()


@case
def what_is_not_there(directory):
    """A failed exec fails as ever, and is no child."""
    starts = compile("starts.c", directory / "starts")
    (directory / "nothing").touch(mode=0o644)
    (directory / "empty").touch(mode=0o755)
    for way in ("execve", "execvp", "execle", "fexecve", "execveat", "vfork", "posix_spawn", "posix_spawnp"):
        for path in (directory / "no", directory / "nothing", directory, directory / "empty"):
            bare = run([starts, way, path], directory)
            done = record([starts, way, path], directory)
            check_equal(done.outcome, bare.outcome, f"{way} of {path.name}")
            check_told(done.trace(), 0)


run_cases()
