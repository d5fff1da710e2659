"""Anything but a good trace: one clear line that names the file, the right exit status, no crash, no hang."""

import os
import random
import struct
import subprocess
import zlib

from harness import case, check, check_equal, compile, mprof, record, report, run_cases

ENOUGH = 60  # seconds; a hang is a failure


def good_trace(directory):
    done = record([compile("ends.c", directory / "ends"), "exit"], directory)
    return done.trace(), report(done.trace(), "--no-names")


def refused(path, *words, command="report"):
    done = mprof(command, path, timeout=ENOUGH)
    check_equal((done.returncode, done.stdout), (2, ""), f"exit status and output for {path}")
    lines = done.stderr.splitlines()
    check(len(lines) == 1 and lines[0].startswith("mprof: ") and str(path) in lines[0] and
          all(word in lines[0] for word in words), f"one line that names {path} and {words} expected, got {done.stderr!r}")


@case
def no_such_file(directory):
    refused(directory / "absent.mprof", "No such file")


@case
def empty_file(directory):
    (directory / "x.mprof").touch()
    refused(directory / "x.mprof", "empty")


@case
def other_files(directory):
    for content in (b"hello\n", b"\x7fELF" + bytes(1000), b"MPROF", b"MPROF\n\x1a" + bytes(100), bytes(100000)):
        (directory / "x.mprof").write_bytes(content)
        refused(directory / "x.mprof")


@case
def a_directory(directory):
    refused(directory)


@case
def unreadable(directory):
    (directory / "x.mprof").write_bytes(b"secret")
    (directory / "x.mprof").chmod(0)
    if os.geteuid() != 0:
        refused(directory / "x.mprof", "ermission")
    refused("/proc/self/mem/x.mprof")


@case
def future_version(directory):
    trace, _ = good_trace(directory)
    data = bytearray(trace.read_bytes())
    struct.pack_into("<H", data, 8, 999)
    header_bytes, = struct.unpack_from("<H", data, 10)
    struct.pack_into("<I", data, 28, 0)  # trace/format.h: the checksum covers the header with itself as zero
    struct.pack_into("<I", data, 28, zlib.crc32(data[:header_bytes]))
    (directory / "future.mprof").write_bytes(data)
    refused(directory / "future.mprof", "999")


