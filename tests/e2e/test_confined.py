"""Places and programs where a preloaded library cannot do as it likes: it may not record, but never does harm."""

import os
import stat
import subprocess

from harness import (BUILD, OWN_MOUNTS, SHIM, Skip, case, check, check_equal, compile, counted, lines_of, mprof, needs, needs_root,
                     open_copy, record, record_and_report, report, run, run_cases)


def compiled(directory, name, *flags):
    return compile(f"{name}.c", directory / name, *flags)


def check_one_line(text, *words):
    lines = text.splitlines()
    check(len(lines) == 1 and lines[0].startswith("mprof: "), f"one line of mprof's expected, got {text!r}")
    check(all(word in lines[0] for word in words), f"{words} expected in {lines[0]!r}")


@case
def close_all_fds(directory):
    program = compiled(directory, "close_all_fds")
    bare = run([program], directory)
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(done.outcome, bare.outcome, "the numbers of the program's descriptors")
    check_equal(counted(figures), {"counted_work": (2000, 200000)}, "allocations")


@case
def chroot_and_drop(directory):
    needs_root()
    (directory / "empty").mkdir()
    program = compiled(directory, "chroot_and_drop")
    done, figures = record_and_report([program, directory / "empty"], directory, ["-f", "counted_*"])
    check_equal(done.outcome, (0, "65534\n", ""), "exit status and output")
    check_equal(counted(figures), {"counted_work": (100000, 10000000)}, "allocations")


@case
def a_file_as_descriptor_2(directory):
    """Where standard error was is a file of the program's by the end: no line of ours belongs there."""
    program = compiled(directory, "file_as_stderr")
    done = record([program, "data"], directory, MPROF_QUIET=None)
    check_equal(done.outcome, (0, "2\n", ""), "exit status and output")
    check_equal((directory / "data").read_text(), "data", "the program's file")


@case
def a_standard_error_that_takes_no_line(directory):
    """A file that may not grow, a terminal that wants no word of jobs in the background: no signal of our line's may strike."""
    program = compiled(directory, "ends_on_little")
    for size in (0, 20):
        done = run(["/bin/sh", "-c", f"exec env LD_PRELOAD={SHIM} {program} fsize {size} 2>said"], directory, MPROF_FOLLOW="0")
        check_equal(done.outcome, (3, "", ""), "exit status and output with a limit on files")
        check_equal((directory / "said").stat().st_size, size, "what the file takes")
    job = compiled(directory, "background_job")
    done = run([job, program, "exit", 65536], directory, LIBRARY=SHIM, timeout=60)
    if done.returncode == 77:
        raise Skip("no terminals here")
    said = done.stdout.splitlines()
    check_equal((done.returncode, said[0]), (0, "ended with 3"), "how the job ended")
    check_one_line("\n".join(said[1:]), "recorded")


def least_stack(directory, program, how, *more):
    """The smallest power of two on which the program ends so without us."""
    for size in (1024, 2048, 4096, 8192, 16384):
        if run([program, how, size, *more], directory).returncode in (0, 3, 7):
            return size
    raise Skip(f"{how} takes a large stack here")


@case
def ends_on_a_small_stack(directory):
    """A coroutine's, or a handler's for stack overflows."""
    program = compiled(directory, "ends_on_little")
    for how in ("exit", "_exit", "quick_exit", "overflow", "execve", "execvp", "fork"):
        more = {"execvp": ["true"]}.get(how, ["/bin/true"])
        size = least_stack(directory, program, how, *more)
        bare = run([program, how, size, *more], directory)
        done = record([program, how, size, *more], directory, MPROF_QUIET=None)
        check_equal((done.returncode, done.stdout), (bare.returncode, bare.stdout), f"{how} on {size} bytes: exit status, output")
        check("recorded" in done.stderr or how not in ("exit", "quick_exit", "overflow"), f"{how}: {done.stderr!r}")


