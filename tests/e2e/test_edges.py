"""The edges of the host's world: locked memory, little shared memory, filtered system calls, dead drainers, many threads."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

from harness import (MPROF, OWN_MOUNTS, SHIM, Skip, case, check, check_equal, compile, counted, drainers_of, environment, mprof, needs, needs_root,
                     record, record_and_report, report, run, run_cases, wait_for)

MIB = 1 << 20


def compiled(directory, name, *flags):
    return compile(f"{name}.c", directory / name, "-fno-builtin", *flags)


# ---- memory that becomes real ----------------------------------------------------------------------------------------


@case
def all_memory_locked(directory):
    program = compiled(directory, "lock_memory")
    bare = run([program], directory).stdout.split()
    if bare[0] != "0":
        raise Skip("memory cannot be locked here")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    failed, _, locked_kib, size_kib = done.stdout.split()
    check_equal(failed, "0", "mlockall")
    check(int(locked_kib) - int(bare[2]) < 16 * 1024, f"KiB locked: {locked_kib}, bare {bare[2]}")
    check(int(size_kib) - int(bare[3]) < 64 * 1024, f"KiB of address space: {size_kib}, bare {bare[3]}")
    check_equal(counted(figures), {"counted_work": (2000000, 20000000)}, "allocations")


@case
def all_mappings_read(directory):
    program = compiled(directory, "read_all")
    bare = int(run([program], directory).stdout)
    recorded = int(record([program], directory).stdout)
    check(recorded - bare < 32 * 1024, f"peak resident KiB: {recorded}, bare {bare}")


@case
def short_threads(directory):
    program = compiled(directory, "short_threads")
    bare = int(run([program, 20000], directory).stdout)
    done, figures = record_and_report([program, 20000], directory, ["-f", "counted_*"])
    check(int(done.stdout) - bare < 8 * 1024, f"peak resident KiB: {done.stdout.strip()}, bare {bare}")
    check_equal(counted(figures), {"counted_work": (400000, 40000000)}, "allocations")
    check_equal(figures["totals"]["unmatched_frees"], 0, "unmatched frees")


@case
def little_address_space(directory):
    """Where a limit leaves the program itself some room, it leaves the recording some."""
    program = compiled(directory, "short_threads")
    done = run(["/bin/bash", "-c", f"ulimit -v 150000 && exec env LD_PRELOAD={SHIM} {program} 4000"], directory)
    check_equal((done.returncode, done.stderr.count("unrecorded")), (0, 0), f"exit status, complaints: {done.stderr}")
    figures = report(only_trace(directory, "short_threads"), "-f", "counted_*")
    check_equal(counted(figures), {"counted_work": (80000, 8000000)}, "allocations")


# ---- little shared memory ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def shared_memory(directory, size):
    """Runs programs with a /dev/shm of this size of their own: a prefix for their command."""
    needs_root()
    script = directory / f"with-{size}"
    script.write_text(f"#!/bin/sh\nmount -t tmpfs -o size={size} tmpfs /dev/shm || exit 77\n\"$@\"\nstatus=$?\n"
                      "i=0; while [ -n \"$(ls -A /dev/shm)\" ] && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done\n"
                      "ls -A /dev/shm >&2\nexit $status\n")
    script.chmod(0o755)
    yield [*OWN_MOUNTS, script]


def with_shim(program, *arguments):
    return ["env", f"LD_PRELOAD={SHIM}", "MPROF_QUIET=1", program, *arguments]


def only_trace(directory, name):
    found = list(directory.glob(f"{name}.*.mprof"))
    check(len(found) == 1, f"one trace of {name} among {found}")
    return found[0]


@case
def little_shared_memory(directory):
    """A container's: with many live blocks everything lies on disk, nothing is lost, and nothing stays."""
    program = compiled(directory, "many_live")
    with shared_memory(directory, "64m") as prefix:
        done = run([*prefix, *with_shim(program, 300000, 500000)], directory)
    if done.returncode == 77:
        raise Skip("no mounts here")
    check_equal((done.returncode, done.stdout, done.stderr), (0, "done\n", ""), "exit status, output, what is left")
    figures = report(only_trace(directory, "many_live"), "-f", "counted_*")
    check(figures["complete"], "complete")
    check_equal(figures["lost_events"], 0, "lost events")
    check_equal(counted(figures), {"counted_live": (300000, 7200000), "counted_pairs": (500000, 20000000)}, "allocations")
    check_equal([p.name for p in directory.iterdir() if p.name.startswith(".mprof")], [], "hidden files that are left")


@case
def shared_memory_that_the_program_fills(directory):
    """What a program may put into /dev/shm without a profiler it may with one: no SIGBUS."""
    program = compiled(directory, "many_live")
    with shared_memory(directory, "64m") as prefix:
        bare = run([*prefix, program, 200000, 0, 62], directory)
        done = run([*prefix, *with_shim(program, 200000, 0, 62)], directory)
    if bare.returncode == 77:
        raise Skip("no mounts here")
    check_equal(done.outcome, bare.outcome, "exit status and output")
    check_equal(counted(report(only_trace(directory, "many_live"), "-f", "counted_*")), {"counted_live": (200000, 4800000)},
                "allocations")


