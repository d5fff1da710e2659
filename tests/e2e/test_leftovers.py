"""What a dead recording left in shared memory is finished or removed by the next one, whatever that records."""

import contextlib
import os
import pathlib
import signal
import struct
import subprocess
import time

from harness import (BUILD, OWN_MOUNTS, SHIM, Skip, case, check, check_equal, compile, drainers_of, environment, needs_root, record, report,
                     run_cases, wait_for)

SHARED = pathlib.Path("/dev/shm")


def left(pid):
    return sorted(path.name for path in SHARED.glob(f"mprof.{os.getuid()}.{pid}.*"))


def drainer(pid):
    wait_for(lambda: drainers_of(pid), 10, f"a drainer of {pid}")
    return drainers_of(pid)[0]


def kill(pid):
    """SIGKILL, and until it is gone: it may be nobody's child here."""
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}/exe").exists(), 10, f"the end of {pid}")


def waiting_program(directory, blocks=3000, replaced=500):
    """A recorded program that has done its work and lives on."""
    program = compile("many_blocks.c", directory / "many_blocks")
    process = subprocess.Popen([program, str(blocks), str(replaced), "wait"], cwd=directory, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"))
    check_equal(process.stdout.readline(), b"ready\n", "the program at work")
    return process


def recording(directory):
    """Something else, whose drainer looks around in the end."""
    other = directory / "other"
    other.mkdir(exist_ok=True)
    done = record(["/bin/true"], other)
    wait_for(lambda: not left(done.pid) and not drainers_of(done.pid), 20, "the end of another recording's drainer")


def both_killed(directory, **sizes):
    process = waiting_program(directory, **sizes)
    report(directory / f"many_blocks.{process.pid}.mprof")  # by now its drainer has begun
    kill(drainer(process.pid))
    process.kill()
    process.wait()
    process.stdout.close()
    check(left(process.pid), "a session is left")
    return process.pid


@case
def link_that_leads_nowhere(directory):
    """Of a session that lay on disk, and is gone."""
    link = SHARED / f"mprof.{os.getuid()}.999999999.0"
    link.symlink_to(directory / ".mprof.gone")
    try:
        recording(directory)
        wait_for(lambda: not link.is_symlink(), 10, "the link's end")
    finally:
        link.unlink(missing_ok=True)


@case
def is_finished_by_the_next_recording(directory):
    pid = both_killed(directory)
    recording(directory)
    check_equal(left(pid), [], "files in shared memory")
    figures = report(directory / f"many_blocks.{pid}.mprof")
    check_equal((figures["complete"], figures["lost_events"]), (False, 0), "complete, lost events")
    check_equal(figures["totals"]["allocations"], 3501, "allocations")


@case
def is_removed_where_the_trace_is_gone(directory):
    pid = both_killed(directory)
    (directory / f"many_blocks.{pid}.mprof").unlink()
    recording(directory)
    check_equal(left(pid), [], "files in shared memory")
    check_equal(list(directory.glob("*.mprof")), [], "traces made anew")


@case
def of_another_root_is_left_to_it(directory):
    """As of a container that shares the folder: its trace cannot be found here, and is not gone."""
    needs_root()
    pid = both_killed(directory)
    trace, hidden = directory / f"many_blocks.{pid}.mprof", directory / "elsewhere"
    trace.rename(hidden)
    before = left(pid)
    root = directory / "root"
    for folder in ("usr", "lib", "lib64", "bin", "dev", "proc", "tmp", str(BUILD).lstrip("/")):
        (root / folder).mkdir(parents=True, exist_ok=True)
    binds = "".join(f"[ -e /{name} ] && mount --rbind /{name} {root}/{name}; " for name in ("usr", "lib", "lib64", "bin", "dev", "proc"))
    script = f"{binds} mount --bind {BUILD} {root}/{BUILD} && exec chroot {root} env MPROF_OUT=/tmp/t.mprof MPROF_QUIET=1 LD_PRELOAD={SHIM} /bin/true"
    other = subprocess.Popen([*OWN_MOUNTS, "sh", "-c", script], env=environment(), stdin=subprocess.DEVNULL)  # the same process to the end
    check_equal(other.wait(), 0, "a recording in another root")
    wait_for(lambda: (root / "tmp/t.mprof").exists() and not left(other.pid), 20, "the end of its drainer")
    check_equal(left(pid), before, "files in shared memory")
    hidden.rename(trace)
    recording(directory)
    check_equal((left(pid), report(trace)["totals"]["allocations"]), ([], 3501), "finished by who is at home")


@case
def is_finished_once_by_many(directory):
    pids = [both_killed(directory) for _ in range(4)]
    program = compile("many_blocks.c", directory / "many_blocks")
    others = [subprocess.Popen([program, "10"], cwd=directory, env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"))
              for _ in range(12)]
    for other in others:
        check_equal(other.wait(), 0, "exit status")
    for other in others:
        wait_for(lambda: not drainers_of(other.pid), 20, "the end of all drainers")
    for pid in pids:
        check_equal(left(pid), [], "files in shared memory")
        figures = report(directory / f"many_blocks.{pid}.mprof")
        check_equal((figures["lost_events"], figures["totals"]["allocations"]), (0, 3501), "lost events, allocations")


@case
def of_a_process_that_lives_is_not_touched(directory):
    process = waiting_program(directory)
    try:
        kill(drainer(process.pid))
        before = left(process.pid)
        inode = (SHARED / before[0]).stat().st_ino
        recording(directory)
        check_equal(left(process.pid), before, "files in shared memory")
        check_equal((SHARED / before[0]).stat().st_ino, inode, "the session itself")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    figures = report(directory / f"many_blocks.{process.pid}.mprof")
    check_equal((figures["complete"], figures["totals"]["allocations"]), (False, 3501), "complete, allocations")


@case
def of_a_process_in_another_pid_namespace_is_not_touched(directory):
    """Its pid is somebody else's here, or nobody's."""
    needs_root()
    program = compile("many_blocks.c", directory / "many_blocks")
    process = subprocess.Popen([*OWN_MOUNTS, "unshare", "--pid", "--fork", "sh", "-c",
                                f'mount -t proc proc /proc && exec env LD_PRELOAD={SHIM} {program} 3000 500 wait'], cwd=directory,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               env=environment(MPROF_QUIET="1", MPROF_OUT="%e.%p.mprof"))
    try:
        if process.stdout.readline() != b"ready\n":
            raise Skip("no pid namespace here")
        wait_for(lambda: drainers_of(1), 10, "a drainer")
        report(directory / "many_blocks.1.mprof")
        session = pathlib.Path(f"/dev/shm/mprof.{os.getuid()}.1.0")
        inode = session.stat().st_ino
        for pid in drainers_of(1):
            kill(pid)
        recording(directory)
        check_equal(session.stat().st_ino, inode, "the session")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        # --fork: it was init's of its namespace, and nobody kills that with its parent.
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                if path.read_text().split("\0")[0] == str(program):
                    kill(int(path.parent.name))
    recording(directory)
    check_equal(left(1), [], "files in shared memory")
    figures = report(directory / "many_blocks.1.mprof")
    check_equal((figures["complete"], figures["totals"]["allocations"]), (False, 3501), "complete, allocations")


@case
def that_never_began_goes_when_it_is_old(directory):
    dead = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True, check=True).stdout.strip()
    path = SHARED / f"mprof.{os.getuid()}.{dead}.0"
    orphan = SHARED / f"mprof.{os.getuid()}.{dead}.7.live"
    others = SHARED / f"mprof.{os.getuid()}.{dead}.text"
    try:
        for file in (path, others):
            file.write_bytes(b"")
        path.write_bytes(struct.pack("2Q", 0, 0) * 8192)
        orphan.write_bytes(b"x" * 4096)
        recording(directory)
        check_equal(left(dead), sorted((path.name, others.name)), "young, or not ours: left alone")
        os.utime(path, (time.time() - 3600, time.time() - 3600))
        recording(directory)
        check_equal(left(dead), [others.name], "old")
    finally:
        for file in (path, orphan, others):
            file.unlink(missing_ok=True)


run_cases()
