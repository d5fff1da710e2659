"""Blocks by size, thread, lifetime and place of freeing: against the ledger that a program keeps of itself."""

import json
import os
import random
import signal
import subprocess
import time

from harness import SHIM, SOURCE, case, check, check_equal, compile, drainers_of, environment, mprof, record, run_cases, wait_for

FIELDS = ("allocations", "allocated_bytes", "frees", "freed_bytes", "freed_by_others", "freed_by_others_bytes", "live_blocks", "live_bytes")
OURS = ("-f", "make_*")


def asked(trace, command, *options, **changes):
    done = mprof(command, "--format", "json", *options, trace, **changes)
    check_equal(done.returncode, 0, f"{command} {' '.join(map(str, options))}: {done.stderr}")
    return json.loads(done.stdout)


def refused(trace, command, *options):
    done = mprof(command, *options, trace)
    check_equal(done.returncode, 2, f"{command} {' '.join(options)}: {done.stdout}")
    check_equal(done.stderr.count("\n"), 1, f"lines of {done.stderr!r}")
    return done.stderr


class Ledger:
    def __init__(self, text):
        self.threads, self.classes, self.pairs, self.large = {}, {}, {}, None
        for line in text.splitlines():
            kind, *words = line.split()
            if kind == "pair":
                self.pairs[tuple(words[:2])] = (int(words[2]), int(words[3]))
                continue
            sums = dict(zip(FIELDS, map(int, words[1:])))
            if kind == "thread":
                self.threads[int(words[0])] = sums
            elif kind == "class":
                self.classes[int(words[0])] = sums
            else:
                self.large = sums
        check(len(self.threads) == 4 and self.large, f"a ledger: {text}")

    def sum(self, classes, field):
        return sum(self.classes[number][field] for number in classes)


def kinds(directory, *arguments, **changes):
    program = compile("kinds.c", directory / "kinds", "-O1", "-pthread")
    done = record([program, *arguments], directory, **changes)
    return done, Ledger(done.stdout)


def check_sizes(trace, ledger):
    shown = {row["from_bytes"]: row for row in asked(trace, "stats", *OURS)["sizes"]}
    for number, sums in ledger.classes.items():
        row = shown.get(1 << number if number else 0)
        if row is None:
            check_equal(sums["allocations"], 0, f"blocks of class {number}, which has no row")
            continue
        check_equal((row["blocks"], row["bytes"], row["live_blocks"], row["live_bytes"]),
                    (sums["allocations"], sums["allocated_bytes"], sums["live_blocks"], sums["live_bytes"]), f"class {number}")


def check_threads(trace, ledger):
    """Workers allocate nothing else."""
    shown = {row["tid"]: row for row in asked(trace, "stats")["threads"]}
    for tid, sums in ledger.threads.items():
        check_equal({field: shown[tid][field] for field in FIELDS if field != "live_blocks"},
                    {field: value for field, value in sums.items() if field != "live_blocks"}, f"thread {tid}")
        leaked = asked(trace, "leaks", "--thread", str(tid))["leaked"]
        kept = asked(trace, "leaks", "--thread", str(tid))["kept"]
        check_equal((leaked["bytes"] + kept["bytes"], leaked["blocks"] + kept["blocks"]), (sums["live_bytes"], sums["live_blocks"]), f"leaks of {tid}")
        totals = asked(trace, "report", "--thread", str(tid))["totals"]
        check_equal((totals["allocations"], totals["allocated_bytes"]), (sums["allocations"], sums["allocated_bytes"]), f"report of {tid}")
    rows = {row["thread"]: row for row in asked(trace, "leaks", "--group-by", "thread", *OURS)["leaks"]}
    for tid, sums in ledger.threads.items():
        row = rows.get(tid, {"leaked_bytes": 0, "leaked_blocks": 0})
        check_equal((row["leaked_bytes"], row["leaked_blocks"]), (sums["live_bytes"], sums["live_blocks"]), f"leaks by thread, {tid}")


