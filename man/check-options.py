#!/usr/bin/env python3
"""Each command's page documents the options of its --help, all of them and no others."""

import pathlib
import re
import subprocess
import sys

mprof, pages = sys.argv[1], pathlib.Path(sys.argv[2])


def output(*arguments):
    return subprocess.run([mprof, *arguments], capture_output=True, text=True, check=True).stdout


def options_of_help(command):
    found = set()
    for short, long in re.findall(r"^ +(?:(-\w), +|)(--[a-z-]+)", output("help", command), re.MULTILINE):
        found |= {option for option in (short, long) if option}
    return found


def options_of_page(page):
    found = set()
    for item in re.findall(r"^\.It (Fl .*)$", page.read_text(), re.MULTILINE):
        found |= {"-" + option for option in re.findall(r"\bFl (-?[A-Za-z][a-z-]*)", item)}
    return found


commands = [c for c in re.findall(r"^  (\w+) ", output("help"), re.MULTILINE) if c != "help"]
faults = [] if commands else ["mprof help names no commands"]
overview = (pages / "mprof.1").read_text()
for command in commands:
    page = pages / f"mprof-{command}.1"
    if f".It Xr mprof-{command} 1" not in overview:
        faults.append(f"mprof.1 does not name {command}")
    if not page.exists():
        faults.append(f"{page.name} is missing")
        continue
    documented, offered = options_of_page(page), options_of_help(command)
    if "--help" not in offered:
        faults.append(f"mprof help {command} shows no options")
    faults += [f"{page.name} lacks {option}" for option in sorted(offered - documented)]
    faults += [f"{page.name} documents {option}, which {command} has not" for option in sorted(documented - offered)]
print("\n".join(faults), end="\n" if faults else "")
sys.exit(1 if faults else 0)
