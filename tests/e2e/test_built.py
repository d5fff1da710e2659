#!/usr/bin/env python3
"""What has to be in the built programs, where a compiler might leave it out and nothing but the time would tell."""
import json
import re
import subprocess

from harness import BUILD, Skip, case, check, needs, run_cases

PREFETCH = re.compile(r"\t(prefetch\w*|prfm)\b")  # x86, Arm


def build_options():
    path = BUILD / "meson-info/intro-buildoptions.json"
    return {option["name"]: option["value"] for option in json.loads(path.read_text())}


def instructions_of(program, function):
    done = subprocess.run([needs("objdump"), "--no-show-raw-insn", f"--disassemble={function}", program],
                          capture_output=True, text=True, timeout=60, check=True)
    return [line for line in done.stdout.splitlines() if re.match(r" +[0-9a-f]+:\t", line)]


@case
def the_drainer_fetches_ahead(_):
    """The slots that coming records will ask for."""
    options = build_options()
    if options["optimization"] in ("plain", "0", "g") or options["b_sanitize"] != "none" or options["b_lto"]:
        raise Skip("not an ordinary optimised build")
    code = [line for name in ("express_take", "take_common") for line in instructions_of(BUILD / "reporter/drain/mprof-drain", name)]
    check(len(code) > 100, f"the drainer's loop has {len(code)} instructions")
    check(any(PREFETCH.search(line) for line in code), "the drainer's loop does not prefetch")


run_cases()