@case
def shared_memory_that_fills_after_the_start(directory):
    """No chunk can be had, and none will come back: the recording ends, the program does not wait for ever."""
    program = compiled(directory, "fill_shared")
    with shared_memory(directory, "300m") as prefix:
        done = run([*prefix, *with_shim(program)], directory, timeout=60)
    if done.returncode == 77:
        raise Skip("no mounts here")
    check_equal((done.returncode, done.stdout), (0, "done\n"), "exit status and output")
    text = mprof("report", only_trace(directory, "fill_shared")).stdout
    check("THE RECORDING ENDS" in text, f"the report says from when on it is blind: {text}")


def limited_group(bytes):
    """A control group of either version with this limit."""
    for kind, limit in (("memory/", "memory.limit_in_bytes"), ("", "memory.max")):
        group = pathlib.Path(f"/sys/fs/cgroup/{kind}mprof-test-{os.getpid()}")
        if not (group.parent / "cgroup.procs").exists():
            continue
        try:
            group.mkdir()
            (group / limit).write_text(str(bytes))
            return group
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
    raise Skip("no control group with a limit here")


@case
def full_disk_for_the_trace(directory):
    """A report says at once what the rest waits for, and has it once there is room."""
    source = directory / "noise.c"
    source.write_text("#include <stdlib.h>\nint main(void){ static void *held[1000]; for (int i = 0; i < 1000000; i++) { int at = rand() % 1000;\n"
                      "free(held[at]); held[at] = malloc((size_t)(rand() % 10000)); } return 0; }\n")
    program = compile(source, directory / "noise", "-fno-builtin")
    disk = directory / "disk"
    disk.mkdir()
    script = (f"mount -t tmpfs -o size=100k tmpfs {disk} && cd {disk} || exit 77; LD_PRELOAD={SHIM} MPROF_QUIET=1 {program}; "
              f"{MPROF} report -o first *.mprof; mount -o remount,size=100m {disk} && {MPROF} report --format json *.mprof")
    done = run([*OWN_MOUNTS, "sh", "-c", script], directory)
    if done.returncode == 77:
        raise Skip("no mounts here")
    check_equal(done.returncode, 0, f"exit status; {done.stderr}")
    check("may lack its last events" in done.stderr and "No space left" in done.stderr, f"the first report: {done.stderr}")
    figures = json.loads(done.stdout)
    check_equal((figures["complete"], figures["lost_events"]), (True, 0), "complete, lost events")


@case
def little_memory_for_its_group(directory):
    """A container's limit: what mprof takes of it leaves the program what it needs."""
    needs_root()
    group = limited_group(18 << 20)
    try:
        enter = ["/bin/sh", "-c", f'echo 0 > {group}/cgroup.procs && exec "$@"', "sh"]
        held = compiled(directory, "hold")
        bare = run([*enter, held, 12, 2000000], directory)
        done = run([*enter, *with_shim(held, 12, 2000000)], directory)
        check_equal(done.outcome, bare.outcome, "exit status and output")
        check_equal(done.returncode, 0, "exit status")
    finally:
        wait_for(lambda: not (group / "cgroup.procs").read_text(), 30, "an empty group")
        group.rmdir()


@case
def children_find_a_session_on_disk(directory):
    """A child's trace lies beside its parent's, wherever it has gone since: so it has found the parent."""
    (directory / "elsewhere").mkdir()
    with shared_memory(directory, "64m") as prefix:
        done = run([*prefix, *with_shim("/bin/sh", "-c", "cd elsewhere && /bin/echo hello; true")], directory)
    if done.returncode == 77:
        raise Skip("no mounts here")
    check_equal((done.returncode, done.stdout), (0, "hello\n"), "exit status and output")
    check_equal(list((directory / "elsewhere").iterdir()), [], "traces where the child was")
    check(report(only_trace(directory, "echo"))["complete"] and report(only_trace(directory, "sh"))["complete"], "both are whole")


# ---- a drainer that is no help -------------------------------------------------------------------------------------------


def session_of(pid):
    return [path for path in pathlib.Path("/dev/shm").glob(f"mprof.*.{pid}.*") if not path.name.endswith(".live")]


@case
def dead_drainer_is_bounded(directory):
    """Without a drainer the session stops growing, the program goes on, and the report says from when on it is blind."""
    program = compiled(directory, "many_live")
    env = environment(LD_PRELOAD=SHIM, MPROF_QUIET=1, MPROF_DRAINER=None)
    process = subprocess.Popen([str(program), "1000", "30000000"], cwd=directory, env=env, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: drainers_of(process.pid) or process.poll() is not None, 10, "a drainer")
    for pid in drainers_of(process.pid):
        os.kill(pid, signal.SIGKILL)
    output, _ = process.communicate(timeout=120)
    check_equal((process.returncode, output), (0, "done\n"), "exit status and output")
    sizes = [path.stat().st_blocks * 512 for path in session_of(process.pid)]
    check(sizes and max(sizes) < 300 * MIB, f"bytes in shared memory: {sizes}")
    trace = only_trace(directory, "many_live")
    told = mprof("report", trace, directory=directory)
    figures = report(trace)
    check(not figures["complete"] and figures["lost_events"] > 0, "the report says that it is not whole")
    check("THE RECORDING ENDS AT" in told.stdout + told.stderr, f"from when on it is blind: {told.stdout[:600]!r}")
    check_equal(figures["totals"]["allocations"] + figures["totals"]["frees"] + figures["lost_events"],
                2 * (30000000 + 1000) + 1, "events recorded and lost")
    check_equal(session_of(process.pid), [], "what is left in shared memory")
    judged = mprof("check", "--max-leaked", "1GiB", trace, directory=directory)
    check(judged.returncode != 0, f"a gate does not pass what was not recorded: {judged.stdout}")