def check_pairs(trace, ledger):
    shown = {}
    for row in asked(trace, "frees", *OURS)["pairs"]:
        shown[row["allocated"]["function"], row["freed"]["function"]] = (row["blocks"], row["bytes"])
    check_equal(shown, {pair: value for pair, value in ledger.pairs.items() if value[0] > 0}, "pairs")


def check_size_filters(trace, ledger, events):
    big = [number for number in ledger.classes if number >= 10]
    for view in ("report", "leaks", "sites", "tree", "functions"):
        asked(trace, view, "--min-size", "1K", *(OURS if view != "report" else ()))
    rows = asked(trace, "sites", "--min-size", "1K", *OURS)["sites"]
    check_equal(sum(row["allocations"] for row in rows), ledger.sum(big, "allocations"), "blocks of 1 KiB and more")
    check_equal(sum(row["leaked_bytes"] for row in rows), ledger.sum(big, "live_bytes"), "of these not freed")
    rows = asked(trace, "sites", "--max-size", "1023", *OURS)["sites"]
    small = [number for number in ledger.classes if number < 10]
    check_equal(sum(row["allocated_bytes"] for row in rows), ledger.sum(small, "allocated_bytes"), "bytes of smaller ones")
    if not events:
        check("power of two" in refused(trace, "sites", "--min-size", "1000"), "sums know classes only")
        check("next: --min-size 64 or 128 would do" in refused(trace, "sites", "--min-size", "100"), "the bound that was asked for, alone")
        check("next: --max-size 511 or 1023 would do" in refused(trace, "sites", "--max-size", "777"), "the other")
        check("next: --min-size 64 or 128, and --max-size 511 or 1023 would do" in refused(trace, "sites", "--min-size", "100", "--max-size", "777"), "both")
        return
    rows = asked(trace, "sites", "--min-size", "1000", *OURS)["sites"]
    check_equal(sum(row["allocations"] for row in rows), ledger.large["allocations"], "blocks of 1,000 B and more")
    check_equal(sum(row["leaked_bytes"] for row in rows), ledger.large["live_bytes"], "of these not freed")
    check("temporary" in rows[0] and "frees" not in rows[0], "what is known, and no more")


def check_peaks_add_up(trace, rounding=0):
    """What several selections have at the peak is what all have; counts that are estimates are rounded."""
    def check_sum(parts, field, what):
        total = sum(part[field] for part in parts)
        check(abs(total - whole[field]) <= rounding, f"{field} {what}: {total}, not {whole[field]}")

    whole = asked(trace, "report")["totals"]
    for parts in ((("--min-size", "256"), ("--max-size", "255")), (("--min-size", "1K"), ("--min-size", "64", "--max-size", "1023"), ("--max-size", "63"))):
        totals = [asked(trace, "report", *part)["totals"] for part in parts]
        for field in ("allocations", "allocated_bytes", "peak_bytes", "peak_blocks", "temporary_allocations", "leaked_bytes", "leaked_blocks"):
            check_sum(totals, field, "by size")
    threads = [asked(trace, "report", "--thread", f"#{index + 1}")["totals"] for index in range(whole["threads"])]
    for field in ("allocations", "allocated_bytes", "peak_bytes", "peak_blocks", "temporary_allocations", "leaked_bytes"):
        check_sum(threads, field, "by thread")


def check_lifetimes(trace):
    stats = asked(trace, "stats")
    frees = asked(trace, "report")["totals"]["frees"]
    check_equal(sum(row["blocks"] for row in stats["lifetimes"]), frees, "blocks that were freed, by lifetime")
    check(all(row["from_ns"] < row["up_to_ns"] and row["from_allocations"] <= row["up_to_allocations"] for row in stats["lifetimes"]), "bounds")
    check_equal(sum(row["blocks"] for row in stats["pairs"]), frees, "blocks that were freed, by pair")


@case
def of_threads_that_free_each_others(directory):
    done, ledger = kinds(directory)
    trace = done.trace()
    check_sizes(trace, ledger)
    check_threads(trace, ledger)
    check_pairs(trace, ledger)
    check_size_filters(trace, ledger, events=True)
    check_peaks_add_up(trace)
    check_lifetimes(trace)


