#!/usr/bin/env python3
"""warnings.py BUILD FILE... - what the compiler of BUILD says of each file, once for each way to compile it, and nothing is made of them.  Exits
with 1 if it says anything, as warnings are errors there.  The first way of these FILES is left out: tidy.py, which has the same compiler in it,
looks at that."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

MAKES = {"-o": 2, "-MF": 2, "-MQ": 2, "-MD": 1, "-c": 1}  # how many words of a command say what it makes


def without_products(words, product):
    """The words of a command but those, and the folder of what it makes, which would tell it from its likes."""
    kept, at = [], 0
    while at < len(words):
        if words[at] not in MAKES and words[at] != f"-I{pathlib.PurePath(product).parent}":
            kept.append(words[at])
        at += MAKES.get(words[at], 1)
    return tuple(kept)


def first_of_each(entries):
    first = {}
    for entry in entries:
        first.setdefault((pathlib.Path(entry["directory"]) / entry["file"]).resolve(), entry)
    return first


def main(build, *files):
    entries = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    first = first_of_each(entries)
    others = [first.get(pathlib.Path(file).resolve()) for file in files]
    commands = {without_products(shlex.split(entry["command"]), entry["output"]): entry["directory"] for entry in entries}
    for entry in filter(None, others):
        commands.pop(without_products(shlex.split(entry["command"]), entry["output"]), None)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda words: subprocess.run([*words, "-fsyntax-only"], cwd=commands[words]).returncode, commands))
    return 1 if any(results) else 0


sys.exit(main(*sys.argv[1:]))