# ---- filtered system calls -----------------------------------------------------------------------------------------------


def filtered(directory, how, count, *more):
    program = compiled(directory, "filter")
    bare = run([program, how, count, *more], directory)
    if bare.returncode == 77:
        raise Skip(f"no seccomp here ({how})")
    if how == "raw strict" and bare.returncode == -signal.SIGSEGV:
        raise Skip("the program itself may read no clock then, and how it came to that nobody sees")
    check_equal(bare.returncode, 3, f"exit status, bare, of {how} {count} {more}")
    done = record([program, how, count, *more], directory)
    check_equal(done.outcome, bare.outcome, f"exit status and output of {how} {count} {more}")
    figures = report(done.trace(), "-f", "counted_*")
    check_equal(figures["lost_events"], 0, "lost events")
    done.trace().unlink()
    return counted(figures)


for _how, _counts in (("prctl", (10, 1000, 3000000)), ("syscall", (10, 100000)), ("narrow", (10, 3000000)), ("strict", (10, 100000)),
                      ("raw", (10, 3000000)), ("raw strict", (10, 1000000))):
    def _filtered(directory, how=_how, counts=_counts):
        for count in counts:
            check_equal(filtered(directory, how, count), {"counted_work": (count, 10 * count)}, f"allocations of {count}")
    _filtered.__name__ = f"filter_by_{_how.replace(' ', '_')}"
    case(_filtered)


@case
def without_the_processors_counter(directory):
    program = compiled(directory, "no_counter")
    for count, *more in ((1000,), (1000, "attached"), (200000,)):
        (directory / "recorded").mkdir()
        done = record([program, count, *more], directory / "recorded")
        if done.returncode == 77:
            raise Skip("the counter cannot be taken here")
        check_equal(done.outcome[0], 3, f"exit status of {count} {more}: {done.outcome}")
        figures = [report(trace, "-f", "counted_*") for trace in sorted((directory / "recorded").glob("*.mprof"))]
        check_equal(sorted((function, allocations) for one in figures for function, (allocations, _) in counted(one).items()),
                    sorted([("counted_without", 2 * count), ("counted_again", count), ("counted_without", count)]), f"allocations of {count} {more}")
        check_equal([one["lost_events"] for one in figures], [0, 0], "lost events")
        shutil.rmtree(directory / "recorded")


@case
def filter_and_fork(directory):
    for how in ("prctl", "syscall"):
        check_equal(filtered(directory, how, 1000, "fork"), {"counted_work": (1000, 10000)}, "allocations of the parent")


@case
def filter_and_threads(directory):
    check_equal(filtered(directory, "prctl", 20000, "threads"), {"counted_work": (100000, 1000000)}, "allocations")


@case
def dispatched_system_calls(directory):
    """An emulator takes ours for its guest's."""
    program = compiled(directory, "dispatcher")
    bare = run([program], directory)
    if bare.returncode == 77:
        raise Skip("no Syscall User Dispatch here")
    done = record([program], directory, timeout=60)
    check_equal(done.outcome, (3, "dispatched 0\n", ""), "exit status and output")
    figures = report(done.trace(), "-f", "counted_*")
    check_equal((figures["lost_events"], counted(figures)), (0, {"counted_work": (1000000, 10000000)}), "lost events, allocations")


@case
def write_barrier(directory):
    """A fault on memory of ours is the program's to see, as on its own."""
    done, figures = record_and_report([compiled(directory, "write_barrier")], directory, ["-f", "counted_*"])
    check_equal(done.stdout, "done\n", "output")
    check_equal(counted(figures), {"counted_work": (2000000, 20000000)}, "allocations")


@case
def filter_that_is_refused(directory):
    """It never came: recording goes on as before."""
    source = directory / "refused.c"
    source.write_text('#include <stdlib.h>\n#include <sys/prctl.h>\n#include <linux/seccomp.h>\n'
                      'static void counted_work(void){for(int i=0;i<1000000;i++){void*volatile b=malloc(10);free(b);}}\n'
                      'int main(void){ int r = prctl(PR_SET_SECCOMP, 99, 0, 0, 0); counted_work(); return r == -1 ? 0 : 1; }\n')
    program = compile(source, directory / "refused", "-fno-builtin")
    _, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(counted(figures), {"counted_work": (1000000, 10000000)}, "allocations")


run_cases()
