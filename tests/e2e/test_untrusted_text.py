"""Source text, symbols, file names and arguments are what somebody else wrote: no byte of theirs may steer a terminal or break a format."""

import csv
import io
import json
import os
import pty
import subprocess

from harness import MPROF, case, check, check_equal, environment, mprof, record, run, run_cases

ESC = b"\x1b"
COLUMNS = 100


def hostile(directory):
    """A program whose line 5 allocates; its source, its name, its arguments and a symbol have bytes that no name should have."""
    long_symbol = "L" + "o" * 8700 + "ng"
    (directory / "evil\x1b[31m.c").write_bytes(
        b"#include <stdlib.h>\n"
        b"void *kept;\n"
        b"void make(void) __asm__(\"" + long_symbol.encode() + b"\");\n"
        b"__attribute__((noinline)) void make(void) {\n"
        b"\tkept = malloc(1000000); /* \x1b]0;title\x07 caf\xe9, \x9b31m \x0c, \xe2\x80\xae turned */\n"
        b"}\n"
        b"int main(void) { make(); return 0; }\n")
    check_equal(run(["gcc", "-g", "-O0", "-o", "app\n\x1b[2J", "evil\x1b[31m.c"], directory).returncode, 0, "gcc")
    check_equal(run(["strip", "-o", "bare", "-g", "app\n\x1b[2J"], directory).returncode, 0, "strip")
    done = record(["./app\n\x1b[2J", "\x1b[41m\xe9", "two\nlines"], directory)
    check_equal(done.returncode, 0, "exit status")
    check_equal(record(["./bare"], directory).returncode, 0, "exit status")
    return long_symbol


def is_safe(data, kept=b"\n\t"):
    text = data.decode("utf-8")  # raises if it is not
    bad = [c for c in text if (ord(c) < 32 and c.encode() not in kept) or 0x7f <= ord(c) < 0xa0 or 0x202a <= ord(c) <= 0x202e]
    return not bad


def printed(directory, *arguments):
    done = mprof(*arguments, directory=directory, binary=True)
    check_equal(done.returncode, 0, f"exit status of {arguments}: {done.stderr}")
    return done.stdout


@case
def text_and_csv(directory):
    hostile(directory)
    views = [(*view, index) for view in (("tree",), ("tree", "--callers", "--lines"), ("functions",), ("who", "*")) for index in "01"]
    for arguments in (("report", "0"), ("report", "1"), ("list",), ("peak",), ("dump", "--info", "0"), ("dump", "--frames", "1"), *views):
        check(is_safe(printed(directory, *arguments)), f"text of {arguments}")
    for arguments in (("report", "0"), ("list",), *views):
        data = printed(directory, *arguments, "--format", "csv")
        check(is_safe(data, b"\n\r\t"), f"CSV of {arguments}")
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        check_equal({len(row) for row in rows}, {len(rows[0])}, "fields a row")
    source = printed(directory, "report", "-f", "make", "0").decode()
    check("\tkept = malloc(1000000); /* \ufffd]0;title\ufffd caf\ufffd, \ufffd31m  , \ufffd turned */" in source, "the line is there, tamed")


@case
def messages(directory):
    hostile(directory)
    for arguments in (("report", "no\x1b[2J\nsuch"), ("frob\x1b",), ("report", "--sort", "\x1b")):
        done = mprof(*arguments, directory=directory, binary=True)
        check_equal((done.returncode, done.stdout), (2, b""), f"{arguments}")
        check(is_safe(done.stderr) and done.stderr.count(b"\n") == 1, f"message of {arguments}: {done.stderr}")
    done = mprof("rm", "0", directory=directory, binary=True)
    check(is_safe(done.stdout) and done.stdout.count(b"\n") == 1, f"rm: {done.stdout}")


@case
def shim_message(directory):
    hostile(directory)
    done = record(["./bare"], directory, MPROF_OUT="/no\x1b[2J\nsuch/x.mprof", binary=True)
    check_equal((done.returncode, done.stdout), (0, b""), "exit status and output")
    check(is_safe(done.stderr) and done.stderr.count(b"\n") == 1 and b"such" in done.stderr, f"the message: {done.stderr}")


def on_terminal(directory, *arguments):
    """What a terminal of COLUMNS gets."""
    shown, terminal = pty.openpty()
    subprocess.run(["stty", "cols", str(COLUMNS), "rows", "40"], stdin=terminal, check=True)
    process = subprocess.Popen([MPROF, *arguments], cwd=directory, env=environment(TERM="xterm", NO_COLOR="1"),
                               stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.DEVNULL)
    os.close(terminal)
    data = b""
    while True:
        try:
            part = os.read(shown, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        data += part
    os.close(shown)
    process.wait()
    return data.decode()


@case
def long_names(directory):
    """Cut in the middle where a person would scroll over them, whole in data and in files."""
    symbol = hostile(directory)
    shown = on_terminal(directory, "report", "1")
    check("Loooo" in shown and "oong" in shown and symbol not in shown, "the symbol, cut")
    check(max(map(len, shown.splitlines())) <= 4 * COLUMNS, f"the longest line: {max(map(len, shown.splitlines()))}")
    check(symbol in printed(directory, "report", "1").decode(), "the symbol in text that goes to a pipe")
    data = json.loads(printed(directory, "report", "--format", "json", "1"))
    check(symbol in {site["function"] for site in data["sites"]}, "the symbol in JSON")


run_cases()
