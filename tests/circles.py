#!/usr/bin/env python3
"""circles.py - which files of librgc know each other in circles; prints them, and fails if there is one that is not meant.

A unit is x.c with x.h; one knows another if either of its files includes a file of that.  Core knows no container.
Usage: circles.py SOURCE_ROOT
"""
import pathlib
import re
import sys

FOLDER = "gc"
# The end of a shared object is an end like any other, and any other may drop the last reference to a shared one.
MEANT = [{"core/drop", "core/shared"}]


def who_knows_whom(folder):
    known = {}
    for path in sorted(folder.rglob("*.[ch]")):
        unit = str(path.relative_to(folder).with_suffix(""))
        others = known.setdefault(unit, set())
        for name in re.findall(r'^\s*#\s*include\s+"([^"]+)"', path.read_text(), re.M):
            others.add(str((path.parent / name).resolve().relative_to(folder).with_suffix("")))
        others.discard(unit)
    return known


def reach(known, unit):
    reached, waiting = set(), [unit]
    while waiting:
        for other in known.get(waiting.pop(), set()) - reached:
            reached.add(other)
            waiting.append(other)
    return reached


def find_circles(known):
    """The sets of units each of which knows, by whatever way, all others of its set."""
    reached = {unit: reach(known, unit) for unit in known}
    circles = {frozenset(other for other in known if other in reached[unit] and unit in reached[other]) for unit in known}
    return sorted((set(circle) for circle in circles if circle), key=sorted)


def main():
    known = who_knows_whom(pathlib.Path(sys.argv[1]).resolve() / FOLDER)
    circles = find_circles(known)
    print(f"{len(known)} units in {FOLDER}/")
    for circle in circles:
        print("a circle" + ("" if circle in MEANT else " that is not meant") + ":", *sorted(circle))
    upwards = sorted(f"{unit} knows {other}" for unit in known if unit.startswith("core/") for other in known[unit] if other.startswith("containers/"))
    print(*upwards, sep="\n", end="")
    if len(known) < 2 or upwards or any(circle not in MEANT for circle in circles):
        sys.exit(1)


main()
