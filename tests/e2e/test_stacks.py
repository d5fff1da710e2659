"""Stacks that are left, switched, interrupted, deep, or whose code goes away; events around main."""

import platform

from harness import SHIM, Skip, case, check, check_equal, compile, counted, lines_of, record, record_and_report, report, run, run_cases


def compiled(directory, name, *flags):
    return compile(f"{name}.c", directory / name, *flags)


@case
def alloc_in_signal_handler(directory):
    program = compiled(directory, "alloc_in_signal_handler")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    handled, tracked, handled_tracking, looped = map(int, done.stdout.split())
    sites = {name: allocations for name, (allocations, _) in counted(figures).items()}
    # Events of a handler that interrupts the shim itself have no call path, but they are counted.
    stackless = handled + handled_tracking - sites.get("counted_malloc_handler", 0) - sites.get("counted_track_handler", 0)
    check_equal(sites["counted_track_loop"], tracked, "blocks tracked in the loop")
    check_equal(sites["counted_malloc_loop"], looped, "blocks allocated in the loop")
    check(0 <= stackless < handled + handled_tracking, f"{stackless} of {handled + handled_tracking} without a call path")
    totals = figures["totals"]
    stdio_blocks = totals["allocations"] - totals["frees"]  # standard output's buffer lives to the end
    check(stdio_blocks in (0, 1), f"{stdio_blocks} blocks are left")
    check_equal(totals["allocations"] - stdio_blocks, 1 + tracked + looped + handled + handled_tracking, "allocations")


@case
def dead_stack(directory):
    done, _ = record_and_report([compiled(directory, "dead_stack")], directory)
    check_equal(done.stdout, "alive\n", "output")


@case
def stacks_in_turn(directory):
    """What is known of a stack is not looked for beyond the end of the next one in its place."""
    program = compiled(directory, "stacks_in_turn", "-O0", "-fno-omit-frame-pointer")
    for how in ("threads", "late-thread", "thread-with-coroutines", "coroutines", "full-thread"):
        done, figures = record_and_report([program, how], directory, ["-f", "counted_*"])
        blocks = int(done.stdout)
        check_equal(counted(figures), {"counted_frames": (blocks, 10 * blocks)}, f"{how}: allocations")
        done.trace().unlink()


@case
def started_otherwise(directory):
    """Who calls main may call others before, and what is known of the first thread's outermost frames ends there."""
    library = compile("starts_otherwise.c", directory / "other.so", "-O1", "-shared", "-fPIC", "-ldl")
    done = record(["/bin/true"], directory, LD_PRELOAD=f"{library}:{SHIM}")
    check_equal(done.returncode, 0, "exit status")
    rows = lines_of(report(done.trace(), "-f", "__libc_start_main"), "__libc_start_main")
    check_equal([row["allocations"] for row in rows.values() if row["allocations"]], [1, 1, 1], "one from each line")


@case
def signal_storm(directory):
    """Handlers that interrupt each other fill the side ring: nobody may wait for ever, nothing may be lost."""
    done, figures = record_and_report([compiled(directory, "signal_storm")], directory)
    totals = figures["totals"]
    check(0 <= totals["allocations"] - totals["frees"] < 5, f"all but libc's own blocks are freed: {totals}")
    check(0 <= totals["allocations"] - int(done.stdout) < 10, f"allocations of {done.stdout}: {totals}")


@case
def jump_out_of_handler(directory):
    done, figures = record_and_report([compiled(directory, "jump_out_of_handler")], directory, ["-f", "counted_*"])
    check_equal(done.stdout, "calm\n", "output")
    allocations, volume = counted(figures)["counted_after"]
    check(9980 <= allocations <= 10000, f"{allocations} allocations after the jumps have their call path")
    check_equal(volume, allocations * 100, "their bytes")


@case
def longjmp_and_coroutines(directory):
    _, figures = record_and_report([compiled(directory, "longjmp")], directory, ["-f", "counted_*"])
    # Round i descends i % 10 levels, so it allocates that many times and once more.
    thrown = 100 * sum(range(1, 11))
    check_equal(counted(figures), {
        "counted_thrower": (thrown, thrown * 100), "counted_catcher": (1000, 200000), "counted_handler": (1000, 300000),
        "counted_raiser": (1000, 400000), "counted_left": (1000, 500000), "counted_right": (1000, 600000)}, "allocations")
    catcher = lines_of(figures, "counted_catcher")
    check_equal(sorted(row["occurrences"] for row in catcher.values() if row["allocations"] or row["frees"]),
                sorted([2 * thrown, 1000, 1000]), "a catcher's lines: below setjmp, and its own two")


