"""fork, vfork, exec, daemons, pipes, every way to end: the program must not notice, the traces must be right."""

import json
import os
import re
import signal
import subprocess
import time

from harness import (BUILD, MPROF, SHIM, case, check, check_equal, compile, counted, drainers_of, environment, lines_of, mprof, record,
                     record_and_report, report, run, run_cases, wait_for)


def compiled(directory, name):
    return compile(f"{name}.c", directory / name)


@case
def fork_then_alloc(directory):
    done = record([compiled(directory, "fork_then_alloc")], directory)
    check_equal((done.returncode, done.stderr), (3, ""), "exit status")
    child = directory / f"fork_then_alloc.{int(done.stdout)}.mprof"
    check_equal(done.traces(), sorted([done.trace(), child]), "traces")
    parent_figures = report(done.trace(), "-f", "counted_*")
    check_equal(counted(parent_figures)["counted_before"], (100, 100000), "the parent's allocations")
    check_equal(sum(row["frees"] for row in lines_of(parent_figures, "counted_parent").values()), 100,
                "the parent's frees: the child took none of its blocks")
    figures = report(child, "-f", "counted_*")
    check(figures["complete"] and figures["lost_events"] == 0, "the child's trace is whole")
    check_equal(counted(figures), {"counted_child": (50, 500)}, "the child's own allocations")
    check_equal(figures["totals"]["leaked_bytes"], 500, "inherited blocks are not the child's leaks")
    done.trace().unlink()
    orphan = report(child, "-f", "counted_*")
    check_equal(orphan["totals"]["unmatched_frees"], 50, "frees of inherited blocks, without the parent's trace")
    check_equal(orphan["totals"]["peak_bytes"], 500, "peak")


@case
def quiet_thread_forks(directory):
    done = record([compiled(directory, "quiet_thread_forks")], directory)
    check_equal((done.returncode, done.stderr), (5, ""), "exit status")
    child = report(directory / f"quiet_thread_forks.{done.stdout.split()[0]}.mprof", "-f", "counted_*")
    check(child["complete"] and child["lost_events"] == 0, "the child's trace is whole")
    check_equal(child["totals"]["unmatched_frees"], 0, "frees of inherited blocks are known")


@case
def child_is_told_before_its_parent(directory):
    """What a child inherited is in its parent's trace, which a report waits for as for its own."""
    program = compiled(directory, "fork_and_stay")
    parent = subprocess.Popen([program], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
                              env=environment(LD_PRELOAD=SHIM, MPROF_QUIET="1"))
    wait_for(lambda: drainers_of(parent.pid), 10, "a drainer")
    drainer = drainers_of(parent.pid)[0]
    os.kill(drainer, signal.SIGSTOP)
    try:
        parent.stdin.write("\n")
        trace = directory / f"fork_and_stay.{int(parent.stdout.readline())}.mprof"
        asked = subprocess.Popen([MPROF, "report", "--format", "json", trace], stdout=subprocess.PIPE, text=True, env=environment())
        time.sleep(0.5)
    finally:
        os.kill(drainer, signal.SIGCONT)
    figures = json.loads(asked.communicate()[0])
    check_equal(figures["totals"]["unmatched_frees"], 0, "frees of inherited blocks are known")
    check_equal(report(directory / f"fork_and_stay.{parent.pid}.mprof")["complete"], False, "the parent goes on")
    parent.communicate("\n")
    check_equal(parent.returncode, 3, "exit status")


@case
def children_unwaited(directory):
    """SA_NOCLDWAIT, and SIGCHLD ignored across exec: the drainers are nobody's children."""
    program = compiled(directory, "children_unwaited")
    for argv in ([program], ["/bin/sh", "-c", f"trap '' CHLD; exec {program}"]):
        check_equal(run(argv, directory).outcome, (5, "0\n", ""), "bare")
        done = record(argv, directory)
        check_equal(done.outcome, (5, "0\n", ""), "recorded")
        wait_for(lambda: all(report(trace)["complete"] for trace in done.traces()), 30, "whole traces")
        check(len(done.traces()) >= 21, f"traces of the children: {len(done.traces())}")
        for trace in done.traces():
            trace.unlink()


