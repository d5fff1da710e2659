"""Programs in a recorded tree that cannot take the shim: of another C library, for another machine, started by name of a
loader.  They run as without it, and what is missing is said."""

import pathlib
import subprocess

from harness import (OWN_MOUNTS, PROGRAMS, SHIM, Skip, case, check, check_equal, compile, counted, mprof, needs, needs_root, open_copy, record, report,
                     run, run_cases)

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
def in_another_world(directory):
    """By file actions a child begins in another directory, with other descriptors, which its path then means."""
    stranger(directory)
    starts = compile("starts.c", directory / "starts")
    for way in ("posix_spawn", "posix_spawnp"):
        for path in ("./stranger", "/proc/self/fd/7"):
            argv = [starts, way, path, directory / "bin"]
            bare = run(argv, directory)
            check_equal(bare.stdout, f"stranger x, LD_PRELOAD unset\n{way}: 7\n", "bare")
            done = record(argv, directory)
            check_equal(done.outcome, bare.outcome, f"{way} of {path}: exit status and output")
            check_told(done.trace(), 1)
            done.trace().unlink()
    done = record([starts, "posix_spawnp", "stranger", directory / "bin"], directory, PATH=".:/bin")
    check_equal(done.stdout, "stranger x, LD_PRELOAD unset\nposix_spawnp: 7\n", "from a relative directory of PATH")
    for path in ("/bin/true", "true"):
        done = record([starts, "posix_spawnp", path, directory / "bin"], directory)
        check_equal(done.stdout, "posix_spawnp: 0\n", "output")
        check_told(done.trace(), 0)


@case
def a_strange_shell(directory):
    """Where /bin/sh itself cannot take the shim, what libc starts by it must run nevertheless."""
    needs_root()
    stranger(directory)
    starts = compile("starts.c", directory / "starts")
    for way in ("system", "popen"):
        for library in ("", SHIM):
            script = f"mount --bind bin/stranger /bin/sh && exec env LD_PRELOAD={library} MPROF_QUIET=1 ./starts {way} x"
            done = run([*OWN_MOUNTS, "sh", "-c", script], directory)
            if done.returncode == 77:
                raise Skip(f"no mounts here: {done.stderr.strip()}")
            check_equal((done.returncode, done.stdout, done.stderr), (0, f"stranger x x, LD_PRELOAD \n{way}: 7\n", ""), f"{way}: {library}")
        trace, = directory.glob("starts.*.mprof")
        check_told(trace, 1)
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
def sanitized_children(directory):
    """A runtime that wants to be the first library stops its program or crashes behind another one."""
    for cc, *flags in (("gcc", "-fsanitize=address"), ("gcc", "-fsanitize=thread"), ("clang", "-fsanitize=address"),
                       ("clang", "-fsanitize=thread"), ("clang", "-fsanitize=memory")):
        program = compile("ends.c", directory / "ends", *flags, cc=cc)
        script = ["/bin/sh", "-c", f"{program} exit; echo $?"]
        bare = run(script, directory)
        check_equal(bare.outcome, (0, "3\n", ""), f"bare, {cc} {flags}")
        done = record(script, directory)
        check_equal(done.outcome, bare.outcome, f"exit status and output, {cc} {flags}")
        check_told(done.trace(), 1)


@case
def static_children(directory):
    """They do no harm, but are not in the recording."""
    program = compile("ends.c", directory / "ends", "-static")
    done = record(["/bin/sh", "-c", f"{program} exit; exec {program} exit"], directory)
    check_equal(done.outcome, (3, "", ""), "exit status and output")
    check_told(done.trace(), 2)


@case
def children_with_other_rights(directory):
    """The dynamic linker ignores LD_PRELOAD in set-user-ID programs."""
    needs_root()
    directory.chmod(0o755)
    (directory / "open").mkdir()
    (directory / "open").chmod(0o777)
    program = compile("ends.c", directory / "ends")
    program.chmod(0o4755)
    shim, _ = open_copy(directory)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = run([*as_nobody, "env", f"LD_PRELOAD={shim}", "MPROF_QUIET=1", "/bin/sh", "-c", f"{program} exit; true"], directory / "open")
    check_equal(done.outcome, (0, "", ""), "exit status and output")
    check_told(done.trace("sh"), 1)


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


def loader():
    return next(path for path in ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1") if pathlib.Path(path).exists())


def check_names(trace, program):
    figures = report(trace, "-f", "counted_*")
    check_equal(counted(figures), {"counted_work": (1000, 100000)}, "allocations")
    check_equal([f["file"].rpartition("/")[2] for f in figures["functions"]], ["ends.c"], "files")
    told = mprof("dump", "--info", trace).stdout
    check(f"Executable: {program}\n" in told, f"the program's path, in {told[:500]!r}")


@case
def started_by_a_loader(directory):
    """/lib64/ld-linux-x86-64.so.2 PROGRAM: /proc/self/exe is the loader."""
    program = compile("ends.c", directory / "ends")
    for arguments in ([program], ["./ends"], ["--inhibit-cache", "--argv0", "other", "./ends"]):
        done = record([loader(), *arguments, "exit"], directory)
        check_equal(done.outcome, (3, "", ""), f"exit status and output of {arguments}")
        check_names(done.trace("ends"), program)
        done.trace("ends").unlink()


@case
def run_looks_through_a_loader(directory):
    program = compile("ends.c", directory / "ends")
    compile("ends.c", directory / "static", "-static")
    for arguments in ([program], ["--inhibit-cache", "./ends"], ["--argv0", "x", "--library-path", "/nowhere", program],
                      ["--preload", "", "--inhibit-rpath", "", "--glibc-hwcaps-mask", "x", program]):
        done = mprof("run", "--", loader(), *arguments, "exit", directory=directory)
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output of {arguments}: {done.stderr}")
        check_names(done.traces()[0], program)
        done.traces()[0].unlink()
    for arguments, word in ((["./static"], "static"), (["--argv0", "x", "./nothing"], "nothing"), ([], "no program"),
                            (["--list", "./ends"], "no program")):
        done = mprof("run", "--", loader(), *arguments, directory=directory)
        check_equal(done.returncode, 127 if word == "nothing" else 2, f"exit status with {arguments}")
        check(word in done.stderr, f"{word!r} in {done.stderr!r}")


@case
def without_proc(directory):
    """As in a chroot: the program's path is what it was started by."""
    needs_root()
    program = compile("ends.c", directory / "ends")
    script = directory / "script"
    script.write_text(f"#!{program} exit\n")
    script.chmod(0o755)
    for command in (f"{program} exit", f"./ends exit", f"{loader()} {program} exit", script):
        done = run([*OWN_MOUNTS, "sh", "-c", f"mount -t tmpfs none /proc && exec env LD_PRELOAD={SHIM} {command}"], directory)
        if done.returncode == 77:
            raise Skip(done.stderr.strip())
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output of {command}")
        trace = [trace for trace in done.traces() if not trace.name.startswith("env")][0]
        check_names(trace, program)
        trace.unlink()


run_cases()