@case
def pid_namespace(directory):
    program = compiled(directory, "pid_namespace", "-fno-builtin")
    bare = run([program], directory)
    if bare.returncode == 77:
        raise Skip("no pid namespaces here")
    check_equal(record([program], directory).outcome, bare.outcome, "exit status and output")
    first = directory / "pid_namespace.1.mprof"
    check_equal(counted(report(first, "-f", "counted_*")), {"counted_work": (1000, 10000)},
                "allocations of the namespace's first process")


@case
def pid_namespace_without_proc(directory):
    """The program's own first child is to be the namespace's first process, also where nothing names the namespace."""
    needs_root()
    program = compiled(directory, "starts")
    outcomes = []
    for library in ("", SHIM):
        script = f"umount -l /proc && exec unshare -p env LD_PRELOAD={library} MPROF_QUIET=1 {program} execve /bin/true"
        done = run([*OWN_MOUNTS, "sh", "-c", script], directory)
        if done.returncode == 77:
            raise Skip(f"no namespaces here: {done.stderr.strip()}")
        outcomes.append(done.outcome)
    check_equal(outcomes, [(0, "execve: 0\n", "")] * 2, "exit status and output, bare and recorded")


@case
def locked_in(directory):
    """What a seccomp filter forbids must not happen, neither at the end nor in a child."""
    program = compiled(directory, "lock_in")
    bare = run([program], directory)
    if bare.returncode == 77:
        raise Skip("no seccomp here")
    done = record([program], directory)
    check_equal(done.outcome, (3, "5\n", ""), "exit status and output")
    check_equal(done.outcome, bare.outcome, "exit status and output, bare")
    check_equal(done.traces(), [done.trace()], "traces: the child is not recorded")
    figures = report(done.trace(), "-f", "counted_*")
    check(figures["complete"], "complete")
    check_equal(counted(figures), {"counted_work": (20000, 200000)}, "allocations")


def with_limit(directory, limit, value):
    """The program must run as without mprof; where it could not be recorded, one line says so."""
    program = compiled(directory, "ends")
    script = f"ulimit {limit} {value} && exec env LD_PRELOAD={SHIM} {program} exit"
    done = run(["/bin/bash", "-c", script], directory)
    check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output under ulimit {limit} {value}")
    if done.stderr:
        check_one_line(done.stderr)
        return
    traces = [trace for trace in done.traces() if trace.name.startswith("ends.")]
    check_equal(len(traces), 1, "traces: no complaint, so there is one")
    check_equal(counted(report(traces[0], "-f", "counted_*")), {"counted_work": (1000, 100000)}, "allocations")


for _limit, _value, _name in (("-v", 200000, "address_space"), ("-v", 20000, "tiny_address_space"),
                              ("-f", 0, "file_size_zero"), ("-f", 100, "file_size"), ("-n", 4, "four_descriptors"),
                              ("-s", 64, "stack"), ("-u", 1, "processes"),
                              ("-l", 0, "locked_memory")):
    def _limited(directory, limit=_limit, value=_value):
        with_limit(directory, limit, value)
    _limited.__name__ = f"limit_of_{_name}"
    case(_limited)