@case
def follow_off(directory):
    done = record([compiled(directory, "fork_then_alloc")], directory, MPROF_FOLLOW="0")
    check_equal((done.returncode, done.stderr), (3, ""), "exit status")
    check_equal(done.traces(), [done.trace()], "traces")
    check(report(done.trace())["complete"], "the parent's trace is complete")


@case
def follow_off_exec(directory):
    done = record(["/bin/sh", "-c", f"{compiled(directory, 'spawn')} && true"], directory, MPROF_FOLLOW="0")
    check_equal(done.returncode, 0, "exit status")
    check_equal(done.traces(), [done.trace()], "traces: only the shell's own")


@case
def vfork_exec_and_spawn(directory):
    program = compiled(directory, "spawn")
    bare = run([program], directory)
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(done.outcome, bare.outcome, "exit status and output")
    check_equal(counted(figures), {"counted_work": (40, 4000)}, "allocations")
    check_equal(len(done.traces()), 5, "traces: the program and four shells")
    for trace in done.traces():
        check(report(trace)["complete"], f"{trace} is complete")


@case
def exec_self(directory):
    done = record([compiled(directory, "exec_self")], directory)
    check_equal((done.returncode, done.stdout, done.stderr), (0, "arrived\n", ""), "exit status and output")
    traces = done.traces()
    figures = [report(trace, "-f", "counted_*") for trace in traces]
    check_equal(sorted(counted(f).get("counted_work") for f in figures), [(n, n * 100) for n in range(1, 6)],
                "allocations of the five programs that the process has been")
    check(all(f["complete"] for f in figures), "each is complete, although four were replaced")


@case
def exec_by_pointers_that_lead_nowhere(directory):
    """The kernel refuses them, and nobody reads them before."""
    program = compiled(directory, "bad_exec")
    bare = run([program], directory)
    check("Bad address" in bare.stdout, f"bare: {bare.stdout!r}")
    check_equal(record([program], directory).outcome, bare.outcome, "exit status and output")


@case
def exec_of_an_unrecorded_program(directory):
    """execve with an empty environment: no shim in the new program, so the old one said before that it was going to."""
    done = record(["/usr/bin/env", "-i", "/bin/sh", "-c", "echo here"], directory)
    check_equal((done.returncode, done.stdout, done.stderr), (0, "here\n", ""), "exit status and output")
    check_equal(len(done.traces()), 1, "traces")
    check(report(done.trace())["complete"], "env's trace is complete")


@case
def successor_that_loads_slowly(directory):
    """The drainer is done long before the next program begins; that finds whose successor it is nevertheless."""
    slow = compile("slow_load.c", directory / "slow_load.so", "-shared", "-fPIC")
    done = record(["/bin/sh", "-c", f"export LD_PRELOAD='{SHIM} {slow}'; exec {compiled(directory, 'ends')} exit"], directory,
                  MPROF_OUT="chosen.mprof")
    check_equal((done.returncode, done.stdout, done.stderr), (3, "", ""), "exit status and output")
    check_equal(len(done.traces()), 2, "traces: the shell's is not written over")
    parents = [line.split()[1] for trace in done.traces() for line in mprof("dump", "--info", trace, directory=directory).stdout.splitlines()
               if line.startswith("Parent:")]
    check_equal(parents, [str(directory / "chosen.mprof")], "the parents that they name")


@case
def daemonize(directory):
    answer = directory / "answer"
    done = record([compiled(directory, "daemonize"), answer], directory, timeout=10)
    check_equal(done.outcome, (0, "", ""), "exit status and output")
    wait_for(lambda: answer.exists() and answer.read_text().endswith("\n"), 10, "the daemon's answer")
    pid, descriptor = answer.read_text().split()
    check_equal(descriptor, "0", "the daemon's first descriptor")
    figures = report(directory / f"daemonize.{pid}.mprof", "-f", "counted_*")
    check(figures["complete"] and figures["lost_events"] == 0, "the daemon's trace is whole")
    check_equal(counted(figures), {"counted_daemon": (1000, 100000)}, "allocations")


