"""Real programs, bare and recorded: the same output and exit status, a whole trace, nothing lost."""

import contextlib
import socket
import subprocess

from harness import (SHIM, case, check, check_equal, compile, environment, needs, record, report, run, run_cases,
                     wait_for)

PYTHON = "/usr/bin/python3"


def check_whole(trace, at_least):
    figures = report(trace, timeout=300)
    totals = figures["totals"]
    check_equal((figures["complete"], figures["lost_events"]), (True, 0), f"{trace}: complete, lost events")
    check(totals["allocations"] >= at_least, f"{trace}: {totals['allocations']} allocations, at least {at_least} expected")
    left = totals["leaked_blocks"] + totals["kept_blocks"]
    check(totals["frees"] <= totals["allocations"] and totals["peak_bytes"] <= totals["allocated_bytes"] and
          left == totals["allocations"] - totals["frees"], f"{trace}: totals agree: {totals}")
    check(0 < totals["recorder_bytes"] and 0 < totals["peak_rss_bytes"], f"{trace}: RSS was sampled: {totals}")
    return figures


def same_bare_and_recorded(argv, directory, at_least, **options):
    bare = run(argv, directory, timeout=300, **options)
    done = record(argv, directory, timeout=300, **options)
    check_equal(done.outcome, bare.outcome, "exit status and output")
    return check_whole(done.trace(), at_least)


@case
def sqlite3_a_million_rows(directory):
    script = """
        create table t(a integer primary key, b text);
        with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000000)
            insert into t select n, printf('%d-%x', n * 7919 % 1000003, n) from c;
        create index i on t(b);
        select count(*), sum(a), min(b), max(b) from t;
        select length(group_concat(b)) from (select b from t order by b limit 10000);"""
    totals = same_bare_and_recorded([needs("sqlite3"), ":memory:"], directory, 100000, input=script)["totals"]
    check(totals["recorder_bytes"] < totals["peak_rss_bytes"], f"the recording is in the RSS: {totals}")


@case
def python3_on_malloc(directory):
    script = ("import json, re, collections\n"
              "d = {i: str(i) * (i % 50) for i in range(50000)}\n"
              "s = json.dumps(d)\n"
              "print(len(s), collections.Counter(re.findall('9+', s)).most_common(3), sum(map(len, json.loads(s).values())))\n"
              "raise SystemExit(17)\n")
    same_bare_and_recorded([PYTHON, "-c", script], directory, 100000, PYTHONMALLOC="malloc", PYTHONHASHSEED="0")


@case
def perl(directory):
    script = ('my %h; for my $i (1 .. 50000) { $h{$i} = [$i, "x" x ($i % 100)]; } my $n = 0;'
              ' $n += length(join(",", @{$h{$_}})) for sort keys %h; print "$n\\n"; exit 12;')
    same_bare_and_recorded([needs("perl"), "-e", script], directory, 100000, PERL_HASH_SEED="0")


@case
def git_log(directory):
    git = needs("git")
    repository = directory / "repository"
    run([git, "init", "-q", repository], directory)
    stream = []
    for i in range(300):
        text, message = "".join(f"line {j * i % 97}\n" for j in range(200)), f"change {i}\n"
        stream.append(f"commit refs/heads/main\ncommitter A U Thor <a@example.org> {1700000000 + i} +0000\n"
                      f"data {len(message)}\n{message}M 100644 inline file{i % 7}\ndata {len(text)}\n{text}\n")
    imported = run([git, "fast-import", "--quiet"], repository, input="".join(stream))
    check_equal(imported.returncode, 0, "fast-import")
    bare = run([git, "log", "-p", "--stat", "main"], repository)
    check(bare.returncode == 0 and len(bare.stdout) > 100000, f"git log works: {bare.stderr}")
    same_bare_and_recorded([git, "log", "-p", "--stat", "main"], repository, 10000)


@case
def gcc_cc1(directory):
    source = directory / "large.c"
    source.write_text("int printf(const char *, ...);\n" + "".join(
        f"int f{i}(int a, int b)\n{{\n\tint s = {i};\n\tfor (int i = a; i < b; i++)\n\t\ts += i * a ^ (b >> (i & {i % 7}));\n"
        f"\tif (s & 1)\n\t\tprintf(\"%d\\n\", s);\n\treturn s + {'f%d(b, a)' % (i - 1) if i else '0'};\n}}\n"
        for i in range(600)))
    command = [needs("gcc"), "-O1", "-c", source, "-o"]
    check_equal(run([*command, directory / "bare.o"], directory).returncode, 0, "gcc, bare")
    done = record([*command, directory / "recorded.o"], directory, timeout=300)
    check_equal(done.outcome, (0, "", ""), "exit status and output")
    check(b"\x7fELF" == (directory / "recorded.o").read_bytes()[:4], "an object file")
    check_equal((directory / "recorded.o").read_bytes(), (directory / "bare.o").read_bytes(), "the object file")
    names = sorted(trace.name.split(".")[0] for trace in done.traces())
    check({"cc1", "as"} <= set(names), f"traces of cc1 and as among {names}")
    for trace in done.traces():
        check_whole(trace, 100000 if trace.name.startswith("cc1.") else 1)


def cpp_program(directory, cc, *flags):
    program = compile("exceptions.cpp", directory / "exceptions", *flags, cc=cc)
    same_bare_and_recorded([program], directory, 50000)


@case
def cpp_exceptions_and_threads_gcc(directory):
    cpp_program(directory, "gcc", "-O2")


@case
def cpp_exceptions_and_threads_clang(directory):
    cpp_program(directory, "clang", "-O2")


@case
def shell_pipeline_with_many_processes(directory):
    script = 'for i in 1 2 3 4 5 6 7 8 9 10; do echo $i | sed s/1/x/ | sort | tr x y; done; exit 4'
    bare = run(["/bin/sh", "-c", script], directory)
    done = record(["/bin/sh", "-c", script], directory)
    check_equal(done.outcome, bare.outcome, "exit status and output")
    for trace in done.traces():
        check_equal(report(trace)["lost_events"], 0, f"lost events of {trace}")


def listens(connection, path):
    """A socket has its name some moments before anybody listens to it."""
    with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
        connection.connect(str(path))
        return True
    return False


def redis(directory, variables):
    server = subprocess.Popen([needs("redis-server"), "--port", "0", "--unixsocket", "redis.sock", "--save", "",
                               "--appendonly", "no"], cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=environment(**variables), start_new_session=True)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            wait_for(lambda: listens(connection, directory / "redis.sock"), 30, "redis listening")
            for start in range(0, 50000, 1000):
                connection.sendall(b"".join(b"SET key%d %s\r\n" % (i, b"v" * (i % 200 + 1)) for i in range(start, start + 1000)))
                received = b""
                while received.count(b"\n") < 1000:
                    received += connection.recv(65536)
                check_equal(received, b"+OK\r\n" * 1000, "answers")
            connection.sendall(b"DBSIZE\r\n")
            check_equal(connection.recv(100), b":50000\r\n", "number of keys")
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
        server.wait(30)
    finally:
        server.kill()
        server.communicate()
    return server.pid, server.returncode


@case
def redis_server(directory):
    needs("redis-server")
    bare, recorded = directory / "bare", directory / "recorded"
    bare.mkdir(), recorded.mkdir()
    _, expected = redis(bare, {})
    pid, status = redis(recorded, {"LD_PRELOAD": SHIM})
    check_equal(status, expected, "exit status")
    check_whole(recorded / f"redis-server.{pid}.mprof", 50000)


run_cases()
