"""librgc against Python: the same scripts, carried out by both, can be told apart by nothing but doc/rgc.md's list.

SEED=n SCRIPTS=n steer the random scripts.
"""

import os
import random
import shutil
import subprocess

from harness import BUILD, PROGRAMS, Skip, case, check, compile, run, run_cases
from rgc_collection_scripts import COLLECTIONS, CollectionWriter
from rgc_scripts import ContainerWriter, FIXED, IteratorWriter, OrderWriter, TextWriter, WeakWriter, Writer, lines

# Python's weak containers are several objects each, so others are examined in another order; and are emptied from their ends.
ANY_ORDER = ("quietcollect", "wempty")
VERSION = "import sys; print(sys.implementation.name, *sys.version_info[:2])"


def python():
    """An interpreter that collects where rgc does: at allocations.  Since 3.12 that waits for the next bytecode."""
    path = shutil.which("python3")
    if not path:
        raise Skip("python3 is not installed")
    name, major, minor = subprocess.run([path, "-c", VERSION], capture_output=True, text=True).stdout.split()
    if name != "cpython" or int(major) != 3 or not 9 <= int(minor) <= 11:
        raise Skip(f"compares with CPython 3.9 to 3.11, not {name} {major}.{minor}")
    return path


def outputs(scripts, directory):
    """What Python, librgc and librgc-debug write, each as {script: [(command, [line])]}."""
    programs = [[python(), PROGRAMS / "rgc_script.py"],
                [compile("rgc_script.c", directory / "script", str(BUILD / "gc/librgc.a"))],
                [compile("rgc_script.c", directory / "script-debug", "-DRGC_DEBUG", str(BUILD / "gc/librgc-debug.a"))]]
    text = "".join(f"script {name}\n" + "\n".join(commands) + "\n" for name, commands in scripts.items())
    results = []
    for argv in programs:
        done = run(argv, directory, input=text, PYTHONDONTWRITEBYTECODE="1", RGC_LEAKS="0")
        check(done.returncode == 0 and not done.stderr, f"{argv[-1]}: exit {done.returncode}: {done.stderr} after {done.stdout[-300:]}")
        results.append(parsed(done.stdout))
    return results


def parsed(text):
    scripts = {}
    for script in text.split("script ")[1:]:
        name, _, rest = script.partition("\n")
        scripts[name] = [(step.splitlines()[0], step.splitlines()[1:]) for step in rest.split("> ")[1:-1]]  # the last is the end
    return scripts


def compare(scripts, expected, got):
    check(list(expected) == list(got) == list(scripts), "some scripts were not carried out")
    for name, commands in scripts.items():
        # Python's own objects thaw, too, and change the order of what is examined with them.
        ordered = commands.index("unfreeze") if "unfreeze" in commands else len(commands)
        if name.startswith("seed") and any(" @" in command for command in commands):  # see WeakWriter
            ordered = 0
        for number, (theirs, ours) in enumerate(zip(expected[name], got[name], strict=True)):
            strict = number < ordered and not theirs[0].startswith(ANY_ORDER)
            same = theirs == ours if strict else sorted(theirs[1]) == sorted(ours[1])
            check(same, f"{name}, command {number}: {theirs[0]!r}: Python {theirs[1]}, rgc {ours[1]}; before: "
                  + "; ".join(commands[:number]))


def judge(scripts, directory):
    expected, *others = outputs(scripts, directory)
    for got in others:
        compare(scripts, expected, got)
    observations = sum(len(lines) for script in expected.values() for _, lines in script)
    print(f"# {len(scripts)} scripts, {observations} observations", flush=True)


@case
def fixed_scripts(directory):
    judge({name: lines(script) for name, script in {**FIXED, **COLLECTIONS}.items()}, directory)


def random_scripts(directory, writer, usual=100):
    seed, count = int(os.environ.get("SEED", 1)), int(os.environ.get("SCRIPTS", usual))
    judge({f"seed {number}": writer(random.Random(number)).write(150) for number in range(seed, seed + count)}, directory)


@case
def random_scripts_that_collect(directory):
    random_scripts(directory, lambda source: Writer(source, automatic=False))


@case
def random_scripts_with_automatic_collection(directory):
    random_scripts(directory, lambda source: Writer(source, automatic=True))


@case
def random_scripts_with_weak_containers(directory):
    random_scripts(directory, WeakWriter)


@case
def random_scripts_of_collections(directory):
    random_scripts(directory, CollectionWriter)


@case
def random_scripts_of_iterators(directory):
    random_scripts(directory, IteratorWriter, usual=40)


@case
def random_scripts_of_order(directory):
    random_scripts(directory, OrderWriter, usual=40)


@case
def random_scripts_of_text(directory):
    random_scripts(directory, TextWriter, usual=40)


@case
def random_scripts_of_containers(directory):
    random_scripts(directory, ContainerWriter, usual=40)


run_cases()
