"""The report against a program that keeps its own book: equal to the byte, line by line."""

import json
from collections import defaultdict

from harness import case, check, check_equal, compile, record, report, run_cases

ROW = ("occurrences", "allocations", "frees", "allocated_bytes", "freed_bytes", "increment_bytes", "peak_bytes",
       "leaked_bytes", "mem_bytes")


class Book:
    """An independent reckoning of the program's event list, in the plainest way that works.

    `offset` is what the process holds besides, from before the first event to after the last.
    """

    def __init__(self, text, offset=0):
        self.events = [json.loads(line) for line in text.splitlines()]
        self.rows = defaultdict(lambda: dict.fromkeys(ROW, 0))
        self.totals = dict(allocations=0, frees=0, allocated_bytes=0, temporary_allocations=0)
        self.sizes, self.paths = {}, {}
        self.alive = set()
        self.live_bytes = self.peak_bytes = offset
        self.at_peak = set()
        self._last = {}        # thread -> (scopes of its last event, live bytes after it)
        self._newest = {}      # thread -> block of its last event, if that was an allocation
        for event in self.events:
            self._replay(event)
        for thread in list(self._last):
            self._end_visits(thread, set())
        self._attribute("peak_bytes", self.at_peak)
        self._attribute("leaked_bytes", self.alive)
        self.totals["peak_bytes"] = self.peak_bytes
        self.totals["leaked_bytes"] = sum(self.sizes[b] for b in self.alive)
        self.totals["leaked_blocks"] = len(self.alive)

    def _replay(self, event):
        scopes = {tuple(frame) for frame in event["path"]}
        thread, block = event["thread"], event["block"]
        self._end_visits(thread, scopes)
        if event["kind"] == "alloc":
            self.sizes[block], self.paths[block] = event["size"], scopes
            self.alive.add(block)
            self._count(scopes, "allocations", "allocated_bytes", event["size"])
            self.live_bytes += event["size"]
            self._newest[thread] = block
        else:
            self.alive.remove(block)
            self._count(scopes, "frees", "freed_bytes", self.sizes[block])
            self.live_bytes -= self.sizes[block]
            self.totals["temporary_allocations"] += self._newest.get(thread) == block
        if self.live_bytes > self.peak_bytes:
            self.peak_bytes, self.at_peak = self.live_bytes, set(self.alive)
        self._last[thread] = (scopes, self.live_bytes)

    def _count(self, scopes, number, volume, size):
        self.totals[number] += 1
        if volume in self.totals:
            self.totals[volume] += size
        for scope in scopes:
            row = self.rows[scope]
            row[number] += 1
            row[volume] += size
            row["occurrences"] += 1
            row["increment_bytes"] += size if number == "allocations" else -size

    def _end_visits(self, thread, scopes):
        before, live_after = self._last.get(thread, (set(), 0))
        for scope in before - scopes:
            self.rows[scope]["mem_bytes"] = max(self.rows[scope]["mem_bytes"], live_after)

    def _attribute(self, column, blocks):
        for block in blocks:
            for scope in self.paths[block]:
                self.rows[scope][column] += self.sizes[block]


def reported_rows(figures):
    """{(function, line): row} of the lines that had events."""
    rows = {}
    for function in figures["functions"]:
        for line in function["lines"]:
            if line["allocations"] or line["frees"]:
                key = function["function"], line["line"]
                check(key not in rows, f"{key} is reported twice")
                rows[key] = {column: line[column] for column in ROW}
    return rows


def compare(figures, book):
    rows = reported_rows(figures)
    check(rows.keys() == book.rows.keys(), f"lines with events: not in the book {sorted(rows.keys() - book.rows.keys())}, "
          f"not in the report {sorted(book.rows.keys() - rows.keys())}")
    wrong = [f"{key}: {column} {rows[key][column]}, by the book {value}"
             for key, expected in sorted(book.rows.items()) for column, value in expected.items()
             if rows[key][column] != value]
    check(not wrong, f"{len(wrong)} wrong figures: " + "; ".join(wrong[:8]))


def ledger(directory, cc, optimisation):
    program = compile("ledger.c", directory / "ledger", optimisation, cc=cc)
    done = record([program], directory)
    check_equal(done.returncode, 0, "exit status")
    figures = report(done.trace(), "-f", "ledger_*")
    check(figures["complete"] and figures["lost_events"] == 0, "the trace is whole")
    book = Book(done.stdout)
    check(len(book.events) > 500, "the program kept a book")
    check_equal({name: figures["totals"][name] for name in book.totals}, book.totals, "totals")
    check_equal(figures["totals"]["unmatched_frees"], 0, "unmatched frees")
    compare(figures, book)


def ledger_with_threads(directory, cc, optimisation):
    program = compile("ledger.c", directory / "ledger", optimisation, cc=cc)
    done = record([program, "threads"], directory)
    check_equal(done.returncode, 0, "exit status")
    figures = report(done.trace(), "-f", "ledger_*")
    # Besides the book there is only what libc takes for each thread (pthread_create), which
    # it keeps to the end and takes before the first booked event.
    besides = [site for site in figures["sites"] if not site["function"].startswith("ledger_")
               and site["function"] != "memalign_or"]
    offset = sum(site["allocated_bytes"] for site in besides)
    check_equal(sum(site["kept_bytes"] for site in besides), offset, "libc keeps what it took for threads")
    book = Book(done.stdout, offset)
    allocations = book.totals["allocations"] + sum(site["allocations"] for site in besides)
    check_equal(figures["totals"]["allocations"], allocations, "allocations")
    check_equal(figures["totals"]["peak_bytes"], book.peak_bytes, "peak")
    compare(figures, book)


@case
def ledger_gcc_O0(directory):
    ledger(directory, "gcc", "-O0")


@case
def ledger_gcc_O2(directory):
    ledger(directory, "gcc", "-O2")


@case
def ledger_clang_O0(directory):
    ledger(directory, "clang", "-O0")


@case
def ledger_clang_O2(directory):
    ledger(directory, "clang", "-O2")


@case
def ledger_threads_gcc_O0(directory):
    ledger_with_threads(directory, "gcc", "-O0")


@case
def ledger_threads_gcc_O2(directory):
    ledger_with_threads(directory, "gcc", "-O2")


@case
def ledger_threads_clang_O2(directory):
    ledger_with_threads(directory, "clang", "-O2")


run_cases()
