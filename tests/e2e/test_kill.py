"""SIGKILL of the program, the drainer, both or the whole group: all that was committed is reported."""

import json
import os
import pathlib
import random
import re
import shutil
import signal
import struct
import subprocess
import time

from harness import (BUILD, SHIM, Skip, case, check, check_equal, compile, drainers_of, environment, mprof, needs_root, record, report,
                     run_cases, wait_for)

SEED = int(os.environ.get("MPROF_TEST_SEED", time.time_ns() % 1000000))


class Victim:
    """The commits program, recorded, in a process group of its own."""

    def __init__(self, directory, program, threads=1, **changes):
        self.directory, self.counters = directory, directory / "counters"
        self.counters.unlink(missing_ok=True)
        self.process = subprocess.Popen([program, self.counters, str(threads)], cwd=directory, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
                                        env=environment(LD_PRELOAD=SHIM, **changes))
        self.pid = self.process.pid
        wait_for(lambda: self.committed()[0] > 0 or self.process.poll() is not None, 20, "the program at work")

    def committed(self):
        if not self.counters.exists():
            return 0, 0
        words = struct.unpack("512Q", self.counters.read_bytes().ljust(4096, b"\0"))
        return sum(words[0::8]), sum(words[1::8])

    def drainer(self):
        wait_for(lambda: drainers_of(self.pid), 10, f"a drainer of {self.pid}")
        return drainers_of(self.pid)[0]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def check_report(self, what):
        traces = list(self.directory.glob(f"*.{self.pid}.mprof"))
        check_equal(len(traces), 1, f"traces of {self.pid} ({what})")
        allocations, frees = self.committed()
        figures = report(traces[0], timeout=300)
        totals = figures["totals"]
        check(totals["allocations"] >= allocations and totals["frees"] >= frees,
              f"{what}: committed {allocations} and {frees}, reported {totals}")
        # One event of each thread may be under way between its record and the program's counter.
        check(totals["allocations"] <= allocations + 8 and totals["frees"] <= frees + 8,
              f"{what}: committed {allocations} and {frees}, reported {totals}")
        check_equal((figures["complete"], figures["lost_events"]), (False, 0), f"{what}: complete, lost events")
        again = report(traces[0], timeout=300)
        check_equal(again["totals"], totals, f"{what}: the second report says the same")
        check_equal(session_files(self), [], f"{what}: session files left")
        traces[0].unlink()


def killed(directory, times, action, threads=1, longest=0.15, **changes):
    random.seed(SEED)
    program = compile("commits.c", directory / "commits")
    for number in range(times):
        victim = Victim(directory, program, threads, **changes)
        try:
            time.sleep(random.uniform(0, longest))
            action(victim)
        finally:
            victim.kill()
        victim.check_report(f"seed {SEED}, round {number}")


@case
def program_50_times(directory):
    killed(directory, 50, Victim.kill)


@case
def program_with_threads_10_times(directory):
    killed(directory, 10, Victim.kill, threads=4)


@case
def drainer_while_the_program_goes_on(directory):
    def action(victim):
        os.kill(victim.drainer(), signal.SIGKILL)
        time.sleep(random.uniform(0, 0.1))
        check(victim.process.poll() is None, "the program outlives its drainer")
        before = victim.committed()[0]
        wait_for(lambda: victim.committed()[0] > before, 5, "progress without a drainer")
    killed(directory, 10, action)


@case
def drainer_and_program_at_once(directory):
    def action(victim):
        drainer = victim.drainer()
        os.kill(drainer, signal.SIGKILL)
        os.kill(victim.pid, signal.SIGKILL)
    killed(directory, 10, action)


