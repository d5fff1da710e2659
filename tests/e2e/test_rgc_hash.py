"""Hashes of strings: those of SipHash-1-3 by a key of the process, as CPython's are."""

import json
import subprocess

from harness import BUILD, Skip, case, check, check_equal, compile, environment, run, run_cases

WORDS = ["a", "abc", "abcdefg", "abcdefgh", "abcdefghi", "x" * 100, "\xe4\u20ac\U0001f600", "0123456789abcdef" * 4]
PYTHON = "/usr/bin/python3"


def hashes(directory, seed=None):
    program = directory / "hashes"
    if not program.exists():
        compile("rgc_hashes.c", program, str(BUILD / "gc/librgc.a"))
    done = run([program, *WORDS], directory, **({} if seed is None else {"RGC_HASHSEED": seed}))
    check_equal((done.returncode, done.stderr), (0, ""), f"seed {seed}")
    *lines, order = done.stdout.splitlines()
    return [int(line) for line in lines], order


@case
def with_a_key_of_zeroes_they_are_pythons(directory):
    script = "import json, sys; print(json.dumps([sys.hash_info.algorithm, [hash(word.encode()) for word in json.load(sys.stdin)]]))"
    done = subprocess.run([PYTHON, "-c", script], input=json.dumps(WORDS), capture_output=True, text=True, env=environment(PYTHONHASHSEED="0"))
    if done.returncode != 0 or json.loads(done.stdout)[0] != "siphash13":
        raise Skip("this Python hashes otherwise")
    check_equal(hashes(directory, "0")[0], json.loads(done.stdout)[1], "hashes")


@case
def each_process_has_its_own(directory):
    seen = [hashes(directory, seed) for seed in (None, None, "random", "no number", "4294967296", "0", "1", "2", "4294967295")]
    check_equal(len({tuple(one) for one, _ in seen}), len(seen), "keys")
    check_equal({order for _, order in seen}, {seen[0][1]}, "the order of a dictionary")
    check_equal(hashes(directory, "7"), hashes(directory, "7"), "by one seed")
    for one, _ in seen:
        check(len(set(one)) == len(WORDS), f"hashes {one}")


run_cases()