@case
def of_sums(directory):
    done, ledger = kinds(directory, MPROF_AGGREGATE="1")
    trace = done.trace()
    check_sizes(trace, ledger)
    check_threads(trace, ledger)
    check_pairs(trace, ledger)
    check_size_filters(trace, ledger, events=False)
    check_peaks_add_up(trace)
    check_lifetimes(trace)


@case
def of_a_program_that_was_killed(directory):
    done, ledger = kinds(directory, "kill")
    trace = done.trace()
    check_sizes(trace, ledger)
    check_threads(trace, ledger)
    check_pairs(trace, ledger)


@case
def of_a_forked_child(directory):
    done, ledger = kinds(directory, "fork")
    child = next(trace for trace in sorted(done.directory.glob("*.mprof")) if f".{done.pid}." not in trace.name)
    check_sizes(child, ledger)
    check_threads(child, ledger)
    check_pairs(child, ledger)


def killed_drainer(directory, after, **changes):
    """The program's drainer is killed so many seconds after it has begun."""
    program = compile("kinds.c", directory / "kinds", "-O1", "-pthread")
    process = subprocess.Popen([program, "wait"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env=environment(LD_PRELOAD=SHIM, **changes))
    wait_for(lambda: drainers_of(process.pid), 20, "a drainer")
    time.sleep(after)
    for pid in drainers_of(process.pid):
        os.kill(pid, signal.SIGKILL)
    text, _ = process.communicate("\n", timeout=100)
    check_equal(process.returncode, 0, "the program")
    return next(directory.glob("*.mprof")), Ledger(text)


@case
def of_sums_whose_drainer_was_killed(directory):
    for after in random.sample(range(250), 4):
        place = directory / str(after)
        place.mkdir()
        trace, ledger = killed_drainer(place, after / 1000, MPROF_AGGREGATE="1")
        check_sizes(trace, ledger)
        check_threads(trace, ledger)
        check_pairs(trace, ledger)


@case
def of_events_whose_drainer_was_killed(directory):
    """Sizes and pairs from all events; who allocated what was freed, and when, events do not tell."""
    trace, ledger = killed_drainer(directory, random.random() / 10)
    check_sizes(trace, ledger)
    check_pairs(trace, ledger)
    check_size_filters(trace, ledger, events=True)
    stats = asked(trace, "stats")
    check("lifetimes" not in stats, "lifetimes")
    rows = {row["tid"]: row for row in stats["threads"]}
    for tid, sums in ledger.threads.items():
        check_equal((rows[tid]["allocations"], rows[tid]["frees"], rows[tid]["freed_by_others"]), (sums["allocations"], sums["frees"], None), f"thread {tid}")
    check("--thread" in refused(trace, "sites", "--thread", str(next(iter(ledger.threads)))), "by thread")


@case
def of_a_part_of_the_run(directory):
    """Sizes from events; threads only where paths have no other's."""
    done, ledger = kinds(directory)
    trace = done.trace()
    rows = asked(trace, "sites", "--at", "end", "--min-size", "1000", *OURS)["sites"]
    check_equal(sum(row["peak_bytes"] for row in rows), ledger.large["live_bytes"], "what lives at the end")
    halves = [asked(trace, "sites", "--from", begin, "--to", end, "--min-size", "1000", *OURS)["sites"] for begin, end in (("0%", "50%"), ("50%", "100%"))]
    check_equal(sum(row["allocations"] for rows in halves for row in rows), ledger.large["allocations"], "both halves")
    check("--thread" in refused(trace, "sites", "--at", "end", "--thread", str(next(iter(ledger.threads)))), "paths of several threads")
    check_equal(asked(trace, "sites", "--at", "end", "--thread", "main", "-f", "main")["query"]["thread"], "main", "of one")


@case
def over_time(directory):
    """Points of blocks of some sizes: what lives at the end is what the ledger has, and parts add up to it."""
    done, ledger = kinds(directory)
    trace = done.trace()
    points = asked(trace, "plot", "--min-size", "1000", *OURS)["points"]
    check(len(points) > 10, f"{len(points)} points")
    check_equal(points[-1]["heap_bytes"], ledger.large["live_bytes"], "at the end")
    for point in points:
        check_equal(sum(part["bytes"] for part in point["parts"]), point["heap_bytes"], "parts")
    whole = asked(trace, "plot", *OURS)["points"]
    rest = asked(trace, "plot", "--max-size", "999", *OURS)["points"]
    check_equal(points[-1]["heap_bytes"] + rest[-1]["heap_bytes"], whole[-1]["heap_bytes"], "both")
    picture = mprof("plot", "--min-size", "1000", "-o", directory / "large.svg", trace)
    check_equal((picture.returncode, "blocks of 1000 B and more" in (directory / "large.svg").read_text()), (0, True), picture.stderr)
    (directory / "sums").mkdir()
    done, _ = kinds(directory / "sums", MPROF_AGGREGATE="1")
    check("recordings of sums" in refused(done.trace(), "plot", "--min-size", "1K"), "sums")


@case
def sampled_figures_are_near(directory):
    done, ledger = kinds(directory, MPROF_SAMPLE="64K")
    trace = done.trace()
    bytes_seen = sum(row["bytes"] for row in asked(trace, "stats", *OURS)["sizes"])
    true = ledger.sum(ledger.classes, "allocated_bytes")
    check(abs(bytes_seen - true) < true / 5, f"{bytes_seen} of {true}")
    check_peaks_add_up(trace, rounding=5)


@case
def what_is_wrong_is_said(directory):
    done, _ = kinds(directory)
    trace = done.trace()
    check("--min-size takes a size" in refused(trace, "sites", "--min-size", "big"), "no size")
    check("is more than" in refused(trace, "sites", "--min-size", "2K", "--max-size", "1K"), "none between")
    check("no such thread" in refused(trace, "sites", "--thread", "1"), "no thread")
    for view in (("leaks", "--growing"), ("plot",)):
        check("over time" in refused(trace, *view, "--thread", "main"), "over time")
    check("--group-by thread" in refused(trace, "leaks", "--group-by", "thread", "--at", "end"), "at a moment")


@case
def wrappers_of_free_are_seen_through(directory):
    source = directory / "xfree.c"
    source.write_text("""
        #include <stdlib.h>
        __attribute__((noinline)) void xfree(void *p) { free(p); __asm__ volatile(""); }
        __attribute__((noinline)) void *a(void) { void *volatile p = malloc(10); return p; }
        __attribute__((noinline)) void *b(void) { void *volatile p = malloc(20); return p; }
        __attribute__((noinline)) void *c(void) { void *volatile p = malloc(30); return p; }
        __attribute__((noinline)) void end_a(void) { xfree(a()); __asm__ volatile(""); }
        __attribute__((noinline)) void end_b(void) { xfree(b()); __asm__ volatile(""); }
        __attribute__((noinline)) void end_c(void) { xfree(c()); __asm__ volatile(""); }
        int main(void) { for (int i = 0; i < 5; i++) end_a(), end_b(), end_c(); return 0; }
    """)
    subprocess.run(["gcc", "-g", "-O1", "-o", directory / "xfree", source], check=True)
    trace = record([directory / "xfree"], directory).trace()
    shown = {(row["allocated"]["function"], row["freed"]["function"]): row["blocks"] for row in asked(trace, "frees", "-f", "main")["pairs"]}
    check_equal(shown, {("a", "end_a"): 5, ("b", "end_b"): 5, ("c", "end_c"): 5}, "who frees what")


@case
def huge_blocks_keep_their_thread(directory):
    """Of sizes that the live map's rows have no room for."""
    source = directory / "huge.c"
    source.write_text("""
        #include <pthread.h>
        #include <stdlib.h>
        #include <stdio.h>
        static void *blocks[6];
        static void *work(void *at) { for (int i = 0; i < 3; i++) ((void **)at)[i] = malloc((5ul << 30) + i); return NULL; }
        int main(void)
        {
            pthread_t a, b;
            pthread_create(&a, NULL, work, blocks), pthread_create(&b, NULL, work, blocks + 3);
            pthread_join(a, NULL), pthread_join(b, NULL);
            for (int i = 0; i < 6; i++) if (!blocks[i]) return 77;
            free(blocks[0]), free(blocks[4]), free(blocks[5]);
            return 0;
        }
    """)
    subprocess.run(["gcc", "-g", "-O1", "-pthread", "-o", directory / "huge", source], check=True)
    for options in ({}, {"MPROF_AGGREGATE": "1"}):
        place = directory / ("sums" if options else "events")
        place.mkdir()
        done = record([directory / "huge"], place, **options)
        if done.returncode == 77:
            print("# no address space for blocks of 5 GiB")
            return
        threads = [row for row in asked(done.trace(), "stats")["threads"] if row["allocated_bytes"] > 15 << 30]
        check_equal(sorted((row["freed_by_others"], row["live_bytes"] >> 30) for row in threads), [(1, 10), (2, 5)], "threads")
        leaked = {row["leaked_blocks"] for row in asked(done.trace(), "leaks", "--group-by", "thread", "-f", "work")["leaks"]}
        check_equal(leaked, {1, 2}, "leaks by thread")


@case
def threads_beyond_those_that_are_told_apart(directory):
    """65,535 are; those behind are one."""
    source = directory / "many.c"
    source.write_text("""
        #include <pthread.h>
        #include <stdio.h>
        #include <stdlib.h>
        static void *work(void *size) { void *volatile p = malloc((size_t)size); return p; }
        int main(void)
        {
            for (long i = 0; i < 65600; i++) {
                pthread_t thread;
                void *block;
                if (pthread_create(&thread, NULL, work, (void *)(16 + i % 2)) != 0) return 77;
                pthread_join(thread, &block);
                if (i < 65590) free(block);
            }
            return 0;
        }
    """)
    subprocess.run(["gcc", "-g", "-O1", "-pthread", "-o", directory / "many", source], check=True)
    done = record([directory / "many"], directory)
    check_equal(done.returncode, 0, "the program")
    trace = done.trace()
    check("are told apart" in refused(trace, "sites", "--thread", "#65590"), "a thread behind")
    check("not known of" in refused(trace, "sites", "--thread", "#7"), "a path that one behind took, too")
    rows = asked(trace, "leaks", "--group-by", "thread", "-f", "work")["leaks"]
    check_equal([(row["thread"], row["leaked_blocks"]) for row in rows], [(0, 10)], "of several")
    last = asked(trace, "stats")["threads"][-1]
    check_equal((last["index"], last["live_bytes"], last["allocations"] > 60), (65536, 10 * 16 + 5, True), "those behind")


@case
def many_huge_blocks_are_of_no_thread(directory):
    """The ledger remembers 1,024 of them; sums hold, and the recording is complete."""
    source = directory / "huge.c"
    source.write_text("""
        #include <mprof/mprof.h>
        #include <stdint.h>
        int main(void)
        {
            for (uintptr_t i = 1; i <= 3000; i++) mprof_track_alloc((void *)(i * 64), (5ul << 30) + i);
            for (uintptr_t i = 1; i <= 2500; i++) mprof_track_free((void *)(i * 64));
            return 0;
        }
    """)
    subprocess.run(["gcc", "-g", "-O1", "-I", SOURCE / "include", "-o", directory / "huge", source], check=True)
    for options in ({}, {"MPROF_AGGREGATE": "1"}):
        place = directory / ("sums" if options else "events")
        place.mkdir()
        trace = record([directory / "huge"], place, **options).trace()
        totals = asked(trace, "report")["totals"]
        check_equal((totals["allocations"] >= 3000, totals["leaked_blocks"]), (True, 500), "report")
        rows = [row for row in asked(trace, "stats")["sizes"] if row["from_bytes"] == 4 << 30]
        check_equal([(row["blocks"], row["live_blocks"]) for row in rows], [(3000, 500)], "sizes")
        check_equal(sum(row["leaked_blocks"] for row in asked(trace, "leaks", "--group-by", "thread", "-f", "main")["leaks"]), 500, "by thread")


run_cases()
