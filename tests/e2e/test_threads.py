"""Threads that come and go, hand blocks to each other, and end the process under the others."""

from harness import (case, check, check_equal, compile, counted, lines_of, record, record_and_report, report, run,
                     run_cases)


def recorded(directory, name, *arguments):
    program = compile(f"{name}.c", directory / name)
    bare = run([program, *arguments], directory)
    done, figures = record_and_report([program, *arguments], directory, ["-f", "counted_*"])
    check_equal(done.outcome, bare.outcome, "exit status and output")
    return figures


@case
def alloc_in_tls_destructor(directory):
    figures = recorded(directory, "alloc_in_tls_destructor")
    check_equal(counted(figures), {"counted_destructor": (20 * 4 * 10, 20 * 4 * 10 * 100), "counted_thread": (20, 140)},
                "allocations")
    frees = sum(row["frees"] for row in lines_of(figures, "counted_destructor").values())
    check_equal(frees, 20 * 4 * 10, "frees in the destructor")


@case
def cross_thread_free(directory):
    figures = recorded(directory, "cross_thread_free")
    volume = 2 * sum(16 + i % 300 for i in range(50000))
    check_equal(counted(figures), {"counted_producer": (100000, volume)}, "allocations")
    rows = [row for row in lines_of(figures, "counted_consumer").values() if row["frees"]]
    check_equal([(row["frees"], row["freed_bytes"], row["increment_bytes"]) for row in rows],
                [(100000, volume, -volume)], "frees by the consumers")
    check_equal([row["leaked_bytes"] for row in lines_of(figures, "counted_producer").values() if row["allocations"]], [0],
                "leaked")
    check_equal(figures["totals"]["unmatched_frees"], 0, "unmatched frees")


@case
def exit_in_thread(directory):
    program = compile("exit_in_thread.c", directory / "exit_in_thread")
    done = record([program], directory)
    check_equal((done.returncode, done.stdout, done.stderr), (7, "", ""), "exit status and output")
    figures = report(done.trace())
    check(figures["complete"], "a run that exits is complete, whichever thread called exit")
    check_equal(figures["lost_events"], 0, "lost events")
    totals = figures["totals"]
    check(totals["allocations"] > 10000 and 0 <= totals["allocations"] - totals["frees"] < 20, f"totals {totals}")


@case
def thread_churn(directory):
    figures = recorded(directory, "thread_churn")
    check_equal(counted(figures), {"counted_thread": (8000, 800 * sum(range(100, 110)))}, "allocations")


@case
def small_coroutine(directory):
    done = record([compile("small_coroutine.c", directory / "small_coroutine")], directory)
    pid, status = done.stdout.split()
    check_equal((done.returncode, status, done.stderr), (0, "0", ""), "exit status of both")
    figures = report(directory / f"small_coroutine.{pid}.mprof", "-f", "counted_*")
    check_equal(counted(figures), {"counted_coroutine": (10, 100)}, "allocations")


@case
def fork_in_threads(directory):
    program = compile("fork_in_threads.c", directory / "fork_in_threads")
    done = record([program], directory)
    check_equal((done.returncode, done.stdout, done.stderr), (0, "0 bad\n", ""), "exit status and output")
    children = [trace for trace in done.traces() if trace != done.trace()]
    check_equal(len(children), 30, "children's traces")
    for trace in children:
        figures = report(trace, "-f", "counted_*")
        check(figures["complete"] and figures["lost_events"] == 0, f"{trace} is whole")
        check_equal(counted(figures), {"counted_child": (100, 5000)}, f"allocations of {trace}")
    check(report(done.trace())["complete"], "the parent's trace is complete")


run_cases()
