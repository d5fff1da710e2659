"""The drainer beside its program: what it does not inherit, who does not see it, and what is said if it cannot start."""

import contextlib
import ctypes
import os
import pathlib
import resource
import shutil
import struct
import subprocess

from harness import (BUILD, SHIM, Skip, case, check, check_equal, compile, drainers_of, environment, mprof, needs, needs_root,
                     record, report, run, run_cases, wait_for)

PR_SET_TIMERSLACK, PR_SET_CHILD_SUBREAPER = 29, 36
IOPRIO_GET, IOPRIO_SET, WHO_PROCESS = 252, 251, 1  # system calls of x86-64
REAL_TIME_IO = 1 << 13
NOBODY = 65534
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def recorded_sleeper(directory, prepare=lambda: None, **changes):
    """A recorded program that lives until the block ends, and its drainer's pid."""
    process = subprocess.Popen(["/bin/sleep", "1000"], cwd=directory, stdin=subprocess.DEVNULL, preexec_fn=prepare,
                               env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1", **changes))
    try:
        wait_for(lambda: drainers_of(process.pid), 30, "a drainer")
        yield process, drainers_of(process.pid)[0]
    finally:
        process.kill()
        process.wait()
        wait_for(lambda: not drainers_of(process.pid), 30, "the drainer has ended")


def proc(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_text()


def session_of(trace):
    """The session file that a trace's heading names."""
    data = trace.read_bytes()
    length, = struct.unpack_from("<I", data, 24)
    return pathlib.Path(data[32:32 + length].decode())


def drained_by_its_drainer(trace):
    wait_for(lambda: not session_of(trace).exists(), 30, "the drainer has finished by itself")
    return report(trace)


# ---- what it does not inherit ----------------------------------------------------------


@case
def environment_is_empty(directory):
    with recorded_sleeper(directory, LD_LIBRARY_PATH="/nowhere", GLIBC_TUNABLES="glibc.malloc.tcache_count=0",
                          MALLOC_ARENA_MAX="1") as (_, drainer):
        check_equal(proc(drainer, "environ"), "", "the drainer's environment")


@case
def foreign_libraries(directory):
    """Files under the names of the drainer's libraries, where the program is to look for its own."""
    for name in ("libzstd.so.1", "libjansson.so.4", "libm.so.6", "libpthread.so.0"):
        (directory / name).write_text("not a library\n")
    done = record(["/bin/echo", "fine"], directory, LD_LIBRARY_PATH=directory)
    check_equal(done.outcome, (0, "fine\n", ""), "the program")
    check(drained_by_its_drainer(done.trace())["complete"], "the trace is complete")


@case
def urgency(directory):
    """A real-time program with all that goes with it has an ordinary drainer."""
    needs_root()

    def prepare():
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(3))
        os.setpriority(os.PRIO_PROCESS, 0, -5)
        libc.syscall(IOPRIO_SET, WHO_PROCESS, 0, REAL_TIME_IO)
        libc.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
        with contextlib.suppress(OSError):  # needs a capability that containers lack
            pathlib.Path("/proc/self/oom_score_adj").write_text("-500")

    try:
        with recorded_sleeper(directory, prepare) as (process, drainer):
            check_equal(os.sched_getscheduler(process.pid), os.SCHED_FIFO, "the program's policy")
            check_equal(os.sched_getscheduler(drainer), os.SCHED_OTHER, "the drainer's policy")
            check_equal(os.getpriority(os.PRIO_PROCESS, drainer), 0, "niceness")
            wait_for(lambda: proc(drainer, "timerslack_ns").strip() == "50000", 30, "ordinary timers")
            wait_for(lambda: proc(drainer, "oom_score_adj").strip() == "0", 30, "oom_score_adj 0")
            check(libc.syscall(IOPRIO_GET, WHO_PROCESS, drainer) & REAL_TIME_IO == 0, "no real-time class at disks")
    except subprocess.SubprocessError:
        raise Skip("real-time scheduling is not permitted here")


@case
def courtesy(directory):
    """Who is to be less urgent has a drainer that is so, too."""
    with recorded_sleeper(directory, lambda: os.setpriority(os.PRIO_PROCESS, 0, 7)) as (_, drainer):
        check_equal(os.getpriority(os.PRIO_PROCESS, drainer), 7, "niceness")


@case
def processors(directory):
    """A pinned program has its processor for itself; one that is not pinned shares what there is."""
    usual = os.sched_getaffinity(0)
    with recorded_sleeper(directory) as (_, drainer):
        check_equal(os.sched_getaffinity(drainer), usual, "processors beside a program that is not pinned")
    if len(usual) < 2 or os.sched_getaffinity(1) != usual:
        raise Skip("only one processor is ours")
    for own in ({min(usual)}, {max(usual)}):
        with recorded_sleeper(directory, lambda own=own: os.sched_setaffinity(0, own)) as (process, drainer):
            check_equal(os.sched_getaffinity(process.pid), own, "the program's processors")
            check_equal(os.sched_getaffinity(drainer), usual - own, "the drainer's processors")


# ---- control groups ----------------------------------------------------------------------


def hierarchies():
    """(directory of our own group, controllers) of each mounted hierarchy."""
    groups = dict(line.split(":", 2)[1:] for line in proc("self", "cgroup").splitlines())
    for line in proc("self", "mountinfo").splitlines():
        fields, _, rest = line.partition(" - ")
        kind, _, options = rest.split(" ", 2)
        root, mount = fields.split()[3:5]
        for controllers, group in groups.items():
            if kind == ("cgroup" if controllers else "cgroup2") and set(controllers.split(",")) <= {"", *options.split(",")}:
                yield pathlib.Path(mount + group[len(root.rstrip("/")):]), controllers


@contextlib.contextmanager
def groups_of_our_own():
    made = []
    for own, _ in hierarchies():
        group = own / f"mprof-test-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            made.append(group)
    try:
        yield made
    finally:
        for group in made:
            with contextlib.suppress(OSError):
                group.rmdir()


def enter(groups):
    """Those that take a process; a cpuset without processors, for one, does not."""
    for group in groups:
        with contextlib.suppress(OSError):
            (group / "cgroup.procs").write_text("0")


@case
def control_groups(directory):
    """A program in a group of its own: its launcher's drainer, so the group can be removed with the program's end."""
    with groups_of_our_own() as groups:
        with recorded_sleeper(directory, lambda: enter(groups)) as (process, drainer):
            entered = [g for g in groups if str(process.pid) in (g / "cgroup.procs").read_text().split()]
            if not entered:
                raise Skip("no control group can be made here")
            for group in entered:
                wait_for(lambda group=group: str(drainer) not in (group / "cgroup.procs").read_text().split(), 30,
                         f"the drainer has left {group}")
            check_equal(proc(drainer, "cgroup"), proc("self", "cgroup"), "the drainer is where the launcher is")


@case
def control_group_of_a_recorded_launcher(directory):
    """Where a child begins in its launcher's new group, its drainer goes to the launcher's, which came before."""
    program = compile("moves_and_forks.c", directory / "moves_and_forks")
    with groups_of_our_own() as groups:
        process = subprocess.Popen([program, *(group / "cgroup.procs" for group in groups)], cwd=directory, text=True,
                                   env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        try:
            child = process.stdout.readline().strip()
            entered = [g for g in groups if child in (g / "cgroup.procs").read_text().split()]
            if not entered:
                raise Skip("no control group can be made here")
            wait_for(lambda: drainers_of(int(child)), 30, "the child's drainer")
            for group in entered:
                wait_for(lambda group=group: str(drainers_of(int(child))[0]) not in (group / "cgroup.procs").read_text().split(), 30,
                         f"the child's drainer has left {group}")
        finally:
            process.communicate()
        wait_for(lambda: not drainers_of(int(child)) and not drainers_of(process.pid), 30, "the drainers have ended")


@case
def control_group_of_the_launcher(directory):
    """Limits that hold for the launcher hold for the drainer."""
    with groups_of_our_own() as groups:
        ready = directory / "pid"
        shell = subprocess.Popen(["/bin/sh", "-c", f"LD_PRELOAD={SHIM} MPROF_QUIET=1 sleep 1000 & echo $! > pid; wait"],
                                 cwd=directory, env=environment(), preexec_fn=lambda: enter(groups))
        wait_for(lambda: ready.exists() and ready.read_text().endswith("\n"), 30, "the program's pid")
        pid = int(ready.read_text())
        try:
            wait_for(lambda: drainers_of(pid), 30, "a drainer")
            wait_for(lambda: session_of(next(directory.glob("*.mprof"))).with_suffix(".live").exists() or
                     len(os.listdir(f"/proc/{drainers_of(pid)[0]}/fd")) > 4, 30, "the drainer at work")
            check_equal(proc(drainers_of(pid)[0], "cgroup"), proc(shell.pid, "cgroup"), "the drainer's groups")
        finally:
            os.kill(pid, 9)
            shell.wait()
            wait_for(lambda: not drainers_of(pid), 30, "the drainer has ended")


# ---- who does not see it -----------------------------------------------------------------


@case
def strace_does_not_follow(directory):
    command = ["env", f"LD_PRELOAD={SHIM}", "MPROF_QUIET=1", "/bin/true"]
    done = run([needs("strace"), "-f", "-o", "log", *command], directory)
    check_equal((done.returncode, done.stderr), (0, ""), "strace")
    log = (directory / "log").read_text()
    check("libmprof.so" in log, "the program was recorded under strace")
    check("mprof-drain\", [" not in log, "strace saw the drainer's execve")
    pids = {line.split()[0] for line in log.splitlines()}
    check_equal(len(pids), 1, "processes that strace saw")
    done = run(["strace", "-f", "--seccomp-bpf", "-e", "trace=openat", "-o", "log", *command], directory)
    check_equal((done.returncode, done.stderr), (0, ""), "strace with a filter, under which only who is traced can do anything")
    for trace in directory.glob("true.*.mprof"):
        check(drained_by_its_drainer(trace)["complete"], "the trace is complete")


@case
def gdb_does_not_follow(directory):
    """It is to keep all processes that it meets, and meets none: else it would wait for the drainer, and that for the program."""
    for mode in ("child", "parent"):
        done = run([needs("gdb"), "-nx", "-batch", "-ex", "set detach-on-fork off", "-ex", f"set follow-fork-mode {mode}",
                    "-ex", f"set exec-wrapper env LD_PRELOAD={SHIM} MPROF_QUIET=1", "-ex", "run", "/bin/true"], directory, timeout=60)
        check("exited normally" in done.stdout, f"the program ended under gdb: {done.stdout} {done.stderr}")
    for trace in directory.glob("true.*.mprof"):
        check(drained_by_its_drainer(trace)["complete"], "the trace is complete")


@case
def valgrind_takes_it(directory):
    for follow in ("no", "yes"):
        done = run([needs("valgrind"), "-q", f"--trace-children={follow}", "env", f"LD_PRELOAD={SHIM}", "MPROF_QUIET=1", "/bin/echo",
                    follow], directory)
        check_equal(done.outcome, (0, f"{follow}\n", ""), "echo under valgrind")
    for trace in directory.glob("echo.*.mprof"):
        check(report(trace)["complete"], "the trace is complete")


@case
def who_adopts_orphans_does_not_adopt_it(directory):
    """Nor does a subreaper stop to be one."""
    program = compile("adopts_orphans.c", directory / "adopts_orphans")
    bare = run([program, "subreaper", "reap"], directory, timeout=60)
    check_equal(bare.outcome, (0, "reaped 2\n", ""), "bare")
    for _ in range(5):
        done = run([program, "subreaper", "reap"], directory, timeout=60, LIBRARY=SHIM, MPROF_QUIET="1", MPROF_FOLLOW="0")
        check_equal(done.outcome, bare.outcome, "recorded")
    for trace in directory.glob("*.mprof"):
        check(drained_by_its_drainer(trace)["complete"], "the trace is complete")


def children_of(pid):
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"\nPPid:\t{pid}\n" in (entry / "status").read_text():
                yield entry


@case
def descriptors_and_directory_of_an_init(directory):
    """The drainer of a namespace's first process has a parent there, which holds nothing either."""
    program = compile("adopts_orphans.c", directory / "adopts_orphans")
    for kind in ("subreaper", "init"):
        process = subprocess.Popen([program, kind, "let_go"], cwd=directory, env=environment(LIBRARY=SHIM, MPROF_QUIET="1"),
                                   text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            pid, _, end = process.stdout.readline().partition(" ")
            if not pid:
                raise Skip("no pid namespaces here")
            check_equal(end, "let go\n", f"the pipe of a {kind}")
            for child in children_of(pid):
                check_equal((os.readlink(child / "cwd"), os.listdir(child / "fd")), ("/", []), f"directory and descriptors of {child}")
        finally:
            process.communicate()
        check_equal(process.returncode, 0, "exit status")


# ---- one that cannot start ---------------------------------------------------------------


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def warnings_of(trace, directory):
    return mprof("report", "--format", "json", str(trace), directory=directory).stderr


@case
def exec_failure(directory):
    """Known at once: one line, and the program goes on."""
    program = compile("fork_then_alloc.c", directory / "program")
    failures = {"Exec format error": script(directory / "empty", ""),
                "No such file or directory": script(directory / "orphan", "#!/nowhere/interpreter\n")}
    for subreaper in (0, 1):
        for reason, drainer in failures.items():
            prepare = lambda: libc.prctl(PR_SET_CHILD_SUBREAPER, subreaper, 0, 0, 0)
            process = subprocess.run([program], cwd=directory, capture_output=True, text=True, timeout=60, preexec_fn=prepare,
                                     env=environment(LD_PRELOAD=SHIM, MPROF_FOLLOW="0", MPROF_DRAINER=drainer, MPROF_OUT="t.mprof"))
            check_equal(process.returncode, 3, "exit status")
            check_equal(process.stderr.splitlines()[:1],
                        [f"mprof: cannot start {drainer}: {reason}; the trace will be finished by `mprof report`"], "what is said")
            said = warnings_of(directory / "t.mprof", directory)
            check("mprof-drain did not work" in said, f"the report's warnings: {said}")
            check(report(directory / "t.mprof")["complete"], "the trace is complete")


@case
def failure_after_exec(directory):
    """What a missing library does: nobody is told but whoever looks at the end."""
    done = mprof("run", "-q", "-o", "t.mprof", "--", "/bin/sh", "-c", "exit 7", directory=directory, MPROF_DRAINER="/bin/false")
    check_equal(done.returncode, 7, "the program's status")
    check("warning: mprof-drain did not work" in done.stderr, f"what mprof run says: {done.stderr!r}")
    check_equal(done.stderr.count("\n"), 1, "lines")
    said = warnings_of(directory / "t.mprof", directory)
    check("mprof-drain did not work" in said, f"the report's warnings: {said}")
    done = mprof("run", "-q", "-o", "u.mprof", "--", "/bin/sh", "-c", "exit 7", directory=directory)
    check_equal(done.outcome, (7, "", ""), "with a drainer that works")


@case
def process_limit(directory):
    """A user with as many processes as are allowed: recorded without a drainer, and told so."""
    needs_root()
    directory.chmod(0o777)
    shim, drainer = (shutil.copy(path, directory) for path in (SHIM, BUILD / "reporter/drain/mprof-drain"))
    check(os.access(drainer, os.X_OK), "the drainer's copy")

    def prepare():
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))

    done = subprocess.run(["/bin/echo", "fine"], cwd=directory, capture_output=True, text=True, preexec_fn=prepare, timeout=60,
                          env=environment(LD_PRELOAD=shim, MPROF_OUT="t.mprof"))
    check_equal((done.returncode, done.stdout), (0, "fine\n"), "the program")
    check("Resource temporarily unavailable; the trace will be finished by `mprof report`" in done.stderr, f"what is said: {done.stderr!r}")
    check(report(directory / "t.mprof")["complete"], "the trace is complete")


run_cases()
