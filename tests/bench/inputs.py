"""What the workloads work on, made here, the same on every run: a git repository, a C translation unit, records, redis commands."""

import json
import random
import socket
import subprocess
import time

FILES, LINES = 120, 150


def _text(rng, lines):
    return [f"{rng.choice('abcdefgh') * rng.randrange(1, 9)} {rng.randrange(100000)} {rng.randrange(1000)}" for _ in range(lines)]


def _commit(rng, number, files):
    """One commit of fast-import's language: three files change in a few places each; the first one makes all."""
    message = f"change {number}"
    out = [f"commit refs/heads/main\ncommitter A <a@example.org> {1700000000 + number * 60} +0000\ndata {len(message)}\n{message}\n"]
    changed = range(FILES) if number == 0 else rng.sample(range(FILES), 3)
    for index in changed:
        for _ in range(8):
            files[index][rng.randrange(len(files[index]))] = _text(rng, 1)[0]
        body = "\n".join(files[index]) + "\n"
        out.append(f"M 100644 inline src/part{index % 7}/file{index}.txt\ndata {len(body)}\n{body}\n")
    return "".join(out)


def make_repository(path, commits):
    """A bare repository of `commits` commits, in one pack."""
    rng = random.Random(7)
    files = [_text(rng, LINES) for _ in range(FILES)]
    stream = "".join(_commit(rng, number, files) for number in range(commits))
    subprocess.run(["git", "init", "-q", "--bare", path], check=True)
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=stream.encode(), check=True)
    subprocess.run(["git", "-C", path, "symbolic-ref", "HEAD", "refs/heads/main"], check=True)


def _function(rng, number):
    lines = [f"static long f{number}(struct item *items, long n)\n{{\n\tlong a = n, b = {rng.randrange(99)}, c = 1;"]
    for _ in range(rng.randrange(4, 14)):
        x, y, z = (rng.choice("abc") for _ in range(3))
        lines.append(rng.choice([
            f"\tfor (long i = 0; i < n; i++)\n\t\t{x} += items[i].key * {y} - {z};",
            f"\tif ({x} > {y} + {rng.randrange(50)})\n\t\t{z} = items[{x} & 7].next ? items[{x} & 7].next->key : {y};",
            f"\tswitch ({x} & 3) {{\n\tcase 0: {y}++; break;\n\tcase 1: {z} ^= {y}; break;\n\tdefault: {x} -= {z}; }}",
            f"\twhile ({x} > {rng.randrange(1, 9)} && {y}++ < n)\n\t\t{x} = {x} / 2 + items[{y} & 3].weight * 3;"]))
        if number and rng.random() < 0.3:
            lines.append(f"\t{x} += f{rng.randrange(max(0, number - 20), number)}(items, {y} & 15);")
    return "\n".join([*lines, "\treturn a + b + c;\n}\n"])


def make_translation_unit(path, functions):
    rng = random.Random(7)
    parts = ["struct item { long key; double weight; struct item *next; };\n"]
    parts += [_function(rng, number) for number in range(functions)]
    parts.append("long (*const all[])(struct item *, long) = {" + ", ".join(f"f{n}" for n in range(functions)) + "};\n")
    path.write_text("\n".join(parts))


def make_records(path, thousands):
    """A JSON document of so many thousand records."""
    rng = random.Random(7)
    records = ({"name": f"item {n}", "place": [rng.random(), rng.random()], "tags": _text(rng, 3)} for n in range(thousands * 1000))
    path.write_text(json.dumps(list(records)))


def make_java(path, source):
    path.parent.mkdir()
    path.write_text(source)


def _redis_commands(start, count):
    for i in range(start, start + count):
        yield b"SET key%d %s" % (i % 50000, b"v" * (i * 37 % 300 + 1))
        yield b"LPUSH list%d item%d" % (i % 100, i)
        yield b"HSET hash%d field%d %d" % (i % 500, i % 40, i)
        yield b"GET key%d" % (i * 7919 % 50000)


def _connect(path, seconds=30):
    deadline = time.monotonic() + seconds
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(str(path))
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.002)


def drive_redis(directory, thousands):
    """Sends so many thousand rounds of four commands, 400 commands at a time; waits for an answer to each batch's last."""
    with _connect(directory / "redis.sock") as connection:
        for start in range(0, thousands * 1000, 100):
            end = b"end%d" % start
            connection.sendall(b"\r\n".join([*_redis_commands(start, 100), b"ECHO " + end]) + b"\r\n")
            received = b""
            while not received.endswith(b"\r\n" + end + b"\r\n"):
                piece = connection.recv(1 << 20)
                if not piece:
                    raise ConnectionError("redis closed the connection")
                received = received[-64:] + piece
        connection.sendall(b"SHUTDOWN NOSAVE\r\n")