@case
def fork_while_loading(directory):
    plugin = compile("fork_while_loading.c", directory / "plugin.so", "-DPLUGIN", "-shared", "-fPIC")
    program = compile("fork_while_loading.c", directory / "fork_while_loading", "-no-pie", "-fno-pie", "-rdynamic", "-O0")
    check_equal(run([program, plugin], directory).outcome, (0, "", ""), "bare")
    done = record([program, plugin], directory, timeout=30)
    check_equal(done.outcome, (0, "", ""), "the child does not wait for the loader")
    check_equal(len(done.traces()), 2, "traces")


@case
def fork_in_handler(directory):
    """Many of the forks interrupt an event, which goes on in the child."""
    done = record([compiled(directory, "fork_in_handler")], directory)
    check_equal(done.outcome, (0, "0\n", ""), "children that did not end well")
    traces = done.traces()
    check(len(traces) >= 145, f"{len(traces)} traces of a parent and 150 children")
    for trace in traces[::10]:
        figures = report(trace)
        check(figures["complete"], f"{trace} is whole")


@case
def wait_any(directory):
    program = compiled(directory, "wait_any")
    done, _ = record_and_report([program], directory)
    check_equal(done.outcome, run([program], directory).outcome, "exit status and output")


@case
def pipe_ends_with_the_program(directory):
    """Not with its drainer, however long that takes."""
    program = compiled(directory, "ends")
    drainer = directory / "slow-drainer"
    drainer.write_text(f'#!/bin/sh\nwhile [ ! -e {directory}/go ]; do sleep 0.1; done\nexec {BUILD}/reporter/drain/mprof-drain "$@"\n')
    drainer.chmod(0o755)
    for script in (f'x=$({program} exit; echo $?); echo "$x"', f"{program} exit | cat; echo 3"):
        try:
            done = record(["/bin/sh", "-c", script], directory, MPROF_DRAINER=drainer)
            check_equal((done.returncode, done.stdout), (0, "3\n"), script)
        finally:
            (directory / "go").touch()
        wait_for(lambda: all(report(trace)["complete"] for trace in done.traces()), 30, "whole traces")
        (directory / "go").unlink()


# Of a process that somebody else has waited for, Linux tells the status since then.
TELLS = tuple(int(part) for part in re.findall(r"\d+", os.uname().release)[:2]) >= (6, 15)


def ending(directory, how, status, complete):
    program = compiled(directory, "ends")
    bare = run([program, how], directory)
    done = record([program, how], directory)
    check_equal(bare.returncode, status, "exit status, bare")
    check_equal(done.outcome, bare.outcome, "exit status and output, recorded")
    figures = report(done.trace(), "-f", "counted_*")
    check_equal(counted(figures), {"counted_work": (1000, 100000)}, "allocations")
    check_equal((figures["totals"]["frees"], figures["complete"]), (1000, complete), "frees, complete")
    passed_on = mprof("run", "--", program, how, directory=directory)
    check_equal((passed_on.returncode, passed_on.stdout), (status if status >= 0 else 128 - status, bare.stdout), "mprof run")


for _how, _status, _complete in (("return", 2, True), ("exit", 3, True), ("_exit", 4, True), ("quick_exit", 5, True),
                                 ("exit_group", 6, TELLS), ("abort", -signal.SIGABRT, False),
                                 ("segv", -signal.SIGSEGV, False), ("term", -signal.SIGTERM, False)):
    def _ending(directory, how=_how, status=_status, complete=_complete):
        ending(directory, how, status, complete)
    _ending.__name__ = f"ends_by_{_how}"
    case(_ending)

run_cases()