@case
def what_is_at_the_chosen_place(directory):
    """A recording or an empty file is replaced; a text, a device, a pipe and a link stay, and the program runs unrecorded."""
    needs_root()
    program = compiled(directory, "ends")
    target = directory / "target"
    target.write_text("")
    os.mkfifo(directory / "fifo")
    os.mknod(directory / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    (directory / "link").symlink_to(target)
    (directory / "text.c").write_text("int main(void){}\n")
    (directory / "text.mprof").write_text("MPROF: notes\n")
    (directory / "folder").mkdir()
    before = {path: path.lstat() for path in directory.iterdir()}
    for name in ("fifo", "device", "link", "text.c", "text.mprof", "folder"):
        done = record([program, "exit"], directory, MPROF_OUT=name)
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output with {name}")
        check_one_line(done.stderr, name, "unrecorded")
    done = mprof("run", "-o", "text.c", "--", program, "exit", directory=directory)
    check_equal((done.returncode, done.stdout), (2, ""), "exit status and output of mprof run, which asks before the program runs")
    check("is kept" in done.stderr and "text.c" in done.stderr, f"what mprof run says: {done.stderr!r}")
    for path, status in before.items():
        check_equal((path.lstat().st_ino, path.lstat().st_size, path.lstat().st_mtime_ns),
                    (status.st_ino, status.st_size, status.st_mtime_ns), f"{path.name} is as it was")
    (directory / "empty").touch()
    for name in ("empty", "new.mprof"):
        for _ in range(2):
            check_equal(record([program, "exit"], directory, MPROF_OUT=name).outcome, (3, "", ""), "exit status and output")
            check_equal(counted(report(directory / name, "-f", "counted_*")), {"counted_work": (1000, 100000)}, "allocations")
    check(not (directory / "new-2.mprof").exists(), "the second recording took the first one's place")


@case
def a_umask_that_takes_everything(directory):
    nobody, shim = as_nobody(directory)
    program = compiled(directory, "ends")
    (directory / "open").mkdir()
    (directory / "open").chmod(0o777)
    script = f"umask 0777; export LD_PRELOAD={shim} MPROF_QUIET=1 MPROF_OUT=t.mprof; exec {program} exit"
    done = run([*nobody, "/bin/sh", "-c", script], directory / "open")
    check_equal(done.outcome, (3, "", ""), "exit status and output")
    check_equal(counted(report(directory / "open/t.mprof", "-f", "counted_*")), {"counted_work": (1000, 100000)}, "allocations")


@case
def advice_that_helps(directory):
    """MPROF_OUT does nothing about a limit."""
    program = compiled(directory, "ends")
    for limit in ("-v 10000", "-f 10", "-f 0"):
        done = run(["/bin/bash", "-c", f"ulimit {limit} && exec env LD_PRELOAD={SHIM} {program} exit"], directory)
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output under ulimit {limit}")
        check("MPROF_OUT" not in done.stderr, f"advice under ulimit {limit}: {done.stderr!r}")


@case
def a_directory_that_is_gone(directory):
    """The trace is not put anywhere else."""
    program = compiled(directory, "ends")
    before = set(os.listdir("/"))
    for settings, words in ({}, ("No such file", "unrecorded")), ({"MPROF_OUT": "x.mprof"}, ("x.mprof", "unrecorded")):
        (directory / "gone").mkdir()
        done = run(["/bin/sh", "-c", f"rmdir ../gone; exec env LD_PRELOAD={SHIM} {program} exit"], directory / "gone", **settings)
        check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
        check_one_line(done.stderr, *words)
    (directory / "gone").mkdir()
    done = run(["/bin/sh", "-c", f"rmdir ../gone; exec env LD_PRELOAD={SHIM} {program} exit"], directory / "gone",
               MPROF_OUT=directory / "chosen.mprof")
    check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
    check_equal(counted(report(directory / "chosen.mprof", "-f", "counted_*")), {"counted_work": (1000, 100000)}, "allocations")
    check_equal(set(os.listdir("/")) - before, set(), "what came to be in /")


@case
def unwritable_out(directory):
    program = compiled(directory, "ends")
    for out in ("/proc/nowhere/x.mprof", "/dev/null/x.mprof", directory):
        done = record([program, "exit"], directory, MPROF_OUT=out)
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output with MPROF_OUT={out}")
        check_one_line(done.stderr)
        check(str(out) in done.stderr, f"the path is named in {done.stderr!r}")


def as_nobody(directory):
    """A command's first words, and the shim where everybody can read it."""
    needs_root()
    needs("setpriv")
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"], open_copy(directory)[0]


@case
def read_only_directory(directory):
    """One line by the first process, of a place that nobody chose only if it may speak."""
    nobody, shim = as_nobody(directory)
    program = compiled(directory, "ends")
    closed = directory / "closed"
    closed.mkdir(mode=0o555)
    for settings, speaks in (({}, True), ({"MPROF_QUIET": "1"}, False), ({"MPROF_QUIET": "1", "MPROF_OUT": "x.%p.mprof"}, True)):
        names = [f"{name}={value}" for name, value in settings.items()]
        for argv in ([program, "exit"], ["/bin/sh", "-c", f"{program} exit; {program} exit"]):
            done = run([*nobody, "env", f"LD_PRELOAD={shim}", *names, *argv], closed)
            check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
            if speaks:
                check_one_line(done.stderr, "ermission denied")
            else:
                check_equal(done.stderr, "", f"errors with {settings}")


@case
def children_that_drop_root(directory):
    """A daemon's workers, which may not write where it may: nobody could do anything about it."""
    nobody, shim = as_nobody(directory)
    program = compiled(directory, "ends")
    closed = directory / "closed"
    closed.mkdir(mode=0o755)
    for quiet in (None, "1"):
        for script in (f"{' '.join(nobody)} {program} exit; {' '.join(nobody)} {program} exit", f"exec {' '.join(nobody)} {program} exit"):
            done = record(["/bin/sh", "-c", script], closed, LD_PRELOAD=shim, MPROF_QUIET=quiet, MPROF_OUT="x.%p.mprof")
            check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
            check("cannot write" not in done.stderr and len(done.stderr.splitlines()) <= (quiet is None),
                  f"errors with MPROF_QUIET={quiet}: {done.stderr!r}")


@case
def bad_values_in_the_environment(directory):
    program = compiled(directory, "ends")
    for name, value in (("MPROF_FOLLOW", "perhaps"), ("MPROF_QUIET", "7")):
        done = record([program, "exit"], directory, **{name: value})
        check_equal((done.returncode, done.stdout), (3, ""), f"exit status and output with {name}={value}")
        check_one_line(done.stderr, name)


@case
def out_pattern(directory):
    program = compiled(directory, "ends")
    (directory / "out").mkdir()
    done = record([program, "exit"], directory, MPROF_OUT="out/%e-%p-%h-%t-%%.mprof")
    check_equal(done.outcome, (3, "", ""), "exit status and output")
    names = [path.name for path in (directory / "out").iterdir()]
    check(len(names) == 1 and names[0].startswith(f"ends-{done.pid}-{os.uname().nodename}-") and
          names[0].endswith("-%.mprof"), f"names {names}")
    check(report(directory / "out" / names[0])["complete"], "complete")


@case
def ldd(directory):
    bare = run(["ldd", "/bin/bash"], directory)
    done = record(["ldd", "/bin/bash"], directory)
    check_equal((done.returncode, done.stderr), (0, ""), "exit status")
    check(str(SHIM) in done.stdout and "libc.so.6" in done.stdout, f"ldd's list: {done.stdout!r}")
    check(bare.returncode == 0, "ldd works at all")


@case
def static_binary(directory):
    program = compiled(directory, "ends", "-static")
    check_equal(record([program, "exit"], directory).outcome, (3, "", ""), "with LD_PRELOAD")
    done = mprof("run", "--", program, "exit", directory=directory)
    check_equal(done.stdout, "", "standard output")
    check_one_line(done.stderr, "static")


@case
def setuid_binary(directory):
    needs_root()
    needs("setpriv")
    shim, mprof_copy = open_copy(directory)
    program = compiled(directory, "ends")
    program.chmod(0o4755)
    (directory / "open").mkdir()
    (directory / "open").chmod(0o777)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = run(as_nobody + ["env", f"LD_PRELOAD={shim}", program, "exit"], directory / "open")
    check_equal((done.returncode, done.stdout), (3, ""), "exit status and output")
    told = run(as_nobody + [mprof_copy, "run", "--", program, "exit"], directory / "open")
    check("setuid" in told.stderr or "set-user" in told.stderr, f"mprof run names the reason: {told.stderr!r}")


@case
def sanitized_programs(directory):
    """Their runtimes, libraries or parts of the program, have a malloc of their own, and some crash behind another one."""
    for cc, name, *flags in (("gcc", "Address"), ("gcc", "Address", "-static-libasan"), ("gcc", "Thread"),
                             ("gcc", "Thread", "-static-libtsan"), ("clang", "Address"), ("clang", "Thread"),
                             ("clang", "Memory")):
        flags = [f"-fsanitize={name.lower()}", *flags]
        program = compile("ends.c", directory / "ends", *flags, cc=cc)
        check_equal(run([program, "exit"], directory).returncode, 3, f"exit status, bare, of {cc} {flags}")
        done = mprof("run", "--", program, "exit", directory=directory)
        check_equal(done.returncode, 2, f"exit status with {cc} {flags}")
        check_one_line(done.stderr, f"{name}Sanitizer")


@case
def program_that_would_tell_asan_something(directory):
    program = compile("rgc_use_after_end.c", directory / "told", str(BUILD / "gc/librgc.a"), "-rdynamic")
    check("w __asan_init" in run(["nm", "-D", program]).stdout, "the program has a weak symbol of the sanitizer's")
    done = mprof("run", "--", program, directory=directory)
    check("anitize" not in done.stderr and "recorded" in done.stderr, f"it is recorded: {done.stderr!r}")


@case
def own_malloc(directory):
    program = compiled(directory, "own_malloc")
    bare = run([program], directory)
    done = record([program], directory)
    check_equal((done.returncode, done.stdout), (bare.returncode, bare.stdout), "exit status and output")
    told = mprof("report", done.trace()).stdout
    check("warning" in told and "its own malloc" in told, f"a warning that the program brings its own malloc, in {told!r}")


@case
def own_operator_new(directory):
    program = compile("own_new.cpp", directory / "own_new")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal((done.stdout, done.stderr), ("done\n", ""), "output")
    rows = [row for f in figures["functions"] if f["function"].startswith("counted_new") for row in f["lines"]]
    check_equal([(row["allocations"], row["allocated_bytes"]) for row in rows if row["allocations"]], [(100, 2000)],
                "each block once, with the header that the program puts before it")


def check_operators(directory, program, **options):
    done, figures = record_and_report([program], directory, ["-f", "counted_*"], **options)
    check_equal((done.stdout, done.stderr), ("done\n", ""), "output")
    check_equal(counted(figures), {"counted_work": (210, 30100)}, "allocations")
    frees = sum(row["frees"] for row in lines_of(figures, "counted_work").values())
    check_equal((frees, figures["totals"]["unmatched_frees"]), (160, 0), "frees, unmatched")


@case
def allocator_in_a_library(directory):
    """operator new does not come by the malloc of jemalloc and its like; it is recorded itself then."""
    library = compile("allocator.cpp", directory / "liballocator.so", "-shared", "-fPIC", "-fno-builtin")
    program = compile("new_and_delete.cpp", directory / "linked", str(library), f"-Wl,-rpath,{directory}", "-fno-builtin")
    check_operators(directory, program)
    plain = compile("new_and_delete.cpp", directory / "plain", "-fno-builtin")
    check_operators(directory, plain)
    check_operators(directory, plain, LD_PRELOAD=f"{SHIM}:{library}")


@case
def deepbind(directory):
    """A library that is opened with RTLD_DEEPBIND binds to libc's malloc itself; no harm may come of it."""
    library = compiled(directory, "deep", "-shared", "-fPIC")
    done = record([compiled(directory, "deepbind"), library], directory)
    check_equal((done.returncode, done.stdout), (0, "fine\n"), "exit status and output")
    check(report(done.trace())["complete"], "complete")


@case
def full_disk(directory):
    """The trace lies on a file system that fills up: the program must not notice, and one line may say so."""
    needs_root()
    small = directory / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, text=True)
    if mounted.returncode:
        raise Skip(f"no mount here: {mounted.stderr.strip()}")
    try:
        program = compiled(directory, "thread_churn")
        done = record([program], directory, MPROF_OUT=small / "x.%p.mprof")
        check_equal((done.returncode, done.stdout), (0, "800 threads\n"), "exit status and output")
        for trace in small.glob("*.mprof"):
            check_equal(mprof("report", trace).returncode in (0, 2), True, "a report, or a clear error")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=False)


run_cases()