@case
def deep_recursion(directory):
    program = compiled(directory, "deep_recursion")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(done.stdout, "100001 frames\n", "standard output")
    check_equal(counted(figures)["counted_descent"][0], 101, "allocations on the way down")


@case
def dlopen_loop(directory):
    program = compiled(directory, "dlopen_loop")
    left = compile("plugin.c", directory / "left.so", "-shared", "-fPIC", "-fomit-frame-pointer", "-O1")
    right = compile("plugin.c", directory / "right.so", "-shared", "-fPIC", "-fomit-frame-pointer", "-O1", "-DRIGHT")
    done, figures = record_and_report([program, left, right], directory, ["-f", "counted_*", "-f", "call", "-f", "main"])
    check_equal((done.stdout, done.stderr), ("unloaded\n", ""), "output")
    check_equal(counted(figures), {"counted_left": (200, 200 * 101), "counted_right": (200, 200 * 101)}, "allocations by plugin")
    calls = [row for row in lines_of(figures, "call").values() if "function();" in row["source"]]
    check_equal([row["occurrences"] for row in calls], [800], "events below the call of a plugin")


@case
def unusual_code(directory):
    """At every instruction of calls through the PLT and the linker's lazy binding; below code made at run time."""
    if platform.machine() != "x86_64":
        raise Skip("needs x86-64")
    program = compiled(directory, "unusual_code", "-O0", "-fno-omit-frame-pointer", "-Wl,-z,lazy")
    if run([program], directory).returncode == 77:
        raise Skip("no memory may be written and executed here")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    result, steps = map(int, done.stdout.split())
    check(result == 42 and steps > 100, f"output: {done.stdout!r}")
    sites = counted(figures)
    check_equal((sites["counted_on_step"], sites["counted_callee"]), ((steps, 50 * steps), (400, 400 * 70)), "allocations")
    below = {function: sum(row["allocations"] for row in lines_of(figures, function).values())
             for function in ("counted_stepped", "counted_framed", "counted_frameless")}
    check_equal(below, {"counted_stepped": steps, "counted_framed": 200, "counted_frameless": 200}, "allocations below")


@case
def other_namespace(directory):
    """Blocks of another namespace's malloc are not seen; dlmopen itself is, and nothing is confused."""
    program = compiled(directory, "other_namespace")
    library = compile("plugin.c", directory / "left.so", "-shared", "-fPIC")
    check_equal(run([program, library], directory).outcome, (0, "done\n", ""), "bare")
    done, figures = record_and_report([program, library], directory, ["-f", "main", "-f", "counted_*"])
    check_equal(done.outcome, (0, "done\n", ""), "recorded")
    check_equal(counted(figures), {}, "allocations of the library")
    lines = [row for row in lines_of(figures, "main").values() if "dlmopen" in row["source"]]
    check(lines[0]["allocations"] >= 5, f"the loader's blocks: {lines}")


@case
def events_around_main(directory):
    done, figures = record_and_report([compiled(directory, "around_main")], directory, ["-f", "counted_*"])
    check_equal(done.stdout, "main\n", "standard output")
    check_equal(counted(figures), {"counted_first_constructor": (1, 111), "counted_constructor": (1, 222),
                                   "counted_atexit": (1, 333), "counted_last_destructor": (1, 444)}, "allocations")
    freed = {name: sum(row["freed_bytes"] for row in lines_of(figures, name).values())
             for name in ("counted_atexit", "counted_last_destructor")}
    check_equal(freed, {"counted_atexit": 555, "counted_last_destructor": 555}, "freed bytes")


@case
def threads_on_small_stacks(directory):
    program = compiled(directory, "small_stack")
    check_equal(run([program], directory).stdout, "fits\n", "bare")
    done, figures = record_and_report([program], directory, ["-f", "counted_*"])
    check_equal(done.stdout, "fits\n", "recorded")
    check_equal(counted(figures)["counted_thread"], (1000, 10000), "allocations")


run_cases()