@case
def cut_off_anywhere(directory):
    """A cut-off tail is no error once the start is there: what is whole is reported, and that something is missing."""
    trace, whole = good_trace(directory)
    data = trace.read_bytes()
    cut = directory / "cut.mprof"
    seen = set()
    lengths = sorted(set(range(0, len(data), max(1, len(data) // 300))) | set(range(max(0, len(data) - 40), len(data))))
    for length in lengths:
        cut.write_bytes(data[:length])
        done = mprof("report", "--format", "json", cut, timeout=ENOUGH)
        check(done.returncode in (0, 2), f"cut at {length}: exit {done.returncode}, {done.stderr!r}")
        if done.returncode == 2:
            check(str(cut) in done.stderr and done.stderr.count("\n") == 1, f"cut at {length}: {done.stderr!r}")
        else:
            figures = report(cut)
            check(not figures["complete"], f"cut at {length} of {len(data)} is reported as complete")
            check(figures["totals"]["allocations"] <= whole["totals"]["allocations"], f"cut at {length}: more than there was")
        seen.add(done.returncode)
    check_equal(seen, {0, 2}, "some cuts can be read and some cannot")


@case
def flipped_bits(directory):
    trace, whole = good_trace(directory)
    data = trace.read_bytes()
    random.seed(4711)
    flipped = directory / "flipped.mprof"
    silent = 0
    for number in range(300):
        damaged = bytearray(data)
        position = random.randrange(len(damaged))
        damaged[position] ^= 1 << random.randrange(8)
        flipped.write_bytes(damaged)
        done = mprof("report", "--replay", "--format", "json", flipped, timeout=ENOUGH)  # reads every block
        check(done.returncode in (0, 2), f"flip {number} at {position}: exit {done.returncode}, {done.stderr!r}")
        silent += done.returncode == 0 and not done.stderr and '"complete":true' in done.stdout.replace(" ", "")
    check_equal(silent, 0, "checksums cover every byte: flips that went unnoticed")


@case
def random_tails(directory):
    trace, _ = good_trace(directory)
    data = trace.read_bytes()
    random.seed(4712)
    path = directory / "tail.mprof"
    for _ in range(100):
        at = random.randrange(32, len(data))
        path.write_bytes(data[:at] + random.randbytes(random.randrange(1, 5000)))
        done = mprof("report", path, timeout=ENOUGH)
        check(done.returncode in (0, 2), f"random bytes from {at}: exit {done.returncode}, {done.stderr!r}")


@case
def no_traces_here(directory):
    done = mprof("report", directory=directory, timeout=ENOUGH)
    check_equal((done.returncode, done.stdout), (2, ""), "exit status and output")
    check(len(done.stderr.splitlines()) == 1 and "mprof run" in done.stderr, f"one line with what to do: {done.stderr!r}")


@case
def usage_errors(directory):
    for arguments in (["--no-such-option"], ["no-such-command"], ["report", "--no-such-option"],
                      ["report", "--format", "yaml"], ["run"], ["run", "--no-such-option", "true"], []):
        done = mprof(*arguments, directory=directory, timeout=ENOUGH)
        check_equal((done.returncode, done.stdout), (2, ""), f"exit status and output of mprof {arguments}")
        check(done.stderr != "", f"a word about mprof {arguments}")


@case
def programs_that_cannot_run(directory):
    (directory / "plain.txt").write_text("no program\n")
    for program in ("./absent", "./plain.txt", "no-such-command-anywhere", "."):
        done = mprof("run", "--", program, directory=directory, timeout=ENOUGH)
        check(done.returncode in (2, 126, 127) and done.stdout == "", f"exit status for {program}: {done.returncode}")
        check(len(done.stderr.splitlines()) == 1 and program in done.stderr, f"one line about {program}: {done.stderr!r}")
    check_equal(list(directory.glob("*.mprof")), [], "traces of programs that never ran")


@case
def stripped_program(directory):
    """No debug information is a result: functions or addresses, no lines, and one warning."""
    program = compile("ends.c", directory / "ends")
    subprocess.run(["strip", program], check=True)
    done = record([program, "exit"], directory)
    check_equal(done.returncode, 3, "exit status")
    figures = report(done.trace())
    check_equal(figures["totals"]["allocations"], 1000, "allocations")
    check_equal(sum(site["allocations"] for site in figures["sites"]), 1000, "allocations of the sites")
    text = mprof("report", done.trace())
    check_equal(text.returncode, 0, "exit status of the text report")
    check("debug" in (text.stdout + text.stderr), f"a word about missing debug information: {text.stdout + text.stderr!r}")


@case
def program_gone(directory):
    """The binary is deleted before the report is asked for."""
    program = compile("ends.c", directory / "ends")
    done = record([program, "exit"], directory)
    program.unlink()
    figures = report(done.trace())
    check_equal(figures["totals"]["allocations"], 1000, "allocations")


@case
def source_gone(directory):
    source = directory / "here.c"
    source.write_text('#include <stdlib.h>\nint main(void)\n{\n\tfree(malloc(100));\n\treturn 0;\n}\n')
    done = record([compile(source, directory / "here")], directory)
    source.unlink()
    figures = report(done.trace(), "-f", "main")
    rows = [row for row in figures["functions"][0]["lines"] if row["allocations"]]
    check_equal([(row["line"], row["allocated_bytes"]) for row in rows], [(4, 100)], "lines without their source")
    check_equal(mprof("report", done.trace()).returncode, 0, "exit status of the text report")


run_cases()
