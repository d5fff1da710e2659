"""What the samples teach is what their tables say."""

import re
import subprocess

from harness import BUILD, SOURCE, Skip, case, check, check_equal, environment, lines_of, mprof, record, record_and_report, run_cases


def increments(directory, sample):
    _, figures = record_and_report([BUILD / "samples" / sample], directory)
    return figures, {f["function"]: {row["source"].strip().split("(")[0]: row["increment_bytes"] for row in f["lines"]}
                     for f in figures["functions"]}


@case
def a_global_keeps_what_a_local_gives_back(directory):
    figures, rows = increments(directory, "globals")
    check_equal(rows["remembered"]["cache = squares"], 8000000, "remembered")
    check_equal((rows["forgotten"]["long *local = squares"], rows["forgotten"]["free"]), (8000000, -8000000), "forgotten")
    kept = [site for site in figures["sites"] if site["function"] == "squares"]
    check_equal([site["leaked_bytes"] for site in kept], [8000000], "what the global holds at the end")


@case
def streaming_takes_one_line_at_a_time(directory):
    figures, rows = increments(directory, "streaming")
    whole = sum(len(f"{i} and words that nobody reads, as files have them\n") + 1 for i in range(100000))
    check_equal((rows["materialised"]["lines[i] = strdup"], rows["materialised"]["free"]), (whole, -whole), "materialised")
    streamed = max(row["mem_bytes"] for row in lines_of(figures, "streamed").values())
    check(streamed < 100000, f"streamed holds {streamed} bytes")


@case
def sets_differ_by_their_container(directory):
    _, rows = increments(directory, "efficient_set")
    totals = {function: sum(lines.values()) for function, lines in rows.items()}
    check_equal(totals, {"doubling_array": 1048576, "sorted_array": 400000, "hash_set": 2648576, "bit_set": 125000},
                "bytes of each container")


ROW = re.compile(r"^ +\d+ +([-\d.]+) MiB +([-\d.]+) MiB +(\d+) +(.*)$", re.M)


def traced_table(directory, sample, function):
    """Rows of memory_profiler's columns: MiB, added MiB, executions, text."""
    trace = record([BUILD / "samples" / sample], directory, MPROF_LINES="1").trace()
    return ROW.findall(mprof("report", "--memory-profiler", "-f", function, trace).stdout)


@case
def loops_are_those_of_python(directory):
    ours = traced_table(directory, "loops", "fill_and_empty")
    done = subprocess.run(["/usr/bin/python3", "-m", "memory_profiler", SOURCE / "samples/loops.py"], capture_output=True, text=True, env=environment())
    if done.returncode != 0:
        raise Skip("python3-memory-profiler is not installed")
    theirs = ROW.findall(done.stdout)
    check_equal([row[2] for row in ours[:-1]], [row[2] for row in theirs], "executions; C's last row is that of the brace")
    first = float(theirs[0][0])
    apart = [(row, his) for row, his in zip(ours, theirs) if abs(float(row[0]) - (float(his[0]) - first)) > 1]
    check_equal(apart, [], "memory above that at the beginning, within what Python itself takes")
    check_equal((ours[4][0], ours[4][1], ours[9][1]), ("19.1", "19.1", "-19.1"), "MiB")


@case
def a_recursion_counts_each_activation(directory):
    for function in ("grow", "fell"):
        (directory / function).mkdir()
        rows = traced_table(directory / function, "recursion", function)
        check_equal((rows[0][2], rows[-1][2]), ("2047", "2047"), f"calls of {function}, and their ends")


@case
def lines_that_exceptions_leave_are_counted(directory):
    rows = {row[3].strip(): int(row[2]) for row in traced_table(directory, "exceptions", "parse")}
    check_equal((rows["throw std::invalid_argument(text);"], rows["copy.resize(100000);"]), (10, 50), "thrown, and tried")
    (directory / "sum").mkdir()
    rows = {row[3].strip(): int(row[2]) for row in traced_table(directory / "sum", "exceptions", "sum_of")}
    check_equal((rows["sum += parse(text);"], rows["sum -= 1;"]), (50, 10), "tried, and caught")


# ---- what is written of them -------------------------------------------------------------------------------------------------------


def settled(line):
    """A line without what differs between runs: blanks and tabs, and how long collections took."""
    return " ".join(re.sub(r"; paused .*", "", line).split())


def written_lines():
    """By sample, the lines of its tables in doc/samples.md."""
    found, sample = {}, None
    for line in (SOURCE / "doc/samples.md").read_text().splitlines():
        named = re.match(r"`(\w+)\.(c|cpp)`", line)
        sample = named[1] if named else sample
        if line.startswith("    ") and line.strip():
            found.setdefault(sample, []).append(settled(line))
    return found


@case
def the_guide_shows_what_they_print(directory):
    written = written_lines()
    check({"globals", "streaming", "gc_cycles", "loops", "document_store"} <= set(written), f"tables of {sorted(written)}")
    for sample, lines in written.items():
        options = {"MPROF_LINES": "1"} if sample == "loops" else {}
        trace = record([BUILD / "samples" / sample], directory, **options).trace(sample)
        shown = mprof("report", *(["--memory-profiler"] if sample == "loops" else []), trace).stdout + mprof("gc", "-n", "100", trace).stdout
        printed = {settled(line) for line in shown.splitlines()}
        check_equal([line for line in lines if line not in printed], [], f"lines that {sample} does not print")


run_cases()
