#!/usr/bin/env python3
"""version.py - the public headers must name the version that the build has.  Usage: version.py SOURCE_ROOT VERSION"""
import pathlib
import re
import sys

HEADERS = {"MPROF": "include/mprof/mprof.h", "RGC": "include/mprof/rgc.h"}


def macros(text, prefix):
    return dict(re.findall(rf'^#define ({prefix}_VERSION\w*) "?([^"\n]*)"?$', text, re.M))


def expected(version, prefix):
    parts = dict(zip(("MAJOR", "MINOR", "PATCH"), version.split("."), strict=True))
    return {f"{prefix}_VERSION": version, **{f"{prefix}_VERSION_{part}": number for part, number in parts.items()}}


def main():
    root, version = pathlib.Path(sys.argv[1]), sys.argv[2]
    wrong = 0
    for prefix, header in HEADERS.items():
        found, wanted = macros((root / header).read_text(), prefix), expected(version, prefix)
        print(f"{header}: {found}" + ("" if found == wanted else f"; meson.build: {wanted}"))
        wrong += found != wanted
    sys.exit(wrong > 0)


main()
