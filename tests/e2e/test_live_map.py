"""The drainer's live map where shared memory is small: it goes on beside the trace, and is found there.

The whole file runs with a /dev/shm of its own, of the 64 MiB that containers have."""

import os
import pathlib
import random
import signal
import subprocess
import time

import own_mounts
from harness import (SHIM, Skip, case, check, check_equal, compile, drainers_of, environment, mprof, needs_root,
                     record_and_report, report, run_cases, wait_for)

BLOCKS, REPLACED = 200000, 50000
ALLOCATIONS = BLOCKS + REPLACED + 1
SEED = int(os.environ.get("MPROF_TEST_SEED", time.time_ns() % 1000000))


def small_shared_memory():
    """For this process, from now on."""
    needs_root()
    if pathlib.Path("/dev/shm").stat().st_dev == small_shared_memory.device:
        return
    try:
        own_mounts.enter()
        own_mounts.mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", "/dev/shm")
    except OSError as error:
        raise Skip(str(error)) from error
    small_shared_memory.device = pathlib.Path("/dev/shm").stat().st_dev


small_shared_memory.device = None


def hidden_in(directory):
    """The session, which lies there too, and its map."""
    return [path for path in directory.iterdir() if path.name.startswith(".mprof.")]


def maps_in(directory):
    return [path for path in hidden_in(directory) if path.name.endswith(".live")]


def waiting_program(directory, blocks, replaced, **changes):
    program = directory / "many_blocks"
    if not program.exists():
        compile("many_blocks.c", program)
    return subprocess.Popen([program, str(blocks), str(replaced), "wait"], cwd=directory, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1", **changes))


def kill(process):
    process.kill()
    process.wait()
    process.stdout.close()


@case
def is_on_disk_and_gone_in_the_end(directory):
    small_shared_memory()
    program = compile("many_blocks.c", directory / "many_blocks")
    done, figures = record_and_report([program, BLOCKS, REPLACED], directory)
    check_equal(figures["totals"]["allocations"], ALLOCATIONS, "allocations")
    check_equal(figures["totals"]["frees"], REPLACED, "frees")
    check_equal(hidden_in(directory), [], "maps left beside the trace")
    check_equal([name for name in os.listdir("/dev/shm") if f".{done.pid}." in name], [], "files left in shared memory")


@case
def takes_little_of_shared_memory(directory):
    small_shared_memory()
    process = waiting_program(directory, BLOCKS, 0)
    try:
        check_equal(process.stdout.readline(), b"ready\n", "the program at work")
        report(directory / f"many_blocks.{process.pid}.mprof")
        near = list(pathlib.Path("/dev/shm").glob("*.live"))
        check(sum(path.stat().st_blocks * 512 for path in near) <= 65536, f"in shared memory: {near}")
        check_equal(len(maps_in(directory)), 1, "maps beside the trace")
        mapped = maps_in(directory)[0].stat()
        check_equal(mapped.st_mode & 0o777, 0o600, "the map's mode")
        check(mapped.st_blocks * 512 <= 32 * BLOCKS, f"{mapped.st_blocks * 512} bytes for {BLOCKS} blocks")
    finally:
        kill(process)
    wait_for(lambda: not drainers_of(process.pid), 20, "the end of the drainer")
    check_equal(hidden_in(directory), [], "maps left beside the trace")


@case
def is_found_by_who_comes_after_sigkill(directory):
    """Of the drainer while the map grows and moves, and of both."""
    small_shared_memory()
    random.seed(SEED)
    for number in range(12):
        process = waiting_program(directory, BLOCKS, REPLACED)
        try:
            wait_for(lambda: drainers_of(process.pid), 10, "a drainer")
            time.sleep(random.uniform(0, 0.15))
            os.kill(drainers_of(process.pid)[0], signal.SIGKILL)
            check_equal(process.stdout.readline(), b"ready\n", "the program at work")
        finally:
            kill(process)
        figures = report(directory / f"many_blocks.{process.pid}.mprof")
        totals = figures["totals"]
        check_equal((figures["lost_events"], totals["allocations"], totals["frees"]), (0, ALLOCATIONS, REPLACED),
                    f"seed {SEED}, round {number}: lost events, allocations, frees")
        check_equal(totals["unmatched_frees"], 0, f"seed {SEED}, round {number}: frees of blocks that it did not know")
        check_equal(hidden_in(directory), [], f"seed {SEED}, round {number}: maps left beside the trace")


@case
def is_removed_by_clean(directory):
    small_shared_memory()
    process = waiting_program(directory, BLOCKS, 0)
    check_equal(process.stdout.readline(), b"ready\n", "the program at work")
    report(directory / f"many_blocks.{process.pid}.mprof")
    os.kill(drainers_of(process.pid)[0], signal.SIGKILL)
    kill(process)
    check_equal(len(maps_in(directory)), 1, "maps beside the trace")
    done = mprof("clean", directory=directory)
    check_equal(done.returncode, 0, "mprof clean")
    check(f"/.mprof.0.{process.pid}." in done.stdout, f"it says what it removes: {done.stdout}")
    check_equal(sorted(path.name for path in directory.iterdir()), ["many_blocks"], "files left")


@case
def waits_where_there_is_room_nowhere(directory):
    """What cannot be entered waits in the session; nothing is lost once there is room."""
    small_shared_memory()
    small = directory / "small"
    small.mkdir()
    own_mounts.mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small))
    process = waiting_program(directory, BLOCKS, REPLACED, MPROF_OUT=small / "x.%p.mprof")
    try:
        check_equal(process.stdout.readline(), b"ready\n", "the program at work")
        time.sleep(0.5)
        own_mounts.mount("-o", "remount,size=64m", str(small))
    finally:
        kill(process)
    totals = report(small / f"x.{process.pid}.mprof")["totals"]
    check_equal((totals["allocations"], totals["frees"], totals["unmatched_frees"]), (ALLOCATIONS, REPLACED, 0),
                "allocations, frees, frees of blocks that it did not know")
    check_equal(hidden_in(small), [], "maps left beside the trace")
    subprocess.run(["umount", "-l", small], check=True)


run_cases()
