#!/usr/bin/env python3
"""How many instructions an ordinary malloc and free take in the shim, at stacks of 1, 10 and 40 frames with and without frame
pointers.  Counted one by one, so that the figures are the same on any machine of this kind, however busy.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=SOURCE / "build")
    build = parser.parse_args().build.resolve()
    if not (build / "tests/bench/steps").exists():
        sys.exit(f"{build} has no such program: configure it with -Dbench=true, on x86-64")
    status = 0
    for program, what in (("steps", "without frame pointers"), ("steps_framed", "with frame pointers")):
        with tempfile.TemporaryDirectory() as directory:
            done = subprocess.run([build / "tests/bench" / program, build / "preload/libmprof.so"], capture_output=True, text=True,
                                  env={**os.environ, "MPROF_OUT": f"{directory}/%p.mprof"})
        print(f"{what}:\n{done.stdout}{done.stderr}", end="")
        status |= done.returncode
    return status


sys.exit(main())