@case
def program_then_drainer(directory):
    def action(victim):
        drainer = victim.drainer()
        os.kill(victim.pid, signal.SIGKILL)
        time.sleep(random.uniform(0, 0.02))
        try:
            os.kill(drainer, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it was done already
    killed(directory, 10, action)


@case
def aggregate_traces(directory):
    """Sums are all that they have, and the whole file is replaced by each batch."""
    killed(directory, 10, Victim.kill, threads=2, longest=0.5, MPROF_AGGREGATE="1")


@case
def aggregate_traces_and_their_drainers(directory):
    def action(victim):
        drainer = victim.drainer()
        os.kill(drainer, signal.SIGKILL)
        time.sleep(random.uniform(0, 0.1))
        os.kill(victim.pid, signal.SIGKILL)
    killed(directory, 15, action, threads=2, longest=0.8, MPROF_AGGREGATE="1")


@case
def process_group(directory):
    killed(directory, 5, lambda victim: os.killpg(victim.pid, signal.SIGKILL))


def goes_on(victim, count, seconds, what):
    before = victim.committed()[0]
    wait_for(lambda: victim.committed()[0] > before + count, seconds, what)


@case
def program_runs_on_with_a_stopped_drainer(directory):
    """A drainer that hangs may cost memory or time, but never the program, nor an event once it goes on."""
    program = compile("commits.c", directory / "commits")
    for aggregate in ("0", "1"):
        victim = Victim(directory, program, MPROF_AGGREGATE=aggregate)
        try:
            drainer = victim.drainer()
            os.kill(drainer, signal.SIGSTOP)
            time.sleep(1)
            goes_on(victim, 1000, 10, "progress with a stopped drainer")
            os.kill(drainer, signal.SIGCONT)
        finally:
            victim.kill()
        victim.check_report(f"stopped drainer, aggregate {aggregate}")


@case
def trace_on_a_disk_that_is_full_for_a_while(directory):
    """What cannot be written waits, in memory; the program goes on, and all is there once there is room."""
    needs_root()
    program = compile("commits.c", directory / "commits")
    for aggregate in ("0", "1"):
        small = directory / f"small-{aggregate}"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", small], capture_output=True, text=True)
        if mounted.returncode:
            raise Skip(f"no mount here: {mounted.stderr.strip()}")
        try:
            victim = Victim(directory, program, MPROF_AGGREGATE=aggregate, MPROF_OUT=small / "x.%p.mprof")
            victim.directory = small
            try:
                time.sleep(1)
                check_equal(os.statvfs(small).f_bavail, 0, "room on the disk")
                goes_on(victim, 1000, 10, "progress with a full disk")
                subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
            finally:
                victim.kill()
            victim.check_report(f"full disk, aggregate {aggregate}")
        finally:
            subprocess.run(["umount", "-l", small], check=False)


def drainer_script(directory, *lines):
    """A drainer that does something of its own first."""
    script = directory / "drainer"
    script.write_text("\n".join(("#!/bin/sh", *lines, f'exec {BUILD / "reporter" / "drain" / "mprof-drain"} "$@"\n')))
    script.chmod(0o755)
    return script


def session_files(victim):
    return [f"/dev/shm/{name}" for name in os.listdir("/dev/shm") if f".{victim.pid}." in name]


def bytes_held(files):
    return sum(os.stat(file).st_blocks * 512 for file in files if os.path.exists(file))


@case
def disk_that_is_slow(directory):
    """The program waits for its drainer, so that memory does not fill; it neither stops nor loses an event."""
    slow = BUILD / "tests/e2e/slow-mprof-drain"
    program = compile("commits.c", directory / "commits")
    for aggregate in ("0", "1"):
        victim = Victim(directory, program, threads=2, MPROF_AGGREGATE=aggregate,
                        MPROF_DRAINER=slow)
        try:
            check_equal(os.readlink(f"/proc/{victim.drainer()}/exe"), str(slow), "the drainer")
            goes_on(victim, 4000000, 60, "4 million allocations")
            held = bytes_held(session_files(victim))
            check(held < 80 << 20, f"the queues are emptied: {held >> 20} MiB are held")
        finally:
            victim.kill()
        victim.check_report(f"slow disk, aggregate {aggregate}")


@case
def trace_deleted_before_its_drainer_begins(directory):
    """Nobody can report it: the recording leaves nothing behind, and the program does not fill the memory for nobody."""
    program = compile("commits.c", directory / "commits")
    victim = Victim(directory, program, MPROF_DRAINER=drainer_script(directory, f"rm -f {directory}/*.mprof"))
    try:
        files = session_files(victim)
        check(files, "a session file")
        first = victim.committed()[0]
        # Far more than the 16 MiB of queues that there may be before a program waits for its drainer.
        wait_for(lambda: victim.committed()[0] > first + 8000000, 60, "8 million allocations")
        held = bytes_held(files)
        check(held < 80 << 20, f"the queues are emptied: {held >> 20} MiB are held")
    finally:
        victim.kill()
    wait_for(lambda: not any(os.path.exists(file) for file in files), 10, "the session files gone")
    check_equal(list(directory.glob("*.mprof")), [], "traces")


@case
def aggregate_trace_deleted_while_it_is_written(directory):
    """Alone or with its directory: it does not come back, and the session goes with the program."""
    program = compile("commits.c", directory / "commits")
    for what, delete in (("trace", pathlib.Path.unlink), ("directory", lambda trace: shutil.rmtree(trace.parent))):
        place = directory / what
        place.mkdir()
        victim = Victim(directory, program, MPROF_AGGREGATE="1", MPROF_OUT=place / "x.%p.mprof")
        try:
            wait_for(lambda: any(trace.stat().st_size > 1000 for trace in place.glob("*.mprof")), 10, "a batch")
            delete(next(place.glob("*.mprof")))
            time.sleep(1)
        finally:
            victim.kill()
        files = session_files(victim)
        wait_for(lambda: not any(os.path.exists(file) for file in files), 15, f"{what} deleted: the session files gone")
        check_equal(list(place.glob("*")), [], f"{what} deleted: files")


@case
def trace_moved_while_it_is_written(directory):
    """Alone or with its directory: it goes on where it is now."""
    program = compile("commits.c", directory / "commits")
    for aggregate in ("0", "1"):
        place, other = directory / f"from-{aggregate}", directory / f"to-{aggregate}"
        place.mkdir()
        victim = Victim(directory, program, MPROF_AGGREGATE=aggregate, MPROF_OUT=place / "x.%p.mprof")
        try:
            wait_for(lambda: any(trace.stat().st_size > 1000 for trace in place.glob("*.mprof")), 10, "a batch")
            trace = next(place.glob("*.mprof"))
            trace.rename(place / f"moved.{victim.pid}.mprof")
            time.sleep(0.7)
            place.rename(other)
            time.sleep(0.7)
            victim.directory = other
        finally:
            victim.kill()
        victim.check_report(f"moved, aggregate {aggregate}")


@case
def report_while_it_runs(directory):
    program = compile("commits.c", directory / "commits")
    victim = Victim(directory, program)
    try:
        time.sleep(0.1)
        allocations, frees = victim.committed()
        figures = report(next(directory.glob("*.mprof")), timeout=60)
        check(figures["totals"]["allocations"] >= allocations and figures["totals"]["frees"] >= frees,
              f"committed {allocations} and {frees} before the report, reported {figures['totals']}")
        check(not figures["complete"], "a running program's trace is not complete")
        check(victim.process.poll() is None, "the program goes on")
    finally:
        victim.kill()
    victim.check_report("after a report in between")


@case
def the_report_says_so(directory):
    program = compile("commits.c", directory / "commits")
    victim = Victim(directory, program)
    victim.kill()
    done = mprof("report", next(directory.glob("*.mprof")))
    check_equal(done.returncode, 0, "exit status")
    text = (done.stdout + done.stderr).lower()
    check("kill" in text or "did not end" in text or "incomplete" in text, f"no word of the run's end in {text!r}")
    check("peak rss:     at least " in text, f"its memory may have been more than was seen: {text!r}")
    shown = mprof("peak", next(directory.glob("*.mprof"))).stdout
    check(re.search(r" at least [\d.]+ MiB  \S", shown), shown)
    check(json.loads(mprof("peak", "--format", "json", next(directory.glob("*.mprof"))).stdout)[0]["peak_rss_bytes"] > 0, "a number")
    (directory / "true").mkdir()
    record(["/bin/true"], directory / "true")
    check("at least" not in mprof("report", directory=directory / "true").stdout, "of one that ended all was seen")


@case
def drainer_keeps_to_itself(directory):
    """Not a child, not in the session, none of the descriptors, no shim: the program cannot meet its drainer."""
    program = compile("commits.c", directory / "commits")
    victim = Victim(directory, program)
    try:
        drainer = victim.drainer()
        with open(f"/proc/{victim.pid}/task/{victim.pid}/children") as children:
            check_equal(children.read().split(), [], "children of the program")
        check(os.getsid(drainer) != os.getsid(victim.pid), "a session of its own")
        check_equal(os.readlink(f"/proc/{drainer}/cwd"), "/", "working directory")
        links = [os.readlink(f"/proc/{drainer}/fd/{fd}") for fd in os.listdir(f"/proc/{drainer}/fd")]
        foreign = [link for link in links if link.startswith("pipe:") or str(victim.counters) in link]
        check_equal(foreign, [], "descriptors of the program's in the drainer")
        with open(f"/proc/{drainer}/environ", "rb") as text:
            check(b"LD_PRELOAD=" not in text.read(), "LD_PRELOAD in the drainer's environment")
    finally:
        victim.kill()
    victim.check_report("drainer looked at")


run_cases()
